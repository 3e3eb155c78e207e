"""What the report routes take and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.paging import PageQuerySchema
from api.schemas.base import (
    BaseSchema,
    Count,
    DeviceInstant,
    Instant,
    Latitude,
    Longitude,
    PeriodQuerySchema,
    Text,
    end_of,
    start_of,
)
from api.schemas.places_and_clocks import (
    CommunityNameSchema,
    FindingSchema,
    GivenPositionSchema,
    PublicTextSchema,
    StoredPhotoSchema,
)
from api.schemas.tracking import PHOTO_EXAMPLE, TILE_EXAMPLE, ReleasedPhotoOfReportSchema
from cases.terms import State
from grid.positions import Datum
from inspections.report_content import LONGEST_TEXT, MOST_PHOTOS, ReportChannel, ReportContent
from inspections.report_queries import ReportFilter
from inspections.timeline import PublicStage

UNKNOWN_ITEM = "unknown"
_COMMUNITY = "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11"
_REPORT = "0198f0a0-9999-7d3a-9b1e-2f6a4c8d0e11"
_PHOTO = "0198f0a0-4444-7d3a-9b1e-2f6a4c8d0e11"
_CASE = "0198f0a0-5555-7d3a-9b1e-2f6a4c8d0e11"


class PutReportSchema(BaseSchema):
    """One report. `item_code` "unknown" (or none) where the reporter does not know what to call it."""

    channel = fields.Enum(ReportChannel, by_value=True, load_default=ReportChannel.RESIDENT)
    # The rules refuse in their own words what is beyond the limits told.
    text = Text(max_length=10_000, load_default="", metadata={"maxLength": LONGEST_TEXT})
    item_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))
    photo_ids = fields.List(
        fields.UUID(), load_default=list, validate=Count(max=100), metadata={"maxItems": MOST_PHOTOS}
    )
    community_id = fields.UUID(load_default=None, allow_none=True)
    building = Text(max_length=60, load_default="")
    position = fields.Nested(GivenPositionSchema, load_default=None, allow_none=True)
    phone_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=30))
    hotline_number = Text(max_length=40, load_default="")
    follows_case_id = fields.UUID(load_default=None, allow_none=True)
    observed_at = Instant(load_default=None, allow_none=True)
    device_sent_at = DeviceInstant(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ReportContent:
        if data["item_code"] == UNKNOWN_ITEM:
            data["item_code"] = None
        return ReportContent(**data | {"photo_ids": tuple(data["photo_ids"])})


class FlagSchema(FindingSchema):
    class Meta:
        exclude = ("item",)


class ReportReceiptSchema(BaseSchema):
    """What the server holds of the report, and the code to follow it with; the code is shown here and nowhere else."""

    id = fields.UUID(attribute="report.id", required=True)
    tracking_code = fields.String(required=True)
    case_id = fields.UUID(attribute="report.receipt.case_id", required=True)
    case_number = fields.String(attribute="report.receipt.case_number", required=True)
    community = fields.Nested(CommunityNameSchema, required=True)
    is_following = fields.Boolean(attribute="report.is_following", required=True)
    received_at = Instant(attribute="report.received_at", required=True)
    device_sent_at = Instant(attribute="report.device_sent_at", allow_none=True, required=True)
    skew_seconds = fields.Integer(attribute="report.skew_seconds", allow_none=True, required=True)
    is_skew_flagged = fields.Boolean(attribute="report.is_skew_flagged", required=True)
    flags = fields.List(fields.Nested(FlagSchema), attribute="report.flags", required=True)
    photos = fields.List(fields.Nested(StoredPhotoSchema), attribute="report.receipt.photos", required=True)


class ReportLineSchema(BaseSchema):
    """A report in a list, with the case that answers it now."""

    id = fields.UUID(attribute="report.id", required=True)
    received_at = Instant(attribute="report.received_at", required=True)
    observed_at = Instant(attribute="report.observed_at", allow_none=True, required=True)
    channel = fields.String(attribute="report.channel", required=True)
    community = fields.Nested(CommunityNameSchema, attribute="report.community", required=True)
    building = fields.String(attribute="report.building", required=True)
    item_code = fields.String(attribute="report.item_code", allow_none=True, required=True)
    text = fields.String(attribute="report.text", required=True)
    latitude = Latitude(attribute="report.latitude", allow_none=True, required=True)
    longitude = Longitude(attribute="report.longitude", allow_none=True, required=True)
    photo_ids = fields.List(fields.UUID(), attribute="report.photo_ids", required=True)
    is_following = fields.Boolean(attribute="report.is_following", required=True)
    is_anonymous = fields.Boolean(attribute="report.is_anonymous", required=True)
    has_phone_number = fields.Boolean(attribute="report.has_phone_number", required=True)
    case_id = fields.UUID(required=True)
    case_number = fields.String(required=True)
    case_state = fields.Enum(State, by_value=True, required=True)


class ReportSchema(ReportLineSchema):
    """One report. The phone number is in clear for who may see contacts there, masked for all others."""

    hotline_number = fields.String(attribute="report.hotline_number", required=True)
    phone_number = fields.String(allow_none=True, required=True)
    position_given = fields.Dict(attribute="report.position_given", allow_none=True, required=True)
    device_sent_at = Instant(attribute="report.device_sent_at", allow_none=True, required=True)
    skew_seconds = fields.Integer(attribute="report.skew_seconds", allow_none=True, required=True)
    is_skew_flagged = fields.Boolean(attribute="report.is_skew_flagged", required=True)
    flags = fields.List(fields.Nested(FlagSchema), attribute="report.flags", required=True)


class ReportPageSchema(BaseSchema):
    items = fields.List(fields.Nested(ReportLineSchema), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class OwnReportSchema(BaseSchema):
    """One of one's own reports, with the code that opens its timeline."""

    id = fields.UUID(attribute="report.id", required=True)
    received_at = Instant(attribute="report.received_at", required=True)
    community = fields.Nested(CommunityNameSchema, attribute="report.community", required=True)
    building = fields.String(attribute="report.building", required=True)
    item_code = fields.String(attribute="report.item_code", allow_none=True, required=True)
    tile = fields.Nested(
        PublicTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "居民的说法，如“楼道堆物” / what is wrong, in residents' words"},
    )
    text = fields.String(attribute="report.text", required=True)
    photo_ids = fields.List(fields.UUID(), attribute="report.photo_ids", required=True)
    case_number = fields.String(required=True)
    stage = fields.Enum(PublicStage, by_value=True, required=True)
    stage_text = fields.Nested(PublicTextSchema, required=True)
    tracking_code = fields.String(required=True)


