"""Rounds as people look at them: planned, running, over; with what is done, late and missed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from checklists.models import ChecklistVersion
from grid.models import Community
from grid.permissions import Actor, Permission, Reach, reach_of
from grid.reach import within_reach
from inspections.assignment_status import AssignmentStatus, RoundProgress, RoundWindow, assignment_status
from inspections.models import Round, RoundAssignment
from server.db import db
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """What a list of rounds is asked for; None asks for everything."""

    kind: str | None = None
    inspector_id: uuid.UUID | None = None
    is_running: bool | None = None
    include_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round with its progress, as far as the asker's area goes."""

    round: Round
    progress: RoundProgress


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment with where it stands now."""

    assignment: RoundAssignment
    status: AssignmentStatus


def get_round(actor: Actor, round_id: uuid.UUID) -> Round:
    """The round, where the asker's area covers any of it; raises NotFound."""
    reach = reach_of(actor, Permission.READ_ROUNDS)
    found = db.session.scalar(
        sa.select(Round)
        .options(_WITH_VERSION)
        .where(Round.id == round_id, _is_visible(reach))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def list_rounds(
    actor: Actor,
    wanted: RoundFilter,
    now: datetime,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None = None,
) -> list[RoundLine]:
    """Rounds that the asker's area touches, the latest start first; `after` is the key of the last row seen."""
    reach = reach_of(actor, Permission.READ_ROUNDS)
    statement = (
        sa.select(Round)
        .options(_WITH_VERSION)
        .where(_is_visible(reach), *_conditions(wanted, now))
        .order_by(Round.starts_at.desc(), Round.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Round.starts_at, Round.id) < after)
    rounds = db.session.scalars(statement).all()
    progress = progress_of(rounds, reach, now)
    return [RoundLine(each, progress[each.id]) for each in rounds]


def list_assignments(actor: Actor, seen: Round, now: datetime) -> list[AssignmentLine]:
    """The round's communities within the asker's area, in the order of the grid, each with its status."""
    reach = reach_of(actor, Permission.READ_ROUNDS)
    statement = (
        sa.select(RoundAssignment)
        .join(Community, Community.id == RoundAssignment.community_id)
        .options(joinedload(RoundAssignment.community), joinedload(RoundAssignment.inspector))
        .where(RoundAssignment.round_id == seen.id, within_reach(reach, Community.area_path))
        .order_by(Community.area_path, Community.code)
    )
    window = RoundWindow(seen.starts_at, seen.ends_at)
    return [
        AssignmentLine(
            each,
            assignment_status(
                window, finished_at=each.finished_at, has_draft=each.draft_at is not None, now=now
            ),
        )
        for each in db.session.scalars(statement)
    ]


def progress_of(rounds: Sequence[Round], reach: Reach, now: datetime) -> dict[uuid.UUID, RoundProgress]:
    """How far each round is, counted by the database over the communities within reach: one query for all."""
    is_open = RoundAssignment.finished_at.is_(None)
    is_drafted = RoundAssignment.draft_at.is_not(None)
    is_late = RoundAssignment.finished_at > Round.ends_at
    statement = (
        sa.select(
            Round.id,
            sa.func.count(),
            sa.func.count().filter(sa.and_(is_open, is_drafted)),
            sa.func.count().filter(sa.and_(is_open, ~is_drafted)),
            sa.func.count().filter(is_late),
        )
        .join(RoundAssignment, RoundAssignment.round_id == Round.id)
        .join(Community, Community.id == RoundAssignment.community_id)
        .where(Round.id.in_([each.id for each in rounds]), within_reach(reach, Community.area_path))
        .group_by(Round.id)
    )
    counts = {round_id: row for round_id, *row in db.session.execute(statement).all()}
    return {each.id: _progress(each, counts.get(each.id, [0, 0, 0, 0]), now) for each in rounds}


def _progress(seen: Round, counts: Sequence[int], now: datetime) -> RoundProgress:
    total, drafted, untouched, late = counts
    is_over = RoundWindow(seen.starts_at, seen.ends_at).has_ended(now)
    return RoundProgress(
        total=total,
        pending=0 if is_over else untouched,
        in_progress=0 if is_over else drafted,
        done=total - drafted - untouched - late,
        late=late,
        missed=drafted + untouched if is_over else 0,
    )


# A version's document is large, and only its name is wanted here.
_WITH_VERSION = joinedload(Round.version).load_only(
    ChecklistVersion.id, ChecklistVersion.checklist_code, ChecklistVersion.number
)


def _is_visible(reach: Reach) -> sa.ColumnElement[bool]:
    touched = (
        sa.select(RoundAssignment.round_id)
        .join(Community, Community.id == RoundAssignment.community_id)
        .where(RoundAssignment.round_id == Round.id, within_reach(reach, Community.area_path))
    )
    return sa.or_(within_reach(reach, Round.area_path), touched.exists())


def _conditions(wanted: RoundFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(Round.kind == wanted.kind)
    if not wanted.include_cancelled:
        conditions.append(Round.cancelled_at.is_(None))
    if wanted.is_running is not None:
        is_running = sa.and_(Round.starts_at <= now, Round.ends_at >= now)
        conditions.append(is_running if wanted.is_running else ~is_running)
    if wanted.inspector_id is not None:
        given = sa.select(RoundAssignment.round_id).where(
            RoundAssignment.round_id == Round.id, RoundAssignment.inspector_id == wanted.inspector_id
        )
        conditions.append(given.exists())
    return conditions
