"""A case between its row and the plain facts that the rules work on; everything derived is computed on the way back."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime

import sqlalchemy as sa

from cases import configuration
from cases.case_facts import CaseFacts
from cases.clock_form import adjustments_from_json, adjustments_to_json, pending_from_json, pending_to_json
from cases.deadlines import Clock, ClockReading, Limit, TimeUnit, deadline, read_clock, reminder_at
from cases.models import Case
from cases.sweep_rules import SweepFacts, next_sweep_at
from cases.terms import OPEN_STATES, Loop, State
from server.db import db


def limit_of(case: Case) -> Limit:
    return Limit(case.limit_amount, TimeUnit(case.limit_unit))


def clock_of(case: Case) -> Clock | None:
    if case.clock_started_at is None:
        return None
    return Clock(case.clock_started_at, limit_of(case), adjustments_from_json(case.clock_adjustments))


def reading_of(case: Case) -> ClockReading | None:
    """Both deadlines with every stop explained; None before filing."""
    clock = clock_of(case)
    return read_clock(clock, configuration.work_calendar()) if clock else None


def facts_of(case: Case) -> CaseFacts:
    """The case as the rules see it."""
    return CaseFacts(
        state=case.state,
        loop=case.loop,
        limit=limit_of(case),
        loop_path=tuple(Loop(loop) for loop in case.loop_path),
        loop_entered_at=case.loop_entered_at,
        organisation_id=case.organisation_id,
        verification=case.verification,
        clock=clock_of(case),
        due_at=case.deadline_effective,
        pending=pending_from_json(case.pending),
        filed_at=case.filed_at,
        handled_at=case.handled_at,
        closed_at=case.closed_at,
        handled_by=case.handled_by,
        is_resemblance_allowed=case.is_resemblance_allowed,
        after_photo_ids=tuple(uuid.UUID(each) for each in case.after_photo_ids),
        returned_by_accounts=frozenset(uuid.UUID(each) for each in case.returned_by_accounts),
        returned_by_organisations=frozenset(uuid.UUID(each) for each in case.returned_by_organisations),
        return_count=case.return_count,
        is_with_joint_office=case.is_with_joint_office,
        is_joint_office_decision=case.is_joint_office_decision,
        rework_count=case.rework_count,
        reopen_count=case.reopen_count,
        appeal=case.appeal,
        is_exempt=case.is_exempt,
        is_failing=case.is_failing,
        failing_since=case.failing_since,
        merged_into_id=case.merged_into_id,
        state_before_merge=State(case.state_before_merge) if case.state_before_merge else None,
        has_category=case.item_code is not None,
    )


def keep(case: Case, facts: CaseFacts, now: datetime) -> None:
    """Write the facts to the row, with what follows from them: deadlines, next sweep, the key to join by."""
    _keep_plain(case, facts)
    _keep_lists(case, facts)
    _keep_clock(case, facts)
    _keep_loop_clock(case, facts)
    _keep_keys(case)
    plan_sweep(case)
    case.updated_at = now
    case.revision += 1


_PLAIN_FIELDS = (
    "state",
    "loop",
    "organisation_id",
    "verification",
    "filed_at",
    "handled_at",
    "closed_at",
    "handled_by",
    "is_resemblance_allowed",
    "return_count",
    "is_with_joint_office",
    "is_joint_office_decision",
    "rework_count",
    "reopen_count",
    "appeal",
    "is_exempt",
    "is_failing",
    "failing_since",
    "merged_into_id",
)


def _keep_plain(case: Case, facts: CaseFacts) -> None:
    for name in _PLAIN_FIELDS:
        setattr(case, name, getattr(facts, name))
    case.state_before_merge = facts.state_before_merge.value if facts.state_before_merge else None


def _keep_lists(case: Case, facts: CaseFacts) -> None:
    case.loop_path = [loop.value for loop in facts.loop_path]
    case.after_photo_ids = [str(each) for each in facts.after_photo_ids]
    case.returned_by_accounts = sorted(str(each) for each in facts.returned_by_accounts)
    case.returned_by_organisations = sorted(str(each) for each in facts.returned_by_organisations)
    case.pending = pending_to_json(facts.pending)


def _keep_clock(case: Case, facts: CaseFacts) -> None:
    case.clock_started_at = facts.clock.started_at if facts.clock else None
    case.clock_adjustments = adjustments_to_json(facts.clock.adjustments) if facts.clock else []
    case.limit_amount, case.limit_unit = facts.limit.amount, facts.limit.unit.value
    reading = reading_of(case)
    case.deadline_raw = reading.deadline_raw if reading else None
    case.deadline_effective = reading.deadline_effective if reading else None
    case.calendar_is_provisional = reading.is_provisional if reading else False


def _keep_loop_clock(case: Case, facts: CaseFacts) -> None:
    assert facts.loop_entered_at is not None
    limit = configuration.rules().response_limits[facts.loop]
    case.loop_entered_at = facts.loop_entered_at
    case.loop_due_at = deadline(facts.loop_entered_at, limit, configuration.work_calendar()).due_at


def sweep_facts_of(case: Case) -> SweepFacts:
    """The case as the sweeper sees it; once reminded of a deadline, nobody is reminded of it again."""
    facts = facts_of(case)
    is_reminded = case.reminded_for == case.deadline_effective
    remind_at = None
    if facts.clock and not is_reminded:
        remind_at = reminder_at(facts.clock, configuration.work_calendar())
    return SweepFacts(facts, case.loop_due_at, remind_at)


def plan_sweep(case: Case) -> None:
    case.next_sweep_at = next_sweep_at(sweep_facts_of(case))


def _keep_keys(case: Case) -> None:
    """While a filed case is open it is the one to join at its place, unless another is that already."""
    case.matter_key = matter_key(case.community_id, case.item_code, case.building, case.place)
    is_joinable = case.state in OPEN_STATES and case.is_failing
    if not is_joinable or case.matter_key is None:
        case.open_key = None
    elif case.open_key != case.matter_key:
        case.open_key = None if find_case_to_join(case) else case.matter_key


def find_case_to_join(case: Case) -> Case | None:
    """Another open case on the very same matter and place."""
    key = matter_key(case.community_id, case.item_code, case.building, case.place)
    return db.session.scalar(sa.select(Case).where(Case.open_key == key, Case.id != case.id))


def matter_key(community_id: uuid.UUID, item_code: str | None, building: str, place: str) -> str | None:
    """The name of one matter at one place: community, item and place, however the place was typed."""
    if item_code is None:
        return None
    return f"{community_id}:{item_code}:{_plain(building)}:{_plain(place)}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())[:120]
