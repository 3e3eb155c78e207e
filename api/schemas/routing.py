"""Routing rules, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Count, Instant, Text
from api.schemas.organisations import OrganisationBriefSchema
from cases.terms import Loop

_LOOPS = validate.OneOf([loop.value for loop in Loop])
_PRIORITY = validate.Range(min=1, max=1000)
_KINDS = Count(max=10)


class RoutingRuleSchema(BaseSchema):
    """Who gets which cases where; an empty criterion matches everything, a lower priority is asked first."""

    id = fields.UUID(required=True)
    priority = fields.Integer(required=True)
    area_code = fields.String(required=True)
    item_code = fields.String(required=True, allow_none=True)
    item_group = fields.String(required=True, allow_none=True)
    loop = fields.String(required=True, allow_none=True, validate=_LOOPS)
    organisation = fields.Nested(OrganisationBriefSchema, required=True, allow_none=True)
    organisation_kinds = fields.List(fields.String(), required=True)
    to_loop = fields.String(required=True, allow_none=True, validate=_LOOPS)
    note = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    updated_at = Instant(required=True)


class RoutingRulePageSchema(BaseSchema):
    items = fields.List(fields.Nested(RoutingRuleSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RoutingRuleQuerySchema(PageQuerySchema):
    """The page of rules; they come in the order in which they are asked."""


class RoutingRuleChangeSchema(BaseSchema):
    """Only what is to change."""

    priority = fields.Integer(validate=_PRIORITY)
    area_code = fields.String(validate=validate.Length(min=1, max=20))
    item_code = fields.String(allow_none=True, validate=validate.Length(max=40))
    item_group = fields.String(allow_none=True, validate=validate.Length(max=40))
    loop = fields.String(
        allow_none=True, validate=_LOOPS, metadata={"description": "the loop the case starts in"}
    )
    organisation_id = fields.UUID(
        allow_none=True, metadata={"description": "goes before organisation_kinds where it serves the place"}
    )
    organisation_kinds = fields.List(
        fields.String(validate=validate.Length(max=40)),
        validate=_KINDS,
        metadata={"description": "in the order in which they are looked for"},
    )
    to_loop = fields.String(
        allow_none=True, validate=_LOOPS, metadata={"description": "start in this loop instead"}
    )
    note = Text(max_length=300)
    is_active = fields.Boolean()


class NewRoutingRuleSchema(RoutingRuleChangeSchema):
    """A whole rule; it needs its area and an organisation or kinds of them."""

    priority = fields.Integer(load_default=100, validate=_PRIORITY)
    area_code = fields.String(required=True, validate=validate.Length(min=1, max=20))


RULE_EXAMPLE = {
    "id": "0198f0a0-7777-7d3a-9b1e-2f6a4c8d0e11",
    "priority": 100,
    "area_code": "310151101",
    "item_code": "FIRE-01",
    "item_group": None,
    "loop": None,
    "organisation": None,
    "organisation_kinds": ["fire_rescue", "urban_enforcement"],
    "to_loop": "micro",
    "note": "消防通道先由消防救援处置",
    "is_active": True,
    "revision": 1,
    "updated_at": "2026-11-21T10:02:00+08:00",
}
RULE_PAGE_EXAMPLE = {"items": [RULE_EXAMPLE], "next_cursor": None}
NEW_RULE_EXAMPLE = {
    "area_code": "310151101",
    "item_code": "FIRE-01",
    "organisation_kinds": ["fire_rescue", "urban_enforcement"],
    "to_loop": "micro",
    "note": "消防通道先由消防救援处置",
}
