"""Compliance over HTTP: what may be asked of a rate, and the shape in which it answers with all that explains it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError as Invalid
from marshmallow import fields, validate, validates_schema
from webargs.fields import DelimitedList

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Day, Instant, PeriodQuerySchema
from api.schemas.photos import SHOWN_PHOTO_EXAMPLE
from checklists.compliance import PairStatus

_STATUSES = [status.value for status in PairStatus]
CODE = validate.Length(min=1, max=60)


class SelectionQuerySchema(BaseSchema):
    """Which items of which checklist, as of which day."""

    checklist = fields.String(
        load_default=None,
        validate=CODE,
        metadata={"description": "检查表代码 / checklist", "example": "fire_safety"},
    )
    indicator = fields.String(
        load_default=None, validate=CODE, metadata={"description": "只算这个指标 / only this indicator"}
    )
    item = fields.String(
        load_default=None,
        validate=CODE,
        metadata={"description": "只算这一项 / only this item", "example": "FIRE-01"},
    )


class AsOfQuerySchema(SelectionQuerySchema):
    as_of = Day(
        load_default=None,
        metadata={
            "description": "截至该日结束，默认今天 / at the end of this local day; today by default",
            "example": "2026-11-20",
        },
    )


class AreaComplianceQuerySchema(AsOfQuerySchema):
    by = fields.String(
        load_default=None,
        validate=validate.OneOf(["indicator", "item", "child_area", "checklist"]),
        metadata={"description": "分项 / break the rate down; only by=checklist may leave checklist out"},
    )

    @validates_schema
    def _needs_checklist(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("checklist") is None and data.get("by") != "checklist":
            raise Invalid("Missing data for required field.", "checklist")
        if data.get("by") == "checklist" and any(
            data.get(each) for each in ("checklist", "indicator", "item")
        ):
            raise Invalid("by=checklist takes neither checklist, indicator nor item.", "by")


class CommunityComplianceQuerySchema(AsOfQuerySchema):
    checklist = fields.String(
        required=True,
        validate=CODE,
        metadata={"description": "检查表代码 / checklist", "example": "fire_safety"},
    )


class SeriesQuerySchema(PeriodQuerySchema, SelectionQuerySchema):
    checklist = fields.String(
        required=True,
        validate=CODE,
        metadata={"description": "检查表代码 / checklist", "example": "fire_safety"},
    )
    first_on = Day(
        data_key="from",
        load_default=None,
        metadata={
            "description": "默认截止日前 29 天 / 29 days before `to` by default",
            "example": "2026-11-01",
        },
    )
    last_on = Day(
        data_key="to",
        load_default=None,
        metadata={"description": "默认今天 / today", "example": "2026-11-20"},
    )


class ExplainQuerySchema(PageQuerySchema, CommunityComplianceQuerySchema):
    measure = fields.String(
        load_default="items",
        validate=validate.OneOf(["items", "communities"]),
        metadata={"description": "指标达标率的“小区×项”，或小区达标率的小区 / pairs, or whole communities"},
    )
    status = DelimitedList(
        fields.String(validate=validate.OneOf(_STATUSES)),
        load_default=[PairStatus.FAIL.value],
        validate=validate.Length(min=1),
        metadata={
            "description": "逗号分隔，默认 fail / comma-separated",
            "default": ["fail"],
            "example": ["fail", "stale"],
        },
    )
    order = fields.String(
        load_default="community",
        validate=validate.OneOf(["community", "deadline"]),
        metadata={
            "description": "次序：按小区，或按在办案件最早的时限（仅限不达标项） / by community, or by the earliest deadline "
            "that runs now (of failing pairs only)"
        },
    )

    @validates_schema
    def _orders_what_has_deadlines(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("order") == "deadline" and (
            data.get("measure") != "items" or list(data.get("status") or ()) != [PairStatus.FAIL.value]
        ):
            raise Invalid("deadline is of failing pairs only.", "order")


class FormulaSchema(BaseSchema):
    """政策只定目标、未定义分子分母，故逐一说明 / what the figure is made of, versioned."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    statement_zh = fields.String(required=True)
    statement_en = fields.String(required=True)


