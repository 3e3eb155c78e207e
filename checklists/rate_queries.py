"""Rates read from the rollups: for an area or a community, broken down or as a daily series, as of any day."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from checklists.community_attainment import Standing, community_standing
from checklists.compliance import PairStatus, Segment, start_of_day
from checklists.daily_counts import BucketSpan
from checklists.fact_models import COMMUNITY, PairSegment, Rollup, RollupDelta
from checklists.rates import COMMUNITY_ATTAINMENT, INDICATOR_ATTAINMENT, Rate, StatusCounts, rate_of
from checklists.stored_segments import read_causes
from checklists.terms_in_force import ChecklistHistory, VersionInForce, get_history, load_histories
from grid.models import Area
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated

# The longest daily series that one request may ask for.
LONGEST_SERIES_DAYS = 1100
Counts = Mapping[str, StatusCounts]
DayChanges = dict[date, list[tuple[str, PairStatus, int]]]
# The items that a rate is asked of, by checklist.
Wanted = Mapping[str, Collection[str]]
# Under this stand items that were counted together.
_TOGETHER = ""
# Stands for "before the period" where a day is asked for.
_BEFORE = sa.literal(date.min, sa.Date)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items of a checklist a rate is about: all of them, an indicator's, or one."""

    history: ChecklistHistory
    indicator_code: str | None = None
    item_code: str | None = None

    def codes(self, version: VersionInForce | None) -> tuple[str, ...]:
        """The selected items that a version has, in its order; none where there is no version."""
        return version.item_codes(self.indicator_code, self.item_code) if version else ()


def select_items(
    checklist_code: str, indicator_code: str | None = None, item_code: str | None = None
) -> Selection:
    """A selection of a published checklist's items; raises NotFound for what none of its versions has."""
    selection = Selection(get_history(checklist_code), indicator_code, item_code)
    if not any(selection.codes(version) for version in selection.history.versions):
        raise NotFound(
            "这份检查表没有该指标或检查项",
            "This checklist has no such indicator or item",
            code="unknown_item",
        )
    return selection


@dataclass(frozen=True, slots=True)
class AreaRates:
    """Both rates of a place on a day, under the version in force then; without one there is nothing to count.

    `items` is the indicator attainment rate over the selected items, `communities` the community attainment
    rate of the whole checklist.
    """

    as_of: date
    version: VersionInForce | None
    items: Rate
    communities: Rate


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One row of a breakdown: the rate of an indicator, an item or an area below."""

    code: str
    name_zh: str
    name_en: str
    rates: AreaRates


@dataclass(frozen=True, slots=True)
class CommunityRates:
    """A community's standing under a checklist on a day, and the rate over its selected items."""

    as_of: date
    version: VersionInForce | None
    items: Rate
    standing: Standing | None
    pairs: Mapping[str, Segment]


def area_rates(area_code: str, selection: Selection, as_of: date) -> AreaRates:
    """The rates of an area at the end of a day; one query, whatever the history's length."""
    version = selection.history.find_in_force(as_of)
    code = selection.history.code
    counts = _counts_as_of([area_code], {code: selection.codes(version)}, as_of)[area_code, code]
    return area_rates_of_counts(version, selection, counts, as_of)


def rates_by_area(areas: Sequence[Area], selection: Selection, as_of: date) -> list[Breakdown]:
    """The rates of several areas, in their order; one query."""
    version = selection.history.find_in_force(as_of)
    code = selection.history.code
    counts = _counts_as_of([area.code for area in areas], {code: selection.codes(version)}, as_of)
    return [
        Breakdown(
            area.code,
            area.name,
            area.name,
            area_rates_of_counts(version, selection, counts[area.code, code], as_of),
        )
        for area in areas
    ]


def rates_by_indicator(area_code: str, selection: Selection, as_of: date) -> list[Breakdown]:
    """An area's rates for each indicator of the version in force, in its order; one query."""
    version = selection.history.find_in_force(as_of)
    if version is None:
        return []
    counts = _counts_by_item(area_code, selection, version, as_of)
    wanted = {version.by_code[code].indicator_code for code in selection.codes(version)}
    return [
        _named(version, code, Selection(selection.history, code, selection.item_code), counts, as_of)
        for code in version.indicator_codes
        if code in wanted
    ]


