"""The server's clock and the time zone that days are counted in; the only place that reads the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present instant, aware, UTC."""
    return _source()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Let a test decide what time it is; None gives the system's clock back."""
    global _source
    _source = source or _system_now


def start_of_day(day: date) -> datetime:
    """The instant at which a calendar day begins where the residents live."""
    return datetime.combine(day, time(), tzinfo=LOCAL_ZONE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant at which a calendar day is over."""
    return start_of_day(day + timedelta(days=1))


def local_day(instant: datetime) -> date:
    """The calendar day of an instant where the residents live."""
    return instant.astimezone(LOCAL_ZONE).date()
