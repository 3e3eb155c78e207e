"""Sign-in sessions: one a device, listed and revoked by their owner; every token names its session.

How a person proves who they are is `grid/staff_sign_in.py` and `grid/resident_sign_in.py`.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from grid.models import Account, OneTimeCode, OutboxMessage, SignInSession
from grid.permissions import Actor
from server.db import db
from server.errors import NotFound

# Two tabs of one browser may refresh at once with the same token.
REFRESH_GRACE = timedelta(seconds=30)
KEPT_AFTER_END = timedelta(days=30)
MAXIMUM_USER_AGENT = 200


def open_session(account_id: uuid.UUID, user_agent: str, lifetime: timedelta, now: datetime) -> SignInSession:
    """Begin a session on one device."""
    session = SignInSession(
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + lifetime,
        user_agent=user_agent[:MAXIMUM_USER_AGENT],
        refresh_id=uuid.uuid4(),
    )
    db.session.add(session)
    db.session.flush()
    return session


def renew_session(session_id: uuid.UUID, refresh_id: uuid.UUID, now: datetime) -> SignInSession | None:
    """Exchange a refresh token's id for the next one; the session's row, or None where it has ended.

    A refresh token is good once. One that comes back later was stolen, from the thief or from the owner:
    the session ends (RFC 9700, section 4.14.2), which the caller must commit.
    """
    session = db.session.get(SignInSession, session_id, with_for_update=True, populate_existing=True)
    if session is None or session.revoked_at is not None or now >= session.expires_at:
        return None
    if not _is_account_active(session.account_id):
        return None
    if session.refresh_id == refresh_id:
        session.previous_refresh_id, session.refresh_id = refresh_id, uuid.uuid4()
        session.refreshed_at = now
    elif not _is_in_grace(session, refresh_id, now):
        session.revoked_at = now
        db.session.flush()
        return None
    session.last_seen_at = now
    db.session.flush()
    return session


def list_sessions(actor: Actor, now: datetime) -> list[SignInSession]:
    """One's own sessions that still live, newest first."""
    query = sa.select(SignInSession).where(
        SignInSession.account_id == actor.account_id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
    )
    return list(db.session.scalars(query.order_by(SignInSession.created_at.desc(), SignInSession.id.desc())))


def revoke_session(actor: Actor, session_id: uuid.UUID, now: datetime) -> None:
    """End one of one's own sessions; ending it again is harmless. Raises NotFound for anybody else's."""
    session = db.session.get(SignInSession, session_id, with_for_update=True, populate_existing=True)
    if session is None or session.account_id != actor.account_id:
        raise NotFound("没有这个登录", "There is no such session")
    session.revoked_at = session.revoked_at or now
    db.session.flush()


def revoke_all_sessions(account_id: uuid.UUID, now: datetime, except_id: uuid.UUID | None = None) -> int:
    """Sign an account out everywhere, save perhaps here; returns how many sessions ended."""
    alive = sa.update(SignInSession).where(
        SignInSession.account_id == account_id, SignInSession.revoked_at.is_(None)
    )
    if except_id is not None:
        alive = alive.where(SignInSession.id != except_id)
    ended = db.session.execute(
        alive.values(revoked_at=now).returning(SignInSession.id),
        execution_options={"synchronize_session": "fetch"},
    )
    return len(ended.all())


def forget_ended_sessions(now: datetime) -> int:
    """Remove what ended a month ago and more: sessions, one-time codes, delivered messages; returns how many."""
    long_ago = now - KEPT_AFTER_END
    ended = (
        sa.delete(SignInSession).where(
            sa.or_(SignInSession.expires_at < long_ago, SignInSession.revoked_at < long_ago)
        ),
        sa.delete(OneTimeCode).where(OneTimeCode.expires_at < long_ago),
        sa.delete(OutboxMessage).where(OutboxMessage.sent_at < long_ago),
    )
    options = {"synchronize_session": False}
    results = [db.session.execute(statement, execution_options=options) for statement in ended]
    return sum(result.rowcount for result in results)  # type: ignore[attr-defined]


def _is_account_active(account_id: uuid.UUID) -> bool:
    return bool(db.session.scalar(sa.select(Account.is_active).where(Account.id == account_id)))


def _is_in_grace(session: SignInSession, refresh_id: uuid.UUID, now: datetime) -> bool:
    if session.previous_refresh_id != refresh_id or session.refreshed_at is None:
        return False
    return now - session.refreshed_at <= REFRESH_GRACE
