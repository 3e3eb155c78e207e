"""What the inspection routes take and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

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
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE, ShownPhotoSchema
from api.schemas.places_and_clocks import (
    ChecklistVersionNameSchema,
    CommunityNameSchema,
    FindingSchema,
    GivenPositionSchema,
    PersonNameSchema,
    StoredPhotoSchema,
)
from inspections.answers import AnswerResult, VisitLimits
from inspections.inspection_content import AnswerContent, InspectionContent, InspectionStatus
from inspections.inspection_queries import InspectionFilter

_LIMITS = VisitLimits()
ITEM_CODE = validate.Length(min=1, max=40)
_COMMUNITY = "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11"
_VERSION = "0198f0a0-2222-7d3a-9b1e-2f6a4c8d0e11"
_INSPECTION = "0198f0a0-3333-7d3a-9b1e-2f6a4c8d0e11"
_PHOTO = "0198f0a0-4444-7d3a-9b1e-2f6a4c8d0e11"
_CASE = "0198f0a0-5555-7d3a-9b1e-2f6a4c8d0e11"


class PutAnswerSchema(BaseSchema):
    """One answer. `occurrences` (处数) is asked of a fail that deducts per occurrence."""

    item_code = fields.String(required=True, validate=ITEM_CODE)
    result = fields.Enum(AnswerResult, by_value=True, required=True)
    observed_at = Instant(required=True)
    # The rules refuse by item and with their own words what is beyond the limits told; these bounds only keep out
    # what nobody can mean.
    occurrences = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(-1_000_000, 1_000_000),
        metadata={"minimum": 0, "maximum": _LIMITS.max_occurrences},
    )
    photo_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=Count(max=100),
        metadata={"maxItems": _LIMITS.max_photos_per_answer},
    )
    note = Text(max_length=10_000, load_default="", metadata={"maxLength": _LIMITS.max_note_length})
    building = Text(max_length=60, load_default="")
    position = fields.Nested(GivenPositionSchema, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> AnswerContent:
        return AnswerContent(**data | {"photo_ids": tuple(data["photo_ids"])})


class PutInspectionSchema(BaseSchema):
    """One inspection; times are the phone's own, `supersedes` names the submitted revision that this corrects."""

    community_id = fields.UUID(required=True)
    checklist_version_id = fields.UUID(required=True)
    round_id = fields.UUID(load_default=None, allow_none=True)
    supersedes_id = fields.UUID(data_key="supersedes", load_default=None, allow_none=True)
    status = fields.Enum(InspectionStatus, by_value=True, required=True)
    note = Text(max_length=4000, load_default="")
    started_at = DeviceInstant(load_default=None, allow_none=True)
    device_sent_at = DeviceInstant(load_default=None, allow_none=True)
    answers = fields.List(fields.Nested(PutAnswerSchema), required=True, validate=Count(max=500))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> InspectionContent:
        return InspectionContent(**data | {"answers": tuple(data["answers"])})


class AnswerCaseSchema(BaseSchema):
    """The case that a fail opened, or the open one that it joined."""

    item_code = fields.String()
    case_id = fields.UUID()
    case_number = fields.String()
    is_joined = fields.Boolean()


class WithdrawnCaseSchema(BaseSchema):
    """A case of a fail that a correction takes back; it stays open until the desk decides."""

    item_code = fields.String()
    case_id = fields.UUID()
    case_number = fields.String()


class InspectionReceiptSchema(BaseSchema):
    """What the server holds of the inspection. A phone may forget its own copy of a submission once it has this."""

    id = fields.UUID()
    status = fields.String()
    revision = fields.Integer(metadata={"description": "of the draft; send it back as If-Match"})
    number = fields.Integer(
        allow_none=True, metadata={"description": "1 for the first, 2 for its correction …"}
    )
    root_id = fields.UUID()
    supersedes = fields.UUID(attribute="supersedes_id", allow_none=True)
    received_at = Instant()
    submitted_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    device_sent_at = Instant(allow_none=True)
    skew_seconds = fields.Integer(allow_none=True, metadata={"description": "positive: the phone is ahead"})
    is_skew_flagged = fields.Boolean()
    answered = fields.Integer()
    applicable = fields.Integer()
    flags = fields.List(fields.Nested(FindingSchema))
    outstanding = fields.List(fields.Nested(FindingSchema), attribute="receipt.outstanding")
    photos = fields.List(fields.Nested(StoredPhotoSchema), attribute="receipt.photos")
    cases = fields.List(fields.Nested(AnswerCaseSchema), attribute="receipt.cases")
    withdrawn_cases = fields.List(fields.Nested(WithdrawnCaseSchema), attribute="receipt.withdrawn_cases")


