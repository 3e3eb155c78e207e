"""Deriving timelines from facts and keeping them, with what they add to the daily counts.

Lock order of all writers: community rows first (ascending by id), then everything else. Writers lock the
communities they touch and no row that others share; counts are only ever added to (`rollups.py`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from checklists.community_attainment import community_timeline
from checklists.compliance import PairStatus, Segment, joined, spliced, timeline
from checklists.daily_counts import Changes, count_changes, day_steps
from checklists.fact_models import COMMUNITY
from checklists.rollups import DeltaKey, add_deltas
from checklists.stored_facts import StoredFacts, load_facts
from checklists.stored_segments import (
    Counted,
    PairKey,
    SegmentChanges,
    StoredTimelines,
    Timelines,
    load_timelines,
)
from checklists.terms_in_force import ChecklistHistory, load_histories
from grid.models import Community
from server.db import db

# Under which name a session keeps what a `derived_once` block has left to derive.
_WAITING = "checklists.derivation"
# How many communities are held in memory at once when many are derived again.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Place:
    """What derivation needs to know of a community; an inactive one (注销) is counted nowhere."""

    id: uuid.UUID
    area_path: str
    is_active: bool


def lock_communities(community_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """Take the turn to write about these communities, before any other lock of the transaction.

    Unknown ids are missing from the answer. On SQLite writers take turns anyway.
    """
    statement = (
        sa.select(Community.id, Community.area_path, Community.is_active)
        .where(Community.id.in_(community_ids))
        .order_by(Community.id)
        # Others may still refer to the community (foreign keys) meanwhile.
        .with_for_update(key_share=True)
    )
    return {row.id: Place(row.id, row.area_path, row.is_active) for row in db.session.execute(statement)}


def rederive(
    community_ids: Collection[uuid.UUID] | None = None, checklist_codes: Collection[str] | None = None
) -> int:
    """Derive communities (all by default) again from all their facts; answers how many.

    To be called, in the same transaction, after a version was published, or communities were imported, moved, closed
    or given other attributes. All checklists of a community are derived when none are named.
    """
    db.session.flush()
    histories = load_histories(checklist_codes)
    number = 0
    for batch in batches_of(community_ids):
        places = lock_communities(batch)
        derive_whole(places, histories, checklist_codes)
        number += len(places)
    return number


def batches_of(community_ids: Collection[uuid.UUID] | None) -> Iterator[list[uuid.UUID]]:
    """The ids in ascending order, some at a time."""
    if community_ids is not None:
        ordered = sorted(community_ids)
        yield from (ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH))
        return
    last: uuid.UUID | None = None
    while True:
        statement = sa.select(Community.id).order_by(Community.id).limit(BATCH)
        if last is not None:
            statement = statement.where(Community.id > last)
        batch = list(db.session.scalars(statement))
        if not batch:
            return
        yield batch
        last = batch[-1]


@contextmanager
def derived_once() -> Iterator[None]:
    """Inside the block facts are only recorded; what they change is derived once, when it ends well.

    An inspection records its answers and opens a case for each fail: one derivation serves them all.
    """
    waiting: dict[Place, _Touched] = {}
    db.session.info[_WAITING] = waiting
    try:
        yield
    finally:
        del db.session.info[_WAITING]
    for place, touched in waiting.items():
        derive_from(place, touched.item_codes, touched.since)


@dataclass(slots=True)
class _Touched:
    """What has been recorded about a community since the block began: which items, from when on."""

    item_codes: set[str]
    since: datetime


def _leave_for_later(place: Place, item_codes: Collection[str], since: datetime) -> bool:
    """Note what is to be derived where a `derived_once` block is open; False where none is."""
    waiting: dict[Place, _Touched] | None = db.session.info.get(_WAITING)
    if waiting is None:
        return False
    touched = waiting.setdefault(place, _Touched(set(), since))
    touched.item_codes.update(item_codes)
    touched.since = min(touched.since, since)
    return True


def derive_from(place: Place, item_codes: Collection[str], since: datetime) -> None:
    """Derive a locked community's items again after facts from `since` on have changed.

    A community that was never derived, or was moved since, is derived as a whole.
    """
    if _leave_for_later(place, item_codes, since):
        return
    histories = {
        code: history
        for code, history in load_histories().items()
        if not history.item_codes.isdisjoint(item_codes)
    }
    stored = load_timelines([place.id], histories.keys(), since)
    if any(stored.area_paths.get((place.id, code)) != place.area_path for code in histories):
        derive_whole({place.id: place}, load_histories(), None)
        return
    facts = load_facts([place.id], item_codes, since)
    writing = _Writing(stored)
    for history in histories.values():
        pairs = dict(stored.of(place.id, history.code))
        own = pairs.pop(COMMUNITY, ())
        changed = {
            code: spliced(pairs.get(code, ()), timeline(facts.of(place.id, code, history)), since)
            for code in sorted(history.item_codes.intersection(item_codes))
        }
        kept = [segment for segment in own if segment.since < since]
        later = standing_timeline({**pairs, **changed}, history, since)
        changed[COMMUNITY] = joined([*kept, *later], before=None)
        writing.replace(place, history.code, changed)
    writing.finish()


def derive_whole(
    places: Mapping[uuid.UUID, Place],
    histories: Mapping[str, ChecklistHistory],
    checklist_codes: Collection[str] | None,
) -> None:
    """Derive locked communities from all their facts and keep the result."""
    stored = load_timelines(places.keys(), checklist_codes, None)
    facts = load_facts(places.keys())
    writing = _Writing(stored)
    for place in places.values():
        for history in histories.values():
            derived = derive_in_memory(place, history, facts)
            left = stored.of(place.id, history.code).keys() - derived.keys()
            writing.replace(place, history.code, {**derived, **dict.fromkeys(left, ())})
    writing.finish()


def derive_in_memory(
    place: Place, history: ChecklistHistory, facts: StoredFacts
) -> dict[str, tuple[Segment, ...]]:
    """All timelines of a community under a checklist, by item code ("*" is its own), from all its facts."""
    if not place.is_active:
        return {COMMUNITY: ()}
    pairs = {code: timeline(facts.of(place.id, code, history)) for code in history.item_codes}
    found = {code: segments for code, segments in pairs.items() if segments}
    return {**found, COMMUNITY: standing_timeline(found, history, history.versions[0].since)}


def standing_timeline(
    pairs: Mapping[str, Sequence[Segment]], history: ChecklistHistory, since: datetime
) -> tuple[Segment, ...]:
    """The community's own timeline from `since` on, as segments; unassessed stretches included."""
    standings = community_timeline(pairs, history.terms, since)
    return joined((Segment(at, standing.status) for at, standing in standings), before=None)


