"""Changes per day add up to counts, however they are bucketed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.compliance import PairStatus, start_of_day, status_at, timeline
from checklists.daily_counts import buckets_of, count_changes, day_steps, is_summed, status_on
from tests.checklists.facts import START, pair_facts

DAY = timedelta(days=1)


def steps_of(facts):
    return day_steps((segment.since, segment.status) for segment in timeline(facts))


days = st.integers(-5, 90).map(lambda offset: START.date() + offset * DAY)


def test_only_the_status_at_the_end_of_a_day_counts():
    morning = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert day_steps([(morning, PairStatus.FAIL), (morning + timedelta(hours=2), PairStatus.PASS)]) == (
        (date(2026, 3, 2), PairStatus.PASS),
    )


def test_the_day_is_the_residents_day():
    just_before_midnight = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    steps = day_steps(
        [
            (just_before_midnight, PairStatus.FAIL),
            (just_before_midnight + timedelta(minutes=1), PairStatus.PASS),
        ]
    )
    assert steps == ((date(2026, 3, 2), PairStatus.FAIL), (date(2026, 3, 3), PairStatus.PASS))


def test_a_day_that_ends_as_it_began_is_no_step():
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    steps = day_steps(
        [
            (at - DAY, PairStatus.PASS),
            (at, PairStatus.FAIL),
            (at + hour, PairStatus.PASS),
        ]
    )
    assert steps == ((date(2026, 3, 1), PairStatus.PASS),)


@settings(max_examples=60)
@given(pair_facts, days)
def test_the_status_on_a_day_is_the_timelines_at_its_end(facts, day):
    end = start_of_day(day + DAY) - timedelta(microseconds=1)
    on_day = status_on(steps_of(facts), day)
    assert (on_day or PairStatus.UNASSESSED) is status_at(timeline(facts), end).status


@settings(max_examples=60)
@given(st.lists(st.lists(pair_facts, min_size=1, max_size=3), max_size=4), days)
def test_changes_summed_up_to_a_day_are_the_counts_of_that_day(histories, day):
    """Each history is one pair whose facts were replaced several times."""
    total: Counter[tuple[date, PairStatus]] = Counter()
    for versions in histories:
        before = ()
        for facts in versions:
            after = steps_of(facts)
            total.update(count_changes(before, after))
            before = after
    summed = Counter()
    for (on, status), count in total.items():
        if on <= day:
            summed[status] += count
    naive = Counter(status_on(steps_of(versions[-1]), day) for versions in histories)
    for status in PairStatus:
        assert summed[status] == naive[status]


@given(pair_facts)
@settings(max_examples=40)
def test_an_unchanged_timeline_changes_no_count(facts):
    assert count_changes(steps_of(facts), steps_of(facts)) == {}


@given(st.dates(date(2019, 1, 1), date(2031, 12, 31)), st.dates(date(2019, 1, 1), date(2031, 12, 31)))
def test_every_past_day_is_in_exactly_one_summed_bucket_and_no_later_day_in_any(day, as_of):
    summed = [bucket for bucket in buckets_of(day) if is_summed(bucket, as_of)]
    assert len(summed) == (1 if day <= as_of else 0)
