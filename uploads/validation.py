"""Whether bytes are a photo that may be stored: a chain of checks, cheap ones first, each with its refusal.

Pure: bytes in, a decoded image out. What is made of the image is in `uploads.derivatives`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile, open_heif

from uploads import heap, webp
from uploads.formats import PhotoType, check_container, is_declared_as, recognise
from uploads.reducing import factors_for, reduced_by_strips
from uploads.refusals import PhotoRefused, RefusalCode

# The plugin classes, not Image.open(): it would hand a JPEG to the multi-picture reader, and warn, by its
# metadata; a photo is its primary still whatever else its file carries.
_READERS: dict[PhotoType, type[ImageFile.ImageFile]] = {
    PhotoType.JPEG: JpegImageFile,
    PhotoType.PNG: PngImageFile,
    PhotoType.WEBP: WebPImageFile,
    PhotoType.HEIF: HeifImageFile,
    PhotoType.AVIF: AvifImageFile,
}
# Broken metadata is the photo's affair: the readers would put a line of the sender's making into the log, and
# keep every different one in memory. Set once; catch_warnings() is not for threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"(PIL|pillow_heif)\.")


# These readers hold three to five copies of the picture; with more they would need more than a codec process has.
_AVIF_MOST_PIXELS = 16_000_000
_ANIMATION_MOST_PIXELS = 16_000_000
# 66 megapixels without chroma subsampling; with it (as nearly every camera writes) more than any photo may have.
_MOST_COEFFICIENT_BYTES = 400_000_000
# What phones take without being told otherwise; it is decoded out of memory kept from the photo before.
_ORDINARY_PIXELS = 16_000_000


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """How much one photo may be: bytes in the body, pixels in the header."""

    max_bytes: int = 25 * 1024 * 1024
    max_pixels: int = 80_000_000

    def max_pixels_of(self, kind: PhotoType, *, is_animated: bool = False) -> int:
        """What a photo of this type may have; of an animated WebP it is less."""
        if is_animated:
            return min(self.max_pixels, _ANIMATION_MOST_PIXELS)
        return min(self.max_pixels, _AVIF_MOST_PIXELS) if kind is PhotoType.AVIF else self.max_pixels


@dataclass(frozen=True, slots=True)
class ValidPhoto:
    """A photo that was decoded to its last pixel.

    `width` and `height` are the header's, before EXIF orientation. `image` holds the pixels: of a large JPEG
    they are a half, quarter or eighth of the size, which libjpeg decodes from the same data much faster; of a large
    HEIF a whole fraction of it, of a large WebP what is needed or twice that, for memory's sake.
    """

    type: PhotoType
    width: int
    height: int
    image: Image.Image


def validate_photo(
    data: bytes,
    declared_type: str | None,
    limits: PhotoLimits = PhotoLimits(),
    *,
    needed_side: int | None = None,
) -> ValidPhoto:
    """Check size, magic bytes, declared type, wholeness, dimensions, pixels, in this order.

    `declared_type` is a Content-Type (None or application/octet-stream: not declared). `needed_side` is the
    longest side in pixels that the caller needs decoded, None for all. Raises `PhotoRefused`, nothing else.
    """
    check_size(len(data), limits)
    real = _check_type(data, declared_type)
    check_container(real, data)
    if real is PhotoType.WEBP:
        header = _read_webp_header(data)
        _check_pixels(
            (header.width, header.height), limits.max_pixels_of(real, is_animated=header.is_animated)
        )
        if not header.is_animated:
            _make_room((header.width, header.height))
            return ValidPhoto(real, header.width, header.height, _decode_webp(data, header, needed_side))
    image = _open_header(real, data)
    _check_pixels(image.size, limits.max_pixels_of(real))
    _make_room(image.size)
    width, height = image.size
    return ValidPhoto(real, width, height, _decode(image, data, needed_side))


def check_size(size_bytes: int, limits: PhotoLimits) -> None:
    """Refuse an empty body and one above the limit; a Content-Length is asked before the body is read."""
    if size_bytes == 0:
        raise PhotoRefused(RefusalCode.EMPTY)
    if size_bytes > limits.max_bytes:
        raise PhotoRefused(RefusalCode.TOO_LARGE, max_bytes=limits.max_bytes, max_pixels=limits.max_pixels)


def _check_type(data: bytes, declared_type: str | None) -> PhotoType:
    real = recognise(data)
    if real is None:
        raise PhotoRefused(RefusalCode.UNSUPPORTED_TYPE, supported=[kind.value for kind in PhotoType])
    if not is_declared_as(real, declared_type):
        raise PhotoRefused(RefusalCode.TYPE_MISMATCH, real_type=real.value)
    return real


def _read_webp_header(data: bytes) -> webp.WebPHeader:
    """Pillow's reader reserves two whole canvases before it can be asked for the size: read it first."""
    try:
        return webp.read_header(data)
    except (webp.WebPError, MemoryError) as error:
        raise _refusal_for(error) from error


