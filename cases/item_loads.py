"""How much work is open on each item in an area: what stands beside the items that fail most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cases.models import Case
from cases.queries import is_overdue_now
from cases.terms import OPEN_STATES, UNDER_WAY_STATES, State
from grid.reach import below
from server.db import db

_FILED_AND_OPEN = OPEN_STATES - {State.REPORTED, State.VERIFYING}


@dataclass(frozen=True, slots=True)
class ItemLoad:
    """Filed and open cases on one item, in how many communities, and the earliest deadline that is still ahead."""

    open_cases: int
    overdue_cases: int
    communities: int
    next_deadline_at: datetime | None


def next_deadlines(area_path: str) -> sa.Subquery:
    """The earliest deadline (`at`) that runs now on each (community_id, item_code) below an area, to be joined to them."""
    return (
        sa.select(Case.community_id, Case.item_code, sa.func.min(Case.deadline_effective).label("at"))
        .where(
            below(Case.area_path, area_path),
            Case.state.in_(UNDER_WAY_STATES),
            Case.deadline_effective.is_not(None),
            Case.item_code.is_not(None),
        )
        .group_by(Case.community_id, Case.item_code)
        .subquery()
    )


def load_of_items(area_path: str, item_codes: Collection[str], now: datetime) -> dict[str, ItemLoad]:
    """The open cases below an area by item; one query. Items without any are left out."""
    is_ahead = sa.and_(Case.state.in_(UNDER_WAY_STATES), Case.deadline_effective >= now)
    statement = (
        sa.select(
            Case.item_code,
            sa.func.count(),
            sa.func.count().filter(is_overdue_now(now)),
            sa.func.count(Case.community_id.distinct()),
            sa.func.min(sa.case((is_ahead, Case.deadline_effective)), type_=Case.deadline_effective.type),
        )
        .where(
            below(Case.area_path, area_path),
            Case.item_code.in_(item_codes),
            Case.state.in_(_FILED_AND_OPEN),
            Case.filed_at.is_not(None),
        )
        .group_by(Case.item_code)
    )
    return {code: ItemLoad(*numbers) for code, *numbers in db.session.execute(statement)}
