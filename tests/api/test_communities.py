"""Communities over HTTP."""

import uuid

import pytest
import sqlalchemy as sa

from grid.attributes import VOCABULARY
from grid.models import AreaLevel, Community
from grid.permissions import Role
from tests.factories import headers_of, make_area, make_community, make_grid, make_organisation
from tests.grid.bad_tables import bad_communities
from tests.queries import counted_queries

URL = "/api/v1/communities"


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return headers_of(Role.TOWNSHIP_MANAGER, places["township"])


@pytest.fixture
def inspector(places):
    return headers_of(Role.INSPECTOR, places["township"])


def create(client, headers, places, **more):
    body = {"name": "南门新村", "area_code": places["neighbourhood"].code} | more
    return client.post(URL, json=body, headers=headers)


def patch(client, headers, made, change):
    url, version = f"{URL}/{made.get_json()['id']}", made.headers["ETag"]
    return client.patch(url, json=change, headers={**headers, "If-Match": version})


def test_a_community_is_made_and_read_again(client, places, manager, inspector):
    made = create(
        client,
        manager,
        places,
        address="南门路1号",
        latitude=31.62,
        longitude=121.39,
        attributes={"lifts": 2, "has_shops": True},
        buildings=[{"name": "1号楼", "floors": 11, "lifts": 2}],
    )
    assert made.status_code == 201, made.get_json()
    body = client.get(f"{URL}/{made.get_json()['id']}", headers=inspector).get_json()
    assert body == made.get_json()
    assert body["code"] == f"{places['neighbourhood'].code}-01"
    assert body["attributes"] == {"lifts": 2, "has_shops": True}
    assert body["buildings"] == [{"name": "1号楼", "floors": 11, "lifts": 2}]
    assert (body["latitude"], body["longitude"]) == (31.62, 121.39)


def test_a_gcj02_position_is_stored_as_wgs84(client, places, manager):
    made = create(
        client, manager, places, latitude=31.621258689320257, longitude=121.4016852590486, datum="gcj02"
    )
    body = made.get_json()
    assert (body["latitude"], body["longitude"]) == pytest.approx((31.623, 121.397), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"area_code": "000000"}, "area_code"),
        ({"latitude": 31.62}, "longitude"),
        ({"latitude": 131.62, "longitude": 121.0}, "latitude"),
        ({"latitude": "north", "longitude": 121.0}, "latitude"),
        ({"datum": "bd09"}, "datum"),
        ({"attributes": {"lifts": -1}}, "attributes.lifts"),
        ({"attributes": {"colour": "red"}}, "attributes.colour"),
        ({"attributes": []}, "attributes"),
        ({"code": "no spaces"}, "code"),
        ({"buildings": [{"floors": 6}]}, "buildings.0.name"),
        ({"buildings": [{"name": "1"}, {"name": "1"}]}, "buildings"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(client, places, manager, session, change, field):
    response = create(client, manager, places, **change)
    assert response.status_code == 422, response.get_json()
    assert [error["field"] for error in response.get_json()["errors"]] == [field]
    assert session.query(Community).count() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [({"name": "南门新村"}, "name_taken"), ({"name": "别村", "code": "NM-1"}, "code_taken")],
)
def test_a_taken_name_or_code_is_a_conflict(client, places, manager, change, code):
    create(client, manager, places, code="NM-1")
    response = create(client, manager, places, **change)
    assert (response.status_code, response.get_json()["code"]) == (409, code)


def test_changed_attributes_stay_in_the_history(client, places, manager):
    made = create(client, manager, places, attributes={"lifts": 0})
    changed = patch(client, manager, made, {"attributes": {"lifts": 4}})
    assert (changed.status_code, changed.get_json()["attributes"]) == (200, {"lifts": 4})
    url = f"{URL}/{made.get_json()['id']}/attribute-history"
    items = client.get(url, headers=manager).get_json()["items"]
    assert [item["attributes"] for item in items] == [{"lifts": 0}, {"lifts": 4}]


def test_a_change_touches_only_what_it_names(client, places, manager):
    made = create(client, manager, places, latitude=31.6, longitude=121.4, buildings=[{"name": "1号楼"}])
    body = patch(client, manager, made, {"name": "新名"}).get_json()
    assert body["name"] == "新名"
    assert (body["latitude"], len(body["buildings"])) == (31.6, 1)


def test_a_position_can_be_taken_back(client, places, manager):
    made = create(client, manager, places, latitude=31.6, longitude=121.4)
    body = patch(client, manager, made, {"latitude": None, "longitude": None}).get_json()
    assert (body["latitude"], body["longitude"]) == (None, None)


def test_a_change_asks_for_the_version_that_was_read(client, places, manager):
    made = create(client, manager, places)
    url = f"{URL}/{made.get_json()['id']}"
    assert client.patch(url, json={"name": "新"}, headers=manager).status_code == 428
    assert patch(client, manager, made, {"name": "新"}).status_code == 200
    assert patch(client, manager, made, {"name": "旧"}).status_code == 412


