from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import (
    Clock,
    Deadline,
    Extension,
    Limit,
    Stop,
    StopKind,
    TimeUnit,
    deadline,
    read_clock,
    reminder_at,
)
from cases.work_calendar import WorkCalendar, is_work_day
from server.clock import LOCAL_ZONE

CALENDAR = WorkCalendar()
instants = st.datetimes(datetime(2019, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))
work_limits = st.builds(Limit, st.integers(1, 60), st.sampled_from([TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY]))
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(TimeUnit))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


def due(start: str, amount: int, unit: TimeUnit) -> datetime:
    return deadline(local(start), Limit(amount, unit), CALENDAR).due_at


@given(instants, work_limits)
def test_a_work_deadline_never_falls_on_a_rest_day_or_out_of_office_hours(start, limit):
    found = deadline(start, limit, CALENDAR).due_at
    assert is_work_day(found.astimezone(LOCAL_ZONE).date())
    assert CALENDAR.is_open(found)


@given(instants, limits)
def test_a_deadline_is_later_than_its_start_and_utc(start, limit):
    found = deadline(start, limit, CALENDAR).due_at
    assert found > start
    assert found.utcoffset() == timedelta()


@given(instants, st.integers(0, 10**6), limits)
def test_starting_later_is_never_due_earlier(start, seconds, limit):
    later = start + timedelta(seconds=seconds)
    assert deadline(later, limit, CALENDAR).due_at >= deadline(start, limit, CALENDAR).due_at


def test_natural_hours_count_nights_and_holidays():
    assert due("2026-09-30T20:00", 24, TimeUnit.NATURAL_HOUR) == local("2026-10-01T20:00")


def test_working_hours_leave_out_noon_nights_and_holidays():
    assert due("2026-09-30T16:00", 4, TimeUnit.WORK_HOUR) == local("2026-10-08T11:30")


def test_working_days_do_not_count_the_first_day_and_end_when_the_office_closes():
    assert due("2026-11-20T09:00", 1, TimeUnit.WORK_DAY) == local("2026-11-23T17:00")


def test_a_saturday_worked_in_exchange_counts_as_a_working_day():
    assert due("2026-10-09T10:00", 1, TimeUnit.WORK_DAY) == local("2026-10-10T17:00")


def test_a_deadline_in_a_year_without_announced_holidays_is_provisional():
    known = deadline(local("2026-11-02T10:00"), Limit(5, TimeUnit.WORK_DAY), CALENDAR)
    unknown = deadline(local("2030-12-30T10:00"), Limit(5, TimeUnit.WORK_DAY), CALENDAR)
    natural = deadline(local("2030-12-30T10:00"), Limit(5, TimeUnit.NATURAL_HOUR), CALENDAR)
    assert (known.is_provisional, unknown.is_provisional, natural.is_provisional) == (False, True, False)


@pytest.mark.parametrize("amount", [0, -1, 10_001])
def test_a_limit_of_nothing_or_of_ages_is_refused(amount):
    with pytest.raises(ValueError, match="limit"):
        Limit(amount, TimeUnit.WORK_DAY)


# --- stops and extensions -------------------------------------------------------------------------------


@st.composite
def adjustments(draw):
    made = []
    for _ in range(draw(st.integers(0, 4))):
        at = draw(instants)
        if draw(st.booleans()):
            made.append(Extension(at, "材料未到"))
            continue
        length = timedelta(minutes=draw(st.integers(0, 60 * 24 * 60)))
        made.append(Stop(StopKind.SUSPENSION, at, at + length, "等待施工"))
    return tuple(made)


@given(instants, limits, adjustments())
def test_stops_and_extensions_never_bring_a_deadline_nearer(start, limit, adjusted):
    reading = read_clock(Clock(start, limit, adjusted), CALENDAR)
    assert reading.deadline_raw == deadline(start, limit, CALENDAR).due_at
    assert reading.deadline_effective >= reading.deadline_raw
    assert all(stretch.due_after >= stretch.due_before for stretch in reading.stretches)


@given(instants, work_limits, adjustments())
def test_a_stretched_work_deadline_is_still_in_office_hours(start, limit, adjusted):
    assert CALENDAR.is_open(read_clock(Clock(start, limit, adjusted), CALENDAR).deadline_effective)


@given(instants, limits, adjustments())
def test_the_stretches_lead_from_the_raw_to_the_effective_deadline(start, limit, adjusted):
    reading = read_clock(Clock(start, limit, adjusted), CALENDAR)
    place = reading.deadline_raw
    for stretch in reading.stretches:
        assert stretch.due_before == place
        place = stretch.due_after
    assert place == reading.deadline_effective


def suspended(from_at: str, until_at: str | None, planned: str | None = None) -> Stop:
    return Stop(
        StopKind.SUSPENSION,
        local(from_at),
        local(until_at) if until_at else None,
        "等待维修资金表决",
        local(planned) if planned else None,
    )


