"""What the photo routes take and answer; the photo itself is a raw body."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from api.schemas.base import BaseSchema, DeviceInstant, Instant, Text
from uploads.evidence_flags import FlagCode

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

    content_range = fields.String(
        data_key="Content-Range",
        load_default=None,
        metadata={
            "description": "分段上传的范围 / the range of a photo sent in parts",
            "example": "bytes 0-262143/3411204",
        },
    )
    content_digest = fields.String(
        data_key="Content-Digest",
        load_default=None,
        metadata={
            "description": "内容摘要 / RFC 9530, SHA-256 or SHA-512 of the body; Repr-Digest and Digest are understood too",
            "example": "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:",
        },
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


class PhotoFlagSchema(BaseSchema):
    """One oddity of a photo as evidence, with the figures it rests on; a question, not a verdict."""

    code = fields.String(validate=validate.OneOf([code.value for code in FlagCode]))
    zh = fields.String()
    en = fields.String()
    figures = fields.Dict(metadata={"description": "seconds, metres, instants, names, as the code has them"})
    earlier_photo_ids = fields.List(
        fields.UUID(),
        metadata={"description": "reused: the earlier photos that the asker may see, oldest first"},
    )


class PhotoDeviceSchema(BaseSchema):
    """What the phone said beside the photo."""

    sent_at = Instant(allow_none=True)
    taken_at = Instant(allow_none=True)
    latitude = fields.Float(allow_none=True, metadata={"description": "WGS-84"})
    longitude = fields.Float(allow_none=True, metadata={"description": "WGS-84"})
    accuracy_metres = fields.Float(allow_none=True)


class PhotoSchema(PhotoReceiptSchema):
    """A photo as its viewers see it; `flags` only for who reviews evidence, `evidence` (what its EXIF says) and
    `device` only for who may see the original."""

    received_at = Instant()
    thumbhash = fields.String(allow_none=True, metadata={"description": "base64; a blur to show meanwhile"})
    removed_at = Instant(
        allow_none=True, metadata={"description": "past its retention: only this record is left"}
    )
    display_url = fields.String(metadata={"description": "signed, for a quarter of an hour"})
    thumbnail_url = fields.String(metadata={"description": "signed, for a quarter of an hour"})
    original_url = fields.String(metadata={"description": "only for who may see it"})
    flags = fields.List(fields.Nested(PhotoFlagSchema))
    evidence = fields.Dict()
    device = fields.Nested(PhotoDeviceSchema)


class ShownPhotoSchema(BaseSchema):
    """A photo where it is shown as part of something else."""

    photo_id = fields.UUID(required=True, metadata={"description": "GET /photos/{photo_id}"})
    display_url = fields.String(required=True, metadata={"description": "signed, for a quarter of an hour"})
    thumbnail_url = fields.String(required=True, metadata={"description": "signed, for a quarter of an hour"})
    flags = fields.List(
        fields.Nested(PhotoFlagSchema),
        required=True,
        allow_none=True,
        metadata={"description": "null for who does not review evidence"},
    )


class SignedQuerySchema(BaseSchema):
    """The permission that a signed address carries."""

    expires = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 2**40),
        metadata={
            "description": "签名地址的到期时间（秒） / when the signed address ends, in seconds since 1970"
        },
    )
    signature = fields.String(
        load_default=None,
        validate=validate.Length(max=100),
        metadata={"description": "地址签名 / the signature of the address"},
    )


class UploadProgressSchema(BaseSchema):
    """How far a photo in parts has come."""

    id = fields.UUID()
    upload_offset = fields.Integer(metadata={"description": "bytes received: where the next part begins"})
    is_complete = fields.Boolean()


class PhotoLimitsSchema(BaseSchema):
    max_bytes = fields.Integer()
    max_pixels = fields.Integer()
    max_pixels_by_type = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "some formats' readers need more memory a pixel than others"},
    )
    uploads_at_once = fields.Integer(metadata={"description": "photos one sender should send at a time"})
    media_types = fields.List(fields.String())


class OriginalQuerySchema(BaseSchema):
    reason = Text(
        min_length=2,
        max_length=200,
        required=True,
        metadata={"description": "为什么查看原图，将被记录 / why; it is recorded", "example": "核对车牌"},
    )


_SIGNED = "?expires=1795228500&signature=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
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
    "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    "removed_at": None,
    "display_url": "/api/v1/photos/0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11/display" + _SIGNED,
    "thumbnail_url": "/api/v1/photos/0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11/thumbnail" + _SIGNED,
}
SHOWN_PHOTO_EXAMPLE = {
    "photo_id": "0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11",
    "display_url": PHOTO_EXAMPLE["display_url"],
    "thumbnail_url": PHOTO_EXAMPLE["thumbnail_url"],
    "flags": [
        {
            "code": "far_from_community",
            "zh": "手机定位距小区1001米",
            "en": "The phone's position is 1001 m from the community",
            "figures": {"metres": 1001, "source": "phone"},
            "earlier_photo_ids": [],
        }
    ],
}
PROGRESS_EXAMPLE = {
    "id": "0198f0a0-5c1e-7d3a-9b1e-2f6a4c8d0e11",
    "upload_offset": 262144,
    "is_complete": False,
}
LIMITS_EXAMPLE = {
    "max_bytes": 26214400,
    "max_pixels": 80000000,
    "max_pixels_by_type": {"image/jpeg": 80000000, "image/avif": 16000000},
    "uploads_at_once": 4,
    "media_types": ["image/jpeg", "image/png", "image/webp", "image/heif", "image/avif"],
}
