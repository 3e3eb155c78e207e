"""Blacking out what the public may not see: boxes drawn by staff, burnt into a picture of its own. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile

from server.errors import FieldError, RuleViolated

MOST_BOXES = 50
# A JPEG's smallest unit with halved colour: every pixel of a block tells of all others, so whole blocks go black.
_BLOCK = 16
_BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the upright picture's width and height; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A JPEG for the public, with its size in pixels."""

    data: bytes
    width: int
    height: int


def check_boxes(boxes: Sequence[Box]) -> None:
    """Raise `RuleViolated` naming each box that is empty or does not lie within the picture."""
    errors = [
        FieldError(
            f"boxes.{number}",
            "box_outside",
            "遮盖框应在画面之内且不为空",
            "A box must lie within the picture and cover something",
        )
        for number, box in enumerate(boxes)
        if not _is_within(box)
    ]
    if errors:
        raise RuleViolated(
            "遮盖框有误", "Some boxes are not as they must be", code="boxes_refused", errors=errors
        )


def _is_within(box: Box) -> bool:
    slack = 1e-6  # what adding fractions loses
    is_something = box.width > 0 and box.height > 0
    return is_something and min(box.x, box.y) >= 0 and max(box.x + box.width, box.y + box.height) <= 1 + slack


def burn_in(display: bytes, boxes: Sequence[Box]) -> PublicPicture:
    """Black out the boxes, widened to whole blocks, in the display size (which has no metadata) and encode it anew."""
    with JpegImageFile(BytesIO(display)) as image:
        picture = image.convert("RGB")
    for box in boxes:
        picture.paste(_BLACK, _pixels(box, picture.size))
    # The pixels alone: nothing of the file that they came from.
    picture.info = {}
    out = BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return PublicPicture(out.getvalue(), picture.width, picture.height)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    left, upper = math.floor(box.x * width / _BLOCK), math.floor(box.y * height / _BLOCK)
    right = math.ceil((box.x + box.width) * width / _BLOCK)
    lower = math.ceil((box.y + box.height) * height / _BLOCK)
    return (
        left * _BLOCK,
        upper * _BLOCK,
        min(width, right * _BLOCK),
        min(height, lower * _BLOCK),
    )
