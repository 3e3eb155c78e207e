"""What the checklist routes take and answer. A version's document goes out exactly as it was published."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Day, Instant, Text
from checklists.catalogue_entries import AnsweredBy, Demand, LimitUnit, Loop, Method


def _words(enum: Any) -> list[str]:
    return [member.value for member in enum]


class BilingualSchema(BaseSchema):
    """One sentence in Chinese and in English."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class PolicySourceSchema(BaseSchema):
    """A policy clause; `is_loose` (≈) says that the clause supports the item only loosely."""

    policy = fields.String(required=True, metadata={"example": "000"})
    clause = fields.String(required=True, metadata={"example": "三(五)1"})
    quote = fields.String(required=True)
    is_loose = fields.Boolean(required=True)


class EvidenceRuleSchema(BaseSchema):
    photos = fields.String(required=True, validate=validate.OneOf(_words(Demand)))
    min_photos = fields.Integer(required=True)
    note = fields.String(required=True, validate=validate.OneOf(_words(Demand)))
    shows = fields.Nested(BilingualSchema, required=True, allow_none=True)


class HandlingLimitVariantSchema(BaseSchema):
    when = fields.Nested(BilingualSchema, required=True)
    value = fields.Float(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(_words(LimitUnit)))
    provenance = fields.List(fields.String(), required=True)


class HandlingLimitSchema(BaseSchema):
    value = fields.Float(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(_words(LimitUnit)))
    provenance = fields.List(fields.String(), required=True)
    variants = fields.List(fields.Nested(HandlingLimitVariantSchema), required=True)


class ItemCategorySchema(BaseSchema):
    standard = fields.String(required=True, metadata={"example": "GBT47678.5"})
    kind = fields.String(required=True, validate=validate.OneOf(["component", "event"]))
    code = fields.String(required=True, metadata={"example": "06036"})
    is_nearest = fields.Boolean(required=True)


class ItemDeductionSchema(BaseSchema):
    per_occurrence = fields.Float(required=True)
    provenance = fields.List(fields.String(), required=True)


class TileSchema(BaseSchema):
    zh = fields.String(required=True)
    en = fields.String(required=True)
    keywords = fields.List(fields.String(), required=True)


class ChecklistItemSchema(BaseSchema):
    """One observable criterion, as the checklist asks it; `provenance` says field by field who says so."""

    code = fields.String(required=True, metadata={"example": "CORR-01"})
    group = fields.String(required=True)
    criterion = fields.Nested(BilingualSchema, required=True)
    hint = fields.Nested(BilingualSchema, required=True)
    sources = fields.List(fields.Nested(PolicySourceSchema), required=True)
    answered_by = fields.String(required=True, validate=validate.OneOf(_words(AnsweredBy)))
    method = fields.String(required=True, validate=validate.OneOf(_words(Method)))
    evidence = fields.Nested(EvidenceRuleSchema, required=True)
    weight = fields.Float(required=True)
    is_veto = fields.Boolean(required=True)
    deduction = fields.Nested(ItemDeductionSchema, required=True, allow_none=True)
    applies_when = fields.Dict(
        required=True,
        metadata={"description": "适用规则 / rule on the community's attributes; empty: always"},
    )
    handlers = fields.List(fields.String(), required=True)
    loop = fields.String(required=True, validate=validate.OneOf(_words(Loop)))
    limit = fields.Nested(HandlingLimitSchema, required=True, allow_none=True)
    no_limit_because = fields.Nested(BilingualSchema, required=True, allow_none=True)
    category = fields.Nested(ItemCategorySchema, required=True, allow_none=True)
    other_categories = fields.List(fields.Nested(ItemCategorySchema), required=True)
    tile = fields.Nested(TileSchema, required=True, allow_none=True)
    # Documents published before problems had names lack it.
    problem = fields.Nested(
        BilingualSchema,
        allow_none=True,
        metadata={
            "description": "没有图块的检查项不合格时的问题名称 / what is wrong where it fails, for items without a tile"
        },
    )
    provenance = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"example": {"limit": ["Y"]}},
    )
    remark = fields.Nested(BilingualSchema, required=True, allow_none=True)


