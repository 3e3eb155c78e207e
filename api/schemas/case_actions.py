"""An action on a case, as it is sent."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.schemas.base import BaseSchema, Count, Day, Text
from api.schemas.case_action_needs import needed_by, text_of_actions
from api.schemas.cases import EXAMPLE_ORGANISATION_ID
from cases.action_input import MAX_REASON_LENGTH
from cases.actions import ActionRequest
from cases.editing import EDITABLE
from cases.terms import Action, Loop, Need

_MOST_PHOTOS = 30


def _photo_ids(description: str) -> fields.Field[Any]:
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=Count(max=_MOST_PHOTOS),
        metadata={"description": description},
    )


class CaseActionSchema(BaseSchema):
    """An action and what it needs; GET the case for which actions are possible and what each needs."""

    action_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "手机自定的操作编号（UUID）：没收到回复时原样重发，不会重复操作 / a UUID of the phone's own making: "
            "sent again unchanged after a lost answer, the action is not taken twice"
        },
    )
    action = fields.Enum(Action, by_value=True, required=True, metadata={"description": text_of_actions()})
    reason = Text(
        max_length=MAX_REASON_LENGTH,
        load_default="",
        metadata={
            "description": needed_by(Need.REASON, "理由，任何操作都可以写 / why; welcome with any action")
        },
    )
    photo_ids = _photo_ids(
        needed_by(
            Need.PHOTOS,
            "照片，先用 PUT /photos 上传，任何操作都可以附 / stored before by PUT /photos; welcome with any action",
        )
    )
    seen_photo_ids = _photo_ids(
        needed_by(Need.SEEN_PHOTOS, "逐一看过的处置后照片 / every photo of `after_photo_ids`, as looked at")
    )
    organisation_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.ORGANISATION, "承办单位 / who is to handle it")},
    )
    proposed_organisation_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": needed_by(
                Need.PROPOSED_ORGANISATION, "建议的承办单位 / who should have it instead"
            )
        },
    )
    until_on = Day(
        load_default=None,
        allow_none=True,
        metadata={
            "description": needed_by(Need.UNTIL, "恢复日期，一年之内 / the day it comes back, within a year")
        },
    )
    is_found = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.IS_FOUND, "问题属实 / whether the problem was found")},
    )
    is_granted = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.IS_GRANTED, "同意申诉 / whether the appeal is granted")},
    )
    authority = Text(
        max_length=200,
        load_default="",
        metadata={"description": needed_by(Need.AUTHORITY, "批准依据 / on whose authority")},
    )
    target_case_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.TARGET, "并入的案件 / the case that it goes into")},
    )
    loop = fields.Enum(
        Loop,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": needed_by(Need.LOOP, "循环层级 / the loop that it goes to")},
    )
    changes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(EDITABLE))),
        values=Text(max_length=max(EDITABLE.values())),
        load_default=dict,
        metadata={
            "description": needed_by(
                Need.CHANGES,
                "新的内容 / new values of "
                + ", ".join(f"{name} (≤ {longest})" for name, longest in EDITABLE.items()),
            )
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ActionRequest:
        for name in ("photo_ids", "seen_photo_ids"):
            data[name] = tuple(data[name])
        return ActionRequest(**data)


ACTION_EXAMPLE = {
    "action_id": "0198f0a0-6666-7d3a-9b1e-2f6a4c8d0e11",
    "action": "dispatch",
    "organisation_id": EXAMPLE_ORGANISATION_ID,
}
