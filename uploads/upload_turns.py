"""How many photos one sender may send at a time, so that a phone that comes back with 200 leaves room for others.

Counted over all server processes of a machine: each place is one byte of a file, locked while the upload lasts. The
locks are those of open file descriptions (fcntl(2), Linux): the kernel lets go of them however a process ends, and two
threads of one process hold them apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.errors import TooManyRequests
from uploads.store_errors import as_store_errors

RETRY_AFTER_SECONDS = 1
_MOST_PLACES = 64
# Some 140 million million senders before two share their places; offsets stay below the 2^63 that a lock can name.
_SENDER_BYTES = 6
# struct flock: type, from where, start, length, process (0 for these locks).
_FLOCK = "hhqqi"


class UploadTurns:
    """At most `at_once` places a sender; `path` is a file that all processes of the machine share, and stays empty."""

    def __init__(self, at_once: int, path: Path) -> None:
        self.at_once = min(at_once, _MOST_PLACES)
        self._path = path

    @contextmanager
    def turn(self, sender: str) -> Iterator[None]:
        """Hold one of the sender's places; raises `TooManyRequests` (uploads_at_once) where all are taken."""
        with as_store_errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not self._take_place(descriptor, sender):
                raise TooManyRequests(
                    f"同时上传的照片不能超过 {self.at_once} 张，请稍后继续",
                    f"No more than {self.at_once} photos at a time; send this one in a moment",
                    code="uploads_at_once",
                    extra={"retry_after_seconds": RETRY_AFTER_SECONDS, "uploads_at_once": self.at_once},
                )
            yield
        finally:
            os.close(descriptor)

    def _take_place(self, descriptor: int, sender: str) -> bool:
        if not hasattr(fcntl, "F_OFD_SETLK"):
            # Not Linux, so nobody's server: places are not counted, the codecs' fair turns hold all the same.
            return True
        digest = hashlib.sha256(sender.encode()).digest()
        first = int.from_bytes(digest[:_SENDER_BYTES], "big") * _MOST_PLACES
        return any(_is_locked_by(descriptor, first + place) for place in range(self.at_once))


def _is_locked_by(descriptor: int, byte: int) -> bool:
    lock = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, lock)
    except (BlockingIOError, PermissionError):
        return False
    return True
