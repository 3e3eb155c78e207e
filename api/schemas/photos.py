"""What the photo routes take and answer; the photo itself is a raw body."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from api.schemas.base import BaseSchema, DeviceInstant, Instant, Text

DATUMS = ("wgs84", "gcj02")


class UploaderHeadersSchema(Schema):
    """The secret by which an uploader who never signed in is known again."""

    class Meta:
        unknown = EXCLUDE

    capability = fields.String(
        data_key="Upload-Capability",
        load_default=None,
        metadata={
            "description": "未登录上传者自定的口令 / a secret of the uploader's own, where nobody is signed in: 20 to "
            "200 letters, digits, _ or -; sent again when the photo is used",
            "example": "Jw3nq0cX8sVt2Lr6-Yp9kA",
        },
    )


class PhotoHeadersSchema(UploaderHeadersSchema):
    """What the phone says beside the photo."""

    sent_at = DeviceInstant(
        data_key="Device-Sent-At",
        load_default=None,
        metadata={"description": "发送时间（手机时钟） / when it was sent, by the phone's clock"},
    )
    taken_at = DeviceInstant(
        data_key="Device-Taken-At",
        load_default=None,
        metadata={"description": "拍摄时间（手机时钟） / when it was taken, by the phone's clock"},
    )
    latitude = fields.Float(
        data_key="Device-Latitude",
        load_default=None,
        validate=validate.Range(-90, 90),
        metadata={"description": "拍摄处纬度 / latitude where it was taken"},
    )
    longitude = fields.Float(
        data_key="Device-Longitude",
        load_default=None,
        validate=validate.Range(-180, 180),
        metadata={"description": "拍摄处经度 / longitude where it was taken"},
    )
    accuracy_metres = fields.Float(
        data_key="Device-Accuracy",
        load_default=None,
        validate=validate.Range(0, 1_000_000),
        metadata={"description": "定位精度（米） / accuracy in metres"},
    )
    datum = fields.String(
        data_key="Device-Datum",
        load_default="wgs84",
        validate=validate.OneOf(DATUMS),
        metadata={"description": "坐标系，国内地图给 gcj02 / which coordinates; Chinese maps give gcj02"},
    )

    @validates_schema
    def _check_position(self, data: dict[str, Any], **_: Any) -> None:
        if (data["latitude"] is None) != (data["longitude"] is None):
            missing = "Device-Latitude" if data["latitude"] is None else "Device-Longitude"
            raise ValidationError("Missing data for required field.", missing)


class PhotoReceiptSchema(BaseSchema):
    """What the server vouches for: the photo is durably stored under this SHA-256."""

    id = fields.UUID()
    sha256 = fields.String(metadata={"description": "of the bytes as they were sent"})
    size_bytes = fields.Integer()
    media_type = fields.String()
    width = fields.Integer(metadata={"description": "pixels, upright"})
    height = fields.Integer(metadata={"description": "pixels, upright"})


class PhotoSchema(PhotoReceiptSchema):
    """A photo as its viewers see it; `evidence` (what its EXIF says) only for who may see the original."""

    received_at = Instant()
    display_url = fields.String()
    thumbnail_url = fields.String()
    original_url = fields.String(metadata={"description": "only for who may see it"})
    evidence = fields.Dict()


class PhotoLimitsSchema(BaseSchema):
    max_bytes = fields.Integer()
    max_pixels = fields.Integer()
    media_types = fields.List(fields.String())


class OriginalQuerySchema(BaseSchema):
    reason = Text(
        min_length=2,
        max_length=200,
        required=True,
        metadata={"description": "为什么查看原图，将被记录 / why; it is recorded", "example": "核对车牌"},
    )


RECEIPT_EXAMPLE = {
    "id": "0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 3411204,
    "media_type": "image/jpeg",
    "width": 4032,
    "height": 3024,
}
PHOTO_EXAMPLE = RECEIPT_EXAMPLE | {
    "received_at": "2026-11-21T10:02:05+08:00",
    "display_url": "/api/v1/photos/0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11/display",
    "thumbnail_url": "/api/v1/photos/0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11/thumbnail",
}
LIMITS_EXAMPLE = {
    "max_bytes": 26214400,
    "max_pixels": 80000000,
    "media_types": ["image/jpeg", "image/png", "image/webp", "image/heif", "image/avif"],
}
