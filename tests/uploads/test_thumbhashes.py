from __future__ import annotations

import base64

import pytest
import thumbhash
from PIL import Image

from tests.uploads.images import two_halves
from uploads.thumbhashes import thumbhash_of


def gradient(width: int, height: int) -> Image.Image:
    bands = [Image.linear_gradient("L").resize((width, height)).rotate(turn) for turn in (0, 90, 180)]
    return Image.merge("RGB", bands)


def reference_of(image: Image.Image) -> list[int]:
    """As an independent encoder makes it, slowly."""
    flat = [value for pixel in image.convert("RGBA").get_flattened_data() for value in pixel]
    return list(thumbhash.rgba_to_thumb_hash(image.width, image.height, flat))


def head(hashed: list[int]) -> list[int]:
    """Mean light, yellow, red and three scales, the shorter side's cosines, landscape or not."""
    bits = int.from_bytes(bytes(hashed[:5]), "little")
    widths = (6, 6, 6, 5, 1, 3, 6, 6, 1)
    return [bits >> sum(widths[:at]) & (1 << width) - 1 for at, width in enumerate(widths)]


def nibbles(hashed: list[int]) -> list[int]:
    return [byte >> shift & 15 for byte in hashed for shift in (0, 4)]


@pytest.mark.parametrize("size", [(32, 24), (24, 32), (32, 32), (32, 3), (3, 32), (2, 3), (7, 5)])
@pytest.mark.parametrize("draw", [two_halves, gradient])
def test_it_is_the_hash_that_the_reference_makes(draw: object, size: tuple[int, int]) -> None:
    image: Image.Image = draw(*size)  # type: ignore[operator]

    ours, reference = list(base64.b64decode(thumbhash_of(image))), reference_of(image)

    assert len(ours) == len(reference)
    assert head(ours)[4:6] == head(reference)[4:6]
    # Values that lie between two steps may be rounded either way.
    pairs = zip(head(ours) + nibbles(ours[5:]), head(reference) + nibbles(reference[5:]), strict=True)
    assert max(abs(a - b) for a, b in pairs) <= 1


def test_a_large_picture_has_the_hash_of_its_small_self() -> None:
    large, small = two_halves(3200, 2400), two_halves(32, 24)

    assert thumbhash_of(large)[:6] == thumbhash_of(small)[:6]


def test_top_and_bottom_are_told_apart() -> None:
    picture = two_halves(32, 32)

    assert thumbhash_of(picture) != thumbhash_of(picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM))


def test_it_fits_its_column() -> None:
    assert len(thumbhash_of(Image.effect_noise((200, 200), 90).convert("RGB"))) <= 48


def test_a_single_pixel_has_one_too() -> None:
    assert thumbhash_of(two_halves(1, 1))
