"""What the OpenAPI document promises of every route: preconditions, errors, sign-in, parameters."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from flask import Flask

from api.problems import PROBLEM_JSON
from api.schemas.field_texts import TEXTS
from cases.action_input import MAX_REASON_LENGTH
from cases.terms import Action, Party
from cases.transitions import TRANSITIONS
from grid.permissions import Role
from inspections.answers import VisitLimits
from inspections.report_content import LONGEST_TEXT, MOST_PHOTOS
from inspections.rounds import MOST_COMMUNITIES
from server.db import new_id
from tests.contracts.test_routes import METHODS, address, operations, routes
from tests.factories import headers_of, make_grid

_ASKS = {"require_revision", "expected_revision"}


def paths(app: Flask) -> dict[str, Any]:
    return app.extensions["jiayuan_openapi"].spec.to_dict()["paths"]  # type: ignore[no-any-return]


def operation_of(app: Flask, method: str, rule: str) -> dict[str, Any]:
    path = re.sub(r"<(?:[^<>]*:)?([^<>]+)>", r"{\1}", rule)
    return paths(app)[path][method.lower()]  # type: ignore[no-any-return]


def documented(app: Flask) -> list[tuple[str, str]]:
    """(method, rule) of every route in the document."""
    return [
        (method, rule)
        for method, rule, _ in routes(app)
        if rule.startswith("/api/v1/") and not rule.endswith("openapi.json")
    ]


def view_of(app: Flask, method: str, rule: str) -> Any:
    found = next(
        each for each in app.url_map.iter_rules() if each.rule == rule and method in (each.methods or ())
    )
    return inspect.unwrap(app.view_functions[found.endpoint])


def parameters_of(app: Flask, method: str, rule: str) -> list[dict[str, Any]]:
    path = re.sub(r"<(?:[^<>]*:)?([^<>]+)>", r"{\1}", rule)
    shared = paths(app)[path].get("parameters", [])
    return [*shared, *operation_of(app, method, rule).get("parameters", [])]


def test_every_route_that_asks_for_if_match_says_so(app: Flask) -> None:
    asking = [
        (method, rule)
        for method, rule in documented(app)
        if _ASKS & set(view_of(app, method, rule).__code__.co_names)
    ]
    assert len(asking) >= 9
    for method, rule in asking:
        name = f"{method} {rule}"
        named = [each for each in parameters_of(app, method, rule) if each["name"] == "If-Match"]
        assert [each["required"] for each in named] == [True], name
        assert {"412", "428"} <= set(operation_of(app, method, rule)["responses"]), name


def test_a_route_that_requires_if_match_cannot_be_asked_without(app: Flask) -> None:
    for method, rule in documented(app):
        named = {each["name"] for each in parameters_of(app, method, rule) if each.get("required")}
        asks = _ASKS & set(view_of(app, method, rule).__code__.co_names)
        assert ("If-Match" in named) == bool(asks), f"{method} {rule}"


def test_no_error_is_anything_but_a_problem(app: Flask) -> None:
    components = app.extensions["jiayuan_openapi"].spec.to_dict()["components"]
    assert "Error" not in components["schemas"]
    assert {name for name in components["responses"] if not name.startswith("Problem")} == set()
    for name, operation in operations(app):
        assert "default" not in operation["responses"], name
        for status, answer in operation["responses"].items():
            if status >= "400":
                answer = components["responses"].get(answer.get("$ref", "").rsplit("/", 1)[-1], answer)
                assert list(answer["content"]) == [PROBLEM_JSON], f"{name} {status}"


def test_every_operation_says_how_one_signs_in(app: Flask) -> None:
    schemes = app.extensions["jiayuan_openapi"].spec.to_dict()["components"]["securitySchemes"]
    for name, operation in operations(app):
        ways = operation["security"]
        assert {scheme for way in ways for scheme in way} <= set(schemes), name
        is_write = not name.startswith("GET ")
        for way in ways:
            if "cookie" in way:
                assert ("csrf" in way) == is_write, name


def test_a_cookie_is_only_worth_something_where_the_document_says_so(app: Flask) -> None:
    for method, rule, access in routes(app):
        if (method, rule) not in documented(app) or access.is_door:
            continue
        ways = operation_of(app, method, rule)["security"]
        assert ({} in ways) == access.is_public, f"{method} {rule}"
        assert {"bearer": []} in ways, f"{method} {rule}"


def test_every_address_refuses_parameters_that_it_does_not_know(app: Flask, client: Any) -> None:
    headers = headers_of(Role.DISTRICT_ADMIN, make_grid()["district"])
    for method, rule in documented(app):
        if method != "GET":
            continue
        response = client.get(address(rule), headers=headers, query_string={"no_such_parameter": "1"})
        assert response.status_code in (403, 404, 422), f"{method} {rule}: {response.status_code}"
        if "<" not in rule and response.status_code != 403:
            named = {each["field"] for each in response.get_json()["errors"]}
            assert "no_such_parameter" in named, f"{method} {rule}"


# One name for one thing, wherever a list is narrowed.
_OTHER_NAMES = {"area_code", "under", "on", "since", "until", "q", "search", "case_state", "begin", "end"}


def test_the_same_thing_has_the_same_name_in_every_query(app: Flask) -> None:
    for method, rule in documented(app):
        named = {each["name"]: each for each in parameters_of(app, method, rule) if each["in"] == "query"}
        assert set(named) & _OTHER_NAMES == set(), f"{method} {rule}"
        for day in {"from", "to", "as_of"} & set(named):
            assert named[day]["schema"]["format"] == "date", f"{method} {rule} {day}"


def test_every_parameter_is_explained(app: Flask) -> None:
    unexplained = [
        f"{method} {rule} {each['name']}"
        for method, rule in documented(app)
        for each in parameters_of(app, method, rule)
        if not each.get("description")
    ]
    assert unexplained == []


def body_fields(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    """Every field of every body that is taken, as (schema.field, what the document says of it)."""
    schemas = app.extensions["jiayuan_openapi"].spec.to_dict()["components"]["schemas"]
    waiting = [
        content["schema"]
        for _, operation in operations(app)
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    found: dict[str, dict[str, Any]] = {}
    while waiting:
        for name in set(re.findall(r"'#/components/schemas/(\w+)'", repr(waiting.pop()))):
            fields = schemas[name].get("properties", {})
            if not any(key.startswith(f"{name}.") for key in found):
                found |= {f"{name}.{field}": said for field, said in fields.items()}
                waiting += fields.values()
    return sorted(found.items())


def test_every_field_of_a_body_is_explained(app: Flask) -> None:
    found = body_fields(app)
    assert len(found) > 80
    assert [name for name, said in found if not said.get("description")] == []


@pytest.mark.parametrize("method", METHODS)
def test_what_is_explained_is_explained_in_both_languages(app: Flask, method: str) -> None:
    said = [
        (f"{rule} {each['name']}", each["description"])
        for named, rule in documented(app)
        if named == method
        for each in parameters_of(app, method, rule)
    ]
    for name, text in said:
        assert re.search(r"[一-鿿]", text), name
        assert re.search(r"[a-z]{2}", text), name


def test_no_word_is_kept_for_a_field_that_there_is_not(app: Flask) -> None:
    text = repr(app.extensions["jiayuan_openapi"].spec.to_dict())
    assert [name for name, said in TEXTS.items() if said not in text] == []


def documented_field(app: Flask, name: str) -> dict[str, Any]:
    return dict(body_fields(app))[name]


def test_the_limits_told_are_those_of_the_rules(app: Flask) -> None:
    visit = VisitLimits()
    told = {
        ("PutReport.text", "maxLength"): LONGEST_TEXT,
        ("PutReport.photo_ids", "maxItems"): MOST_PHOTOS,
        ("NotFixed.photo_ids", "maxItems"): MOST_PHOTOS,
        ("NotFixed.text", "maxLength"): MAX_REASON_LENGTH,
        ("CaseAction.reason", "maxLength"): MAX_REASON_LENGTH,
        ("PutAnswer.note", "maxLength"): visit.max_note_length,
        ("PutAnswer.photo_ids", "maxItems"): visit.max_photos_per_answer,
        ("PutAnswer.occurrences", "minimum"): 0,
        ("PutAnswer.occurrences", "maximum"): visit.max_occurrences,
        ("RoundPlan.community_ids", "maxItems"): MOST_COMMUNITIES,
    }
    assert {(name, kind): documented_field(app, name)[kind] for name, kind in told} == told


def test_the_document_tells_what_each_action_of_a_case_needs(app: Flask) -> None:
    text = documented_field(app, "CaseAction.action")["description"]
    lines = {match[1]: match[2] for match in re.finditer(r"^- `(\w+)` [^:]+: (.*)$", text, re.MULTILINE)}
    assert set(lines) == {action.value for action in Action}
    for row in TRANSITIONS:
        if row.party in (Party.SYSTEM, Party.REPORTER):
            continue
        for need in row.needs:
            assert f"`{need.value}`" in lines[row.action.value], row
            field = documented_field(app, f"CaseAction.{need.value}")
            assert re.search(rf"\b{row.action.value}\b", field["description"]), row
    assert "organisation_id" not in lines["start"]


def test_lists_and_texts_that_are_too_long_are_told_apart(client: Any, session: Any) -> None:
    body = {"text": "字" * (LONGEST_TEXT + 1), "photo_ids": [str(new_id()) for _ in range(MOST_PHOTOS + 1)]}
    answer = client.put(f"/api/v1/reports/{new_id()}", json=body | {"community_id": str(new_id())})
    told = {each["field"]: each["detail"] for each in answer.get_json()["errors"]}
    assert told == {"text": f"说明最多{LONGEST_TEXT}字", "photo_ids": f"最多{MOST_PHOTOS}张照片"}
    too_much = client.put(f"/api/v1/reports/{new_id()}", json={"photo_ids": [str(new_id())] * 101})
    assert [each["detail"] for each in too_much.get_json()["errors"]] == ["最多 100 项"]
