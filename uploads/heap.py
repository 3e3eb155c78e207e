"""Giving back to the system what the allocator keeps of freed memory: for the codec processes, whose memory is bounded."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Return every page that nothing lies in; some milliseconds, so not for every photo."""
    gc.collect()
    with suppress(AttributeError):
        # Only GNU's allocator needs telling.
        ctypes.CDLL(None).malloc_trim(0)
