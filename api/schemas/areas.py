"""Areas and imports, as the API shows them."""

from __future__ import annotations

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.base import BaseSchema, Text
from grid.area_import import NEIGHBOURHOOD_KINDS
from grid.models import AreaLevel


class AreaBriefSchema(BaseSchema):
    code = fields.String(
        required=True, metadata={"description": "统计用区划代码 / statistical division code"}
    )
    name = fields.String(required=True)
    level = fields.Enum(AreaLevel, by_value=True, required=True)


class AreaSchema(AreaBriefSchema):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(["", *NEIGHBOURHOOD_KINDS.values()]),
        metadata={
            "description": "居委会 committee, 村委会 village, 其他 other; empty above the neighbourhood"
        },
    )
    parent_code = fields.String(required=True, allow_none=True)
    path = fields.String(required=True, metadata={"description": "codes from the district down"})


class AreaDetailSchema(AreaSchema):
    ancestors = fields.List(
        fields.Nested(AreaBriefSchema),
        required=True,
        metadata={"description": "from the district down to this area, itself included"},
    )


class AreaPageSchema(BaseSchema):
    items = fields.List(fields.Nested(AreaSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AreaQuerySchema(PageQuerySchema):
    level = fields.Enum(AreaLevel, by_value=True, load_default=None)
    parent = Text(
        max_length=24,
        load_default=None,
        metadata={"description": "只列直接在这个地区之下的 / only what lies directly in this area"},
    )
    area = Text(
        max_length=24,
        load_default=None,
        metadata={
            "description": "只列这个地区及其下全部 / only this area and all below it",
            "example": "310151101",
        },
    )
    text = Text(max_length=60, load_default="", metadata={"description": "名称的一部分 / part of the name"})


class AreaImportQuerySchema(BaseSchema):
    district_name = Text(
        max_length=60,
        load_default=None,
        metadata={
            "description": "区名，上海以外的区需要 / the district's name, where it is none of Shanghai's"
        },
    )


class ImportOutcomeSchema(BaseSchema):
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


AREA_EXAMPLE = {
    "code": "310151101001",
    "name": "南门居委会",
    "level": "neighbourhood",
    "kind": "committee",
    "parent_code": "310151101",
    "path": "/310151/310151101/310151101001/",
}
AREA_DETAIL_EXAMPLE = {
    **AREA_EXAMPLE,
    "ancestors": [
        {"code": "310151", "name": "崇明区", "level": "district"},
        {"code": "310151101", "name": "城桥镇", "level": "township"},
        {"code": "310151101001", "name": "南门居委会", "level": "neighbourhood"},
    ],
}
AREA_PAGE_EXAMPLE = {"items": [AREA_EXAMPLE], "next_cursor": None}
IMPORT_EXAMPLE = {"created": 361, "updated": 0, "unchanged": 22}
