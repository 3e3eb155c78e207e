"""Accounts and posts over HTTP."""

import uuid

import pytest

from grid import accounts
from grid.models import Account
from grid.permissions import Actor, Grant, Role
from server.errors import Forbidden
from tests.factories import NOW, add_post, headers_of, make_account, make_grid, make_organisation, sign_in
from tests.queries import counted_queries

URL = "/api/v1/accounts"
GOOD = "correct horse battery"


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return headers_of(Role.TOWNSHIP_MANAGER, places["township"])


def create(client, headers, places, post=None, **more):
    first = {"role": "inspector", "area_code": places["township"].code} | (post or {})
    body = {"username": "wang.xiaoming", "display_name": "王小明", "post": first} | more
    return client.post(URL, json=body, headers=headers)


def test_an_account_is_made_with_a_post_and_a_first_password_told_once(client, places, manager):
    made = create(client, manager, places)
    body = made.get_json()
    assert made.status_code == 201, body
    assert len(body["first_password"]) >= 20
    assert body["must_change_password"] is True
    assert [(post["role"], post["area"]["name"]) for post in body["posts"]] == [
        ("inspector", places["township"].name)
    ]
    again = client.get(f"{URL}/{body['id']}", headers=manager).get_json()
    assert "first_password" not in again
    assert "password" not in str(again).replace("must_change_password", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "王小明"}, "username"),
        ({"username": "x"}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"password": "short"}, "password"),
        ({"post": {"role": "emperor"}}, "post.role"),
        ({"post": {"area_code": "000000"}}, "area_code"),
        ({"post": {"role": "handler"}}, "organisation_id"),
        ({"post": {"valid_until": "2020-01-01T00:00:00+08:00"}}, "valid_until"),
        ({"post": {"valid_from": "yesterday"}}, "post.valid_from"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(client, places, manager, session, change, field):
    before = session.query(Account).count()
    response = create(client, manager, places, **change)
    assert response.status_code == 422, response.get_json()
    assert [error["field"] for error in response.get_json()["errors"]] == [field]
    assert session.query(Account).count() == before


def test_a_taken_username_is_a_conflict(client, places, manager):
    create(client, manager, places)
    response = create(client, manager, places, username="WANG.XIAOMING")
    assert (response.status_code, response.get_json()["code"]) == (409, "username_taken")


def test_nobody_makes_others_more_than_they_are(client, places, manager, session):
    before = session.query(Account).count()
    for role in ("district_admin", "auditor"):
        assert create(client, manager, places, post={"role": role}).status_code == 403
    outside = create(client, manager, places, post={"area_code": places["district"].code})
    assert outside.status_code == 422
    assert session.query(Account).count() == before


def test_posts_are_given_and_ended(client, places, manager):
    account_id = create(client, manager, places).get_json()["id"]
    company = make_organisation("property_company", places["township"])
    new = {"role": "handler", "area_code": places["township"].code, "organisation_id": str(company.id)}
    post = client.post(f"{URL}/{account_id}/posts", json=new, headers=manager)
    assert (post.status_code, post.get_json()["organisation"]["name"]) == (201, company.name)
    ended = client.delete(f"{URL}/{account_id}/posts/{post.get_json()['id']}", headers=manager)
    assert ended.get_json()["valid_until"] is not None
    posts = client.get(f"{URL}/{account_id}", headers=manager).get_json()["posts"]
    assert [post["valid_until"] is None for post in posts] == [True, False]


def test_a_reset_lets_in_with_the_new_password_only(client, places, manager):
    made = create(client, manager, places, password=GOOD).get_json()
    reset = client.post(f"{URL}/{made['id']}/password-resets", headers=manager)
    assert reset.status_code == 201

    def enters(password):
        body = {"username": "wang.xiaoming", "password": password}
        return client.post("/api/v1/sessions", json=body).status_code == 201

    assert not enters(GOOD)
    assert enters(reset.get_json()["first_password"])


def test_a_change_asks_for_the_version_and_ends_sessions_when_it_deactivates(client, places, manager):
    account = make_account(Role.INSPECTOR, places["township"])
    theirs = sign_in(account)
    url = f"{URL}/{account.id}"
    assert client.patch(url, json={"is_active": False}, headers=manager).status_code == 428
    stale = client.patch(url, json={"is_active": False}, headers={**manager, "If-Match": '"7"'})
    assert stale.status_code == 412
    assert client.get(f"{URL}/me", headers=theirs).status_code == 200
    done = client.patch(url, json={"is_active": False}, headers={**manager, "If-Match": '"1"'})
    assert done.get_json()["is_active"] is False
    assert client.get(f"{URL}/me", headers=theirs).status_code == 401


def test_accounts_of_elsewhere_are_not_found_and_inspectors_may_not_look(client, places, manager):
    other = make_account(Role.INSPECTOR, places["other_township"])
    for account_id in (other.id, uuid.uuid4()):
        url = f"{URL}/{account_id}"
        assert client.get(url, headers=manager).status_code == 404
        assert client.patch(url, json={}, headers={**manager, "If-Match": '"1"'}).status_code == 404
        assert client.post(f"{url}/password-resets", headers=manager).status_code == 404
        assert client.delete(f"{url}/posts/{uuid.uuid4()}", headers=manager).status_code == 404
    inspector = headers_of(Role.INSPECTOR, places["township"])
    assert client.get(URL, headers=inspector).status_code == 403
    assert create(client, inspector, places).status_code == 403


def test_a_district_administrator_with_a_post_here_is_not_the_township_s_to_reset(client, places, manager):
    account = make_account(Role.DISTRICT_ADMIN, places["district"])
    add_post(account, Role.INSPECTOR, places["township"])
    assert client.post(f"{URL}/{account.id}/password-resets", headers=manager).status_code == 403


def test_an_auditor_reads_accounts_and_changes_none(client, places):
    auditor = headers_of(Role.AUDITOR, places["district"])
    account = make_account(Role.INSPECTOR, places["township"])
    assert client.get(f"{URL}/{account.id}", headers=auditor).status_code == 200
    assert client.post(f"{URL}/{account.id}/password-resets", headers=auditor).status_code == 403


def test_the_list_is_filtered_and_costs_the_same_for_one_and_ten(client, places, manager):
    make_account(Role.INSPECTOR, places["township"], display_name="李巡查")
    client.get(URL, headers=manager)
    with counted_queries() as one:
        client.get(URL, headers=manager)
    for _ in range(9):
        make_account(Role.DISPATCHER, places["township"])
    with counted_queries() as ten:
        assert len(client.get(URL, headers=manager).get_json()["items"]) == 11
    assert ten.number == one.number
    found = client.get(f"{URL}?role=inspector&text=李", headers=manager).get_json()["items"]
    assert [item["display_name"] for item in found] == ["李巡查"]


def test_one_s_own_account_tells_roles_and_permissions(client, places):
    headers = headers_of(Role.AUDITOR, places["district"])
    body = client.get(f"{URL}/me", headers=headers).get_json()
    assert body["roles"] == ["auditor"]
    assert "read_cases" in body["permissions"]
    assert "manage_accounts" not in body["permissions"]


def test_until_the_password_is_changed_nothing_else_works(client, places, session):
    account, first = accounts.create_account(username="new.one", display_name="新", now=NOW)
    add_post(account, Role.INSPECTOR, places["township"])
    headers = sign_in(account)
    refused = client.get("/api/v1/areas", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "password_change_required")
    change = {"old_password": first, "new_password": GOOD}
    assert client.put(f"{URL}/me/password", json=change, headers=headers).status_code == 204
    assert client.get("/api/v1/areas", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"old_password": "wrong old password"}, "old_password"),
        ({"new_password": "password123"}, "new_password"),
        ({"new_password": ""}, "new_password"),
        ({"new_password": 12345678901}, "new_password"),
    ],
)
def test_a_bad_change_of_password_names_the_field(client, session, change, field):
    account, first = accounts.create_account(username="new.one", display_name="新", now=NOW)
    body = {"old_password": first, "new_password": GOOD} | change
    response = client.put(f"{URL}/me/password", json=body, headers=sign_in(account))
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [field]


