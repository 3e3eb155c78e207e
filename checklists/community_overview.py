"""One community under all checklists at once, at the ends of some days: what its public page and its trend show."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from checklists.compliance import PairStatus, Segment
from checklists.fact_models import PairSegment
from checklists.rate_queries import CommunityRates, Selection, day_end, rates_of_pairs
from checklists.rates import COMMUNITY_ITEMS, Rate, StatusCounts, rate_of
from checklists.stored_segments import read_causes
from checklists.terms_in_force import load_histories
from server.db import db


@dataclass(frozen=True, slots=True)
class CommunityOverview:
    """A community at the end of a day: its rates under every checklist in force then, and over their items together.

    An item that several checklists ask for counts once. `items` has each item's deciding segment.
    """

    as_of: date
    rate: Rate
    checklists: Sequence[CommunityRates]
    items: Mapping[str, Segment]


# Of several checklists that ask for an item, what decides about it: a fail is one everywhere; a result that one
# holds to be out of date may be valid for another.
_DECIDING = (
    PairStatus.FAIL,
    PairStatus.PASS,
    PairStatus.STALE,
    PairStatus.UNASSESSED,
    PairStatus.NOT_APPLICABLE,
)


def overview_of_days(community_id: uuid.UUID, days: Sequence[date]) -> list[CommunityOverview]:
    """A community's overview at the end of each of these days, in their order; two queries, however many."""
    selections = [Selection(history) for _, history in sorted(load_histories().items())]
    rows = _segments(community_id, min(days), max(days))
    return [_overview(day, selections, rows) for day in days]


def _segments(community_id: uuid.UUID, first_on: date, last_on: date) -> Sequence[Any]:
    """A community's segments that touch a period, of all checklists."""
    statement = sa.select(
        PairSegment.checklist_code,
        PairSegment.item_code,
        PairSegment.since,
        PairSegment.until,
        PairSegment.status,
        PairSegment.occurrences,
        PairSegment.causes,
    ).where(
        PairSegment.community_id == community_id,
        PairSegment.since < day_end(last_on),
        PairSegment.until >= day_end(first_on),
    )
    return db.session.execute(statement).all()


def _overview(day: date, selections: Sequence[Selection], rows: Sequence[Any]) -> CommunityOverview:
    end = day_end(day)
    pairs: dict[str, dict[str, Segment]] = {}
    for row in rows:
        if row.since < end <= row.until:
            segment = Segment(row.since, row.status, row.occurrences, read_causes(row.causes))
            pairs.setdefault(row.checklist_code, {})[row.item_code] = segment
    found = [rates_of_pairs(each, pairs.get(each.history.code, {}), day) for each in selections]
    in_force = [each for each in found if each.version is not None]
    items = _deciding_items(in_force)
    counts: dict[PairStatus, int] = dict.fromkeys(PairStatus, 0)
    for segment in items.values():
        counts[segment.status] += 1
    return CommunityOverview(day, rate_of(StatusCounts.of(counts), COMMUNITY_ITEMS), in_force, items)


def _deciding_items(checklists: Sequence[CommunityRates]) -> dict[str, Segment]:
    items: dict[str, Segment] = {}
    for rates in checklists:
        for code, segment in rates.pairs.items():
            present = items.get(code)
            if present is None or _DECIDING.index(segment.status) < _DECIDING.index(present.status):
                items[code] = segment
    return items
