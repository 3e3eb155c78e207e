"""Retention: photos whose case ended long ago go; a tombstone says that there was a photo, which, and when it went.

How long is a setting (`PHOTO_RETENTION_DAYS`), and none by default: no policy fixes it, and evidence is not thrown away
by a default.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cases.models import Case, CasePhoto
from cases.terms import OPEN_STATES, AppealStatus
from server.db import db, end_read, transaction
from uploads.file_removals import queue_removals
from uploads.models import Photo, PhotoOwnerKind, PhotoRelease

_ROWS_AT_ONCE = 200
_Key = tuple[datetime, uuid.UUID]


def count_expired(now: datetime, days: int) -> int:
    """How many photos are past their retention."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Photo).where(*_is_due(now, days))) or 0


def retire_expired(now: datetime, days: int) -> Iterator[int]:
    """Make tombstones of the photos past their retention and queue their files; yield how many each step retired.

    A photo is kept while any case that shows it is open, has an appeal undecided or ended less than `days` ago; one
    that no case shows, until `days` after it was claimed. Of a merged case the one it was merged into counts.
    Opens a transaction a step; stopped anywhere, it can be begun again.
    """
    after: _Key | None = None
    while rows := _next_rows(now, days, after):
        after = (rows[-1].claimed_at, rows[-1].id)
        yield _retire([row.id for row in rows], now, days)


def _is_due(now: datetime, days: int) -> tuple[sa.ColumnElement[bool], ...]:
    until = now - timedelta(days=days)
    return (Photo.claimed_at < until, Photo.removed_at.is_(None), sa.not_(_is_kept_by_a_case(until)))


def _is_kept_by_a_case(until: datetime) -> sa.ColumnElement[bool]:
    """Whether any case that shows the photo, or has claimed it, still needs it.

    Two questions, not one with "or": each then goes by its own index.
    """
    case, master = aliased(Case), aliased(Case)
    needing = (
        sa.select(sa.literal(1))
        .select_from(case)
        .outerjoin(master, master.id == case.merged_into_id)
        .where(sa.or_(_needs_photos(case, until), _needs_photos(master, until)))
    )
    showing = needing.join(CasePhoto, CasePhoto.case_id == case.id).where(CasePhoto.photo_id == Photo.id)
    owning = needing.where(case.id == Photo.owner_id, Photo.owner_kind == PhotoOwnerKind.CASE.value)
    return sa.or_(showing.correlate(Photo).exists(), owning.correlate(Photo).exists())


def _needs_photos(case: type[Case], until: datetime) -> sa.ColumnElement[bool]:
    """Open, under appeal, or ended (closed, not filed, merged: touched for the last time) only lately."""
    return sa.or_(
        case.state.in_(OPEN_STATES),
        case.appeal == AppealStatus.PENDING,
        case.updated_at >= until,
    )


def _next_rows(now: datetime, days: int, after: _Key | None) -> Sequence[sa.Row[uuid.UUID, datetime]]:
    rows = sa.select(Photo.id, Photo.claimed_at).where(*_is_due(now, days))
    if after is not None:
        key = sa.tuple_(
            sa.literal(after[0], type_=Photo.claimed_at.type), sa.literal(after[1], type_=Photo.id.type)
        )
        rows = rows.where(sa.tuple_(Photo.claimed_at, Photo.id) > key)
    found = db.session.execute(rows.order_by(Photo.claimed_at, Photo.id).limit(_ROWS_AT_ONCE)).all()
    end_read()
    return found  # type: ignore[return-value]


def _retire(ids: Sequence[uuid.UUID], now: datetime, days: int) -> int:
    """What stays: id, hashes, sizes, who sent it and when, what it belonged to. What goes: pixels, EXIF, positions."""
    with transaction():
        due = sa.select(Photo).where(Photo.id.in_(ids), *_is_due(now, days)).order_by(Photo.id)
        photos = db.session.scalars(due.with_for_update(of=Photo)).all()
        names = [name for photo in photos for name in _bury(photo, now, days)]
        names += _withdraw_releases([photo.id for photo in photos], now)
        db.session.flush()
        queue_removals(names, now)
        return len(photos)


def _bury(photo: Photo, now: datetime, days: int) -> tuple[str, ...]:
    photo.removed_at, photo.removal_reason = now, f"retention: {days} days"
    photo.evidence = {}
    photo.device_latitude = photo.device_longitude = photo.device_accuracy_metres = None
    photo.thumbhash = None
    return photo.sha256, photo.display_sha256, photo.thumbnail_sha256


def _withdraw_releases(photo_ids: Sequence[uuid.UUID], now: datetime) -> list[str]:
    current = PhotoRelease.withdrawn_at.is_(None)
    gone = sa.update(PhotoRelease).where(PhotoRelease.photo_id.in_(photo_ids), current)
    named = gone.values(withdrawn_at=now).returning(PhotoRelease.public_sha256)
    return list(db.session.scalars(named.execution_options(synchronize_session=False)))
