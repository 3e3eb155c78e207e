from __future__ import annotations

import base64
import errno
import hashlib
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from cases.models import Case, CaseOrigin, CasePhoto
from cases.terms import Loop, State
from grid.models import Account, Area, Organisation
from grid.permissions import Role
from inspections.models import Report
from server.db import db, new_id
from tests.factories import (
    NOW,
    headers_of,
    make_account,
    make_community,
    make_grid,
    make_organisation,
    sign_in,
)
from tests.queries import counted_queries
from tests.uploads.images import SECRET_MODEL, encoded, phone_exif, photo_bytes, two_halves
from uploads.incoming import IncomingFile
from uploads.models import OriginalLook, Photo

SECRET = {"Upload-Capability": "resident-own-secret-1234"}
JPEG = photo_bytes(size=(2000, 1500), exif=phone_exif(6).tobytes())


@pytest.fixture
def grid(session: Any) -> dict[str, Area]:
    return make_grid()


@pytest.fixture
def inspector(grid: dict[str, Area]) -> dict[str, str]:
    return headers_of(Role.INSPECTOR, grid["neighbourhood"])


def put(client: Any, body: bytes = JPEG, headers: dict[str, str] | None = None, **more: Any) -> Any:
    address = f"/api/v1/photos/{more.pop('photo_id', None) or new_id()}"
    more.setdefault("content_type", "image/jpeg")
    return client.put(address, data=body, headers=headers or SECRET, **more)


def stored_photos() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Photo)) or 0


def make_report(photo_id: uuid.UUID, area: Area) -> Report:
    report = Report(
        id=new_id(),
        community_id=make_community(area).id,
        area_path=area.path,
        channel="resident",
        received_at=NOW,
        fingerprint="f" * 64,
        tracking_hash=uuid.uuid4().hex,
    )
    _own(photo_id, "report", report.id)
    db.session.add(report)
    db.session.flush()
    return report


def make_case(photo_id: uuid.UUID, area: Area, organisation: Organisation | None = None, **more: Any) -> Case:
    case = Case(
        number=f"示例-{new_id()}",
        community_id=make_community(area).id,
        area_code=area.code,
        area_path=area.path,
        title="楼道堆物",
        origin=CaseOrigin.RESIDENT,
        state=State.FILED,
        loop=Loop.SELF,
        loop_entered_at=NOW,
        organisation_id=organisation.id if organisation else None,
        limit_amount=1,
        limit_unit="work_day",
        loop_due_at=NOW + timedelta(days=1),
        opened_at=NOW,
        updated_at=NOW,
        **more,
    )
    db.session.add(case)
    db.session.flush()
    db.session.add(
        CasePhoto(case_id=case.id, photo_id=photo_id, kind="report", event_seq=1, position=0, added_at=NOW)
    )
    db.session.flush()
    return case


def _own(photo_id: uuid.UUID, kind: str, owner_id: uuid.UUID) -> None:
    photo = db.session.get_one(Photo, photo_id)
    photo.owner_kind, photo.owner_id, photo.claimed_at = kind, owner_id, NOW
    db.session.flush()


def stored_by(client: Any, headers: dict[str, str]) -> uuid.UUID:
    response = put(client, headers=headers)
    assert response.status_code == 201
    return uuid.UUID(response.json["id"])


def statuses(client: Any, photo_id: uuid.UUID, headers: dict[str, str]) -> tuple[int, ...]:
    """Of the photo, its display size, its thumbnail and its original."""
    ends = ("", "/display", "/thumbnail", "/original?reason=复核")
    return tuple(client.get(f"/api/v1/photos/{photo_id}{end}", headers=headers).status_code for end in ends)


def test_a_stored_photo_is_answered_by_a_receipt(client: Any, inspector: dict[str, str]) -> None:
    photo_id = new_id()

    response = put(client, headers=inspector, photo_id=photo_id)

    assert response.status_code == 201
    assert response.json == {
        "id": str(photo_id),
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "size_bytes": len(JPEG),
        "media_type": "image/jpeg",
        "width": 1500,
        "height": 2000,
    }


def test_the_same_photo_again_is_200_with_the_same_receipt(client: Any, inspector: dict[str, str]) -> None:
    photo_id = new_id()
    first = put(client, headers=inspector, photo_id=photo_id)

    again = put(client, headers=inspector, photo_id=photo_id)

    assert (again.status_code, again.json) == (200, first.json)
    assert stored_photos() == 1


