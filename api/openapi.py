"""The OpenAPI 3.1 document and its human pages; errors are ours, not the library's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask

from api.problems import HTTP_TITLES, PROBLEM_BASE, PROBLEM_JSON
from api.schemas.base import ProblemSchema
from api.schemas.field_texts import describe_by_name

_ERROR_STATUSES = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503)


class JiayuanApi(flask_smorest.Api):
    """flask-smorest with our own problem documents in place of its errors."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # every route names its own errors

    def _register_error_handlers(self) -> None:
        """`api/problems.py` has them."""

    def _register_responses(self) -> None:
        """The library's own errors have no place in the document."""


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
    api.ma_plugin.converter.add_attribute_function(describe_by_name)
    api.spec.components.schema("Problem", schema=ProblemSchema)
    for status in _ERROR_STATUSES:
        api.spec.components.response(f"Problem{status}", _problem_response(status))
    return api


def _problem_response(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    code, zh, en = HTTP_TITLES[status]
    example = {
        "type": PROBLEM_BASE + code,
        "title": zh,
        "status": status,
        "detail": zh,
        "code": code,
        "request_id": "0b9f3c1e-6f0c-4a43-a8c8-8b7a7c0d1c55",
    }
    return {
        "description": f"{phrase}: {zh} / {en}",
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
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "POST /sessions 的 access_token；过期答 401 token_expired / the access_token of "
                "POST /sessions; 401 token_expired once it is over",
            },
            "cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "access_token_cookie",
                "description": "网页登录（transport=cookie）；写操作另须 X-CSRF-TOKEN / for the web app; every "
                "write also wants X-CSRF-TOKEN",
            },
            "csrf": {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRF-TOKEN",
                "description": "Cookie csrf_access_token 的值（续期时是 csrf_refresh_token 的值），没有则 403 "
                "csrf_missing / the value of the cookie csrf_access_token (csrf_refresh_token when refreshing); "
                "403 csrf_missing without it",
            },
            "refresh_bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "refresh_token，只用于续期 / the refresh_token, for refreshing only",
            },
            "refresh_cookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "refresh_token_cookie",
                "description": "只用于续期 / for refreshing only",
            },
        }
    },
}
