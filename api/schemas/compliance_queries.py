"""What may be asked of a compliance rate: which items of which checklist, as of when, and what stands behind it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError as Invalid
from marshmallow import fields, validate, validates_schema
from webargs.fields import DelimitedList

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Day, PeriodQuerySchema, first_day, last_day
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
    first_on = first_day("默认截止日前 29 天 / 29 days before `to` by default", load_default=None)
    last_on = last_day("默认今天 / today", load_default=None)


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
