"""What the tracking routes take and answer; nobody's personal data is among it."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BaseSchema, Count, Instant, Text
from api.schemas.places_and_clocks import PublicTextSchema
from api.signed_addresses import Purpose, signed_address
from cases.action_input import MAX_REASON_LENGTH
from cases.terms import Satisfaction
from inspections.report_content import MOST_PHOTOS
from inspections.timeline import PublicStage

_URL = {"type": "string", "description": "signed, for a quarter of an hour"}


class PublicEntrySchema(BaseSchema):
    """One line of the public timeline."""

    at = Instant(required=True)
    stage = fields.Enum(PublicStage, by_value=True, required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    organisation_kind = fields.String(allow_none=True, required=True)


class ReleasedPhotoOfReportSchema(BaseSchema):
    """A photo that the public may see, blacked out where need be."""

    url = fields.Function(
        lambda photo: signed_address(Purpose.RELEASED, photo.release_id), metadata=_URL, required=True
    )
    thumbnail_url = fields.Function(
        lambda photo: signed_address(Purpose.RELEASED_THUMBNAIL, photo.release_id),
        metadata={"type": "string", "description": "at most 320 px a side; signed, for a quarter of an hour"},
        required=True,
    )
    is_after = fields.Boolean(metadata={"description": "taken after the problem was handled"}, required=True)
    added_at = Instant(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class TrackingSchema(BaseSchema):
    """What became of a report."""

    report_id = fields.UUID(required=True)
    received_at = Instant(required=True)
    community_name = fields.String(required=True)
    item_code = fields.String(allow_none=True, required=True)
    criterion = fields.Nested(PublicTextSchema, allow_none=True, required=True)
    tile = fields.Nested(
        PublicTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "居民的说法，如“楼道堆物” / what is wrong, in residents' words"},
    )
    entries = fields.List(fields.Nested(PublicEntrySchema), required=True)
    photos = fields.List(fields.Nested(ReleasedPhotoOfReportSchema), required=True)
    due_at = Instant(
        allow_none=True,
        metadata={"description": "the deadline as it stands, while work goes on"},
        required=True,
    )
    is_overdue = fields.Boolean(required=True)
    may_say_not_fixed = fields.Boolean(required=True)
    may_rate = fields.Boolean(required=True)


class NotFixedSchema(BaseSchema):
    """Why the reporter holds that it is not fixed; words and photos are welcome, neither is needed."""

    text = Text(max_length=MAX_REASON_LENGTH, load_default="")
    photo_ids = fields.List(fields.UUID(), load_default=list, validate=Count(max=MOST_PHOTOS))
    answer_id = fields.UUID(
        load_default=None,
        metadata={
            "description": "手机自定的编号，重发时不变 / a name of the phone's own: the same again is answered, not taken twice"
        },
    )


class RatingSchema(BaseSchema):
    score = fields.Enum(
        Satisfaction, by_value=True, required=True, metadata={"description": "满意度 / how satisfied"}
    )
    note = Text(max_length=500, load_default="")


_SIGNED = "?expires=1795228500&signature=3q2-7w"
_RELEASED = "/api/v1/photos/released/0198f0a0-7777-7d3a-9b1e-2f6a4c8d0e11"
PHOTO_EXAMPLE = {
    "url": _RELEASED + _SIGNED,
    "thumbnail_url": _RELEASED + "/thumbnail" + _SIGNED,
    "is_after": False,
    "added_at": "2026-11-21T10:02:03+08:00",
    "width": 1200,
    "height": 1600,
}
TILE_EXAMPLE = {"zh": "楼道堆物", "en": "Corridor clutter"}
NOT_FIXED_EXAMPLE = {"text": "纸箱还在", "photo_ids": []}
RATING_EXAMPLE = {"score": "satisfied", "note": "很快，谢谢"}
TRACKING_EXAMPLE = {
    "report_id": "0198f0a0-9999-7d3a-9b1e-2f6a4c8d0e11",
    "received_at": "2026-11-21T10:02:03+08:00",
    "community_name": "玉环新村（示例）",
    "item_code": "CORR-01",
    "criterion": {"zh": "楼道、楼梯、走廊无乱堆物", "en": "No clutter on corridors and stairs"},
    "tile": TILE_EXAMPLE,
    "entries": [
        {
            "at": "2026-11-21T10:02:03+08:00",
            "stage": "received",
            "zh": "已收到您的上报",
            "en": "Your report has been received",
            "organisation_kind": None,
        },
        {
            "at": "2026-11-21T14:10:00+08:00",
            "stage": "handling",
            "zh": "物业处理中",
            "en": "Being handled by the property company",
            "organisation_kind": "property_company",
        },
    ],
    "photos": [PHOTO_EXAMPLE],
    "due_at": "2026-11-26T14:10:00+08:00",
    "is_overdue": False,
    "may_say_not_fixed": False,
    "may_rate": False,
}
