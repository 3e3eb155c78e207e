"""The reporter's "not fixed" (没解决): reopens a closed case by itself and counts as rework."""

from __future__ import annotations

import uuid
from datetime import datetime

from cases.actions import take_step
from cases.case_facts import ActionInput, ActorFacts
from cases.locking import lock_case
from cases.models import Case, CaseReport
from cases.opening import find_case_of_report
from cases.terms import Action, Party
from grid.permissions import ANONYMOUS
from server.db import db
from server.errors import NotFound


def reopen_by_reporter(
    case_id: uuid.UUID, report_id: uuid.UUID, reason: str, photo_ids: tuple[uuid.UUID, ...], now: datetime
) -> Case:
    """Reopen the case that answers this report; whoever holds the report's tracking code may ask.

    Photos are already the report's own. Raises `NotFound` where the report is not this case's, `Conflict` where the
    case is not closed, `RuleViolated` once the time for it has passed (then it is to be reported again).
    """
    case = lock_reported_case(case_id, report_id)
    link = db.session.get_one(CaseReport, report_id)
    party = ActorFacts(link.account_id, frozenset({Party.REPORTER}))
    given = ActionInput(reason=reason, photo_ids=photo_ids)
    return take_step(case, Action.REOPEN, given, party, ANONYMOUS, now, claims_photos=False)


def lock_reported_case(case_id: uuid.UUID, report_id: uuid.UUID) -> Case:
    """The case, locked, if it is the one that answers the report; otherwise it is as if there were none."""
    found = find_case_of_report(report_id)
    if found is None or found.id != case_id:
        raise NotFound("没有这个案件", "No such case")
    case = lock_case(case_id)
    link = db.session.get_one(CaseReport, report_id, populate_existing=True)
    if link.case_id != case_id:
        raise NotFound("没有这个案件", "No such case")
    return case
