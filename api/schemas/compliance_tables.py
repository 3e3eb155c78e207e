"""Rates as tables: what may be asked of them, and their shape."""

from __future__ import annotations

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Instant
from api.schemas.compliance import (
    AREA_EXAMPLE,
    FIGURES_EXAMPLE,
    FORMULA_EXAMPLE,
    VERSION_EXAMPLE,
    CompliancePlaceSchema,
    RateFiguresSchema,
    SeriesFormulasSchema,
    StandingSchema,
    VersionInForceSchema,
)
from api.schemas.compliance_queries import (
    CODE,
    AsOfQuerySchema,
)


class TableQuerySchema(PageQuerySchema, AsOfQuerySchema):
    """Which rows and columns; pages are of communities."""

    checklist = fields.String(
        required=True,
        validate=CODE,
        metadata={"description": "检查表代码 / checklist", "example": "fire_safety"},
    )
    rows = fields.String(
        load_default="child_area",
        validate=validate.OneOf(["child_area", "community"]),
        metadata={
            "description": "每行一个下级地区，或一个小区（分页） / a row for each area below, or each community, in pages"
        },
    )
    columns = fields.String(
        load_default="indicator",
        validate=validate.OneOf(["indicator", "item"]),
        metadata={"description": "每列一个指标或检查项 / a column for each indicator or item"},
    )


class WorstQuerySchema(AsOfQuerySchema):
    checklist = fields.String(
        required=True,
        validate=CODE,
        metadata={"description": "检查表代码 / checklist", "example": "fire_safety"},
    )
    limit = fields.Integer(
        load_default=10,
        validate=validate.Range(1, 200),
        metadata={"description": "最多几项 / items at most", "example": 10},
    )


class TableColumnSchema(BaseSchema):
    """An indicator or an item, with the area's own rate of it."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    item_rate = fields.Nested(RateFiguresSchema, required=True)


class TableRowSchema(BaseSchema):
    """An area below, or a community: then `community_id` and `standing` are there and `community_rate` is not."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    community_id = fields.UUID(required=True, allow_none=True)
    item_rate = fields.Nested(RateFiguresSchema, required=True)
    community_rate = fields.Nested(RateFiguresSchema, required=True, allow_none=True)
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)
    cells = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(RateFiguresSchema),
        required=True,
        metadata={"description": "按列代码的达标率 / the rate by the column's code"},
    )


class ComplianceTableSchema(BaseSchema):
    """达标率热力表 / rates by place and by indicator or item."""

    area = fields.Nested(CompliancePlaceSchema, required=True)
    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    formulas = fields.Nested(SeriesFormulasSchema, required=True)
    item_rate = fields.Nested(RateFiguresSchema, required=True)
    community_rate = fields.Nested(RateFiguresSchema, required=True)
    columns = fields.List(
        fields.Nested(TableColumnSchema), required=True, metadata={"description": "各列 / the columns"}
    )
    rows = fields.List(
        fields.Nested(TableRowSchema), required=True, metadata={"description": "各行 / the rows"}
    )
    next_cursor = fields.String(required=True, allow_none=True)


class WorstItemSchema(BaseSchema):
    """An item that fails, and what is being done about it now; null where the asker reads no cases, or of an earlier day."""

    code = fields.String(required=True)
    indicator_code = fields.String(required=True)
    criterion_zh = fields.String(required=True)
    criterion_en = fields.String(required=True)
    is_veto = fields.Boolean(required=True)
    failing = fields.Integer(
        required=True, metadata={"description": "不达标的小区数 / communities in which it fails"}
    )
    rate = fields.Nested(
        RateFiguresSchema, required=True, metadata={"description": "达标率 / the item's rate"}
    )
    open_cases = fields.Integer(
        required=True, allow_none=True, metadata={"description": "在办案件 / filed cases that are open"}
    )
    overdue_cases = fields.Integer(
        required=True, allow_none=True, metadata={"description": "其中超期 / of them overdue"}
    )
    without_case = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "没有在办案件的小区数 / communities where it fails and no case is open"},
    )
    next_deadline_at = Instant(
        required=True, allow_none=True, metadata={"description": "最近的时限 / the next deadline"}
    )


class WorstItemsSchema(BaseSchema):
    """最该先修的检查项 / the items that fail in most communities, worst first."""

    area = fields.Nested(CompliancePlaceSchema, required=True)
    as_of = fields.Date(required=True)
    checklist = fields.Nested(VersionInForceSchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(WorstItemSchema), required=True)


COMPLIANCE_TABLE_EXAMPLE = {
    "area": AREA_EXAMPLE,
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "formulas": {"item_rate": FORMULA_EXAMPLE, "community_rate": FORMULA_EXAMPLE},
    "item_rate": FIGURES_EXAMPLE,
    "community_rate": FIGURES_EXAMPLE,
    "columns": [{"code": "FIRE", "name_zh": "消防", "name_en": "Fire safety", "item_rate": FIGURES_EXAMPLE}],
    "rows": [
        {
            "code": "310151101001",
            "name": "示例居委会",
            "community_id": None,
            "item_rate": FIGURES_EXAMPLE,
            "community_rate": FIGURES_EXAMPLE,
            "standing": None,
            "cells": {"FIRE": FIGURES_EXAMPLE},
        }
    ],
    "next_cursor": None,
}
WORST_ITEMS_EXAMPLE = {
    "area": AREA_EXAMPLE,
    "as_of": "2026-11-20",
    "checklist": VERSION_EXAMPLE,
    "items": [
        {
            "code": "FIRE-01",
            "indicator_code": "FIRE",
            "criterion_zh": "消防车通道畅通，无占用、堵塞",
            "criterion_en": "Fire lane clear, not occupied or blocked",
            "is_veto": True,
            "failing": 2,
            "rate": FIGURES_EXAMPLE,
            "open_cases": 1,
            "overdue_cases": 0,
            "without_case": 1,
            "next_deadline_at": "2026-11-21T09:30:00+08:00",
        }
    ],
}
