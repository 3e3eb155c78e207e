"""The shape of the catalogue of targets, as marshmallow schemas that load into the values of `target_entries`."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from checklists.catalogue_fields import Flag, Number, OneOf, Tuple, Whole
from checklists.catalogue_schema import CHECKLIST_CODE, ITEM_CODE, SourceSchema, TextSchema, load_shape
from plans import target_entries as entries

TARGET_CODE = validate.Regexp(r"^[a-z][a-z0-9_]{2,59}$", error="must be lower-case words joined by _")
AREA_CODE = validate.Regexp(
    r"^\d{6}(\d{3}(\d{3})?)?$", error="must be a division code of 6, 9 or 12 digits, quoted"
)
_YEARS = validate.Range(min=2000, max=2099)


class MeasuredSchema(Schema):
    """The figure that a target is compared with."""

    metric = OneOf(entries.Metric, required=True)
    checklist = fields.String(required=True, validate=CHECKLIST_CODE)
    indicator = fields.String(load_default=None)
    item = fields.String(load_default=None, validate=ITEM_CODE)

    @validates_schema
    def says_one_thing(self, data: dict[str, Any], **_: Any) -> None:
        is_narrowed = data.get("indicator") is not None or data.get("item") is not None
        if data.get("metric") is entries.Metric.COMMUNITY_RATE and is_narrowed:
            raise ValidationError("community_rate is of the whole checklist", "metric")
        if data.get("indicator") is not None and data.get("item") is not None:
            raise ValidationError("an indicator or an item, not both", "item")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Measured:
        return entries.Measured(**data)


class TargetSchema(Schema):
    """One target of one policy."""

    code = fields.String(required=True, validate=TARGET_CODE)
    name = fields.Nested(TextSchema, required=True)
    area_code = fields.String(required=True, validate=AREA_CODE)
    measured = fields.Nested(MeasuredSchema, required=True)
    from_year = Whole(load_default=None, validate=_YEARS)
    year = Whole(required=True, validate=_YEARS)
    share = Number(required=True, validate=validate.Range(min=0, max=1, min_inclusive=False))
    operator = OneOf(entries.Operator, required=True)
    commitment = OneOf(entries.Commitment, required=True)
    source = fields.Nested(SourceSchema, required=True)
    is_nearest = Flag(load_default=False)
    remark = fields.Nested(TextSchema, load_default=None)

    @validates_schema
    def years_follow_each_other(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("from_year") and data.get("year") and data["from_year"] > data["year"]:
            raise ValidationError("begins after the year in which it is due", "from_year")

    @validates_schema
    def a_loose_comparison_is_explained(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("is_nearest") and data.get("remark") is None:
            raise ValidationError("is_nearest needs a remark that says what the policy counts", "remark")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Target:
        return entries.Target(**{**data, "from_year": data["from_year"] or data["year"]})


class TargetsFileSchema(Schema):
    """targets.yaml."""

    targets = Tuple(fields.Nested(TargetSchema), required=True, validate=validate.Length(min=1))


def load_targets_file(values: Any) -> Mapping[str, Any]:
    """targets.yaml's values as plain entries; raises ShapeError."""
    return load_shape(TargetsFileSchema(), values)
