"""From a signed-in session to the actor whom rules ask about: one query, whatever the number of posts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from grid.models import Account, Post, SignInSession
from grid.permissions import Actor, Grant, Role
from server.db import db


def find_actor(session_id: uuid.UUID, now: datetime) -> Actor | None:
    """The actor of a live session, with the posts held now; None where the session or account has ended."""
    rows = db.session.execute(_statement(session_id, now)).all()
    if not rows:
        return None
    first = rows[0]
    grants = tuple(Grant(Role(row.role), row.area_path, row.organisation_id) for row in rows if row.role)
    return Actor(
        first.id, first.display_name, grants, session_id, must_change_password=first.must_change_password
    )


def _statement(session_id: uuid.UUID, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    is_current = sa.and_(
        Post.account_id == Account.id,
        Post.valid_from <= now,
        sa.or_(Post.valid_until.is_(None), Post.valid_until > now),
    )
    return (
        sa.select(
            Account.id,
            Account.display_name,
            Account.must_change_password,
            Post.role,
            Post.area_path,
            Post.organisation_id,
        )
        .select_from(SignInSession)
        .join(Account, Account.id == SignInSession.account_id)
        .outerjoin(Post, is_current)
        .where(
            SignInSession.id == session_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
            Account.is_active.is_(True),
        )
        .order_by(Post.id)
    )