def test_other_bytes_under_the_same_id_are_409_and_change_nothing(
    client: Any, inspector: dict[str, str]
) -> None:
    photo_id = new_id()
    first = put(client, headers=inspector, photo_id=photo_id)

    other = put(client, photo_bytes(), headers=inspector, photo_id=photo_id)

    assert (other.status_code, other.json["code"]) == (409, "photo_differs")
    assert put(client, headers=inspector, photo_id=photo_id).json == first.json
    assert stored_photos() == 1


def test_a_resident_uploads_without_signing_in(client: Any, session: Any) -> None:
    assert put(client, headers=SECRET).status_code == 201


def test_nobody_uploads_without_a_secret_of_their_own(client: Any, session: Any) -> None:
    response = put(client, headers={"Accept-Language": "en"})

    assert (response.status_code, response.json["code"]) == (422, "capability_required")
    assert response.json["errors"][0]["field"] == "Upload-Capability"


def test_a_signed_in_resident_uploads(client: Any, session: Any) -> None:
    assert put(client, headers=sign_in(make_account())).status_code == 201


def test_a_role_that_sends_no_photos_is_refused(client: Any, grid: dict[str, Area]) -> None:
    assert put(client, headers=headers_of(Role.AUDITOR, grid["township"])).status_code == 403
    assert stored_photos() == 0


@pytest.mark.parametrize(
    ("body", "declared", "status", "code"),
    [
        (b"", "image/jpeg", 422, "empty"),
        (b"GIF89a" + b"\0" * 100, "image/gif", 415, "unsupported_type"),
        (b"\0" * (25 * 1024 * 1024 + 1), "image/jpeg", 413, "too_large"),
        (JPEG, "image/png", 415, "type_mismatch"),
        (JPEG[:-100], "image/jpeg", 422, "truncated"),
        (b"\xff\xd8\xff\xd9", "image/jpeg", 422, "undecodable"),
    ],
)
def test_what_is_no_photo_is_a_problem_with_its_code_and_stores_nothing(
    client: Any, session: Any, body: bytes, declared: str, status: int, code: str
) -> None:
    response = put(client, body, content_type=declared)

    assert (response.status_code, response.json["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"
    assert response.json["errors"][0]["field"] == "body"
    assert stored_photos() == 0


def test_a_photo_that_is_too_large_is_told_the_limit(client: Any, session: Any) -> None:
    limits = client.get("/api/v1/photos/limits").json
    response = put(client, b"\0" * (limits["max_bytes"] + 1))

    assert response.json["max_bytes"] == limits["max_bytes"]


def test_a_name_that_is_no_uuid_is_not_found(client: Any, session: Any) -> None:
    response = client.put("/api/v1/photos/../../etc/passwd", data=JPEG, headers=SECRET)
    assert response.status_code == 404


def test_the_phone_says_when_and_where_in_headers(client: Any, session: Any) -> None:
    said = {
        "Device-Sent-At": "2026-11-20T10:00:00+08:00",
        "Device-Taken-At": "2026-11-20T09:58:30+08:00",
        "Device-Latitude": "31.6263",
        "Device-Longitude": "121.3975",
        "Device-Accuracy": "12.5",
    }

    photo = db.session.get_one(Photo, uuid.UUID(put(client, headers=SECRET | said).json["id"]))

    assert photo.device_sent_at == NOW
    assert photo.device_taken_at == NOW - timedelta(seconds=90)
    assert (photo.device_latitude, photo.device_longitude, photo.device_accuracy_metres) == (
        31.6263,
        121.3975,
        12.5,
    )


def test_a_phone_with_a_reset_clock_sends_its_photo_all_the_same(client: Any, session: Any) -> None:
    said = {"Device-Sent-At": "1970-01-01T00:00:00Z", "Device-Taken-At": "1980-01-01T08:00:00+08:00"}

    photo = db.session.get_one(Photo, uuid.UUID(put(client, headers=SECRET | said).json["id"]))

    assert photo.device_sent_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert photo.device_taken_at == datetime(1980, 1, 1, tzinfo=UTC)


def test_a_position_in_gcj02_is_kept_as_wgs84(client: Any, session: Any) -> None:
    said = {"Device-Latitude": "31.6263", "Device-Longitude": "121.3975", "Device-Datum": "gcj02"}

    photo = db.session.get_one(Photo, uuid.UUID(put(client, headers=SECRET | said).json["id"]))

    # The Chinese datum lies some 500 m off, to the east in Shanghai.
    assert photo.device_longitude is not None
    assert 0.003 < 121.3975 - photo.device_longitude < 0.007


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Device-Sent-At", "yesterday"),
        ("Device-Latitude", "31.6"),
        ("Device-Longitude", "999"),
        ("Device-Accuracy", "-1"),
        ("Device-Datum", "mars"),
    ],
)
def test_headers_that_make_no_sense_are_named(client: Any, session: Any, header: str, value: str) -> None:
    response = put(client, headers=SECRET | {header: value})

    assert response.status_code == 422
    named = {error["field"] for error in response.json["errors"]}
    assert any(name.startswith("Device-") for name in named)
    assert stored_photos() == 0


