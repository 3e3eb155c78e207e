"""Whether the store still holds what the rows promise: every file is read and hashed again. Nothing is repaired."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import sqlalchemy as sa

from server.db import db, end_read
from server.errors import NotFound
from uploads.file_removals import named_among
from uploads.models import Photo, PhotoRelease
from uploads.storage import PhotoStore

_ROWS_AT_ONCE = 200
_NAMES_AT_ONCE = 500
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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far hashing has come: the last photo of a finished step, how many that step hashed, and what it found."""

    last: uuid.UUID
    photos: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ListingProgress:
    """How far the search for orphans has come: the last name of a finished step and what that step found."""

    last: str
    findings: tuple[Finding, ...]

    @property
    def permille(self) -> int:
        """How much of the store lies behind: hashes are spread evenly, so the name itself says it."""
        return int(self.last[:4], 16) * 1000 // 0xFFFF


def count_photos(after: uuid.UUID | None = None) -> int:
    """How many photos there are to hash, after the one where an earlier run stopped."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_photos(after).subquery())) or 0


def hash_photos(store: PhotoStore, after: uuid.UUID | None = None) -> Iterator[Progress]:
    """Hash the files of every photo and of its public picture again, by id, some at a time.

    No transaction stays open while files are read, and memory does not grow. Give the last step's `last` to go on from
    there. Photos removed by retention have no files to hash.
    """
    while rows := _next_rows(after):
        findings = tuple(_findings(store, rows))
        after = rows[-1][0]
        yield Progress(after, len(rows), findings)


def find_orphans(store: PhotoStore, after: str = "") -> Iterator[ListingProgress]:
    """Go through the store's files by name, some hundred at a time; each step finds those that no row names.

    Give the last step's `last` to go on from there.
    """
    names = iter(store.list_names(after))
    while chunk := list(islice(names, _NAMES_AT_ONCE)):
        named = named_among(chunk)
        end_read()
        orphans = tuple(Finding(Defect.ORPHAN, name) for name in chunk if name not in named)
        yield ListingProgress(chunk[-1], orphans)


def list_findings(store: PhotoStore) -> Iterator[Finding]:
    """Yield every missing, corrupt and orphaned file, the rows' first."""
    for step in hash_photos(store):
        yield from step.findings
    for listed in find_orphans(store):
        yield from listed.findings


_Row = tuple[uuid.UUID, tuple[str, ...]]


def _photos(after: uuid.UUID | None) -> sa.Select[uuid.UUID, str, str, str]:
    columns = sa.select(Photo.id, Photo.sha256, Photo.display_sha256, Photo.thumbnail_sha256)
    present = columns.where(Photo.removed_at.is_(None))
    return present if after is None else present.where(Photo.id > after)


def _next_rows(after: uuid.UUID | None) -> list[_Row]:
    rows = db.session.execute(_photos(after).order_by(Photo.id).limit(_ROWS_AT_ONCE)).all()
    public = _public_files([row.id for row in rows])
    end_read()
    return [(row.id, (*row[1:], *public.get(row.id, ()))) for row in rows]


def _public_files(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    columns = sa.select(PhotoRelease.photo_id, PhotoRelease.public_sha256)
    current = columns.where(PhotoRelease.photo_id.in_(list(ids)), PhotoRelease.withdrawn_at.is_(None))
    return {photo_id: (name,) for photo_id, name in db.session.execute(current)}


def _findings(store: PhotoStore, rows: list[_Row]) -> Iterator[Finding]:
    for photo_id, names in rows:
        for sha256 in dict.fromkeys(names):
            defect = _defect_of(store, sha256)
            # A sweep may have removed the photo since its row was read.
            if defect is not None and named_among([sha256]):
                yield Finding(defect, sha256, photo_id)
    end_read()


def _defect_of(store: PhotoStore, sha256: str) -> Defect | None:
    digest = hashlib.sha256()
    try:
        with store.open(sha256) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except NotFound:
        return Defect.MISSING
    return None if digest.hexdigest() == sha256 else Defect.CORRUPT