def test_nobody_deactivates_their_own_account_nor_ends_the_post_that_manages_accounts(client, places):
    account = make_account(Role.DISTRICT_ADMIN, places["district"])
    field_post = add_post(account, Role.INSPECTOR, places["township"])
    headers = sign_in(account)
    url = f"{URL}/{account.id}"
    posts = client.get(url, headers=headers).get_json()["posts"]
    managing = next(post["id"] for post in posts if post["role"] == "district_admin")
    own = client.patch(url, json={"is_active": False}, headers={**headers, "If-Match": '"1"'})
    assert (own.status_code, own.get_json()["code"]) == (409, "own_account")
    ended = client.delete(f"{url}/posts/{managing}", headers=headers)
    assert (ended.status_code, ended.get_json()["code"]) == (409, "own_post")
    assert client.get(url, headers=headers).get_json()["is_active"] is True
    renamed = client.patch(url, json={"display_name": "新名"}, headers={**headers, "If-Match": '"1"'})
    assert renamed.status_code == 200
    assert client.delete(f"{url}/posts/{field_post.id}", headers=headers).status_code == 200


def test_who_was_made_inactive_meanwhile_manages_nobody_any_more(client, places, session):
    """Two administrators who lock each other out at once: the second finds the first gone, not a stale right."""
    first, second = (make_account(Role.DISTRICT_ADMIN, places["district"]) for _ in range(2))
    actor = Actor(first.id, "", (Grant(Role.DISTRICT_ADMIN, places["district"].path),))
    accounts.update_account(first, {"is_active": False}, NOW)
    with pytest.raises(Forbidden):
        accounts.lock_account(second.id, actor, NOW)
