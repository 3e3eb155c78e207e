"""How lists of reports and inspections are narrowed: by area, state and days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server import clock
from tests.api.test_inspections import Desk
from tests.api.test_reports import body, clerk, put


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk(client)


def listed(desk: Desk, path: str, **query: str) -> int:
    answer = desk.client.get(f"/api/v1/{path}", query_string=query, headers=clerk(desk))
    assert answer.status_code == 200, answer.get_json()
    return len(answer.get_json()["items"])


def days() -> tuple[str, str, str]:
    today = clock.local_day(clock.now())
    return tuple(str(today + timedelta(days=shift)) for shift in (-1, 0, 1))  # type: ignore[return-value]


def test_reports_are_narrowed_by_days_both_included(desk: Desk) -> None:
    put(desk, body(desk))
    yesterday, today, tomorrow = days()
    assert listed(desk, "reports", **{"from": today, "to": today}) == 1
    assert listed(desk, "reports", **{"from": yesterday, "to": yesterday}) == 0
    assert listed(desk, "reports", **{"from": tomorrow}) == 0
    assert listed(desk, "reports", to=tomorrow) == 1


def test_reports_are_narrowed_by_area_and_by_their_cases_state(desk: Desk) -> None:
    put(desk, body(desk))
    assert listed(desk, "reports", area=desk.area("neighbourhood").code, state="reported") == 1
    assert listed(desk, "reports", state="closed") == 0


def test_inspections_are_narrowed_by_area_and_days(desk: Desk) -> None:
    photo = desk.photo()
    failing = desk.answer("CORR-01", "fail", photo_ids=[photo], note="三楼纸箱")
    assert desk.put(desk.body(failing, desk.answer("PACT-01"))).status_code == 201
    yesterday, today, _ = days()
    place = desk.area("neighbourhood").code
    assert listed(desk, "inspections", area=place, **{"from": today, "to": today}) == 1
    assert listed(desk, "inspections", area=place, to=yesterday) == 0


@pytest.mark.parametrize("path", ["reports", "inspections", "cases"])
def test_a_period_that_ends_before_it_begins_is_refused(desk: Desk, path: str) -> None:
    query = {"from": "2026-11-20", "to": "2026-11-19"}
    answer = desk.client.get(f"/api/v1/{path}", query_string=query, headers=clerk(desk))
    assert answer.status_code == 422
    assert [each["field"] for each in answer.get_json()["errors"]] == ["to"]


@pytest.mark.parametrize("old", ["area_code", "since", "case_state"])
def test_a_name_that_is_none_is_not_passed_over(desk: Desk, old: str) -> None:
    answer = desk.client.get("/api/v1/reports", query_string={old: "1"}, headers=clerk(desk))
    assert [each["field"] for each in answer.get_json()["errors"]] == [old]
