from __future__ import annotations

import struct

import pytest
from PIL import Image, ImageCms

from tests.uploads.images import BOTTOM, TOP, encoded, is_near, phone_exif, photo_bytes, two_halves
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.validation import PhotoLimits, validate_photo
from uploads.webp import WebPError, WebPHeader, decode, read_header


def colour(image: Image.Image, across: float, down: float) -> tuple[int, ...]:
    value = image.getpixel((int(across * image.width), int(down * image.height)))
    assert isinstance(value, tuple)
    return value


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("size", [(64, 48), (16, 12), (63, 1)])
def test_a_still_is_decoded_at_the_size_asked_for(lossless: bool, size: tuple[int, int]) -> None:
    data = photo_bytes("WEBP", lossless=lossless)

    image = decode(data, read_header(data), size)

    assert (image.mode, image.size) == ("RGB", size)
    if size[1] > 1:
        assert is_near(colour(image, 0.5, 0.1), TOP, 12)
        assert is_near(colour(image, 0.5, 0.9), BOTTOM, 12)


@pytest.mark.parametrize("lossless", [False, True])
def test_transparency_is_kept_when_it_is_made_smaller(lossless: bool) -> None:
    picture = two_halves(400, 400).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 400, 200))
    data = encoded(picture, "WEBP", lossless=lossless)

    image = decode(data, read_header(data), (40, 40))

    assert image.mode == "RGBA"
    assert colour(image, 0.5, 0.2)[3] == 0
    assert is_near(colour(image, 0.5, 0.8), (*BOTTOM, 255), 12)


def test_the_same_pixels_come_out_as_pillow_reads() -> None:
    from io import BytesIO

    data = encoded(Image.effect_noise((321, 243), 60).convert("RGB"), "WEBP", quality=70)
    with Image.open(BytesIO(data)) as expected:
        ours = decode(data, read_header(data), (321, 243))
        assert ours.tobytes() == expected.convert("RGB").tobytes()


def test_profile_exif_and_xmp_are_found_behind_the_picture() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = photo_bytes("WEBP", exif=phone_exif().tobytes(), icc_profile=profile, xmp=b"<x:xmpmeta/>")

    info = decode(data, read_header(data), (64, 48)).info

    assert info["icc_profile"] == profile
    assert info["xmp"] == b"<x:xmpmeta/>"
    assert b"SecretPhone" in info["exif"]


def test_chunks_that_lead_behind_the_end_or_nowhere_say_nothing() -> None:
    still = photo_bytes("WEBP")
    for tail in (
        b"EXIF\xff\xff\xff\xff",
        b"EXIF" + struct.pack("<I", 100) + b"short",
        b"abcd\0\0\0\0" * 5000,
    ):
        body = still[8:] + tail
        data = b"RIFF" + struct.pack("<I", len(body)) + body
        assert "exif" not in decode(data, read_header(data), (64, 48)).info


@pytest.mark.parametrize("kept", [0, 5, 12, 20, 29])
def test_a_header_that_is_cut_or_none_is_refused(kept: int) -> None:
    with pytest.raises(WebPError):
        read_header(photo_bytes("WEBP")[:kept])


def test_pixels_that_do_not_come_are_refused() -> None:
    data = photo_bytes("WEBP", (400, 300))
    with pytest.raises(WebPError):
        decode(data[: len(data) // 2], WebPHeader(400, 300, has_alpha=False, is_animated=False), (400, 300))


def test_a_photo_of_79_megapixels_is_taken_and_never_whole_in_memory() -> None:
    data = encoded(two_halves(8_950, 8_900), "WEBP", method=0)

    photo = validate_photo(data, "image/webp", needed_side=1600)

    assert (photo.width, photo.height) == (8_950, 8_900)
    assert photo.image.size == (1600, 1591)
    assert is_near(colour(photo.image, 0.5, 0.1), TOP, 12)
    assert is_near(colour(photo.image, 0.5, 0.9), BOTTOM, 12)


def test_a_photo_of_a_phone_is_left_twice_as_large_as_needed() -> None:
    photo = validate_photo(photo_bytes("WEBP", (4000, 3000), method=0), None, needed_side=1600)
    assert photo.image.size == (3200, 2400)


def test_an_animation_may_have_fewer_pixels_and_is_told_so() -> None:
    size = (5_000, 3_300)
    picture = Image.new("RGB", size, "blue")
    data = encoded(picture, "WEBP", save_all=True, append_images=[Image.new("RGB", size, "red")], method=0)

    with pytest.raises(PhotoRefused) as caught:
        validate_photo(data, None, PhotoLimits())

    assert caught.value.reason is RefusalCode.TOO_MANY_PIXELS
    assert caught.value.extra["max_pixels"] == 16_000_000