class OwnReportPageSchema(BaseSchema):
    items = fields.List(fields.Nested(OwnReportSchema), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


class ReportQuerySchema(PeriodQuerySchema, PageQuerySchema):
    """What a clerk looks for. The period is that in which reports came in."""

    area = fields.String(
        load_default=None,
        validate=validate.Length(max=20),
        metadata={"description": "只列这个地区之下的 / only below this area", "example": "310151101"},
    )
    community_id = fields.UUID(load_default=None)
    item_code = fields.String(load_default=None, validate=validate.Length(max=40))
    is_item_unknown = fields.Boolean(
        load_default=False, metadata={"description": "只列未选检查项的 / only those without an item"}
    )
    channel = fields.Enum(ReportChannel, by_value=True, load_default=None)
    case_id = fields.UUID(load_default=None)
    state = fields.Enum(State, by_value=True, load_default=None)
    text = Text(max_length=100, load_default="", metadata={"description": "文字的一部分 / part of the words"})

    def filter_of(self, query: dict[str, Any]) -> ReportFilter:
        other = {
            "area_code": query["area"],
            "case_state": query["state"],
            "since": start_of(query["first_on"]),
            "until": end_of(query["last_on"]),
        }
        same = ReportFilter.__dataclass_fields__.keys() - other.keys()
        return ReportFilter(**other, **{name: query[name] for name in same})


class DuplicateQuerySchema(BaseSchema):
    """What is known of a problem before it is reported."""

    community_id = fields.UUID(required=True)
    item_code = fields.String(load_default=None, validate=validate.Length(min=1, max=40))
    building = Text(max_length=60, load_default="")
    latitude = Latitude(load_default=None)
    longitude = Longitude(load_default=None)
    datum = fields.Enum(Datum, by_value=True, load_default=Datum.WGS84)

    @validates_schema
    def _check_position(self, data: dict[str, Any], **_: Any) -> None:
        if (data["latitude"] is None) != (data["longitude"] is None):
            missing = "latitude" if data["latitude"] is None else "longitude"
            raise ValidationError("Missing data for required field.", missing)


class DuplicateSchema(BaseSchema):
    """An open case that may be the same problem, in words that anyone may read."""

    case_id = fields.UUID(metadata={"description": "send as follows_case_id to follow it"}, required=True)
    score = fields.Float(metadata={"description": "0 to 1"}, required=True)
    distance_m = fields.Float(allow_none=True, metadata={"description": "to ten metres"}, required=True)
    item_code = fields.String(allow_none=True, required=True)
    criterion = fields.Nested(PublicTextSchema, allow_none=True, required=True)
    tile = fields.Nested(
        PublicTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "居民的说法，如“楼道堆物” / what is wrong, in residents' words"},
    )
    stage = fields.Enum(PublicStage, by_value=True, required=True)
    stage_text = fields.Nested(PublicTextSchema, required=True)
    opened_at = Instant(required=True)
    report_count = fields.Integer(required=True)
    photos = fields.List(
        fields.Nested(ReleasedPhotoOfReportSchema),
        required=True,
        metadata={"description": "已公开的照片 / photos that were released"},
    )


