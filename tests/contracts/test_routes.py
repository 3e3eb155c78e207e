"""What every route promises, swept over all of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from grid.permissions import ROLE_PERMISSIONS, Role
from tests.factories import headers_of, make_grid

# Whoever opens a route to everybody adds it here, on purpose.
PUBLIC = {
    # The web app's page, whatever the address that the app routes itself.
    "GET /",
    "GET /index.html",
    "GET /<client:address>",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/docs/",
    "GET /api/docs/<path:path>",
    "GET /api/v1/openapi.json",
    "GET /api/v1/settings",
    # Checklists: what is asked, and from which policy, is nobody's secret.
    "GET /api/v1/checklists",
    "GET /api/v1/checklists/<string:code>",
    "GET /api/v1/checklists/<string:code>/versions/<int(min=1, max=1000000):number>",
    "GET /api/v1/exports/checklists/<string:checklist_code>/versions/<int(min=1, max=1000000):number>",
    "GET /api/v1/items",
    "GET /api/v1/items/groups",
    "GET /api/v1/items/<string:code>",
    # What published policies ask of the rates.
    "GET /api/v1/areas/<string:code>/targets",
    # Photos: the uploader who never signed in is known by a secret; everybody else is told nothing.
    "GET /api/v1/photos/limits",
    "PUT /api/v1/photos/<uuid:photo_id>",
    "GET /api/v1/photos/<uuid:photo_id>",
    "GET /api/v1/photos/<uuid:photo_id>/display",
    "GET /api/v1/photos/<uuid:photo_id>/thumbnail",
    # A signed address is its own key, and there is one only for what was released.
    "GET /api/v1/photos/released/<uuid:release_id>",
    "GET /api/v1/photos/released/<uuid:release_id>/thumbnail",
    # Reports and following them: anybody may report; a tracking code is its own key.
    "PUT /api/v1/reports/<uuid:report_id>",
    "GET /api/v1/reports/duplicates",
    "GET /api/v1/tracking/<string:code>",
    "POST /api/v1/tracking/<string:code>/not-fixed",
    "PUT /api/v1/tracking/<string:code>/rating",
    # The grid: what a resident needs to say where they are, vocabularies, and the doors themselves.
    # A community's page is for whoever reads its notice board.
    "GET /api/v1/public/communities/<uuid:community_id>",
    "GET /api/v1/public/communities/<uuid:community_id>/problems",
    "GET /api/v1/public/communities/<uuid:community_id>/why",
    "GET /api/v1/public/communities/<uuid:community_id>/qr.svg",
    "GET /api/v1/communities/choices",
    "GET /api/v1/communities/attributes",
    "GET /api/v1/organisations/kinds",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/codes",
    "POST /api/v1/sessions/by-code",
    "POST /api/v1/sessions/refresh",
}
DUMMY = {
    "uuid": "0198f0a0-0000-7000-8000-000000000000",
    "int": "1",
    "string": "nothing",
    "default": "nothing",
    "path": "nothing",
    "client": "nothing",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(app: Flask) -> list[tuple[str, str, Any]]:
    """Every (method, rule, access) of the product."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted(set(METHODS) & (rule.methods or set())):
            found.append((method, rule.rule, getattr(app.view_functions[rule.endpoint], "access", None)))
    return sorted(found, key=lambda each: (each[1], each[0]))


def address(rule: str) -> str:
    """The rule with a well-formed name of nothing in each place."""
    return re.sub(r"<(?:([a-z]+)(?:\([^)]*\))?:)?[^<>]+>", lambda match: DUMMY[match[1] or "default"], rule)


def protected(app: Flask) -> list[tuple[str, str, Any]]:
    return [each for each in routes(app) if each[2] is not None and not each[2].is_public]


def test_every_route_says_who_may_ask_it(app: Flask) -> None:
    assert [f"{method} {rule}" for method, rule, access in routes(app) if access is None] == []


def test_the_public_routes_are_the_listed_ones(app: Flask) -> None:
    assert {
        f"{method} {rule}" for method, rule, access in routes(app) if access and access.is_public
    } == PUBLIC


def test_nobody_signed_in_is_turned_away_everywhere_else(app: Flask, client: Any) -> None:
    for method, rule, _ in protected(app):
        response = client.open(address(rule), method=method)
        assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated"), (
            f"{method} {rule}"
        )
        assert response.mimetype == "application/problem+json"


def test_a_forged_token_is_turned_away_everywhere(app: Flask, client: Any) -> None:
    forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."}
    for method, rule, _ in protected(app):
        assert client.open(address(rule), method=method, headers=forged).status_code == 401, (
            f"{method} {rule}"
        )


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused(app: Flask, client: Any, role: Role) -> None:
    headers = headers_of(role, make_grid()["township"])
    for method, rule, access in protected(app):
        if access.permission is None or access.permission in ROLE_PERMISSIONS[role]:
            continue
        response = client.open(address(rule), method=method, headers=headers)
        assert response.status_code == 403, f"{role} {method} {rule}: {response.status_code}"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"no_such_field": 1}', b"[" * 50_000]
)
def test_a_broken_body_is_a_problem_and_never_a_failure(app: Flask, client: Any, body: bytes) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, make_grid()["district"])
    for method, rule, _ in routes(app):
        if method == "GET" or not rule.startswith("/api/v1/"):
            continue
        response = client.open(
            address(rule), method=method, headers=headers, data=body, content_type="application/json"
        )
        assert response.status_code < 500, f"{method} {rule}"
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json", f"{method} {rule}: {response.mimetype}"


def test_the_openapi_document_is_valid(app: Flask) -> None:
    validate(app.extensions["jiayuan_openapi"].spec.to_dict())


def operations(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    paths = app.extensions["jiayuan_openapi"].spec.to_dict()["paths"]
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in paths.items()
        for method, operation in item.items()
        if method.upper() in METHODS
    ]


def test_every_operation_has_a_summary_and_names_its_errors(app: Flask) -> None:
    for name, operation in operations(app):
        assert operation.get("summary"), name
        assert {"422", "429"} <= set(operation["responses"]), name


def test_every_json_body_has_an_example(app: Flask) -> None:
    for name, operation in operations(app):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [
            each.get("content", {}) for status, each in operation["responses"].items() if status < "300"
        ]
        for content in contents:
            body = content.get("application/json")
            if body is not None:
                assert "example" in body or "examples" in body, name


def test_every_operation_has_a_name_of_its_own(app: Flask) -> None:
    names = [operation.get("operationId") for _, operation in operations(app)]
    assert all(names)
    assert len(names) == len(set(names))
