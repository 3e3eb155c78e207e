"""What lists of cases show beside each line and above them: the first photo, how many reports, how many cases there are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cases.models import Case, CasePhoto, CaseReport
from cases.queries import CaseFilter, conditions_of, is_overdue_now
from cases.terms import AppealStatus, State
from grid.permissions import Actor
from server.db import db
from uploads.models import Photo


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases a filter finds, in all and by state; how many of them are overdue or wait for a decision."""

    total: int
    by_state: Mapping[State, int]
    overdue: int
    pending_request: int
    pending_appeal: int


def count_cases(actor: Actor, wanted: CaseFilter, now: datetime) -> CaseCounts:
    """The cases that `list_cases` would list, counted. One query."""
    statement = (
        sa.select(
            Case.state,
            sa.func.count(),
            sa.func.count().filter(is_overdue_now(now)),
            sa.func.count().filter(Case.pending.is_not(sa.null())),
            sa.func.count().filter(Case.appeal == AppealStatus.PENDING),
        )
        .where(*conditions_of(actor, wanted, now))
        .group_by(Case.state)
    )
    by_state, overdue, pending_request, pending_appeal = dict.fromkeys(State, 0), 0, 0, 0
    for state, number, late, requests, appeals in db.session.execute(statement):
        by_state[state] = number
        overdue += late
        pending_request += requests
        pending_appeal += appeals
    return CaseCounts(sum(by_state.values()), by_state, overdue, pending_request, pending_appeal)


def list_covers(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The first photo of each case that is still kept, by case; one query."""
    place = sa.func.row_number().over(
        partition_by=CasePhoto.case_id, order_by=(CasePhoto.event_seq, CasePhoto.position)
    )
    ranked = (
        sa.select(CasePhoto.case_id, CasePhoto.photo_id, place.label("place"))
        .join(Photo, Photo.id == CasePhoto.photo_id)
        .where(CasePhoto.case_id.in_(case_ids), Photo.removed_at.is_(None))
        .subquery()
    )
    statement = sa.select(ranked.c.case_id, ranked.c.photo_id).where(ranked.c.place == 1)
    return {row[0]: row[1] for row in db.session.execute(statement)}


def count_reports(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many reports each case answers, by case; one query. Cases without any are left out."""
    statement = (
        sa.select(CaseReport.case_id, sa.func.count())
        .where(CaseReport.case_id.in_(case_ids))
        .group_by(CaseReport.case_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}
