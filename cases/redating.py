"""Computing deadlines again once the State Council has announced a year's holidays (a newer chinesecalendar)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from cases.locking import lock_case
from cases.models import Case
from cases.stored_case import facts_of, keep
from cases.terms import OPEN_STATES
from server.db import db, transaction


def redate_provisional_cases(now: datetime) -> int:
    """Compute the deadlines of every open case that stood on a provisional calendar again; answer how many moved.

    Each in a transaction of its own. Facts do not change, so the history tells nothing of it; closed cases keep the
    deadline that they were measured by.
    """
    query = sa.select(Case.id).where(Case.calendar_is_provisional, Case.state.in_(OPEN_STATES))
    case_ids = list(db.session.scalars(query.order_by(Case.id)))
    moved = 0
    for case_id in case_ids:
        with transaction():
            case = lock_case(case_id)
            before = case.deadline_effective
            keep(case, facts_of(case), now)
            moved += case.deadline_effective != before
    return moved
