"""A picture's 64-bit perceptual hash: what survives shrinking, brightening and encoding again. Pure.

Apart from `uploads.similarity`, because it brings numpy and scipy: only whoever decodes pictures imports it.
"""

from __future__ import annotations

import imagehash
from PIL import Image, ImageStat

# Below this spread of grey (standard deviation, of 255) a picture is a wall, a sky, a covered lens: its hash
# would say nothing and be alike to every other such picture's.
_LEAST_SPREAD = 8.0


def perceptual_hash(image: Image.Image) -> int | None:
    """The pHash (8 × 8 lowest DCT coefficients against their median, ImageHash) as a signed 64-bit integer.

    Give it the upright picture, of any size. None for a picture with next to nothing in it.
    """
    grey = image.convert("L")
    if ImageStat.Stat(grey).stddev[0] < _LEAST_SPREAD:
        return None
    bits = int(str(imagehash.phash(grey)), 16)
    # As databases keep 64 bits: two's complement.
    return bits - (1 << 64) if bits >> 63 else bits
