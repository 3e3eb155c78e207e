"""Reading cases: lists for the desk, one case with everything, the public's steps, the rows that measures are made of.

Every list costs the same number of queries whatever it holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from cases.case_numbers import parse_case_number
from cases.clock_form import adjustments_from_json
from cases.deadlines import extensions_granted
from cases.locking import may_read
from cases.measures import CaseRow, Measure, Period, measure
from cases.models import Case, CaseEvent, CaseOrigin, CaseRating
from cases.terms import UNDER_WAY_STATES, AppealStatus, Loop, State
from grid.areas import get_area
from grid.listing import containing
from grid.models import Account, Area, Community, Organisation
from grid.permissions import Actor, Permission, reach_of
from grid.reach import below, within_reach
from server.db import db
from server.errors import NotFound

_Key = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a clerk looks for; everything given must hold. `text` is a case number or words of title, text and place."""

    area_code: str | None = None
    community_id: uuid.UUID | None = None
    states: tuple[State, ...] = ()
    loop: Loop | None = None
    is_overdue: bool | None = None
    item_code: str | None = None
    organisation_id: uuid.UUID | None = None
    origin: CaseOrigin | None = None
    appeal: AppealStatus | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    is_with_joint_office: bool | None = None
    has_pending_request: bool | None = None
    text: str = ""


# What a line of a list shows; the rest of a row, mostly JSON, costs more to read than all of this.
_LINE_OPTIONS = (
    load_only(
        Case.number,
        Case.revision,
        Case.title,
        Case.item_code,
        Case.building,
        Case.place,
        Case.latitude,
        Case.longitude,
        Case.origin,
        Case.state,
        Case.loop,
        Case.community_id,
        Case.organisation_id,
        Case.opened_at,
        Case.filed_at,
        Case.handled_at,
        Case.closed_at,
        Case.deadline_raw,
        Case.deadline_effective,
        Case.calendar_is_provisional,
        Case.pending,
        Case.return_count,
        Case.rework_count,
        Case.reopen_count,
        Case.is_with_joint_office,
        Case.appeal,
        Case.is_exempt,
        raiseload=True,
    ),
    joinedload(Case.community).load_only(Community.name, Community.area_code, raiseload=True),
    joinedload(Case.community).joinedload(Community.area).load_only(Area.name, Area.level, raiseload=True),
    joinedload(Case.organisation).load_only(Organisation.name, Organisation.kind, raiseload=True),
)


