"""Files on their way in: written and hashed as the bytes arrive, with no name until they are whole and checked.

A file without a name is gone when its process is, however that ends.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from uploads.store_errors import as_store_errors, sync_folder

_CHUNK_BYTES = 1024 * 1024
# What a file system says that cannot: it does not know the flag, or takes the folder for the file.
_NO_NAMELESS_FILES = {errno.EOPNOTSUPP, errno.EINVAL, errno.EISDIR}


class IncomingFile:
    """A file in the store's own folder `incoming`, and the SHA-256 and length of what was written to it."""

    def __init__(self, descriptor: int, path: Path | None) -> None:
        self._file: BinaryIO = os.fdopen(descriptor, "w+b", buffering=0)
        self._path = path
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def sha256_bytes(self) -> bytes:
        return self._digest.digest()

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, chunk: bytes) -> None:
        with as_store_errors():
            # Unbuffered: a write may be cut short by a signal or the last free block.
            view = memoryview(chunk)
            while view:
                view = view[self._file.write(view) :]
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

    def rewound(self) -> BinaryIO:
        """The file, to be read from its start."""
        self._file.seek(0)
        return self._file

    def move_to(self, target: Path) -> None:
        """Give it this name, durably; nothing happens where the name exists: names say the content."""
        os.fsync(self.fileno())
        with suppress(FileExistsError):
            source = str(self._path) if self._path else f"/proc/self/fd/{self.fileno()}"
            # With folder descriptors named, Python asks for the call that follows the link to the open file.
            os.link(source, target, src_dir_fd=0, follow_symlinks=self._path is None)
        sync_folder(target.parent)

    def close(self) -> None:
        self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)


@contextmanager
def incoming_file(folder: Path) -> Iterator[IncomingFile]:
    """An empty file in the folder, gone in the end unless it was moved. Raises `StorageFull`, `Unavailable`."""
    with as_store_errors():
        folder.mkdir(parents=True, exist_ok=True)
        file = IncomingFile(*_nameless(folder))
    try:
        yield file
    finally:
        file.close()


def _nameless(folder: Path) -> tuple[int, Path | None]:
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o644), None
    except AttributeError:
        pass  # not Linux
    except OSError as error:
        if error.errno not in _NO_NAMELESS_FILES:
            raise
    descriptor, name = tempfile.mkstemp(dir=folder)
    return descriptor, Path(name)


def receive(file: IncomingFile, source: BinaryIO) -> None:
    """Write all of a stream."""
    while chunk := source.read(_CHUNK_BYTES):
        file.write(chunk)
