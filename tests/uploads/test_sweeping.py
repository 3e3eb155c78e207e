from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grid.permissions import ANONYMOUS
from server import clock
from server.db import Base, db, new_id, transaction
from server.errors import Unavailable
from tests.factories import NOW
from tests.queries import counted_queries
from tests.uploads.images import photo_bytes
from tests.uploads.taking import take_in_bytes
from uploads import sweeping
from uploads.file_removals import hold_names, queue_removals, remove_queued
from uploads.intake import TakenPhoto
from uploads.models import FileRemoval, Photo, PhotoOwnerKind
from uploads.photos import PhotoOwner, claim_photos, store_photo
from uploads.storage import FolderPhotoStore
from uploads.sweeping import count_unclaimed, sweep, sweep_unclaimed
from uploads.verification import list_findings

SECRET = "resident-own-secret-1234"
LATER = NOW + timedelta(days=8)


@pytest.fixture
def store(session: Any, tmp_path: Path) -> FolderPhotoStore:
    return FolderPhotoStore(tmp_path)


def taken_in(store: FolderPhotoStore, tmp_path: Path, side: int = 100) -> TakenPhoto:
    return take_in_bytes(photo_bytes(size=(side, side)), None, store, tmp_path / "incoming")


def stored(taken: TakenPhoto, **more: Any) -> Any:
    now = more.pop("now", NOW)
    return store_photo(new_id(), taken, ANONYMOUS, now, capability=SECRET).id


def claim(photo_id: Any) -> None:
    claim_photos([photo_id], PhotoOwner(PhotoOwnerKind.REPORT, new_id()), ANONYMOUS, NOW, capability=SECRET)


def files(store: FolderPhotoStore) -> set[str]:
    return set(store.list_names())


def number_of_photos() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Photo)) or 0


def test_what_nothing_claimed_goes_after_a_week_with_its_files(
    store: FolderPhotoStore, tmp_path: Path
) -> None:
    stored(taken_in(store, tmp_path))
    assert sweep(store, NOW + timedelta(days=6)) == {"photos": 0, "files": 0}

    assert sweep(store, LATER)["photos"] == 1

    assert number_of_photos() == 0
    assert files(store) == set()


def test_what_is_claimed_stays(store: FolderPhotoStore, tmp_path: Path) -> None:
    photo_id = stored(taken_in(store, tmp_path))
    claim(photo_id)

    assert sweep(store, LATER) == {"photos": 0, "files": 0}
    assert list(list_findings(store)) == []


def test_a_file_stays_while_another_photo_of_the_same_bytes_needs_it(
    store: FolderPhotoStore, tmp_path: Path
) -> None:
    taken = taken_in(store, tmp_path)
    forgotten, kept = stored(taken), stored(taken)
    claim(kept)
    before = files(store)

    assert sweep(store, LATER)["photos"] == 1

    assert db.session.get(Photo, forgotten) is None
    assert files(store) == before
    assert list(list_findings(store)) == []


