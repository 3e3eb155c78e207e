"""What stands behind a rate, over HTTP: pairs or communities with their answers, cases and photos."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BaseSchema, Instant
from api.schemas.compliance import (
    COMMUNITY_EXAMPLE,
    RATE_EXAMPLE,
    VERSION_EXAMPLE,
    ComplianceCommunitySchema,
    RateSchema,
    StandingSchema,
    VersionInForceSchema,
)
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE
from checklists.compliance import PairStatus


class AnswerBehindSchema(BaseSchema):
    """The inspection's answer behind a status; photos are read at /photos/{id}."""

    inspection_id = fields.UUID(required=True)
    answer_id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    result = fields.String(required=True)
    occurrences = fields.Integer(required=True)
    observed_at = Instant(required=True)
    photo_ids = fields.List(fields.UUID(), required=True)
    photos = fields.List(
        fields.Nested(lambda: PhotoBehindSchema()),
        required=True,
        metadata={"description": "看得到的照片 / the photos, where the asker may see them"},
    )


class PhotoBehindSchema(BaseSchema):
    """A photo with signed addresses, good for a quarter of an hour."""

    photo_id = fields.UUID(required=True)
    display_url = fields.String(required=True)
    thumbnail_url = fields.String(required=True)


class CasePhotoBehindSchema(PhotoBehindSchema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)


class CaseBehindSchema(BaseSchema):
    """The case behind a status; all but its id is null for whoever may not read the case."""

    id = fields.UUID(required=True)
    number = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    building = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    opened_at = Instant(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    loop = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    deadline_at = Instant(required=True, allow_none=True)
    photos = fields.List(fields.Nested(CasePhotoBehindSchema), required=True)


class ExplainedRowSchema(BaseSchema):
    """One pair, or with measure=communities one community (then `item` is null and `standing` is not)."""

    community = fields.Nested(ComplianceCommunitySchema, required=True)
    item = fields.Nested(
        BaseSchema.from_dict(
            {
                "code": fields.String(required=True),
                "indicator_code": fields.String(required=True),
                "criterion_zh": fields.String(required=True),
                "criterion_en": fields.String(required=True),
                "is_veto": fields.Boolean(required=True),
                "weight": fields.Float(
                    required=True, metadata={"description": "权重 / weight in the community's score"}
                ),
            },
            name="ExplainedItemSchema",
        ),
        required=True,
        allow_none=True,
    )
    status = fields.Enum(PairStatus, by_value=True, required=True)
    since = Instant(required=True, allow_none=True)
    occurrences = fields.Integer(required=True)
    reason_zh = fields.String(required=True)
    reason_en = fields.String(required=True)
    answers = fields.List(fields.Nested(AnswerBehindSchema), required=True)
    cases = fields.List(fields.Nested(CaseBehindSchema), required=True)
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)


class ExplanationSchema(BaseSchema):
    """A page of what stands behind a rate."""

    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    measure = fields.String(required=True)
    rate = fields.Nested(RateSchema, required=True)
    items = fields.List(fields.Nested(ExplainedRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


EXPLANATION_EXAMPLE = {
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "measure": "items",
    "rate": RATE_EXAMPLE,
    "items": [
        {
            "community": COMMUNITY_EXAMPLE,
            "item": {
                "code": "FIRE-01",
                "indicator_code": "FIRE",
                "criterion_zh": "消防车通道畅通，无占用、堵塞",
                "criterion_en": "Fire lane clear, not occupied or blocked",
                "is_veto": True,
                "weight": 1.0,
            },
            "status": "fail",
            "since": "2026-11-18T09:30:00+08:00",
            "occurrences": 1,
            "reason_zh": "",
            "reason_en": "",
            "answers": [],
            "cases": [
                {
                    "id": "0199aa00-0000-7000-8000-000000000003",
                    "number": "310151-20261118-000001",
                    "title": "消防车通道被占用",
                    "building": "3号楼",
                    "place": "北侧通道",
                    "opened_at": "2026-11-18T09:30:00+08:00",
                    "state": "handling",
                    "loop": "self",
                    "organisation": "示例物业",
                    "deadline_at": "2026-11-21T09:30:00+08:00",
                    "photos": [
                        {
                            "id": "0199aa00-0000-7000-8000-000000000004",
                            "photo_id": "0199aa00-0000-7000-8000-000000000004",
                            "kind": "report",
                            "display_url": SHOWN_PHOTO_EXAMPLE["display_url"],
                            "thumbnail_url": SHOWN_PHOTO_EXAMPLE["thumbnail_url"],
                        }
                    ],
                }
            ],
            "standing": None,
        }
    ],
    "next_cursor": None,
}
