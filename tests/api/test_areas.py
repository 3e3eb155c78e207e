"""Areas over HTTP."""

from pathlib import Path

import pytest
import sqlalchemy as sa

import grid
from grid.models import Area, AreaLevel
from grid.permissions import Role
from tests.factories import headers_of, make_area, make_grid
from tests.grid.bad_tables import bad_areas
from tests.queries import counted_queries

DATA = Path(grid.__file__).parent / "data"


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def inspector(places):
    return headers_of(Role.INSPECTOR, places["township"])


@pytest.fixture
def admin(places):
    return headers_of(Role.DISTRICT_ADMIN, places["district"])


def codes(response):
    assert response.status_code == 200, response.get_json()
    return [item["code"] for item in response.get_json()["items"]]


def test_one_lists_what_one_sees(client, places, inspector):
    found = codes(client.get("/api/v1/areas", headers=inspector))
    assert set(found) == {places[key].code for key in ("district", "township", "neighbourhood")}


def test_areas_are_filtered_by_level_parent_and_subtree(client, places, admin):
    def listed(**query):
        return codes(client.get("/api/v1/areas", query_string=query, headers=admin))

    assert listed(level="township") == sorted([places["township"].code, places["other_township"].code])
    assert listed(parent=places["township"].code) == [places["neighbourhood"].code]
    assert listed(area=places["township"].code) == [places["township"].code, places["neighbourhood"].code]
    assert listed(text=places["neighbourhood"].name) == [places["neighbourhood"].code]


def test_children_are_listed(client, places, admin):
    response = client.get(f"/api/v1/areas/{places['township'].code}/children", headers=admin)
    assert codes(response) == [places["neighbourhood"].code]


def test_one_area_names_the_areas_it_lies_in(client, places, inspector):
    body = client.get(f"/api/v1/areas/{places['neighbourhood'].code}", headers=inspector).get_json()
    assert [area["level"] for area in body["ancestors"]] == ["district", "township", "neighbourhood"]


@pytest.mark.parametrize("path", ["{code}", "{code}/children"])
def test_an_area_out_of_sight_is_not_found(client, places, inspector, path):
    hidden = places["other_township"].code
    response = client.get("/api/v1/areas/" + path.format(code=hidden), headers=inspector)
    missing = client.get("/api/v1/areas/" + path.format(code="000000"), headers=inspector)
    assert (response.status_code, missing.status_code) == (404, 404)
    assert response.get_json()["detail"] == missing.get_json()["detail"]


@pytest.mark.parametrize("name", ["%00", "%F0%9F%98%80", "a" * 500, "..%2F", "%20"])
def test_a_name_that_no_area_can_have_is_not_found(client, inspector, name):
    assert client.get(f"/api/v1/areas/{name}", headers=inspector).status_code == 404


def test_pages_follow_by_cursor(client, places, admin):
    first = client.get("/api/v1/areas?limit=3", headers=admin).get_json()
    second = client.get(f"/api/v1/areas?limit=3&cursor={first['next_cursor']}", headers=admin).get_json()
    assert len(first["items"]) == 3
    assert len(second["items"]) == 2
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=9999", "level=planet", "cursor=xx", "text=%00", "area=%00"]
)
def test_a_query_that_makes_no_sense_is_refused(client, admin, query):
    response = client.get(f"/api/v1/areas?{query}", headers=admin)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"] == query.split("=")[0]


def test_a_list_of_more_areas_costs_no_more_queries(client, places, admin):
    client.get("/api/v1/areas", headers=admin)
    with counted_queries() as few:
        client.get("/api/v1/areas", headers=admin)
    for _ in range(10):
        make_area(AreaLevel.NEIGHBOURHOOD, places["township"], kind="village")
    with counted_queries() as many:
        client.get("/api/v1/areas", headers=admin)
    assert many.number == few.number


def upload(client, headers, content, **query):
    return client.post(
        "/api/v1/areas/imports", data=content, content_type="text/csv", headers=headers, query_string=query
    )


