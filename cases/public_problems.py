"""The problems of a community as anybody may see them: filed cases only, told without anybody's words or names."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from cases.case_tallies import count_reports
from cases.models import Case
from cases.released_photos import ReleasedPhoto, list_released_photos
from cases.terms import OPEN_STATES, UNDER_WAY_STATES, State
from server.db import db

# For how long the community's page goes on showing what was solved.
RESOLVED_SHOWN = timedelta(days=365)
_Key = tuple[datetime, uuid.UUID]
# How blocks are written where nobody has entered a community's own: 3号楼, 12幢, 7号.
_BLOCK = re.compile(r"[A-Za-z]?\d{1,4}(?:号楼|号|栋|幢|座)")


class ProblemState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class PublicProblem:
    """One filed case as the public may know it; `due_at` while somebody is at work on it."""

    case_id: uuid.UUID
    item_code: str | None
    state: State
    building: str | None
    opened_at: datetime
    resolved_at: datetime | None
    due_at: datetime | None
    is_overdue: bool
    report_count: int
    photos: list[ReleasedPhoto]


@dataclass(frozen=True, slots=True)
class ProblemCounts:
    open: int
    resolved: int


def is_public(case: Case) -> bool:
    """Filed or later: what nobody has verified or accepted is nobody else's business yet."""
    return case.filed_at is not None and case.state in {*_SHOWN_STATES, State.CLOSED}


def count_problems(community_id: uuid.UUID, now: datetime) -> ProblemCounts:
    """How many problems of a community are open, and how many were solved within a year. One query."""
    statement = sa.select(
        sa.func.count().filter(*_conditions(ProblemState.OPEN, now)),
        sa.func.count().filter(*_conditions(ProblemState.RESOLVED, now)),
    ).where(Case.community_id == community_id)
    is_open, is_resolved = db.session.execute(statement).one()
    return ProblemCounts(is_open, is_resolved)


def list_problems(
    community_id: uuid.UUID,
    state: ProblemState,
    known_buildings: Collection[str],
    now: datetime,
    limit: int,
    after: _Key | None = None,
) -> tuple[list[PublicProblem], _Key | None]:
    """A community's open problems or those solved within a year, the newest first, with the key of a next page.

    Three queries, whatever their number. `after` is the key of the last row of the page before.
    """
    at = Case.opened_at if state is ProblemState.OPEN else Case.closed_at
    statement = (
        sa.select(Case)
        .options(_AS_SHOWN)
        .where(Case.community_id == community_id, *_conditions(state, now))
        .order_by(at.desc(), Case.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        key = sa.tuple_(
            sa.literal(after[0], type_=Case.opened_at.type), sa.literal(after[1], type_=Case.id.type)
        )
        statement = statement.where(sa.tuple_(at, Case.id) < key)
    cases = list(db.session.scalars(statement))
    shown = cases[:limit]
    last = shown[-1] if len(cases) > limit else None
    return as_problems(shown, known_buildings, now), _key_of(last, state) if last else None


def find_problems(
    case_ids: Collection[uuid.UUID], known_buildings: Collection[str], now: datetime
) -> dict[uuid.UUID, PublicProblem]:
    """Those of these cases that the public may know of, by id. Three queries."""
    statement = sa.select(Case).options(_AS_SHOWN).where(Case.id.in_(case_ids))
    cases = [case for case in db.session.scalars(statement) if is_public(case)]
    return {problem.case_id: problem for problem in as_problems(cases, known_buildings, now)}


def as_problems(
    cases: Collection[Case], known_buildings: Collection[str], now: datetime
) -> list[PublicProblem]:
    """Cases as the public may know them. Two queries."""
    ids = [case.id for case in cases]
    photos, counts = list_released_photos(ids), count_reports(ids)
    return [_problem(case, known_buildings, photos[case.id], counts.get(case.id, 0), now) for case in cases]


def public_building(told: str, known: Collection[str]) -> str | None:
    """The block that a place names and nothing finer: neither unit nor room, nor anything else that was typed.

    A community's own blocks by their names; where none are known, what is written as blocks are.
    """
    told = told.strip()
    named = [name for name in known if told.startswith(name) and not _runs_on(name, told)]
    if named:
        return max(named, key=len)
    match = None if known else _BLOCK.match(told)
    return match[0] if match else None


def _runs_on(name: str, told: str) -> bool:
    """Whether a number at the name's end is only the beginning of the number that was told: 1 of 12."""
    return name[-1:].isdigit() and told[len(name) : len(name) + 1].isdigit()


_SHOWN_STATES = OPEN_STATES - {State.REPORTED, State.VERIFYING}
_AS_SHOWN = load_only(
    Case.item_code,
    Case.state,
    Case.building,
    Case.opened_at,
    Case.filed_at,
    Case.closed_at,
    Case.deadline_effective,
    raiseload=True,
)


def _conditions(state: ProblemState, now: datetime) -> list[sa.ColumnElement[bool]]:
    if state is ProblemState.OPEN:
        return [Case.filed_at.is_not(None), Case.state.in_(_SHOWN_STATES)]
    return [Case.state == State.CLOSED, Case.closed_at > now - RESOLVED_SHOWN]


def _key_of(case: Case, state: ProblemState) -> _Key:
    at = case.opened_at if state is ProblemState.OPEN else case.closed_at
    assert at is not None
    return at, case.id


def _problem(
    case: Case, known: Collection[str], photos: list[ReleasedPhoto], report_count: int, now: datetime
) -> PublicProblem:
    due_at = case.deadline_effective if case.state in UNDER_WAY_STATES else None
    return PublicProblem(
        case_id=case.id,
        item_code=case.item_code,
        state=case.state,
        building=public_building(case.building, known),
        opened_at=case.opened_at,
        resolved_at=case.closed_at if case.state is State.CLOSED else None,
        due_at=due_at,
        is_overdue=due_at is not None and due_at < now,
        report_count=report_count,
        photos=photos,
    )
