"""The rates of how cases are worked on."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BaseSchema, PeriodQuerySchema, first_day, last_day


class MeasureQuerySchema(PeriodQuerySchema):
    area = fields.String(load_default=None, metadata={"example": "310151101"})
    first_on = first_day(required=True)
    last_on = last_day(required=True)


class MeasureSchema(BaseSchema):
    """A rate with both its parts; `value` is null where nothing was assessed."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    exempt = fields.Integer(required=True, metadata={"description": "left out by granted appeals"})
    value = fields.Float(required=True, allow_none=True)
    rule_zh = fields.String(required=True)
    rule_en = fields.String(required=True)


class MeasureListSchema(BaseSchema):
    first_on = fields.Date(data_key="from", required=True)
    last_on = fields.Date(data_key="to", required=True)
    items = fields.List(fields.Nested(MeasureSchema), required=True)


MEASURES_EXAMPLE = {
    "from": "2026-11-01",
    "to": "2026-11-30",
    "items": [
        {
            "code": "on_time_closing_rate",
            "name_zh": "按时结案率",
            "name_en": "On-time closing rate",
            "numerator": 46,
            "denominator": 50,
            "exempt": 1,
            "value": 0.92,
            "rule_zh": "按期处置并已结案数 ÷ 期内到期的立案案件",
            "rule_en": "closed, handled by the deadline ÷ cases due in the period",
        }
    ],
}
