"""Every error leaves as application/problem+json (RFC 9457): type, title, status, detail, code, errors, request_id.

Never a driver's message, a stack or the text of a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g
from gunicorn.http.errors import ParseException
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from api.languages import is_english, pick
from api.schema_messages import chinese_message
from server.db import db
from server.errors import DomainError, FieldError

log = structlog.get_logger()

PROBLEM_BASE = "urn:jiayuan:problem:"
PROBLEM_JSON = "application/problem+json"
# What marshmallow calls the two halves of a free object's entry; people know the entry by its name.
_PARTS_OF_ENTRIES = ("key", "value")
# The parts of a request whose name stands before the field in webargs' messages.
_LOCATIONS = (
    "json",
    "query",
    "form",
    "headers",
    "path",
    "files",
    "json_or_form",
    "view_args",
    "querystring",
    "cookies",
)

HTTP_TITLES: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "请求无法理解", "The request cannot be understood"),
    401: ("unauthenticated", "请先登录", "Please sign in"),
    403: ("forbidden", "没有权限", "You may not do this"),
    404: ("not_found", "没有找到", "Not found"),
    405: ("method_not_allowed", "不支持这个操作", "This address does not take that method"),
    406: ("not_acceptable", "无法提供所要求的格式", "No representation that you accept"),
    408: ("timeout", "接收超时，没有保存", "Receiving took too long; nothing was stored"),
    409: ("conflict", "内容与已有数据冲突", "This conflicts with what is already stored"),
    410: ("gone", "内容已删除", "It has been removed"),
    412: ("version_mismatch", "内容已被别人更新", "Somebody else has changed it meanwhile"),
    413: ("too_large", "内容太大", "The content is too large"),
    415: ("unsupported_media", "不支持的内容类型", "Unsupported content type"),
    416: ("range_not_satisfiable", "请求的范围不存在", "There is no such range"),
    422: ("invalid", "内容有误，请检查标出的项目", "Some fields are wrong"),
    428: ("version_required", "请先读取最新内容再修改", "Read the present version first (If-Match)"),
    429: ("too_many_requests", "操作太频繁，请稍后再试", "Too many requests; please wait"),
    500: ("internal_error", "服务器出错了，已经记录", "The server failed; it has been noted"),
    503: ("unavailable", "系统繁忙，请稍后再试", "Busy; please try again"),
    507: ("storage_full", "存储空间已满，没有保存", "Storage is full; nothing was stored"),
}


def problem(
    status: int,
    code: str,
    title: str,
    detail: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """One problem document as a response."""
    document: dict[str, Any] = {
        **(extra or {}),
        "type": PROBLEM_BASE + code,
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "request_id": g.get("request_id", ""),
    }
    if errors:
        document["errors"] = list(errors)
    return Response(
        json.dumps(document, ensure_ascii=False, default=str), status=status, content_type=PROBLEM_JSON
    )


def problem_of(error: DomainError) -> Response:
    _, zh, en = HTTP_TITLES[error.status]
    return problem(
        error.status,
        error.code,
        title=pick(zh, en),
        detail=pick(error.zh, error.en),
        errors=[_dump(field) for field in error.errors],
        extra=error.extra,
    )


def _dump(field: FieldError) -> dict[str, str]:
    return {"field": field.field, "code": field.code, "detail": pick(field.zh, field.en)}


def register(app: Flask) -> None:
    """Let every way of failing end in a problem document, with the session clean."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Response:
        db.session.rollback()
        return _with_headers(problem_of(error), error.extra)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        db.session.rollback()
        return _http_problem(error)

    @app.errorhandler(ValidationError)
    def schema_error(error: ValidationError) -> Response:
        db.session.rollback()
        return _invalid(error.messages)

    @app.errorhandler(ParseException)
    def unreadable(_error: ParseException) -> Response:
        db.session.rollback()
        code, zh, en = HTTP_TITLES[400]
        return problem(400, code, pick(zh, en))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        db.session.rollback()
        log.error("request_failed", exc_info=error)
        if app.testing:
            raise error
        code, zh, en = HTTP_TITLES[500]
        return problem(500, code, pick(zh, en))


def _with_headers(response: Response, extra: Mapping[str, Any]) -> Response:
    if "retry_after_seconds" in extra:
        response.headers["Retry-After"] = str(extra["retry_after_seconds"])
    return response


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    data = getattr(error, "data", None) or {}
    if status == 422 and data.get("messages"):
        return _invalid(data["messages"])
    name = (
        HTTPStatus(status).phrase.lower().replace(" ", "_")
        if status in HTTPStatus._value2member_map_
        else "error"
    )
    code, zh, en = HTTP_TITLES.get(status, (name, "请求失败", "The request failed"))
    response = problem(status, code, pick(zh, en), detail=data.get("message"))
    for header, value in error.get_headers():
        if header.lower() not in ("content-type", "content-length"):
            response.headers[header] = value
    return response


def _invalid(messages: Any) -> Response:
    code, zh, en = HTTP_TITLES[422]
    found = [
        {"field": path, "code": "invalid", "detail": text if is_english() else chinese_message(text)}
        for path, text in flatten(messages)
    ]
    return problem(422, code, pick(zh, en), errors=found)


def flatten(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """marshmallow's nested messages as (dotted path, message) pairs, without the location's name."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            if not path and key in _LOCATIONS and isinstance(inner, Mapping):
                yield from flatten(inner, "")
            elif key == "_schema" or (key in _PARTS_OF_ENTRIES and isinstance(inner, list) and path):
                yield from flatten(inner, path)
            else:
                yield from flatten(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from flatten(inner, path)
    else:
        yield path or "body", str(messages)