def list_cases(
    actor: Actor, wanted: CaseFilter, after: _Key | None, limit: int, now: datetime
) -> tuple[list[Case], _Key | None]:
    """The cases that the actor may read, newest first, a page at a time, with community and organisation. One query.

    Only what a line shows is loaded; anything else of these rows raises.

    `after` is the key (opened_at, id) of the last row of the page before.
    """
    query = (
        sa.select(Case)
        .options(*_LINE_OPTIONS)
        .where(*conditions_of(actor, wanted, now))
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(_is_behind(*after))
    rows = list(db.session.scalars(query))
    shown = rows[:limit]
    return shown, _key_of(shown[-1]) if len(rows) > limit else None


def _is_behind(opened_at: datetime, case_id: uuid.UUID) -> sa.ColumnElement[bool]:
    key = sa.tuple_(sa.literal(opened_at, type_=Case.opened_at.type), sa.literal(case_id, type_=Case.id.type))
    return sa.tuple_(Case.opened_at, Case.id) < key


def _key_of(case: Case) -> _Key:
    return case.opened_at, case.id


def conditions_of(actor: Actor, wanted: CaseFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    """What a case must meet to be within the actor's reach and what is looked for; raises `NotFound` for an unseen area."""
    reach = reach_of(actor, Permission.READ_CASES)
    found = [within_reach(reach, Case.area_path, Case.organisation_id)]
    found += _equalities(wanted)
    if wanted.area_code is not None:
        found.append(_below_area(wanted.area_code, actor))
    if wanted.states:
        found.append(Case.state.in_(wanted.states))
    if wanted.opened_from is not None:
        found.append(Case.opened_at >= wanted.opened_from)
    if wanted.opened_until is not None:
        found.append(Case.opened_at < wanted.opened_until)
    return found + _questions(wanted, now)


def _equalities(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    pairs: list[tuple[Any, Any]] = [
        (Case.community_id, wanted.community_id),
        (Case.loop, wanted.loop),
        (Case.item_code, wanted.item_code),
        (Case.organisation_id, wanted.organisation_id),
        (Case.origin, wanted.origin),
        (Case.appeal, wanted.appeal),
        (Case.is_with_joint_office, wanted.is_with_joint_office),
    ]
    return [column == value for column, value in pairs if value is not None]


def _questions(wanted: CaseFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.is_overdue is not None:
        overdue = is_overdue_now(now)
        found.append(overdue if wanted.is_overdue else sa.not_(sa.func.coalesce(overdue, sa.false())))
    if wanted.has_pending_request is not None:
        is_none = Case.pending.is_(sa.null())
        found.append(sa.not_(is_none) if wanted.has_pending_request else is_none)
    if wanted.text.strip():
        found.append(_mentions(wanted.text.strip()))
    return found


def is_overdue_now(now: datetime) -> sa.ColumnElement[bool]:
    """Filed, still with its holder, and past the effective deadline."""
    return sa.and_(Case.state.in_(UNDER_WAY_STATES), Case.deadline_effective < now)


def _below_area(area_code: str, actor: Actor) -> sa.ColumnElement[bool]:
    """Raises `NotFound` for an area that the actor does not see: an empty list would look as if all were well there."""
    return below(Case.area_path, get_area(area_code, actor).path)


def _mentions(text: str) -> sa.ColumnElement[bool]:
    number = parse_case_number(text)
    if number is not None:
        return Case.number == str(number)
    columns = (Case.number, Case.title, Case.text, Case.place, Case.building)
    return sa.or_(*(containing(column, text) for column in columns))


def get_case(case_id: uuid.UUID, actor: Actor) -> Case:
    """One case with events, photos, reports and ratings; raises `NotFound` where it is out of the actor's reach."""
    case = find_whole_case(case_id)
    if case is None or not may_read(case, actor):
        raise NotFound("没有这个案件", "No such case")
    return case


def find_whole_case(case_id: uuid.UUID) -> Case | None:
    """As `get_case`, whoever asks: for answering somebody who has just acted on it, and perhaps given it away."""
    return db.session.scalar(
        sa.select(Case)
        .where(Case.id == case_id)
        .options(
            joinedload(Case.community).joinedload(Community.area),
            joinedload(Case.organisation),
            selectinload(Case.events),
            selectinload(Case.photos),
            selectinload(Case.reports),
            selectinload(Case.ratings),
        )
        .execution_options(populate_existing=True)
    )


def names_of_actors(events: Sequence[CaseEvent]) -> dict[uuid.UUID, str]:
    """The names of the people in a case's history. One query."""
    ids = {event.actor_id for event in events if event.actor_id}
    rows = db.session.execute(sa.select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {row.id: row.display_name for row in rows}


def organisations_named(case: Case) -> dict[uuid.UUID, Organisation]:
    """The organisations that a case's history names. One query."""
    names = ("organisation_id", "proposed_organisation_id")
    told = {event.data.get(name) for event in case.events for name in names} - {None}
    ids = {uuid.UUID(each) for each in told if isinstance(each, str)}
    rows = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))
    return {organisation.id: organisation for organisation in rows}


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step as the public may know it: no names, no reasons, only what kind of organisation had it."""

    at: datetime
    action: str
    to_state: str
    organisation_kind: str | None


def list_public_steps(case_id: uuid.UUID) -> list[PublicStep]:
    """The steps of a case for its tracking page. Two queries."""
    events = list(
        db.session.scalars(sa.select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq))
    )
    kinds = _kinds_of({str(event.data.get("organisation_id")) for event in events})
    steps, kind = [], None
    for event in events:
        kind = kinds.get(str(event.data.get("organisation_id")), kind)
        steps.append(PublicStep(event.at, event.action, event.to_state, kind))
    return steps


def _kinds_of(ids: set[str]) -> dict[str, str]:
    wanted = [uuid.UUID(each) for each in ids if each != "None"]
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.kind).where(Organisation.id.in_(wanted))
    )
    return {str(organisation_id): kind for organisation_id, kind in rows}


def measure_cases(actor: Actor, area_code: str | None, period: Period) -> list[Measure]:
    """The evaluation of the cases in an area (all within reach by default) over a period. Two queries."""
    reach = reach_of(actor, Permission.READ_CASES)
    conditions = [within_reach(reach, Case.area_path, Case.organisation_id), _touches(period)]
    if area_code is not None:
        conditions.append(_below_area(area_code, actor))
    ids = sa.select(Case.id).where(*conditions)
    ratings = _ratings_of(ids)
    rows = db.session.execute(sa.select(*_MEASURED).where(*conditions))
    return measure((_row(row, ratings) for row in rows), period)


def _touches(period: Period) -> sa.ColumnElement[bool]:
    """Opened, filed, due or closed in the period: whatever any formula may count."""
    instants = (Case.opened_at, Case.filed_at, Case.deadline_effective, Case.closed_at)
    return sa.or_(*(sa.and_(each >= period.since, each < period.until) for each in instants))


_MEASURED = (
    Case.id,
    Case.reopen_count,
    Case.state,
    Case.opened_at,
    Case.loop_path,
    Case.filed_at,
    Case.deadline_effective,
    Case.handled_at,
    Case.closed_at,
    Case.rework_count,
    Case.clock_adjustments,
    Case.is_exempt,
)


def _row(row: sa.Row[Any], ratings: dict[tuple[uuid.UUID, int], list[Any]]) -> CaseRow:
    return CaseRow(
        state=row.state,
        opened_at=row.opened_at,
        loop_path=tuple(Loop(loop) for loop in row.loop_path),
        filed_at=row.filed_at,
        deadline_effective=row.deadline_effective,
        handled_at=row.handled_at,
        closed_at=row.closed_at,
        rework_count=row.rework_count,
        reopen_count=row.reopen_count,
        extension_count=extensions_granted(adjustments_from_json(row.clock_adjustments)),
        is_exempt=row.is_exempt,
        ratings=tuple(ratings.get((row.id, row.reopen_count), ())),
    )


def _ratings_of(ids: sa.Select[uuid.UUID]) -> dict[tuple[uuid.UUID, int], list[Any]]:
    found: dict[tuple[uuid.UUID, int], list[Any]] = {}
    rows = db.session.execute(
        sa.select(CaseRating.case_id, CaseRating.round, CaseRating.score).where(CaseRating.case_id.in_(ids))
    )
    for case_id, closing, score in rows:
        found.setdefault((case_id, closing), []).append(score)
    return found
