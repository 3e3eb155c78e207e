"""Whether the store still holds what the rows promise: every file is read and hashed again. Nothing is repaired."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from server.db import db
from server.errors import NotFound
from uploads.models import Photo
from uploads.storage import PhotoStore

_ROWS_AT_ONCE = 500
_CHUNK_BYTES = 1024 * 1024


class Defect(StrEnum):
    MISSING = "missing"
    CORRUPT = "corrupt"
    ORPHAN = "orphan"  # a file that no row names: an upload whose row never came, harmless


@dataclass(frozen=True, slots=True)
class Finding:
    """One file that is not as it should be; `photo_id` is None for an orphan."""

    defect: Defect
    sha256: str
    photo_id: uuid.UUID | None = None


def list_findings(store: PhotoStore) -> Iterator[Finding]:
    """Yield every missing, corrupt and orphaned file, the rows' first; memory does not grow with the photos."""
    for photo_id, *names in _rows():
        for sha256 in dict.fromkeys(names):
            defect = _defect_of(store, sha256)
            if defect is not None:
                yield Finding(defect, sha256, photo_id)
    for sha256 in store.list_names():
        if not _is_named(sha256):
            yield Finding(Defect.ORPHAN, sha256)


def _rows() -> Iterator[tuple[uuid.UUID, str, str, str]]:
    """By id, some at a time, so that no transaction stays open while files are read."""
    columns = sa.select(Photo.id, Photo.sha256, Photo.display_sha256, Photo.thumbnail_sha256)
    last: uuid.UUID | None = None
    while True:
        after = columns if last is None else columns.where(Photo.id > last)
        rows = db.session.execute(after.order_by(Photo.id).limit(_ROWS_AT_ONCE)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


def _defect_of(store: PhotoStore, sha256: str) -> Defect | None:
    digest = hashlib.sha256()
    try:
        with store.open(sha256) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except NotFound:
        return Defect.MISSING
    return None if digest.hexdigest() == sha256 else Defect.CORRUPT


def _is_named(sha256: str) -> bool:
    named = sa.or_(Photo.sha256 == sha256, Photo.display_sha256 == sha256, Photo.thumbnail_sha256 == sha256)
    return db.session.scalar(sa.select(sa.literal(1)).where(named).limit(1)) is not None