def test_outsiders_learn_nothing_and_inspectors_change_nothing(client, places, manager, inspector):
    other = make_community(places["other_neighbourhood"])
    version = {"If-Match": '"1"'}
    for community_id in (other.id, uuid.uuid4()):
        url = f"{URL}/{community_id}"
        assert client.get(url, headers=inspector).status_code == 404
        assert client.get(f"{url}/attribute-history", headers=inspector).status_code == 404
        assert client.patch(url, json={"name": "x"}, headers={**manager, **version}).status_code == 404
    mine = make_community(places["neighbourhood"])
    response = client.patch(f"{URL}/{mine.id}", json={"name": "x"}, headers={**inspector, **version})
    assert response.status_code == 403
    assert create(client, inspector, places).status_code == 403


def test_who_serves_a_community_is_said_and_shown(client, places, manager):
    made = create(client, manager, places)
    company = make_organisation("property_company", places["township"])
    url = f"{URL}/{made.get_json()['id']}/organisations"
    headers = {**manager, "If-Match": made.headers["ETag"]}
    body = client.put(url, json={"organisation_ids": [str(company.id)]}, headers=headers).get_json()
    assert body["organisations"] == [
        {"id": str(company.id), "name": company.name, "kind": "property_company"}
    ]
    elsewhere = make_organisation("property_company", places["other_township"])
    refused = client.put(
        url, json={"organisation_ids": [str(elsewhere.id)]}, headers={**manager, "If-Match": '"2"'}
    )
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "organisation_ids.0"


def listed(client, headers, **query):
    response = client.get(URL, query_string=query, headers=headers)
    assert response.status_code == 200, response.get_json()
    return [item["name"] for item in response.get_json()["items"]]


def test_the_list_is_filtered_by_area_text_and_attributes(client, places):
    admin = headers_of(Role.DISTRICT_ADMIN, places["district"])
    make_community(places["neighbourhood"], name="高楼苑", attributes={"lifts": 2, "has_shops": True})
    make_community(places["other_neighbourhood"], name="矮楼村", attributes={"lifts": 0, "has_shops": False})
    assert len(listed(client, admin)) == 2
    assert listed(client, admin, area=places["township"].code) == ["高楼苑"]
    assert listed(client, admin, text="矮") == ["矮楼村"]
    assert listed(client, admin, attribute="lifts:2") == ["高楼苑"]
    assert listed(client, admin, attribute=["lifts:0", "has_shops:false"]) == ["矮楼村"]
    for wrong in ("colour:red", "lifts:many", "has_shops:3"):
        response = client.get(URL, query_string={"attribute": wrong}, headers=admin)
        assert response.status_code == 422
    unseen = client.get(URL, query_string={"area": "000000"}, headers=admin)
    assert unseen.status_code == 404


def test_the_list_costs_the_same_for_one_and_ten(client, places, inspector):
    make_community(places["neighbourhood"])
    client.get(URL, headers=inspector)
    with counted_queries() as one:
        client.get(URL, headers=inspector)
    for _ in range(9):
        make_community(places["neighbourhood"])
    with counted_queries() as ten:
        assert len(listed(client, inspector)) == 10
    assert ten.number == one.number


def test_a_resident_chooses_by_place_or_name_without_signing_in(client, places):
    near = make_community(places["neighbourhood"], name="翠湖苑", latitude=31.62, longitude=121.39)
    make_community(places["other_neighbourhood"], name="远方苑", latitude=31.70, longitude=121.39)
    by_place = client.get(f"{URL}/choices?latitude=31.6201&longitude=121.39").get_json()["items"]
    assert [(item["id"], item["distance_m"]) for item in by_place] == [(str(near.id), 11)]
    by_name = client.get(f"{URL}/choices?text=翠湖").get_json()["items"]
    assert [(item["name"], item["distance_m"]) for item in by_name] == [("翠湖苑", None)]
    assert set(by_name[0]) == {"id", "name", "address", "area", "distance_m", "is_synthetic"}


@pytest.mark.parametrize("query", ["", "latitude=31.6", "latitude=95&longitude=121", "text=%00"])
def test_a_choice_needs_a_place_or_a_name(client, session, query):
    assert client.get(f"{URL}/choices?{query}").status_code == 422


@pytest.fixture
def neighbourhoods(places):
    """One within the manager's reach and one outside, with codes as the statisticians give them."""
    here = make_area(AreaLevel.NEIGHBOURHOOD, places["township"], code="310151101001")
    there = make_area(AreaLevel.NEIGHBOURHOOD, places["other_township"], code="310151102001")
    return here.code, there.code


def upload(client, headers, text):
    return client.post(f"{URL}/imports", data=text.encode(), content_type="text/csv", headers=headers)


