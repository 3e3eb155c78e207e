from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms

from tests.uploads.hostile import png_of
from tests.uploads.images import (
    BOTTOM,
    FORMATS,
    SECRET_MODEL,
    TOP,
    encoded,
    gain_mapped,
    is_near,
    phone_exif,
    photo_bytes,
    pixel,
    two_halves,
)
from uploads.derivatives import DISPLAY_SIDE, THUMBNAIL_SIDE, Derivatives, make_derivatives
from uploads.validation import validate_photo

# Four times the display size: reduced strip by strip before it is resampled.
LONG = (6400, 480)
# What a camera held that way stores, so that turning it as EXIF says gives the upright picture back.
STORED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def derive(data: bytes) -> Derivatives:
    return make_derivatives(validate_photo(data, None, needed_side=DISPLAY_SIDE))


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as image:
        return image.size


def four_corners() -> Image.Image:
    image = Image.new("RGB", (80, 40), "red")
    image.paste("lime", (40, 0, 80, 20))
    image.paste("blue", (0, 20, 40, 40))
    image.paste("white", (40, 20, 80, 40))
    return image


def test_large_photos_are_made_to_fit_both_sizes() -> None:
    made = derive(photo_bytes(size=(4000, 3000)))

    assert size_of(made.display) == (DISPLAY_SIDE, 1200)
    assert size_of(made.thumbnail) == (THUMBNAIL_SIDE, 240)
    assert (made.width, made.height) == (4000, 3000)


def test_small_photos_are_not_enlarged() -> None:
    made = derive(photo_bytes(size=(100, 60)))

    assert size_of(made.display) == size_of(made.thumbnail) == (100, 60)


def test_a_strip_of_one_pixel_height_survives() -> None:
    assert size_of(derive(photo_bytes("PNG", (5000, 1))).thumbnail) == (THUMBNAIL_SIDE, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_stands_upright(orientation: int) -> None:
    upright = four_corners()
    stored = upright if orientation == 1 else upright.transpose(STORED_BY[orientation])

    made = derive(encoded(stored, exif=phone_exif(orientation), subsampling=0))

    assert (made.width, made.height) == (80, 40)
    for data in (made.display, made.thumbnail):
        assert is_near(pixel(data, 0.25, 0.25), (255, 0, 0), 12)
        assert is_near(pixel(data, 0.75, 0.25), (0, 255, 0), 12)
        assert is_near(pixel(data, 0.25, 0.75), (0, 0, 255), 12)
        assert is_near(pixel(data, 0.75, 0.75), (255, 255, 255), 12)


@pytest.mark.parametrize("kind", FORMATS)
def test_sideways_photos_of_every_format_stand_upright(kind: str) -> None:
    stored = two_halves().transpose(Image.Transpose.ROTATE_90)

    made = derive(encoded(stored, kind, exif=phone_exif(6).tobytes()))

    assert (made.width, made.height) == (64, 48)
    assert is_near(pixel(made.display, 0.5, 0.1), TOP, 12)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM, 12)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_changes_nothing(orientation: int) -> None:
    made = derive(photo_bytes(exif=phone_exif(orientation)))
    assert is_near(pixel(made.display, 0.5, 0.1), TOP)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_metadata_of_any_format_reaches_the_derivatives(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = phone_exif().tobytes()
    data = encoded(
        two_halves(), kind, exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>"
    )
    assert SECRET_MODEL.encode() in data

    made = derive(data)

    for out in (made.display, made.thumbnail):
        assert not any(
            word in out for word in (b"Exif", b"SecretPhone", b"xmp", b"ICC_PROFILE", b"Acme", b"http")
        )
        assert jpeg_segments(out) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDA}


def test_a_comment_in_the_original_is_not_carried_over() -> None:
    assert b"Zhang San" not in derive(photo_bytes(comment=b"Zhang San, 13800000000")).display


def test_text_chunks_of_a_png_are_not_carried_over() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Zhang San")
    assert b"Zhang San" not in derive(photo_bytes("PNG", pnginfo=notes)).display


def jpeg_segments(data: bytes) -> set[int]:
    """The markers before the first scan's data."""
    position, found = 2, set()
    while data[position + 1] != 0xDA:
        found.add(data[position + 1])
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return found | {0xDA}


def test_cmyk_keeps_its_colours() -> None:
    # Full cyan above, full yellow below.
    image = Image.new("CMYK", (64, 48), (255, 0, 0, 0))
    image.paste((0, 0, 255, 0), (0, 24, 64, 48))

    made = derive(encoded(image, quality=95))

    assert is_near(pixel(made.display, 0.5, 0.1), (0, 255, 255), 12)
    assert is_near(pixel(made.display, 0.5, 0.9), (255, 255, 0), 12)


