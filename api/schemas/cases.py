"""Cases as lists show them: what to look for, one line of each, how many there are."""

from __future__ import annotations

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Instant, PeriodQuerySchema, Text
from api.schemas.organisations import OrganisationBriefSchema
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE
from cases.models import CaseOrigin
from cases.terms import AppealStatus, Loop, RequestKind, State

EXAMPLE_PHOTO_ID = "0198f0a0-4444-7d3a-9b1e-2f6a4c8d0e11"
EXAMPLE_ORGANISATION_ID = "0198f0a0-0000-7000-8000-000000000002"


class CaseQuerySchema(PeriodQuerySchema, PageQuerySchema):
    """What a clerk looks for; everything given must hold. The period is that in which cases were opened."""

    area = fields.String(
        load_default=None,
        metadata={"description": "只列这个地区之下的 / only below this area", "example": "310151101"},
    )
    community_id = fields.UUID(load_default=None)
    state = fields.List(
        fields.Enum(State, by_value=True),
        load_default=list,
        metadata={
            "description": "案件状态，可重复 / state of the case; one or several",
            "example": ["handling"],
        },
    )
    loop = fields.Enum(Loop, by_value=True, load_default=None)
    overdue = fields.Boolean(
        load_default=None,
        metadata={
            "description": "已超期且仍在承办中 / past the effective deadline and still with its holder"
        },
    )
    item_code = fields.String(load_default=None, validate=validate.Length(max=40))
    organisation_id = fields.UUID(load_default=None)
    origin = fields.Enum(CaseOrigin, by_value=True, load_default=None)
    appeal = fields.Enum(
        AppealStatus,
        by_value=True,
        load_default=None,
        metadata={"description": "申诉状态 / how the appeal stands"},
    )
    joint_office = fields.Boolean(
        load_default=None,
        metadata={"description": "待联席会议办公室裁定 / waiting for the joint meeting's office"},
    )
    pending_request = fields.Boolean(
        load_default=None,
        metadata={"description": "有待批的延期或挂账 / an extension or suspension waits for a decision"},
    )
    text = Text(
        max_length=100,
        load_default="",
        metadata={
            "description": "案件编号，或标题、地点中的文字 / a case number, or words of title and place"
        },
    )