class ShareSchema(BaseSchema):
    value = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "0 到 1，分母为 0 时为空 / 0 to 1, null where the denominator is 0"},
    )
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)


class ExcludedSchema(BaseSchema):
    """不计入分子和分母的数目 / left out of both sides, by reason."""

    stale = fields.Integer(required=True)
    unassessed = fields.Integer(required=True)
    not_applicable = fields.Integer(required=True)


class IntervalSchema(BaseSchema):
    """Wilson 95 % 置信区间 / confidence interval."""

    low = fields.Float(required=True)
    high = fields.Float(required=True)


class RateFiguresSchema(BaseSchema):
    """A rate; `value` is null where nothing was assessed, which is neither 0 % nor 100 %."""

    value = fields.Float(
        required=True,
        allow_none=True,
        attribute="share.value",
        metadata={"description": "比率，分母为 0 时为空 / the rate, null where the denominator is 0"},
    )
    numerator = fields.Integer(required=True, attribute="share.numerator")
    denominator = fields.Integer(required=True, attribute="share.denominator")
    excluded = fields.Nested(ExcludedSchema, required=True)
    coverage = fields.Nested(ShareSchema, required=True)
    interval = fields.Nested(IntervalSchema, required=True, allow_none=True)


class RateSchema(RateFiguresSchema):
    formula = fields.Nested(FormulaSchema, required=True)


class VersionInForceSchema(BaseSchema):
    """The checklist version in force on the day."""

    code = fields.String(required=True, attribute="checklist_code")
    version_id = fields.UUID(required=True, attribute="id")
    version = fields.Integer(required=True, attribute="number")
    effective_on = fields.Date(required=True)
    validity_days = fields.Integer(required=True, allow_none=True)
    pass_mark = fields.Float(required=True)


class CompliancePlaceSchema(BaseSchema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True)