class AnswerSchema(BaseSchema):
    id = fields.UUID()
    item_code = fields.String()
    result = fields.String()
    occurrences = fields.Integer(allow_none=True)
    note = fields.String()
    building = fields.String()
    observed_at = Instant()
    latitude = Latitude(allow_none=True)
    longitude = Longitude(allow_none=True)
    accuracy_metres = fields.Float(allow_none=True)
    photo_ids = fields.List(fields.UUID())
    case_id = fields.UUID(allow_none=True)
    is_case_joined = fields.Boolean()


class InspectionLineSchema(BaseSchema):
    """An inspection in a list."""

    id = fields.UUID()
    status = fields.String()
    revision = fields.Integer()
    number = fields.Integer(allow_none=True)
    root_id = fields.UUID()
    supersedes = fields.UUID(attribute="supersedes_id", allow_none=True)
    superseded_by = fields.UUID(attribute="superseded_by_id", allow_none=True)
    community = fields.Nested(CommunityNameSchema)
    inspector = fields.Nested(PersonNameSchema)
    checklist_version = fields.Nested(ChecklistVersionNameSchema, attribute="version")
    round_id = fields.UUID(allow_none=True)
    started_at = Instant(allow_none=True)
    received_at = Instant()
    submitted_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    answered = fields.Integer()
    applicable = fields.Integer()
    failed = fields.Integer()
    is_flagged = fields.Boolean()


class InspectionSchema(InspectionLineSchema):
    """An inspection with all its answers."""

    note = fields.String()
    device_sent_at = Instant(allow_none=True)
    skew_seconds = fields.Integer(allow_none=True)
    is_skew_flagged = fields.Boolean()
    flags = fields.List(fields.Nested(FindingSchema))
    answers = fields.List(fields.Nested(AnswerSchema))


class ReviewedInspectionSchema(InspectionSchema):
    """An inspection with its answers and, once each, the photos they name."""

    photos = fields.List(fields.Nested(ShownPhotoSchema))


class InspectionPageSchema(BaseSchema):
    items = fields.List(fields.Nested(InspectionLineSchema))
    next_cursor = fields.String(allow_none=True)


class InspectionQuerySchema(PeriodQuerySchema, PageQuerySchema):
    """Which visits. The period is that in which they were received."""

    area = fields.String(
        load_default=None,
        validate=validate.Length(max=20),
        metadata={"description": "只列这个地区之下的 / only below this area", "example": "310151101"},
    )
    community_id = fields.UUID(load_default=None)
    round_id = fields.UUID(load_default=None)
    checklist_version_id = fields.UUID(load_default=None)
    inspector_id = fields.UUID(load_default=None)
    root_id = fields.UUID(
        load_default=None, metadata={"description": "同一次检查的全部版本 / all revisions of one inspection"}
    )
    status = fields.Enum(InspectionStatus, by_value=True, load_default=None)
    is_flagged = fields.Boolean(load_default=None)
    include_superseded = fields.Boolean(
        load_default=False, metadata={"description": "也列已被更正的 / corrected ones too"}
    )

    def filter_of(self, query: dict[str, Any]) -> InspectionFilter:
        other = {
            "area_code": query["area"],
            "since": start_of(query["first_on"]),
            "until": end_of(query["last_on"]),
        }
        same = InspectionFilter.__dataclass_fields__.keys() - other.keys()
        return InspectionFilter(**other, **{name: query[name] for name in same})


class WorksheetQuerySchema(BaseSchema):
    community_id = fields.UUID(required=True)
    checklist_version_id = fields.UUID(required=True)


class WorksheetItemSchema(BaseSchema):
    """One item as this community is asked it."""

    item_code = fields.String(attribute="demand.code")
    criterion_zh = fields.String(attribute="demand.criterion_zh")
    criterion_en = fields.String(attribute="demand.criterion_en")
    photos = fields.String(attribute="demand.photos", metadata={"description": "never, on_fail or always"})
    min_photos = fields.Integer(attribute="demand.min_photos")
    note = fields.String(attribute="demand.note", metadata={"description": "never, on_fail or always"})
    counts_occurrences = fields.Boolean(attribute="demand.counts_occurrences")
    applies = fields.Boolean()
    is_certain = fields.Boolean(
        metadata={"description": "false: nobody recorded what decides it; look and see"}
    )
    reason_zh = fields.String()
    reason_en = fields.String()


class WorksheetSchema(BaseSchema):
    community = fields.Nested(CommunityNameSchema)
    checklist_version = fields.Nested(ChecklistVersionNameSchema, attribute="version")
    items = fields.List(fields.Nested(WorksheetItemSchema))


