"""Where photo files lie: a small port and its embedded form, a folder.

Files are named by the SHA-256 of what is in them. A file is written before any row names it; writing
the same again is harmless.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from server.errors import NotFound
from uploads.incoming import IncomingFile
from uploads.store_errors import as_store_errors, sync_folder

_CHUNK_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class PhotoStore(Protocol):
    """What the product needs of any store. `sha256` is 64 lower-case hexadecimal digits."""

    def put(self, sha256: str, stream: BinaryIO) -> None:
        """Keep the stream's bytes durably before returning.

        Raises `ValueError` if they do not hash to `sha256`, `StorageFull` or `Unavailable` if the store
        cannot; then nothing is kept.
        """

    def keep(self, file: IncomingFile) -> None:
        """Keep a received file under the SHA-256 that it was given on arrival, as durably; raises as `put`."""

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading; raises `NotFound`, or `Unavailable` where the store does not answer."""

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Remove; nothing happens where there is nothing. Raises `Unavailable`."""

    def list_names(self, after: str = "") -> Iterator[str]:
        """Every SHA-256 kept, in ascending order, those behind the given one. Raises `Unavailable`."""


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
                sync_folder(target.parent)
                return
            self._incoming.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
            temporary = Path(name)
            try:
                self._write(descriptor, stream, sha256)
                self._move_in(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)

    def keep(self, file: IncomingFile) -> None:
        target = self._path(file.sha256)
        with as_store_errors():
            self._make_folder(target.parent)
            file.move_to(target)

    def open(self, sha256: str) -> BinaryIO:
        with as_store_errors():
            try:
                return self._path(sha256).open("rb")
            except FileNotFoundError:
                raise NotFound("照片文件不存在", "The photo's file is missing") from None

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        with as_store_errors():
            self._path(sha256).unlink(missing_ok=True)

    def list_names(self, after: str = "") -> Iterator[str]:
        # One folder's names at a time: the 256th part of all.
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            if folder.name >= after[:2]:
                with as_store_errors():
                    names = sorted(filter(is_name, os.listdir(folder)))
                yield from names[bisect_right(names, after) :]

    def _path(self, sha256: str) -> Path:
        # The name becomes a path: nothing but a hash may.
        if not is_name(sha256):
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
        self._make_folder(target.parent)
        temporary.rename(target)
        sync_folder(target.parent)

    def _make_folder(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._root)


def is_name(text: str) -> bool:
    """Whether a file of a store can have this name: a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def checked_bytes(sha256: str, stream: BinaryIO) -> bytes:
    """All of the stream; raises `ValueError` where it does not hash to its name."""
    data = stream.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("the bytes do not hash to the name they are put under")
    return data
