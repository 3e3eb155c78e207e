"""Residents sign in by phone and one-time code; the account is made at the first sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from grid.models import Account, OneTimeCode, OutboxMessage
from grid.one_time_codes import (
    LIFETIME,
    CodeVerdict,
    IssuedCode,
    hash_code,
    judge_code,
    make_code,
    next_sending_at,
)
from grid.outbox import put_in_outbox
from grid.phone_numbers import PhoneKeys, hash_phone_number, mask_phone_number
from grid.secret_texts import encrypt_text
from server.db import db, is_postgresql, new_id
from server.errors import TooManyRequests, Unauthenticated

_KEPT_FOR = timedelta(days=2)


class WrongCode(Unauthenticated):
    """The code is wrong, expired, used, or tried too often; which of these is not said."""

    default_code = "wrong_code"

    def __init__(self) -> None:
        super().__init__(
            "验证码不正确或已失效，请重新获取", "The code is wrong or has expired; request another"
        )


class CodeTooSoon(TooManyRequests):
    default_code = "code_too_soon"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"验证码发送过于频繁，请 {seconds} 秒后再试",
            f"Codes are sent less often; try again in {seconds} seconds",
            extra={"retry_after_seconds": seconds},
        )


def request_code(phone_number: str, keys: PhoneKeys, now: datetime) -> OutboxMessage:
    """Put a new code for a phone (normalised) into the outbox; raises CodeTooSoon.

    Whether anybody has signed in with this phone before makes no difference to anything that can be seen.
    """
    phone_hash = hash_phone_number(phone_number, keys.lookup)
    _take_turns(phone_hash)
    _forget_old_codes(now)
    earliest = next_sending_at(_sendings(phone_hash, now), now)
    if earliest > now:
        raise CodeTooSoon(-(-int((earliest - now).total_seconds() * 1000) // 1000) or 1)
    code = make_code()
    db.session.add(
        OneTimeCode(
            phone_hash=phone_hash,
            code_hash=hash_code(code, phone_hash, keys.lookup),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    minutes = int(LIFETIME.total_seconds() // 60)
    text = f"【家园】您的登录验证码是 {code}，{minutes} 分钟内有效。请勿告诉他人。"
    return put_in_outbox(phone_number, text, keys, now)


def sign_in_with_code(phone_number: str, code: str, keys: PhoneKeys, now: datetime) -> Account | None:
    """The resident's account where the phone's newest code is this one, else None, a try more.

    The caller must commit either way. An account that was made inactive answers as a wrong code does.
    """
    phone_hash = hash_phone_number(phone_number, keys.lookup)
    row = _lock_newest_code(phone_hash)
    if row is None:
        return None
    issued = IssuedCode(row.code_hash, row.created_at, row.attempts, row.used_at is not None)
    verdict = judge_code(issued, hash_code(code, phone_hash, keys.lookup), now)
    row.attempts += 1
    if verdict is CodeVerdict.RIGHT:
        row.used_at = now
    db.session.flush()
    if verdict is not CodeVerdict.RIGHT:
        return None
    account = find_or_create_resident(phone_number, keys, now)
    return account if account.is_active else None


def find_or_create_resident(phone_number: str, keys: PhoneKeys, now: datetime) -> Account:
    """The account of a phone number (normalised); made if there is none, once however many ask at a time."""
    phone_hash = hash_phone_number(phone_number, keys.lookup)
    values = {
        "id": new_id(),
        "display_name": f"居民{mask_phone_number(phone_number)[-4:]}",
        "must_change_password": False,
        "phone_encrypted": encrypt_text(phone_number, keys.encryption),
        "phone_hash": phone_hash,
        "is_active": True,
        "is_demo": False,
        "revision": 1,
        "created_at": now,
    }
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    db.session.execute(insert(Account).values(values).on_conflict_do_nothing())
    return db.session.scalars(sa.select(Account).where(Account.phone_hash == phone_hash)).one()


def _take_turns(phone_hash: str) -> None:
    """Requests for one phone wait for each other, so that many at once do not all find that none was sent."""
    if is_postgresql():
        lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(phone_hash, 0))
        db.session.execute(sa.select(lock))


def _sendings(phone_hash: str, now: datetime) -> list[datetime]:
    query = sa.select(OneTimeCode.created_at).where(
        OneTimeCode.phone_hash == phone_hash, OneTimeCode.created_at > now - timedelta(days=1)
    )
    return list(db.session.scalars(query))


def _lock_newest_code(phone_hash: str) -> OneTimeCode | None:
    query = (
        sa.select(OneTimeCode)
        .where(OneTimeCode.phone_hash == phone_hash)
        .order_by(OneTimeCode.created_at.desc(), OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    return db.session.scalar(query, execution_options={"populate_existing": True})


def _forget_old_codes(now: datetime) -> None:
    old = OneTimeCode.created_at < now - _KEPT_FOR
    db.session.execute(sa.delete(OneTimeCode).where(old), execution_options={"synchronize_session": False})