def test_a_table_is_taken_in_and_again_changes_nothing(client, neighbourhoods, manager, session):
    code, _ = neighbourhoods
    table = f"小区名称,居村委代码,电梯数\n甲村,{code},2\n乙村,{code},\n"
    assert upload(client, manager, table).get_json() == {"created": 2, "updated": 0, "unchanged": 0}
    assert upload(client, manager, table).get_json() == {"created": 0, "updated": 0, "unchanged": 2}
    assert session.scalar(sa.select(sa.func.count()).select_from(Community)) == 2


def test_a_bad_table_is_refused_whole(client, neighbourhoods, manager, session):
    here, there = neighbourhoods
    table = f"name,neighbourhood_code,lifts\n甲,{here},2\n乙,{here},many\n"
    body = upload(client, manager, table).get_json()
    assert [(bad["line"], bad["column"], bad["value"]) for bad in body["bad_cells"]] == [(3, "lifts", "many")]
    out_of_reach = upload(client, manager, f"name,neighbourhood_code\n甲,{here}\n乙,{there}\n").get_json()
    assert [(bad["line"], bad["code"]) for bad in out_of_reach["bad_cells"]] == [(3, "unknown_area")]
    assert session.query(Community).count() == 0


def test_every_mistake_of_a_table_is_told_in_one_answer_under_the_file_s_own_heads(
    client, places, manager, session
):
    beyond = make_area(AreaLevel.NEIGHBOURHOOD, places["other_township"], code="310151102001")
    table, told = bad_communities(places["township"], beyond.code)
    response = upload(client, manager, table)
    body = response.get_json()
    assert (response.status_code, body["code"]) == (422, "import_refused")
    assert sorted((bad["line"], bad["column"], bad["code"]) for bad in body["bad_cells"]) == told
    assert body["bad_cell_count"] == len(told)
    assert body["detail"].startswith("11 行有误")
    assert session.query(Community).count() == 2


def test_what_is_stored_out_of_reach_is_not_told_of(client, places, manager):
    """Neither a name nor a place nor a code there: the neighbourhood alone is refused."""
    there = make_area(AreaLevel.NEIGHBOURHOOD, places["other_township"], code="310151102001")
    make_community(there, name="甲", code="X-1")
    table = f"code,name,neighbourhood_code,latitude,longitude\nX-1,乙,{there.code},39.9,116.4\n,甲,{there.code},,\n"
    table += f"Y-1,甲乙,{there.code},,\n"
    body = upload(client, manager, table).get_json()
    assert [(bad["line"], bad["code"]) for bad in body["bad_cells"]] == [
        (line, "unknown_area") for line in (2, 3, 4)
    ]


def test_who_manages_no_communities_may_not_import(client, places, inspector):
    assert upload(client, inspector, "x").status_code == 403


def test_everybody_may_read_the_vocabulary(client, session):
    items = client.get(f"{URL}/attributes").get_json()["items"]
    assert [item["key"] for item in items] == list(VOCABULARY)


@pytest.mark.parametrize("place", [(0, 0), (30.0, 121.39), (31.62, 122.3)])
def test_a_place_far_from_the_township_s_other_communities_is_refused(client, places, manager, place):
    for _ in range(2):
        make_community(places["neighbourhood"])
    made = create(client, manager, places, latitude=31.6, longitude=121.4)
    position = dict(zip(("latitude", "longitude"), place, strict=True))
    moved = patch(client, manager, made, position)
    assert moved.status_code == 422
    assert [error["field"] for error in moved.get_json()["errors"]] == ["latitude"]
    refused = create(client, manager, places, name="另一新村", **position)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "implausible_position")
    near = patch(client, manager, made, {"latitude": 31.7, "longitude": 121.39})
    assert near.status_code == 200


def test_a_township_s_first_community_may_stand_anywhere_in_the_country_and_be_put_right(
    client, places, manager
):
    made = create(client, manager, places, latitude=39.9, longitude=116.4)
    assert made.status_code == 201
    assert patch(client, manager, made, {"latitude": 31.62, "longitude": 121.39}).status_code == 200
    assert create(client, manager, places, name="海上", latitude=0, longitude=0).status_code == 422


def test_choices_and_lists_of_an_unknown_area_are_not_found(client, places, manager):
    assert client.get(f"{URL}/choices?area=000000").status_code == 404
    for code in (places["other_township"].code, "000000"):
        assert client.get(f"{URL}?area={code}", headers=manager).status_code == 404


def test_a_map_gets_every_community_in_use_that_has_a_position(client, session):
    grid = make_grid()
    here = make_community(grid["neighbourhood"])
    make_community(grid["neighbourhood"], latitude=None, longitude=None)
    make_community(grid["neighbourhood"], is_active=False)
    make_community(grid["other_neighbourhood"])
    headers = headers_of(Role.TOWNSHIP_MANAGER, grid["township"])
    body = client.get("/api/v1/communities/points", headers=headers).get_json()
    assert [each["id"] for each in body["items"]] == [str(here.id)]
    assert (body["items"][0]["latitude"], body["is_cut"]) == (31.62, False)
    query = {"area": grid["other_township"].code}
    assert client.get("/api/v1/communities/points", headers=headers, query_string=query).status_code == 404
