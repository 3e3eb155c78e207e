"""What the document says of a route beside its schemas: who may ask, which errors may come, If-Match and ETag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from api.authentication import Access

View = TypeVar("View", bound=Callable[..., Any])
_WRITES = ("put", "post", "patch", "delete")


class IfMatch(StrEnum):
    """Whether a route takes the revision that its asker has seen."""

    NOT_TAKEN = "not_taken"
    OPTIONAL = "optional"
    REQUIRED = "required"


ETAG: Mapping[str, Any] = {
    "ETag": {
        "description": '当前版本，改动时原样放进 If-Match / the present revision, for If-Match, e.g. "3"',
        "schema": {"type": "string"},
        "required": True,
    }
}
CONTENT_ETAG: Mapping[str, Any] = {
    "ETag": {
        "description": "内容标记，可放进 If-None-Match / of the content, for If-None-Match",
        "schema": {"type": "string"},
        "required": True,
    }
}
_IF_MATCH: Mapping[IfMatch, Mapping[str, Any]] = {
    IfMatch.OPTIONAL: {
        "in": "header",
        "name": "If-Match",
        "required": False,
        "schema": {"type": "string"},
        "example": '"3"',
        "description": "要替换的版本（读到的 ETag）；新建时不填 / the revision to replace, none for what is new",
    },
    IfMatch.REQUIRED: {
        "in": "header",
        "name": "If-Match",
        "required": True,
        "schema": {"type": "string"},
        "example": '"3"',
        "description": "读到的 ETag：没有则 428，已被别人改动则 412 / the ETag that was read: 428 without, "
        "412 if somebody else was faster",
    },
}

PATH_PARAMETERS: Mapping[str, str] = {
    "area_code": "地区代码 / code of the area, e.g. 310151101",
    "checklist_code": "检查表代码 / the checklist, e.g. fire_safety",
    "account_id": "账号编号 / the account",
    "case_id": "案件编号 / the case (its id, not its number)",
    "community_id": "小区编号 / the community",
    "inspection_id": "检查编号，由手机自定的 UUID / the inspection, a UUID of the phone's own making",
    "number": "版本号 / number of the version",
    "organisation_id": "单位编号 / the organisation",
    "photo_id": "照片编号，由手机自定的 UUID / the photo, a UUID of the phone's own making",
    "post_id": "岗位编号 / the post",
    "report_id": "上报编号，由手机自定的 UUID / the report, a UUID of the phone's own making",
    "release_id": "公开照片编号 / the released photo",
    "round_id": "检查轮次编号 / the round",
    "rule_id": "派遣规则编号 / the routing rule",
    "session_id": "登录编号 / the sign-in session",
}
_CODES: Mapping[str, str] = {
    "/areas": "统计用区划代码 / statistical division code, e.g. 310151101",
    "/checklists": "检查表代码 / the checklist, e.g. fire_safety",
    "/items": "检查项代码 / the item, e.g. CORR-01",
    "/tracking": "查询码，横线、大小写不拘 / tracking code; dashes and case do not matter",
}


def shared_thing(if_match: IfMatch = IfMatch.NOT_TAKEN) -> Callable[[View], View]:
    """Mark a route whose answer carries the thing's revision as ETag, and which may ask for it as If-Match."""

    def mark(view: View) -> View:
        apidoc = getattr(view, "_apidoc", {})
        view._apidoc = {**apidoc, "if_match": if_match}  # type: ignore[attr-defined]
        return view

    return mark


def path_parameters(prefix: str, rule: str) -> list[dict[str, Any]]:
    """The parameters that a rule names, with what each is."""
    names = re.findall(r"<(?:[^<>]*:)?([a-z_]+)>", rule)
    noun = re.match(r"/[a-z-]+", prefix + rule)
    codes = {"code": _CODES[noun[0]]} if noun and noun[0] in _CODES else {}
    known = {**PATH_PARAMETERS, **codes}
    return [
        {"in": "path", "name": name, "required": True, "description": known[name]}
        for name in names
        if name in known
    ]


def document_access(
    doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_: Any
) -> dict[str, Any]:
    """Name, security and problem answers, by the route's own mark."""
    access: Access | None = doc_info.get("access")
    if access is None:
        return doc
    doc.setdefault("operationId", doc_info["operation"])
    doc["security"] = _security(access, method)
    if access.permission is not None:
        doc["x-permission"] = str(access.permission)
    responses = doc.setdefault("responses", {})
    # flask-smorest has put its own name for what a schema refuses.
    responses.pop(422, None)
    for status in _error_statuses(access, method, doc_info.get("if_match")):
        responses.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    return doc


def document_revision(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The ETag of every good answer and the If-Match that is taken."""
    if_match: IfMatch | None = doc_info.get("if_match")
    if if_match is None:
        return doc
    for status, answer in doc["responses"].items():
        if str(status) in ("200", "201") and isinstance(answer, dict):
            answer.setdefault("headers", {}).update(ETAG)
    if if_match in _IF_MATCH:
        doc.setdefault("parameters", []).append(dict(_IF_MATCH[if_match]))
    return doc


def _security(access: Access, method: str) -> list[dict[str, list[str]]]:
    """Nothing at a door, else bearer or cookie, the cookie with its CSRF header where something is written."""
    if access.is_door:
        return []
    cookie: dict[str, list[str]] = {"cookie": [], "csrf": []} if method.lower() in _WRITES else {"cookie": []}
    signed_in: list[dict[str, list[str]]] = [{"bearer": []}, cookie]
    return [{}, *signed_in] if access.is_public else signed_in


def _error_statuses(access: Access, method: str, if_match: IfMatch | None) -> list[str]:
    statuses = {"404", "422", "429", "503"}
    if not access.is_public:
        statuses |= {"401", "403"}
    if method.lower() in _WRITES:
        statuses |= {"400", "409", "413", "415"}
        if not access.is_door:
            statuses |= {"401", "403"}
    if if_match in _IF_MATCH:
        statuses |= {"412"} if if_match is IfMatch.OPTIONAL else {"412", "428"}
    return sorted(statuses)
