"""Which photos of case files the public may see: those that were released, known by their release and not by their own id."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cases.models import CasePhoto
from cases.terms import PhotoKind
from server.db import db
from uploads.models import Photo, PhotoRelease


@dataclass(frozen=True, slots=True)
class ReleasedPhoto:
    """A photo that was released to the public; `is_after` where it was taken after the problem was handled."""

    release_id: uuid.UUID
    is_after: bool
    added_at: datetime
    width: int
    height: int


def list_released_among(photo_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ReleasedPhoto]:
    """Those of some photos of inspections that were released, by the photo's own id; one query."""
    statement = (
        sa.select(PhotoRelease, Photo.received_at)
        .join(Photo, Photo.id == PhotoRelease.photo_id)
        .where(PhotoRelease.photo_id.in_(photo_ids), PhotoRelease.withdrawn_at.is_(None))
    )
    return {
        release.photo_id: ReleasedPhoto(release.id, False, received_at, release.width, release.height)
        for release, received_at in db.session.execute(statement)
    }


def list_released_photos(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ReleasedPhoto]]:
    """What a dispatcher has released of each case file, in the order in which it came; one query for all."""
    found: dict[uuid.UUID, list[ReleasedPhoto]] = {case_id: [] for case_id in case_ids}
    rows = db.session.execute(
        sa.select(CasePhoto.case_id, CasePhoto.kind, CasePhoto.added_at, PhotoRelease)
        .join(PhotoRelease, PhotoRelease.photo_id == CasePhoto.photo_id)
        .where(CasePhoto.case_id.in_(case_ids), PhotoRelease.withdrawn_at.is_(None))
        .order_by(CasePhoto.event_seq, CasePhoto.position)
    )
    for case_id, kind, added_at, release in rows:
        is_after = kind == PhotoKind.AFTER.value
        found[case_id].append(ReleasedPhoto(release.id, is_after, added_at, release.width, release.height))
    return found