def rates_by_item(area_code: str, selection: Selection, as_of: date) -> list[Breakdown]:
    """An area's rates for each selected item of the version in force, in its order; one query."""
    version = selection.history.find_in_force(as_of)
    if version is None:
        return []
    counts = _counts_by_item(area_code, selection, version, as_of)
    found = []
    for code in selection.codes(version):
        item = version.by_code[code]
        rates = area_rates_of_counts(version, Selection(selection.history, item_code=code), counts, as_of)
        found.append(Breakdown(code, item.criterion_zh, item.criterion_en, rates))
    return found


def rates_by_checklist(area_code: str, as_of: date) -> list[Breakdown]:
    """An area's rates under every checklist in force on the day, by code; two queries."""
    selections = {code: Selection(history) for code, history in sorted(load_histories().items())}
    versions = {code: each.history.find_in_force(as_of) for code, each in selections.items()}
    wanted = {code: selections[code].codes(version) for code, version in versions.items()}
    counts = _counts_as_of([area_code], wanted, as_of)
    return [
        Breakdown(
            code,
            version.name_zh,
            version.name_en,
            area_rates_of_counts(version, selections[code], counts[area_code, code], as_of),
        )
        for code, version in versions.items()
        if version is not None
    ]


def area_series(area_code: str, selection: Selection, first_on: date, last_on: date) -> list[AreaRates]:
    """The rates of an area at the end of each day from the first to the last; one query.

    Raises RuleViolated for a period that ends before it begins or is longer than `LONGEST_SERIES_DAYS`.
    """
    _check_period(first_on, last_on)
    running, changes = _changes_between(area_code, selection, first_on, last_on)
    series = []
    for day in _days(first_on, last_on):
        for item_code, status, change in changes.get(day, ()):
            running[item_code][status] += change
        counts = {item: StatusCounts.of(by_status) for item, by_status in running.items()}
        series.append(area_rates_of_counts(selection.history.find_in_force(day), selection, counts, day))
    return series


def community_rates(community_id: uuid.UUID, selection: Selection, as_of: date) -> CommunityRates:
    """A community's standing and rate at the end of a day; one query."""
    return community_series(community_id, selection, as_of, as_of)[0]


def community_series(
    community_id: uuid.UUID, selection: Selection, first_on: date, last_on: date
) -> list[CommunityRates]:
    """A community's standing and rate at the end of each day from the first to the last; one query."""
    _check_period(first_on, last_on)
    segments = _segments_between(community_id, selection.history.code, first_on, last_on)
    ahead = sorted(segments, key=lambda each: each[1].since, reverse=True)
    current: dict[str, Segment] = {}
    series = []
    for day in _days(first_on, last_on):
        end = start_of_day(day + timedelta(days=1))
        while ahead and ahead[-1][1].since < end:
            code, segment = ahead.pop()
            current[code] = segment
        series.append(rates_of_pairs(selection, current, day))
    return series


def rates_of_pairs(selection: Selection, pairs: Mapping[str, Segment], on: date) -> CommunityRates:
    """A community's rates at a day's end, from the segments of its items (and its own) that are in force then."""
    version = selection.history.find_in_force(on)
    # Without a row of its own the community is counted nowhere (inactive, or never derived).
    if version is None or COMMUNITY not in pairs:
        return CommunityRates(on, version, rate_of(StatusCounts()), None, {})
    unknown = Segment(version.since, PairStatus.UNASSESSED)
    found = {code: pairs.get(code, unknown) for code in selection.codes(version)}
    counts: dict[PairStatus, int] = dict.fromkeys(PairStatus, 0)
    for segment in found.values():
        counts[segment.status] += 1
    items = rate_of(StatusCounts.of(counts), INDICATOR_ATTAINMENT)
    return CommunityRates(on, version, items, community_standing(pairs, version.terms), found)


def _segments_between(
    community_id: uuid.UUID, checklist_code: str, first_on: date, last_on: date
) -> list[tuple[str, Segment]]:
    """A community's segments that touch a period, with the item of each."""
    statement = sa.select(
        PairSegment.item_code,
        PairSegment.since,
        PairSegment.status,
        PairSegment.occurrences,
        PairSegment.causes,
    ).where(
        PairSegment.community_id == community_id,
        PairSegment.checklist_code == checklist_code,
        PairSegment.since < day_end(last_on),
        PairSegment.until >= day_end(first_on),
    )
    return [
        (code, Segment(since, status, occurrences, read_causes(causes)))
        for code, since, status, occurrences, causes in db.session.execute(statement)
    ]


