"""How many photos one sender may send at a time, so that a phone that comes back with 200 leaves room for others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from server.errors import TooManyRequests

RETRY_AFTER_SECONDS = 1


class UploadTurns:
    """Counts within one server process; what is refused is asked to come again at once."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._under_way: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, sender: Hashable) -> Iterator[None]:
        """Hold one of the sender's places; raises `TooManyRequests` (uploads_at_once) where all are taken."""
        with self._lock:
            if self._under_way[sender] >= self.at_once:
                raise TooManyRequests(
                    f"同时上传的照片不能超过 {self.at_once} 张，请稍后继续",
                    f"No more than {self.at_once} photos at a time; send this one in a moment",
                    code="uploads_at_once",
                    extra={"retry_after_seconds": RETRY_AFTER_SECONDS, "uploads_at_once": self.at_once},
                )
            self._under_way[sender] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[sender] -= 1
                if not self._under_way[sender]:
                    del self._under_way[sender]
