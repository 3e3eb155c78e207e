"""Reports over HTTP: anyone PUTs one under a name of their own; staff read those of their area."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app

from api.authentication import current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.instant_cursors import decode_instant_cursor, instant_key
from api.limits import ANONYMOUS_WRITE, DEFAULT, PUBLIC_READ, limiter
from api.paging import PageQuerySchema, page
from api.schemas.photos import UploaderHeadersSchema
from api.schemas.reports import (
    DETAIL_EXAMPLE,
    DUPLICATES_EXAMPLE,
    OWN_PAGE_EXAMPLE,
    PAGE_EXAMPLE,
    RECEIPT_EXAMPLE,
    REPORT_EXAMPLE,
    DuplicateListSchema,
    DuplicateQuerySchema,
    OwnReportPageSchema,
    PutReportSchema,
    ReportPageSchema,
    ReportQuerySchema,
    ReportReceiptSchema,
    ReportSchema,
)
from grid.communities import get_community
from grid.permissions import Permission, may
from grid.phone_numbers import PhoneKeys
from grid.positions import Position
from inspections.duplicate_search import find_duplicates, list_duplicates_of_case
from inspections.duplicates import RESIDENT_RADIUS_M, STAFF_RADIUS_M, Sighting
from inspections.item_words import ItemWords, words_of
from inspections.report_content import ReportContent
from inspections.report_intake import put_report as take_in_report
from inspections.report_queries import ReportLine, phone_number_for
from inspections.report_queries import get_report as read_report
from inspections.report_queries import list_own_reports as read_own_reports
from inspections.report_queries import list_reports as read_reports
from inspections.timeline import STAGE_TEXTS, stage_of_state
from inspections.tracking_codes import derive_code
from server import clock
from server.config import Config
from server.db import transaction
from server.errors import RuleViolated

blueprint = ApiBlueprint(
    "reports", __name__, url_prefix="/reports", description="上报 / people's photo reports"
)


def phone_keys() -> PhoneKeys:
    """The keys of this server, for phone numbers and tracking codes."""
    config: Config = current_app.extensions["jiayuan_config"]
    return PhoneKeys(encryption=config.phone_keys, lookup=config.lookup_key)


def _report_limit() -> str:
    return DEFAULT if current_actor().grants else ANONYMOUS_WRITE


@blueprint.route("/<uuid:report_id>", methods=["PUT"])
@public
@limiter.limit(_report_limit)
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.arguments(PutReportSchema, example=REPORT_EXAMPLE)
@blueprint.response(201, ReportReceiptSchema, example=RECEIPT_EXAMPLE)
@blueprint.alt_response(200, schema=ReportReceiptSchema, example=RECEIPT_EXAMPLE, description="Stored before")
@blueprint.doc(responses={"403": {"$ref": "#/components/responses/Problem403"}})
def put_report(
    headers: dict[str, Any], content: ReportContent, report_id: uuid.UUID
) -> tuple[dict[str, Any], int]:
    """Store a report under the phone's own id (any UUID; UUIDv7 keep their order); it opens a case, or joins the one it follows.

    The same again from the same sender answers 200 with the same receipt; anything else under that id is 409 and
    changes nothing. Without signing in, photos are named together with the `Upload-Capability` they were sent with.
    """
    actor, keys = current_actor(), phone_keys()
    with transaction():
        put = take_in_report(report_id, content, actor, clock.now(), keys, capability=headers["capability"])
        community = get_community(put.report.community_id)
    receipt = {"report": put.report, "tracking_code": put.tracking_code, "community": community}
    return receipt, 201 if put.is_new else 200


@blueprint.route("/duplicates")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.arguments(DuplicateQuerySchema, location="query")
@blueprint.response(200, DuplicateListSchema, example=DUPLICATES_EXAMPLE)
def list_near_duplicates(query: dict[str, Any]) -> dict[str, Any]:
    """Open cases near by that may be the same problem, the likeliest first, at most five: to follow, not to repeat.

    Residents are offered what is within 50 m, staff of the place what is within 250 m.
    """
    community = get_community(query["community_id"])
    is_staff = may(current_actor(), Permission.REPORT_AS_STAFF, community.area_path)
    sighting = Sighting(
        community_id=community.id,
        seen_at=clock.now(),
        item_code=None if query["item_code"] == "unknown" else query["item_code"],
        position=_position(query),
        building=query["building"] or None,
    )
    radius_m = STAFF_RADIUS_M if is_staff else RESIDENT_RADIUS_M
    return {"items": find_duplicates(sighting, radius_m=radius_m)}


@blueprint.route("")
@needs(Permission.READ_REPORTS)
@blueprint.arguments(ReportQuerySchema, location="query")
@blueprint.response(200, ReportPageSchema, example=PAGE_EXAMPLE)
def list_reports(query: dict[str, Any]) -> dict[str, Any]:
    """Reports of one's area, the newest first, each with the case that answers it now."""
    limit, after = query["limit"], decode_instant_cursor(query["cursor"])
    rows = read_reports(current_actor(), ReportQuerySchema().filter_of(query), limit + 1, after)
    last = rows[:limit][-1:]
    has_more = len(rows) > limit
    return page(
        rows[:limit], instant_key(last[0].report.received_at, last[0].report.id) if has_more else None
    )


