from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grid.permissions import ANONYMOUS, Actor, Role
from server.db import db, new_id, transaction
from server.errors import Conflict, DomainError, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_account, make_grid
from tests.queries import counted_queries
from tests.uploads.images import encoded, phone_exif, photo_bytes, two_halves
from tests.uploads.taking import take_in_bytes
from uploads.evidence import EvidenceMarks
from uploads.formats import PhotoType
from uploads.intake import TakenPhoto
from uploads.models import Photo, PhotoOwnerKind
from uploads.photos import (
    DeviceFacts,
    PhotoClaimRefused,
    PhotoOwner,
    StoredPhoto,
    claim_photos,
    get_photo,
    list_photos_of,
    store_photo,
)
from uploads.storage import FolderPhotoStore

SECRET = "resident-own-secret-1234"
OTHER_SECRET = "somebody-elses-secret-99"


def taken_photo(sha256: str = "a" * 64) -> TakenPhoto:
    """As `take_in_photo` returns it; these tests are about rows."""
    return TakenPhoto(sha256, "b" * 64, "c" * 64, 12345, PhotoType.JPEG, 640, 480, EvidenceMarks())


def an_owner(kind: PhotoOwnerKind = PhotoOwnerKind.REPORT) -> PhotoOwner:
    return PhotoOwner(kind, new_id())


@pytest.fixture
def inspector(session: Any) -> Actor:
    return actor_of(Role.INSPECTOR, make_grid()["neighbourhood"])


@pytest.fixture
def colleague(session: Any) -> Actor:
    return actor_of(Role.INSPECTOR, make_grid()["neighbourhood"])


def store(actor: Actor, sha256: str = "a" * 64, **more: Any) -> StoredPhoto:
    return store_photo(new_id(), taken_photo(sha256), actor, NOW, **more)


