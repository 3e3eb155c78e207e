"""Releasing photos to the public, blacked out where staff have said so, and withdrawing them; the original stays as it is."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from io import BytesIO

import sqlalchemy as sa

from grid.permissions import Actor
from server.db import db
from server.errors import Forbidden, NotFound
from uploads.file_removals import hold_names, queue_removals
from uploads.models import Photo, PhotoRelease
from uploads.redaction import Box, PublicPicture, burn_in, check_boxes
from uploads.storage import PhotoStore


def make_public_picture(photo: Photo, boxes: Sequence[Box], store: PhotoStore) -> tuple[PublicPicture, str]:
    """Burn the boxes in and keep the file; before any transaction, as with every file. Returns it with its SHA-256."""
    check_boxes(boxes)
    with store.open(photo.display_sha256) as file:
        picture = burn_in(file.read(), boxes)
    sha256 = hashlib.sha256(picture.data).hexdigest()
    store.put(sha256, BytesIO(picture.data))
    return picture, sha256


def release_photo(
    photo_id: uuid.UUID,
    boxes: Sequence[Box],
    note: str,
    picture: tuple[PublicPicture, str],
    actor: Actor,
    now: datetime,
) -> PhotoRelease:
    """Let the public see a photo as `make_public_picture` made it; an earlier release of it ends.

    The same release again is the release that there is.
    """
    if actor.account_id is None:
        raise Forbidden()
    made, sha256 = picture
    db.session.execute(sa.select(Photo.id).where(Photo.id == photo_id).with_for_update())
    present = find_release(photo_id)
    if present is not None and present.public_sha256 == sha256 and present.note == note:
        return present
    hold_names([sha256], now)
    if present is not None:
        _end(present, actor, now, keeps=sha256)
    release = PhotoRelease(
        photo_id=photo_id,
        boxes=[asdict(box) for box in boxes],
        note=note,
        public_sha256=sha256,
        width=made.width,
        height=made.height,
        released_at=now,
        released_by=actor.account_id,
    )
    db.session.add(release)
    db.session.flush()
    return release


def withdraw_release(photo_id: uuid.UUID, actor: Actor, now: datetime) -> None:
    """From now on the public sees the photo no more; that it was released, by whom and how, stays known."""
    db.session.execute(sa.select(Photo.id).where(Photo.id == photo_id).with_for_update())
    present = find_release(photo_id)
    if present is None:
        raise NotFound("这张照片没有公开", "The photo is not released")
    _end(present, actor, now)


def find_release(photo_id: uuid.UUID) -> PhotoRelease | None:
    """The present release of a photo."""
    current = sa.select(PhotoRelease).where(
        PhotoRelease.photo_id == photo_id, PhotoRelease.withdrawn_at.is_(None)
    )
    return db.session.scalar(current.execution_options(populate_existing=True))


def list_released(photo_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some photos that the public sees now; one query."""
    released = sa.select(PhotoRelease.photo_id).where(
        PhotoRelease.photo_id.in_(photo_ids), PhotoRelease.withdrawn_at.is_(None)
    )
    return set(db.session.scalars(released))


def get_public_release(release_id: uuid.UUID) -> PhotoRelease:
    """A release that stands, by its own id; raises `NotFound`."""
    release = db.session.get(PhotoRelease, release_id)
    if release is None or release.withdrawn_at is not None:
        raise NotFound("没有这张照片", "There is no such photo")
    return release


def _end(release: PhotoRelease, actor: Actor, now: datetime, keeps: str | None = None) -> None:
    release.withdrawn_at, release.withdrawn_by = now, actor.account_id
    db.session.flush()
    queue_removals({release.public_sha256} - {keeps}, now)
