"""The sweeper: brings suspended cases back, moves overdue ones one loop up, reminds before the deadline.

It only looks at cases whose `next_sweep_at` has come, so a run without work costs one index lookup. Several may run
at once: on PostgreSQL each passes over rows that another holds (SKIP LOCKED), on SQLite they take turns.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from cases.actions import take_step
from cases.case_facts import ActionInput, ActorFacts
from cases.history import NewEvent, append_event
from cases.models import Case
from cases.stored_case import plan_sweep, sweep_facts_of
from cases.sweep_rules import Duty, duties_of
from cases.terms import Action, Party, State
from grid.permissions import SYSTEM
from server.db import db, transaction

BATCH_SIZE = 50
_RETRY_AFTER = timedelta(hours=1)
_PARTY = ActorFacts(None, frozenset({Party.SYSTEM}))
log = structlog.get_logger()


def sweep_cases(now: datetime) -> dict[str, int]:
    """Do everything that is due by `now`, in transactions of its own; answer how much of each was done.

    Running again at the same time does nothing more.
    """
    done: Counter[str] = Counter()
    while True:
        with transaction():
            cases = _due_cases(now)
            for case in cases:
                done.update(_sweep_safely(case, now))
        if len(cases) < BATCH_SIZE:
            return dict(done)


def _due_cases(now: datetime) -> list[Case]:
    query = (
        sa.select(Case)
        .where(Case.next_sweep_at <= now)
        .order_by(Case.next_sweep_at, Case.id)
        .limit(BATCH_SIZE)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _sweep_safely(case: Case, now: datetime) -> list[str]:
    """One case that cannot be swept must not keep the others waiting: it is tried again later."""
    case_id = case.id
    try:
        with db.session.begin_nested():
            return sweep_case(case, now)
    except Exception:
        log.exception("case_sweep_failed", case_id=str(case_id))
        _put_off(case_id, now + _RETRY_AFTER)
        return ["failed"]


def _put_off(case_id: uuid.UUID, until: datetime) -> None:
    db.session.execute(sa.update(Case).where(Case.id == case_id).values(next_sweep_at=until))


def sweep_case(case: Case, now: datetime) -> list[str]:
    """Do what is due on one locked case, one duty after another; each changes what is due next."""
    done: list[str] = []
    while (duty := _due_duty(case, now)) is not None:
        _DUTIES[duty](case, now)
        done.append(duty.value)
    plan_sweep(case)
    db.session.flush()
    return done


def _due_duty(case: Case, now: datetime) -> Duty | None:
    """What is due, the heaviest first: who is escalated need not be reminded of the same deadline."""
    due = {each.duty for each in duties_of(sweep_facts_of(case)) if each.at <= now}
    return next((duty for duty in Duty if duty in due), None)


def _resume(case: Case, now: datetime) -> None:
    given = ActionInput(reason="挂账到期，自动恢复处置")
    take_step(case, Action.RESUME, given, _PARTY, SYSTEM, now)


def _escalate(case: Case, now: datetime) -> None:
    reason = "超过处置时限，自动升级" if _is_overdue(case, now) else "超过响应时限，自动升级"
    given = ActionInput(reason=reason, loop=case.loop.next_up)
    take_step(case, Action.MOVE_LOOP, given, _PARTY, SYSTEM, now)


def _is_overdue(case: Case, now: datetime) -> bool:
    return case.deadline_effective is not None and case.deadline_effective <= now


def _remind(case: Case, now: datetime) -> None:
    """A reminder (催办) changes nothing that anybody decides on, so the revision stays."""
    due = case.deadline_effective
    is_ahead = due is not None and now < due
    case.reminded_for = due
    if not is_ahead:
        return
    state = State(case.state).value
    event = NewEvent(now, None, Party.SYSTEM.value, "remind", state, state, "临近处置时限", {"due_at": due})
    append_event(case, event)


_DUTIES = {Duty.RESUME: _resume, Duty.ESCALATE: _escalate, Duty.REMIND: _remind}
