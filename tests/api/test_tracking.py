"""A tracking code over HTTP opens one report's public timeline, "not fixed" and the rating, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case, CaseRating
from inspections.tracking_codes import derive_code
from server.db import db, new_id
from tests.api.test_inspections import Desk, errors_of
from tests.api.test_reports import body, put
from tests.factories import make_organisation
from tests.inspections.reporting import close_case
from tests.inspections.visits import Scene


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk(client)


def report(desk: Desk, **more: Any) -> str:
    code: str = put(desk, body(desk, **more)).get_json()["tracking_code"]
    return code


def close(desk: Desk) -> None:
    """Take the only case to its closing."""
    scene = Scene(areas=desk.areas, version=desk.version)
    organisation = make_organisation("property_company", desk.area("neighbourhood"))
    close_case(scene, db.session.scalars(sa.select(Case.id)).one(), organisation, datetime.now(UTC))


def track(desk: Desk, code: str) -> Any:
    return desk.client.get(f"/api/v1/tracking/{code}")


def test_a_code_opens_the_public_timeline_and_nothing_personal(desk: Desk) -> None:
    code = report(desk, text="王建国，13800000001", phone_number="13800000001", building="3号楼502")
    close(desk)
    response = track(desk, code)
    assert [each["zh"] for each in response.get_json()["entries"]] == [
        "已收到您的上报",
        "已受理",
        "物业处理中",
        "已处理，待核查",
        "已解决",
    ]
    told = response.get_data(as_text=True)
    assert not [each for each in ("王建国", "13800000001", "502", "示例人员", "示例单位") if each in told]


def test_a_code_is_read_however_it_is_typed(desk: Desk) -> None:
    code = report(desk)
    assert track(desk, code.lower().replace("-", "")).status_code == 200


def test_a_mistyped_code_is_told_from_an_unknown_one(desk: Desk) -> None:
    assert errors_of(track(desk, "7KQF-3M9T")) == [("code", "mistyped_code")]
    assert track(desk, derive_code(b"another secret", new_id())).status_code == 404


def test_not_fixed_reopens_by_itself(desk: Desk) -> None:
    code = report(desk)
    close(desk)
    assert track(desk, code).get_json()["may_say_not_fixed"]
    response = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={"text": "纸箱还在"})
    assert response.status_code == 200
    assert response.get_json()["entries"][-1]["stage"] == "redoing"
    assert db.session.scalar(sa.select(Case.reopen_count)) == 1
    again = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={"text": "纸箱还在"})
    assert again.status_code == 409


def test_a_named_not_fixed_is_taken_once_however_often_it_is_sent(desk: Desk) -> None:
    code = report(desk)
    close(desk)
    answer = {"text": "纸箱还在", "answer_id": str(new_id())}
    first = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json=answer)
    again = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json=answer)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json()["entries"] == first.get_json()["entries"]
    assert db.session.scalar(sa.select(Case.reopen_count)) == 1
    other = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={**answer, "text": "别的"})
    assert (other.status_code, other.get_json()["code"]) == (409, "action_id_taken")


def test_not_fixed_before_the_closing_is_409(desk: Desk) -> None:
    code = report(desk)
    assert desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={}).status_code == 409


def test_a_photo_that_is_not_theirs_reopens_nothing(desk: Desk) -> None:
    code = report(desk)
    close(desk)
    response = desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={"photo_ids": [desk.photo()]})
    assert errors_of(response) == [("photo_ids.0", "photo_unknown")]
    assert db.session.scalar(sa.select(Case.state)) == "closed"


def test_a_closing_is_rated_once(desk: Desk) -> None:
    code = report(desk)
    close(desk)

    def rate(**sent: Any) -> Any:
        return desk.client.put(f"/api/v1/tracking/{code}/rating", json=sent)

    assert rate(score="satisfied").status_code == 200
    assert rate(score="satisfied").status_code == 200
    assert rate(score="dissatisfied").status_code == 409
    assert [each[0] for each in errors_of(rate(score="splendid"))] == ["score"]
    assert list(db.session.scalars(sa.select(CaseRating.score))) == ["satisfied"]


@pytest.mark.parametrize("path", ["not-fixed", "rating"])
def test_without_a_code_there_is_nothing_to_do(desk: Desk, path: str) -> None:
    code = derive_code(b"another secret", new_id())
    send = desk.client.post if path == "not-fixed" else desk.client.put
    assert (
        send(
            f"/api/v1/tracking/{code}/{path}", json={"score": "neutral"} if path == "rating" else {}
        ).status_code
        == 404
    )


def test_what_is_not_closed_yet_is_neither_rated_nor_found_not_fixed(desk: Desk) -> None:
    code = report(desk)
    rated = desk.client.put(f"/api/v1/tracking/{code}/rating", json={"score": "satisfied"})
    assert (rated.status_code, rated.get_json()["code"]) == (409, "case_not_closed")
    assert (
        desk.client.post(f"/api/v1/tracking/{code}/not-fixed", json={"text": "还在漏水"}).status_code == 409
    )


def test_the_problem_is_called_as_residents_call_it(desk: Desk) -> None:
    body = track(desk, report(desk)).get_json()
    assert body["tile"] == {"zh": "CORR-01的问题", "en": "CORR-01 trouble"}
    assert body["criterion"]["zh"] == "检查项CORR-01"
