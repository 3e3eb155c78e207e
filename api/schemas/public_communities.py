"""A community's public page: rates, problems and notice board; nobody's personal data, no words that anybody typed."""

from __future__ import annotations

from marshmallow import fields

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Instant
from api.schemas.compliance import (
    RATE_EXAMPLE,
    STANDING_EXAMPLE,
    VERSION_EXAMPLE,
    RateFiguresSchema,
    RateSchema,
    StandingSchema,
    VersionInForceSchema,
)
from api.schemas.compliance_queries import (
    CODE,
)
from api.schemas.places_and_clocks import PublicTextSchema
from api.schemas.targets import AREA_TARGETS_EXAMPLE, TargetSchema
from api.schemas.tracking import PHOTO_EXAMPLE, TILE_EXAMPLE, ReleasedPhotoOfReportSchema
from cases.public_problems import ProblemState
from inspections.timeline import PublicStage


class ServingOrganisationSchema(BaseSchema):
    """One line of the notice board 公示牌."""

    kind = fields.String(required=True)
    kind_zh = fields.String(required=True, metadata={"description": "单位类别 / kind, in Chinese"})
    kind_en = fields.String(required=True, metadata={"description": "单位类别（英文） / kind"})
    name = fields.String(required=True)
    service_phone = fields.String(required=True)


class PublicProblemSchema(BaseSchema):
    """A filed case in residents' words."""

    case_id = fields.UUID(
        required=True,
        metadata={"description": "跟进它时作 follows_case_id / send as follows_case_id to follow it"},
    )
    item_code = fields.String(required=True, allow_none=True)
    item_group = fields.String(required=True, allow_none=True)
    criterion = fields.Nested(PublicTextSchema, required=True, allow_none=True)
    tile = fields.Nested(
        PublicTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "居民的说法，如“楼道堆物” / what is wrong, in residents' words"},
    )
    stage = fields.Enum(PublicStage, by_value=True, required=True)
    stage_text = fields.Nested(PublicTextSchema, required=True)
    building = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "楼栋，不含单元和室 / the block, never a unit or a room"},
    )
    opened_at = Instant(required=True)
    resolved_at = Instant(
        required=True, allow_none=True, metadata={"description": "解决时间 / when it was solved"}
    )
    due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "处理期限，处理中才有 / the deadline while somebody is at work on it"},
    )
    is_overdue = fields.Boolean(required=True)
    report_count = fields.Integer(
        required=True, metadata={"description": "多少人上报 / how many reports it answers"}
    )
    photos = fields.List(
        fields.Nested(ReleasedPhotoOfReportSchema),
        required=True,
        metadata={"description": "已公开的照片 / photos that were released"},
    )


