from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from server.errors import RuleViolated
from tests.uploads.images import SECRET_MODEL, encoded, is_near, phone_exif, pixel
from uploads.redaction import Box, burn_in, check_boxes

WIDTH, HEIGHT = 320, 240


def chequered() -> Image.Image:
    """White with a red square in the middle fifth: what is to be hidden."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    image.paste((255, 0, 0), (128, 96, 192, 144))
    return image


DISPLAY = encoded(chequered())
SQUARE = Box(0.4, 0.4, 0.2, 0.2)


def reds(data: bytes) -> int:
    """How many pixels are reddish at all."""
    with Image.open(BytesIO(data)) as image:
        pixels = image.convert("RGB").tobytes()
    triples = zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    return sum(1 for red, green, _ in triples if red - green > 8)


def test_what_stands_in_the_box_is_gone_and_nothing_else() -> None:
    assert reds(DISPLAY) > 2000
    made = burn_in(DISPLAY, [SQUARE])
    assert reds(made.data) == 0
    assert is_near(pixel(made.data, 0.5, 0.5), (0, 0, 0))
    assert is_near(pixel(made.data, 0.1, 0.1), (255, 255, 255))
    assert (made.width, made.height) == (WIDTH, HEIGHT)


def test_without_boxes_the_picture_stays_as_it_is() -> None:
    made = burn_in(DISPLAY, [])
    assert is_near(pixel(made.data, 0.5, 0.5), (255, 0, 0))


def test_metadata_of_the_source_does_not_come_along() -> None:
    source = encoded(chequered(), exif=phone_exif().tobytes(), comment=b"secret comment")
    made = burn_in(source, [SQUARE])
    assert SECRET_MODEL.encode() in source
    assert SECRET_MODEL.encode() not in made.data
    assert b"secret comment" not in made.data
    assert b"Exif" not in made.data


def test_a_box_over_everything_leaves_nothing() -> None:
    made = burn_in(DISPLAY, [Box(0, 0, 1, 1)])
    with Image.open(BytesIO(made.data)) as image:
        assert image.convert("L").getextrema() == (0, 0)


BOXES = st.builds(
    lambda x, y, width, height: Box(x, y, width * (1 - x), height * (1 - y)),
    *[st.floats(0, 0.99)] * 2,
    *[st.floats(0.01, 1)] * 2,
)


@settings(max_examples=40)
@given(box=BOXES)
def test_every_pixel_of_a_box_is_black(box: Box) -> None:
    check_boxes([box])
    made = burn_in(encoded(Image.new("RGB", (97, 61), "white")), [box])
    with Image.open(BytesIO(made.data)) as image:
        inside = (
            int(box.x * 97),
            int(box.y * 61),
            max(int(box.x * 97) + 1, int((box.x + box.width) * 97)),
            max(int(box.y * 61) + 1, int((box.y + box.height) * 61)),
        )
        assert image.convert("L").crop(inside).getextrema()[1] <= 8


@pytest.mark.parametrize(
    "box", [Box(0.5, 0.5, 0, 0.1), Box(0.9, 0, 0.2, 0.1), Box(0, -0.1, 0.1, 0.1), Box(0, 0, 0.1, 1.1)]
)
def test_a_box_that_covers_nothing_or_leaves_the_picture_is_named(box: Box) -> None:
    with pytest.raises(RuleViolated) as refused:
        check_boxes([SQUARE, box])
    assert [error.field for error in refused.value.errors] == ["boxes.1"]
