"""Inspections over HTTP: named by the phone, stored once, refused field by field, final once submitted."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from api.paging import encode_cursor
from cases.models import Case
from grid.models import Account, Area, Community
from grid.permissions import ANONYMOUS, Actor, Role
from inspections.models import Answer, Inspection
from server.db import db, new_id
from tests.factories import headers_of, make_account, make_community, make_grid, make_organisation, sign_in
from tests.inspections.published import publish
from tests.inspections.visits import make_photo


class Desk:
    """A township with a community and a signed-in inspector; times are the real ones."""

    def __init__(self, client: Any) -> None:
        self.client, self.areas = client, make_grid()
        self.community: Community = make_community(self.areas["neighbourhood"], attributes={"lifts": 0})
        self.version = publish()
        self.account: Account = make_account(Role.INSPECTOR, self.areas["township"])
        self.headers = sign_in(self.account)
        make_organisation("property_company", self.areas["neighbourhood"])
        self.seen_at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()

    def area(self, name: str) -> Area:
        return self.areas[name]

    def photo(self) -> str:
        return str(make_photo(Actor(self.account.id), received_at=datetime.now(UTC)).id)

    def answer(self, item_code: str, result: str = "pass", **more: Any) -> dict[str, Any]:
        return {"item_code": item_code, "result": result, "observed_at": self.seen_at} | more

    def body(self, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "community_id": str(self.community.id),
            "checklist_version_id": str(self.version.id),
            "status": "submitted",
            "answers": list(answers) or [self.answer("CORR-01"), self.answer("PACT-01")],
        } | more

    def put(self, body: Any, name: uuid.UUID | None = None, **headers: str) -> Any:
        address = f"/api/v1/inspections/{name or new_id()}"
        return self.client.put(address, json=body, headers=self.headers | headers)

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{address}", query_string=query, headers=self.headers)


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk(client)


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def errors_of(response: Any) -> list[tuple[str, str]]:
    assert response.mimetype == "application/problem+json"
    return [(each["field"], each["code"]) for each in response.get_json()["errors"]]


def test_a_submission_answers_a_receipt_with_photos_and_cases(desk: Desk) -> None:
    photo = desk.photo()
    body = desk.body(desk.answer("CORR-01", "fail", photo_ids=[photo]), desk.answer("PACT-01"))
    response = desk.put(body)
    receipt = response.get_json()
    assert response.status_code == 201
    assert (receipt["status"], receipt["number"], receipt["answered"]) == ("submitted", 1, 2)
    assert [each["id"] for each in receipt["photos"]] == [photo]
    assert len(receipt["photos"][0]["sha256"]) == 64
    assert receipt["cases"][0]["case_number"] == db.session.scalar(sa.select(Case.number))


def test_the_same_again_is_200_with_the_same_answer_and_one_row(desk: Desk) -> None:
    name, body = new_id(), desk.body()
    first, second = desk.put(body, name), desk.put(body, name)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    assert (count(Inspection), count(Answer)) == (1, 2)


def test_other_content_is_409_and_changes_nothing(desk: Desk) -> None:
    name = new_id()
    desk.put(desk.body(), name)
    response = desk.put(desk.body(note="改了"), name)
    assert (response.status_code, response.get_json()["code"]) == (409, "already_submitted")
    assert desk.get(f"inspections/{name}").get_json()["note"] == ""


def test_a_stale_draft_is_409_with_what_is_stored(desk: Desk) -> None:
    name = new_id()
    first = desk.put(desk.body(desk.answer("CORR-01"), status="draft"), name)
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    stale = desk.put(desk.body(desk.answer("PACT-01"), status="draft"), name)
    problem = stale.get_json()
    assert (stale.status_code, problem["code"], problem["present_revision"]) == (409, "stale_draft", 1)
    assert [answer["item_code"] for answer in problem["stored"]["answers"]] == ["CORR-01"]


def test_a_draft_that_was_read_may_be_changed_and_then_submitted(desk: Desk) -> None:
    name = new_id()
    desk.put(desk.body(desk.answer("CORR-01"), status="draft"), name)
    changed = desk.put(desk.body(status="draft"), name, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    submitted = desk.put(desk.body(), name, **{"If-Match": '"2"'})
    assert (submitted.status_code, submitted.get_json()["status"]) == (200, "submitted")


def test_a_broken_if_match_is_refused(desk: Desk) -> None:
    response = desk.put(desk.body(status="draft"), None, **{"If-Match": "three"})
    assert (response.status_code, response.get_json()["code"]) == (422, "bad_if_match")


def test_evidence_is_refused_item_by_item_and_nothing_is_stored(desk: Desk) -> None:
    response = desk.put(desk.body(desk.answer("CORR-01", "fail")))
    assert response.status_code == 422
    assert errors_of(response) == [
        ("answers.CORR-01.photo_ids", "photos_missing"),
        ("answers.PACT-01.result", "missing_answer"),
    ]
    assert (count(Inspection), count(Answer)) == (0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"community_id": "nowhere"}, "community_id"),
        ({"community_id": None}, "community_id"),
        ({"status": "finished"}, "status"),
        ({"answers": "all"}, "answers"),
        ({"answers": [{"item_code": "A", "result": "maybe", "observed_at": "2026-11-21T10:00:00+08:00"}]}, "answers.0.result"),
        ({"answers": [{"item_code": "A", "result": "pass", "observed_at": "2026-11-21T10:00:00"}]}, "answers.0.observed_at"),
        ({"answers": [{"item_code": "A", "result": "pass"}]}, "answers.0.observed_at"),
        ({"note": "长" * 5000}, "note"),
        ({"device_sent_at": "yesterday"}, "device_sent_at"),
        ({"nonsense": 1}, "nonsense"),
    ],
)  # fmt: skip
def test_bad_shapes_are_refused_by_field(desk: Desk, change: dict[str, Any], field: str) -> None:
    response = desk.put(desk.body(**change))
    assert response.status_code == 422
    assert field in [each[0] for each in errors_of(response)]
    assert count(Inspection) == 0


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"observed_at": "2099-01-01T00:00:00+08:00"}, "answers.CORR-01.observed_at", "observed_in_future"),
        ({"position": {"latitude": 39.9, "longitude": 116.4}}, "answers.CORR-01.position", "position_outside_area"),
        ({"occurrences": 3}, "answers.CORR-01.occurrences", "occurrences_without_fail"),
        ({"photo_ids": ["0198f0a0-0000-7000-8000-000000000000"]}, "answers.CORR-01.photo_ids", "photo_unknown"),
    ],
)  # fmt: skip
def test_bad_values_are_refused_by_item(desk: Desk, more: dict[str, Any], field: str, code: str) -> None:
    response = desk.put(desk.body(desk.answer("CORR-01", **more), desk.answer("PACT-01")))
    assert response.status_code == 422
    assert (field, code) in errors_of(response)
    assert count(Inspection) == 0


def test_an_unknown_item_is_refused(desk: Desk) -> None:
    response = desk.put(desk.body(desk.answer("CORR-01"), desk.answer("PACT-01"), desk.answer("NOPE-01")))
    assert errors_of(response) == [("answers.NOPE-01.item_code", "unknown_item")]


def test_a_latitude_beyond_the_pole_is_refused_by_field(desk: Desk) -> None:
    beyond = desk.answer("CORR-01", position={"latitude": 91, "longitude": 0})
    assert [each[0] for each in errors_of(desk.put(desk.body(beyond)))] == ["answers.0.position.latitude"]


def test_a_retired_version_is_refused(desk: Desk) -> None:
    desk.version = publish(retired_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert errors_of(desk.put(desk.body())) == [("checklist_version_id", "retired_version")]


def test_a_community_of_elsewhere_is_404_like_one_that_does_not_exist(desk: Desk) -> None:
    elsewhere = make_community(desk.area("other_neighbourhood"))
    answers = [desk.put(desk.body(community_id=str(each))) for each in (elsewhere.id, new_id())]
    bodies = [{k: v for k, v in each.get_json().items() if k != "request_id"} for each in answers]
    assert [each.status_code for each in answers] == [404, 404]
    assert bodies[0] == bodies[1]


def test_a_correction_supersedes_and_both_stay_readable(desk: Desk) -> None:
    first, second = new_id(), new_id()
    desk.put(desk.body(), first)
    assert desk.put(desk.body(supersedes=str(first), note="更正"), second).get_json()["number"] == 2
    assert desk.get(f"inspections/{first}").get_json()["superseded_by"] == str(second)
    listed = desk.get("inspections").get_json()["items"]
    assert [each["id"] for each in listed] == [str(second)]


def test_others_read_what_was_submitted_in_their_area_and_nothing_else(desk: Desk, client: Any) -> None:
    draft, submitted = new_id(), new_id()
    desk.put(desk.body(status="draft"), draft)
    desk.put(desk.body(), submitted)
    auditor = headers_of(Role.AUDITOR, desk.area("township"))
    outsider = headers_of(Role.AUDITOR, desk.area("other_township"))

    def status(name: uuid.UUID, headers: dict[str, str]) -> int:
        return client.get(f"/api/v1/inspections/{name}", headers=headers).status_code

    assert [status(submitted, auditor), status(draft, auditor), status(submitted, outsider)] == [
        200,
        404,
        404,
    ]
    assert desk.get(f"inspections/{draft}").status_code == 200


def test_lists_page_by_cursor(desk: Desk) -> None:
    names = {str(new_id()) for _ in range(3)}
    for name in names:
        desk.put(desk.body(), uuid.UUID(name))
    first = desk.get("inspections", limit=2).get_json()
    second = desk.get("inspections", limit=2, cursor=first["next_cursor"]).get_json()
    assert {each["id"] for each in [*first["items"], *second["items"]]} == names
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        encode_cursor(["a", "b"]),
        encode_cursor(["2026-01-01", "0198f0a0-0000-7000-8000-000000000000"]),
    ],
)
def test_what_is_no_cursor_is_refused(desk: Desk, cursor: str) -> None:
    assert errors_of(desk.get("inspections", cursor=cursor)) == [("cursor", "bad_cursor")]


def test_the_worksheet_says_what_applies_and_why(desk: Desk) -> None:
    query = {"community_id": desk.community.id, "checklist_version_id": desk.version.id}
    items = desk.get("inspections/worksheet", **query).get_json()["items"]
    assert [(each["item_code"], each["applies"]) for each in items] == [
        ("CORR-01", True),
        ("PACT-01", True),
        ("LIFT-01", False),
    ]
    assert "电梯" in items[2]["reason_zh"]


def test_the_worksheet_of_elsewhere_does_not_exist(desk: Desk) -> None:
    elsewhere = make_community(desk.area("other_neighbourhood"))
    query = {"community_id": elsewhere.id, "checklist_version_id": desk.version.id}
    assert desk.get("inspections/worksheet", **query).status_code == 404


def test_nobody_in_particular_inspects(desk: Desk, client: Any) -> None:
    assert ANONYMOUS.is_anonymous
    assert client.put(f"/api/v1/inspections/{new_id()}", json=desk.body()).status_code == 401


def test_a_visit_that_begins_in_the_future_is_refused(desk: Desk) -> None:
    for status in ("draft", "submitted"):
        refused = desk.put(desk.body(status=status, started_at="2050-01-01T00:00:00+08:00"))
        assert (refused.status_code, errors_of(refused)) == (422, [("started_at", "started_in_future")])
    assert count(Inspection) == 0


@pytest.mark.parametrize(
    ("started_at", "flags"),
    [
        ("1970-01-01T00:00:00Z", ["started_too_long_ago"]),
        (timedelta(minutes=2), ["started_after_answers"]),
        (timedelta(hours=2), []),
    ],
)
def test_a_visit_that_cannot_have_begun_then_is_flagged_and_kept(
    desk: Desk, started_at: Any, flags: list[str]
) -> None:
    if isinstance(started_at, timedelta):
        started_at = (datetime.now(UTC) - started_at).isoformat()
    name = new_id()
    response = desk.put(desk.body(started_at=started_at), name)
    assert response.status_code == 201, response.get_json()
    assert [(each["field"], each["code"]) for each in response.get_json()["flags"]] == [
        ("started_at", code) for code in flags
    ]
    told = desk.get(f"inspections/{name}").get_json()
    assert told["is_flagged"] is bool(flags)
    assert datetime.fromisoformat(told["started_at"]) == datetime.fromisoformat(
        started_at.replace("Z", "+00:00")
    )


def test_a_phone_with_a_reset_clock_submits_and_is_flagged(desk: Desk) -> None:
    response = desk.put(desk.body(device_sent_at="1970-01-01T00:00:00Z"))
    assert response.status_code == 201, response.get_json()
    assert response.get_json()["is_skew_flagged"]


def test_a_wrong_correction_is_told_at_the_name_that_was_sent(desk: Desk) -> None:
    refused = desk.put(desk.body(supersedes=str(new_id())))
    assert errors_of(refused) == [("supersedes", "unknown")]
