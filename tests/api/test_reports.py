"""Reports over HTTP: anybody may send one, once; staff read those of their area; duplicates are offered."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case
from grid.permissions import Role
from inspections.models import Report
from server.db import db, new_id
from tests.api.test_inspections import Desk, count, errors_of
from tests.factories import headers_of, make_account, make_community, make_organisation, sign_in
from tests.inspections.visits import make_photo
from tests.queries import counted_queries
from uploads.photos import _hash_of

CAPABILITY = "a-secret-of-my-own-making"


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk(client)


def body(desk: Desk, **more: Any) -> dict[str, Any]:
    return {
        "community_id": str(desk.community.id),
        "text": "三楼楼道堆物",
        "item_code": "CORR-01",
        "position": {"latitude": 31.6201, "longitude": 121.3901},
    } | more


def put(desk: Desk, sent: Any, name: uuid.UUID | None = None, **headers: str) -> Any:
    return desk.client.put(f"/api/v1/reports/{name or new_id()}", json=sent, headers=headers)


def clerk(desk: Desk, area: str = "township") -> dict[str, str]:
    return headers_of(Role.DISPATCHER, desk.area(area))


def test_an_anonymous_report_answers_a_receipt_with_a_tracking_code(desk: Desk) -> None:
    photo = make_photo(capability_hash=_hash_of(CAPABILITY))
    response = put(desk, body(desk, photo_ids=[str(photo.id)]), **{"Upload-Capability": CAPABILITY})
    receipt = response.get_json()
    assert response.status_code == 201
    assert receipt["photos"] == [{"id": str(photo.id), "sha256": photo.sha256}]
    assert receipt["case_number"] == db.session.scalar(sa.select(Case.number))
    assert receipt["community"]["name"] == desk.community.name
    assert len(receipt["tracking_code"]) == 29


def test_the_same_again_is_200_with_the_same_receipt_and_one_row(desk: Desk) -> None:
    name, sent = new_id(), body(desk)
    first, second = put(desk, sent, name), put(desk, sent, name)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    assert (count(Report), count(Case)) == (1, 1)


def test_other_content_is_409_and_changes_nothing(desk: Desk) -> None:
    name = new_id()
    put(desk, body(desk), name)
    response = put(desk, body(desk, text="别的"), name)
    assert (response.status_code, response.get_json()["code"]) == (409, "report_differs")
    assert db.session.get_one(Report, name).text == "三楼楼道堆物"


def test_somebody_else_never_gets_the_code_by_sending_the_same(desk: Desk) -> None:
    name, sent = new_id(), body(desk)
    put(desk, sent, name)
    response = put(desk, sent, name, **clerk(desk))
    assert response.status_code == 409
    assert "tracking_code" not in response.get_json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"community_id": "here"}, "community_id"),
        ({"community_id": "0198f0a0-0000-7000-8000-000000000000"}, "community_id"),
        ({"community_id": None, "position": None}, "community_id"),
        ({"community_id": None, "position": {"latitude": 31.9, "longitude": 121.9}}, "position"),
        ({"position": {"latitude": 39.9, "longitude": 116.4}}, "position"),
        ({"position": {"latitude": 31.9}}, "position.longitude"),
        ({"position": {"latitude": "NaN", "longitude": 1}}, "position.latitude"),
        ({"item_code": "NOPE-01"}, "item_code"),
        ({"photo_ids": ["0198f0a0-0000-7000-8000-000000000000"]}, "photo_ids.0"),
        ({"photo_ids": "all"}, "photo_ids"),
        ({"phone_number": "110"}, "phone_number"),
        ({"observed_at": "2099-01-01T00:00:00+08:00"}, "observed_at"),
        ({"text": "长" * 5000}, "text"),
        ({"text": "", "item_code": "unknown"}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"channel": "telepathy"}, "channel"),
        ({"follows_case_id": "0198f0a0-0000-7000-8000-000000000000"}, "follows_case_id"),
    ],
)
def test_bad_input_is_refused_by_field_and_nothing_is_stored(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    response = put(desk, body(desk, **change))
    assert response.status_code == 422
    assert field in [each[0] for each in errors_of(response)]
    assert (count(Report), count(Case)) == (0, 0)


def test_residents_have_no_hotline(desk: Desk) -> None:
    assert put(desk, body(desk, channel="hotline")).status_code == 403
    assert count(Report) == 0


def test_staff_read_their_areas_reports_with_filters(desk: Desk) -> None:
    elsewhere = make_community(desk.area("other_neighbourhood"))
    put(desk, body(desk, community_id=str(elsewhere.id)))
    put(desk, body(desk, item_code="PACT-01"))
    name = new_id()
    put(desk, body(desk), name)
    listed = desk.client.get("/api/v1/reports", query_string={"item_code": "CORR-01"}, headers=clerk(desk))
    assert [each["id"] for each in listed.get_json()["items"]] == [str(name)]
    assert listed.get_json()["items"][0]["case_state"] == "reported"


def test_outsiders_and_residents_read_nothing(desk: Desk) -> None:
    name = new_id()
    put(desk, body(desk), name)
    address = f"/api/v1/reports/{name}"
    assert desk.client.get(address, headers=clerk(desk, "other_township")).status_code == 404
    assert desk.client.get(address, headers=sign_in(make_account())).status_code == 403
    assert desk.client.get(address).status_code == 401


def test_a_phone_number_is_masked_for_who_may_not_see_contacts(desk: Desk) -> None:
    name = new_id()
    put(desk, body(desk, phone_number="13800000001"), name)
    auditor = headers_of(Role.AUDITOR, desk.area("township"))

    def number(headers: dict[str, str]) -> str:
        return desk.client.get(f"/api/v1/reports/{name}", headers=headers).get_json()["phone_number"]

    assert (number(clerk(desk)), number(auditor)) == ("+8613800000001", "138****0001")


def test_duplicates_are_offered_before_sending_and_followed(desk: Desk) -> None:
    put(desk, body(desk, text="王建国家门口"))
    query = {"community_id": desk.community.id, "latitude": 31.6202, "longitude": 121.3901}
    response = desk.client.get("/api/v1/reports/duplicates", query_string=query)
    (offer,) = response.get_json()["items"]
    assert (offer["item_code"], offer["stage"], offer["report_count"]) == ("CORR-01", "received", 1)
    assert "王建国" not in response.get_data(as_text=True)
    followed = put(desk, body(desk, follows_case_id=offer["case_id"])).get_json()
    assert (followed["is_following"], followed["case_id"]) == (True, offer["case_id"])
    assert count(Case) == 1


def test_staff_are_offered_more_than_residents(desk: Desk) -> None:
    put(desk, body(desk))
    query = {"community_id": desk.community.id, "latitude": 31.6215, "longitude": 121.3901}

    def offered(headers: dict[str, str]) -> int:
        response = desk.client.get("/api/v1/reports/duplicates", query_string=query, headers=headers)
        return len(response.get_json()["items"])

    assert (offered({}), offered(clerk(desk))) == (0, 1)


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 422), ({"community_id": "x"}, 422), ({"community_id": new_id()}, 404)],
)
def test_duplicates_of_nowhere_are_refused(desk: Desk, query: dict[str, Any], status: int) -> None:
    assert desk.client.get("/api/v1/reports/duplicates", query_string=query).status_code == status


def test_half_a_position_is_refused(desk: Desk) -> None:
    query = {"community_id": desk.community.id, "latitude": 31.6}
    response = desk.client.get("/api/v1/reports/duplicates", query_string=query)
    assert [each[0] for each in errors_of(response)] == ["longitude"]


def test_duplicates_are_offered_at_triage(desk: Desk) -> None:
    first, second = new_id(), new_id()
    put(desk, body(desk), first)
    other = put(desk, body(desk), second).get_json()["case_id"]
    response = desk.client.get(f"/api/v1/reports/{first}/duplicates", headers=clerk(desk))
    assert [each["case_id"] for each in response.get_json()["items"]] == [other]


def test_lists_page_by_cursor(desk: Desk) -> None:
    names = {str(new_id()) for _ in range(3)}
    for name in names:
        put(desk, body(desk), uuid.UUID(name))
    headers = clerk(desk)

    def page(**query: Any) -> Any:
        return desk.client.get("/api/v1/reports", query_string=query, headers=headers).get_json()

    first = page(limit=2)
    second = page(limit=2, cursor=first["next_cursor"])
    assert {each["id"] for each in [*first["items"], *second["items"]]} == names
    assert second["next_cursor"] is None


def test_a_signed_in_person_finds_their_own_reports_and_no_others(desk: Desk) -> None:
    me = sign_in(make_account())
    put(desk, body(desk))
    put(desk, body(desk), **sign_in(make_account()))
    code = put(desk, body(desk), **me).get_json()["tracking_code"]
    (own,) = desk.client.get("/api/v1/reports/mine", headers=me).get_json()["items"]
    assert (own["tracking_code"], own["stage"], own["text"]) == (code, "received", "三楼楼道堆物")
    assert desk.client.get("/api/v1/reports/mine").status_code == 401


def test_ones_own_reports_page_by_cursor_at_the_same_cost(desk: Desk) -> None:
    me = sign_in(make_account())
    names = {put(desk, body(desk), **me).get_json()["id"] for _ in range(3)}

    def page(**query: Any) -> tuple[Any, int]:
        with counted_queries() as counted:
            got = desk.client.get("/api/v1/reports/mine", query_string=query, headers=me).get_json()
        return got, counted.number

    first, cost_of_one = page(limit=1)
    rest, cost_of_two = page(limit=2, cursor=first["next_cursor"])
    assert {each["id"] for each in [*first["items"], *rest["items"]]} == names
    assert (cost_of_one, rest["next_cursor"]) == (cost_of_two, None)


def test_a_phones_wrong_clock_is_told_in_the_receipt(desk: Desk) -> None:
    sent_at = datetime.now(UTC) - timedelta(hours=2)
    receipt = put(desk, body(desk, device_sent_at=sent_at.isoformat())).get_json()
    assert receipt["is_skew_flagged"]
    assert abs(receipt["skew_seconds"] + 7200) < 60


_RESET_CLOCKS = [
    "1970-01-01T00:00:00+08:00",
    "1980-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "2150-01-01T00:00:00Z",
]


@pytest.mark.parametrize("sent_at", _RESET_CLOCKS)
def test_a_phone_with_a_reset_clock_can_report_and_is_flagged(desk: Desk, sent_at: str) -> None:
    response = put(desk, body(desk, device_sent_at=sent_at))
    assert response.status_code == 201, response.get_json()
    assert response.get_json()["is_skew_flagged"]
    told = datetime.fromisoformat(response.get_json()["device_sent_at"])
    assert told == datetime.fromisoformat(sent_at.replace("Z", "+00:00"))
    seen = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    if sent_at < "2000":
        assert put(desk, body(desk, device_sent_at=sent_at, observed_at=seen)).status_code == 201


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ("observed_at", "1970-01-01T00:00:00Z", "时间超出范围（2000 至 2099 年）", "Out of range: the years 2000 to 2099."),
        ("observed_at", "2200-01-01T00:00:00Z", "时间超出范围（2000 至 2099 年）", "Out of range: the years 2000 to 2099."),
        ("device_sent_at", "1960-01-01T00:00:00Z", "时间超出范围（1970 至 9998 年）", "Out of range: the years 1970 to 9998."),
        ("observed_at", "2026-01-01T00:00:00", "不是有效的时间（RFC 3339，须带时区）", "Not a valid aware datetime."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_time_is_told_truthfully(
    desk: Desk, field: str, value: str, zh: str, en: str
) -> None:
    for language, sentence in (("zh", zh), ("en", en)):
        answer = put(desk, body(desk, **{field: value}), **{"Accept-Language": language})
        assert answer.status_code == 422
        assert [(each["field"], each["detail"]) for each in answer.get_json()["errors"]] == [
            (field, sentence)
        ]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EVALUATOR])
@pytest.mark.parametrize("channel", ["resident", "staff"])
def test_staff_whose_post_does_not_report_are_refused_and_nothing_is_stored(
    desk: Desk, role: Role, channel: str
) -> None:
    company = make_organisation("property_company", desk.area("township"))
    headers = headers_of(role, desk.area("township"), company if role is Role.EVALUATOR else None)
    assert put(desk, body(desk, channel=channel), **headers).status_code == 403
    assert (count(Report), count(Case)) == (0, 0)


def test_staff_who_report_may_also_do_so_as_residents(desk: Desk) -> None:
    assert put(desk, body(desk), **desk.headers).status_code == 201


def test_a_list_of_an_area_out_of_sight_is_not_found(desk: Desk) -> None:
    for path in ("reports", "inspections", "cases", "organisations", "communities"):
        for code in (desk.area("other_township").code, "000000"):
            answer = desk.client.get(f"/api/v1/{path}", query_string={"area": code}, headers=clerk(desk))
            assert answer.status_code == 404, path