class CaseCommunitySchema(BaseSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    area = fields.Nested(AreaBriefSchema, required=True)


class PendingRequestSchema(BaseSchema):
    """An extension or suspension that waits for its decision."""

    kind = fields.Enum(RequestKind, by_value=True, required=True)
    reason = fields.String(required=True)
    requested_at = Instant(required=True)
    until_on = fields.Date(required=True, allow_none=True)


class CoverSchema(BaseSchema):
    photo_id = fields.UUID(required=True)
    thumbnail_url = fields.String(
        required=True, metadata={"description": "签名地址，一刻钟有效 / signed, for a quarter of an hour"}
    )


class CaseLineSchema(BaseSchema):
    """A case as lists show it."""

    id = fields.UUID(required=True)
    number = fields.String(
        required=True, metadata={"description": "案件编号：区、开立日、流水号 / district, day, serial"}
    )
    revision = fields.Integer(required=True)
    title = fields.String(required=True)
    item_code = fields.String(required=True, allow_none=True)
    community = fields.Nested(CaseCommunitySchema, required=True)
    building = fields.String(required=True)
    place = fields.String(required=True)
    latitude = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    longitude = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    cover = fields.Nested(
        CoverSchema, required=True, allow_none=True, metadata={"description": "第一张照片 / the first photo"}
    )
    report_count = fields.Integer(
        required=True, metadata={"description": "合并了几件上报 / how many reports it answers"}
    )
    origin = fields.Enum(CaseOrigin, by_value=True, required=True)
    state = fields.Enum(State, by_value=True, required=True)
    loop = fields.Enum(Loop, by_value=True, required=True)
    organisation = fields.Nested(OrganisationBriefSchema, required=True, allow_none=True)
    opened_at = Instant(required=True)
    filed_at = Instant(required=True, allow_none=True)
    handled_at = Instant(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    deadline_raw = Instant(required=True, allow_none=True, metadata={"description": "the limit alone"})
    deadline_effective = Instant(
        required=True, allow_none=True, metadata={"description": "with every stop and extension"}
    )
    calendar_is_provisional = fields.Boolean(
        required=True, metadata={"description": "a year's holidays are not announced yet: weekends only"}
    )
    is_overdue = fields.Boolean(required=True)
    pending_request = fields.Nested(PendingRequestSchema, required=True, allow_none=True)
    return_count = fields.Integer(required=True)
    rework_count = fields.Integer(required=True)
    reopen_count = fields.Integer(required=True)
    is_with_joint_office = fields.Boolean(required=True)
    appeal = fields.Enum(AppealStatus, by_value=True, required=True)
    is_exempt = fields.Boolean(required=True, metadata={"description": "in the statistics of time"})


class CaseCountQuerySchema(CaseQuerySchema):
    """As the list, without its pages."""

    class Meta(CaseQuerySchema.Meta):
        exclude = ("limit", "cursor")


class CaseCountsSchema(BaseSchema):
    total = fields.Integer(required=True, metadata={"description": "共几件 / how many in all"})
    by_state = fields.Dict(
        keys=fields.Enum(State, by_value=True),
        values=fields.Integer(),
        required=True,
        metadata={"description": "每个状态几件，含 0 / how many in each state, none left out"},
    )
    overdue = fields.Integer(required=True, metadata={"description": "已超期 / past the deadline"})
    pending_request = fields.Integer(
        required=True, metadata={"description": "待批延期、挂账 / extensions and suspensions to decide"}
    )
    pending_appeal = fields.Integer(
        required=True, metadata={"description": "待决定的申诉 / appeals to decide"}
    )


class CasePageSchema(BaseSchema):
    items = fields.List(fields.Nested(CaseLineSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


LINE_EXAMPLE = {
    "id": "0198f0a0-3333-7d3a-9b1e-2f6a4c8d0e11",
    "number": "310151-20261121-000123",
    "revision": 3,
    "title": "楼道堆物",
    "item_code": "CORR-01",
    "community": {
        "id": "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11",
        "name": "示例小区",
        "area": {"code": "310151101001", "name": "示例居委会", "level": "neighbourhood"},
    },
    "building": "3号楼",
    "place": "2楼楼道",
    "latitude": 31.6263,
    "longitude": 121.3975,
    "cover": {"photo_id": EXAMPLE_PHOTO_ID, "thumbnail_url": SHOWN_PHOTO_EXAMPLE["thumbnail_url"]},
    "report_count": 1,
    "origin": "resident",
    "state": "dispatched",
    "loop": "self",
    "organisation": {"id": EXAMPLE_ORGANISATION_ID, "name": "示例物业公司", "kind": "property_company"},
    "opened_at": "2026-11-20T10:02:00+08:00",
    "filed_at": "2026-11-20T10:20:00+08:00",
    "handled_at": None,
    "closed_at": None,
    "deadline_raw": "2026-11-25T17:00:00+08:00",
    "deadline_effective": "2026-11-25T17:00:00+08:00",
    "calendar_is_provisional": False,
    "is_overdue": False,
    "pending_request": None,
    "return_count": 0,
    "rework_count": 0,
    "reopen_count": 0,
    "is_with_joint_office": False,
    "appeal": "none",
    "is_exempt": False,
}
PAGE_EXAMPLE = {"items": [LINE_EXAMPLE], "next_cursor": None}
COUNTS_EXAMPLE = {
    "total": 12,
    "by_state": {state.value: int(state in (State.HANDLING, State.CLOSED)) * 6 for state in State},
    "overdue": 2,
    "pending_request": 1,
    "pending_appeal": 0,
}
