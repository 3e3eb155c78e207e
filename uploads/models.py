"""Photos as tables: what was stored for whom, what it belongs to, who looked at an original, what the public may see."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Json, UtcDateTime, name_conflict, new_id


class PhotoOwnerKind(StrEnum):
    """What photos belong to; the tables stand in folders above this one."""

    REPORT = "report"
    INSPECTION = "inspection"
    CASE = "case"


class Photo(Base):
    """One photo, named by the client (UUIDv7). The files lie in the store under the three SHA-256.

    Uploaded by an account, or by nobody who holds the capability (hashed here). `width` and `height` are upright.
    The device's own clock and position and the photo's EXIF (`evidence`) are kept as said, never corrected.
    `owner_kind` and `owner_id` are set once, by the report, inspection or case that claims it. `perceptual_hash` says
    what it looks like (uploads/perceptual_hash.py). A photo past its retention stays as a tombstone: the row with
    `removed_at`, without files, EXIF and positions.
    """

    __tablename__ = "photos"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    display_sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    thumbnail_sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size_bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(20))
    width: Mapped[int]
    height: Mapped[int]
    # About 25 bytes that draw a blur of the picture before it is loaded (base64); unknown for the oldest photos.
    thumbhash: Mapped[str | None] = mapped_column(sa.String(48))
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    capability_hash: Mapped[str | None] = mapped_column(sa.String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_latitude: Mapped[float | None]
    device_longitude: Mapped[float | None]
    device_accuracy_metres: Mapped[float | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    owner_kind: Mapped[str | None] = mapped_column(sa.String(20))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    perceptual_hash: Mapped[int | None] = mapped_column(sa.BigInteger)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removal_reason: Mapped[str | None] = mapped_column(sa.String(200))

    __table_args__ = (
        sa.CheckConstraint("uploaded_by IS NOT NULL OR capability_hash IS NOT NULL", name="has_uploader"),
        sa.CheckConstraint("(owner_kind IS NULL) = (owner_id IS NULL)", name="whole_owner"),
        sa.Index("ix_photos_owner_kind_owner_id", "owner_kind", "owner_id"),
        sa.Index(
            "ix_photos_unclaimed",
            "received_at",
            sqlite_where=sa.text("owner_id IS NULL"),
            postgresql_where=sa.text("owner_id IS NULL"),
        ),
        # Retention goes through what is claimed by age.
        sa.Index("ix_photos_claimed_at_id", "claimed_at", "id"),
    )


class OriginalLook(Base):
    """One look at an original: who, when, why. Never updated or deleted."""

    __tablename__ = "original_looks"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("photos.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(sa.String(200))


class PhotoHashBand(Base):
    """One of the five bands of a claimed photo's perceptual hash: what `uploads.similarity` finds near ones by."""

    __tablename__ = "photo_hash_bands"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # No foreign key: removing any photo would look for it here, five rows a photo, by an index of its own. Claimed
    # photos are never removed as rows.
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    perceptual_hash: Mapped[int] = mapped_column(sa.BigInteger)


class PhotoRelease(Base):
    """A photo as the public may see it, from when a dispatcher released it until it is withdrawn or released anew.

    `boxes` are what was blacked out, in fractions of width and height; `public_sha256` is the file that shows it so.
    """

    __tablename__ = "photo_releases"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("photos.id"), index=True)
    boxes: Mapped[list[dict[str, float]]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    public_sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (
        sa.Index(
            "uq_photo_releases_current",
            "photo_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )


name_conflict(
    "uq_photo_releases_current",
    "照片刚被别人公开，请刷新后再试",
    "Somebody else has just released the photo",
    "released_already",
)


class FileRemoval(Base):
    """A file that no row names any more, on its way out of the store; `removed_at` once it is gone.

    Between the two nobody may store the same bytes (uploads/file_removals.py).
    """

    __tablename__ = "photo_file_removals"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_under_way: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "ix_photo_file_removals_waiting",
            "sha256",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )
