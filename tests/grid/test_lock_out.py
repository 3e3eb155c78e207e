"""The lock-out rule."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from grid.lock_out import LONGEST_LOCK, NO_FAILURES, after_failure, after_success, lock_length

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def fail(times, failures=NO_FAILURES, start=NOW, every=timedelta(seconds=10)):
    for index in range(times):
        failures = after_failure(failures, start + index * every)
    return failures


def test_four_failures_do_not_lock_and_the_fifth_does_for_fifteen_minutes():
    assert not fail(4).is_locked(NOW + timedelta(minutes=1))
    locked = fail(5)
    last = NOW + timedelta(seconds=40)
    assert locked.is_locked(last)
    assert locked.is_locked(last + timedelta(minutes=14, seconds=59))
    assert not locked.is_locked(last + timedelta(minutes=15))


def test_failures_spread_over_more_than_the_window_do_not_lock():
    assert fail(12, every=timedelta(minutes=4)).locked_until is None


def test_every_further_lock_doubles_up_to_a_day():
    lengths = [lock_length(locks) for locks in range(9)]
    assert lengths[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert lengths[-1] == LONGEST_LOCK == lock_length(10_000)


def test_a_second_round_of_failures_locks_for_longer():
    first = fail(5)
    later = first.locked_until
    second = fail(5, first, later, timedelta(0))
    assert second.locked_until - later == timedelta(minutes=30)


def test_trying_during_a_lock_does_not_lengthen_it():
    locked = fail(5)
    assert after_failure(locked, NOW + timedelta(minutes=5)) == locked


def test_success_forgives_everything():
    assert after_success() == NO_FAILURES


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3_600), max_size=60))
def test_no_account_stays_locked_for_more_than_a_day_after_the_last_try(pauses):
    failures, now = NO_FAILURES, NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        failures = after_failure(failures, now)
    assert not failures.is_locked(now + LONGEST_LOCK)
