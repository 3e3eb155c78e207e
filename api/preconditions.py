"""If-Match and ETag for shared things: a revision number is the version, so nobody overwrites what they have not seen."""

from __future__ import annotations

import re

from flask import Response, request

from server.errors import RuleViolated, VersionMismatch, VersionRequired


def expected_revision() -> int:
    """The revision that If-Match names; raises `VersionRequired` without one."""
    header = request.headers.get("If-Match")
    if not header:
        raise VersionRequired("请先读取最新内容再修改", "Send If-Match with the ETag that you read")
    value = header.strip().removeprefix("W/").strip('"')
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise RuleViolated("If-Match 无效", 'If-Match must be an ETag such as "3"', code="bad_if_match")
    return int(value)


def require_revision(present: int) -> None:
    """Raise `VersionMismatch` unless If-Match names the present revision. Ask it inside the transaction, row locked."""
    if expected_revision() != present:
        raise VersionMismatch(
            "内容已被别人更新，请刷新后再试",
            "Somebody else has changed it meanwhile",
            extra={"present_revision": present},
        )


def etag(revision: int) -> dict[str, str]:
    """The header that tells the revision."""
    return {"ETag": f'"{revision}"'}


def with_etag(response: Response, revision: int) -> Response:
    response.headers["ETag"] = f'"{revision}"'
    return response
