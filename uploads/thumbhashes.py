"""The blur that stands for a picture until it is loaded: ThumbHash, about 25 bytes.

Format: ThumbHash by Evan Wallace (evanw.github.io/thumbhash), opaque pictures only: ours are on white already.
Written out here because the Python libraries for it take 40 ms a picture or get transparency wrong.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from operator import mul

from PIL import Image

# The hash keeps seven cosines a side: more pixels than this change nothing that is kept.
_SIDE = 32


def thumbhash_of(image: Image.Image) -> str:
    """Return the ThumbHash of an RGB picture in base64."""
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return base64.b64encode(_encode(small.convert("RGB"))).decode()


def _encode(image: Image.Image) -> bytes:
    """Luminance in up to 7 cosines a side, yellow-blue and red-green in 3; then scales and 4-bit amplitudes."""
    width, height = image.size
    longest = max(width, height)
    columns, rows = max(1, round(7 * width / longest)), max(1, round(7 * height / longest))
    red, green, blue = ([value / 255 for value in band.tobytes()] for band in image.split())
    light = [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)]
    yellow = [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)]
    reddish = [r - g for r, g in zip(red, green, strict=True)]
    size = (width, height)
    channels = [
        _cosines(light, size, max(3, columns), max(3, rows)),
        _cosines(yellow, size, 3, 3),
        _cosines(reddish, size, 3, 3),
    ]
    is_landscape = width > height
    head = _head(
        [(mean, scale) for mean, _, scale in channels], rows if is_landscape else columns, is_landscape
    )
    return head + bytes(_nibbles([level for _, levels, _ in channels for level in levels]))


def _cosines(
    values: Sequence[float], size: tuple[int, int], columns: int, rows: int
) -> tuple[float, list[float], float]:
    """The mean, the other cosine amplitudes brought to 0..1, and the largest of them before."""
    width, height = size
    lines = [values[at : at + width] for at in range(0, width * height, width)]
    # Cosines of rows and of columns multiply: sum each line once per column cosine, then those sums down.
    along = [[sum(map(mul, line, wave)) for line in lines] for wave in _waves(columns, width)]
    down = list(_waves(rows, height))
    amplitudes = [
        sum(map(mul, along[column], down[row])) / (width * height)
        for row in range(rows)
        for column in range(columns)
        if column * rows < columns * (rows - row)
    ]
    mean, *others = amplitudes
    scale = max(map(abs, others))
    if scale:
        others = [0.5 + 0.5 / scale * amplitude for amplitude in others]
    return mean, others, scale


def _waves(count: int, length: int) -> Iterator[list[float]]:
    for number in range(count):
        yield [math.cos(math.pi / length * number * (at + 0.5)) for at in range(length)]


def _head(channels: Sequence[tuple[float, float]], shorter: int, is_landscape: bool) -> bytes:
    (light, light_scale), (yellow, yellow_scale), (reddish, reddish_scale) = channels
    first = round(63 * light) | round(31.5 + 31.5 * yellow) << 6 | round(31.5 + 31.5 * reddish) << 12
    first |= round(31 * light_scale) << 18
    second = shorter | round(63 * yellow_scale) << 3 | round(63 * reddish_scale) << 9 | is_landscape << 15
    return first.to_bytes(3, "little") + second.to_bytes(2, "little")


def _nibbles(levels: Sequence[float]) -> Iterator[int]:
    fours = [round(15 * level) for level in levels]
    if len(fours) % 2:
        fours.append(0)
    for low, high in zip(fours[::2], fours[1::2], strict=True):
        yield low | high << 4
