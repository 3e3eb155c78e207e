from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.uploads.images import FORMATS, encoded, phone_exif, photo_bytes, two_halves
from uploads import validation
from uploads.formats import PhotoType, is_declared_as, recognise
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.validation import PhotoLimits, ValidPhoto, fitted_size, validate_photo

# As uploads.validation sets for the product; pytest resets warning filters for every test.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")

EVERY_KIND = {kind: photo_bytes(kind) for kind in FORMATS}


def refusal(data: bytes, declared: str | None = None, limits: PhotoLimits = PhotoLimits()) -> RefusalCode:
    with pytest.raises(PhotoRefused) as caught:
        validate_photo(data, declared, limits)
    assert caught.value.code == caught.value.reason.value
    return caught.value.reason


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_taken_in_is_recognised_and_measured(kind: str) -> None:
    photo = validate_photo(EVERY_KIND[kind], FORMATS[kind])

    assert (photo.type, photo.width, photo.height) == (FORMATS[kind], 64, 48)
    assert photo.image.size == (64, 48)


def test_an_empty_body_is_refused() -> None:
    assert refusal(b"") is RefusalCode.EMPTY


def test_a_body_over_the_limit_is_refused_and_the_limit_is_told() -> None:
    data = photo_bytes()
    limits = PhotoLimits(max_bytes=len(data) - 1)

    with pytest.raises(PhotoRefused) as caught:
        validate_photo(data, None, limits)

    assert caught.value.reason is RefusalCode.TOO_LARGE
    assert caught.value.status == 413
    assert caught.value.extra == {"max_bytes": len(data) - 1, "max_pixels": limits.max_pixels}


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    data = photo_bytes()
    assert validate_photo(data, None, PhotoLimits(max_bytes=len(data))).width == 64


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM" + b"\0" * 60,
        b"\xff",
    ],
)
def test_other_formats_are_unsupported(data: bytes) -> None:
    assert refusal(data) is RefusalCode.UNSUPPORTED_TYPE


def test_a_video_in_the_container_of_heif_is_unsupported() -> None:
    assert refusal(struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"mp42")) is RefusalCode.UNSUPPORTED_TYPE


def test_a_declared_type_that_is_not_the_real_one_is_refused() -> None:
    with pytest.raises(PhotoRefused) as caught:
        validate_photo(EVERY_KIND["PNG"], "image/jpeg")

    assert caught.value.reason is RefusalCode.TYPE_MISMATCH
    assert caught.value.status == 415
    assert caught.value.extra == {"real_type": "image/png"}


@pytest.mark.parametrize(
    ("real", "declared"),
    [
        (PhotoType.JPEG, "image/jpg"),
        (PhotoType.JPEG, "IMAGE/JPEG; charset=binary"),
        (PhotoType.HEIF, "image/heic"),
        (PhotoType.PNG, None),
        (PhotoType.WEBP, "application/octet-stream"),
    ],
)
def test_other_names_of_the_real_type_are_the_same(real: PhotoType, declared: str | None) -> None:
    assert is_declared_as(real, declared)


@pytest.mark.parametrize(
    "declared", ["text/html", "image/*", "application/x-www-form-urlencoded", "image/heic"]
)
def test_another_declared_type_is_not_the_real_type(declared: str) -> None:
    assert not is_declared_as(PhotoType.JPEG, declared)


def test_mif1_files_are_told_apart_by_their_other_brands() -> None:
    def brands(*names: bytes) -> bytes:
        return struct.pack(">I4s4sI", 16 + 4 * (len(names) - 1), b"ftyp", names[0], 0) + b"".join(names[1:])

    assert recognise(brands(b"mif1", b"miaf", b"avif")) is PhotoType.AVIF
    assert recognise(brands(b"mif1", b"heic")) is PhotoType.HEIF
    assert recognise(brands(b"isom", b"mp42")) is None


@pytest.mark.parametrize("kind", FORMATS)
def test_more_pixels_than_allowed_are_refused_by_the_header(kind: str) -> None:
    with pytest.raises(PhotoRefused) as caught:
        validate_photo(EVERY_KIND[kind], None, PhotoLimits(max_pixels=64 * 48 - 1))

    assert caught.value.reason is RefusalCode.TOO_MANY_PIXELS
    assert (caught.value.extra["width"], caught.value.extra["height"]) == (64, 48)