class PublicProblemPageSchema(BaseSchema):
    items = fields.List(fields.Nested(PublicProblemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ProblemQuerySchema(PageQuerySchema):
    state = fields.Enum(
        ProblemState,
        by_value=True,
        load_default=ProblemState.OPEN,
        metadata={
            "description": "open 处理中、resolved 一年内已解决 / still open, or solved within a year",
            "example": "open",
        },
    )


class CommunityTargetSchema(TargetSchema):
    """The target that the checklist's item rate is compared with."""

    class Meta(TargetSchema.Meta):
        exclude = ("metric", "checklist", "indicator", "item")


class PublicChecklistSchema(BaseSchema):
    """The community under one checklist today."""

    checklist = fields.Nested(VersionInForceSchema, required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    item_rate = fields.Nested(RateFiguresSchema, required=True)
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)
    target = fields.Nested(
        CommunityTargetSchema,
        required=True,
        allow_none=True,
        metadata={"description": "政策目标，没有则为空 / what the policies ask of it, null where none does"},
    )


class PublicSeriesPointSchema(BaseSchema):
    on = fields.Date(required=True)
    value = fields.Float(required=True, allow_none=True, metadata={"description": "当日达标率 / the rate"})


class PublicCommunitySchema(BaseSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    is_synthetic = fields.Boolean(required=True)
    area = fields.Nested(AreaBriefSchema, required=True)
    areas = fields.List(
        fields.Nested(AreaBriefSchema),
        required=True,
        metadata={"description": "所属地区，自区至居民区 / where it lies, from the district down"},
    )
    buildings = fields.List(
        fields.String(), required=True, metadata={"description": "楼栋名称 / names of its blocks"}
    )
    as_of = fields.Date(required=True)
    rate = fields.Nested(
        RateSchema,
        required=True,
        metadata={
            "description": "本小区达标率，公式见 formula / the community's own rate over all checklists"
        },
    )
    series = fields.List(
        fields.Nested(PublicSeriesPointSchema),
        required=True,
        metadata={"description": "近十二周，每周一点 / the last twelve weeks, a point a week"},
    )
    checklists = fields.List(
        fields.Nested(PublicChecklistSchema),
        required=True,
        metadata={"description": "逐份检查表 / by checklist in force"},
    )
    open_count = fields.Integer(
        required=True, metadata={"description": "处理中的问题数 / problems that are open"}
    )
    resolved_count = fields.Integer(
        required=True, metadata={"description": "一年内已解决的问题数 / problems solved within a year"}
    )
    problems = fields.List(
        fields.Nested(PublicProblemSchema),
        required=True,
        metadata={"description": "最近的几个问题 / the newest open ones"},
    )
    organisations = fields.List(
        fields.Nested(ServingOrganisationSchema),
        required=True,
        metadata={"description": "公示牌：为本小区服务的单位 / the notice board: who serves it"},
    )


class WhyQuerySchema(BaseSchema):
    checklist = fields.String(
        load_default=None,
        validate=CODE,
        metadata={
            "description": "只看这份检查表，默认全部 / of this checklist only; all by default",
            "example": "fire_safety",
        },
    )


class FailingItemSchema(BaseSchema):
    """An item that keeps the rate down today; what is being done about it, where a case is open."""

    item_code = fields.String(required=True)
    item_group = fields.String(required=True, allow_none=True)
    criterion = fields.Nested(PublicTextSchema, required=True)
    tile = fields.Nested(
        PublicTextSchema,
        required=True,
        allow_none=True,
        metadata={"description": "居民的说法，如“楼道堆物” / what is wrong, in residents' words"},
    )
    is_veto = fields.Boolean(required=True)
    since = Instant(required=True)
    occurrences = fields.Integer(
        required=True, metadata={"description": "处数，0 为未计数 / how many places; 0 where nobody counted"}
    )
    stage = fields.Enum(PublicStage, by_value=True, required=True, allow_none=True)
    stage_text = fields.Nested(PublicTextSchema, required=True, allow_none=True)
    due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "最早的处理期限 / the earliest deadline while somebody is at work on it"},
    )
    is_overdue = fields.Boolean(required=True)
    photos = fields.List(
        fields.Nested(ReleasedPhotoOfReportSchema),
        required=True,
        metadata={"description": "已公开的照片 / photos that were released"},
    )


class WhySchema(BaseSchema):
    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    rate = fields.Nested(
        RateSchema, required=True, metadata={"description": "达标率 / the rate that is explained"}
    )
    items = fields.List(
        fields.Nested(FailingItemSchema),
        required=True,
        metadata={"description": "今天不达标的检查项 / the items that fail today"},
    )


_AREA_EXAMPLE = {"code": "310151101001", "name": "示例居委会", "level": "neighbourhood"}
_CRITERION_EXAMPLE = {"zh": "楼道、楼梯、走廊无乱堆物", "en": "No clutter on corridors and stairs"}
_STAGE_EXAMPLE = {
    "stage": "handling",
    "stage_text": {"zh": "处理中", "en": "Being handled"},
    "due_at": "2026-11-26T14:10:00+08:00",
    "is_overdue": False,
    "photos": [PHOTO_EXAMPLE],
}
PROBLEM_EXAMPLE = {
    "case_id": "0198f0a0-3333-7d3a-9b1e-2f6a4c8d0e11",
    "item_code": "CORR-01",
    "item_group": "CORR",
    "criterion": _CRITERION_EXAMPLE,
    "tile": TILE_EXAMPLE,
    "building": "3号楼",
    "opened_at": "2026-11-21T10:02:03+08:00",
    "resolved_at": None,
    "report_count": 2,
    **_STAGE_EXAMPLE,
}
PROBLEMS_EXAMPLE = {"items": [PROBLEM_EXAMPLE], "next_cursor": None}
_FIGURES_EXAMPLE = {name: value for name, value in RATE_EXAMPLE.items() if name != "formula"}
PUBLIC_COMMUNITY_EXAMPLE = {
    "id": "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11",
    "name": "玉环新村（示例）",
    "address": "示例路1号",
    "is_synthetic": True,
    "area": _AREA_EXAMPLE,
    "areas": [
        {"code": "310151", "name": "崇明区", "level": "district"},
        {"code": "310151101", "name": "城桥镇", "level": "township"},
        _AREA_EXAMPLE,
    ],
    "buildings": ["1号楼", "2号楼", "3号楼"],
    "as_of": "2026-11-21",
    "rate": RATE_EXAMPLE,
    "series": [{"on": "2026-11-14", "value": 0.7}, {"on": "2026-11-21", "value": 0.75}],
    "checklists": [
        {
            "checklist": VERSION_EXAMPLE,
            "name_zh": "消防安全",
            "name_en": "Fire safety",
            "item_rate": _FIGURES_EXAMPLE,
            "standing": STANDING_EXAMPLE,
            "target": {
                name: value
                for name, value in AREA_TARGETS_EXAMPLE["items"][0].items()
                if name not in ("metric", "checklist", "indicator", "item")
            },
        }
    ],
    "open_count": 6,
    "resolved_count": 128,
    "problems": [PROBLEM_EXAMPLE],
    "organisations": [
        {
            "kind": "property_company",
            "kind_zh": "物业服务企业",
            "kind_en": "Property company",
            "name": "示例物业",
            "service_phone": "021-00000001",
        }
    ],
}
WHY_EXAMPLE = {
    "as_of": "2026-11-21",
    "checklist": None,
    "rate": RATE_EXAMPLE,
    "items": [
        {
            "item_code": "CORR-01",
            "item_group": "CORR",
            "criterion": _CRITERION_EXAMPLE,
            "tile": TILE_EXAMPLE,
            "is_veto": False,
            "since": "2026-11-20T10:02:03+08:00",
            "occurrences": 2,
            **_STAGE_EXAMPLE,
        }
    ],
}