def test_the_uploader_sees_the_photo_and_not_the_original(client: Any, inspector: dict[str, str]) -> None:
    photo_id = stored_by(client, inspector)
    assert statuses(client, photo_id, inspector) == (200, 200, 200, 403)


def test_an_anonymous_uploader_sees_the_photo_by_the_secret(client: Any, session: Any) -> None:
    photo_id = stored_by(client, SECRET)

    assert statuses(client, photo_id, SECRET) == (200, 200, 200, 401)
    assert statuses(client, photo_id, {"Upload-Capability": "x" * 30}) == (404, 404, 404, 401)
    assert statuses(client, photo_id, {}) == (401, 401, 401, 401)


def test_an_unknown_photo_and_a_foreign_one_are_answered_alike(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    stranger = headers_of(Role.TOWNSHIP_MANAGER, grid["other_township"])
    foreign, unknown = stored_by(client, inspector), new_id()
    make_case(foreign, grid["neighbourhood"])

    assert statuses(client, foreign, stranger) == statuses(client, unknown, stranger) == (404, 404, 404, 404)
    bodies = [client.get(f"/api/v1/photos/{name}", headers=stranger).json for name in (foreign, unknown)]
    assert [body | {"request_id": ""} for body in bodies] == [bodies[0] | {"request_id": ""}] * 2


def test_whoever_reads_the_report_sees_its_photo(client: Any, grid: dict[str, Area]) -> None:
    photo_id = stored_by(client, SECRET)
    make_report(photo_id, grid["neighbourhood"])

    assert statuses(client, photo_id, headers_of(Role.DISPATCHER, grid["township"])) == (200, 200, 200, 200)
    assert statuses(client, photo_id, headers_of(Role.HANDLER, grid["township"]))[:3] == (404, 404, 404)


def test_a_photo_that_nothing_claimed_is_seen_by_no_role(client: Any, grid: dict[str, Area]) -> None:
    photo_id = stored_by(client, SECRET)
    assert statuses(client, photo_id, headers_of(Role.DISTRICT_ADMIN, grid["district"])) == (404,) * 4


def test_a_handler_sees_the_photos_of_the_cases_the_organisation_holds(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    holder, other = (make_organisation("property_company", grid["township"]) for _ in range(2))
    photo_id = stored_by(client, inspector)
    make_case(photo_id, grid["neighbourhood"], holder)

    assert statuses(client, photo_id, headers_of(Role.HANDLER, grid["township"], holder)) == (
        200,
        200,
        200,
        403,
    )
    assert statuses(client, photo_id, headers_of(Role.HANDLER, grid["township"], other))[0] == 404


def test_the_photos_of_a_merged_case_are_seen_by_who_holds_the_master(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    holder = make_organisation("property_company", grid["township"])
    master = make_case(stored_by(client, inspector), grid["neighbourhood"], holder)
    photo_id = stored_by(client, inspector)
    make_case(photo_id, grid["neighbourhood"], merged_into_id=master.id)

    assert statuses(client, photo_id, headers_of(Role.HANDLER, grid["township"], holder))[0] == 200


def test_seeing_a_photo_of_many_cases_costs_the_same_statements(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    dispatcher = headers_of(Role.DISPATCHER, grid["township"])
    one, many = stored_by(client, inspector), stored_by(client, inspector)
    make_case(one, grid["neighbourhood"])
    for _ in range(10):
        make_case(many, grid["neighbourhood"])

    with counted_queries() as for_one:
        assert statuses(client, one, dispatcher)[1] == 200
    with counted_queries() as for_many:
        assert statuses(client, many, dispatcher)[1] == 200

    assert for_many.number == for_one.number


def test_the_sizes_are_jpegs_without_metadata(client: Any, inspector: dict[str, str]) -> None:
    photo_id = stored_by(client, inspector)

    for end, longest in (("display", 1600), ("thumbnail", 320)):
        response = client.get(f"/api/v1/photos/{photo_id}/{end}", headers=inspector)
        with Image.open(BytesIO(response.data)) as image:
            assert (image.format, max(image.size)) == ("JPEG", longest)
            assert image.height > image.width
        assert SECRET_MODEL.encode() not in response.data


def test_the_original_comes_back_byte_for_byte_and_the_look_is_recorded(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    photo_id = stored_by(client, inspector)
    make_case(photo_id, grid["neighbourhood"])
    account: Account = make_account(Role.DISPATCHER, grid["township"])

    response = client.get(f"/api/v1/photos/{photo_id}/original?reason=核对车牌", headers=sign_in(account))

    assert response.data == JPEG
    assert response.headers["Cache-Control"] == "private, no-store"
    looks = db.session.scalars(sa.select(OriginalLook)).all()
    assert [(look.photo_id, look.account_id, look.reason) for look in looks] == [
        (photo_id, account.id, "核对车牌")
    ]


def test_no_original_without_a_reason(client: Any, inspector: dict[str, str], grid: dict[str, Area]) -> None:
    photo_id = stored_by(client, inspector)
    make_case(photo_id, grid["neighbourhood"])
    dispatcher = headers_of(Role.DISPATCHER, grid["township"])

    response = client.get(f"/api/v1/photos/{photo_id}/original", headers=dispatcher)

    assert response.status_code == 422
    assert response.json["errors"][0]["field"] == "reason"


def test_what_exif_says_is_told_only_to_who_may_see_the_original(
    client: Any, inspector: dict[str, str], grid: dict[str, Area]
) -> None:
    photo_id = stored_by(client, inspector)
    make_case(photo_id, grid["neighbourhood"])
    address = f"/api/v1/photos/{photo_id}"

    entitled = client.get(address, headers=headers_of(Role.DISPATCHER, grid["township"])).json
    others = client.get(address, headers=headers_of(Role.INSPECTOR, grid["township"]))

    assert entitled["evidence"]["model"] == SECRET_MODEL
    assert entitled["original_url"].endswith("/original")
    assert "evidence" not in others.json
    assert SECRET_MODEL not in others.text


def test_images_are_handed_out_as_nothing_but_images(client: Any, inspector: dict[str, str]) -> None:
    photo_id = stored_by(client, inspector)

    response = client.get(f"/api/v1/photos/{photo_id}/display", headers=inspector)

    assert response.content_type == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, max-age=3600"


def test_an_image_that_the_phone_has_already_is_not_sent_again(
    client: Any, inspector: dict[str, str]
) -> None:
    address = f"/api/v1/photos/{stored_by(client, inspector)}/thumbnail"
    etag = client.get(address, headers=inspector).headers["ETag"]

    again = client.get(address, headers=inspector | {"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"].startswith("private")


def test_part_of_an_image_can_be_asked_for(client: Any, inspector: dict[str, str]) -> None:
    address = f"/api/v1/photos/{stored_by(client, inspector)}/display"
    whole = client.get(address, headers=inspector).data

    part = client.get(address, headers=inspector | {"Range": "bytes=10-19"})

    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def test_a_part_that_does_not_exist_is_a_problem(client: Any, inspector: dict[str, str]) -> None:
    address = f"/api/v1/photos/{stored_by(client, inspector)}/display"

    response = client.get(address, headers=inspector | {"Range": "bytes=99999999-"})

    assert (response.status_code, response.mimetype) == (416, "application/problem+json")


def test_a_missing_file_is_a_clear_problem(app: Flask, client: Any, inspector: dict[str, str]) -> None:
    body = encoded(two_halves(77, 77))
    photo_id = uuid.UUID(put(client, body, headers=inspector).json["id"])
    folder: Path = app.extensions["jiayuan_config"].photo_dir
    name = db.session.get_one(Photo, photo_id).thumbnail_sha256
    (folder / name[:2] / name).unlink()

    response = client.get(f"/api/v1/photos/{photo_id}/thumbnail", headers=inspector)

    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_nothing_lies_about_after_uploads_and_refusals(app: Flask, client: Any, session: Any) -> None:
    incoming: Path = app.extensions["jiayuan_config"].photo_dir / "incoming"
    before = set(incoming.rglob("*.*"))

    put(client)
    put(client, JPEG[:-100])
    put(client, b"")

    assert {path for path in incoming.rglob("*") if path.is_file()} <= before


def digest(data: bytes, name: str = "sha256") -> str:
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


@pytest.mark.parametrize(
    "header, value",
    [
        ("Content-Digest", f"sha-256=:{digest(JPEG)}:"),
        ("Repr-Digest", f"sha-512=:{digest(JPEG, 'sha512')}:, md5=:AAAA:"),
        ("Digest", f"SHA-256={digest(JPEG)}"),
    ],
)
def test_a_digest_beside_the_photo_is_held_against_what_arrived(
    client: Any, inspector: dict[str, str], header: str, value: str
) -> None:
    right = put(client, headers=inspector | {header: value})
    wrong = put(client, JPEG + b"\0", headers=inspector | {header: value})

    assert right.status_code == 201
    assert (wrong.status_code, wrong.json["code"]) == (422, "digest_mismatch")
    assert stored_photos() == 1


def test_a_digest_that_cannot_be_read_is_400(client: Any, inspector: dict[str, str]) -> None:
    response = put(client, headers=inspector | {"Content-Digest": "sha-256=abc"})

    assert (response.status_code, response.json["code"]) == (400, "digest_malformed")
    assert stored_photos() == 0


def test_the_limits_stand_in_the_refusal_of_a_photo_that_is_too_large(
    client: Any, inspector: dict[str, str]
) -> None:
    limits = client.get("/api/v1/photos/limits").json

    response = put(client, b"\xff\xd8\xff" + b"x" * limits["max_bytes"], headers=inspector)

    assert (response.status_code, response.json["code"]) == (413, "too_large")
    assert response.json["max_bytes"] == limits["max_bytes"]
    assert response.json["max_pixels"] == limits["max_pixels"]


def test_what_a_type_may_have_is_told_before_sending_and_in_the_refusal(
    client: Any, inspector: dict[str, str]
) -> None:
    told = client.get("/api/v1/photos/limits").json["max_pixels_by_type"]
    assert {kind for kind, pixels in told.items() if pixels == 80_000_000} == {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/heif",
    }
    large = encoded(Image.new("RGB", (4_500, 4_000), "blue"), "AVIF", speed=10)

    response = put(client, large, headers=inspector, content_type="image/avif")

    assert (response.status_code, response.json["code"]) == (422, "too_many_pixels")
    assert response.json["max_pixels"] == told["image/avif"] == 16_000_000
    assert (response.json["width"], response.json["height"]) == (4_500, 4_000)


def test_more_photos_at_a_time_than_allowed_are_asked_to_come_again_and_others_are_not(
    app: Flask, client: Any, grid: dict[str, Area]
) -> None:
    account, other = make_account(), make_account()
    turns = app.extensions["jiayuan_upload_turns"]
    with ExitStack() as under_way:
        for _ in range(turns.at_once):
            under_way.enter_context(turns.turn(str(account.id)))

        refused = put(client, headers=sign_in(account))

        assert (refused.status_code, refused.json["code"]) == (429, "uploads_at_once")
        assert refused.headers["Retry-After"] == "1"
        assert put(client, headers=sign_in(other)).status_code == 201
    assert put(client, headers=sign_in(account)).status_code == 201


@pytest.mark.parametrize(
    "number, status, code", [(errno.ENOSPC, 507, "storage_full"), (errno.EROFS, 503, "store_unavailable")]
)
def test_a_store_that_cannot_keep_a_photo_acknowledges_nothing_and_recovers(
    client: Any,
    inspector: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    status: int,
    code: str,
) -> None:
    body = encoded(two_halves(301, 201))
    with monkeypatch.context() as broken:

        def refuse(*_: object, **__: object) -> None:
            raise OSError(number, "no")

        broken.setattr(IncomingFile, "move_to", refuse)
        response = put(client, body, headers=inspector)

    assert (response.status_code, response.json["code"]) == (status, code)
    assert stored_photos() == 0
    assert put(client, body, headers=inspector).status_code == 201