def test_a_sweep_that_was_stopped_goes_on_where_it_was(
    store: FolderPhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_ROWS_AT_ONCE", 2)
    for side in range(60, 65):
        stored(taken_in(store, tmp_path, side))
    assert next(iter(sweep_unclaimed(LATER))) == 2  # stopped after its first step, before any file went

    assert count_unclaimed(LATER) == 3
    assert sweep(store, LATER)["photos"] == 3
    assert files(store) == set()


def test_a_store_that_is_gone_leaves_the_files_queued_for_the_next_sweep(
    store: FolderPhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(taken_in(store, tmp_path))

    def gone(*_: Any) -> None:
        raise Unavailable("存储暂不可用", "The store does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(FolderPhotoStore, "delete", gone)
        with pytest.raises(Unavailable):
            sweep(store, LATER)
    assert files(store)

    sweep(store, LATER)
    assert files(store) == set()


def test_steps_cost_the_same_whatever_waits(store: FolderPhotoStore, tmp_path: Path) -> None:
    numbers = []
    for size in (3, 30):
        for _ in range(size):
            stored(taken_in(store, tmp_path))
        with counted_queries() as count:
            assert sum(sweep_unclaimed(LATER)) == size
        numbers.append(count.number)
    assert numbers[0] == numbers[1]


def test_a_file_on_its_way_out_cannot_be_named_until_it_is_gone(
    store: FolderPhotoStore, tmp_path: Path
) -> None:
    """Whoever found the file in the store before it went must not be told that it is kept."""
    taken = taken_in(store, tmp_path)
    stored(taken)
    sweep(store, LATER)
    just_after = LATER + timedelta(minutes=1)

    with pytest.raises(Unavailable):
        stored(taken, now=just_after)

    again = taken_in(store, tmp_path)
    stored(again, now=LATER + timedelta(minutes=30))
    assert list(list_findings(store)) == []


def test_a_file_that_is_named_again_in_time_is_not_removed(store: FolderPhotoStore, tmp_path: Path) -> None:
    taken = taken_in(store, tmp_path)
    queue_removals([taken.sha256], LATER)

    stored(taken, now=LATER)

    assert db.session.scalars(sa.select(FileRemoval)).all() == []
    assert sum(remove_queued(store, LATER)) == 0
    assert store.exists(taken.sha256)


def test_one_who_stores_while_files_are_being_removed_waits_and_is_told(
    committed_app: Flask, tmp_path: Path
) -> None:
    """With real commits: naming a file and removing it take turns, in whichever order they come."""
    store = FolderPhotoStore(tmp_path)
    with committed_app.app_context():
        taken = taken_in(store, tmp_path)
        with transaction():
            queue_removals([taken.sha256, taken.display_sha256, taken.thumbnail_sha256], clock.now())
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def storing() -> None:
        with committed_app.app_context():
            ready.wait()
            try:
                with transaction():
                    store_photo(new_id(), taken, ANONYMOUS, clock.now(), capability=SECRET)
                outcomes.append("stored")
            except Unavailable:
                outcomes.append("refused")
            db.session.remove()

    def removing() -> None:
        with committed_app.app_context():
            ready.wait()
            sum(remove_queued(store, clock.now()))
            db.session.remove()

    threads = [threading.Thread(target=storing), threading.Thread(target=removing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    is_there = all(
        store.exists(each) for each in (taken.sha256, taken.display_sha256, taken.thumbnail_sha256)
    )
    assert outcomes == (["stored"] if is_there else ["refused"])


def test_naming_takes_the_turn_of_removing(session: Any) -> None:
    queue_removals(["a" * 64], NOW)
    hold_names(["a" * 64, "b" * 64], NOW)
    assert session.scalars(sa.select(FileRemoval)).all() == []


def test_the_command_removes_and_tells(app: Flask, session: Any, tmp_path: Path) -> None:
    store = app.extensions["jiayuan_photo_store"]
    taken = take_in_bytes(
        photo_bytes(size=(91, 19)), None, store, app.extensions["jiayuan_config"].photo_dir / "incoming"
    )
    stored(taken, now=clock.now() - timedelta(days=8))

    result = app.test_cli_runner().invoke(args=["photos", "sweep"])

    assert result.exit_code == 0, result.output
    assert "1 photos, 3 files removed" in result.output
    assert not store.exists(taken.sha256)


def test_removing_a_photo_scans_no_table_that_may_refer_to_it() -> None:
    """The database looks into each; without an index a sweep of thousands takes hours."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if not any(key.target_fullname == "photos.id" for key in column.foreign_keys):
                continue
            firsts = {next(iter(index.columns)).name for index in table.indexes}
            firsts.add(next(iter(table.primary_key.columns)).name)
            assert column.name in firsts, f"{table.name}.{column.name}"
