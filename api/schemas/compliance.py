"""Compliance over HTTP: the shape in which a rate answers, with all that it is made of and what it leaves out."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BaseSchema, Instant
from checklists.compliance import PairStatus


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


FORMULA_EXAMPLE = {
    "code": "indicator_attainment",
    "version": 1,
    "statement_zh": "指标达标率＝达标的“小区×检查项”数÷适用且已检查的“小区×检查项”数",
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
COMMUNITY_EXAMPLE = {
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
    "community": COMMUNITY_EXAMPLE,
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
    "community": COMMUNITY_EXAMPLE,
    "checklist_code": "fire_safety",
    "formulas": {"item_rate": FORMULA_EXAMPLE, "community_rate": FORMULA_EXAMPLE},
    "days": [{"on": "2026-11-20", "version": 1, "item_rate": FIGURES_EXAMPLE, "standing": STANDING_EXAMPLE}],
}
