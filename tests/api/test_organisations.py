"""Organisations over HTTP."""

import uuid

import pytest

from api.paging import encode_cursor
from grid.models import Organisation
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.permissions import Role
from tests.factories import headers_of, make_grid, make_organisation
from tests.queries import counted_queries

URL = "/api/v1/organisations"


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return headers_of(Role.TOWNSHIP_MANAGER, places["township"])


def enter(client, headers, places, **more):
    body = {"name": "安居物业", "kind": "property_company", "area_code": places["township"].code} | more
    return client.post(URL, json=body, headers=headers)


def test_an_organisation_is_entered_and_read_again(client, places, manager):
    made = enter(client, manager, places)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    again = client.get(f"{URL}/{made.get_json()['id']}", headers=manager)
    assert again.get_json() == made.get_json()
    assert again.get_json()["area"]["name"] == places["township"].name


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "secret_service"}, "kind"),
        ({"area_code": "000000"}, "area_code"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": 7}, "name"),
        ({"service_phone": "物业"}, "service_phone"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(client, places, manager, session, change, field):
    response = enter(client, manager, places, **change)
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [field]
    assert session.query(Organisation).count() == 0


def test_a_service_phone_is_entered_changed_and_taken_away(client, places, manager):
    made = enter(client, manager, places, service_phone="０２１-69601234")
    assert made.get_json()["service_phone"] == "021-69601234"
    url = f"{URL}/{made.get_json()['id']}"
    for revision, phone in enumerate(("962121", ""), start=1):
        headers = {**manager, "If-Match": f'"{revision}"'}
        changed = client.patch(url, json={"service_phone": phone}, headers=headers)
        assert (changed.status_code, changed.get_json()["service_phone"]) == (200, phone)
    refused = client.patch(url, json={"service_phone": "?"}, headers={**manager, "If-Match": '"3"'})
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, "invalid_service_phone")


def test_a_taken_name_is_a_conflict(client, places, manager):
    enter(client, manager, places)
    response = enter(client, manager, places)
    assert (response.status_code, response.get_json()["code"]) == (409, "name_taken")


def test_a_change_asks_for_the_version_that_was_read(client, places, manager):
    made = enter(client, manager, places)
    url = f"{URL}/{made.get_json()['id']}"
    change = {"name": "新名"}
    assert client.patch(url, json=change, headers=manager).status_code == 428
    assert client.patch(url, json=change, headers={**manager, "If-Match": '"9"'}).status_code == 412
    changed = client.patch(url, json=change, headers={**manager, "If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.get_json()["name"], changed.headers["ETag"]) == (200, "新名", '"2"')
    stale = client.patch(url, json={"name": "别名"}, headers={**manager, "If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    assert stale.get_json()["present_revision"] == 2


def test_another_township_s_organisation_is_not_found(client, places, manager):
    other = make_organisation("housing", places["other_township"])
    missing = uuid.uuid4()
    for organisation_id in (other.id, missing):
        assert client.get(f"{URL}/{organisation_id}", headers=manager).status_code == 404
        response = client.patch(f"{URL}/{organisation_id}", json={}, headers={**manager, "If-Match": '"1"'})
        assert response.status_code == 404


def test_an_inspector_reads_and_changes_nothing(client, places):
    inspector = headers_of(Role.INSPECTOR, places["township"])
    row = make_organisation("housing", places["township"])
    assert client.get(f"{URL}/{row.id}", headers=inspector).status_code == 200
    assert enter(client, inspector, places).status_code == 403
    response = client.patch(f"{URL}/{row.id}", json={}, headers={**inspector, "If-Match": '"1"'})
    assert response.status_code == 403


def test_the_list_is_filtered_and_costs_the_same_for_one_and_ten(client, places, manager):
    make_organisation("housing", places["township"])
    client.get(URL, headers=manager)
    with counted_queries() as one:
        client.get(URL, headers=manager)
    for _ in range(9):
        make_organisation("water", places["township"])
    with counted_queries() as ten:
        body = client.get(URL, headers=manager).get_json()
    assert len(body["items"]) == 10
    assert ten.number == one.number
    assert len(client.get(f"{URL}?kind=housing", headers=manager).get_json()["items"]) == 1


def test_pages_follow_by_cursor_and_a_forged_one_is_refused(client, places, manager):
    for _ in range(3):
        make_organisation("housing", places["township"])
    first = client.get(f"{URL}?limit=2", headers=manager).get_json()
    second = client.get(f"{URL}?limit=2&cursor={first['next_cursor']}", headers=manager).get_json()
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (2, 1, None)
    for key in (["a", "b"], ["a", None], ["a\0", "b"], ["a", 7], "a", [[]], ["\ud800", "b"]):
        forged = client.get(f"{URL}?cursor={encode_cursor(key)}", headers=manager)
        assert (forged.status_code, forged.get_json()["code"]) == (422, "bad_cursor")


def test_everybody_may_read_the_kinds(client):
    items = client.get(f"{URL}/kinds").get_json()["items"]
    assert {item["code"] for item in items} == set(ORGANISATION_KINDS)
