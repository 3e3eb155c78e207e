"""Deadlines (处置时限): when a limit that began at an instant runs out, and what stretches it.

Everything here is a pure function of the clock's facts, so a deadline can always be computed again and
explained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cases.work_calendar import (
    WorkCalendar,
    is_provisional,
    is_work_day,
    work_day_after,
    work_day_before,
    work_days_between,
)

MAX_AMOUNT = 10_000


class TimeUnit(StrEnum):
    """What a limit is counted in: 紧急工作时 (nights and holidays count), 工作时, 工作日."""

    NATURAL_HOUR = "natural_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units: hours may be parts of an hour, days are whole."""

    amount: float
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 0 < self.amount <= MAX_AMOUNT:
            raise ValueError(f"a limit is more than nothing and at most {MAX_AMOUNT} units")
        if self.unit is TimeUnit.WORK_DAY and self.amount != int(self.amount):
            raise ValueError("a limit in working days is whole days")

    @property
    def days(self) -> int:
        return int(self.amount)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the limit runs out (UTC); provisional where a year's holidays are not announced yet."""

    due_at: datetime
    is_provisional: bool


def deadline(start: datetime, limit: Limit, calendar: WorkCalendar) -> Deadline:
    """When `limit` that began at `start` runs out.

    Natural hours simply pass. Working hours pass only while the office is open. Working days do not count
    the day of the start and end when the office closes on the last one (《民法典》第二百零一、二百零三条).
    """
    if limit.unit is TimeUnit.NATURAL_HOUR:
        return Deadline(start.astimezone(UTC) + timedelta(hours=limit.amount), is_provisional=False)
    if limit.unit is TimeUnit.WORK_HOUR:
        due_at = calendar.after_open_time(start, timedelta(hours=limit.amount))
    else:
        due_at = calendar.closing_of(work_day_after(calendar.local_day(start), limit.days))
    return Deadline(due_at, is_provisional(calendar.local_day(start), calendar.local_day(due_at)))


class StopKind(StrEnum):
    """Why a clock stands: 挂账, or the holder has handed in and waits for the check 等待核查."""

    SUSPENSION = "suspension"
    AWAITING_CHECK = "awaiting_check"


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the clock stands. `until_at` is None while it still does; a suspension has its date."""

    kind: StopKind
    from_at: datetime
    until_at: datetime | None
    reason: str
    planned_until_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.until_at is None


@dataclass(frozen=True, slots=True)
class Extension:
    """A granted extension (延期): one original limit more."""

    granted_at: datetime
    reason: str


Adjustment = Stop | Extension


@dataclass(frozen=True, slots=True)
class Clock:
    """One running limit and everything that has stretched it so far."""

    started_at: datetime
    limit: Limit
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def running_stop(self) -> Stop | None:
        return next((each for each in self.adjustments if isinstance(each, Stop) and each.is_running), None)

    def extended(self, at: datetime, reason: str) -> Clock:
        return replace(self, adjustments=(*self.adjustments, Extension(at, reason)))

    def stopped(self, stop: Stop) -> Clock:
        if self.running_stop:
            raise ValueError("the clock stands already")
        return replace(self, adjustments=(*self.adjustments, stop))

    def restarted(self, at: datetime) -> Clock:
        """The clock runs again from `at`; a clock that does not stand is left as it is."""
        return replace(self, adjustments=tuple(_ended(each, at) for each in self.adjustments))


def _ended(adjustment: Adjustment, at: datetime) -> Adjustment:
    if isinstance(adjustment, Stop) and adjustment.is_running:
        return replace(adjustment, until_at=max(at, adjustment.from_at))
    return adjustment


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one stop or extension did to the deadline."""

    adjustment: Adjustment
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`deadline_raw` is the limit alone; `deadline_effective` has every stop and extension in it."""

    deadline_raw: datetime
    deadline_effective: datetime
    is_provisional: bool
    is_stopped: bool
    stretches: tuple[Stretch, ...]


def read_clock(clock: Clock, calendar: WorkCalendar) -> ClockReading:
    """Both deadlines of a clock, and how each stop or extension moved the effective one.

    What remained when the clock stopped remains when it starts again. A stop that begins when the limit has
    already run out moves nothing. A suspension still running counts as lasting until its date, another stop
    still running as ending at once: the deadline then moves on when it ends.
    """
    raw = deadline(clock.started_at, clock.limit, calendar)
    due, provisional, stretches = raw.due_at, raw.is_provisional, []
    for adjustment in sorted(clock.adjustments, key=_begins_at):
        moved = _moved(due, adjustment, clock.limit, calendar)
        stretches.append(Stretch(adjustment, due, moved.due_at))
        due, provisional = moved.due_at, provisional or moved.is_provisional
    return ClockReading(raw.due_at, due, provisional, clock.running_stop is not None, tuple(stretches))


def _begins_at(adjustment: Adjustment) -> datetime:
    return adjustment.from_at if isinstance(adjustment, Stop) else adjustment.granted_at


def _moved(due: datetime, adjustment: Adjustment, limit: Limit, calendar: WorkCalendar) -> Deadline:
    if isinstance(adjustment, Extension):
        return deadline(due, limit, calendar)
    until = adjustment.until_at or adjustment.planned_until_at or adjustment.from_at
    if adjustment.from_at >= due or until <= adjustment.from_at:
        return Deadline(due, is_provisional=False)
    moved = _restarted_due(due, adjustment.from_at, until, limit.unit, calendar)
    unsure = limit.unit is not TimeUnit.NATURAL_HOUR and is_provisional(
        calendar.local_day(due), calendar.local_day(moved)
    )
    return Deadline(moved, unsure)


def _restarted_due(
    due: datetime, from_at: datetime, until: datetime, unit: TimeUnit, calendar: WorkCalendar
) -> datetime:
    if unit is TimeUnit.NATURAL_HOUR:
        return due + (until - from_at)
    if unit is TimeUnit.WORK_HOUR:
        return calendar.after_open_time(until, calendar.open_time_between(from_at, due))
    days_left = work_days_between(calendar.local_day(from_at), calendar.local_day(due))
    if days_left:
        return calendar.closing_of(work_day_after(calendar.local_day(until), days_left))
    return _next_closing(until, calendar)


def _next_closing(instant: datetime, calendar: WorkCalendar) -> datetime:
    """The first time an office closes not before `instant`."""
    today = calendar.local_day(instant)
    if is_work_day(today) and instant <= calendar.closing_of(today):
        return calendar.closing_of(today)
    return calendar.closing_of(work_day_after(today, 1))


def reminder_at(clock: Clock, calendar: WorkCalendar) -> datetime:
    """When to remind the holder: a quarter of the limit is left, counted in the limit's own unit.

    For working days that is the morning of a work day; the last day's morning where the limit is under four.
    """
    due, limit = read_clock(clock, calendar).deadline_effective, clock.limit
    quarter = timedelta(hours=limit.amount) / 4
    if limit.unit is TimeUnit.NATURAL_HOUR:
        return due - quarter
    if limit.unit is TimeUnit.WORK_HOUR:
        whole = calendar.open_time_between(clock.started_at, due)
        return calendar.after_open_time(clock.started_at, whole - quarter)
    return calendar.opening_of(work_day_before(calendar.local_day(due), limit.days // 4))


def extensions_granted(adjustments: Iterable[Adjustment]) -> int:
    return sum(isinstance(each, Extension) for each in adjustments)


def has_been_suspended(adjustments: Iterable[Adjustment]) -> bool:
    return any(isinstance(each, Stop) and each.kind is StopKind.SUSPENSION for each in adjustments)
