"""Rebuilding everything that is derived from the facts, to compare it with what stands, or to replace it.

Works through the areas from the leaves up, so that only one line of the tree is held in memory.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from checklists.compliance import PairStatus, Segment
from checklists.daily_counts import buckets_of
from checklists.derivation import (
    Place,
    batches_of,
    counted_steps,
    derive_in_memory,
    derive_whole,
    lock_communities,
)
from checklists.fact_models import ObservationFact, PairSegment, Rollup, RollupDelta
from checklists.rollups import DeltaKey, RollupKey, fold_rollups, rollup_keys
from checklists.stored_facts import load_facts
from checklists.stored_segments import load_timelines
from checklists.terms_in_force import ChecklistHistory, load_histories
from grid.models import Area, Community
from server.db import db, is_postgresql


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that stands otherwise than the facts say; `where` names the row, in words for an operator."""

    where: str
    stored: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: stored {self.stored}, the facts say {self.expected}"


# (checklist, item, day, status): what an area counts changes of.
CountKey = tuple[str, str, date, PairStatus]


def verify_compliance() -> Iterator[Difference]:
    """Every difference between the stored segments and counts and a rebuild from the facts; changes nothing.

    Call `read_one_snapshot` before, so that writers need not stop.
    """
    histories = load_histories()
    yield from _superseded_differences()
    children = _areas_by_parent()
    for root in children[None]:
        counts: Counter[CountKey] = Counter()
        yield from _verify_area(root, children, histories, counts)
    yield from _orphans()


def read_one_snapshot() -> None:
    """Let the transaction that begins now see one state of the database throughout, as SQLite's always do."""
    if is_postgresql():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def rebuild_compliance() -> int:
    """Throw away all that is derived and derive it again, inside the caller's transaction; answers how many
    communities. Writers wait meanwhile."""
    if is_postgresql():
        db.session.execute(sa.text("LOCK TABLE communities IN EXCLUSIVE MODE"))
    for table in (PairSegment, RollupDelta, Rollup):
        db.session.execute(sa.delete(table), execution_options={"synchronize_session": False})
    _mark_superseded()
    histories = load_histories()
    number = 0
    for batch in batches_of(None):
        places = lock_communities(batch)
        derive_whole(places, histories, None)
        while fold_rollups():
            pass
        number += len(places)
    return number


def _verify_area(
    area: Area,
    children: Mapping[str | None, list[Area]],
    histories: Mapping[str, ChecklistHistory],
    above: Counter[CountKey],
) -> Iterator[Difference]:
    """Verify an area's communities, the areas below it and then its own counts, which join those above."""
    counts: Counter[CountKey] = Counter()
    for child in children[area.code]:
        yield from _verify_area(child, children, histories, counts)
    places = {
        row.id: Place(row.id, row.area_path, row.is_active)
        for row in db.session.execute(
            sa.select(Community.id, Community.area_path, Community.is_active).where(
                Community.area_code == area.code
            )
        )
    }
    for batch in batches_of(places.keys()):
        yield from _verify_communities({each: places[each] for each in batch}, histories, counts)
    yield from _count_differences(area, counts)
    above.update(counts)


def _verify_communities(
    places: Mapping[uuid.UUID, Place],
    histories: Mapping[str, ChecklistHistory],
    counts: Counter[CountKey],
) -> Iterator[Difference]:
    facts = load_facts(places.keys())
    stored = load_timelines(places.keys(), None, None)
    for place in places.values():
        for history in histories.values():
            derived = derive_in_memory(place, history, facts)
            standing = stored.of(place.id, history.code)
            for item_code in sorted(derived.keys() | standing.keys()):
                expected = derived.get(item_code, ())
                where = f"segments {place.id} {history.code} {item_code}"
                yield from _segment_differences(where, standing.get(item_code, ()), expected)
                for (day, status), change in counted_steps(item_code, expected).items():
                    counts[history.code, item_code, day, status] += change
            path = stored.area_paths.get((place.id, history.code), place.area_path)
            if path != place.area_path:
                yield Difference(f"place {place.id} {history.code}", path, place.area_path)


