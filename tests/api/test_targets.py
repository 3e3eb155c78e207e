"""Targets over HTTP: which hold in an area on a day, for anybody, with the clause that sets them."""

from typing import Any

import pytest

from grid.models import AreaLevel
from server import clock
from tests.factories import NOW, make_area


@pytest.fixture
def township(session):
    clock.set_source(lambda: NOW)
    district = make_area(AreaLevel.DISTRICT, code="310151")
    yield make_area(AreaLevel.TOWNSHIP, district, code="310151101")
    clock.set_source(None)


def civilised(body: dict[str, Any]) -> dict[str, Any]:
    return next(
        each for each in body["items"] if each["checklist"] == "civilised_community" and not each["item"]
    )


def test_anybody_reads_the_targets_with_their_clauses(client, township):
    response = client.get(f"/api/v1/areas/{township.code}/targets")
    assert response.status_code == 200
    body = response.get_json()
    found = civilised(body)
    assert body["as_of"] == "2026-11-20"
    assert (found["metric"], found["value"], found["operator"], found["year"]) == (
        "item_rate",
        0.9,
        "reach",
        2019,
    )
    assert (found["commitment"], found["is_carried_forward"], found["area_code"]) == ("firm", True, "310151")
    assert (found["source"]["clause"], found["source"]["quote"]) == ("三(五)1", "创城指标达标率达到90%")
    assert found["source"]["policy"]["number"] == "沪崇府办发〔2018〕27号"
    assert "未定新的数值" in found["remark_zh"]


def test_a_day_of_the_plan_has_its_own_years_target(client, township):
    body = client.get(f"/api/v1/areas/{township.code}/targets?as_of=2018-07-01").get_json()
    found = civilised(body)
    assert (found["value"], found["operator"], found["is_carried_forward"]) == (0.8, "at_least", False)
    assert found["remark_zh"] is None


def test_before_the_first_plan_there_is_no_target(client, township):
    body = client.get(f"/api/v1/areas/{township.code}/targets?as_of=2016-12-31").get_json()
    assert body == {"as_of": "2016-12-31", "items": []}


def test_a_district_without_a_plan_has_the_citys(client, session):
    make_area(AreaLevel.DISTRICT, code="310115")
    items = client.get("/api/v1/areas/310115/targets?as_of=2026-11-20").get_json()["items"]
    assert items
    assert {each["area_code"] for each in items} == {"310000"}
    assert len({(each["metric"], each["checklist"], each["item"]) for each in items}) == len(items)


@pytest.mark.parametrize("query", ["as_of=yesterday", "as_of=1066-10-14", "on=2026-11-20"])
def test_a_wrong_question_is_told_so(client, township, query):
    response = client.get(f"/api/v1/areas/{township.code}/targets?{query}")
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


def test_an_unknown_area_is_not_found(client, session):
    response = client.get("/api/v1/areas/999999/targets")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