@blueprint.route("/mine")
@needs()
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, OwnReportPageSchema, example=OWN_PAGE_EXAMPLE)
def list_own_reports(query: dict[str, Any]) -> dict[str, Any]:
    """What one has reported while signed in, the newest first, each with its stage and tracking code."""
    limit, after = query["limit"], decode_instant_cursor(query["cursor"])
    rows = read_own_reports(current_actor(), limit + 1, after)
    last = rows[:limit][-1:]
    key = instant_key(last[0].report.received_at, last[0].report.id) if len(rows) > limit else None
    words = words_of({row.report.item_code for row in rows[:limit]})
    return page([_own_line(row, words.get(row.report.item_code or "")) for row in rows[:limit]], key)


@blueprint.route("/<uuid:report_id>")
@needs(Permission.READ_REPORTS)
@blueprint.response(200, ReportSchema, example=DETAIL_EXAMPLE)
def get_report(report_id: uuid.UUID) -> dict[str, Any]:
    """One report; the phone number in clear only for who may see contacts there."""
    line = read_report(current_actor(), report_id)
    return {
        "report": line.report,
        "case_id": line.case_id,
        "case_number": line.case_number,
        "case_state": line.case_state,
        "phone_number": phone_number_for(current_actor(), line.report, phone_keys()),
    }


@blueprint.route("/<uuid:report_id>/duplicates")
@needs(Permission.READ_REPORTS)
@blueprint.response(200, DuplicateListSchema, example=DUPLICATES_EXAMPLE)
def list_duplicates_of_report(report_id: uuid.UUID) -> dict[str, Any]:
    """For triage: other open cases within 250 m that may be the same problem as this report's."""
    line = read_report(current_actor(), report_id)
    return {"items": list_duplicates_of_case(current_actor(), line.case_id)}


def _own_line(line: ReportLine, words: ItemWords | None) -> dict[str, Any]:
    stage = stage_of_state(line.case_state)
    return {
        "report": line.report,
        "case_number": line.case_number,
        "tile": words.tile if words else None,
        "stage": stage,
        "stage_text": STAGE_TEXTS[stage],
        "tracking_code": derive_code(phone_keys().lookup.encode(), line.report.id),
    }


def _position(query: dict[str, Any]) -> Position | None:
    if query["latitude"] is None:
        return None
    try:
        return Position.given(query["latitude"], query["longitude"], query["datum"])
    except ValueError:
        raise RuleViolated("定位超出范围", "No position on earth", code="position_out_of_range") from None
