"""Sweeping: photos that nothing claimed within a week go, row first, then the files that no other row names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from server.db import db, end_read, transaction
from server.errors import Conflict
from uploads.file_removals import count_queued, queue_removals, remove_queued
from uploads.models import OriginalLook, Photo
from uploads.storage import PhotoStore

UNCLAIMED_DAYS = 7
_ROWS_AT_ONCE = 200
_Key = tuple[datetime, uuid.UUID]


def count_unclaimed(now: datetime) -> int:
    """How many photos a sweep would remove."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Photo).where(*_is_due(now))) or 0


def sweep_unclaimed(now: datetime) -> Iterator[int]:
    """Remove the rows of photos that nothing claimed in time and queue their files; yield how many each step removed.

    Opens a transaction a step, so that it can be stopped anywhere and begun again, and memory does not grow. A photo
    that is claimed in the meantime stays.
    """
    after: _Key | None = None
    while rows := _next_rows(now, after):
        after = (rows[-1].received_at, rows[-1].id)
        yield _remove(rows, now)


def sweep(store: PhotoStore, now: datetime) -> dict[str, int]:
    """The whole sweep in one go, as the daily job does it; returns what it removed."""
    photos = sum(sweep_unclaimed(now))
    files = sum(remove_queued(store, now)) if count_queued() else 0
    return {"photos": photos, "files": files}


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Looks at originals are never deleted, so neither is what was looked at."""
    looked_at = sa.exists().where(OriginalLook.photo_id == Photo.id)
    return (
        Photo.owner_id.is_(None),
        Photo.received_at < now - timedelta(days=UNCLAIMED_DAYS),
        sa.not_(looked_at),
    )


def _next_rows(now: datetime, after: _Key | None) -> Sequence[sa.Row[uuid.UUID, datetime]]:
    rows = sa.select(Photo.id, Photo.received_at).where(*_is_due(now))
    if after is not None:
        key = sa.tuple_(
            sa.literal(after[0], type_=Photo.received_at.type), sa.literal(after[1], type_=Photo.id.type)
        )
        rows = rows.where(sa.tuple_(Photo.received_at, Photo.id) > key)
    found = db.session.execute(rows.order_by(Photo.received_at, Photo.id).limit(_ROWS_AT_ONCE)).all()
    end_read()
    return found


def _remove(rows: Sequence[sa.Row[uuid.UUID, datetime]], now: datetime) -> int:
    """In one transaction; where some row is in the way (something shows it unclaimed), one by one without that."""
    try:
        return _remove_rows([row.id for row in rows], now)
    except Conflict:
        removed = 0
        for row in rows:
            with suppress(Conflict):
                removed += _remove_rows([row.id], now)
        return removed


def _remove_rows(ids: Sequence[uuid.UUID], now: datetime) -> int:
    with transaction():
        gone = (
            sa.delete(Photo)
            .where(Photo.id.in_(ids), *_is_due(now))
            .returning(Photo.sha256, Photo.display_sha256, Photo.thumbnail_sha256)
            .execution_options(synchronize_session=False)
        )
        files = db.session.execute(gone).all()
        queue_removals((name for each in files for name in each), now)
        return len(files)
