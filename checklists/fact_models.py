"""Facts that compliance is made of, and what is derived from them: segments of timelines, daily counts.

Facts are never deleted. Everything below `PairSegment` can be rebuilt from them (`flask compliance rebuild`).
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from checklists.compliance import PairStatus, Result
from checklists.daily_counts import BucketSpan
from server.db import Base, Json, UtcDateTime, new_id

# The item code under which a community's own standing (小区达标) is kept beside its items.
COMMUNITY = "*"
# The end of a segment that nothing is known to end; a value, so that "open at an instant" is one comparison.
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


def _enum(kind: type[Result] | type[PairStatus] | type[BucketSpan], constraint: str) -> sa.Enum:
    values = [str(member.value) for member in kind]
    return sa.Enum(kind, native_enum=False, length=20, name=constraint, values_callable=lambda _kind: values)


class ObservationFact(Base):
    """An inspection's answer on one item, as one revision of the inspection gave it.

    `result` NULL: this revision no longer answers the item. `is_superseded`: a higher revision of the same
    inspection is known; the row stays and no longer counts.
    """

    __tablename__ = "observations"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    item_code: Mapped[str] = mapped_column(sa.String(40))
    result: Mapped[Result | None] = mapped_column(_enum(Result, "observation_result"))
    occurrences: Mapped[int] = mapped_column(default=0)
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    inspection_id: Mapped[uuid.UUID]
    answer_id: Mapped[uuid.UUID | None]
    revision: Mapped[int]
    photo_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    is_superseded: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("inspection_id", "item_code", "revision"),
        sa.Index("ix_observations_pair", "community_id", "item_code", "observed_at"),
    )


class CaseIntervalFact(Base):
    """One stretch during which a filed case was open on an item; `passed` says that a check ended it."""

    __tablename__ = "case_intervals"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID]
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    item_code: Mapped[str] = mapped_column(sa.String(40))
    failed_from: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.UniqueConstraint("case_id", "failed_from"),
        sa.Index("ix_case_intervals_pair", "community_id", "item_code"),
    )


class PairSegment(Base):
    """A stretch of one (community, item) timeline under one checklist, from `since` until `until`.

    A pair without a segment at an instant is unassessed. `item_code` "*" is the community's own standing,
    which has a segment at every instant since the checklist's first version. `area_path` is where the
    community was counted when this was derived.
    """

    __tablename__ = "pair_segments"

    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"), primary_key=True)
    checklist_code: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    item_code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[PairStatus] = mapped_column(_enum(PairStatus, "pair_segment_status"))
    occurrences: Mapped[int]
    causes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    area_path: Mapped[str] = mapped_column(sa.String(120))

    __table_args__ = (
        sa.Index("ix_pair_segments_status", "checklist_code", "status", "until", "community_id"),
    )


class RollupDelta(Base):
    """A change of the number of pairs with a status from a day on, waiting to be folded into `Rollup`.

    Writers only ever insert; the fold deletes what it has added in the same transaction.
    """

    __tablename__ = "rollup_deltas"

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    area_path: Mapped[str] = mapped_column(sa.String(120))
    checklist_code: Mapped[str] = mapped_column(sa.String(60))
    item_code: Mapped[str] = mapped_column(sa.String(40))
    counted_on: Mapped[date]
    status: Mapped[PairStatus] = mapped_column(_enum(PairStatus, "rollup_delta_status"))
    change: Mapped[int]

    __table_args__ = (sa.Index("ix_rollup_deltas_checklist", "checklist_code", "counted_on"),)


class Rollup(Base):
    """The sum of the changes of one day, month or year in an area of any level."""

    __tablename__ = "rollups"

    area_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    checklist_code: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    span: Mapped[BucketSpan] = mapped_column(_enum(BucketSpan, "rollup_span"), primary_key=True)
    first_on: Mapped[date] = mapped_column(primary_key=True)
    item_code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    status: Mapped[PairStatus] = mapped_column(_enum(PairStatus, "rollup_status"), primary_key=True)
    change: Mapped[int]

    # The key is nearly the whole row. SQLite keeps rows in its order, so that a span of days lies together;
    # PostgreSQL keeps the change beside it, and answers from the index alone.
    __table_args__ = (
        sa.PrimaryKeyConstraint(
            "area_code",
            "checklist_code",
            "span",
            "first_on",
            "item_code",
            "status",
            postgresql_include=["change"],
        ),
        {"sqlite_with_rowid": False},
    )
