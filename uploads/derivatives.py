"""The two sizes people look at: upright, sRGB, on white, JPEG, and with no metadata of the original at all.

Pure: a decoded image in, JPEG bytes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms
from PIL.Image import Resampling, Transpose

from uploads.reducing import factors_for, reduced_by_strips
from uploads.validation import ValidPhoto, fitted_size

DISPLAY_SIDE = 1600
THUMBNAIL_SIDE = 320
_SRGB = ImageCms.createProfile("sRGB")
_ORIENTATION_TAG = 0x0112
# EXIF 2.32, 4.6.4 A: what to do to the stored pixels so that the picture stands upright.
_TO_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}
_ALPHA_MODES = {"RGBA", "LA", "RGBa", "La"}


@dataclass(frozen=True, slots=True)
class Derivatives:
    """JPEG bytes of both sizes; `width` and `height` are the original's when it stands upright."""

    display: bytes
    thumbnail: bytes
    width: int
    height: int


def make_derivatives(photo: ValidPhoto) -> Derivatives:
    """Make the 1600 px and the 320 px picture from one decoded photo; smaller photos are not enlarged."""
    orientation = read_orientation(photo.image)
    upright = _make_upright(photo, orientation)
    small = upright.resize(fitted_size(upright.size, THUMBNAIL_SIDE), Resampling.BICUBIC, reducing_gap=2.0)
    width, height = photo.width, photo.height
    if orientation in _SIDEWAYS:
        width, height = height, width
    return Derivatives(
        # Progressive costs time and shows something early on a slow line; a thumbnail is there at once.
        display=_encode(upright, quality=82, is_progressive=True),
        thumbnail=_encode(small, quality=76, is_progressive=False),
        width=width,
        height=height,
    )


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation still to be applied, 1 to 8; 1 where there is none or it makes no sense."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:
        # Metadata is garbage as often as not; the picture stays as its pixels lie.
        return 1
    return orientation if orientation in _TO_UPRIGHT else 1


def _make_upright(photo: ValidPhoto, orientation: int) -> Image.Image:
    # Shrink first: profile, white ground and rotation then cost a tenth.
    small = _shrink(photo.image, (photo.width, photo.height))
    picture = _to_srgb(_on_white(small), photo.image.info.get("icc_profile"))
    turn = _TO_UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _with_samples_that_mix(image: Image.Image) -> Image.Image:
    """Palette entries and single bits cannot be averaged; 16-bit grey has no way to JPEG."""
    if image.mode.startswith("I"):
        # By value: a plain convert() would cut everything above 255 to white.
        return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if image.has_transparency_data and image.mode not in _ALPHA_MODES:
        return image.convert("RGBA")
    # Only where it changes something: a conversion to the same mode is a copy.
    return image.convert({"1": "L", "P": "RGB"}[image.mode]) if image.mode in ("1", "P") else image


def _shrink(image: Image.Image, original: tuple[int, int]) -> Image.Image:
    size = fitted_size(original, DISPLAY_SIDE)
    factors = factors_for(image.size, size)
    if factors == (1, 1):
        mixing = _with_samples_that_mix(image)
        return mixing if mixing.size == size else mixing.resize(size, Resampling.BICUBIC)
    width, height = image.size

    def strip_of(top: int, bottom: int) -> Image.Image:
        return _on_white(_with_samples_that_mix(image.crop((0, top, width, bottom))))

    reduced = reduced_by_strips(image.size, factors, strip_of)
    # Where the sides are no multiples of the factors the last column and row stand for fewer pixels.
    return reduced.resize(size, Resampling.BICUBIC, box=(0, 0, width / factors[0], height / factors[1]))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in _ALPHA_MODES:
        return image
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded ICC profile; take sRGB where there is none or it does not fit the pixels."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _encode(image: Image.Image, quality: int, is_progressive: bool) -> bytes:
    # The pixels alone: the encoder writes what it finds in `info` (a comment) into the file.
    bare = image.copy()
    bare.info = {}
    out = BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True, progressive=is_progressive)
    return out.getvalue()