def test_the_real_xincheng_is_taken_in_by_its_district(client, session):
    district = make_area(AreaLevel.DISTRICT, code="310114", name="嘉定区")
    headers = headers_of(Role.DISTRICT_ADMIN, district)
    content = (DATA / "xincheng_divisions.csv").read_bytes()
    response = upload(client, headers, content)
    assert response.get_json() == {"created": 13, "updated": 0, "unchanged": 1}
    assert upload(client, headers, content).get_json() == {"created": 0, "updated": 0, "unchanged": 14}


def test_a_bad_table_is_refused_whole_with_every_bad_cell(client, session):
    district = make_area(AreaLevel.DISTRICT, code="310114", name="嘉定区")
    headers = headers_of(Role.DISTRICT_ADMIN, district)
    content = (DATA / "xincheng_divisions.csv").read_text("utf-8").replace("310114001006", "3101140010")
    response = upload(client, headers, content.replace("村委会\n", "街坊\n").encode())
    body = response.get_json()
    assert (response.status_code, body["code"]) == (422, "import_refused")
    assert [(bad["line"], bad["column"]) for bad in body["bad_cells"]] == [
        (4, "community_code"),
        (13, "kind"),
    ]
    assert all(bad["zh"] and bad["en"] for bad in body["bad_cells"])
    assert session.scalar(sa.select(sa.func.count()).select_from(Area)) == 1


def test_every_mistake_of_a_table_is_told_in_one_answer_under_the_file_s_own_heads(client, session):
    district = make_area(AreaLevel.DISTRICT, code="310151", name="崇明区")
    table, told = bad_areas(district)
    body = upload(client, headers_of(Role.DISTRICT_ADMIN, district), table.encode()).get_json()
    # Of the last line the district is no administrator's of Chongming either.
    told = sorted([*told, (8, "街镇代码", "outside_reach")])
    assert sorted((bad["line"], bad["column"], bad["code"]) for bad in body["bad_cells"]) == told
    assert session.scalar(sa.select(sa.func.count()).select_from(Area)) == 4


def test_another_district_s_rows_are_told_line_by_line_and_nothing_is_taken_in(client, session):
    district = make_area(AreaLevel.DISTRICT, code="310114", name="嘉定区")
    content = (DATA / "xincheng_divisions.csv").read_text("utf-8").rstrip("\n")
    content += "\n城桥镇,310151101,南门居委会,310151101001,居委会\n"
    response = upload(client, headers_of(Role.DISTRICT_ADMIN, district), content.encode())
    body = response.get_json()
    assert (response.status_code, body["code"]) == (422, "import_refused")
    last = len(content.splitlines())
    assert [(bad["line"], bad["column"], bad["value"], bad["code"]) for bad in body["bad_cells"]] == [
        (last, "township_code", "310151101", "outside_reach")
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(Area)) == 1


@pytest.mark.parametrize("media_type", ["application/json", "image/png", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("url", ["/api/v1/areas/imports", "/api/v1/communities/imports"])
def test_what_says_that_it_is_no_table_is_refused_unread(client, admin, url, media_type):
    response = client.post(url, data=b"{}", content_type=media_type, headers=admin)
    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media")


@pytest.mark.parametrize("query", ["parent", "area"])
def test_a_list_below_an_area_out_of_sight_or_unknown_is_not_found(client, places, inspector, query):
    for code in (places["other_township"].code, "000000"):
        assert client.get(f"/api/v1/areas?{query}={code}", headers=inspector).status_code == 404


def test_who_manages_no_areas_may_not_import(client, inspector):
    assert upload(client, inspector, b"x").status_code == 403


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 422), (b"PK\x03\x04x", 422), (b"x" * (10 * 2**20 + 1), 413)]
)
def test_what_is_no_table_is_a_problem(client, admin, content, status):
    response = upload(client, admin, content)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
