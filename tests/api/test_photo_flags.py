"""What reviewers are told about photos as evidence, and what nobody else is."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from grid.models import Area
from grid.permissions import Role
from server import clock
from server.db import db
from tests.api.test_inspections import Desk
from tests.api.test_photos import make_case, put
from tests.factories import NOW, headers_of, make_account, make_grid, make_organisation, sign_in
from tests.queries import counted_queries
from tests.uploads.images import encoded, phone_exif
from tests.uploads.test_similarity import again, scene
from uploads.models import Photo, PhotoOwnerKind
from uploads.similarity import index_hashes


@pytest.fixture
def grid(session: Any) -> dict[str, Area]:
    return make_grid()


@pytest.fixture
def inspector(grid: dict[str, Area]) -> dict[str, str]:
    return headers_of(Role.INSPECTOR, grid["township"])


def shown_in_case(client: Any, headers: dict[str, str], area: Area, body: bytes, **more: Any) -> uuid.UUID:
    """A photo that a case shows, claimed by it."""
    photo_id = uuid.UUID(put(client, body, headers=headers).json["id"])
    case = make_case(photo_id, area, **more)
    photo = db.session.get_one(Photo, photo_id)
    photo.owner_kind, photo.owner_id, photo.claimed_at = PhotoOwnerKind.CASE.value, case.id, NOW
    index_hashes([photo])
    db.session.flush()
    return photo_id


def flags_of(client: Any, photo_id: uuid.UUID, headers: dict[str, str]) -> dict[str, Any]:
    told = client.get(f"/api/v1/photos/{photo_id}", headers=headers).json["flags"]
    return {flag["code"]: flag for flag in told}


def test_the_phones_headers_and_the_photo_against_the_community_give_flags(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    said = {"Device-Sent-At": (clock.now() - timedelta(hours=2)).isoformat()}
    photo_id = shown_in_case(
        client, inspector | said, grid["neighbourhood"], encoded(scene(1), exif=phone_exif().tobytes())
    )

    found = flags_of(client, photo_id, inspector)

    assert set(found) == {"clock_skew", "time_mismatch", "far_from_community"}
    assert found["clock_skew"]["figures"]["skew_seconds"] == pytest.approx(-7200, abs=5)
    # phone_exif() says Chenjia, the example community stands some forty kilometres west.
    assert 39_000 < found["far_from_community"]["figures"]["metres"] < 42_000
    assert found["far_from_community"]["zh"].startswith("照片定位距小区")


def test_a_photo_of_another_case_is_told_with_the_earlier_one(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    image = scene(2, (1200, 900))
    earlier = shown_in_case(client, inspector, grid["neighbourhood"], encoded(image))
    shrunk = encoded(again(image.resize((800, 600))), quality=70)
    later = shown_in_case(client, inspector, grid["neighbourhood"], shrunk)

    flag = flags_of(client, later, inspector)["reused"]

    assert flag["earlier_photo_ids"] == [str(earlier)]
    assert flag["figures"]["bits_of_64"] <= 4
    assert "reused" not in flags_of(client, earlier, inspector)


def test_an_earlier_photo_that_the_asker_may_not_see_is_not_named(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    body = encoded(scene(3))
    elsewhere = headers_of(Role.INSPECTOR, grid["other_township"])
    earlier = shown_in_case(client, elsewhere, grid["other_neighbourhood"], body)
    later = shown_in_case(client, inspector, grid["neighbourhood"], body)

    flag = flags_of(client, later, inspector)["reused"]

    assert flag["earlier_photo_ids"] == []
    assert "同一张" in flag["zh"]
    district = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    assert flags_of(client, later, district)["reused"]["earlier_photo_ids"] == [str(earlier)]


def test_the_same_picture_twice_in_one_case_is_not_reused(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    from cases.models import CasePhoto

    body = encoded(scene(4))
    first = shown_in_case(client, inspector, grid["neighbourhood"], body)
    second = uuid.UUID(put(client, body, headers=inspector).json["id"])
    case_id = db.session.get_one(Photo, first).owner_id
    photo = db.session.get_one(Photo, second)
    photo.owner_kind, photo.owner_id, photo.claimed_at = "case", case_id, NOW
    db.session.add(
        CasePhoto(case_id=case_id, photo_id=second, kind="report", event_seq=1, position=1, added_at=NOW)
    )
    db.session.flush()
    assert "reused" not in flags_of(client, second, inspector)


@pytest.mark.parametrize("is_staff", [True, False])
def test_whoever_does_not_review_evidence_is_told_no_flags(
    client: Any, grid: dict[str, Area], is_staff: bool
) -> None:
    holder = make_organisation("property_company", grid["township"])
    handler = headers_of(Role.HANDLER, grid["township"], holder)
    uploader = handler if is_staff else sign_in(make_account())
    photo_id = shown_in_case(client, uploader, grid["neighbourhood"], encoded(scene(5)), organisation=holder)

    told = client.get(f"/api/v1/photos/{photo_id}", headers=uploader)

    assert told.status_code == 200
    assert not {"flags", "evidence", "device"} & set(told.json)


def test_what_the_phone_said_is_told_to_who_may_see_the_original(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    said = {"Device-Latitude": "31.6263", "Device-Longitude": "121.3975", "Device-Accuracy": "12.5"}
    photo_id = shown_in_case(client, inspector | said, grid["neighbourhood"], encoded(scene(6)))

    entitled = client.get(
        f"/api/v1/photos/{photo_id}", headers=headers_of(Role.DISPATCHER, grid["township"])
    ).json

    assert entitled["device"]["accuracy_metres"] == 12.5
    assert "device" not in client.get(f"/api/v1/photos/{photo_id}", headers=inspector).json


def test_a_case_tells_the_flags_of_all_its_photos_at_the_same_cost(
    client: Any, grid: dict[str, Area]
) -> None:
    dispatcher = headers_of(Role.DISPATCHER, grid["township"])
    from cases.models import CasePhoto

    numbers = []
    for size in (1, 8):
        photos = [uuid.UUID(put(client, encoded(scene(50 + n))).json["id"]) for n in range(size)]
        case = make_case(photos[0], grid["neighbourhood"])
        for position, photo_id in enumerate(photos):
            photo = db.session.get_one(Photo, photo_id)
            photo.owner_kind, photo.owner_id, photo.claimed_at = "case", case.id, NOW
            index_hashes([photo])
            if position:
                db.session.add(
                    CasePhoto(
                        case_id=case.id,
                        photo_id=photo_id,
                        kind="report",
                        event_seq=1,
                        position=position,
                        added_at=NOW,
                    )
                )
        db.session.flush()
        db.session.expire_all()
        with counted_queries() as count:
            shown = client.get(f"/api/v1/cases/{case.id}", headers=dispatcher).json["photos"]
        numbers.append(count.number)
        assert len(shown) == size
        assert all("no_position" in {flag["code"] for flag in each["flags"]} for each in shown)
    # The second time the earlier case's photos are found, and what they stand in.
    assert numbers[1] <= numbers[0] + 4


def test_an_inspection_tells_the_flags_of_its_photos(client: Any) -> None:
    desk = Desk(client)
    photo = desk.photo()
    name = uuid.uuid4()
    body = desk.body(desk.answer("CORR-01", "fail", photo_ids=[photo]), desk.answer("PACT-01"))
    assert desk.put(body, name).status_code == 201

    (shown,) = desk.get(f"inspections/{name}").json["photos"]

    assert shown["photo_id"] == photo
    assert [flag["code"] for flag in shown["flags"]] == ["no_position"]
    evaluator = headers_of(Role.EVALUATOR, desk.area("township"))
    (told,) = client.get(f"/api/v1/inspections/{name}", headers=evaluator).json["photos"]
    assert told["flags"] is None


def test_a_draft_gives_no_address_of_somebody_elses_photo(client: Any) -> None:
    desk = Desk(client)
    foreign = put(client, encoded(scene(9))).json["id"]
    name = uuid.uuid4()
    body = desk.body(desk.answer("CORR-01", "fail", photo_ids=[foreign]), status="draft")
    assert desk.put(body, name).status_code in (200, 201)
    assert desk.get(f"inspections/{name}").json["photos"] == []


# --- signed addresses -------------------------------------------------------------------------------------


def test_a_signed_address_needs_no_headers_and_is_good_for_its_own_picture_alone(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    photo_id = shown_in_case(client, inspector, grid["neighbourhood"], encoded(scene(7)))
    told = client.get(f"/api/v1/photos/{photo_id}", headers=inspector).json

    display = client.get(told["display_url"])
    assert display.status_code == 200
    assert display.headers["Cache-Control"].startswith("private, max-age=")
    assert int(display.headers["Cache-Control"].split("=")[1]) <= 1200
    query = told["display_url"].split("?")[1]
    assert client.get(f"/api/v1/photos/{photo_id}/thumbnail?{query}").status_code == 401
    assert client.get(f"/api/v1/photos/{uuid.uuid4()}/display?{query}").status_code == 401
    assert client.get(f"/api/v1/photos/{photo_id}/original?reason=复核&{query}").status_code == 401


def test_a_signed_address_expires(
    client: Any, grid: dict[str, Area], inspector: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = shown_in_case(client, inspector, grid["neighbourhood"], encoded(scene(8)))
    address = client.get(f"/api/v1/photos/{photo_id}", headers=inspector).json["thumbnail_url"]
    now = clock.now()
    for minutes, status in ((14, 200), (21, 403)):
        monkeypatch.setattr(clock, "_source", lambda at=now + timedelta(minutes=minutes): at)
        assert client.get(address).status_code == status


def test_an_address_stays_the_same_for_some_minutes_so_that_caches_help(
    client: Any, grid: dict[str, Area], inspector: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now().replace(minute=0, second=1)
    photo_id = shown_in_case(client, inspector, grid["neighbourhood"], encoded(scene(10)))
    addresses = []
    for seconds in (0, 200, 400):
        monkeypatch.setattr(clock, "_source", lambda at=start + timedelta(seconds=seconds): at)
        addresses.append(client.get(f"/api/v1/photos/{photo_id}", headers=inspector).json["display_url"])
    assert addresses[0] == addresses[1] != addresses[2]


def test_of_a_photo_past_its_retention_only_the_record_is_told(
    client: Any, grid: dict[str, Area], inspector: dict[str, str]
) -> None:
    photo_id = shown_in_case(client, inspector, grid["neighbourhood"], encoded(scene(11)))
    photo = db.session.get_one(Photo, photo_id)
    photo.removed_at, photo.removal_reason, photo.evidence = NOW, "retention: 1000 days", {}
    db.session.flush()

    told = client.get(f"/api/v1/photos/{photo_id}", headers=inspector)

    assert told.json["removed_at"] is not None
    for address in (told.json["display_url"], f"/api/v1/photos/{photo_id}/thumbnail"):
        gone = client.get(address, headers=inspector)
        assert (gone.status_code, gone.json["code"]) == (410, "photo_removed")
    dispatcher = headers_of(Role.DISPATCHER, grid["township"])
    assert (
        client.get(f"/api/v1/photos/{photo_id}/original?reason=复核", headers=dispatcher).status_code == 410
    )
    # Sent again it is no receipt: nobody holds the files any more.
    again_sent = put(client, encoded(scene(11)), headers=inspector, photo_id=photo_id)
    assert (again_sent.status_code, again_sent.json["code"]) == (410, "photo_removed")
