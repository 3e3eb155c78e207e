"""What reporters think of a closing, in three points (满意、一般、不满意)."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from cases.history import NewEvent, append_event
from cases.models import CaseRating
from cases.reopening import lock_reported_case
from cases.terms import Satisfaction, State
from server.db import db
from server.errors import Conflict

_RATED_STATES = (State.CLOSED, State.FORCE_CLOSED)


def rate_case(
    case_id: uuid.UUID, report_id: uuid.UUID, score: Satisfaction | str, note: str, now: datetime
) -> CaseRating:
    """Take a reporter's answer to a closing; once per report and closing, the same answer again is harmless.

    Raises `NotFound` where the report is not this case's, `Conflict` for a case that is not closed and for another
    answer than before.
    """
    case = lock_reported_case(case_id, report_id)
    if case.state not in _RATED_STATES:
        raise Conflict("案件办结后才能评价", "A case is rated once it is closed", code="case_not_closed")
    known = _find(case_id, report_id, case.reopen_count)
    if known is not None:
        return _same(known, Satisfaction(score), note)
    rating = CaseRating(
        case_id=case_id,
        report_id=report_id,
        round=case.reopen_count,
        score=Satisfaction(score),
        note=note.strip(),
        rated_at=now,
    )
    db.session.add(rating)
    state, data = case.state.value, {"score": rating.score.value, "report_id": report_id}
    append_event(case, NewEvent(now, None, "reporter", "rate", state, state, note.strip(), data))
    return rating


def _same(known: CaseRating, score: Satisfaction, note: str) -> CaseRating:
    if (known.score, known.note) == (score, note.strip()):
        return known
    raise Conflict("您已经评价过了", "You have rated it already", code="already_rated")


def _find(case_id: uuid.UUID, report_id: uuid.UUID, closing: int) -> CaseRating | None:
    return db.session.scalar(
        sa.select(CaseRating).where(
            CaseRating.case_id == case_id, CaseRating.report_id == report_id, CaseRating.round == closing
        )
    )