def png_bomb(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_refused_before_any_pixel_is_decoded() -> None:
    assert refusal(png_bomb(60_000, 60_000)) is RefusalCode.TOO_MANY_PIXELS
    # Negative, to libpng's signed reading.
    assert refusal(png_bomb(0xFFFFFFFF, 1)) in (RefusalCode.TOO_MANY_PIXELS, RefusalCode.UNDECODABLE)


def test_a_webp_canvas_is_measured_before_its_reader_reserves_it() -> None:
    still = EVERY_KIND["WEBP"][12:]
    wide = (
        b"VP8X"
        + struct.pack("<I", 10)
        # An animation: only of one is Pillow's reader asked.
        + b"\2\0\0\0"
        + (16382).to_bytes(3, "little")
        + (16382).to_bytes(3, "little")
    )
    body = b"WEBP" + wide + still

    assert refusal(b"RIFF" + struct.pack("<I", len(body)) + body) is RefusalCode.TOO_MANY_PIXELS


def test_a_png_that_inflates_to_less_than_its_header_says_is_refused() -> None:
    assert refusal(png_bomb(500, 500)) in (RefusalCode.TRUNCATED, RefusalCode.UNDECODABLE)


def test_a_jpeg_with_dozens_of_scans_is_refused_undecoded() -> None:
    data = photo_bytes(progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]

    # libjpeg reads any number of them, each a pass over the whole image.
    assert validate_photo(data[:-2] + last_scan * 15 + data[-2:], None).width == 64
    assert refusal(data[:-2] + last_scan * 50 + data[-2:]) is RefusalCode.UNDECODABLE


def test_progressive_jpegs_as_cameras_write_them_are_taken() -> None:
    assert validate_photo(photo_bytes(progressive=True), None).width == 64


def test_bytes_after_the_end_are_no_concern() -> None:
    # Motion photos append a video, HDR photos a second picture, each as long as it likes.
    assert validate_photo(photo_bytes() + b"\0\0ftypmp42" * 50, None).width == 64


def test_a_damaged_checksum_in_a_png_is_noticed() -> None:
    data = bytearray(EVERY_KIND["PNG"])
    data[-5] ^= 0x40  # in IEND's own checksum
    assert refusal(bytes(data)) is RefusalCode.UNDECODABLE


@pytest.mark.parametrize("kind", FORMATS)
def test_every_cut_of_every_format_is_refused(kind: str) -> None:
    data = EVERY_KIND[kind]
    step = max(1, len(data) // 150)
    for length in range(0, len(data), step):
        refusal(data[:length])
    refusal(data[:-1])
    refusal(data[:-2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_in_the_middle_is_called_truncated(kind: str) -> None:
    data = photo_bytes(kind, (400, 300))
    assert refusal(data[: len(data) - 20]) is RefusalCode.TRUNCATED


def test_a_jpeg_whose_grey_rest_the_codec_would_invent_is_refused() -> None:
    noisy = Image.effect_noise((300, 300), 80).convert("RGB")
    data = encoded(noisy, progressive=True)
    assert refusal(data[: len(data) * 9 // 10]) is RefusalCode.TRUNCATED


@settings(max_examples=150)
@given(
    kind=st.sampled_from(sorted(FORMATS)),
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12
    ),
)
def test_flipped_bits_are_decoded_or_refused_and_nothing_else(
    kind: str, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(EVERY_KIND[kind])
    for place, mask in flips:
        data[int(place * len(data))] ^= mask
    try:
        photo = validate_photo(bytes(data), None, PhotoLimits(max_pixels=4_000_000))
    except PhotoRefused:
        return
    assert isinstance(photo, ValidPhoto)


@settings(max_examples=100)
@given(kind=st.sampled_from(sorted(FORMATS)), rest=st.binary(max_size=300))
def test_the_right_magic_before_garbage_is_refused(kind: str, rest: bytes) -> None:
    refusal(EVERY_KIND[kind][:16] + rest)


@settings(max_examples=100)
@given(data=st.binary(min_size=1, max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(("subsampling", "is_taken"), [("4:4:4", False), ("4:2:0", True)])
def test_a_progressive_jpeg_of_too_many_coefficients_is_too_costly(
    monkeypatch: pytest.MonkeyPatch, subsampling: str, is_taken: bool
) -> None:
    """Scaled down: 64 x 48 pixels have 18432 bytes of them without subsampling, 9216 with it."""
    monkeypatch.setattr(validation, "_MOST_COEFFICIENT_BYTES", 10_000)
    data = photo_bytes(progressive=True, subsampling=subsampling)
    if is_taken:
        assert validate_photo(data, None).width == 64
    else:
        assert refusal(data) is RefusalCode.TOO_COSTLY
    assert validate_photo(photo_bytes(subsampling=subsampling), None).width == 64


def test_broken_exif_does_not_stop_a_good_picture() -> None:
    exif = bytearray(phone_exif().tobytes())
    exif[20:60] = b"\xff" * 40
    assert validate_photo(photo_bytes(exif=bytes(exif)), "image/jpeg").width == 64


def test_a_large_jpeg_is_decoded_no_larger_than_needed_and_measured_as_it_is() -> None:
    photo = validate_photo(photo_bytes(size=(1000, 500)), None, needed_side=200)

    assert (photo.width, photo.height) == (1000, 500)
    assert photo.image.size == (250, 125)


def test_an_embedded_thumbnail_never_stands_in_for_a_heif_photo() -> None:
    data = encoded(two_halves(800, 600), "HEIF", thumbnails=[256])

    photo = validate_photo(data, None, needed_side=350)

    assert (photo.width, photo.height, photo.image.size) == (800, 600, (800, 600))
    assert validate_photo(data, None, needed_side=100).image.size == (200, 150)


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 4000))
def test_a_fitted_size_fits_and_never_vanishes(width: int, height: int, side: int) -> None:
    new_width, new_height = fitted_size((width, height), side)

    assert 1 <= new_width <= width
    assert 1 <= new_height <= height
    assert max(new_width, new_height) <= max(side, 1)
