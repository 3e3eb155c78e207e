"""Photos as tables: what was stored for whom, what it belongs to, and who looked at an original."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, Json, UtcDateTime, new_id


class PhotoOwnerKind(StrEnum):
    """What photos belong to; the tables stand in folders above this one."""

    REPORT = "report"
    INSPECTION = "inspection"
    CASE = "case"


class Photo(Base):
    """One photo, named by the client (UUIDv7). The files lie in the store under the three SHA-256.

    Uploaded by an account, or by nobody who holds the capability (hashed here). `width` and `height` are upright.
    The device's own clock and position and the photo's EXIF (`evidence`) are kept as said, never corrected.
    `owner_kind` and `owner_id` are set once, by the report, inspection or case that claims it.
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
    )


class OriginalLook(Base):
    """One look at an original: who, when, why. Never updated or deleted."""

    __tablename__ = "original_looks"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("photos.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(sa.String(200))
