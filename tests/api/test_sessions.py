"""Signing in and out over HTTP: what works, what is refused, and what a refusal does not tell."""

import dataclasses
import uuid
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask_jwt_extended import create_access_token

from api.limits import limiter
from grid import accounts, passwords
from grid.models import OutboxMessage, SignInFailures, SignInSession
from grid.outbox import read_message
from grid.permissions import Role
from grid.phone_numbers import PhoneKeys
from server import clock
from server.app import create_app
from tests.conftest import make_config
from tests.factories import NOW, add_post, make_account, make_grid, sign_in
from tests.queries import counted_queries

URL = "/api/v1/sessions"
ME = "/api/v1/accounts/me"
PASSWORD = "correct horse battery"
PHONE = {"phone_number": "138 1234 5678"}


@pytest.fixture
def wang(session):
    account, _ = accounts.create_account(
        username="wang", display_name="王", password=PASSWORD, must_change_password=False, now=NOW
    )
    add_post(account, Role.INSPECTOR, make_grid()["township"])
    return account


@pytest.fixture
def the_time():
    """Lets a test move the clock on."""
    moment = [clock.now()]
    clock.set_source(lambda: moment[0])
    yield lambda **delta: moment.__setitem__(0, moment[0] + timedelta(**delta))
    clock.set_source(None)


def enter(client, username="wang", password=PASSWORD, **more):
    return client.post(URL, json={"username": username, "password": password, **more})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_program_signs_in_and_acts_with_the_token(client, wang):
    response = enter(client)
    assert response.status_code == 201
    assert response.headers.getlist("Set-Cookie") == []
    me = client.get(ME, headers=bearer(response.get_json()["access_token"]))
    assert me.get_json()["username"] == "wang"


def test_the_web_app_gets_cookies_and_no_tokens_to_read(client, wang):
    response = enter(client, transport="cookie")
    assert "access_token" not in response.get_json()
    cookies = {cookie.split("=")[0]: cookie for cookie in response.headers.getlist("Set-Cookie")}
    assert {"access_token_cookie", "refresh_token_cookie", "csrf_access_token"} <= set(cookies)
    assert "HttpOnly" in cookies["access_token_cookie"]
    assert "HttpOnly" not in cookies["csrf_access_token"]
    assert client.get(ME).status_code == 200


def test_a_write_by_cookie_needs_the_csrf_header(client, wang):
    enter(client, transport="cookie")
    for headers in ({}, {"X-CSRF-TOKEN": "made up"}):
        refused = client.delete(f"{URL}/current", headers=headers)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf_missing")
    token = client.get_cookie("csrf_access_token").value
    assert client.delete(f"{URL}/current", headers={"X-CSRF-TOKEN": token}).status_code == 204
    assert client.get(ME).status_code == 401


