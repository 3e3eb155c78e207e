"""What the API shows of a photo, beside its receipt: signed addresses of its pictures, what it and the phone said."""

from __future__ import annotations

import uuid
from typing import Any

from flask import url_for

from api.photo_flags import Flags
from api.signed_addresses import Purpose, signed_address
from uploads.models import Photo
from uploads.photos import StoredPhoto, receipt_of


def photo_as_json(photo: Photo) -> dict[str, Any]:
    """What everybody may know who may see the photo."""
    receipt = receipt_of(photo)
    return {
        **{name: getattr(receipt, name) for name in StoredPhoto.__dataclass_fields__},
        "received_at": photo.received_at,
        "thumbhash": photo.thumbhash,
        "removed_at": photo.removed_at,
        **picture_addresses(photo.id),
    }


def picture_addresses(photo_id: uuid.UUID) -> dict[str, str]:
    return {
        "display_url": signed_address(Purpose.DISPLAY, photo_id),
        "thumbnail_url": signed_address(Purpose.THUMBNAIL, photo_id),
    }


def evidence_as_told(photo: Photo) -> dict[str, Any]:
    """What the EXIF says and what the phone said beside the photo; for who may see the original."""
    return {
        "original_url": url_for("photo-files.get_original", photo_id=photo.id),
        "evidence": photo.evidence,
        "device": {
            "sent_at": photo.device_sent_at,
            "taken_at": photo.device_taken_at,
            "latitude": photo.device_latitude,
            "longitude": photo.device_longitude,
            "accuracy_metres": photo.device_accuracy_metres,
        },
    }


def shown_photo(photo_id: uuid.UUID, flags: dict[uuid.UUID, Flags | None]) -> dict[str, Any]:
    """A photo in a case file or an inspection: where its pictures are, what is odd about it for who reviews that."""
    return {"photo_id": photo_id, **picture_addresses(photo_id), "flags": flags.get(photo_id)}
