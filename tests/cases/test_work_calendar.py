from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import work_calendar
from cases.work_calendar import (
    WorkCalendar,
    is_provisional,
    is_work_day,
    work_day_after,
    work_day_before,
    work_days_between,
)
from server.clock import LOCAL_ZONE

CALENDAR = WorkCalendar()
days = st.dates(date(2019, 1, 1), date(2031, 12, 31))
instants = st.datetimes(datetime(2019, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    "day, worked",
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked in exchange (调休)
        (date(2026, 9, 20), True),  # a Sunday worked in exchange
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 11, 23), True),
    ],
)
def test_the_statutory_calendar_with_exchanged_days_decides_what_a_work_day_is(day, worked):
    assert is_work_day(day) is worked


def test_a_year_without_announced_holidays_is_weekends_only_and_says_so():
    assert is_work_day(date(2031, 10, 1))  # a Wednesday; the holiday is not known yet
    assert is_provisional(date(2031, 1, 1), date(2031, 1, 2))
    assert not is_provisional(date(2026, 1, 1), date(2026, 12, 31))
    assert is_provisional(date(2025, 12, 31), date(2031, 1, 1))


@given(days, st.integers(1, 300))
def test_the_nth_work_day_after_a_day_is_the_one_that_counting_gives(day, count):
    found = work_day_after(day, count)
    assert is_work_day(found)
    assert work_days_between(day, found) == count
    walked = sum(is_work_day(day + timedelta(days=step)) for step in range(1, (found - day).days + 1))
    assert walked == count


@given(days, st.integers(0, 300))
def test_going_back_some_work_days_undoes_going_forward(day, count):
    earlier = work_day_before(day, count)
    assert is_work_day(earlier)
    last = work_day_before(day, 0)
    assert last <= day
    assert work_days_between(earlier, last) == count


@given(instants, st.integers(1, 60 * 400))
def test_open_time_counted_and_open_time_added_agree(start, minutes):
    length = timedelta(minutes=minutes)
    end = CALENDAR.after_open_time(start, length)
    assert CALENDAR.open_time_between(start, end) == length
    assert CALENDAR.is_open(end)
    assert end > start


@given(st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_open_time_adds_up_over_neighbouring_spans(moments):
    first, middle, last = moments
    whole = CALENDAR.open_time_between(first, last)
    assert whole == CALENDAR.open_time_between(first, middle) + CALENDAR.open_time_between(middle, last)
    assert CALENDAR.open_time_between(last, first) == timedelta() or first == last


def test_the_noon_break_does_not_count():
    assert CALENDAR.open_time_between(local("2026-11-23T11:00"), local("2026-11-23T14:00")) == timedelta(
        hours=1
    )


def test_open_time_starts_with_the_next_opening_outside_office_hours():
    friday_evening = local("2026-11-20T20:00")
    assert CALENDAR.after_open_time(friday_evening, timedelta(hours=1)) == local("2026-11-23T09:30")


def test_whole_days_of_open_time_end_when_the_office_closes_not_when_it_opens_again():
    two_days = 2 * CALENDAR.day_length
    assert CALENDAR.after_open_time(local("2026-11-23T08:30"), two_days) == local("2026-11-24T17:00")
    assert CALENDAR.after_open_time(local("2026-11-21T12:00"), two_days) == local("2026-11-24T17:00")


@pytest.mark.parametrize(
    "periods",
    [(), ((time(12), time(9)),), ((time(8), time(12)), (time(11), time(17)))],
)
def test_office_hours_that_overlap_or_run_backwards_are_refused(periods):
    with pytest.raises(ValueError, match="office hours"):
        WorkCalendar(office_hours=periods)


def test_a_long_limit_is_found_without_walking_the_days(monkeypatch):
    years = []
    ask = work_calendar._work_year
    monkeypatch.setattr(work_calendar, "_work_year", lambda year: years.append(year) or ask(year))
    found = work_day_after(date(2026, 1, 5), 2000)
    assert years == list(range(2026, found.year + 1))
    assert len(years) < 12


@settings(max_examples=30)
@given(instants)
def test_other_office_hours_are_kept_to(start):
    calendar = WorkCalendar(office_hours=((time(9), time(12)), (time(13), time(18))))
    end = calendar.after_open_time(start, timedelta(hours=9)).astimezone(LOCAL_ZONE)
    assert calendar.is_open(end)
    assert time(9) < end.time() <= time(18)
