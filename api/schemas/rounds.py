"""What the round routes take and answer."""

from __future__ import annotations

import uuid
from typing import Any

from marshmallow import fields, post_load, validate

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Count, Instant, Text
from api.schemas.places_and_clocks import ChecklistVersionNameSchema, CommunityNameSchema, PersonNameSchema
from inspections.assignment_status import AssignmentStatus, RoundKind
from inspections.rounds import MOST_COMMUNITIES, RoundPlan

_COMMUNITY = "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11"
_VERSION = "0198f0a0-2222-7d3a-9b1e-2f6a4c8d0e11"
_INSPECTOR = "0198f0a0-6666-7d3a-9b1e-2f6a4c8d0e11"


class GivenAssignmentSchema(BaseSchema):
    """Who is to visit one community, where that is not left to the even spread."""

    community_id = fields.UUID(required=True)
    inspector_id = fields.UUID(required=True)


class RoundPlanSchema(BaseSchema):
    """A whole round: communities by id, by area or both; inspectors over whom they are spread."""

    name = Text(min_length=1, max_length=100, required=True)
    kind = fields.Enum(RoundKind, by_value=True, required=True)
    note = Text(max_length=500, load_default="")
    checklist_version_id = fields.UUID(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    area_codes = fields.List(
        fields.String(validate=validate.Length(min=1, max=20)),
        load_default=list,
        validate=Count(max=100),
    )
    community_ids = fields.List(fields.UUID(), load_default=list, validate=Count(max=MOST_COMMUNITIES))
    inspector_ids = fields.List(fields.UUID(), load_default=list, validate=Count(max=500))
    assignments = fields.List(
        fields.Nested(GivenAssignmentSchema),
        load_default=list,
        validate=Count(max=MOST_COMMUNITIES),
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RoundPlan:
        given: list[dict[str, uuid.UUID]] = data.pop("assignments")
        return RoundPlan(**data, inspectors={each["community_id"]: each["inspector_id"] for each in given})


class RoundProgressSchema(BaseSchema):
    """Communities by where their visit stands; the parts add up to `total`."""

    total = fields.Integer()
    pending = fields.Integer()
    in_progress = fields.Integer()
    done = fields.Integer()
    late = fields.Integer()
    missed = fields.Integer()


class RoundSchema(BaseSchema):
    """A round in a list, with its progress within one's area."""

    id = fields.UUID(attribute="round.id")
    name = fields.String(attribute="round.name")
    kind = fields.String(attribute="round.kind")
    note = fields.String(attribute="round.note")
    area_code = fields.String(
        attribute="round.area_code", metadata={"description": "the lowest area that holds all of it"}
    )
    checklist_version = fields.Nested(ChecklistVersionNameSchema, attribute="round.version")
    starts_at = Instant(attribute="round.starts_at")
    ends_at = Instant(attribute="round.ends_at")
    cancelled_at = Instant(attribute="round.cancelled_at", allow_none=True)
    revision = fields.Integer(attribute="round.revision")
    progress = fields.Nested(RoundProgressSchema)


class AssignmentSchema(BaseSchema):
    """One community of a round. `inspection_id` is the visit that fulfilled it."""

    community = fields.Nested(CommunityNameSchema, attribute="assignment.community")
    inspector = fields.Nested(PersonNameSchema, attribute="assignment.inspector", allow_none=True)
    status = fields.Enum(AssignmentStatus, by_value=True)
    inspection_id = fields.UUID(attribute="assignment.inspection_id", allow_none=True)
    finished_at = Instant(attribute="assignment.finished_at", allow_none=True)


class RoundDetailSchema(RoundSchema):
    """A round with its communities, in the order of the grid."""

    assignments = fields.List(fields.Nested(AssignmentSchema))


class RoundPageSchema(BaseSchema):
    items = fields.List(fields.Nested(RoundSchema))
    next_cursor = fields.String(allow_none=True)


class RoundQuerySchema(PageQuerySchema):
    kind = fields.Enum(RoundKind, by_value=True, load_default=None)
    is_mine = fields.Boolean(
        load_default=False, metadata={"description": "只看派给我的 / only those with a community given to me"}
    )
    is_running = fields.Boolean(
        load_default=None, metadata={"description": "正在进行 / begun and not yet over, nor called off"}
    )
    include_cancelled = fields.Boolean(
        load_default=False, metadata={"description": "也列已取消的 / those called off too"}
    )


PLAN_EXAMPLE = {
    "name": "十一月文明小区实地测评",
    "kind": "assessment",
    "note": "",
    "checklist_version_id": _VERSION,
    "starts_at": "2026-11-23T08:30:00+08:00",
    "ends_at": "2026-11-27T17:00:00+08:00",
    "area_codes": ["310151101"],
    "community_ids": [],
    "inspector_ids": [_INSPECTOR],
    "assignments": [],
}
ROUND_EXAMPLE = {
    "id": "0198f0a0-8888-7d3a-9b1e-2f6a4c8d0e11",
    "name": "十一月文明小区实地测评",
    "kind": "assessment",
    "note": "",
    "area_code": "310151101",
    "checklist_version": {"id": _VERSION, "checklist_code": "civilised-community", "number": 1},
    "starts_at": "2026-11-23T08:30:00+08:00",
    "ends_at": "2026-11-27T17:00:00+08:00",
    "cancelled_at": None,
    "revision": 1,
    "progress": {"total": 1, "pending": 1, "in_progress": 0, "done": 0, "late": 0, "missed": 0},
}
DETAIL_EXAMPLE = ROUND_EXAMPLE | {
    "assignments": [
        {
            "community": {"id": _COMMUNITY, "name": "玉环新村（示例）", "area_code": "310151101001"},
            "inspector": {"id": _INSPECTOR, "display_name": "网格监督员（示例）"},
            "status": "pending",
            "inspection_id": None,
            "finished_at": None,
        }
    ]
}
PAGE_EXAMPLE = {"items": [ROUND_EXAMPLE], "next_cursor": None}
