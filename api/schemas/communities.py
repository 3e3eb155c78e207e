"""Communities 住宅小区, as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Count, Instant, Latitude, Longitude, Text
from api.schemas.organisations import OrganisationBriefSchema
from grid.attributes import AttributeType
from grid.positions import Datum

_CODE = validate.Regexp(r"[A-Za-z0-9._-]{1,24}\Z")
MAXIMUM_BUILDINGS = 2000
# More points than this are a blot on any screen.
MOST_POINTS = 5000


class AttributesField(fields.Dict):
    """What is known of a community by the keys of `GET /communities/attributes`; the service checks the values."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("example", {"lifts": 2, "has_shops": True})
        super().__init__(keys=fields.String(), values=fields.Raw(allow_none=True), **kwargs)


class BuildingSchema(BaseSchema):
    name = Text(min_length=1, max_length=60, required=True)
    floors = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 150))
    lifts = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 100))


class CommunitySchema(BaseSchema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    area = fields.Nested(AreaBriefSchema, required=True)
    address = fields.String(required=True)
    latitude = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    longitude = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    attributes = AttributesField(required=True)
    is_synthetic = fields.Boolean(
        required=True, metadata={"description": "示例小区 / made up for the demonstration"}
    )
    is_active = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    updated_at = Instant(required=True)


class CommunityDetailSchema(CommunitySchema):
    buildings = fields.List(fields.Nested(BuildingSchema), required=True)
    organisations = fields.List(
        fields.Nested(OrganisationBriefSchema), required=True, metadata={"description": "who serves it now"}
    )


class CommunityPageSchema(BaseSchema):
    items = fields.List(fields.Nested(CommunitySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CommunityQuerySchema(PageQuerySchema):
    area = Text(
        max_length=24,
        load_default=None,
        metadata={"description": "只列这个地区之下的 / only below this area", "example": "310151101"},
    )
    text = Text(
        max_length=60,
        load_default="",
        metadata={"description": "名称、代码或地址的一部分 / part of name, code or address"},
    )
    is_active = fields.Boolean(load_default=True, allow_none=True)
    attribute = fields.List(
        fields.String(validate=validate.Length(max=80)),
        load_default=list,
        validate=Count(max=10),
        metadata={
            "description": "属性:值，可重复，须全部符合 / key:value, repeatable, all must hold",
            "example": ["has_shops:true"],
        },
    )


class _PlacedSchema(BaseSchema):
    latitude = Latitude(allow_none=True)
    longitude = Longitude(allow_none=True)
    datum = fields.Enum(Datum, by_value=True, load_default=Datum.WGS84)

    @validates_schema
    def _is_whole_position(self, values: dict[str, Any], **_: Any) -> None:
        if (values.get("latitude") is None) != (values.get("longitude") is None):
            missing = "latitude" if values.get("latitude") is None else "longitude"
            raise ValidationError("Missing data for required field.", missing)


class NewCommunitySchema(_PlacedSchema):
    name = Text(min_length=1, max_length=100, required=True)
    area_code = Text(
        max_length=24, required=True, metadata={"description": "居民区代码 / code of the neighbourhood"}
    )
    code = fields.String(
        load_default=None,
        validate=_CODE,
        metadata={"description": "小区代码，不填则生成 / code; made up if missing"},
    )
    address = Text(max_length=200, load_default="")
    attributes = AttributesField(load_default=dict)
    buildings = fields.List(
        fields.Nested(BuildingSchema), load_default=list, validate=Count(max=MAXIMUM_BUILDINGS)
    )


class CommunityChangeSchema(_PlacedSchema):
    """Only what is to change; attributes and buildings are replaced whole."""

    name = Text(min_length=1, max_length=100)
    address = Text(max_length=200)
    is_active = fields.Boolean()
    attributes = AttributesField()
    buildings = fields.List(fields.Nested(BuildingSchema), validate=Count(max=MAXIMUM_BUILDINGS))


class ServingOrganisationsSchema(BaseSchema):
    organisation_ids = fields.List(fields.UUID(), required=True, validate=Count(max=50))


class AttributeRecordSchema(BaseSchema):
    valid_from = Instant(required=True)
    recorded_at = Instant(required=True)
    attributes = AttributesField(required=True)


class AttributeHistorySchema(BaseSchema):
    items = fields.List(fields.Nested(AttributeRecordSchema), required=True)


class PointQuerySchema(BaseSchema):
    area = Text(max_length=24, load_default=None)


class PointSchema(BaseSchema):
    """A community on the map."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    area_code = fields.String(required=True)
    latitude = fields.Float(required=True, metadata={"description": "WGS-84"})
    longitude = fields.Float(required=True, metadata={"description": "WGS-84"})


class PointListSchema(BaseSchema):
    items = fields.List(fields.Nested(PointSchema), required=True)
    is_cut = fields.Boolean(
        required=True,
        metadata={"description": f"多于 {MOST_POINTS} 个，只列出一部分 / there are more than {MOST_POINTS}"},
    )


class ChoiceQuerySchema(BaseSchema):
    text = Text(
        max_length=60,
        load_default="",
        metadata={"description": "名称或地址的一部分 / part of name or address"},
    )
    area = Text(max_length=24, load_default=None)
    latitude = Latitude(load_default=None)
    longitude = Longitude(load_default=None)
    datum = fields.Enum(Datum, by_value=True, load_default=Datum.WGS84)
    within_m = fields.Float(load_default=2000.0, validate=validate.Range(1, 20_000))

    @validates_schema
    def _says_something(self, values: dict[str, Any], **_: Any) -> None:
        if (values["latitude"] is None) != (values["longitude"] is None):
            raise ValidationError("Missing data for required field.", "longitude")
        if values["latitude"] is None and not values["text"] and values["area"] is None:
            raise ValidationError("Missing data for required field.", "text")


class ChoiceSchema(BaseSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    area = fields.Nested(AreaBriefSchema, required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    is_synthetic = fields.Boolean(required=True)


class ChoiceListSchema(BaseSchema):
    items = fields.List(fields.Nested(ChoiceSchema), required=True)


class AttributeChoiceSchema(BaseSchema):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class AttributeSchema(BaseSchema):
    key = fields.String(required=True)
    type = fields.Enum(AttributeType, by_value=True, required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    minimum = fields.Integer(required=True)
    maximum = fields.Integer(required=True)
    choices = fields.List(fields.Nested(AttributeChoiceSchema), required=True)


class VocabularySchema(BaseSchema):
    items = fields.List(fields.Nested(AttributeSchema), required=True)


COMMUNITY_EXAMPLE = {
    "id": "0198f0a0-0000-7000-8000-000000000001",
    "code": "310151101001-01",
    "name": "示例1号·南门东滩一村",
    "area": {"code": "310151101001", "name": "南门居委会", "level": "neighbourhood"},
    "address": "南门示例路221弄",
    "latitude": 31.6207,
    "longitude": 121.412,
    "attributes": {"building_year": 1988, "households": 168, "lifts": 0, "has_greenery": True},
    "is_synthetic": True,
    "is_active": True,
    "revision": 1,
    "updated_at": "2026-11-21T10:02:00+08:00",
}
COMMUNITY_DETAIL_EXAMPLE = {
    **COMMUNITY_EXAMPLE,
    "buildings": [{"name": "1号楼", "floors": 6, "lifts": 0}],
    "organisations": [
        {
            "id": "0198f0a0-0000-7000-8000-000000000002",
            "name": "示例城桥镇安居物业公司",
            "kind": "property_company",
        }
    ],
}
COMMUNITY_PAGE_EXAMPLE = {"items": [COMMUNITY_EXAMPLE], "next_cursor": None}
NEW_COMMUNITY_EXAMPLE = {
    "name": "南门新村",
    "area_code": "310151101001",
    "address": "南门路1号",
    "latitude": 31.6207,
    "longitude": 121.412,
    "attributes": {"building_year": 1988, "lifts": 0},
    "buildings": [{"name": "1号楼", "floors": 6, "lifts": 0}],
}
CHANGE_EXAMPLE = {"attributes": {"building_year": 1988, "lifts": 4}}
SERVING_EXAMPLE = {"organisation_ids": ["0198f0a0-0000-7000-8000-000000000002"]}
HISTORY_EXAMPLE = {
    "items": [
        {
            "valid_from": "2026-11-21T10:02:00+08:00",
            "recorded_at": "2026-11-21T10:02:00+08:00",
            "attributes": {"lifts": 0},
        }
    ]
}
CHOICES_EXAMPLE = {
    "items": [
        {
            "id": "0198f0a0-0000-7000-8000-000000000001",
            "name": "示例1号·南门东滩一村",
            "address": "南门示例路221弄",
            "area": {"code": "310151101001", "name": "南门居委会", "level": "neighbourhood"},
            "distance_m": 86,
            "is_synthetic": True,
        }
    ]
}
VOCABULARY_EXAMPLE = {
    "items": [
        {
            "key": "lifts",
            "type": "integer",
            "zh": "电梯数",
            "en": "Lifts",
            "minimum": 0,
            "maximum": 5000,
            "choices": [],
        }
    ]
}
POINTS_EXAMPLE = {
    "items": [
        {
            "id": "0198f0a0-1111-7d3a-9b1e-2f6a4c8d0e11",
            "name": "示例小区",
            "area_code": "310151101001",
            "latitude": 31.6263,
            "longitude": 121.3975,
        }
    ],
    "is_cut": False,
}
