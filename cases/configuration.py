"""The workflow's settings: the work calendar and the rules' numbers, set once when the server starts."""

from __future__ import annotations

from dataclasses import dataclass

from cases.case_facts import Rules
from cases.work_calendar import OfficePeriod, WorkCalendar


@dataclass(slots=True)
class _Settings:
    calendar: WorkCalendar
    rules: Rules


_settings = _Settings(WorkCalendar(), Rules())


def configure(office_hours: tuple[OfficePeriod, ...] | None = None, rules: Rules | None = None) -> None:
    """Set the office hours and the rules' numbers; what is left out goes back to its default."""
    _settings.calendar = WorkCalendar(office_hours) if office_hours else WorkCalendar()
    _settings.rules = rules or Rules()


def work_calendar() -> WorkCalendar:
    return _settings.calendar


def rules() -> Rules:
    return _settings.rules