def day_end(day: date) -> datetime:
    """The instant at which a local day is over; a segment in force at the day's end began before it and lasts to it."""
    return start_of_day(day + timedelta(days=1))


def _named(
    version: VersionInForce, code: str, selection: Selection, counts: Counts, as_of: date
) -> Breakdown:
    name = version.names.get(code, {"zh": code, "en": code})
    return Breakdown(code, name["zh"], name["en"], area_rates_of_counts(version, selection, counts, as_of))


def area_rates_of_counts(
    version: VersionInForce | None, selection: Selection, counts: Counts, as_of: date
) -> AreaRates:
    """Both rates from counts by item (or of the selected items together) and of the communities themselves."""
    if version is None:
        nothing = StatusCounts()
        return AreaRates(as_of, None, rate_of(nothing), rate_of(nothing, COMMUNITY_ATTAINMENT))
    communities, codes = counts.get(COMMUNITY, StatusCounts()), selection.codes(version)
    known = sum((counts.get(code, StatusCounts()) for code in (_TOGETHER, *codes)), StatusCounts())
    # Items keep no count of unassessed pairs: these are the communities that no other status has.
    items = known + StatusCounts(unassessed=len(codes) * communities.total - known.total)
    return AreaRates(
        as_of, version, rate_of(items, INDICATOR_ATTAINMENT), rate_of(communities, COMMUNITY_ATTAINMENT)
    )


def _check_period(first_on: date, last_on: date) -> None:
    if last_on < first_on:
        field = FieldError("to", "before_from", "结束日期早于开始日期", "The period ends before it begins")
        raise RuleViolated("日期范围有误", "The period is wrong", errors=[field])
    if (last_on - first_on).days >= LONGEST_SERIES_DAYS:
        field = FieldError(
            "to", "too_long", f"最多 {LONGEST_SERIES_DAYS} 天", f"At most {LONGEST_SERIES_DAYS} days"
        )
        raise RuleViolated("日期范围太长", "The period is too long", errors=[field])


def _days(first_on: date, last_on: date) -> Iterator[date]:
    for offset in range((last_on - first_on).days + 1):
        yield first_on + timedelta(days=offset)


def counts_by_area(
    area_codes: Collection[str], selection: Selection, version: VersionInForce | None, as_of: date
) -> dict[str, Counts]:
    """The counts of several areas at a day's end, of each selected item and of the communities; one query."""
    code = selection.history.code
    found = _counts_as_of(area_codes, {code: selection.codes(version)}, as_of, is_by_item=True)
    return {area_code: found[area_code, code] for area_code in area_codes}


def _counts_by_item(area_code: str, selection: Selection, version: VersionInForce, as_of: date) -> Counts:
    """An area's counts at a day's end, of each selected item and of the communities themselves."""
    return counts_by_area([area_code], selection, version, as_of)[area_code]


def _counts_as_of(
    area_codes: Collection[str], wanted: Wanted, as_of: date, *, is_by_item: bool = False
) -> dict[tuple[str, str], Counts]:
    """Counts by (area, checklist) at a day's end: buckets and unfolded deltas in one statement.

    Of the wanted items together (under `_TOGETHER`) or of each, and of the communities themselves.
    """
    parts = sa.union_all(
        *(_buckets(area_codes, wanted).where(span) for span in _summed_spans(as_of)),
        _deltas(area_codes, wanted).where(RollupDelta.counted_on <= as_of),
    ).subquery()
    keys = (parts.c.area_code, parts.c.checklist_code, _item_key(parts, is_by_item), parts.c.status)
    statement = sa.select(*keys, sa.func.sum(parts.c.change)).where(_is_wanted(parts, wanted)).group_by(*keys)
    found: dict[tuple[str, str], dict[str, dict[PairStatus, int]]] = {
        (area, checklist): defaultdict(dict) for area in area_codes for checklist in wanted
    }
    for area_code, checklist_code, item_code, status, number in db.session.execute(statement):
        found[area_code, checklist_code][item_code][PairStatus(status)] = int(number)
    return {
        key: {item: StatusCounts.of(by_status) for item, by_status in by_item.items()}
        for key, by_item in found.items()
    }