def rows(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_stored_photo_is_answered_by_a_receipt(inspector: Actor) -> None:
    photo_id = new_id()

    receipt = store_photo(photo_id, taken_photo(), inspector, NOW)

    assert receipt == StoredPhoto(photo_id, "a" * 64, 12345, "image/jpeg", 640, 480)
    assert get_photo(photo_id).uploaded_by == inspector.account_id


def test_what_phone_and_photo_say_is_kept_as_said(inspector: Actor, tmp_path: Path) -> None:
    data = encoded(two_halves(), exif=phone_exif(6).tobytes())
    taken = take_in_bytes(data, "image/jpeg", FolderPhotoStore(tmp_path), tmp_path / "incoming")
    device = DeviceFacts(NOW, NOW - timedelta(minutes=3), 31.6, 121.4, 8.0)

    photo = get_photo(store_photo(new_id(), taken, inspector, NOW, device=device).id)

    assert (photo.device_sent_at, photo.device_taken_at) == (NOW, NOW - timedelta(minutes=3))
    assert (photo.device_latitude, photo.device_longitude, photo.device_accuracy_metres) == (31.6, 121.4, 8.0)
    assert photo.evidence["latitude"] == 31.51
    assert photo.evidence["taken_at_local"] == "2026-11-01T08:30:15"
    assert photo.evidence["orientation"] == 6
    assert (photo.width, photo.height) == (48, 64)


def test_the_same_photo_again_is_the_same_receipt_and_one_row(inspector: Actor) -> None:
    photo_id = new_id()

    receipts = [store_photo(photo_id, taken_photo(), inspector, NOW + timedelta(hours=n)) for n in range(3)]

    assert receipts[0] == receipts[1] == receipts[2]
    assert rows(Photo) == 1
    assert get_photo(photo_id).received_at == NOW


def test_other_bytes_under_the_same_id_are_a_conflict_and_change_nothing(inspector: Actor) -> None:
    photo_id = new_id()
    receipt = store_photo(photo_id, taken_photo(), inspector, NOW)

    with pytest.raises(Conflict) as caught:
        store_photo(photo_id, taken_photo("d" * 64), inspector, NOW)

    assert caught.value.code == "photo_differs"
    assert store_photo(photo_id, taken_photo(), inspector, NOW) == receipt
    assert rows(Photo) == 1


def test_the_same_bytes_from_somebody_else_are_a_conflict(inspector: Actor, colleague: Actor) -> None:
    photo_id = new_id()
    store_photo(photo_id, taken_photo(), inspector, NOW)

    with pytest.raises(Conflict):
        store_photo(photo_id, taken_photo(), colleague, NOW)
    with pytest.raises(Conflict):
        store_photo(photo_id, taken_photo(), ANONYMOUS, NOW, capability=SECRET)


def test_the_same_bytes_under_two_ids_are_two_photos(inspector: Actor) -> None:
    assert store(inspector).id != store(inspector).id
    assert rows(Photo) == 2


@pytest.mark.parametrize("capability", [None, "", "short", "white space is not allowed", "x" * 201])
def test_nobody_in_particular_must_bring_a_secret(session: Any, capability: str | None) -> None:
    with pytest.raises(RuleViolated) as caught:
        store(ANONYMOUS, capability=capability)

    assert caught.value.errors[0].field == "Upload-Capability"
    assert rows(Photo) == 0


def test_the_secret_itself_is_not_kept(session: Any) -> None:
    photo = get_photo(store(ANONYMOUS, capability=SECRET).id)

    assert photo.uploaded_by is None
    assert photo.capability_hash is not None
    assert SECRET not in photo.capability_hash


def test_an_anonymous_photo_again_with_its_secret_is_the_same_receipt(session: Any) -> None:
    photo_id = new_id()
    first = store_photo(photo_id, taken_photo(), ANONYMOUS, NOW, capability=SECRET)

    assert store_photo(photo_id, taken_photo(), ANONYMOUS, NOW, capability=SECRET) == first
    with pytest.raises(Conflict):
        store_photo(photo_id, taken_photo(), ANONYMOUS, NOW, capability=OTHER_SECRET)


def test_an_unknown_photo_is_not_found(session: Any) -> None:
    with pytest.raises(NotFound):
        get_photo(new_id())


def test_claimed_photos_come_back_in_the_order_asked(inspector: Actor) -> None:
    photos = [store(inspector, digit * 64) for digit in "123"]
    owner = an_owner(PhotoOwnerKind.INSPECTION)
    noise = store(inspector, "9" * 64)

    claimed = claim_photos([photos[2].id, photos[0].id, photos[1].id], owner, inspector, NOW)

    assert claimed == [photos[2], photos[0], photos[1]]
    assert {photo.id for photo in list_photos_of(owner)} == {photo.id for photo in photos}
    assert get_photo(photos[0].id).owner_id == owner.id
    assert get_photo(noise.id).owner_id is None


def test_claiming_again_for_the_same_owner_changes_nothing(inspector: Actor) -> None:
    photo, owner = store(inspector), an_owner()
    claim_photos([photo.id], owner, inspector, NOW)

    assert claim_photos([photo.id], owner, inspector, NOW + timedelta(days=1)) == [photo]
    assert get_photo(photo.id).claimed_at == NOW


def test_the_same_id_twice_in_one_claim_is_one_photo(inspector: Actor) -> None:
    photo = store(inspector)
    assert claim_photos([photo.id, photo.id], an_owner(), inspector, NOW) == [photo, photo]


def test_claiming_nothing_is_harmless(inspector: Actor) -> None:
    assert claim_photos([], an_owner(), inspector, NOW) == []


def test_a_photo_is_claimed_once(inspector: Actor) -> None:
    photo, free = store(inspector), store(inspector, "d" * 64)
    claim_photos([photo.id], an_owner(), inspector, NOW)

    with pytest.raises(PhotoClaimRefused) as caught:
        claim_photos([free.id, photo.id], an_owner(), inspector, NOW)

    assert caught.value.refused == {photo.id: "photo_claimed"}
    assert [error.field for error in caught.value.errors] == ["photo_ids.1"]
    assert get_photo(free.id).owner_id is None


def test_unknown_and_foreign_photos_cannot_be_told_apart(inspector: Actor, colleague: Actor) -> None:
    foreign, unknown = store(colleague).id, new_id()
    fields = {foreign: "answers.0.photo_ids", unknown: "answers.7.photo_ids"}

    with pytest.raises(PhotoClaimRefused) as caught:
        claim_photos([foreign, unknown], an_owner(), inspector, NOW, fields=fields)

    assert caught.value.refused == {foreign: "photo_unknown", unknown: "photo_unknown"}
    assert [error.field for error in caught.value.errors] == ["answers.0.photo_ids", "answers.7.photo_ids"]


def test_a_claimed_photo_of_somebody_else_is_as_unknown_as_any(inspector: Actor, colleague: Actor) -> None:
    foreign = store(colleague)
    claim_photos([foreign.id], an_owner(), colleague, NOW)

    with pytest.raises(PhotoClaimRefused) as caught:
        claim_photos([foreign.id], an_owner(), inspector, NOW)

    assert caught.value.refused == {foreign.id: "photo_unknown"}


def test_an_anonymous_photo_is_claimed_with_its_secret_only(inspector: Actor) -> None:
    photo = store(ANONYMOUS, capability=SECRET)

    for actor, capability in ((ANONYMOUS, None), (ANONYMOUS, OTHER_SECRET), (inspector, None)):
        with pytest.raises(PhotoClaimRefused):
            claim_photos([photo.id], an_owner(), actor, NOW, capability=capability)
    assert claim_photos([photo.id], an_owner(), ANONYMOUS, NOW, capability=SECRET) == [photo]


def test_who_signs_in_after_uploading_still_claims_by_the_secret(inspector: Actor) -> None:
    photo = store(ANONYMOUS, capability=SECRET)
    assert claim_photos([photo.id], an_owner(), inspector, NOW, capability=SECRET) == [photo]


def test_claiming_ten_photos_costs_the_statements_of_one(inspector: Actor) -> None:
    one = [store(inspector, "1" * 64).id]
    ten = [store(inspector, f"{n:064d}").id for n in range(10)]

    with counted_queries() as for_one:
        claim_photos(one, an_owner(), inspector, NOW)
    with counted_queries() as for_ten:
        claim_photos(ten, an_owner(), inspector, NOW)

    assert for_ten.number == for_one.number


def run_together(app: Flask, calls: list[Any]) -> list[Any]:
    """Each call in a thread and a transaction of its own; results or domain errors, in order."""
    results: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    results[number] = calls[number]()
            except DomainError as error:
                results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def committed_actor(app: Flask) -> Actor:
    with app.app_context(), transaction():
        account = make_account()
    return Actor(account.id)


def test_the_same_photo_sent_twice_at_once_is_one_row(committed_app: Flask) -> None:
    actor, photo_id = committed_actor(committed_app), new_id()

    results = run_together(committed_app, [lambda: store_photo(photo_id, taken_photo(), actor, NOW)] * 4)

    assert len({result.sha256 for result in results}) == 1
    with committed_app.app_context():
        assert rows(Photo) == 1


def test_two_photos_fighting_for_one_id_have_one_winner(committed_app: Flask) -> None:
    actor, photo_id = committed_actor(committed_app), new_id()
    bodies = [replace(taken_photo(), sha256=digit * 64) for digit in "1234"]

    results = run_together(
        committed_app, [lambda body=body: store_photo(photo_id, body, actor, NOW) for body in bodies]
    )

    winners = [result for result in results if isinstance(result, StoredPhoto)]
    assert len(winners) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    with committed_app.app_context():
        assert get_photo(photo_id).sha256 == winners[0].sha256


def test_two_owners_fighting_for_photos_have_one_winner_and_no_deadlock(committed_app: Flask) -> None:
    actor = committed_actor(committed_app)
    with committed_app.app_context(), transaction():
        ids = [store(actor, digit * 64).id for digit in "123"]
    owners = [an_owner() for _ in range(4)]

    def claim(number: int) -> list[StoredPhoto]:
        ordered: list[uuid.UUID] = ids if number % 2 else ids[::-1]
        return claim_photos(ordered, owners[number], actor, NOW)

    results = run_together(committed_app, [lambda number=number: claim(number) for number in range(4)])

    assert sum(isinstance(result, list) for result in results) == 1
    assert sum(isinstance(result, PhotoClaimRefused) for result in results) == 3
    with committed_app.app_context():
        assert len({get_photo(photo_id).owner_id for photo_id in ids}) == 1


def test_photo_bytes_are_really_taken_in(tmp_path: Path) -> None:
    store_folder = FolderPhotoStore(tmp_path)
    data = photo_bytes(size=(1000, 800))

    taken = take_in_bytes(data, "image/jpeg", store_folder, tmp_path / "incoming")

    assert sorted(store_folder.list_names()) == sorted(
        {taken.sha256, taken.display_sha256, taken.thumbnail_sha256}
    )
    with store_folder.open(taken.sha256) as file:
        assert file.read() == data
    assert (taken.size_bytes, taken.width, taken.height) == (len(data), 1000, 800)


def test_a_refused_photo_leaves_nothing_in_the_store(tmp_path: Path) -> None:
    with pytest.raises(DomainError):
        take_in_bytes(photo_bytes()[:-5], "image/jpeg", FolderPhotoStore(tmp_path), tmp_path / "incoming")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
