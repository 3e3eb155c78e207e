"""A case's whole file: clock with every stop, chain of events, photos, reports, and what the asker may do now."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import BaseSchema, Instant
from api.schemas.cases import EXAMPLE_ORGANISATION_ID, EXAMPLE_PHOTO_ID, LINE_EXAMPLE, CaseLineSchema
from api.schemas.organisations import OrganisationBriefSchema
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE, ShownPhotoSchema
from cases.deadlines import TimeUnit
from cases.terms import Action, Loop, Need, PhotoKind, Satisfaction, State, Verification


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
            "organisation": {
                "id": EXAMPLE_ORGANISATION_ID,
                "name": "示例物业公司",
                "kind": "property_company",
            },
            "data": {"organisation_id": EXAMPLE_ORGANISATION_ID},
            "photo_ids": [],
            "hash": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
        }
    ],
    "photos": [
        {
            **SHOWN_PHOTO_EXAMPLE,
            "photo_id": EXAMPLE_PHOTO_ID,
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
