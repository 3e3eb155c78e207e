"""Checklists and items over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from checklists.catalogue import checklist_document, document_sha256, load_catalogue
from checklists.catalogue_entries import Catalogue
from checklists.models import ChecklistVersion
from checklists.publishing import publish_catalogue, publish_checklist, retire_version
from grid.models import Area
from grid.permissions import SYSTEM, Role
from server import clock
from server.db import db
from tests.factories import NOW, headers_of, make_account, make_grid, sign_in
from tests.queries import counted_queries

TODAY = date(2026, 11, 20)
CODE = "fire_safety"
PUBLISHED = ("civilised_community", "fire_safety", "waste_sorting")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(autouse=True)
def friday(app: Flask) -> Any:
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


@pytest.fixture
def grid(session: Any) -> dict[str, Area]:
    return make_grid()


@pytest.fixture
def published(app: Flask, catalogue: Catalogue) -> None:
    publish_catalogue(catalogue, date(2026, 1, 1), SYSTEM, NOW, checklist_codes=PUBLISHED)


def number_of_versions() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(ChecklistVersion)) or 0


# --- reading checklists -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("published")
def test_anybody_lists_the_checklists_with_what_is_in_force(client: Any, catalogue: Catalogue) -> None:
    body = client.get("/api/v1/checklists").get_json()
    assert [each["code"] for each in body["items"]] == list(PUBLISHED)
    assert body["next_cursor"] is None
    civilised = body["items"][0]
    assert civilised["name"] == {"zh": "文明小区", "en": "Civilised community"}
    assert civilised["item_count"] == len(catalogue.checklists["civilised_community"].items)
    assert civilised["in_force"]["number"] == civilised["latest"]["number"] == 1


@pytest.mark.usefixtures("published")
def test_checklists_page_by_cursor_without_gap(client: Any) -> None:
    codes, cursor = [], ""
    while cursor is not None:
        body = client.get("/api/v1/checklists", query_string={"limit": 2, "cursor": cursor}).get_json()
        assert len(body["items"]) <= 2
        codes += [each["code"] for each in body["items"]]
        cursor = body["next_cursor"]
    assert codes == list(PUBLISHED)


@pytest.mark.usefixtures("published")
def test_before_its_first_day_a_checklist_has_nothing_in_force(client: Any) -> None:
    body = client.get("/api/v1/checklists?as_of=2025-12-31").get_json()
    assert {each["in_force"] for each in body["items"]} == {None}


def test_with_nothing_published_the_list_is_empty(client: Any) -> None:
    assert client.get("/api/v1/checklists").get_json() == {"items": [], "next_cursor": None}
    assert client.get("/api/v1/items").get_json() == {"items": [], "next_cursor": None}
    assert client.get("/api/v1/items/groups").get_json() == {"items": []}


def test_a_checklist_shows_its_versions_and_how_its_rate_is_counted(
    client: Any, catalogue: Catalogue
) -> None:
    document = checklist_document(catalogue, CODE)
    publish_checklist(document, date(2026, 1, 1), SYSTEM, NOW)
    publish_checklist({**document, "pass_mark": 95}, date(2026, 12, 1), SYSTEM, NOW)
    retire_version(CODE, 1, SYSTEM, NOW)
    body = client.get(f"/api/v1/checklists/{CODE}").get_json()
    assert [version["number"] for version in body["versions"]] == [1, 2]
    assert body["versions"][0]["retired_at"] == "2026-11-20T10:00:00+08:00"
    assert (body["in_force"]["number"], body["latest"]["number"], body["pass_mark"]) == (1, 2, 90)
    assert "政策" in body["formula"]["note"]["zh"]
    assert client.get(f"/api/v1/checklists/{CODE}?as_of=2026-12-01").get_json()["pass_mark"] == 95


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "fire_safety/versions/2",
        "fire_safety/versions/0",
        "fire_safety/versions/99999999999",
        "%00",
        "消防",
    ],
)
def test_what_is_not_there_is_a_404(client: Any, path: str) -> None:
    response = client.get(f"/api/v1/checklists/{path}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


@pytest.mark.usefixtures("published")
def test_a_version_arrives_whole_and_its_fingerprint_still_fits(client: Any, catalogue: Catalogue) -> None:
    response = client.get(f"/api/v1/checklists/{CODE}/versions/1")
    body = response.get_json()
    assert body["document"] == checklist_document(catalogue, CODE)
    assert document_sha256(body["document"]) == body["sha256"]
    assert "retired_at" not in body
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["ETag"] == f'"{body["sha256"]}"'


@pytest.mark.usefixtures("published")
def test_a_version_that_the_client_has_is_not_sent_again(client: Any) -> None:
    address = f"/api/v1/checklists/{CODE}/versions/1"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "as_of=yesterday",
        "as_of=1066-10-14",
        "as_of=9999-01-01",
        "limit=0",
        "limit=1e3",
        "cursor=%%%",
        "cursor=WzFd",
    ],
)
def test_a_wrong_query_names_its_field(client: Any, query: str) -> None:
    response = client.get(f"/api/v1/checklists?{query}")
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [query.split("=")[0]]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "path", ["checklists", "items", "items?text=楼道", "items/groups", f"checklists/{CODE}"]
)
def test_reading_costs_a_handful_of_queries_whatever_there_is(client: Any, path: str) -> None:
    client.get(f"/api/v1/{path}")
    db.session.expunge_all()
    with counted_queries() as sent:
        assert client.get(f"/api/v1/{path}").status_code == 200
    assert sent.number <= 3, sent.statements


# --- publishing and retiring -------------------------------------------------------------------------------------


def test_the_district_publishes_and_the_same_again_is_the_same_version(
    client: Any, grid: dict[str, Area]
) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    first = client.post(f"/api/v1/checklists/{CODE}/versions", json={}, headers=headers)
    assert first.status_code == 201
    assert (first.get_json()["number"], first.get_json()["effective_on"]) == (1, "2026-11-20")
    again = client.post(
        f"/api/v1/checklists/{CODE}/versions", json={"effective_on": "2027-01-01"}, headers=headers
    )
    assert again.status_code == 200
    assert again.get_json() == first.get_json()
    assert number_of_versions() == 1


def test_a_changed_checklist_becomes_the_next_version_from_its_day_on(
    client: Any, grid: dict[str, Area], catalogue: Catalogue
) -> None:
    older = {**checklist_document(catalogue, CODE), "pass_mark": 60}
    publish_checklist(older, date(2026, 1, 1), SYSTEM, NOW)
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    address = f"/api/v1/checklists/{CODE}/versions"
    refused = client.post(address, json={"effective_on": "2026-11-19"}, headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "effective_too_early")
    assert refused.get_json()["errors"][0]["field"] == "effective_on"
    assert number_of_versions() == 1
    accepted = client.post(address, json={"effective_on": "2026-12-01"}, headers=headers)
    assert (accepted.status_code, accepted.get_json()["number"]) == (201, 2)
    assert client.get(f"/api/v1/checklists/{CODE}").get_json()["pass_mark"] == 60


@pytest.mark.parametrize(
    "body", [{"effective_on": "soon"}, {"effective_on": 5}, {"effective_on": "1066-10-14"}, {"no_such": 1}]
)
def test_a_wrong_publication_names_its_field_and_publishes_nothing(
    client: Any, grid: dict[str, Area], body: dict[str, Any]
) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    response = client.post(f"/api/v1/checklists/{CODE}/versions", json=body, headers=headers)
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == list(body)
    assert number_of_versions() == 0


def test_a_checklist_that_the_catalogue_lacks_cannot_be_published(client: Any, grid: dict[str, Area]) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    assert client.post("/api/v1/checklists/nonsense/versions", json={}, headers=headers).status_code == 404


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("role", [Role.TOWNSHIP_MANAGER, Role.INSPECTOR, Role.AUDITOR, Role.HANDLER])
def test_others_neither_publish_nor_retire(client: Any, grid: dict[str, Area], role: Role) -> None:
    headers = headers_of(role, grid["district"])
    assert client.post(f"/api/v1/checklists/{CODE}/versions", json={}, headers=headers).status_code == 403
    assert client.post(f"/api/v1/checklists/{CODE}/versions/1/retirement", headers=headers).status_code == 403
    assert db.session.scalars(sa.select(ChecklistVersion.retired_at)).all() == [None] * 3


@pytest.mark.usefixtures("published")
def test_a_retired_version_says_so_and_again_is_harmless(client: Any, grid: dict[str, Area]) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    address = f"/api/v1/checklists/{CODE}/versions/1/retirement"
    first = client.post(address, headers=headers)
    clock.set_source(lambda: datetime(2026, 11, 21, tzinfo=UTC))
    assert first.status_code == 200
    assert first.get_json()["retired_at"] == "2026-11-20T10:00:00+08:00"
    assert client.post(address, headers=headers).get_json() == first.get_json()
    assert client.post(f"/api/v1/checklists/{CODE}/versions/9/retirement", headers=headers).status_code == 404


# --- items -------------------------------------------------------------------------------------------------------


def codes(
    client: Any, query: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> list[str]:
    response = client.get("/api/v1/items", query_string={"limit": 200, **(query or {})}, headers=headers)
    assert response.status_code == 200
    return [item["code"] for item in response.get_json()["items"]]


@pytest.mark.usefixtures("published")
def test_the_public_and_residents_see_only_what_residents_may_report(client: Any) -> None:
    resident = sign_in(make_account())
    for headers in (None, resident):
        found = codes(client, headers=headers)
        assert "CORR-01" in found
        assert "WASTE-05" not in found
        assert client.get("/api/v1/items/WASTE-05", headers=headers).status_code == 404
        assert client.get("/api/v1/items/CORR-01", headers=headers).status_code == 200


@pytest.mark.usefixtures("published")
def test_staff_see_every_item_unless_they_ask_for_residents_items(client: Any, grid: dict[str, Area]) -> None:
    headers = headers_of(Role.INSPECTOR, grid["neighbourhood"])
    assert "WASTE-05" in codes(client, headers=headers)
    assert "WASTE-05" not in codes(client, {"for_residents": "true"}, headers)
    assert client.get("/api/v1/items/WASTE-05", headers=headers).get_json()["answered_by"] == "inspector"


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"text": "井盖"}, ["CLEAN-06"]),
        ({"text": "Manhole"}, ["CLEAN-06"]),
        ({"text": "  飞线  "}, ["EBIKE-02"]),
        ({"text": "100%"}, []),
        ({"text": "不存在的词"}, []),
        ({"group": "RENO"}, ["RENO-01", "RENO-02", "RENO-03"]),
        ({"group": "NOPE"}, []),
        ({"checklist": "waste_sorting", "group": "WASTE"}, ["WASTE-01", "WASTE-02", "WASTE-03", "WASTE-04"]),
        ({"as_of": "2025-01-01"}, []),
    ],
)
def test_items_are_found_by_words_group_checklist_and_day(
    client: Any, query: dict[str, Any], expected: list[str]
) -> None:
    assert codes(client, query) == expected


@pytest.mark.usefixtures("published")
def test_items_page_by_cursor_without_gap(client: Any) -> None:
    found, cursor = [], ""
    while cursor is not None:
        body = client.get("/api/v1/items", query_string={"limit": 17, "cursor": cursor}).get_json()
        found += [item["code"] for item in body["items"]]
        cursor = body["next_cursor"]
    assert found == codes(client)


@pytest.mark.usefixtures("published")
def test_an_item_says_where_it_comes_from_and_what_is_our_proposal(client: Any) -> None:
    item = client.get("/api/v1/items/FIRE-01").get_json()
    assert item["sources"][0] == {
        "policy": "001",
        "clause": "四(四)11",
        "quote": "小区消防通道堵塞",
        "is_loose": False,
    }
    assert item["provenance"]["criterion"] == ["policy"]
    assert item["provenance"]["is_veto"] == ["P"]
    assert item["limit"]["provenance"] == ["Y"]
    assert item["category"]["code"] == "09012"


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("code", ["FIRE-99", "fire-01", "x", "%00", "FIRE-01%00"])
def test_an_unknown_item_is_a_404(client: Any, code: str) -> None:
    assert client.get(f"/api/v1/items/{code}").status_code == 404


@pytest.mark.parametrize(
    "query", ["text=%00", f"text={'长' * 61}", "group=%00", "checklist=%07", "for_residents=perhaps"]
)
def test_a_wrong_search_names_its_field(client: Any, query: str) -> None:
    response = client.get(f"/api/v1/items?{query}")
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [query.split("=")[0]]


@pytest.mark.usefixtures("published")
def test_first_page_tiles_come_in_order_and_lead_to_items(client: Any) -> None:
    groups = client.get("/api/v1/items/groups").get_json()["items"]
    assert groups[0]["code"] == "WASTE"
    assert [group["tile_order"] for group in groups] == sorted(group["tile_order"] for group in groups)
    for group in groups:
        assert codes(client, {"group": group["code"]})
