"""A test client that holds every JSON answer against the OpenAPI document: no route can drift from what it promises."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import jsonschema
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from server.db import db

_DOCUMENT = "urn:jiayuan:openapi"


class ContractClient(FlaskClient):
    """Fails the test where an answer has a status or a shape that the document does not give it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # What a test has prepared is there for good, as it would be: a refused request rolls back its own work only.
        if has_app_context():
            db.session.commit()
        response = super().open(*args, **kwargs)
        check_answer(self.application, response)
        return response


def check_answer(app: Flask, response: TestResponse) -> None:
    """Raise where the answer is not one that the document names for its route."""
    request = response.request
    rule = _rule_of(app, request.path, request.method)
    if (
        request.method == "OPTIONS"
        or rule is None
        or not rule.startswith("/api/v1/")
        or rule.endswith("openapi.json")
    ):
        return
    operation = _document(app)["paths"][_path_of(rule)][request.method.lower()]
    _check_etag(operation, response, f"{request.method} {rule}")
    content = _content_of(app, operation, str(response.status_code), f"{request.method} {rule}")
    if content is None or not response.is_json or request.method == "HEAD":
        return
    schema = content.get(response.mimetype, {}).get("schema")
    assert schema is not None, (
        f"{request.method} {rule} answered {response.mimetype}, which its document does not name"
    )
    validator(app, schema).validate(response.get_json())


def _check_etag(operation: dict[str, Any], response: TestResponse, name: str) -> None:
    if response.status_code not in (200, 201) or response.request.method == "HEAD":
        return
    promised = operation["responses"].get(str(response.status_code), {}).get("headers", {})
    assert ("ETag" in promised) == ("ETag" in response.headers), (
        f"{name}: the document says {list(promised)}, ETag is {response.headers.get('ETag')}"
    )


def _content_of(app: Flask, operation: dict[str, Any], status: str, name: str) -> dict[str, Any] | None:
    answer = operation["responses"].get(status)
    assert answer is not None, f"{name} answered {status}, which its document does not name"
    if "$ref" in answer:
        answer = _document(app)["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    return answer.get("content")  # type: ignore[no-any-return]


def _rule_of(app: Flask, path: str, method: str) -> str | None:
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(path.split("?")[0], method=method, return_rule=True)
    except Exception:
        return None
    return str(rule.rule)


def _path_of(rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


@lru_cache(maxsize=8)
def _document_by_id(_key: int, app: Flask) -> dict[str, Any]:
    return app.extensions["jiayuan_openapi"].spec.to_dict()  # type: ignore[no-any-return]


def _document(app: Flask) -> dict[str, Any]:
    return _document_by_id(id(app), app)


def validator(app: Flask, schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """A validator whose references reach into the whole document."""
    registry = Registry().with_resource(_DOCUMENT, Resource.from_contents(_document(app), DRAFT202012))
    return jsonschema.Draft202012Validator(_absolute(schema), registry=registry)


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: (_DOCUMENT + value if key == "$ref" and isinstance(value, str) else _absolute(value))
            for key, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema
