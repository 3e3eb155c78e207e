"""Loads the demonstration's history: the stories of its last weeks, told in the order of time through the services.

Everything is one unit of work, so a load that is ended half way has changed nothing and the next start begins it again;
photos' files are kept before, and found again. Each step is taken at its own past instant, and in between the sweeper's
duties are done when they were due, as the running product would have. People are about by day only: at night the
history ends with the evening, and only the clocks of the cases run on.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

import sqlalchemy as sa

from cases.escalation import sweep_case
from cases.models import Case
from checklists.models import ChecklistVersion
from grid.phone_numbers import PhoneKeys
from inspections.models import Inspection, Report, Round
from server.db import db
from server.demo.cast import gather_cast
from server.demo.photo_pool import PhotoPool
from server.demo.programme import CIVILISED, FIRE, PARTS, WASTE, Part, codes_of, stories_of
from server.demo.world import Story, World, awake, last_waking, read_buildings

_SEED = "家园 2026"
# What would have happened in it is left to the running product.
_LAST_MINUTE = timedelta(minutes=1)
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadedHistory:
    """What the history holds: rounds, inspections, reports, cases."""

    rounds: int
    inspections: int
    reports: int
    cases: int


def has_history() -> bool:
    """Whether anything has happened in this demonstration yet, by our doing or anybody's."""
    tables = (Round, Inspection, Report, Case)
    return any(db.session.scalar(sa.select(sa.exists().select_from(table))) for table in tables)


def tell_history(
    pool: PhotoPool,
    keys: PhoneKeys,
    now: datetime,
    parts: Sequence[Part] = PARTS,
    progress: Told = lambda _: None,
) -> LoadedHistory:
    """Let everything happen, in the caller's transaction; `progress` hears of each week."""
    cast = gather_cast(keys, codes_of(parts))
    world = World(cast, pool, keys, last_waking(now), _versions(), Random(_SEED))  # noqa: S311 - variety, no secret
    world.buildings = read_buildings(list(cast.communities.values()))
    _Telling(world, now, progress).tell(list(stories_of(world, parts)))
    return LoadedHistory(*(_count(table) for table in (Round, Inspection, Report, Case)))


class _Telling:
    """All stories at once, always the one whose next step comes first."""

    def __init__(self, world: World, until: datetime, progress: Told) -> None:
        self._world, self._until, self._progress = world, until, progress
        self._queue: list[tuple[datetime, int, Story]] = []
        self._turn = count()
        self._told_week = 100

    def tell(self, stories: Sequence[Story]) -> None:
        for story in stories:
            self._put(story)
        while self._queue:
            at, _, story = heapq.heappop(self._queue)
            self._sweep(at)
            self._tell_week(at)
            self._put(story, at)
            for begun in self._world.begun:
                self._put(begun)
            self._world.begun.clear()
            db.session.flush()
        self._sweep(self._until - _LAST_MINUTE)

    def _put(self, story: Story, present: datetime | None = None) -> None:
        """Take the story's present step, if it has begun, and queue its next; what would be after now has not happened."""
        try:
            at = awake(next(story) if present is None else story.send(present))
        except StopIteration:
            return
        if at < self._world.now - _LAST_MINUTE:
            heapq.heappush(self._queue, (at, next(self._turn), story))

    def _sweep(self, until: datetime) -> None:
        """Do what was due before the next step, when it was due."""
        while (due_at := db.session.scalar(sa.select(sa.func.min(Case.next_sweep_at)))) and due_at <= until:
            # As the job does, which looks every minute.
            at = min(due_at + timedelta(seconds=30), until)
            for case in db.session.scalars(
                sa.select(Case).where(Case.next_sweep_at <= at).order_by(Case.number)
            ):
                sweep_case(case, at)

    def _tell_week(self, at: datetime) -> None:
        week = (self._world.now - at).days // 7
        if week < self._told_week:
            self._told_week = week
            self._progress(
                f"history: {week} weeks ago"
                if week > 1
                else "history: last week"
                if week
                else "history: this week"
            )


def _versions() -> dict[str, ChecklistVersion]:
    """The newest version of each checklist that the programme uses."""
    wanted = (CIVILISED, FIRE, WASTE)
    rows = db.session.scalars(
        sa.select(ChecklistVersion)
        .where(ChecklistVersion.checklist_code.in_(wanted), ChecklistVersion.retired_at.is_(None))
        .order_by(ChecklistVersion.number)
    )
    return {row.checklist_code: row for row in rows}


def _count(table: type[Round] | type[Inspection] | type[Report] | type[Case]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