def _item_key(parts: sa.Subquery, is_by_item: bool) -> sa.ColumnElement[str]:
    """What counts are kept apart by; constants stand in the text, for PostgreSQL must see them to be the same."""
    if is_by_item:
        return parts.c.item_code
    own: sa.ColumnElement[str] = sa.literal_column(f"'{COMMUNITY}'")
    return sa.case((parts.c.item_code == own, own), else_=sa.literal_column(f"'{_TOGETHER}'"))


def _is_wanted(parts: sa.Subquery, wanted: Wanted) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.false(),
        *(
            sa.and_(parts.c.checklist_code == code, parts.c.item_code.in_([*items, COMMUNITY]))
            for code, items in wanted.items()
        ),
    )


def _changes_between(
    area_code: str, selection: Selection, first_on: date, last_on: date
) -> tuple[dict[str, dict[PairStatus, int]], DayChanges]:
    """The counts before a period, by item and status, and what each of its days changes; one statement.

    Items are counted together unless versions with different items follow each other within the period.
    """
    before, code = first_on - timedelta(days=1), selection.history.code
    in_days = sa.and_(Rollup.span == BucketSpan.DAY, Rollup.first_on.between(first_on, last_on))
    parts = sa.union_all(
        *(_buckets([area_code], [code]).where(span) for span in _summed_spans(before)),
        _deltas([area_code], [code]).where(RollupDelta.counted_on <= before),
        _buckets([area_code], [code], Rollup.first_on).where(in_days),
        _deltas([area_code], [code], RollupDelta.counted_on).where(
            RollupDelta.counted_on.between(first_on, last_on)
        ),
    ).subquery()
    asked = {selection.codes(selection.history.find_in_force(day)) for day in _days(first_on, last_on)}
    wanted = {code: sorted({item for items in asked for item in items})}
    keys = (parts.c.day, _item_key(parts, is_by_item=len(asked) > 1), parts.c.status)
    statement = sa.select(*keys, sa.func.sum(parts.c.change)).where(_is_wanted(parts, wanted)).group_by(*keys)
    running: dict[str, dict[PairStatus, int]] = defaultdict(lambda: dict.fromkeys(PairStatus, 0))
    changes: DayChanges = defaultdict(list)
    for day, item_code, status, number in db.session.execute(statement):
        if day == date.min:
            running[item_code][PairStatus(status)] += int(number)
        else:
            changes[day].append((item_code, PairStatus(status), int(number)))
    return running, changes


def _buckets(area_codes: Iterable[str], checklist_codes: Iterable[str], day: Any = _BEFORE) -> sa.Select[Any]:
    return sa.select(
        Rollup.area_code,
        Rollup.checklist_code,
        Rollup.item_code,
        Rollup.status,
        Rollup.change,
        day.label("day"),
    ).where(Rollup.area_code.in_(area_codes), Rollup.checklist_code.in_(checklist_codes))


def _deltas(area_codes: Iterable[str], checklist_codes: Iterable[str], day: Any = _BEFORE) -> sa.Select[Any]:
    return (
        sa.select(
            Area.code,
            RollupDelta.checklist_code,
            RollupDelta.item_code,
            RollupDelta.status,
            RollupDelta.change,
            day.label("day"),
        )
        .select_from(RollupDelta)
        .join(Area, RollupDelta.area_path.startswith(Area.path))
        .where(Area.code.in_(area_codes), RollupDelta.checklist_code.in_(checklist_codes))
    )


def _summed_spans(as_of: date) -> tuple[sa.ColumnElement[bool], ...]:
    """The buckets that a count is made of, years, months and days; the rule is `daily_counts.is_summed`.

    Three conditions and not one with OR: each is a range of the key, while SQLite would read all days there ever were.
    """
    month_on = as_of.replace(day=1)
    year_on = month_on.replace(month=1)
    return (
        sa.and_(Rollup.span == BucketSpan.YEAR, Rollup.first_on < year_on),
        sa.and_(Rollup.span == BucketSpan.MONTH, Rollup.first_on >= year_on, Rollup.first_on < month_on),
        sa.and_(Rollup.span == BucketSpan.DAY, Rollup.first_on >= month_on, Rollup.first_on <= as_of),
    )