def test_a_large_cmyk_photo_keeps_its_colours() -> None:
    """Through libjpeg's own scaling and the conversion by parts."""
    image = Image.new("CMYK", (3600, 2400), (0, 255, 255, 0))
    image.paste((255, 255, 0, 0), (0, 1200, 3600, 2400))
    image.paste((0, 0, 0, 128), (0, 0, 1200, 1200))

    made = derive(encoded(image, quality=95))

    assert size_of(made.display) == (1600, 1067)
    assert is_near(pixel(made.display, 0.8, 0.2), (255, 0, 0), 12)
    assert is_near(pixel(made.display, 0.8, 0.8), (0, 0, 255), 12)
    assert is_near(pixel(made.thumbnail, 0.1, 0.2), (127, 127, 127), 12)


@pytest.mark.parametrize("size", [(64, 48), (3200, 2400)])
def test_of_an_hdr_photo_the_base_picture_is_shown_and_its_gain_map_is_not(size: tuple[int, int]) -> None:
    base, gain = two_halves(*size), Image.new("L", (size[0] // 4, size[1] // 4), 255)
    data = gain_mapped(base, gain, exif=phone_exif().tobytes())
    assert b"MPF\0" in data
    assert data.count(b"\xff\xd8\xff") == 2

    made = derive(data)

    assert (made.width, made.height) == size
    for out in (made.display, made.thumbnail):
        with Image.open(BytesIO(out)) as shown:
            assert shown.format == "JPEG"  # Pillow would say MPO of one with pictures behind it
            expected = two_halves(*shown.size)
            difference = ImageChops.difference(shown.convert("RGB"), expected)
        # Not a pixel brighter or darker than the base; the edge between the halves may be blurred.
        difference.paste((0, 0, 0), (0, shown.height // 2 - 16, shown.width, shown.height // 2 + 16))
        assert max(high for _, high in difference.getextrema()) <= 8
        assert out.count(b"\xff\xd8\xff") == 1
        assert out.endswith(b"\xff\xd9")
        assert not any(word in out for word in (b"MPF", b"hdrgm", b"GainMap", b"xap"))


def test_an_hdr_photo_lying_on_its_side_stands_upright_without_its_gain_map() -> None:
    stored = two_halves().transpose(Image.Transpose.ROTATE_90)
    made = derive(gain_mapped(stored, Image.new("L", (16, 12), 255), exif=phone_exif(6).tobytes()))

    assert (made.width, made.height) == (64, 48)
    assert is_near(pixel(made.display, 0.5, 0.1), TOP, 12)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM, 12)


@pytest.mark.parametrize("size", [(64, 48), LONG])
def test_of_a_heif_with_several_pictures_the_primary_is_shown(size: tuple[int, int]) -> None:
    """Bursts, and what stands beside the picture in HDR and portrait photos."""
    pictures = pillow_heif.HeifFile()
    pictures.add_from_pillow(Image.new("RGB", size, "lime"))
    pictures.add_from_pillow(two_halves(*size))
    out = BytesIO()
    pictures.save(out, primary_index=1, quality=90)

    made = derive(out.getvalue())

    assert is_near(pixel(made.display, 0.5, 0.1), TOP, 12)
    assert is_near(pixel(made.thumbnail, 0.5, 0.9), BOTTOM, 12)


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("size", [(64, 48), LONG])
def test_a_heif_of_more_than_8_bits_keeps_its_levels(bits: int, size: tuple[int, int]) -> None:
    level = struct.pack("<HHH", 200 * 257, 100 * 257, 30 * 257)
    out = BytesIO()
    pillow_heif.from_bytes("RGB;16", size, level * (size[0] * size[1])).save(out, quality=90, bit_depth=bits)

    made = derive(out.getvalue())

    assert is_near(pixel(made.display, 0.5, 0.5), (200, 100, 30), 6)


@pytest.mark.parametrize(("level", "expected"), [(0, 0), (128 * 257, 128), (20000, 78), (65535, 255)])
def test_16_bit_grey_is_scaled_not_clipped(level: int, expected: int) -> None:
    image = Image.new("I;16", (64, 48), level)

    made = derive(encoded(image, "PNG"))

    assert is_near(pixel(made.display, 0.5, 0.5), (expected,) * 3, 2)


@pytest.mark.parametrize("size", [(64, 48), LONG])
def test_16_bit_colours_and_their_transparency_keep_their_levels(size: tuple[int, int]) -> None:
    """A PNG of 16 bits in four channels: above opaque, below half see-through."""
    width, height = size
    opaque = struct.pack(">HHHH", 200 * 257, 100 * 257, 30 * 257, 65535)
    half = struct.pack(">HHHH", 200 * 257, 100 * 257, 30 * 257, 32768)
    above, below = (b"\0" + each * width for each in (opaque, half))
    rows = zlib.compress(above * (height // 2) + below * (height // 2), 1)

    made = derive(png_of(width, height, rows, colour=6, depth=16))

    assert is_near(pixel(made.display, 0.5, 0.2), (200, 100, 30), 6)
    assert is_near(pixel(made.display, 0.5, 0.8), (228, 178, 143), 6)


def test_a_large_16_bit_grey_is_scaled_not_clipped() -> None:
    made = derive(encoded(Image.new("I;16", LONG, 20_000), "PNG"))
    assert is_near(pixel(made.thumbnail, 0.5, 0.5), (78, 78, 78), 2)


def test_a_large_palette_is_looked_up() -> None:
    made = derive(encoded(two_halves(*LONG).quantize(4), "PNG"))

    assert is_near(pixel(made.display, 0.5, 0.1), TOP)
    assert is_near(pixel(made.thumbnail, 0.5, 0.9), BOTTOM)


def test_a_palette_is_looked_up() -> None:
    made = derive(encoded(two_halves().quantize(4), "PNG"))

    assert is_near(pixel(made.display, 0.5, 0.1), TOP)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM)


def test_black_and_white_becomes_grey_levels_when_it_shrinks() -> None:
    stripes = Image.new("1", (3200, 100))
    for column in range(0, 3200, 2):
        stripes.paste(1, (column, 0, column + 1, 100))

    made = derive(encoded(stripes, "PNG"))

    assert is_near(pixel(made.display, 0.5, 0.5), (128, 128, 128), 12)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_transparency_lies_on_white(kind: str) -> None:
    image = two_halves().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 64, 24))

    made = derive(encoded(image, kind))

    assert is_near(pixel(made.display, 0.5, 0.1), (255, 255, 255), 12)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM, 16)


def test_half_transparent_is_mixed_with_white() -> None:
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 128))
    assert is_near(pixel(derive(encoded(image, "PNG")).display, 0.5, 0.5), (127, 127, 127), 4)


