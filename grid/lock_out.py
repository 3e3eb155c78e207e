"""The lock-out rule: an account whose password is guessed at is closed for a while, each time for longer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MAXIMUM_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LoginFailures:
    """What is remembered since the last success: failures in the present window, and locks so far."""

    count: int = 0
    since: datetime | None = None
    locks: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


NO_FAILURES = LoginFailures()


def after_failure(failures: LoginFailures, now: datetime) -> LoginFailures:
    """The fifth failure within fifteen minutes locks: 15 minutes, then doubling up to a day.

    A try during a lock changes nothing, so nobody can keep an account locked for ever by trying on.
    """
    if failures.is_locked(now):
        return failures
    since = failures.since
    if since is None or now >= since + FAILURE_WINDOW:
        failures, since = LoginFailures(locks=failures.locks), now
    count = failures.count + 1
    if count < MAXIMUM_FAILURES:
        return LoginFailures(count, since, failures.locks)
    return LoginFailures(locks=failures.locks + 1, locked_until=now + lock_length(failures.locks))


def after_success() -> LoginFailures:
    """The right password forgives everything."""
    return NO_FAILURES


def lock_length(earlier_locks: int) -> timedelta:
    """15 minutes, 30, 60 … and never more than a day."""
    # Past ten doublings the length is capped anyway; it must not overflow with an attacker's patience.
    return min(LONGEST_LOCK, FIRST_LOCK * (1 << min(earlier_locks, 10)))
