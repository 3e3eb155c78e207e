"""Signing in by username and password, with the lock-out. A failure tells nothing about which names exist.

Names that no account bears are verified, counted and locked exactly like those that one does.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from grid.lock_out import NO_FAILURES, LoginFailures, after_failure
from grid.models import Account, SignInFailures
from grid.passwords import hash_password, is_password_right, needs_rehash
from server.db import db, is_postgresql
from server.errors import TooManyRequests, Unauthenticated

# What is older than the longest lock plus the window can lock nothing any more, save by its number of locks.
_FORGOTTEN_AFTER = timedelta(days=2)


class WrongCredentials(Unauthenticated):
    """Name or password is wrong; which of them is not said."""

    default_code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确", "Wrong username or password")


class LockedOut(TooManyRequests):
    """Too many failures under this name, whether or not there is such an account."""

    default_code = "locked_out"

    def __init__(self, locked_until: datetime, now: datetime) -> None:
        seconds = max(1, int((locked_until - now).total_seconds()))
        minutes = -(-seconds // 60)
        super().__init__(
            f"连续多次登录失败，请 {minutes} 分钟后再试",
            f"Too many failures; try again in {minutes} minutes",
            extra={"retry_after_seconds": seconds},
        )


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """What comparing a password gave: the account if it was right, and a newer hash where costs have changed."""

    name_hash: str
    account_id: uuid.UUID | None
    password_hash: str | None = None
    better_hash: str | None = None


def check_password(
    username: str, password: str, lookup_key: str, now: datetime, *, admits_demo: bool = True
) -> PasswordCheck:
    """Compare a password; slow on purpose, so it is to run outside any transaction. Raises LockedOut.

    Everybody knows the demo people's password; where they are not admitted, theirs is wrong.
    """
    name = username.replace("\0", "\ufffd").encode("utf-8", "replace").decode().strip().lower()[:200]
    name_hash = _hash_name(name, lookup_key)
    _refuse_locked(find_failures(name_hash), now)
    account = db.session.scalar(sa.select(Account).where(Account.username == name))
    is_admitted = account is not None and account.is_active and (admits_demo or not account.is_demo)
    stored = account.password_hash if account is not None and is_admitted else None
    is_right = is_password_right(stored, password)
    if account is None or stored is None or not is_right:
        return PasswordCheck(name_hash, None)
    better = hash_password(password) if needs_rehash(stored) else None
    return PasswordCheck(name_hash, account.id, stored, better)


def settle_password_check(check: PasswordCheck, now: datetime) -> Account | None:
    """Record what a check gave: the account that is now signed in, or None, a failure more.

    Failures are counted one after the other, so that many tries at once are not one try. The caller must
    commit either way. Raises LockedOut where others' failures have locked the name meanwhile.
    """
    failures = _lock_failures(check.name_hash, now)
    _refuse_locked(_facts(failures), now)
    account = _still_right(check)
    if account is None:
        _store(failures, after_failure(_facts(failures), now), now)
        _forget_old_failures(now)
        return None
    db.session.delete(failures)
    if check.better_hash is not None:
        account.password_hash = check.better_hash
    db.session.flush()
    return account


def find_failures(name_hash: str) -> LoginFailures:
    row = db.session.get(SignInFailures, name_hash, populate_existing=True)
    return NO_FAILURES if row is None else _facts(row)


def unlock(username: str, lookup_key: str) -> None:
    """Forgive a name its failures, e.g. after its password was reset."""
    name_hash = _hash_name(username, lookup_key)
    db.session.execute(sa.delete(SignInFailures).where(SignInFailures.name_hash == name_hash))


def _still_right(check: PasswordCheck) -> Account | None:
    """The account of a right check, unless it was deactivated or its password changed meanwhile."""
    if check.account_id is None:
        return None
    account = db.session.get(Account, check.account_id, with_for_update=True, populate_existing=True)
    if account is None or not account.is_active or account.password_hash != check.password_hash:
        return None
    return account


def _refuse_locked(failures: LoginFailures, now: datetime) -> None:
    if failures.is_locked(now) and failures.locked_until is not None:
        raise LockedOut(failures.locked_until, now)


def _lock_failures(name_hash: str, now: datetime) -> SignInFailures:
    """The name's row, made if need be, held until the transaction ends: tries under one name take turns."""
    values = {"name_hash": name_hash, "count": 0, "locks": 0, "last_failed_at": now}
    if is_postgresql():
        db.session.execute(postgresql.insert(SignInFailures).values(values).on_conflict_do_nothing())
    else:
        db.session.execute(sqlite.insert(SignInFailures).values(values).on_conflict_do_nothing())
    return db.session.get_one(SignInFailures, name_hash, with_for_update=True, populate_existing=True)


def _facts(row: SignInFailures) -> LoginFailures:
    return LoginFailures(row.count, row.since, row.locks, row.locked_until)


def _store(row: SignInFailures, failures: LoginFailures, now: datetime) -> None:
    row.count, row.since = failures.count, failures.since
    row.locks, row.locked_until = failures.locks, failures.locked_until
    row.last_failed_at = now
    db.session.flush()


def _forget_old_failures(now: datetime) -> None:
    old = SignInFailures.last_failed_at < now - _FORGOTTEN_AFTER
    db.session.execute(sa.delete(SignInFailures).where(old), execution_options={"synchronize_session": False})


def _hash_name(username: str, lookup_key: str) -> str:
    message = b"name:" + username.encode("utf-8", "replace")
    return hmac.new(lookup_key.encode(), message, hashlib.sha256).hexdigest()
