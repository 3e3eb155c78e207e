"""Where photo files lie: a small port and its embedded form, a folder.

Files are named by the SHA-256 of what is in them. A file is written before any row names it; writing
the same again is harmless.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from server.errors import NotFound, StorageFull, Unavailable

_CHUNK_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class PhotoStore(Protocol):
    """What the product needs of any store. `sha256` is 64 lower-case hexadecimal digits."""

    def put(self, sha256: str, stream: BinaryIO) -> None:
        """Keep the stream's bytes durably before returning.

        Raises `ValueError` if they do not hash to `sha256`, `StorageFull` or `Unavailable` if the store
        cannot; then nothing is kept.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading; raise `NotFound`."""

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Remove; nothing happens where there is nothing."""

    def list_names(self) -> Iterator[str]:
        """Every SHA-256 kept, in no order."""


class FolderPhotoStore:
    """The embedded store: `root/ab/abcd…`, written to `root/incoming` first, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def put(self, sha256: str, stream: BinaryIO) -> None:
        target = self._path(sha256)
        with as_store_errors():
            if target.exists():
                # Perhaps just renamed by another writer, who has not synced the folder yet.
                _sync_folder(target.parent)
                return
            self._incoming.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
            temporary = Path(name)
            try:
                self._write(descriptor, stream, sha256)
                self._move_in(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("照片文件不存在", "The photo's file is missing") from None

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def list_names(self) -> Iterator[str]:
        for folder in self._root.glob("[0-9a-f][0-9a-f]"):
            yield from (entry.name for entry in folder.iterdir() if _SHA256.fullmatch(entry.name))

    def _path(self, sha256: str) -> Path:
        # The name becomes a path: nothing but a hash may.
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self._root / sha256[:2] / sha256

    def _write(self, descriptor: int, stream: BinaryIO, sha256: str) -> None:
        digest = hashlib.sha256()
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
            if digest.hexdigest() != sha256:
                raise ValueError("the bytes do not hash to the name they are put under")
            file.flush()
            os.fsync(file.fileno())

    def _move_in(self, temporary: Path, target: Path) -> None:
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync_folder(self._root)
        temporary.rename(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Whatever the disk says inside the block becomes `StorageFull` or `Unavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "存储空间不足，照片未保存", "The store is full; the photo was not kept"
            ) from error
        raise Unavailable(
            "存储暂不可用，照片未保存", "The store does not answer; the photo was not kept"
        ) from error
