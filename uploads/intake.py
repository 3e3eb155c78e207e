"""From received bytes to files in the store: everything about a photo that needs no database.

Done before any transaction begins, so that nobody waits for a codec while holding the writers' turn.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

from uploads.derivatives import DISPLAY_SIDE, Derivatives, make_derivatives
from uploads.evidence import EvidenceMarks, read_evidence
from uploads.formats import PhotoType
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.storage import PhotoStore
from uploads.validation import PhotoLimits, ValidPhoto, validate_photo


@dataclass(frozen=True, slots=True)
class TakenPhoto:
    """A photo whose three files are kept durably; only its row is missing."""

    sha256: str
    display_sha256: str
    thumbnail_sha256: str
    size_bytes: int
    type: PhotoType
    width: int
    height: int
    evidence: EvidenceMarks


def take_in_photo(
    data: bytes, declared_type: str | None, store: PhotoStore, limits: PhotoLimits = PhotoLimits()
) -> TakenPhoto:
    """Validate, make both sizes, keep all three files; returns only when they are durable.

    Raises `PhotoRefused` for bytes that are no photo, `StorageFull` or `Unavailable` for a store that cannot.
    """
    photo = validate_photo(data, declared_type, limits, needed_side=DISPLAY_SIDE)
    made = _derive(photo)
    return TakenPhoto(
        sha256=_keep(store, data),
        display_sha256=_keep(store, made.display),
        thumbnail_sha256=_keep(store, made.thumbnail),
        size_bytes=len(data),
        type=photo.type,
        width=made.width,
        height=made.height,
        evidence=read_evidence(photo.image),
    )


def _derive(photo: ValidPhoto) -> Derivatives:
    try:
        return make_derivatives(photo)
    except Exception as error:
        # Decoded and yet not to be drawn: some codec's corner that the sender's bytes led into.
        raise PhotoRefused(RefusalCode.UNDECODABLE) from error


def _keep(store: PhotoStore, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    store.put(sha256, BytesIO(data))
    return sha256