class DuplicateListSchema(BaseSchema):
    items = fields.List(fields.Nested(DuplicateSchema), required=True)


REPORT_EXAMPLE = {
    "text": "三楼楼道堆了纸箱，过不去",
    "item_code": "CORR-01",
    "photo_ids": [_PHOTO],
    "community_id": _COMMUNITY,
    "building": "3号楼",
    "position": {"latitude": 31.6229, "longitude": 121.3975, "datum": "gcj02", "accuracy_metres": 12},
    "phone_number": "13800000001",
    "observed_at": "2026-11-21T10:00:00+08:00",
    "device_sent_at": "2026-11-21T10:02:00+08:00",
}
_NAME_EXAMPLE = {"id": _COMMUNITY, "name": "玉环新村（示例）", "area_code": "310151101001"}
RECEIPT_EXAMPLE = {
    "id": _REPORT,
    "tracking_code": "7KQF-3M9T-X2VB-R8WN-4HJD-6PCA",
    "case_id": _CASE,
    "case_number": "310151-20261121-000017",
    "community": _NAME_EXAMPLE,
    "is_following": False,
    "received_at": "2026-11-21T10:02:03+08:00",
    "device_sent_at": "2026-11-21T10:02:00+08:00",
    "skew_seconds": -3,
    "is_skew_flagged": False,
    "flags": [],
    "photos": [{"id": _PHOTO, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
}
LINE_EXAMPLE = {
    "id": _REPORT,
    "received_at": "2026-11-21T10:02:03+08:00",
    "observed_at": "2026-11-21T10:00:00+08:00",
    "channel": "resident",
    "community": _NAME_EXAMPLE,
    "building": "3号楼",
    "item_code": "CORR-01",
    "text": "三楼楼道堆了纸箱，过不去",
    "latitude": 31.6248,
    "longitude": 121.3931,
    "photo_ids": [_PHOTO],
    "is_following": False,
    "is_anonymous": True,
    "has_phone_number": True,
    "case_id": _CASE,
    "case_number": "310151-20261121-000017",
    "case_state": "reported",
}
DETAIL_EXAMPLE = LINE_EXAMPLE | {
    "hotline_number": "",
    "phone_number": "138****0001",
    "position_given": REPORT_EXAMPLE["position"],
    "device_sent_at": "2026-11-21T10:02:00+08:00",
    "skew_seconds": -3,
    "is_skew_flagged": False,
    "flags": [],
}
OWN_PAGE_EXAMPLE = {
    "items": [
        {
            "id": _REPORT,
            "received_at": "2026-11-21T10:02:03+08:00",
            "community": _NAME_EXAMPLE,
            "building": "3号楼",
            "item_code": "CORR-01",
            "tile": TILE_EXAMPLE,
            "text": "三楼楼道堆了纸箱，过不去",
            "photo_ids": [_PHOTO],
            "case_number": "310151-20261121-000017",
            "stage": "handling",
            "stage_text": {"zh": "处理中", "en": "Being handled"},
            "tracking_code": "7KQF-3M9T-X2VB-R8WN-4HJD-6PCA",
        }
    ],
    "next_cursor": None,
}
PAGE_EXAMPLE = {"items": [LINE_EXAMPLE], "next_cursor": None}
DUPLICATES_EXAMPLE = {
    "items": [
        {
            "case_id": _CASE,
            "score": 0.94,
            "distance_m": 10.0,
            "item_code": "CORR-01",
            "criterion": {"zh": "楼道、楼梯、走廊无乱堆物", "en": "No clutter on corridors and stairs"},
            "tile": TILE_EXAMPLE,
            "stage": "handling",
            "stage_text": {"zh": "处理中", "en": "Being handled"},
            "opened_at": "2026-11-21T08:10:00+08:00",
            "report_count": 2,
            "photos": [PHOTO_EXAMPLE],
        }
    ]
}
