"""Checklists over HTTP: what is asked, in which version, from which policy. Everybody may read it all."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from flask import Response, request

from api.authentication import current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.paging import decode_cursor, page
from api.route_documents import CONTENT_ETAG
from api.schemas.checklists import (
    DETAIL_EXAMPLE,
    HEAD_EXAMPLE,
    PUBLICATION_EXAMPLE,
    SUMMARY_EXAMPLE,
    VERSION_EXAMPLE,
    ChecklistDetailSchema,
    ChecklistPageQuerySchema,
    ChecklistPageSchema,
    ChecklistQuerySchema,
    ChecklistVersionHeadSchema,
    ChecklistVersionSchema,
    PublicationSchema,
)
from checklists import queries
from checklists.catalogue import load_catalogue
from checklists.models import ChecklistVersion
from checklists.publishing import publish_catalogue, retire_version
from grid.permissions import Permission
from server import clock
from server.db import transaction
from server.errors import NotFound

blueprint = ApiBlueprint(
    "checklists", __name__, url_prefix="/checklists", description="检查表 / checklists and their versions"
)

# A published version never changes; only whether it is retired does, and that is not in this answer.
_FOR_EVER = "public, max-age=31536000, immutable"
_CODE = re.compile(r"[A-Za-z0-9_]{1,60}")
_VERSION = "/<string:code>/versions/<int(min=1, max=1000000):number>"


@blueprint.route("")
@public
@blueprint.arguments(ChecklistPageQuerySchema, location="query")
@blueprint.response(200, ChecklistPageSchema, example={"items": [SUMMARY_EXAMPLE], "next_cursor": None})
def list_checklists(query: dict[str, Any]) -> dict[str, Any]:
    """Every checklist, with the version in force on a day."""
    key = decode_cursor(query["cursor"], (str,))
    overviews = queries.list_checklists(_day(query["as_of"]))
    rest = [overview for overview in overviews if key is None or overview.code > key[0]]
    shown = rest[: query["limit"]]
    next_key = [shown[-1].code] if len(rest) > len(shown) else None
    return page([_summary(overview) for overview in shown], next_key)


@blueprint.route("/<string:code>")
@public
@blueprint.arguments(ChecklistQuerySchema, location="query")
@blueprint.response(200, ChecklistDetailSchema, example=DETAIL_EXAMPLE)
def get_checklist(query: dict[str, Any], code: str) -> dict[str, Any]:
    """One checklist: the version in force on a day, how its rate is counted, and all its versions."""
    overview = queries.get_checklist(_known(code), _day(query["as_of"]))
    shown = overview.in_force or overview.latest
    return {
        **_summary(overview),
        "formula": shown.document["formula"],
        "versions": queries.list_versions(code),
    }


@blueprint.route(_VERSION)
@public
@blueprint.response(200, ChecklistVersionSchema, example=VERSION_EXAMPLE, headers=CONTENT_ETAG)
@blueprint.alt_response(304, description="Not modified")
def get_checklist_version(code: str, number: int) -> Response:
    """One version whole, exactly as it was published; it may be kept for ever.

    Every item comes with its policy clauses and with marks of provenance: what the policy says, what another source
    says, and what is our proposal.
    """
    version = queries.get_version_by_number(_known(code), number)
    body = {
        **ChecklistVersionHeadSchema(exclude=["retired_at"]).dump(version),
        "document": version.document,
    }
    # The document is not dumped through a schema: its SHA-256 must still fit what arrives.
    response = Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
    response.set_etag(version.sha256)
    response.headers["Cache-Control"] = _FOR_EVER
    response.make_conditional(request)
    return response


@blueprint.route("/<string:code>/versions", methods=["POST"])
@needs(Permission.PUBLISH_CHECKLISTS)
@blueprint.arguments(PublicationSchema, example=PUBLICATION_EXAMPLE)
@blueprint.response(201, ChecklistVersionHeadSchema, example=HEAD_EXAMPLE)
@blueprint.alt_response(
    200,
    schema=ChecklistVersionHeadSchema,
    example=HEAD_EXAMPLE,
    description="Nothing has changed since this version",
)
def publish_checklist(values: dict[str, Any], code: str) -> tuple[ChecklistVersion, int]:
    """Publish the catalogue's present text of a checklist as its next version.

    The same text again answers 200 with the version that has it. A later version may not begin before today: rates that
    were already reported would change (`effective_too_early`).
    """
    catalogue = load_catalogue()
    actor, now = current_actor(), clock.now()
    effective_on = values["effective_on"] or clock.local_day(now)
    with transaction():
        (published,) = publish_catalogue(catalogue, effective_on, actor, now, checklist_codes=[_known(code)])
    return published.version, 201 if published.is_new else 200


@blueprint.route(f"{_VERSION}/retirement", methods=["POST"])
@needs(Permission.PUBLISH_CHECKLISTS)
@blueprint.response(
    200, ChecklistVersionHeadSchema, example={**HEAD_EXAMPLE, "retired_at": "2026-12-01T09:00:00+08:00"}
)
def retire_checklist_version(code: str, number: int) -> ChecklistVersion:
    """Let no new inspection use this version; what was inspected with it stays. Again is harmless."""
    with transaction():
        return retire_version(_known(code), number, current_actor(), clock.now())


def _known(code: str) -> str:
    """A code that could be one; anything else names nothing."""
    if not _CODE.fullmatch(code):
        raise NotFound("没有这份检查表", "No such checklist")
    return code


def _day(on: date | None) -> date:
    return on or clock.local_day(clock.now())


def _summary(overview: queries.ChecklistOverview) -> dict[str, Any]:
    document = (overview.in_force or overview.latest).document
    return {
        **{name: document[name] for name in ("code", "name", "purpose", "validity_days", "pass_mark")},
        "item_count": sum(len(indicator["items"]) for indicator in document["indicators"]),
        "in_force": overview.in_force,
        "latest": overview.latest,
    }
