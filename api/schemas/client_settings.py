"""The settings that a client reads at its start."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BaseSchema, Instant


class ProductSchema(BaseSchema):
    version = fields.String(
        required=True, metadata={"description": "产品版本 / version of the product", "example": "0.1.0"}
    )
    build = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "网页构建标识，没有构建则为空 / names the build of the web app that is served here; null without one"
        },
    )


class MapTilesSchema(BaseSchema):
    """The map that lies below areas and points."""

    layers = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "瓦片地址模板，含 {z}{x}{y}，依次叠加 / templates of the tiles' addresses, drawn on top of each other"
        },
    )
    attribution = fields.String(
        required=True, metadata={"description": "地图来源，须显示在图上 / whose map it is; to be shown on it"}
    )
    datum = fields.String(
        required=True,
        metadata={
            "description": "瓦片的坐标系：wgs84 或 gcj02 / what the tiles are drawn in; positions are WGS-84 and must "
            "be moved where it is gcj02",
            "enum": ["wgs84", "gcj02"],
        },
    )


class ReportLimitsSchema(BaseSchema):
    photos = fields.Integer(required=True, metadata={"description": "最多几张照片 / photos at most"})
    text = fields.Integer(required=True, metadata={"description": "说明最多几个字 / characters at most"})


class ClientSettingsSchema(BaseSchema):
    product = fields.Nested(ProductSchema, required=True)
    environment = fields.String(
        required=True,
        metadata={
            "description": "运行环境 / what this server is for",
            "enum": ["demo", "production", "test"],
        },
    )
    is_demo = fields.Boolean(
        required=True, metadata={"description": "演示环境，数据多为示例 / a demonstration with made-up data"}
    )
    server_time = Instant(
        required=True,
        metadata={"description": "服务器时间 / the server's clock, to see how wrong one's own is"},
    )
    public_url = fields.String(
        required=True,
        metadata={"description": "居民访问的地址（无路径） / where people reach this server, without a path"},
    )
    map = fields.Nested(
        MapTilesSchema,
        required=True,
        allow_none=True,
        metadata={"description": "底图，没有则只画区域和点 / the map; null: draw areas and points alone"},
    )
    photo_limits_address = fields.String(
        required=True, metadata={"description": "照片限制的地址 / where the limits of photos are asked"}
    )
    report_limits = fields.Nested(ReportLimitsSchema, required=True)


SETTINGS_EXAMPLE = {
    "product": {"version": "0.1.0", "build": "5f0c1d9e77ab"},
    "environment": "demo",
    "is_demo": True,
    "server_time": "2026-11-21T10:02:00+08:00",
    "public_url": "https://jiayuan.example.gov.cn",
    "map": {
        "layers": [
            "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
        ],
        "attribution": "天地图",
        "datum": "wgs84",
    },
    "photo_limits_address": "/api/v1/photos/limits",
    "report_limits": {"photos": 9, "text": 1000},
}
