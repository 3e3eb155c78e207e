"""When the sweeper has to do something about a case, and what: pure, so that each moment can be explained.

A case goes one loop up when its deadline passes, or when nobody in its loop has taken it up within the loop's own
response time. A case that came into its loop overdue gets that loop's whole response time first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.case_facts import CaseFacts
from cases.terms import UNDER_WAY_STATES, State


class Duty(StrEnum):
    RESUME = "resume"
    ESCALATE = "escalate"
    REMIND = "remind"


@dataclass(frozen=True, slots=True)
class SweepFacts:
    """What the sweeper knows of a case beside its facts. `remind_at` is None once the holder was reminded."""

    facts: CaseFacts
    loop_due_at: datetime
    remind_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueDuty:
    duty: Duty
    at: datetime


def duties_of(sweep: SweepFacts) -> list[DueDuty]:
    """Everything that will be due on the case as it stands, the earliest first."""
    facts = sweep.facts
    found = [DueDuty(Duty.RESUME, at) for at in [_resume_at(facts)] if at] + [
        DueDuty(Duty.ESCALATE, at) for at in [escalate_at(sweep)] if at
    ]
    if sweep.remind_at and facts.state in UNDER_WAY_STATES:
        found.append(DueDuty(Duty.REMIND, sweep.remind_at))
    return sorted(found, key=lambda each: each.at)


def next_sweep_at(sweep: SweepFacts) -> datetime | None:
    """When the case has to be looked at again; None where nothing will come due by itself."""
    duties = duties_of(sweep)
    return duties[0].at if duties else None


def _resume_at(facts: CaseFacts) -> datetime | None:
    stop = facts.clock.running_stop if facts.clock else None
    return stop.planned_until_at if stop and facts.state is State.SUSPENDED else None


def escalate_at(sweep: SweepFacts) -> datetime | None:
    """When the case goes one loop up; None in the highest loop and where nobody is being waited for."""
    facts = sweep.facts
    if facts.loop.next_up is None:
        return None
    if facts.state in (State.REPORTED, State.VERIFYING):
        return sweep.loop_due_at
    if facts.state not in UNDER_WAY_STATES or facts.due_at is None:
        return None
    came_in_time = facts.loop_entered_at is None or facts.loop_entered_at < facts.due_at
    overdue_at = facts.due_at if came_in_time else sweep.loop_due_at
    return overdue_at if facts.state is State.HANDLING else min(overdue_at, sweep.loop_due_at)
