"""Everything that is learnt from a photo's bytes, in one decode: whether it is one, its two sizes, what it says.

Pure, and meant to run in a codec process (`uploads.codec_process`): what comes back are plain values.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from uploads.derivatives import DISPLAY_SIDE, Derivatives, make_derivatives
from uploads.evidence import read_evidence
from uploads.examined import Examined
from uploads.perceptual_hash import perceptual_hash
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.thumbhashes import thumbhash_of
from uploads.validation import PhotoLimits, ValidPhoto, validate_photo


def examine(data: bytes, declared_type: str | None, limits: PhotoLimits = PhotoLimits()) -> Examined:
    """Validate and make both sizes; raises `PhotoRefused`."""
    photo = validate_photo(data, declared_type, limits, needed_side=DISPLAY_SIDE)
    made = _derive(photo)
    with Image.open(BytesIO(made.thumbnail), formats=["JPEG"]) as thumbnail:
        thumbhash, likeness = thumbhash_of(thumbnail), perceptual_hash(thumbnail)
    return Examined(
        type=photo.type,
        width=made.width,
        height=made.height,
        display=made.display,
        thumbnail=made.thumbnail,
        thumbhash=thumbhash,
        perceptual_hash=likeness,
        evidence=read_evidence(photo.image),
    )


def _derive(photo: ValidPhoto) -> Derivatives:
    try:
        return make_derivatives(photo)
    except MemoryError:
        raise
    except Exception as error:
        # Decoded and yet not to be drawn: some codec's corner that the sender's bytes led into.
        raise PhotoRefused(RefusalCode.UNDECODABLE) from error
