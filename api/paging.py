"""Cursor paging: a page names where the next begins by its last row's sort key, so rows that come meanwhile shift nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import has_request_context, request
from marshmallow import Schema, fields, validate

from server.errors import FieldError, RuleViolated

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_MAX_CURSOR_LENGTH = 600
_MAX_NUMBER = 2**53


class PageQuerySchema(Schema):
    """Base of every list's query."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(min=1, max=MAX_LIMIT),
        metadata={"description": "每页条数 / rows a page", "example": 50},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(max=_MAX_CURSOR_LENGTH),
        metadata={"description": "上一页返回的 next_cursor / next_cursor of the page before"},
    )


def encode_cursor(key: list[Any]) -> str:
    """A sort key (strings, numbers, None) as an opaque cursor, which knows the list it belongs to."""
    named = json.dumps([_list_name(), *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(named.encode()).decode().rstrip("=")


def _list_name() -> str:
    """The route that is answering; nothing outside of a request."""
    return (request.endpoint or "") if has_request_context() else ""


def decode_cursor(cursor: str | None, types: tuple[type, ...]) -> list[Any] | None:
    """The sort key of a cursor, its parts checked against `types`; raises `RuleViolated` for anything else."""
    if not cursor:
        return None
    try:
        named = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeError, RecursionError) as error:
        raise _bad_cursor() from error
    is_key = isinstance(named, list) and len(named) == len(types) + 1 and named[0] == _list_name()
    if not is_key or not all(map(_is_part, named[1:], types)):
        raise _bad_cursor()
    return named[1:]  # type: ignore[no-any-return]


def _is_part(part: Any, kind: type) -> bool:
    """Whether a forged cursor's part is at least what a database lets itself be asked."""
    if isinstance(part, str) and not part.isprintable():
        return False
    if isinstance(part, int) and abs(part) > _MAX_NUMBER:
        return False
    return part is None or type(part) is kind


def _bad_cursor() -> RuleViolated:
    field = FieldError("cursor", "bad_cursor", "翻页标记无效", "Not a cursor of this list")
    return RuleViolated("翻页标记无效", "Not a cursor of this list", code="bad_cursor", errors=[field])


def page(rows: list[Any], next_key: list[Any] | None) -> dict[str, Any]:
    """The body of one page."""
    return {"items": rows, "next_cursor": encode_cursor(next_key) if next_key is not None else None}
