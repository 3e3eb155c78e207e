"""Cases, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Count, Day, Instant, PeriodQuerySchema, Text
from api.schemas.case_action_needs import needed_by, text_of_actions
from api.schemas.organisations import OrganisationBriefSchema
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE, ShownPhotoSchema
from cases.action_input import MAX_REASON_LENGTH
from cases.actions import ActionRequest
from cases.deadlines import TimeUnit
from cases.editing import EDITABLE
from cases.models import CaseOrigin
from cases.terms import (
    Action,
    AppealStatus,
    Loop,
    Need,
    PhotoKind,
    RequestKind,
    Satisfaction,
    State,
    Verification,
)

_MOST_PHOTOS = 30
_PHOTO_ID = "0198f0a0-4444-7d3a-9b1e-2f6a4c8d0e11"
_ORGANISATION_ID = "0198f0a0-0000-7000-8000-000000000002"


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


class LimitSchema(BaseSchema):
    amount = fields.Float(required=True)
    unit = fields.Enum(TimeUnit, by_value=True, required=True)


class StopSchema(BaseSchema):
    """A stop or an extension of the clock, and how it moved the deadline."""

    kind = fields.String(
        required=True, validate=validate.OneOf(["suspension", "awaiting_check", "extension"])
    )
    reason = fields.String(required=True)
    from_at = Instant(required=True)
    until_at = Instant(required=True, allow_none=True)
    planned_until_at = Instant(required=True, allow_none=True)
    due_before = Instant(required=True)
    due_after = Instant(required=True)


class CaseEventSchema(BaseSchema):
    """One step of the history; `hash` covers it and everything before it."""

    seq = fields.Integer(required=True)
    at = Instant(required=True)
    action = fields.String(required=True)
    role = fields.String(required=True)
    actor_name = fields.String(required=True, allow_none=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    reason = fields.String(required=True)
    organisation = fields.Nested(OrganisationBriefSchema, required=True, allow_none=True)
    data = fields.Dict(required=True)
    photo_ids = fields.List(fields.UUID(), required=True)
    hash = fields.String(required=True)


class CaseHistorySchema(BaseSchema):
    is_whole = fields.Boolean(
        required=True, metadata={"description": "完整、未被改动 / nothing was changed, removed or inserted"}
    )
    last_hash = fields.String(required=True)


class CasePhotoSchema(ShownPhotoSchema):
    """A photo in the case file."""

    is_released = fields.Boolean(
        required=True, metadata={"description": "已公开 / the public sees it, blacked out where need be"}
    )

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in PhotoKind]))
    event_seq = fields.Integer(required=True)
    added_at = Instant(required=True)


class CaseReportSchema(BaseSchema):
    report_id = fields.UUID(required=True)
    joined_at = Instant(required=True)


class CaseRatingSchema(BaseSchema):
    score = fields.Enum(Satisfaction, by_value=True, required=True)
    note = fields.String(required=True)
    rated_at = Instant(required=True)
    round = fields.Integer(required=True, metadata={"description": "how often it had been reopened by then"})


class RefusalSchema(BaseSchema):
    """Why an action is not possible now."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class CaseOfferSchema(BaseSchema):
    """An action that is the asker's in this state: what it needs, and why it is refused now, if it is."""

    action = fields.Enum(Action, by_value=True, required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    to_state = fields.Enum(State, by_value=True, required=True)
    is_allowed = fields.Boolean(required=True)
    needs = fields.List(
        fields.String(validate=validate.OneOf([need.value for need in Need])),
        required=True,
        metadata={"description": "fields of the action's body that must be given"},
    )
    refusals = fields.List(fields.Nested(RefusalSchema), required=True)


class SuggestedRoutingSchema(BaseSchema):
    """Whom the routing rules would give it to, and why."""

    organisation = fields.Nested(OrganisationBriefSchema, required=True, allow_none=True)
    loop = fields.Enum(Loop, by_value=True, required=True)
    rule_id = fields.UUID(required=True, allow_none=True)
    why_zh = fields.String(required=True)
    why_en = fields.String(required=True)


class CaseSchema(CaseLineSchema):
    """The whole case file."""

    text = fields.String(required=True)
    verification = fields.Enum(Verification, by_value=True, required=True)
    limit = fields.Nested(LimitSchema, required=True)
    clock_started_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "从何时起算；未立案为空 / when the limit began to run; none before filing"},
    )
    loop_path = fields.List(fields.String(), required=True)
    loop_due_at = Instant(required=True, metadata={"description": "the loop's response time runs out"})
    stops = fields.List(fields.Nested(StopSchema), required=True)
    is_clock_stopped = fields.Boolean(required=True)
    merged_into_id = fields.UUID(required=True, allow_none=True)
    after_photo_ids = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "of the last handling: what a checker looks at"},
    )
    events = fields.List(fields.Nested(CaseEventSchema), required=True)
    history = fields.Nested(
        CaseHistorySchema,
        required=True,
        metadata={"description": "办理记录链，读取时校验 / the chain of events, checked when it is read"},
    )
    photos = fields.List(fields.Nested(CasePhotoSchema), required=True)
    reports = fields.List(fields.Nested(CaseReportSchema), required=True)
    ratings = fields.List(fields.Nested(CaseRatingSchema), required=True)
    actions = fields.List(fields.Nested(CaseOfferSchema), required=True)
    suggested_routing = fields.Nested(SuggestedRoutingSchema, required=True, allow_none=True)


