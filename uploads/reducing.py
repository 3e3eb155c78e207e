"""Making a large picture smaller strip by strip, so that no second whole copy of it is ever in memory. Pure.

A whole-number reduction averages squares of pixels; the last step to the exact size is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

_STRIP_PIXELS = 2_000_000
# What is left is at least this many times the size that is wanted: a resampling filter does the rest, and well. Of a
# picture that fills the memory as it is, no more than needed is left.
_GAP = 2.0
_LARGE_GAP = 1.0
_LARGE_PIXELS = 24_000_000


def factors_for(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """By how much a picture can be reduced across and down before it is resampled to the size wanted."""
    gap = _LARGE_GAP if size[0] * size[1] > _LARGE_PIXELS else _GAP
    return (
        max(1, int(size[0] / wanted[0] / gap)),
        max(1, int(size[1] / wanted[1] / gap)),
    )


def reduced_by_strips(
    size: tuple[int, int], factors: tuple[int, int], strip_of: Callable[[int, int], Image.Image]
) -> Image.Image:
    """Reduce a picture of `size` of which `strip_of(top, bottom)` gives the rows, in a mode whose samples mix."""
    width, height = size
    across, down = factors
    rows = max(1, _STRIP_PIXELS // (width * down)) * down
    result: Image.Image | None = None
    for top in range(0, height, rows):
        part = strip_of(top, min(height, top + rows)).reduce(factors)
        if result is None:
            result = Image.new(part.mode, (-(-width // across), -(-height // down)))
        result.paste(part, (0, top // down))
    assert result is not None
    return result
