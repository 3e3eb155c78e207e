"""What an examination of a photo finds: plain values, apart from the codecs that find them."""

from __future__ import annotations

from dataclasses import dataclass

from uploads.evidence import EvidenceMarks
from uploads.formats import PhotoType


@dataclass(frozen=True, slots=True)
class Examined:
    """A photo that passed: type, upright size in pixels, both JPEGs, ThumbHash (base64), perceptual
    hash (signed, 64 bits; None for a picture with next to nothing in it), its own statements."""

    type: PhotoType
    width: int
    height: int
    display: bytes
    thumbnail: bytes
    thumbhash: str
    perceptual_hash: int | None
    evidence: EvidenceMarks
