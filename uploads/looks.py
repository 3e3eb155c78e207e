"""The record of who looked at an original, when and why."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from grid.permissions import Actor
from server.db import db
from server.errors import Forbidden
from uploads.models import OriginalLook


def record_look(photo_id: uuid.UUID, actor: Actor, reason: str, now: datetime) -> OriginalLook:
    """Note a look before the original is handed out; raises `Forbidden` for nobody in particular."""
    if actor.account_id is None:
        raise Forbidden()
    look = OriginalLook(photo_id=photo_id, account_id=actor.account_id, looked_at=now, reason=reason)
    db.session.add(look)
    db.session.flush()
    return look


def list_looks(photo_id: uuid.UUID) -> list[OriginalLook]:
    """All looks at one original, the newest first."""
    looks = sa.select(OriginalLook).where(OriginalLook.photo_id == photo_id)
    return list(db.session.scalars(looks.order_by(OriginalLook.looked_at.desc(), OriginalLook.id.desc())))