class ItemPageSchema(BaseSchema):
    items = fields.List(fields.Nested(ChecklistItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ItemGroupSchema(BaseSchema):
    """A first-page tile: the group of items behind it."""

    code = fields.String(required=True)
    name = fields.Nested(BilingualSchema, required=True)
    tile = fields.Nested(TileSchema, required=True)
    tile_order = fields.Integer(required=True)


class ItemGroupListSchema(BaseSchema):
    items = fields.List(fields.Nested(ItemGroupSchema), required=True)


class ChecklistVersionHeadSchema(BaseSchema):
    """A published version without its document."""

    id = fields.UUID(required=True)
    checklist_code = fields.String(required=True)
    number = fields.Integer(required=True)
    effective_on = fields.Date(required=True)
    published_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)
    sha256 = fields.String(required=True)


class ChecklistSummarySchema(BaseSchema):
    """A checklist, with the version in force on the day asked about (none before its first day) and the newest."""

    code = fields.String(required=True)
    name = fields.Nested(BilingualSchema, required=True)
    purpose = fields.Nested(BilingualSchema, required=True)
    item_count = fields.Integer(required=True)
    validity_days = fields.Integer(required=True)
    pass_mark = fields.Float(required=True)
    in_force = fields.Nested(ChecklistVersionHeadSchema, required=True, allow_none=True)
    latest = fields.Nested(ChecklistVersionHeadSchema, required=True)


class ChecklistPageSchema(BaseSchema):
    items = fields.List(fields.Nested(ChecklistSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChecklistDetailSchema(ChecklistSummarySchema):
    formula = fields.Dict(required=True)
    versions = fields.List(fields.Nested(ChecklistVersionHeadSchema), required=True)


class ChecklistIndicatorSchema(BaseSchema):
    code = fields.String(required=True)
    name = fields.Nested(BilingualSchema, required=True)
    sources = fields.List(fields.Nested(PolicySourceSchema), required=True)
    items = fields.List(fields.Nested(ChecklistItemSchema), required=True)


class ChecklistFormulaSchema(BaseSchema):
    version = fields.String(required=True)
    note = fields.Nested(BilingualSchema, required=True)
    provenance = fields.List(fields.String(), required=True)


class ChecklistDocumentSchema(BaseSchema):
    """The whole checklist: its SHA-256 is that of this document with sorted keys, no blanks, in UTF-8."""

    format = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.Nested(BilingualSchema, required=True)
    version_label = fields.String(required=True)
    purpose = fields.Nested(BilingualSchema, required=True)
    sources = fields.List(fields.Nested(PolicySourceSchema), required=True)
    validity_days = fields.Integer(required=True)
    pass_mark = fields.Float(required=True)
    provenance = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    formula = fields.Nested(ChecklistFormulaSchema, required=True)
    indicators = fields.List(fields.Nested(ChecklistIndicatorSchema), required=True)
    groups = fields.Dict(required=True)
    policies = fields.Dict(required=True)
    marks = fields.Dict(keys=fields.String(), values=fields.Nested(BilingualSchema), required=True)


class ChecklistVersionSchema(BaseSchema):
    """A published version with its document; nothing of it ever changes."""

    id = fields.UUID(required=True)
    checklist_code = fields.String(required=True)
    number = fields.Integer(required=True)
    effective_on = fields.Date(required=True)
    published_at = Instant(required=True)
    sha256 = fields.String(required=True)
    document = fields.Nested(ChecklistDocumentSchema, required=True)


class ChecklistQuerySchema(BaseSchema):
    as_of = Day(
        load_default=None,
        metadata={
            "description": "以哪一天为准，默认今天 / as of this day, today by default",
            "example": "2026-11-21",
        },
    )


class ChecklistPageQuerySchema(PageQuerySchema):
    as_of = Day(
        load_default=None,
        metadata={
            "description": "以哪一天为准，默认今天 / as of this day, today by default",
            "example": "2026-11-21",
        },
    )


class ItemQuerySchema(PageQuerySchema):
    text = Text(
        max_length=60,
        load_default="",
        metadata={
            "description": "关键词，空格分开，须全部出现 / words, all of which must occur",
            "example": "楼道",
        },
    )
    group = Text(max_length=10, load_default=None, metadata={"example": "CORR"})
    checklist = Text(max_length=60, load_default=None, metadata={"example": "civilised_community"})
    for_residents = fields.Boolean(
        load_default=False,
        metadata={"description": "只要居民可报的 / only what residents may report; always so for the public"},
    )
    as_of = Day(
        load_default=None,
        metadata={
            "description": "以哪一天为准，默认今天 / as of this day, today by default",
            "example": "2026-11-21",
        },
    )


class PublicationSchema(BaseSchema):
    """Publish the catalogue's present text of a checklist."""

    effective_on = Day(
        load_default=None,
        metadata={"description": "生效日期，默认今天 / first day in force, today by default"},
    )


_TEXT = {"zh": "楼道、楼梯、走廊无乱堆物", "en": "No clutter in corridors, on stairs and landings"}
HEAD_EXAMPLE = {
    "id": "01944000-0000-7000-8000-000000000001",
    "checklist_code": "civilised_community",
    "number": 1,
    "effective_on": "2026-01-01",
    "published_at": "2026-11-21T10:02:00+08:00",
    "retired_at": None,
    "sha256": "3f1c0d0e6a7b8c9d3f1c0d0e6a7b8c9d3f1c0d0e6a7b8c9d3f1c0d0e6a7b8c9d",
}
ITEM_EXAMPLE = {
    "code": "CORR-01",
    "group": "CORR",
    "criterion": _TEXT,
    "hint": {"zh": "两端各拍一张并记楼层", "en": "Photograph from both ends and note the floor"},
    "sources": [{"policy": "000", "clause": "三(五)3", "quote": "楼道乱堆物", "is_loose": False}],
    "answered_by": "both",
    "method": "field_visit",
    "evidence": {"photos": "on_fail", "min_photos": 1, "note": "on_fail", "shows": None},
    "weight": 2.0,
    "is_veto": False,
    "deduction": {"per_occurrence": 0.1, "provenance": ["X16", "P"]},
    "applies_when": {},
    "handlers": ["property_company", "neighbourhood_committee"],
    "loop": "self",
    "limit": {"value": 1.0, "unit": "work_day", "provenance": ["Y"], "variants": []},
    "no_limit_because": None,
    "category": {"standard": "GBT47678.5", "kind": "event", "code": "06036", "is_nearest": True},
    "other_categories": [],
    "tile": {"zh": "楼道堆物", "en": "Corridor clutter", "keywords": ["堆物", "杂物"]},
    "provenance": {"criterion": ["policy"], "weight": ["P"]},
    "remark": None,
}
SUMMARY_EXAMPLE = {
    "code": "civilised_community",
    "name": {"zh": "文明小区", "en": "Civilised community"},
    "purpose": {"zh": "检查小区环境和设施", "en": "Checks surroundings and facilities"},
    "item_count": 65,
    "validity_days": 90,
    "pass_mark": 85.0,
    "in_force": HEAD_EXAMPLE,
    "latest": HEAD_EXAMPLE,
}
FORMULA_EXAMPLE = {
    "version": "1",
    "note": {"zh": "政策未规定分子分母", "en": "The policy defines neither numerator nor denominator"},
    "provenance": ["P"],
}
DETAIL_EXAMPLE = {**SUMMARY_EXAMPLE, "formula": FORMULA_EXAMPLE, "versions": [HEAD_EXAMPLE]}
VERSION_EXAMPLE = {
    **{name: value for name, value in HEAD_EXAMPLE.items() if name != "retired_at"},
    "document": {
        "format": 1,
        "code": "civilised_community",
        "name": SUMMARY_EXAMPLE["name"],
        "version_label": "2026-1",
        "purpose": SUMMARY_EXAMPLE["purpose"],
        "sources": ITEM_EXAMPLE["sources"],
        "validity_days": 90,
        "pass_mark": 85.0,
        "provenance": {"pass_mark": ["P"]},
        "formula": FORMULA_EXAMPLE,
        "indicators": [
            {
                "code": "CORRIDORS",
                "name": {"zh": "楼道", "en": "Corridors"},
                "sources": [],
                "items": [ITEM_EXAMPLE],
            }
        ],
        "groups": {"CORR": {"name": {"zh": "楼道与门栋", "en": "Corridors and entrances"}}},
        "policies": {"000": {"tag": "000"}},
        "marks": {"P": {"zh": "建议", "en": "proposal"}},
    },
}
GROUPS_EXAMPLE = {
    "items": [
        {
            "code": "CORR",
            "name": {"zh": "楼道与门栋", "en": "Corridors and entrances"},
            "tile": {"zh": "楼道门栋", "en": "Corridors", "keywords": ["楼道"]},
            "tile_order": 4,
        }
    ]
}
PUBLICATION_EXAMPLE = {"effective_on": "2026-12-01"}
