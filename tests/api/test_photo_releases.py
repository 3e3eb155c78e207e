"""What the public sees of photos: nothing, until a dispatcher releases one; then its blacked-out picture alone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from grid.models import Area
from grid.permissions import Role
from server import clock
from server.db import db
from tests.api.test_photos import JPEG, SECRET, make_case, put, stored_by
from tests.api.test_tracking import Desk, report, track
from tests.factories import headers_of, make_grid, make_organisation
from tests.uploads.images import SECRET_MODEL, encoded, is_near, phone_exif, pixel
from uploads.file_removals import remove_queued
from uploads.models import Photo, PhotoRelease
from uploads.verification import list_findings

HIDDEN = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}


@pytest.fixture
def grid(session: Any) -> dict[str, Area]:
    return make_grid()


@pytest.fixture
def dispatcher(grid: dict[str, Area]) -> dict[str, str]:
    return headers_of(Role.DISPATCHER, grid["township"])


@pytest.fixture
def photo_id(client: Any, grid: dict[str, Area]) -> uuid.UUID:
    """White with a red middle, with EXIF, in a case."""
    image = Image.new("RGB", (640, 480), "white")
    image.paste((255, 0, 0), (200, 150, 440, 330))
    body = encoded(image, exif=phone_exif().tobytes())
    photo_id = uuid.UUID(put(client, body, headers=headers_of(Role.INSPECTOR, grid["township"])).json["id"])
    make_case(photo_id, grid["neighbourhood"])
    return photo_id


def release(client: Any, photo_id: uuid.UUID, headers: dict[str, str], *boxes: Any, note: str = "") -> Any:
    body = {"boxes": list(boxes), "note": note}
    return client.put(f"/api/v1/photos/{photo_id}/release", json=body, headers=headers)


def test_a_released_photo_is_seen_by_anybody_with_the_boxes_black_and_nothing_of_the_exif(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    address = release(client, photo_id, dispatcher, HIDDEN, note="已遮盖车牌").json["public_url"]

    response = client.get(address)

    assert (response.status_code, response.content_type) == (200, "image/jpeg")
    assert is_near(pixel(response.data, 0.5, 0.5), (0, 0, 0))
    assert is_near(pixel(response.data, 0.05, 0.05), (255, 255, 255))
    assert SECRET_MODEL.encode() not in response.data
    assert b"Exif" not in response.data
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in response.headers or "Authorization" not in response.headers["Vary"]
    assert str(photo_id) not in address


def test_the_original_and_the_inside_sizes_are_not_touched(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    addresses = [
        f"/api/v1/photos/{photo_id}{end}" for end in ("/display", "/thumbnail", "/original?reason=复核")
    ]
    before = [client.get(each, headers=dispatcher).data for each in addresses]
    release(client, photo_id, dispatcher, HIDDEN)
    assert [client.get(each, headers=dispatcher).data for each in addresses] == before


def test_the_addresses_of_what_is_inside_stay_closed_to_the_public(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    release(client, photo_id, dispatcher)
    for end in ("", "/display", "/thumbnail", "/original?reason=复核", "/release"):
        assert client.get(f"/api/v1/photos/{photo_id}{end}").status_code == 401


def test_without_a_valid_signature_a_released_photo_does_not_exist(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = release(client, photo_id, dispatcher).json["public_url"]
    path, query = address.split("?")
    # One size's signature is none for the other.
    assert client.get(f"{path}/thumbnail?{query}").status_code == 404
    later = int(query.split("expires=")[1].split("&")[0]) + 3600
    for forged in (path, address[:-2] + "xx", f"{path}?expires={later}&{query.split('&')[1]}"):
        assert client.get(forged).status_code == 404, forged

    moment = clock.now() + timedelta(minutes=21)
    monkeypatch.setattr(clock, "_source", lambda: moment)
    expired = client.get(address)
    assert (expired.status_code, expired.json["code"]) == (403, "address_expired")


def test_withdrawn_it_is_gone_at_once_and_its_file_with_the_next_sweep(
    app: Flask, client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    address = release(client, photo_id, dispatcher, HIDDEN).json["public_url"]
    store = app.extensions["jiayuan_photo_store"]
    file = db.session.scalars(sa.select(PhotoRelease.public_sha256)).one()

    assert client.delete(f"/api/v1/photos/{photo_id}/release", headers=dispatcher).status_code == 204

    assert client.get(address).status_code == 404
    assert client.get(f"/api/v1/photos/{photo_id}/release", headers=dispatcher).status_code == 404
    sum(remove_queued(store, clock.now()))
    assert not store.exists(file)
    photo = db.session.get_one(Photo, photo_id)
    assert not [each for each in list_findings(store) if each.photo_id == photo.id]


def test_releasing_anew_replaces_what_the_public_sees(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    first = release(client, photo_id, dispatcher).json["public_url"]
    second = release(client, photo_id, dispatcher, HIDDEN).json["public_url"]

    assert client.get(first).status_code == 404
    assert is_near(pixel(client.get(second).data, 0.5, 0.5), (0, 0, 0))
    rows = db.session.scalars(sa.select(PhotoRelease).where(PhotoRelease.photo_id == photo_id)).all()
    assert [row.withdrawn_at is None for row in sorted(rows, key=lambda row: row.id)] == [False, True]


def test_the_same_release_again_is_the_same(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    first, again = (release(client, photo_id, dispatcher, HIDDEN) for _ in range(2))
    assert first.json == again.json
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PhotoRelease)) == 1


def test_nobody_releases_without_saying_what_to_black_out(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]
) -> None:
    response = client.put(f"/api/v1/photos/{photo_id}/release", json={}, headers=dispatcher)
    assert (response.status_code, response.json["errors"][0]["field"]) == (422, "boxes")


def test_a_box_beyond_the_edge_is_named(client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str]) -> None:
    response = release(client, photo_id, dispatcher, HIDDEN | {"x": 0.9})
    assert (response.status_code, response.json["errors"][0]["field"]) == (422, "boxes.0")


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.HANDLER, Role.AUDITOR, Role.EVALUATOR])
def test_other_staff_do_not_release(
    client: Any, photo_id: uuid.UUID, grid: dict[str, Area], role: Role
) -> None:
    organisation = make_organisation("property_company", grid["township"])
    assert release(client, photo_id, headers_of(role, grid["township"], organisation)).status_code == 403


def test_dispatchers_of_elsewhere_do_not_know_the_photo(
    client: Any, photo_id: uuid.UUID, grid: dict[str, Area]
) -> None:
    stranger = headers_of(Role.DISPATCHER, grid["other_township"])
    assert release(client, photo_id, stranger).status_code == 404


def test_a_released_photo_appears_on_the_tracking_page_and_no_other(client: Any) -> None:
    desk = Desk(client)
    photos = [str(stored_by(client, SECRET)) for _ in range(2)]
    response = client.put(
        f"/api/v1/reports/{uuid.uuid4()}",
        json={
            "community_id": str(desk.community.id),
            "text": "堆物",
            "item_code": "CORR-01",
            "photo_ids": photos,
        },
        headers=SECRET,
    )
    code = response.get_json()["tracking_code"]
    assert track(desk, code).get_json()["photos"] == []
    clerk = headers_of(Role.DISPATCHER, desk.area("township"))

    assert release(client, uuid.UUID(photos[0]), clerk, HIDDEN).status_code == 200

    (shown,) = track(desk, code).get_json()["photos"]
    assert (shown["is_after"], shown["width"], shown["height"]) == (False, 1200, 1600)
    told = track(desk, code).get_data(as_text=True)
    assert not [each for each in photos if each in told]
    picture = client.get(shown["url"])
    assert picture.status_code == 200
    assert SECRET_MODEL.encode() not in picture.data
    with Image.open(BytesIO(picture.data)) as image:
        assert image.size == (1200, 1600)
    assert picture.data != JPEG
    small = client.get(shown["thumbnail_url"])
    with Image.open(BytesIO(small.data)) as image:
        assert (image.size, image.getexif()) == ((240, 320), {})
    assert is_near(pixel(small.data, 0.5, 0.5), (0, 0, 0))
    tag = {"If-None-Match": small.headers["ETag"]}
    assert client.get(shown["thumbnail_url"], headers=tag).status_code == 304
    assert small.headers["ETag"] != picture.headers["ETag"]
    near = {"community_id": str(desk.community.id), "item_code": "CORR-01"}
    (offer,) = client.get("/api/v1/reports/duplicates", query_string=near).get_json()["items"]
    assert [each["width"] for each in offer["photos"]] == [1200]
    other = report(desk, text="另一处", building="9号楼")
    assert track(desk, other).get_json()["photos"] == []


def test_who_looked_at_an_original_is_told_to_who_may_look(
    client: Any, photo_id: uuid.UUID, dispatcher: dict[str, str], grid: dict[str, Area]
) -> None:
    client.get(f"/api/v1/photos/{photo_id}/original?reason=核对车牌", headers=dispatcher)
    auditor = headers_of(Role.AUDITOR, grid["township"])

    looks = client.get(f"/api/v1/photos/{photo_id}/looks", headers=auditor).json["items"]

    assert [look["reason"] for look in looks] == ["核对车牌"]
    inspector = headers_of(Role.INSPECTOR, grid["township"])
    assert client.get(f"/api/v1/photos/{photo_id}/looks", headers=inspector).status_code == 403
