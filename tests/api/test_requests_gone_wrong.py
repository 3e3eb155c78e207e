"""Requests that no honest client sends: each is told what is wrong with it, and none is a failure of ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from grid.permissions import Role
from tests.factories import headers_of, make_community, make_grid


@pytest.fixture
def manager(client: Any) -> dict[str, str]:
    return headers_of(Role.TOWNSHIP_MANAGER, make_grid()["township"])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_json_body_under_another_name_is_refused_and_not_thrown_away(
    client: Any, content_type: str
) -> None:
    grid = make_grid()
    community, headers = (
        make_community(grid["neighbourhood"]),
        headers_of(Role.TOWNSHIP_MANAGER, grid["township"]),
    )
    response = client.patch(
        f"/api/v1/communities/{community.id}",
        data=b'{"address": "somewhere"}',
        headers=headers | {"If-Match": '"1"'},
        content_type=content_type,
    )
    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media")
    assert community.revision == 1


def test_options_asks_nothing_of_anybody(client: Any) -> None:
    for path in ("/api/v1/items", "/api/v1/cases", "/api/v1/accounts/me", "/api/v1/photos/limits"):
        response = client.open(path, method="OPTIONS")
        assert response.status_code == 200, path
        assert "GET" in response.headers["Allow"]


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "instant", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-11-21T10:00:00"]
)
@pytest.mark.parametrize("noun", ["cases", "inspections", "rounds"])
def test_a_cursor_from_the_end_of_time_is_refused(client: Any, manager: Any, noun: str, instant: str) -> None:
    endpoint = {
        "cases": "cases.list_cases",
        "inspections": "inspections.list_inspections",
        "rounds": "rounds.list_rounds",
    }
    forged = cursor(endpoint[noun], instant, "01a1ff66-0000-7000-8000-000000000000")
    response = client.get(f"/api/v1/{noun}?cursor={forged}", headers=manager)
    assert (response.status_code, response.get_json()["code"]) == (422, "bad_cursor")


def test_a_cursor_of_another_list_is_refused(client: Any, manager: Any) -> None:
    forged = cursor("rounds.list_rounds", "2026-11-21T10:00:00+00:00", "01a1ff66-0000-7000-8000-000000000000")
    assert client.get(f"/api/v1/cases?cursor={forged}", headers=manager).status_code == 422


@pytest.mark.parametrize("digits", [5000, 100_000])
def test_a_number_of_thousands_of_digits_is_the_senders_mistake(client: Any, digits: int) -> None:
    body = b'{"username": "a", "password": ' + b"9" * digits + b"}"
    response = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")


def test_an_etag_of_thousands_of_digits_is_no_etag(client: Any) -> None:
    grid = make_grid()
    community, headers = (
        make_community(grid["neighbourhood"]),
        headers_of(Role.TOWNSHIP_MANAGER, grid["township"]),
    )
    response = client.patch(
        f"/api/v1/communities/{community.id}",
        json={"address": "x"},
        headers=headers | {"If-Match": f'"{"1" * 5000}"'},
    )
    assert (response.status_code, response.get_json()["code"]) == (422, "bad_if_match")


def test_only_who_should_wait_is_told_how_long(client: Any) -> None:
    assert "Retry-After" not in client.get("/api/v1/items").headers
