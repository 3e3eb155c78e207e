"""Daily counts that cost the same to read whatever the history's length.

A writer only inserts deltas: (place, checklist, item, day, status, ±n). Now and then a fold adds them to the
buckets of their day, month and year in every area above the place, and deletes them in the same transaction. A
reader adds up buckets and deltas in one statement, so it is right before, after and during a fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    oldest = sa.select(RollupDelta.id).order_by(RollupDelta.id).limit(limit).with_for_update(skip_locked=True)
    taken = list(db.session.scalars(oldest))
    if not taken:
        return 0
    is_taken = RollupDelta.id.in_(taken)
    paths = db.session.scalars(sa.select(RollupDelta.area_path).where(is_taken).distinct())
    above = _areas_above(sorted(paths))
    for span in BucketSpan:
        db.session.connection().execute(_folding(span, is_taken, above))
    db.session.execute(
        sa.delete(RollupDelta).where(is_taken), execution_options={"synchronize_session": False}
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


def _areas_above(paths: Sequence[str]) -> sa.CTE:
    """Each path beside the code of every area on it, as rows to join with."""
    columns = (sa.column("area_path", sa.String), sa.column("area_code", sa.String))
    rows = [(path, code) for path in paths for code in areas_on(path)]
    return sa.values(*columns, name="above").data(rows).cte("above")


def _folding(span: BucketSpan, is_taken: sa.ColumnElement[bool], above: sa.CTE) -> sa.Executable:
    """Add the taken deltas to the buckets of one span; the database does all of it.

    Buckets are touched in one order everywhere, so that two folds cannot wait for each other in a circle.
    """
    keys = (
        above.c.area_code,
        RollupDelta.checklist_code,
        RollupDelta.item_code,
        _first_on(span),
        RollupDelta.status,
    )
    change = sa.func.sum(RollupDelta.change)
    summed = (
        sa.select(*keys, sa.literal(span, Rollup.span.type), change)
        .select_from(RollupDelta)
        .join(above, above.c.area_path == RollupDelta.area_path)
        .where(is_taken)
        .group_by(*keys)
        .having(change != 0)
        .order_by(*keys)
    )
    table = Rollup.__table__
    columns = ["area_code", "checklist_code", "item_code", "first_on", "status", "span", "change"]
    insert: Any = postgresql.insert if is_postgresql() else sqlite.insert
    statement = insert(table).from_select(columns, summed)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(RollupKey._fields),
        set_={"change": table.c.change + statement.excluded.change},
    )


def _first_on(span: BucketSpan) -> sa.ColumnElement[Any]:
    """The first day of a delta's bucket, as `daily_counts.buckets_of` has it."""
    if span is BucketSpan.DAY:
        return sa.literal_column("counted_on")
    if is_postgresql():
        return sa.literal_column(f"date_trunc('{span.value}', counted_on)::date")
    return sa.literal_column(f"date(counted_on, 'start of {span.value}')")
