"""Organisations, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import fields

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Text


class OrganisationBriefSchema(BaseSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "a code of GET /organisations/kinds"})


class OrganisationSchema(OrganisationBriefSchema):
    area = fields.Nested(AreaBriefSchema, required=True, metadata={"description": "the part it serves"})
    service_phone = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    revision = fields.Integer(required=True)


class OrganisationPageSchema(BaseSchema):
    items = fields.List(fields.Nested(OrganisationSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OrganisationQuerySchema(PageQuerySchema):
    kind = Text(max_length=40, load_default=None)
    area = Text(
        max_length=24,
        load_default=None,
        metadata={"description": "只列在这个地区之下工作的 / only what works below this area"},
    )
    serving = Text(
        max_length=40,
        load_default=None,
        metadata={"description": "为这个地区服务的，含上级的 / only what serves this area, from above too"},
    )
    text = Text(max_length=60, load_default="", metadata={"description": "名称的一部分 / part of the name"})
    is_active = fields.Boolean(load_default=True, allow_none=True)


class NewOrganisationSchema(BaseSchema):
    name = Text(min_length=1, max_length=120, required=True)
    kind = Text(max_length=40, required=True)
    area_code = Text(max_length=24, required=True)
    service_phone = Text(max_length=40, load_default="")


class OrganisationChangeSchema(BaseSchema):
    """Only what is to change."""

    name = Text(min_length=1, max_length=120)
    kind = Text(max_length=40)
    service_phone = Text(max_length=40)
    is_active = fields.Boolean()


class OrganisationKindSchema(BaseSchema):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class OrganisationKindListSchema(BaseSchema):
    items = fields.List(fields.Nested(OrganisationKindSchema), required=True)


ORGANISATION_EXAMPLE = {
    "id": "0198f0a0-0000-7000-8000-000000000002",
    "name": "示例城桥镇安居物业公司",
    "kind": "property_company",
    "area": {"code": "310151101", "name": "城桥镇", "level": "township"},
    "service_phone": "021-00000001",
    "is_active": True,
    "revision": 1,
}
ORGANISATION_PAGE_EXAMPLE = {"items": [ORGANISATION_EXAMPLE], "next_cursor": None}
NEW_ORGANISATION_EXAMPLE = {
    "name": "安居物业公司",
    "kind": "property_company",
    "area_code": "310151101",
    "service_phone": "021-00000001",
}
KINDS_EXAMPLE = {"items": [{"code": "property_company", "zh": "物业服务企业", "en": "Property company"}]}