INSPECTION_EXAMPLE = {
    "community_id": _COMMUNITY,
    "checklist_version_id": _VERSION,
    "status": "submitted",
    "started_at": "2026-11-21T09:30:00+08:00",
    "device_sent_at": "2026-11-21T10:02:00+08:00",
    "answers": [
        {
            "item_code": "CORR-01",
            "result": "fail",
            "observed_at": "2026-11-21T09:41:00+08:00",
            "occurrences": 2,
            "photo_ids": [_PHOTO],
            "note": "三楼、五楼堆放纸箱",
            "building": "3号楼",
            "position": {"latitude": 31.6229, "longitude": 121.3975, "datum": "gcj02", "accuracy_metres": 12},
        },
        {"item_code": "CORR-03", "result": "pass", "observed_at": "2026-11-21T09:45:00+08:00"},
    ],
}
RECEIPT_EXAMPLE = {
    "id": _INSPECTION,
    "status": "submitted",
    "revision": 1,
    "number": 1,
    "root_id": _INSPECTION,
    "supersedes": None,
    "received_at": "2026-11-21T10:02:03+08:00",
    "submitted_at": "2026-11-21T10:02:03+08:00",
    "finished_at": "2026-11-21T09:45:00+08:00",
    "device_sent_at": "2026-11-21T10:02:00+08:00",
    "skew_seconds": -3,
    "is_skew_flagged": False,
    "answered": 2,
    "applicable": 2,
    "flags": [],
    "outstanding": [],
    "photos": [{"id": _PHOTO, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
    "cases": [
        {
            "item_code": "CORR-01",
            "case_id": _CASE,
            "case_number": "310151-20261121-000017",
            "is_joined": False,
        }
    ],
    "withdrawn_cases": [],
}
LINE_EXAMPLE = {
    "id": _INSPECTION,
    "status": "submitted",
    "revision": 1,
    "number": 1,
    "root_id": _INSPECTION,
    "supersedes": None,
    "superseded_by": None,
    "community": {"id": _COMMUNITY, "name": "玉环新村（示例）", "area_code": "310151101001"},
    "inspector": {"id": "0198f0a0-6666-7d3a-9b1e-2f6a4c8d0e11", "display_name": "网格监督员（示例）"},
    "checklist_version": {"id": _VERSION, "checklist_code": "civilised-community", "number": 1},
    "round_id": None,
    "started_at": "2026-11-21T09:30:00+08:00",
    "received_at": "2026-11-21T10:02:03+08:00",
    "submitted_at": "2026-11-21T10:02:03+08:00",
    "finished_at": "2026-11-21T09:45:00+08:00",
    "answered": 2,
    "applicable": 2,
    "failed": 1,
    "is_flagged": False,
}
DETAIL_EXAMPLE = LINE_EXAMPLE | {
    "note": "",
    "device_sent_at": "2026-11-21T10:02:00+08:00",
    "skew_seconds": -3,
    "is_skew_flagged": False,
    "flags": [],
    "answers": [
        {
            "id": "0198f0a0-7777-7d3a-9b1e-2f6a4c8d0e11",
            "item_code": "CORR-01",
            "result": "fail",
            "occurrences": 2,
            "note": "三楼、五楼堆放纸箱",
            "building": "3号楼",
            "observed_at": "2026-11-21T09:41:00+08:00",
            "latitude": 31.6248,
            "longitude": 121.3931,
            "accuracy_metres": 12.0,
            "photo_ids": [_PHOTO],
            "case_id": _CASE,
            "is_case_joined": False,
        }
    ],
}
DETAIL_EXAMPLE["photos"] = [SHOWN_PHOTO_EXAMPLE | {"photo_id": _PHOTO}]
PAGE_EXAMPLE = {"items": [LINE_EXAMPLE], "next_cursor": None}
WORKSHEET_EXAMPLE = {
    "community": LINE_EXAMPLE["community"],
    "checklist_version": LINE_EXAMPLE["checklist_version"],
    "items": [
        {
            "item_code": "LIFT-01",
            "criterion_zh": "电梯使用标志在有效期内",
            "criterion_en": "The lift's registration mark is valid",
            "photos": "on_fail",
            "min_photos": 1,
            "note": "never",
            "counts_occurrences": False,
            "applies": True,
            "is_certain": False,
            "reason_zh": "小区未登记“电梯数”，按适用处理，须现场查看",
            "reason_en": "“lifts” is not recorded: treated as applicable until somebody looks",
        }
    ],
}
