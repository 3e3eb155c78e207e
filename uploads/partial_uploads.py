"""Photos that come in parts: what has arrived of each lies in a file on this machine until the last part is there.

A part is kept as far as it came, so a phone on a bad line loses nothing that was received; nothing of it can be seen
by anybody before the whole photo has passed its checks. Terms as in draft-ietf-httpbis-resumable-upload.
"""

from __future__ import annotations

import fcntl
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from server.errors import Conflict, DomainError, FieldError
from uploads.store_errors import as_store_errors

KEPT_HOURS = 24
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12}|\*)")
_CHUNK_BYTES = 1024 * 1024


class RangeMalformed(DomainError):
    """A Content-Range that says nothing, or that contradicts itself."""

    status = 400
    default_code = "content_range_malformed"

    def __init__(self) -> None:
        zh = "Content-Range 应写作 bytes 起-止/总长"
        en = "Content-Range should read bytes first-last/length"
        super().__init__(zh, en, errors=[FieldError("Content-Range", self.default_code, zh, en)])


@dataclass(frozen=True, slots=True)
class PartRange:
    """Which bytes of the photo a part has (`last` included), and of how many, where that is known yet."""

    first: int
    last: int
    length: int | None

    @property
    def size_bytes(self) -> int:
        return self.last - self.first + 1

    @property
    def is_last(self) -> bool:
        return self.length == self.last + 1


def read_part_range(text: str) -> PartRange:
    """RFC 9110, 14.4: `bytes 0-99/300`, or `/*` while the length is not known. Raises `RangeMalformed`."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise RangeMalformed()
    first, last = int(match[1]), int(match[2])
    length = None if match[3] == "*" else int(match[3])
    if last < first or (length is not None and last >= length):
        raise RangeMalformed()
    return PartRange(first, last, length)


class PartialUpload:
    """The received start of one photo, held by one request at a time."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    @property
    def offset(self) -> int:
        """How many bytes have arrived: where the next part begins."""
        return os.fstat(self._descriptor).st_size

    def append(self, chunk: bytes) -> None:
        with as_store_errors():
            view = memoryview(chunk)
            while view:
                view = view[os.write(self._descriptor, view) :]

    def cut_to(self, offset: int) -> None:
        """Forget what came after; for a part that turned out wrong."""
        with as_store_errors():
            os.ftruncate(self._descriptor, offset)

    def sync(self) -> None:
        """What is acknowledged stays, also through a power cut."""
        with as_store_errors():
            os.fsync(self._descriptor)

    def chunks(self) -> Iterator[bytes]:
        """All that has arrived, from the start."""
        position = 0
        while chunk := os.pread(self._descriptor, _CHUNK_BYTES, position):
            position += len(chunk)
            yield chunk

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


@contextmanager
def partial_upload(folder: Path, photo_id: uuid.UUID, sender: str) -> Iterator[PartialUpload]:
    """Hold what one sender has sent of one photo, beginning it if need be.

    Another sender's parts of the same id are another file. Raises `Conflict` (upload_in_progress) while another
    request holds it, `StorageFull`, `Unavailable`.
    """
    path = _path(folder, photo_id, sender)
    with as_store_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        yield PartialUpload(descriptor, path)
    finally:
        # Nothing arrived: nothing is remembered.
        with suppress(OSError):
            if os.fstat(descriptor).st_size == 0:
                path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Or raise `Conflict`; also where the file was removed between its opening and now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.fstat(descriptor).st_nlink > 0
    except BlockingIOError:
        is_ours = False
    if not is_ours:
        raise Conflict(
            "这张照片的另一段正在上传",
            "Another part of this photo is being sent just now",
            code="upload_in_progress",
            extra={"retry_after_seconds": 1},
        )


def find_offset(folder: Path, photo_id: uuid.UUID, sender: str) -> int | None:
    """How much of a photo this sender has sent, None for nothing."""
    try:
        return _path(folder, photo_id, sender).stat().st_size
    except FileNotFoundError:
        return None


def expire_partial_uploads(folder: Path, now: datetime) -> int:
    """Remove what has not grown for a day, also the named remains of kills; return how many files that were."""
    before = (now - timedelta(hours=KEPT_HOURS)).timestamp()
    removed = 0
    for path in [*folder.glob("*"), *(folder / "partial").glob("*")]:
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


def _path(folder: Path, photo_id: uuid.UUID, sender: str) -> Path:
    # The sender is an account's id or the hash of a capability: letters, digits and dashes.
    return folder / "partial" / f"{photo_id}.{sender}"
