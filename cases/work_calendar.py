"""When offices work: the Chinese statutory calendar (调休 included) and office hours, with arithmetic.

Instants go in and come out as aware datetimes; days are days where the residents live. Years that
chinesecalendar has no data for are taken as weekends only, and everything computed through them says that
it is provisional.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

import chinese_calendar

from server.clock import LOCAL_ZONE

OfficePeriod = tuple[time, time]
STANDARD_OFFICE_HOURS: tuple[OfficePeriod, ...] = ((time(8, 30), time(11, 30)), (time(13, 30), time(17, 0)))
_SATURDAY = 5
_LAST_YEAR = date.max.year


@dataclass(frozen=True, slots=True)
class _WorkYear:
    """The work days of one year as ordinals in order."""

    ordinals: tuple[int, ...]
    is_provisional: bool


@lru_cache(maxsize=64)
def _work_year(year: int) -> _WorkYear:
    first, days = date(year, 1, 1), 366 if _is_leap(year) else 365
    all_days = [first + timedelta(days=offset) for offset in range(days)]
    try:
        worked = tuple(day.toordinal() for day in all_days if chinese_calendar.is_workday(day))
    except NotImplementedError:  # how chinesecalendar says that the year is not announced yet
        weekdays = tuple(day.toordinal() for day in all_days if day.weekday() < _SATURDAY)
        return _WorkYear(weekdays, is_provisional=True)
    return _WorkYear(worked, is_provisional=False)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def is_work_day(day: date) -> bool:
    """Whether offices work on this day."""
    ordinals = _work_year(day.year).ordinals
    place = bisect_right(ordinals, day.toordinal())
    return place > 0 and ordinals[place - 1] == day.toordinal()


def is_provisional(first: date, last: date) -> bool:
    """Whether any year from `first` to `last` has no announced holidays yet."""
    return any(_work_year(year).is_provisional for year in range(first.year, last.year + 1))


def work_day_after(day: date, count: int) -> date:
    """The `count`-th work day after `day`, which itself is not counted (count >= 1).

    《民法典》第二百零一条: a period in days does not count the day it begins on.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    year = day.year
    ordinals = _work_year(year).ordinals
    place = bisect_right(ordinals, day.toordinal()) + count - 1
    while place >= len(ordinals):
        place -= len(ordinals)
        year += 1
        if year > _LAST_YEAR:
            raise OverflowError("the limit reaches beyond the calendar")
        ordinals = _work_year(year).ordinals
    return date.fromordinal(ordinals[place])


def work_day_before(day: date, count: int) -> date:
    """The work day from which `count` work days lead to `day`; for 0 the last work day not after `day`."""
    if count < 0:
        raise ValueError("count must not be negative")
    year = day.year
    ordinals = _work_year(year).ordinals
    place = bisect_right(ordinals, day.toordinal()) - 1 - count
    while place < 0:
        year -= 1
        ordinals = _work_year(year).ordinals
        place += len(ordinals)
    return date.fromordinal(ordinals[place])


def work_days_between(after: date, until: date) -> int:
    """How many work days lie after `after`, up to and with `until`; 0 where `until` is not later."""
    if until <= after:
        return 0
    whole_years = sum(len(_work_year(year).ordinals) for year in range(after.year, until.year))
    return whole_years + _worked_in_year(until) - _worked_in_year(after)


def _worked_in_year(until: date) -> int:
    return bisect_right(_work_year(until.year).ordinals, until.toordinal())


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Office hours on top of the statutory days. Periods are in order and do not overlap.

    The end of a period still lies inside it: a limit may run out exactly when the office closes.
    """

    office_hours: tuple[OfficePeriod, ...] = STANDARD_OFFICE_HOURS

    def __post_init__(self) -> None:
        edges = [edge for period in self.office_hours for edge in period]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("office hours must be periods in order that do not overlap")

    @property
    def day_length(self) -> timedelta:
        """How long the office is open on a work day."""
        return sum((_length(period) for period in self.office_hours), timedelta())

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(LOCAL_ZONE).date()

    def opening_of(self, day: date) -> datetime:
        return _at(day, self.office_hours[0][0])

    def closing_of(self, day: date) -> datetime:
        return _at(day, self.office_hours[-1][1])

    def is_open(self, instant: datetime) -> bool:
        """Whether the instant lies in office hours of a work day, both ends of a period included."""
        local = instant.astimezone(LOCAL_ZONE)
        is_in_period = any(start <= local.time() <= end for start, end in self.office_hours)
        return is_in_period and is_work_day(local.date())

    def after_open_time(self, start: datetime, length: timedelta) -> datetime:
        """The instant by which the office has been open for `length` (> 0) since `start`."""
        if length <= timedelta():
            raise ValueError("length must be more than nothing")
        day, left = self.local_day(start), self._open_time_left(start)
        if length <= left:
            return self._instant_on(day, self.day_length - left + length)
        full_days, rest = divmod(length - left, self.day_length)
        if not rest:
            full_days, rest = full_days - 1, self.day_length
        return self._instant_on(work_day_after(day, full_days + 1), rest)

    def open_time_between(self, start: datetime, end: datetime) -> timedelta:
        """How long the office is open from `start` to `end`; nothing where `end` is not later."""
        if end <= start:
            return timedelta()
        days = work_days_between(self.local_day(start), self.local_day(end))
        return days * self.day_length + self._open_time_left(start) - self._open_time_left(end)

    def _open_time_left(self, instant: datetime) -> timedelta:
        """The office time of the instant's own day that is still to come."""
        local = instant.astimezone(LOCAL_ZONE)
        if not is_work_day(local.date()):
            return timedelta()
        return sum(
            (
                _length((max(start, local.time()), end))
                for start, end in self.office_hours
                if local.time() < end
            ),
            timedelta(),
        )

    def _instant_on(self, day: date, open_time: timedelta) -> datetime:
        """The instant of a work day at which its office has been open for `open_time`."""
        left = open_time
        for start, end in self.office_hours:
            if left <= _length((start, end)):
                return _at(day, start) + left
            left -= _length((start, end))
        raise ValueError("a day is not that long")


def _length(period: OfficePeriod) -> timedelta:
    start, end = (datetime.combine(date.min, edge) for edge in period)
    return end - start


def _at(day: date, clock_time: time) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=LOCAL_ZONE).astimezone(UTC)
