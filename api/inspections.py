"""Inspections over HTTP: phones name and PUT them, drafts again and again; everybody else reads."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.instant_cursors import decode_instant_cursor, instant_key
from api.paging import page
from api.photo_flags import flags_by_photo
from api.photo_views import shown_photo
from api.preconditions import etag, expected_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.inspections import (
    DETAIL_EXAMPLE,
    INSPECTION_EXAMPLE,
    PAGE_EXAMPLE,
    RECEIPT_EXAMPLE,
    WORKSHEET_EXAMPLE,
    InspectionPageSchema,
    InspectionQuerySchema,
    InspectionReceiptSchema,
    InspectionSchema,
    PutInspectionSchema,
    ReviewedInspectionSchema,
    WorksheetQuerySchema,
    WorksheetSchema,
)
from grid.permissions import Permission
from inspections.inspection_content import InspectionContent
from inspections.inspection_intake import StaleDraft
from inspections.inspection_intake import put_inspection as take_in_inspection
from inspections.inspection_queries import get_inspection as read_inspection
from inspections.inspection_queries import list_inspections as read_inspections
from inspections.models import Inspection
from inspections.worksheet import Worksheet
from inspections.worksheet import get_worksheet as read_worksheet
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "inspections", __name__, url_prefix="/inspections", description="检查 / visits with their answers"
)


@blueprint.route("/<uuid:inspection_id>", methods=["PUT"])
@needs(Permission.INSPECT)
@blueprint.arguments(PutInspectionSchema, example=INSPECTION_EXAMPLE)
@blueprint.response(201, InspectionReceiptSchema, example=RECEIPT_EXAMPLE)
@blueprint.alt_response(
    200,
    schema=InspectionReceiptSchema,
    example=RECEIPT_EXAMPLE,
    description="Stored before, or a draft changed",
)
@shared_thing(IfMatch.OPTIONAL)
def put_inspection(
    content: InspectionContent, inspection_id: uuid.UUID
) -> tuple[Inspection, int, dict[str, str]]:
    """Store an inspection under the phone's own id (any UUID; UUIDv7 keep their order), as a draft or submitted.

    The same again answers 200 with the same receipt. A draft gives way to other content where `If-Match` names its
    present revision, else 409 with what is stored. Submitted is final: correct it by another inspection that
    `supersedes` it. Answers that break a rule are refused together, each at `answers.<item code>.<field>`.
    """
    with transaction():
        try:
            put = take_in_inspection(
                inspection_id,
                content,
                current_actor(),
                clock.now(),
                expected_revision=_revision_if_named(),
            )
        except StaleDraft as stale:
            stored = read_inspection(current_actor(), stale.stored.id)
            stale.extra["stored"] = InspectionSchema().dump(stored)
            raise
    return put.inspection, 201 if put.is_new else 200, etag(put.inspection.revision)


@blueprint.route("/<uuid:inspection_id>")
@needs(Permission.READ_INSPECTIONS)
@blueprint.response(200, ReviewedInspectionSchema, example=DETAIL_EXAMPLE)
@shared_thing()
def get_inspection(inspection_id: uuid.UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One inspection with its answers and photos; drafts only for their inspector.

    Reviewers of evidence are told what is odd about each photo.
    """
    actor = current_actor()
    found = read_inspection(actor, inspection_id)
    named = {name: getattr(found, name) for name in _WHOLE_FIELDS}
    photo_ids = list(dict.fromkeys(each for answer in found.answers for each in answer.photo_ids))
    flags = flags_by_photo(photo_ids, actor)
    # A draft may name photos that are not there yet, or not the inspector's to look at.
    photos = [shown_photo(photo_id, flags) for photo_id in photo_ids if photo_id in flags]
    return {**named, "photos": photos}, 200, etag(found.revision)


_WHOLE_FIELDS = tuple(field.attribute or name for name, field in InspectionSchema().fields.items())


@blueprint.route("")
@needs(Permission.READ_INSPECTIONS)
@blueprint.arguments(InspectionQuerySchema, location="query")
@blueprint.response(200, InspectionPageSchema, example=PAGE_EXAMPLE)
def list_inspections(query: dict[str, Any]) -> dict[str, Any]:
    """Inspections of one's area, the last received first, without superseded revisions unless asked for."""
    limit, after = query["limit"], decode_instant_cursor(query["cursor"])
    rows = read_inspections(current_actor(), InspectionQuerySchema().filter_of(query), limit + 1, after)
    last = rows[:limit][-1:]
    has_more = len(rows) > limit
    return page(rows[:limit], instant_key(last[0].received_at, last[0].id) if has_more else None)


@blueprint.route("/worksheet")
@needs(Permission.READ_ROUNDS)
@blueprint.arguments(WorksheetQuerySchema, location="query")
@blueprint.response(200, WorksheetSchema, example=WORKSHEET_EXAMPLE)
def get_worksheet(query: dict[str, Any]) -> Worksheet:
    """What a visit asks in one community: each item, whether it applies there and why, and the evidence it wants."""
    return read_worksheet(current_actor(), query["community_id"], query["checklist_version_id"])


def _revision_if_named() -> int | None:
    return expected_revision() if "If-Match" in request.headers else None
