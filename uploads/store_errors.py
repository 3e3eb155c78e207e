"""What a disk says when it cannot, as the product's own errors; and how a name becomes durable."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.errors import StorageFull, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Whatever the disk says inside the block becomes `StorageFull` or `Unavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise storage_full() from error
        raise store_unavailable() from error


def storage_full() -> StorageFull:
    return StorageFull("存储空间不足，照片未保存", "The store is full; the photo was not kept")


def store_unavailable() -> Unavailable:
    return Unavailable(
        "存储暂不可用，照片未保存",
        "The store does not answer; the photo was not kept",
        code="store_unavailable",
        extra={"retry_after_seconds": 10},
    )


def sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
