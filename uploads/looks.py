"""The record of who looked at an original, when and why."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grid.models import Account
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


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at an original, by the name the account has now, when and why."""

    account_id: uuid.UUID
    account_name: str
    looked_at: datetime
    reason: str


def list_looks(photo_id: uuid.UUID) -> list[Look]:
    """All looks at one original, the newest first."""
    look = OriginalLook
    looks = sa.select(look.account_id, Account.display_name, look.looked_at, look.reason)
    of_photo = looks.join(Account, Account.id == look.account_id).where(look.photo_id == photo_id)
    rows = db.session.execute(of_photo.order_by(look.looked_at.desc(), look.id.desc()))
    return [Look(*row) for row in rows]