def counted_steps(item_code: str, segments: Sequence[Segment]) -> Changes:
    """What a timeline adds to the daily counts; an item's unassessed days are what the others leave."""
    changes = count_changes((), day_steps((segment.since, segment.status) for segment in segments))
    if item_code == COMMUNITY:
        return changes
    return {key: change for key, change in changes.items() if key[1] is not PairStatus.UNASSESSED}


class _Writing:
    """Collects what differs from the stored timelines and writes it in a few statements."""

    def __init__(self, stored: StoredTimelines) -> None:
        self._stored = stored
        self._rows = SegmentChanges()
        self._deltas: Counter[DeltaKey] = Counter()

    def replace(self, place: Place, checklist_code: str, timelines: Timelines) -> None:
        """These timelines of the community hold from now on; others under the checklist stay as they are."""
        stored = self._stored.of(place.id, checklist_code)
        old_path = self._stored.area_paths.get((place.id, checklist_code), place.area_path)
        for item_code, segments in timelines.items():
            before, after = Counted(stored.get(item_code, ()), old_path), Counted(segments, place.area_path)
            if before == after:
                continue
            self._rows.add(PairKey(place.id, checklist_code, item_code), before, after)
            self._count(checklist_code, item_code, before, -1)
            self._count(checklist_code, item_code, after, 1)

    def finish(self) -> None:
        self._rows.write()
        add_deltas(self._deltas)

    def _count(self, checklist_code: str, item_code: str, state: Counted, sign: int) -> None:
        for (day, status), change in counted_steps(item_code, state.segments).items():
            key = DeltaKey(state.area_path, checklist_code, item_code, day, status)
            self._deltas[key] += sign * change
