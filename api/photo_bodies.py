"""Receiving a photo's raw body: to a temporary file, hashed on the way, counted against what was announced.

While a slow phone sends, nothing is held but the file: no memory, no connection to the database.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from uploads.refusals import PhotoRefused, RefusalCode
from uploads.storage import as_store_errors
from uploads.validation import PhotoLimits, check_size

_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ReceivedBody:
    """A whole body on disk, rewound, with the SHA-256 of what arrived."""

    file: IO[bytes]
    sha256: str
    size_bytes: int

    def read(self) -> bytes:
        return self.file.read()


@contextmanager
def received_body(folder: Path, limits: PhotoLimits) -> Iterator[ReceivedBody]:
    """Receive this request's body into a nameless file in `folder`, gone when the block ends.

    Raises `PhotoRefused`: too_large by the announced or the counted length, empty, or truncated where fewer bytes
    came than announced.
    """
    if request.content_length is not None:
        check_size(request.content_length, limits)
    request.max_content_length = limits.max_bytes + 1
    with as_store_errors():
        folder.mkdir(parents=True, exist_ok=True)
        file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed just below)
    with file:
        yield _receive(file, limits)


def _receive(file: IO[bytes], limits: PhotoLimits) -> ReceivedBody:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := _next_chunk():
        size_bytes += len(chunk)
        check_size(size_bytes, limits)
        digest.update(chunk)
        with as_store_errors():
            file.write(chunk)
    check_size(size_bytes, limits)
    if request.content_length is not None and size_bytes != request.content_length:
        raise PhotoRefused(RefusalCode.TRUNCATED)
    with as_store_errors():
        file.seek(0)
    return ReceivedBody(file, digest.hexdigest(), size_bytes)


def _next_chunk() -> bytes:
    try:
        return request.stream.read(_CHUNK_BYTES)
    except RequestEntityTooLarge:
        raise
    except Exception as error:
        # A connection reset, a chunk without its end: each server names a cut body its own way.
        raise PhotoRefused(RefusalCode.TRUNCATED) from error