def effective(start: str, limit: Limit, *adjusted: Stop | Extension) -> datetime:
    return read_clock(Clock(local(start), limit, adjusted), CALENDAR).deadline_effective


def test_working_days_left_when_a_suspension_began_are_left_when_it_ends():
    five_days = Limit(5, TimeUnit.WORK_DAY)  # from Monday 2 November: due Monday the 9th
    stop = suspended("2026-11-05T10:00", "2026-11-16T09:00")  # two days were left
    assert effective("2026-11-02T10:00", five_days, stop) == local("2026-11-18T17:00")


def test_working_hours_left_when_a_suspension_began_are_left_when_it_ends():
    four_hours = Limit(4, TimeUnit.WORK_HOUR)  # due at 14:30
    stop = suspended("2026-11-02T10:30", "2026-11-04T16:00")  # two hours were left
    assert effective("2026-11-02T08:30", four_hours, stop) == local("2026-11-05T09:30")


def test_natural_hours_are_moved_by_the_length_of_the_stop():
    stop = suspended("2026-11-02T12:00", "2026-11-03T18:00")
    assert effective("2026-11-02T10:00", Limit(24, TimeUnit.NATURAL_HOUR), stop) == local("2026-11-04T16:00")


def test_a_stop_on_the_last_day_leaves_the_rest_of_a_day():
    one_day = Limit(1, TimeUnit.WORK_DAY)  # from Monday: due Tuesday the 3rd
    stop = suspended("2026-11-03T10:00", "2026-11-07T12:00")  # comes back on a Saturday
    assert effective("2026-11-02T10:00", one_day, stop) == local("2026-11-09T17:00")


def test_a_stop_after_the_limit_ran_out_moves_nothing():
    stop = suspended("2026-11-04T10:00", "2026-11-20T10:00")
    assert effective("2026-11-02T10:00", Limit(1, TimeUnit.WORK_DAY), stop) == local("2026-11-03T17:00")


def test_a_suspension_still_running_counts_until_its_date():
    stop = suspended("2026-11-03T09:00", None, planned="2026-11-10T00:00")
    assert effective("2026-11-02T10:00", Limit(2, TimeUnit.WORK_DAY), stop) == local("2026-11-11T17:00")


def test_an_extension_adds_one_original_limit_to_the_current_deadline():
    extension = Extension(local("2026-11-03T10:00"), "配件未到")
    assert effective("2026-11-02T10:00", Limit(2, TimeUnit.WORK_DAY), extension) == local("2026-11-06T17:00")


def test_the_waiting_for_the_check_moves_the_deadline_once_it_is_over():
    clock = Clock(local("2026-11-02T10:00"), Limit(3, TimeUnit.WORK_DAY))
    waiting = clock.stopped(Stop(StopKind.AWAITING_CHECK, local("2026-11-04T16:00"), None, "等待核查"))
    assert read_clock(waiting, CALENDAR).deadline_effective == local("2026-11-05T17:00")
    assert read_clock(waiting, CALENDAR).is_stopped
    back = waiting.restarted(local("2026-11-06T10:00"))
    assert read_clock(back, CALENDAR).deadline_effective == local("2026-11-09T17:00")
    assert not read_clock(back, CALENDAR).is_stopped


def test_a_clock_that_stands_cannot_be_stopped_again():
    clock = Clock(
        local("2026-11-02T10:00"), Limit(3, TimeUnit.WORK_DAY), (suspended("2026-11-03T10:00", None),)
    )
    with pytest.raises(ValueError, match="stands"):
        clock.stopped(suspended("2026-11-04T10:00", None))


# --- reminders ------------------------------------------------------------------------------------------


@given(instants, limits)
def test_the_reminder_comes_between_start_and_deadline(start, limit):
    clock = Clock(start, limit)
    assert reminder_at(clock, CALENDAR) < read_clock(clock, CALENDAR).deadline_effective
    if limit.unit is not TimeUnit.WORK_DAY:
        assert reminder_at(clock, CALENDAR) > start


@pytest.mark.parametrize(
    "limit, reminded",
    [
        (Limit(8, TimeUnit.NATURAL_HOUR), "2026-11-02T16:00"),
        (Limit(8, TimeUnit.WORK_HOUR), "2026-11-03T09:30"),
        (Limit(1, TimeUnit.WORK_DAY), "2026-11-03T08:30"),
        (Limit(8, TimeUnit.WORK_DAY), "2026-11-10T08:30"),
    ],
)
def test_the_reminder_comes_when_a_quarter_of_the_limit_is_left(limit, reminded):
    assert reminder_at(Clock(local("2026-11-02T10:00"), limit), CALENDAR) == local(reminded)


def test_a_deadline_is_a_plain_value():
    assert deadline(local("2026-11-02T10:00"), Limit(1, TimeUnit.NATURAL_HOUR), CALENDAR) == Deadline(
        datetime(2026, 11, 2, 3, tzinfo=UTC), is_provisional=False
    )
