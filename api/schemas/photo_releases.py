"""What the routes about released photos and looks at originals take and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import BaseSchema, Instant, Text
from uploads.redaction import MOST_BOXES


def _fraction(**more: Any) -> fields.Float:
    return fields.Float(required=True, validate=validate.Range(0, 1), **more)


class BoxSchema(BaseSchema):
    """A rectangle in fractions of the upright picture; x and y are its upper left corner."""

    x = _fraction(metadata={"description": "左边界，占宽度的比例 / left edge, of the width"})
    y = _fraction(metadata={"description": "上边界，占高度的比例 / upper edge, of the height"})
    width = _fraction(metadata={"description": "宽，占宽度的比例 / width, of the picture's"})
    height = _fraction(metadata={"description": "高，占高度的比例 / height, of the picture's"})


class PhotoReleaseSchema(BaseSchema):
    """What to black out before the public may see a photo."""

    boxes = fields.List(
        fields.Nested(BoxSchema),
        required=True,
        validate=validate.Length(max=MOST_BOXES),
        metadata={"description": "要遮盖的矩形 / rectangles to black out"},
    )
    note = Text(
        max_length=200,
        load_default="",
        metadata={"description": "内部备注，不公开 / for colleagues, not for the public"},
    )


class ReleasedPhotoSchema(BaseSchema):
    """What the public sees of a photo."""

    photo_id = fields.UUID(required=True)
    boxes = fields.List(fields.Nested(BoxSchema), required=True)
    note = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    released_at = Instant(required=True)
    public_url = fields.String(required=True, metadata={"description": "signed, for a quarter of an hour"})


class LookSchema(BaseSchema):
    """One look at an original."""

    account_id = fields.UUID(required=True)
    account_name = fields.String(required=True)
    looked_at = Instant(required=True)
    reason = fields.String(required=True)


class LookListSchema(BaseSchema):
    items = fields.List(fields.Nested(LookSchema), required=True)


_SIGNED = "?expires=1795228500&signature=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
RELEASE_EXAMPLE = {"boxes": [{"x": 0.62, "y": 0.4, "width": 0.2, "height": 0.1}], "note": "已遮盖车牌"}
RELEASED_EXAMPLE = RELEASE_EXAMPLE | {
    "photo_id": "0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11",
    "width": 1200,
    "height": 1600,
    "released_at": "2026-11-21T16:02:00+08:00",
    "public_url": "/api/v1/photos/released/0198f0a0-7777-7d3a-9b1e-2f6a4c8d0e11" + _SIGNED,
}
LOOKS_EXAMPLE = {
    "items": [
        {
            "account_id": "0198f0a0-0000-7000-8000-000000000009",
            "account_name": "陈受理",
            "looked_at": "2026-11-21T16:10:00+08:00",
            "reason": "核对车牌",
        }
    ]
}
