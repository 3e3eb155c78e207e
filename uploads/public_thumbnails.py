"""The small size of a picture that was released to the public, made when it is asked for. Pure; nothing more to keep."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

THUMBNAIL_SIDE = 320
_QUALITY = 78


def thumbnail_of(released: bytes) -> bytes:
    """A JPEG of at most 320 px a side from a released one, which is ours and has no metadata."""
    with JpegImageFile(BytesIO(released)) as image:
        # Decoded at an eighth, a quarter or a half of its size: most of the work is never done.
        image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        picture = image.convert("RGB")
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BICUBIC)
    picture.info = {}
    small = BytesIO()
    picture.save(small, "JPEG", quality=_QUALITY, optimize=True)
    return small.getvalue()