def _photo_ids(description: str) -> fields.Field[Any]:
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=Count(max=_MOST_PHOTOS),
        metadata={"description": description},
    )


class CaseActionSchema(BaseSchema):
    """An action and what it needs; GET the case for which actions are possible and what each needs."""

    action_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "手机自定的操作编号（UUID）：没收到回复时原样重发，不会重复操作 / a UUID of the phone's own making: "
            "sent again unchanged after a lost answer, the action is not taken twice"
        },
    )
    action = fields.Enum(Action, by_value=True, required=True, metadata={"description": text_of_actions()})
    reason = Text(
        max_length=MAX_REASON_LENGTH,
        load_default="",
        metadata={
            "description": needed_by(Need.REASON, "理由，任何操作都可以写 / why; welcome with any action")
        },
    )
    photo_ids = _photo_ids(
        needed_by(
            Need.PHOTOS,
            "照片，先用 PUT /photos 上传，任何操作都可以附 / stored before by PUT /photos; welcome with any action",
        )
    )
    seen_photo_ids = _photo_ids(
        needed_by(Need.SEEN_PHOTOS, "逐一看过的处置后照片 / every photo of `after_photo_ids`, as looked at")
    )
    organisation_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.ORGANISATION, "承办单位 / who is to handle it")},
    )
    proposed_organisation_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": needed_by(
                Need.PROPOSED_ORGANISATION, "建议的承办单位 / who should have it instead"
            )
        },
    )
    until_on = Day(
        load_default=None,
        allow_none=True,
        metadata={
            "description": needed_by(Need.UNTIL, "恢复日期，一年之内 / the day it comes back, within a year")
        },
    )
    is_found = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.IS_FOUND, "问题属实 / whether the problem was found")},
    )
    is_granted = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.IS_GRANTED, "同意申诉 / whether the appeal is granted")},
    )
    authority = Text(
        max_length=200,
        load_default="",
        metadata={"description": needed_by(Need.AUTHORITY, "批准依据 / on whose authority")},
    )
    target_case_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.TARGET, "并入的案件 / the case that it goes into")},
    )
    loop = fields.Enum(
        Loop,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.LOOP, "循环层级 / the loop that it goes to")},
    )
    changes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(EDITABLE))),
        values=Text(max_length=max(EDITABLE.values())),
        load_default=dict,
        metadata={
            "description": needed_by(
                Need.CHANGES,
                "新的内容 / new values of "
                + ", ".join(f"{name} (≤ {longest})" for name, longest in EDITABLE.items()),
            )
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ActionRequest:
        for name in ("photo_ids", "seen_photo_ids"):
            data[name] = tuple(data[name])
        return ActionRequest(**data)


class MeasureQuerySchema(PeriodQuerySchema):
    area = fields.String(load_default=None, metadata={"example": "310151101"})
    first_on = Day(
        data_key="from",
        required=True,
        metadata={"description": "从这一天起（含） / from this day on", "example": "2026-11-01"},
    )
    last_on = Day(
        data_key="to",
        required=True,
        metadata={"description": "到这一天止（含） / to this day, included", "example": "2026-11-30"},
    )


class MeasureSchema(BaseSchema):
    """A rate with both its parts; `value` is null where nothing was assessed."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    exempt = fields.Integer(required=True, metadata={"description": "left out by granted appeals"})
    value = fields.Float(required=True, allow_none=True)
    rule_zh = fields.String(required=True)
    rule_en = fields.String(required=True)


class MeasureListSchema(BaseSchema):
    first_on = fields.Date(data_key="from", required=True)
    last_on = fields.Date(data_key="to", required=True)
    items = fields.List(fields.Nested(MeasureSchema), required=True)


LINE_EXAMPLE = {
    "id": "0198f0a0-3333-7d3a-9b1e-2f6a4c8d0e11",
    "number": "310151-20261121-000123",
    "revision": 3,
    "title": "楼道无堆物",
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
    "cover": {"photo_id": _PHOTO_ID, "thumbnail_url": SHOWN_PHOTO_EXAMPLE["thumbnail_url"]},
    "report_count": 1,
    "origin": "resident",
    "state": "dispatched",
    "loop": "self",
    "organisation": {"id": _ORGANISATION_ID, "name": "示例物业公司", "kind": "property_company"},
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
CASE_EXAMPLE = {
    **LINE_EXAMPLE,
    "text": "楼道里堆了旧家具",
    "verification": "none",
    "limit": {"amount": 3, "unit": "work_day"},
    "clock_started_at": "2026-11-20T10:20:00+08:00",
    "loop_path": ["self"],
    "loop_due_at": "2026-11-21T10:02:00+08:00",
    "stops": [],
    "is_clock_stopped": False,
    "merged_into_id": None,
    "after_photo_ids": [],
    "events": [
        {
            "seq": 3,
            "at": "2026-11-20T10:30:00+08:00",
            "action": "dispatch",
            "role": "dispatcher",
            "actor_name": "示例派遣员",
            "from_state": "filed",
            "to_state": "dispatched",
            "reason": "",
            "organisation": {"id": _ORGANISATION_ID, "name": "示例物业公司", "kind": "property_company"},
            "data": {"organisation_id": _ORGANISATION_ID},
            "photo_ids": [],
            "hash": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
        }
    ],
    "photos": [
        {
            **SHOWN_PHOTO_EXAMPLE,
            "photo_id": _PHOTO_ID,
            "is_released": False,
            "kind": "report",
            "event_seq": 1,
            "added_at": "2026-11-20T10:02:00+08:00",
        }
    ],
    "history": {
        "is_whole": True,
        "last_hash": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
    },
    "reports": [
        {"report_id": "0198f0a0-5555-7d3a-9b1e-2f6a4c8d0e11", "joined_at": "2026-11-20T10:02:00+08:00"}
    ],
    "ratings": [],
    "actions": [
        {
            "action": "start",
            "name_zh": "接单",
            "name_en": "Take it up",
            "to_state": "handling",
            "is_allowed": True,
            "needs": [],
            "refusals": [],
        }
    ],
    "suggested_routing": None,
}
COUNTS_EXAMPLE = {
    "total": 12,
    "by_state": {state.value: int(state in (State.HANDLING, State.CLOSED)) * 6 for state in State},
    "overdue": 2,
    "pending_request": 1,
    "pending_appeal": 0,
}
ACTION_EXAMPLE = {
    "action_id": "0198f0a0-6666-7d3a-9b1e-2f6a4c8d0e11",
    "action": "dispatch",
    "organisation_id": _ORGANISATION_ID,
}
MEASURES_EXAMPLE = {
    "from": "2026-11-01",
    "to": "2026-11-30",
    "items": [
        {
            "code": "on_time_closing_rate",
            "name_zh": "按时结案率",
            "name_en": "On-time closing rate",
            "numerator": 46,
            "denominator": 50,
            "exempt": 1,
            "value": 0.92,
            "rule_zh": "按期处置并已结案数 ÷ 期内到期的立案案件",
            "rule_en": "closed, handled by the deadline ÷ cases due in the period",
        }
    ],
}