def test_a_write_that_anybody_may_make_is_not_taken_for_a_stranger_s_without_the_csrf_header(client, wang):
    enter(client, transport="cookie")
    refused = client.put(f"/api/v1/reports/{uuid.uuid4()}", json={"text": "楼道堆物"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf_missing")


def test_signing_in_again_needs_nothing_of_the_sign_in_before(client, wang):
    enter(client, transport="cookie")
    assert enter(client, transport="cookie").status_code == 201


def test_an_expired_token_is_told_apart_from_a_bad_one(client, wang):
    expired = create_access_token(str(wang.id), expires_delta=timedelta(seconds=-1))
    answers = [client.get(ME, headers=bearer(token)) for token in (expired, "not.a.token")]
    assert [answer.get_json()["code"] for answer in answers] == ["token_expired", "unauthenticated"]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_wrong_password_and_a_wrong_name_answer_alike(client, wang):
    wrong_password, wrong_name = enter(client, password="wrong password"), enter(client, username="nobody")

    def told(response):
        return {k: v for k, v in response.get_json().items() if k != "request_id"}

    assert wrong_password.status_code == wrong_name.status_code == 401
    assert told(wrong_password) == told(wrong_name)
    assert told(wrong_name)["code"] == "wrong_credentials"


def test_a_wrong_password_and_a_wrong_name_cost_the_same_work(client, wang, monkeypatch):
    calls = []

    class CountingHasher(PasswordHasher):
        def verify(self, *args, **kwargs):
            calls.append(args[0].split("$")[3])
            return super().verify(*args, **kwargs)

    hasher = CountingHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    with counted_queries() as for_password:
        enter(client, password="wrong password")
    with counted_queries() as for_name:
        enter(client, username="nobody")
    assert calls[0] == calls[1]
    assert len(calls) == 2
    assert for_password.number == for_name.number


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_five_failures_lock_the_name_and_time_unlocks_it(client, wang, the_time, username):
    for _ in range(5):
        assert enter(client, username, "wrong password").status_code == 401
    locked = enter(client, username)
    assert (locked.status_code, locked.get_json()["code"]) == (429, "locked_out")
    assert locked.headers["Retry-After"] == "900"
    the_time(minutes=15)
    assert enter(client, username).status_code == (201 if username == "wang" else 401)


def test_failures_are_kept_although_the_answer_is_an_error(client, wang, session):
    enter(client, password="wrong password")
    assert session.query(SignInFailures).one().count == 1


def test_an_inactive_account_answers_like_a_wrong_password(client, wang, session):
    wang.is_active = False
    session.flush()
    assert enter(client).get_json()["code"] == "wrong_credentials"


def test_demo_people_are_nobody_in_production(client, wang, session, app, config, monkeypatch):
    wang.is_demo = True
    session.flush()
    assert enter(client).status_code == 201
    production = dataclasses.replace(config, environment="production")
    monkeypatch.setitem(app.extensions, "jiayuan_config", production)
    assert enter(client).get_json()["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "username"),
        ({"username": "wang"}, "password"),
        ({"username": ["wang"], "password": "x"}, "username"),
        ({"username": "wang", "password": "x" * 100_000}, "password"),
        ({"username": "wang", "password": "x", "transport": "pigeon"}, "transport"),
    ],
)
def test_a_malformed_sign_in_names_the_field(client, session, body, field):
    response = client.post(URL, json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [field]


def test_strange_names_and_passwords_are_merely_wrong(client, wang):
    for username, password in (
        ("wang\x00", PASSWORD),
        ("'; drop table accounts", "x"),
        ("😀" * 50, "密码" * 90),
    ):
        assert enter(client, username, password).status_code == 401


@pytest.fixture
def limited_client(database_url, data_dir):
    """A client of an app that counts requests; malformed ones count too, and need no database."""
    client = create_app(make_config(database_url, data_dir, RATE_LIMITS="on")).test_client()
    yield client
    limiter.reset()
    limiter.enabled = False


@pytest.mark.parametrize(("path", "allowed"), [("", 20), ("/codes", 5), ("/by-code", 20)])
def test_the_doors_are_rate_limited_by_address(limited_client, path, allowed):
    responses = [limited_client.post(URL + path, json={}) for _ in range(allowed + 1)]
    assert [response.status_code for response in responses] == [422] * allowed + [429]
    assert int(responses[-1].headers["Retry-After"]) > 0
    assert responses[-1].mimetype == "application/problem+json"


# --- residents


def read_code(session, config):
    keys = PhoneKeys(config.phone_keys, config.lookup_key)
    message = session.query(OutboxMessage).order_by(OutboxMessage.created_at.desc()).first()
    recipient, text = read_message(message, keys)
    assert recipient == "+8613812345678"
    return "".join(character for character in text.split("，")[0] if character.isdigit())


def request_code(client):
    return client.post(f"{URL}/codes", json=PHONE)


def test_a_resident_signs_in_by_code(client, session, config):
    requested = request_code(client)
    assert (requested.status_code, requested.get_json()["valid_for_seconds"]) == (202, 300)
    response = client.post(f"{URL}/by-code", json={**PHONE, "code": read_code(session, config)})
    assert response.status_code == 201
    me = client.get(ME, headers=bearer(response.get_json()["access_token"])).get_json()
    assert (me["username"], me["phone_masked"], me["roles"]) == (None, "138****5678", [])


def test_the_code_is_delivered_at_once(client, session, config, capsys):
    request_code(client)
    assert read_code(session, config) in capsys.readouterr().out
    assert session.query(OutboxMessage).one().sent_at is not None


def test_a_wrong_used_or_missing_code_answers_alike(client, session, config):
    never_requested = client.post(f"{URL}/by-code", json={"phone_number": "13912345678", "code": "123456"})
    request_code(client)
    code = read_code(session, config)
    wrong = client.post(f"{URL}/by-code", json={**PHONE, "code": f"{(int(code) + 1) % 10**6:06d}"})
    assert client.post(f"{URL}/by-code", json={**PHONE, "code": code}).status_code == 201
    used = client.post(f"{URL}/by-code", json={**PHONE, "code": code})
    for response in (never_requested, wrong, used):
        assert (response.status_code, response.get_json()["code"]) == (401, "wrong_code")


def test_wrong_tries_are_counted_although_the_answer_is_an_error(client, session, config):
    request_code(client)
    code = read_code(session, config)
    for _ in range(5):
        client.post(f"{URL}/by-code", json={**PHONE, "code": f"{(int(code) + 1) % 10**6:06d}"})
    assert client.post(f"{URL}/by-code", json={**PHONE, "code": code}).status_code == 401


def test_the_next_code_needs_a_minute(client, session, the_time):
    request_code(client)
    again = request_code(client)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "60")
    the_time(seconds=60)
    assert request_code(client).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone_number": "12345", "code": "123456"}, "phone_number"),
        ({"phone_number": "13812345678", "code": "12345"}, "code"),
        ({"phone_number": "13812345678", "code": "１２３４５６"}, "code"),
        ({"phone_number": 13812345678, "code": "123456"}, "phone_number"),
    ],
)
def test_a_malformed_code_sign_in_names_the_field(client, session, body, field):
    response = client.post(f"{URL}/by-code", json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [field]


# --- tokens and sessions


def refresh(client, token):
    return client.post(f"{URL}/refresh", headers=bearer(token))


def test_a_refresh_token_is_good_once(client, wang, the_time):
    first = enter(client).get_json()
    second = refresh(client, first["refresh_token"])
    assert second.status_code == 200
    assert client.get(ME, headers=bearer(second.get_json()["access_token"])).status_code == 200
    the_time(minutes=5)
    assert refresh(client, first["refresh_token"]).status_code == 401
    # It was used twice, so it was stolen: the session is over for both.
    assert client.get(ME, headers=bearer(second.get_json()["access_token"])).status_code == 401


def test_cookies_are_refreshed_with_the_refresh_tokens_csrf_header(client, wang):
    enter(client, transport="cookie")
    refused = client.post(f"{URL}/refresh")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf_missing")
    # The refresh token's CSRF cookie is for the app's pages, whatever their path.
    csrf = client.get_cookie("csrf_refresh_token")
    response = client.post(f"{URL}/refresh", headers={"X-CSRF-TOKEN": csrf.value})
    assert response.status_code == 200
    assert "access_token" not in response.get_json()
    assert response.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("kind", ["access_token", "nonsense"])
def test_only_a_refresh_token_refreshes(client, wang, kind):
    tokens = enter(client).get_json()
    response = refresh(client, tokens.get(kind, "not.a.token"))
    assert (response.status_code, response.get_json()["code"]) == (401, "session_ended")


def test_refreshing_with_no_token_at_all_is_plainly_not_signed_in(client, session):
    response = client.post(f"{URL}/refresh")
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")


def test_a_refresh_token_does_not_act(client, wang):
    assert client.get(ME, headers=bearer(enter(client).get_json()["refresh_token"])).status_code == 401


def test_signing_out_ends_the_session_s_tokens(client, wang):
    tokens = enter(client).get_json()
    headers = bearer(tokens["access_token"])
    assert client.delete(f"{URL}/current", headers=headers).status_code == 204
    assert client.get(ME, headers=headers).status_code == 401
    assert refresh(client, tokens["refresh_token"]).status_code == 401


def test_one_lists_and_ends_ones_own_sessions(client, wang):
    here, lost = bearer(enter(client).get_json()["access_token"]), enter(client).get_json()
    items = client.get(URL, headers=here).get_json()["items"]
    assert sorted(item["is_current"] for item in items) == [False, True]
    assert client.delete(f"{URL}/{lost['session_id']}", headers=here).status_code == 204
    assert client.get(ME, headers=bearer(lost["access_token"])).status_code == 401
    assert len(client.get(URL, headers=here).get_json()["items"]) == 1


def test_somebody_elses_session_is_not_found(client, wang, session):
    sign_in(make_account())
    theirs = session.query(SignInSession).one().id
    here = bearer(enter(client).get_json()["access_token"])
    for session_id in (theirs, uuid.uuid4()):
        assert client.delete(f"{URL}/{session_id}", headers=here).status_code == 404


def test_changing_the_password_ends_the_other_sessions(client, wang):
    here, there = (bearer(enter(client).get_json()["access_token"]) for _ in range(2))
    change = {"old_password": PASSWORD, "new_password": "another good phrase"}
    assert client.put(f"{ME}/password", json=change, headers=here).status_code == 204
    assert client.get(ME, headers=here).status_code == 200
    assert client.get(ME, headers=there).status_code == 401


def test_a_session_ends_for_good_after_a_month(client, wang, the_time):
    tokens = enter(client).get_json()
    the_time(days=30)
    assert client.get(ME, headers=bearer(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize("header", ["Authorization", "X-CSRF-TOKEN"])
def test_what_somebody_writes_after_their_sign_in_ended_is_never_kept_as_a_strangers(client, header) -> None:
    """A phone that sends on an expired sign-in renews it and sends again; a stranger's secret comes along in vain."""
    stale = {header: "Bearer made.up.token", "Upload-Capability": "stranger-stranger-stranger"}
    photo = client.put(
        f"/api/v1/photos/{uuid.uuid4()}", data=b"x", headers={**stale, "Content-Type": "image/jpeg"}
    )
    report = client.put(f"/api/v1/reports/{uuid.uuid4()}", json={}, headers=stale)
    assert [photo.status_code, report.status_code] == [401, 401]
    assert client.get("/api/v1/items", headers=stale).status_code == 200
