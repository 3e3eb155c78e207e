"""What inspections and reports share: positions as phones give them, findings, stored photos."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.schemas.base import BaseSchema, Latitude, Longitude
from grid.positions import Datum
from inspections.given_positions import GivenPosition


class GivenPositionSchema(BaseSchema):
    """A position as the phone has it; `datum: gcj02` where it comes from a Chinese map."""

    latitude = Latitude(required=True)
    longitude = Longitude(required=True)
    datum = fields.Enum(Datum, by_value=True, load_default=Datum.WGS84)
    accuracy_metres = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(0, 1_000_000), metadata={"example": 12.0}
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenPosition:
        return GivenPosition(**data)


class StoredPhotoSchema(BaseSchema):
    """What the server vouches for: it holds this photo, with this content."""

    id = fields.UUID(required=True)
    sha256 = fields.String(required=True)


class FindingSchema(BaseSchema):
    """One thing odd about, or still missing from, one item's answer."""

    item = fields.String()
    field = fields.String()
    code = fields.String()
    zh = fields.String()
    en = fields.String()


class CommunityNameSchema(BaseSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    area_code = fields.String(required=True)


class PersonNameSchema(BaseSchema):
    id = fields.UUID(required=True)
    display_name = fields.String(required=True)


class ChecklistVersionNameSchema(BaseSchema):
    id = fields.UUID(required=True)
    checklist_code = fields.String(required=True)
    number = fields.Integer(required=True)


class PublicTextSchema(BaseSchema):
    zh = fields.String(required=True)
    en = fields.String(required=True)
