"""The OpenAPI 3.1 document and its human pages; errors are ours, not the library's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask

from api.problems import PROBLEM_JSON
from api.schemas.base import ProblemSchema

_ERROR_STATUSES = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503)


class JiayuanApi(flask_smorest.Api):
    """flask-smorest with our own problem documents in place of its errors."""

    def _register_error_handlers(self) -> None:
        """`api/problems.py` has them."""


def configure(app: Flask) -> JiayuanApi:
    """Set up the document at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE="Jiayuan 家园",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=_SPEC_OPTIONS,
    )
    api = JiayuanApi(app)
    app.extensions["jiayuan_openapi"] = api
    api.spec.components.schema("Problem", schema=ProblemSchema)
    for status in _ERROR_STATUSES:
        api.spec.components.response(f"Problem{status}", _problem_response(status))
    return api


def _problem_response(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example = {
        "type": "urn:jiayuan:problem:" + phrase.lower().replace(" ", "_"),
        "title": phrase,
        "status": status,
        "detail": phrase,
        "code": phrase.lower().replace(" ", "_"),
        "request_id": "0b9f3c1e-6f0c-4a43-a8c8-8b7a7c0d1c55",
    }
    return {
        "description": phrase,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


_SPEC_OPTIONS: dict[str, Any] = {
    "info": {
        "description": "小区巡检与居民反馈 / community inspection and resident feedback. Times are RFC 3339 with offset; "
        "errors are RFC 9457 problem+json; lists page by cursor; shared things carry ETag and want If-Match."
    },
    "servers": [{"url": "/"}],
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token_cookie"},
        }
    },
}