def _segment_differences(
    where: str, stored: tuple[Segment, ...], expected: tuple[Segment, ...]
) -> Iterator[Difference]:
    if stored != expected:
        yield Difference(where, _words(stored), _words(expected))


def _words(segments: tuple[Segment, ...]) -> str:
    return (
        ", ".join(f"{segment.since:%Y-%m-%dT%H:%M:%SZ} {segment.status}" for segment in segments) or "nothing"
    )


def _count_differences(area: Area, counts: Mapping[CountKey, int]) -> Iterator[Difference]:
    """Buckets plus unfolded deltas of one area against what its communities' timelines add up to."""
    expected: Counter[RollupKey] = Counter()
    for (checklist, item, day, status), change in counts.items():
        for bucket in buckets_of(day):
            expected[RollupKey(area.code, checklist, item, bucket.span, bucket.first_on, status)] += change
    stored = _stored_counts(area)
    for key in sorted(expected.keys() | stored.keys()):
        if stored[key] != expected[key]:
            where = f"count {key.area_code} {key.checklist_code} {key.item_code} {key.status}"
            where += f" {key.span} {key.first_on}"
            yield Difference(where, f"{stored[key]:+d}", f"{expected[key]:+d}")


def _stored_counts(area: Area) -> Counter[RollupKey]:
    columns = [getattr(Rollup, name) for name in RollupKey._fields]
    found: Counter[RollupKey] = Counter()
    for *key, change in db.session.execute(
        sa.select(*columns, Rollup.change).where(Rollup.area_code == area.code)
    ):
        found[RollupKey(*key)] += change
    deltas = [getattr(RollupDelta, name) for name in DeltaKey._fields]
    for *delta, change in db.session.execute(
        sa.select(*deltas, RollupDelta.change).where(RollupDelta.area_path.startswith(area.path))
    ):
        for bucket_key in rollup_keys(DeltaKey(*delta)):
            if bucket_key.area_code == area.code:
                found[bucket_key] += change
    return found


def _areas_by_parent() -> Mapping[str | None, list[Area]]:
    children: dict[str | None, list[Area]] = defaultdict(list)
    for area in db.session.scalars(sa.select(Area).order_by(Area.code)):
        children[area.parent_code].append(area)
    return children


def _superseded_differences() -> Iterator[Difference]:
    """Observations marked as superseded although no higher revision is known, or not marked although one is."""
    for fact_id, marked, wanted in db.session.execute(
        sa.select(ObservationFact.id, ObservationFact.is_superseded, _is_superseded())
    ):
        if bool(marked) != bool(wanted):
            yield Difference(f"observation {fact_id} is_superseded", str(bool(marked)), str(bool(wanted)))


def _mark_superseded() -> None:
    db.session.execute(
        sa.update(ObservationFact)
        .values(is_superseded=_is_superseded())
        .where(ObservationFact.is_superseded != _is_superseded()),
        execution_options={"synchronize_session": False},
    )
    db.session.expire_all()


def _is_superseded() -> sa.ColumnElement[bool]:
    higher = aliased(ObservationFact)
    return sa.exists().where(
        higher.inspection_id == ObservationFact.inspection_id, higher.revision > ObservationFact.revision
    )


def _orphans() -> Iterator[Difference]:
    """Counts of areas, and segments of checklists, that do not exist."""
    known_areas = sa.select(Area.code)
    for code in db.session.scalars(
        sa.select(Rollup.area_code).where(Rollup.area_code.not_in(known_areas), Rollup.change != 0).distinct()
    ):
        yield Difference(f"counts of area {code}", "some", "no such area")
    codes = load_histories().keys()
    for code in db.session.scalars(
        sa.select(PairSegment.checklist_code).where(PairSegment.checklist_code.not_in(codes)).distinct()
    ):
        yield Difference(f"segments of checklist {code}", "some", "no such checklist")