def test_grey_with_transparency_lies_on_white() -> None:
    image = Image.new("LA", (64, 48), (10, 0))
    assert is_near(pixel(derive(encoded(image, "PNG")).display, 0.5, 0.5), (255, 255, 255), 2)


def test_a_transparent_palette_entry_lies_on_white() -> None:
    image = two_halves().quantize(4)
    red = image.getpixel((5, 5))
    made = derive(encoded(image, "PNG", transparency=red))

    assert is_near(pixel(made.display, 0.5, 0.1), (255, 255, 255), 4)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM)


def test_a_transparent_colour_lies_on_white() -> None:
    made = derive(encoded(two_halves(), "PNG", transparency=TOP))

    assert is_near(pixel(made.display, 0.5, 0.1), (255, 255, 255), 4)
    assert is_near(pixel(made.display, 0.5, 0.9), BOTTOM)


def swapped_channels_profile() -> bytes:
    """sRGB with its red and green primaries exchanged: what the numbers mean is plain to see."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red + 4 : red + 8], profile[green + 4 : green + 8] = (
        profile[green + 4 : green + 8],
        profile[red + 4 : red + 8],
    )
    return bytes(profile)


def test_colours_are_converted_by_the_embedded_profile() -> None:
    image = Image.new("RGB", (64, 48), (255, 0, 0))

    made = derive(encoded(image, icc_profile=swapped_channels_profile()))

    assert is_near(pixel(made.display, 0.5, 0.5), (0, 255, 0), 12)
    assert is_near(pixel(made.thumbnail, 0.5, 0.5), (0, 255, 0), 12)


def test_a_grey_photo_with_a_colour_profile_stays_grey() -> None:
    image = Image.new("L", (64, 48), 90)
    made = derive(encoded(image, icc_profile=swapped_channels_profile()))
    assert is_near(pixel(made.display, 0.5, 0.5), (90, 90, 90), 3)


def test_a_garbage_profile_is_as_good_as_none() -> None:
    made = derive(photo_bytes(icc_profile=b"not a profile" * 20))
    assert is_near(pixel(made.display, 0.5, 0.1), TOP)


def test_of_an_animation_the_first_picture_is_shown() -> None:
    second = Image.new("RGB", (64, 48), "lime")
    data = encoded(two_halves(), "WEBP", save_all=True, append_images=[second], lossless=True)

    assert is_near(pixel(derive(data).display, 0.5, 0.1), TOP)


def test_the_same_photo_gives_the_same_bytes() -> None:
    data = photo_bytes(size=(2000, 1000))
    assert derive(data) == derive(data)
