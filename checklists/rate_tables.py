"""Rates as a table: areas below an area, or its communities, against indicators or items; and the items that fail most."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from checklists.community_attainment import Standing
from checklists.compliance import PairStatus, Segment
from checklists.fact_models import PairSegment
from checklists.rate_queries import (
    Selection,
    area_rates_of_counts,
    counts_by_area,
    day_end,
    rates_of_pairs,
)
from checklists.rates import INDICATOR_ATTAINMENT, Rate, StatusCounts, rate_of
from checklists.terms_in_force import ItemInForce, VersionInForce
from grid.models import Area, Community
from server.db import db


@dataclass(frozen=True, slots=True)
class TableColumn:
    """What stands above a column: an indicator or an item, and which items it counts."""

    code: str
    name_zh: str
    name_en: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area's rates: over all selected items, of its communities, and by column."""

    area: Area
    items: Rate
    communities: Rate
    cells: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """A community's rate over all selected items, its standing, and its rate by column."""

    community: Community
    items: Rate
    standing: Standing | None
    cells: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class FailingItem:
    """An item and in how many communities it fails; `rate` has the others."""

    item: ItemInForce
    rate: Rate


def columns_by_indicator(selection: Selection, version: VersionInForce) -> list[TableColumn]:
    """The indicators of the selected items, in the checklist's order."""
    wanted = {version.by_code[code].indicator_code for code in selection.codes(version)}
    found = []
    for code in version.indicator_codes:
        if code in wanted:
            name = version.names.get(code, {"zh": code, "en": code})
            found.append(TableColumn(code, name["zh"], name["en"], Selection(selection.history, code)))
    return found


def columns_by_item(selection: Selection, version: VersionInForce) -> list[TableColumn]:
    """The selected items, in the checklist's order."""
    items = (version.by_code[code] for code in selection.codes(version))
    return [
        TableColumn(
            item.item_code,
            item.criterion_zh,
            item.criterion_en,
            Selection(selection.history, item_code=item.item_code),
        )
        for item in items
    ]


def area_lines(
    areas: Sequence[Area], selection: Selection, columns: Sequence[TableColumn], as_of: date
) -> list[AreaLine]:
    """The rates of several areas by column, in their order; one query."""
    version = selection.history.find_in_force(as_of)
    counts = counts_by_area([area.code for area in areas], selection, version, as_of)
    lines = []
    for area in areas:
        known = counts[area.code]
        whole = area_rates_of_counts(version, selection, known, as_of)
        cells = {
            each.code: area_rates_of_counts(version, each.selection, known, as_of).items for each in columns
        }
        lines.append(AreaLine(area, whole.items, whole.communities, cells))
    return lines


def community_lines(
    communities: Sequence[Community], selection: Selection, columns: Sequence[TableColumn], as_of: date
) -> list[CommunityLine]:
    """The rates of several communities by column, in their order; one query."""
    pairs = _pairs_of([each.id for each in communities], selection.history.code, as_of)
    lines = []
    for community in communities:
        known = pairs[community.id]
        whole = rates_of_pairs(selection, known, as_of)
        cells = {each.code: _rate_within(whole.pairs, each, as_of) for each in columns}
        lines.append(CommunityLine(community, whole.items, whole.standing, cells))
    return lines


def items_failing_most(area_code: str, selection: Selection, as_of: date, limit: int) -> list[FailingItem]:
    """The selected items that fail in most communities of an area at a day's end, vetoes first among equals; one query."""
    version = selection.history.find_in_force(as_of)
    if version is None:
        return []
    counts = counts_by_area([area_code], selection, version, as_of)[area_code]
    found = []
    for code in selection.codes(version):
        rates = area_rates_of_counts(version, Selection(selection.history, item_code=code), counts, as_of)
        if rates.items.counts.failing:
            found.append(FailingItem(version.by_code[code], rates.items))
    found.sort(key=lambda each: (-each.rate.counts.failing, not each.item.terms.is_veto))
    return found[:limit]


def _rate_within(pairs: Mapping[str, Segment], column: TableColumn, as_of: date) -> Rate:
    version = column.selection.history.find_in_force(as_of)
    counts: dict[PairStatus, int] = dict.fromkeys(PairStatus, 0)
    for code in column.selection.codes(version):
        if code in pairs:
            counts[pairs[code].status] += 1
    return rate_of(StatusCounts.of(counts), INDICATOR_ATTAINMENT)


def _pairs_of(
    community_ids: Sequence[uuid.UUID], checklist_code: str, as_of: date
) -> Mapping[uuid.UUID, dict[str, Segment]]:
    """The segments in force at a day's end, by community and item; without their causes."""
    end = day_end(as_of)
    statement = sa.select(
        PairSegment.community_id,
        PairSegment.item_code,
        PairSegment.since,
        PairSegment.status,
        PairSegment.occurrences,
    ).where(
        PairSegment.community_id.in_(community_ids),
        PairSegment.checklist_code == checklist_code,
        PairSegment.since < end,
        PairSegment.until >= end,
    )
    found: dict[uuid.UUID, dict[str, Segment]] = defaultdict(dict)
    for community_id, code, since, status, occurrences in db.session.execute(statement):
        found[community_id][code] = Segment(since, status, occurrences)
    return found
