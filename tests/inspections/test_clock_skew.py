"""A phone's clock is measured and flagged, and its times are kept as they are."""

from datetime import UTC, datetime, timedelta

import pytest

from inspections.clock_skew import measure_skew, tells_order, visit_finished_at

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_a_phone_that_is_ahead_has_positive_skew() -> None:
    assert measure_skew(NOW + timedelta(seconds=90), NOW).skew_seconds == 90


def test_a_phone_that_is_behind_has_negative_skew() -> None:
    assert measure_skew(NOW - timedelta(hours=2), NOW).skew_seconds == -7200


@pytest.mark.parametrize(
    ("skew", "is_flagged"),
    [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True), (-timedelta(minutes=6), True)],
)
def test_skew_over_the_threshold_is_flagged_either_way(skew: timedelta, is_flagged: bool) -> None:
    assert measure_skew(NOW + skew, NOW).is_flagged is is_flagged


def test_both_clocks_are_kept_unchanged() -> None:
    sent = NOW + timedelta(days=400)
    measured = measure_skew(sent, NOW)
    assert (measured.device_sent_at, measured.received_at) == (sent, NOW)


def test_a_trusted_phone_says_when_the_visit_finished() -> None:
    finished = NOW - timedelta(hours=5)
    assert visit_finished_at(finished, measure_skew(NOW, NOW), NOW) == finished


def test_a_phone_with_a_wrong_clock_does_not_say_when_the_visit_finished() -> None:
    skew = measure_skew(NOW - timedelta(days=3), NOW)
    assert visit_finished_at(NOW - timedelta(days=3), skew, NOW) == NOW


def test_without_the_phones_own_time_the_receipt_counts() -> None:
    assert visit_finished_at(NOW - timedelta(hours=5), None, NOW) == NOW
    assert visit_finished_at(None, measure_skew(NOW, NOW), NOW) == NOW


def test_a_visit_never_finishes_after_its_receipt() -> None:
    skew = measure_skew(NOW + timedelta(minutes=3), NOW)
    assert visit_finished_at(NOW + timedelta(minutes=2), skew, NOW) == NOW


@pytest.mark.parametrize(
    "sent",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)],
)
def test_a_clock_that_is_decades_off_is_flagged_and_its_skew_fits_any_database(sent: datetime) -> None:
    measured = measure_skew(sent, NOW)
    assert measured.is_flagged
    assert abs(measured.skew_seconds) <= 2**31 - 1
    assert (measured.skew_seconds > 0) == (sent > NOW)


def test_a_reset_clock_says_nothing_of_what_came_first() -> None:
    assert tells_order(NOW - timedelta(hours=5), NOW)
    assert not tells_order(datetime(1970, 1, 1, tzinfo=UTC), NOW)
