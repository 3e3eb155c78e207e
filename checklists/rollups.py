"""Daily counts that cost the same to read whatever the history's length.

A writer only inserts deltas: (place, checklist, item, day, status, ±n). Now and then a fold adds them to the
buckets of their day, month and year in every area above the place, and deletes them in the same transaction. A
reader adds up buckets and deltas in one statement, so it is right before, after and during a fold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from checklists.compliance import PairStatus
from checklists.daily_counts import BucketSpan, buckets_of
from checklists.fact_models import Rollup, RollupDelta
from server.db import db, is_postgresql, transaction

# How many deltas one transaction folds: other writers wait for it on SQLite.
FOLD_LIMIT = 2000


class DeltaKey(NamedTuple):
    """What a change is counted under: the path of the area that holds the community, and so on."""

    area_path: str
    checklist_code: str
    item_code: str
    counted_on: date
    status: PairStatus


class RollupKey(NamedTuple):
    """One bucket of one area."""

    area_code: str
    checklist_code: str
    item_code: str
    span: BucketSpan
    first_on: date
    status: PairStatus


def add_deltas(changes: Mapping[DeltaKey, int]) -> None:
    """Note changes of the counts; one statement."""
    rows = [{**key._asdict(), "change": change} for key, change in changes.items() if change]
    if rows:
        db.session.connection().execute(sa.insert(RollupDelta), rows)


def fold_rollups(limit: int = FOLD_LIMIT) -> int:
    """Fold the oldest deltas into the buckets, inside the caller's transaction; answers how many.

    Several folds may run at once: each takes deltas that no other has taken.
    """
    statement = (
        sa.select(RollupDelta.id, *_DELTA_COLUMNS, RollupDelta.change)
        .order_by(RollupDelta.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = db.session.execute(statement).all()
    if not taken:
        return 0
    # Many writers add to the same day, so what is alike is added up before it is spread over the buckets.
    alike: Counter[DeltaKey] = Counter()
    for _, path, checklist, item, day, status, change in taken:
        alike[DeltaKey(path, checklist, item, day, status)] += change
    folded: Counter[RollupKey] = Counter()
    for delta, change in alike.items():
        folded.update(dict.fromkeys(rollup_keys(delta), change))
    _add_to_buckets(folded)
    db.session.execute(
        sa.delete(RollupDelta).where(RollupDelta.id.in_([row[0] for row in taken])),
        execution_options={"synchronize_session": False},
    )
    return len(taken)


def fold_all(limit: int = FOLD_LIMIT) -> int:
    """Fold every delta there is, a bounded batch in each transaction of its own; what the job calls."""
    number = 0
    while True:
        with transaction():
            folded = fold_rollups(limit)
        number += folded
        if folded < limit:
            return number


def rollup_keys(delta: DeltaKey) -> list[RollupKey]:
    """Every bucket that a delta folds into: three for each area on its path."""
    return [
        RollupKey(area, delta.checklist_code, delta.item_code, bucket.span, bucket.first_on, delta.status)
        for area in areas_on(delta.area_path)
        for bucket in buckets_of(delta.counted_on)
    ]


def areas_on(area_path: str) -> list[str]:
    """The codes of an area and all above it, from its path "/310151/310151101/"."""
    return [code for code in area_path.split("/") if code]


def _add_to_buckets(changes: Mapping[RollupKey, int]) -> None:
    """Add to buckets in one order everywhere, so that two folds cannot wait for each other in a circle."""
    rows = [{**key._asdict(), "change": changes[key]} for key in sorted(changes) if changes[key]]
    if rows:
        # One statement sent with many rows: compiling hundreds of rows into its text costs more than all of them.
        db.session.connection().execute(_upsert(), rows)


def _upsert() -> sa.Executable:
    table = Rollup.__table__
    insert: Any = postgresql.insert if is_postgresql() else sqlite.insert
    statement = insert(table)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(RollupKey._fields),
        set_={"change": table.c.change + statement.excluded.change},
    )


_DELTA_COLUMNS = (
    RollupDelta.area_path,
    RollupDelta.checklist_code,
    RollupDelta.item_code,
    RollupDelta.counted_on,
    RollupDelta.status,
)
