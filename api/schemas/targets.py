"""Targets over HTTP: which one holds for a figure, who set it, in which words and how firmly."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.schemas.base import BaseSchema, Day
from plans.target_entries import Commitment, Metric, Operator


class TargetQuerySchema(BaseSchema):
    as_of = Day(
        load_default=None,
        metadata={
            "description": "哪一天有效的目标，默认今天 / on this day; today by default",
            "example": "2026-11-20",
        },
    )


class TargetPolicySchema(BaseSchema):
    """政策文件 / the policy."""

    tag = fields.String(required=True, metadata={"description": "政策编号 / tag of the policy"})
    title_zh = fields.String(
        required=True, attribute="title.zh", metadata={"description": "文件名 / its title in Chinese"}
    )
    title_en = fields.String(
        required=True, attribute="title.en", metadata={"description": "文件名（英文） / its title"}
    )
    number = fields.String(
        required=True, allow_none=True, metadata={"description": "发文字号 / its official number"}
    )


class TargetSourceSchema(BaseSchema):
    """出处 / the clause that sets the target."""

    policy = fields.Nested(TargetPolicySchema, required=True)
    clause = fields.String(required=True, metadata={"description": "条款 / the clause"})
    quote = fields.String(required=True, metadata={"description": "原文（至多 15 字） / its words"})


class TargetSchema(BaseSchema):
    """一个指标当日有效的目标值 / the target that holds for one figure on the day."""

    code = fields.String(required=True)
    name_zh = fields.String(
        required=True, metadata={"description": "政策对该指标的叫法 / what the policy calls it"}
    )
    name_en = fields.String(required=True)
    metric = fields.Enum(
        Metric,
        by_value=True,
        required=True,
        metadata={
            "description": "对照哪个数：item_rate 指标达标率、community_rate 小区达标率 / the figure it is compared with"
        },
    )
    checklist = fields.String(required=True, metadata={"description": "检查表代码 / checklist of the figure"})
    indicator = fields.String(
        required=True, allow_none=True, metadata={"description": "只对这个指标 / of this indicator only"}
    )
    item = fields.String(
        required=True, allow_none=True, metadata={"description": "只对这一项 / of this item only"}
    )
    value = fields.Float(required=True, metadata={"description": "目标值，0 到 1 / the target, 0 to 1"})
    operator = fields.Enum(
        Operator,
        by_value=True,
        required=True,
        metadata={
            "description": "at_least 不低于、reach 达到；更高都算完成 / its wording; whatever is higher meets both"
        },
    )
    year = fields.Integer(
        required=True, metadata={"description": "应完成的年度 / the year in which it is due"}
    )
    commitment = fields.Enum(
        Commitment,
        by_value=True,
        required=True,
        metadata={
            "description": "strive 力争、plan 计划、firm 确定 / how firmly the policy binds itself to it"
        },
    )
    area_code = fields.String(
        required=True,
        metadata={
            "description": "由哪一级地区的计划规定 / the division whose plan sets it",
            "example": "310151",
        },
    )
    source = fields.Nested(TargetSourceSchema, required=True)
    is_carried_forward = fields.Boolean(
        required=True,
        metadata={
            "description": "政策未规定当年数值，沿用最近一个目标 / the policies name none for that year, the last one goes on"
        },
    )
    is_nearest = fields.Boolean(
        required=True,
        metadata={"description": "政策口径与本系统略有不同 / the policy counts something a little different"},
    )
    remark_zh = fields.String(
        required=True, allow_none=True, metadata={"description": "口径说明 / remark, in Chinese"}
    )
    remark_en = fields.String(
        required=True, allow_none=True, metadata={"description": "口径说明（英文） / remark"}
    )


class AreaTargetsSchema(BaseSchema):
    """一个地区当日有效的全部目标 / all targets that hold for an area on a day."""

    as_of = fields.Date(required=True, metadata={"description": "哪一天 / the day"})
    items = fields.List(fields.Nested(TargetSchema), required=True)


AREA_TARGETS_EXAMPLE: dict[str, Any] = {
    "as_of": "2026-11-20",
    "items": [
        {
            "code": "civilised_2019",
            "name_zh": "住宅小区创城指标达标率",
            "name_en": "Civilised-city indicator attainment rate of communities",
            "metric": "item_rate",
            "checklist": "civilised_community",
            "indicator": None,
            "item": None,
            "value": 0.9,
            "operator": "reach",
            "year": 2019,
            "commitment": "firm",
            "area_code": "310151",
            "source": {
                "policy": {
                    "tag": "000",
                    "title_zh": "崇明区住宅小区建设“生态美丽家园”三年行动计划（2018—2020）",
                    "title_en": "Chongming District “Eco Beautiful Home” three-year action plan",
                    "number": "沪崇府办发〔2018〕27号",
                },
                "clause": "三(五)1",
                "quote": "创城指标达标率达到90%",
            },
            "is_carried_forward": True,
            "is_nearest": False,
            "remark_zh": "2020年“巩固提升创建工作成效”，未定新的数值",
            "remark_en": "For 2020 the plan asks to consolidate and names no new figure",
        }
    ],
}