class ComplianceCommunitySchema(BaseSchema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    area_code = fields.String(required=True)


class BreakdownSchema(BaseSchema):
    """One indicator, item, checklist or area below; `community_rate` only where it is another than the whole's."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    item_rate = fields.Nested(RateFiguresSchema, required=True)
    community_rate = fields.Nested(RateFiguresSchema, required=True, allow_none=True)


class AreaComplianceSchema(BaseSchema):
    """指标达标率与小区达标率 / both rates of an area at the end of a day."""

    area = fields.Nested(CompliancePlaceSchema, required=True)
    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    item_rate = fields.Nested(RateSchema, required=True, allow_none=True)
    community_rate = fields.Nested(RateSchema, required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    rows = fields.List(fields.Nested(BreakdownSchema), required=True)


class StandingSchema(BaseSchema):
    """小区是否达标 / whether the community attains; the score is rounded down and null where nothing was assessed."""

    status = fields.Enum(PairStatus, by_value=True, required=True)
    attains = fields.Boolean(required=True)
    score = fields.Float(required=True, allow_none=True)
    reaches_mark = fields.Boolean(required=True)
    failing_vetoes = fields.List(fields.String(), required=True)


class PairStandingSchema(BaseSchema):
    item_code = fields.String(required=True)
    indicator_code = fields.String(required=True)
    criterion_zh = fields.String(required=True)
    criterion_en = fields.String(required=True)
    is_veto = fields.Boolean(required=True)
    status = fields.Enum(PairStatus, by_value=True, required=True)
    occurrences = fields.Integer(required=True)
    since = Instant(required=True, allow_none=True)


class CommunityComplianceSchema(BaseSchema):
    community = fields.Nested(ComplianceCommunitySchema, required=True)
    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    item_rate = fields.Nested(RateSchema, required=True)
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(PairStandingSchema), required=True)


class AreaSeriesPointSchema(BaseSchema):
    on = fields.Date(required=True, attribute="as_of")
    version = fields.Integer(required=True, allow_none=True, attribute="version.number", dump_default=None)
    item_rate = fields.Nested(RateFiguresSchema, required=True, attribute="items")
    community_rate = fields.Nested(RateFiguresSchema, required=True, attribute="communities")


class SeriesFormulasSchema(BaseSchema):
    item_rate = fields.Nested(FormulaSchema, required=True)
    community_rate = fields.Nested(FormulaSchema, required=True)


class AreaSeriesSchema(BaseSchema):
    area = fields.Nested(CompliancePlaceSchema, required=True)
    checklist_code = fields.String(required=True)
    formulas = fields.Nested(SeriesFormulasSchema, required=True)
    days = fields.List(fields.Nested(AreaSeriesPointSchema), required=True)


class CommunitySeriesPointSchema(BaseSchema):
    on = fields.Date(required=True, attribute="as_of")
    version = fields.Integer(required=True, allow_none=True, attribute="version.number", dump_default=None)
    item_rate = fields.Nested(RateFiguresSchema, required=True, attribute="items")
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)


class CommunitySeriesSchema(BaseSchema):
    community = fields.Nested(ComplianceCommunitySchema, required=True)
    checklist_code = fields.String(required=True)
    formulas = fields.Nested(SeriesFormulasSchema, required=True)
    days = fields.List(fields.Nested(CommunitySeriesPointSchema), required=True)


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


FORMULA_EXAMPLE = {
    "code": "indicator_attainment",
    "version": 1,
    "statement_zh": "指标达标率＝达标的“小区×检查项”数÷适用且已测评的“小区×检查项”数",
    "statement_en": "Indicator attainment rate = passing pairs / pairs that apply and have a valid result",
}
FIGURES_EXAMPLE = {
    "value": 0.75,
    "numerator": 6,
    "denominator": 8,
    "excluded": {"stale": 1, "unassessed": 7, "not_applicable": 5},
    "coverage": {"value": 0.5, "numerator": 8, "denominator": 16},
    "interval": {"low": 0.409, "high": 0.929},
}
RATE_EXAMPLE = {**FIGURES_EXAMPLE, "formula": FORMULA_EXAMPLE}
VERSION_EXAMPLE = {
    "code": "fire_safety",
    "version_id": "0199aa00-0000-7000-8000-000000000001",
    "version": 1,
    "effective_on": "2026-01-01",
    "validity_days": 90,
    "pass_mark": 90.0,
}
AREA_EXAMPLE = {"code": "310151101", "name": "城桥镇", "level": "township"}
_COMMUNITY_EXAMPLE = {
    "id": "0199aa00-0000-7000-8000-000000000002",
    "code": "310151101001-001",
    "name": "示例小区",
    "area_code": "310151101001",
}
STANDING_EXAMPLE = {
    "status": "fail",
    "attains": False,
    "score": 75.0,
    "reaches_mark": False,
    "failing_vetoes": ["FIRE-01"],
}
AREA_COMPLIANCE_EXAMPLE = {
    "area": AREA_EXAMPLE,
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "item_rate": RATE_EXAMPLE,
    "community_rate": RATE_EXAMPLE,
    "by": "indicator",
    "rows": [
        {
            "code": "FIRE",
            "name_zh": "消防",
            "name_en": "Fire safety",
            "item_rate": FIGURES_EXAMPLE,
            "community_rate": None,
        }
    ],
}
COMMUNITY_COMPLIANCE_EXAMPLE = {
    "community": _COMMUNITY_EXAMPLE,
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "item_rate": RATE_EXAMPLE,
    "standing": STANDING_EXAMPLE,
    "items": [],
}
AREA_SERIES_EXAMPLE = {
    "area": AREA_EXAMPLE,
    "checklist_code": "fire_safety",
    "formulas": {"item_rate": FORMULA_EXAMPLE, "community_rate": FORMULA_EXAMPLE},
    "days": [
        {"on": "2026-11-20", "version": 1, "item_rate": FIGURES_EXAMPLE, "community_rate": FIGURES_EXAMPLE}
    ],
}
COMMUNITY_SERIES_EXAMPLE = {
    "community": _COMMUNITY_EXAMPLE,
    "checklist_code": "fire_safety",
    "formulas": {"item_rate": FORMULA_EXAMPLE, "community_rate": FORMULA_EXAMPLE},
    "days": [{"on": "2026-11-20", "version": 1, "item_rate": FIGURES_EXAMPLE, "standing": STANDING_EXAMPLE}],
}
EXPLANATION_EXAMPLE = {
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "measure": "items",
    "rate": RATE_EXAMPLE,
    "items": [
        {
            "community": _COMMUNITY_EXAMPLE,
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