def _decode_webp(data: bytes, header: webp.WebPHeader, needed_side: int | None) -> Image.Image:
    """Where it is more than twice what is needed, libwebp reduces it while it decodes; a large one to what is needed."""
    size = (header.width, header.height)
    if needed_side is not None:
        spare = 1 if header.width * header.height > _ORDINARY_PIXELS else 2
        width, height = fitted_size(size, needed_side)
        size = (min(header.width, spare * width), min(header.height, spare * height))
    try:
        return webp.decode(data, header, size)
    except (webp.WebPError, MemoryError) as error:
        raise _refusal_for(error) from error


def _open_header(real: PhotoType, data: bytes) -> ImageFile.ImageFile:
    try:
        return _READERS[real](BytesIO(data))
    except Exception as error:
        # On hostile bytes the readers raise whatever their parsers run into (struct.error, KeyError, ...).
        raise _refusal_for(error) from error


def _check_pixels(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if min(width, height) < 1:
        raise PhotoRefused(RefusalCode.UNDECODABLE)
    if width * height > max_pixels:
        raise PhotoRefused(RefusalCode.TOO_MANY_PIXELS, width=width, height=height, max_pixels=max_pixels)


def _make_room(size: tuple[int, int]) -> None:
    """A large picture needs nearly all the memory that there is: what earlier ones left unused goes first."""
    if size[0] * size[1] > _ORDINARY_PIXELS:
        heap.give_back()


def _decode(image: ImageFile.ImageFile, data: bytes, needed_side: int | None) -> Image.Image:
    try:
        if needed_side is not None and isinstance(image, HeifImageFile):
            return _decode_heif(image, data, needed_side)
        # Only JPEG: the HEIF reader would answer with the embedded thumbnail, which need not show the same.
        if isinstance(image, JpegImageFile):
            _check_coefficients(image)
            if needed_side is not None:
                image.draft(None, fitted_size(image.size, needed_side))
        image.load()
    except PhotoRefused:
        raise
    except Exception as error:
        raise _refusal_for(error) from error
    return image


def _check_coefficients(image: JpegImageFile) -> None:
    """Of a progressive JPEG libjpeg keeps every coefficient, two bytes each; where it gets no memory it says "broken"."""
    if not image.info.get("progressive"):
        return
    _, across, down, _ = zip(*image.layer, strict=True)
    shares = sum(h * v for h, v in zip(across, down, strict=True)) / (max(across) * max(down))
    if 2 * image.width * image.height * shares > _MOST_COEFFICIENT_BYTES:
        raise PhotoRefused(RefusalCode.TOO_COSTLY)


def _decode_heif(image: HeifImageFile, data: bytes, needed_side: int) -> Image.Image:
    """48 megapixels of a phone, decoded and then once more as a Pillow image, would be too much memory."""
    factors = factors_for(image.size, fitted_size(image.size, needed_side))
    if factors == (1, 1):
        image.load()  # type: ignore[no-untyped-call]
        return image
    picture = open_heif(BytesIO(data), convert_hdr_to_8bit=True)
    pixels, stride = memoryview(picture.data), picture.stride
    mode, (width, height) = picture.mode, picture.size

    def strip_of(top: int, bottom: int) -> Image.Image:
        rows = pixels[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), rows, "raw", mode, stride, 1)

    reduced = reduced_by_strips((width, height), factors, strip_of)
    reduced.info = dict(image.info)
    return reduced


def _refusal_for(error: Exception) -> PhotoRefused:
    message = str(error).lower()
    if isinstance(error, MemoryError) or "memory" in message or "allocat" in message:
        return PhotoRefused(RefusalCode.TOO_COSTLY)
    is_cut = any(word in message for word in ("truncated", "unexpected end", "end of file"))
    return PhotoRefused(RefusalCode.TRUNCATED if is_cut else RefusalCode.UNDECODABLE)


def fitted_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the size of the same proportions that fits a square of `side` pixels; never larger, never 0."""
    width, height = size
    longest = max(width, height)
    if longest <= side:
        return size
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))
