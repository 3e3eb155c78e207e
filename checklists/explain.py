"""What stands behind a rate: every failing pair with its causes, every pair left out with the reason; page by page.

A case is named by its id only, since cases know checklists and not the other way round; the API adds the rest.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from checklists.community_attainment import Standing, community_standing
from checklists.compliance import Cause, CauseKind, PairStatus, Result, Segment
from checklists.fact_models import COMMUNITY, FOREVER, ObservationFact, PairSegment
from checklists.models import ChecklistItem
from checklists.rate_queries import Selection, day_end
from checklists.stored_segments import read_causes, unbroken_since
from checklists.terms_in_force import VersionInForce
from grid.models import Community
from grid.reach import below
from server.db import db

PairPosition = tuple[uuid.UUID, str]
RankedPosition = tuple[datetime, uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where pairs are looked for: below an area's path, or in one community."""

    area_path: str | None = None
    community_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class AnswerBehind:
    """The inspection's answer that caused a status, as its counting revision gave it."""

    inspection_id: uuid.UUID
    answer_id: uuid.UUID
    revision: int
    result: Result
    occurrences: int
    observed_at: datetime
    photo_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class ExplainedPair:
    """One (community, item) pair at a day's end: its status, since when, and what caused it.

    `since` is when the status began, which its present causes may be younger than (a check found the same again);
    None for a pair that nothing was ever found out about. `case_ids` are the cases among the causes,
    `reason_zh` and `reason_en` say why it was left out, where it was.
    """

    community: Community
    item_code: str
    indicator_code: str
    criterion_zh: str
    criterion_en: str
    is_veto: bool
    weight: Decimal
    status: PairStatus
    since: datetime | None
    occurrences: int
    answers: tuple[AnswerBehind, ...]
    case_ids: tuple[uuid.UUID, ...]
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class ExplainedCommunity:
    """One community's standing at a day's end, since when it has that status, and what it lacks to attain."""

    community: Community
    status: PairStatus
    since: datetime
    standing: Standing
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the position behind which the next page begins (None: there is no more)."""

    rows: Sequence[Any]
    next_position: Any


_REASONS = {
    PairStatus.UNASSESSED: ("未检查", "never inspected"),
    PairStatus.STALE: ("结果已过有效期", "the result is out of date"),
    PairStatus.NOT_APPLICABLE: ("不适用", "does not apply"),
}


def explain_pairs(
    extent: Extent,
    selection: Selection,
    as_of: date,
    statuses: Collection[PairStatus],
    after: PairPosition | None = None,
    limit: int = 50,
) -> Page:
    """The pairs with one of these statuses at a day's end, by community and item: three queries, whatever their number.

    Without a version in force on the day there are none.
    """
    version = selection.history.find_in_force(as_of)
    codes = selection.codes(version) if version else ()
    if version is None or not codes:
        return Page((), None)
    make = _all_pairs if PairStatus.UNASSESSED in statuses else _known_pairs
    statement = make(extent, version, codes, as_of, statuses, after).limit(limit + 1)
    found = db.session.execute(statement).all()
    shown = found[:limit]
    rows = _explained_rows(shown, version)
    last = shown[-1] if len(found) > limit else None
    return Page(rows, (last.Community.id, last.item_code) if last else None)


def explain_failing_by(
    ranks: sa.Subquery,
    extent: Extent,
    selection: Selection,
    as_of: date,
    after: RankedPosition | None = None,
    limit: int = 50,
) -> Page:
    """The failing pairs in the order of an instant that `ranks` (community_id, item_code, at) knows of them, those
    without one last: three queries. The next position is (instant, community, item)."""
    version = selection.history.find_in_force(as_of)
    codes = selection.codes(version) if version else ()
    if version is None or not codes:
        return Page((), None)
    rank = sa.func.coalesce(ranks.c.at, sa.literal(FOREVER, type_=ranks.c.at.type), type_=ranks.c.at.type)
    place = (rank, PairSegment.community_id, PairSegment.item_code)
    of_pair = sa.and_(
        ranks.c.community_id == PairSegment.community_id, ranks.c.item_code == PairSegment.item_code
    )
    failing = _known_pairs(extent, version, codes, as_of, [PairStatus.FAIL], None)
    statement = (
        failing.add_columns(rank.label("rank")).outerjoin(ranks, of_pair).order_by(None).order_by(*place)
    )
    if after is not None:
        types = (ranks.c.at.type, PairSegment.community_id.type, PairSegment.item_code.type)
        key = (sa.literal(part, type_=kind) for part, kind in zip(after, types, strict=True))
        statement = statement.where(sa.tuple_(*place) > sa.tuple_(*key))
    found = db.session.execute(statement.limit(limit + 1)).all()
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    position = (last.rank, last.Community.id, last.item_code) if last else None
    return Page(_explained_rows(shown, version), position)


def explain_communities(
    extent: Extent,
    selection: Selection,
    as_of: date,
    statuses: Collection[PairStatus],
    after: PairPosition | None = None,
    limit: int = 50,
) -> Page:
    """The communities whose standing (小区达标) has one of these statuses at a day's end: three
    queries."""
    version = selection.history.find_in_force(as_of)
    if version is None:
        return Page((), None)
    statement = _known_pairs(extent, version, (COMMUNITY,), as_of, statuses, after).limit(limit + 1)
    found = db.session.execute(statement).all()
    shown = found[:limit]
    standings = _standings([row.Community.id for row in shown], version, as_of)
    since = _since(shown, version)
    rows = [
        _explained_community(row, standings[row.Community.id], since[row.Community.id, COMMUNITY])
        for row in shown
    ]
    last = shown[-1] if len(found) > limit else None
    return Page(rows, (last.Community.id, COMMUNITY) if last else None)


def _in_force(segment: Any, as_of: date) -> sa.ColumnElement[bool]:
    end = day_end(as_of)
    return sa.and_(segment.since < end, segment.until >= end)


def _known_pairs(
    extent: Extent,
    version: VersionInForce,
    codes: Collection[str],
    as_of: date,
    statuses: Collection[PairStatus],
    after: PairPosition | None,
) -> sa.Select[Any]:
    """Pairs that have a segment with one of the statuses; found by their segments."""
    statement = (
        sa.select(
            Community,
            PairSegment.item_code,
            PairSegment.status,
            PairSegment.since,
            PairSegment.occurrences,
            PairSegment.causes,
        )
        .join(Community, Community.id == PairSegment.community_id)
        .where(
            PairSegment.checklist_code == version.checklist_code,
            PairSegment.status.in_(statuses),
            PairSegment.item_code.in_(codes),
            _in_force(PairSegment, as_of),
            _within(extent, PairSegment.community_id, PairSegment.area_path),
        )
        .order_by(PairSegment.community_id, PairSegment.item_code)
    )
    return _behind(statement, PairSegment.community_id, PairSegment.item_code, after)


def _all_pairs(
    extent: Extent,
    version: VersionInForce,
    codes: Collection[str],
    as_of: date,
    statuses: Collection[PairStatus],
    after: PairPosition | None,
) -> sa.Select[Any]:
    """Pairs with one of the statuses, also those without a segment: every counted community times every item."""
    counted, pair = aliased(PairSegment), aliased(PairSegment)
    status = sa.func.coalesce(pair.status, PairStatus.UNASSESSED.value, type_=PairSegment.status.type)
    statement = (
        sa.select(
            Community,
            ChecklistItem.item_code,
            status.label("status"),
            pair.since,
            sa.func.coalesce(pair.occurrences, 0).label("occurrences"),
            pair.causes,
        )
        .join(counted, counted.community_id == Community.id)
        .join(ChecklistItem, ChecklistItem.version_id == version.id)
        .outerjoin(
            pair,
            sa.and_(
                pair.community_id == Community.id,
                pair.checklist_code == version.checklist_code,
                pair.item_code == ChecklistItem.item_code,
                _in_force(pair, as_of),
            ),
        )
        .where(
            counted.checklist_code == version.checklist_code,
            counted.item_code == COMMUNITY,
            _in_force(counted, as_of),
            _within(extent, Community.id, counted.area_path),
            ChecklistItem.item_code.in_(codes),
            status.in_(statuses),
        )
        .order_by(Community.id, ChecklistItem.item_code)
    )
    return _behind(statement, Community.id, ChecklistItem.item_code, after)


def _within(extent: Extent, community_id: Any, area_path: Any) -> sa.ColumnElement[bool]:
    if extent.community_id is not None:
        return community_id == extent.community_id  # type: ignore[no-any-return]
    return below(area_path, extent.area_path or "/")


def _behind(
    statement: sa.Select[Any], community_id: Any, item_code: Any, after: PairPosition | None
) -> sa.Select[Any]:
    if after is None:
        return statement
    return statement.where(
        sa.or_(community_id > after[0], sa.and_(community_id == after[0], item_code > after[1]))
    )


AnswerKey = tuple[str, str]


def answers_behind(causes: Collection[Cause]) -> Mapping[AnswerKey, AnswerBehind]:
    """The answers among causes, by (inspection, answer); one query."""
    wanted = [cause for cause in causes if cause.kind is CauseKind.ANSWER]
    statement = sa.select(ObservationFact).where(
        ObservationFact.inspection_id.in_({uuid.UUID(cause.inspection_id) for cause in wanted}),
        ObservationFact.answer_id.in_({uuid.UUID(cause.id) for cause in wanted}),
    )
    found = {}
    for fact in db.session.scalars(statement):
        # An answer that caused something has both; the columns are empty only in withdrawals.
        assert fact.answer_id is not None
        assert fact.result is not None
        found[str(fact.inspection_id), str(fact.answer_id)] = AnswerBehind(
            fact.inspection_id,
            fact.answer_id,
            fact.revision,
            fact.result,
            fact.occurrences,
            fact.observed_at,
            tuple(uuid.UUID(photo_id) for photo_id in fact.photo_ids),
        )
    return found


def _explained_rows(rows: Sequence[Any], version: VersionInForce) -> list[ExplainedPair]:
    """Rows of pairs with what lies behind them; two queries."""
    answers = answers_behind([cause for row in rows for cause in read_causes(row.causes or ())])
    since = _since(rows, version)
    return [_explained(row, version, answers, since.get((row.Community.id, row.item_code))) for row in rows]


def _since(rows: Sequence[Any], version: VersionInForce) -> Mapping[PairPosition, datetime]:
    """Since when the pairs of rows have had their status, where they have a segment; one query."""
    known = {
        (version.checklist_code, row.Community.id, row.item_code): Segment(row.since, PairStatus(row.status))
        for row in rows
        if row.since is not None
    }
    return {(community, item): since for (_, community, item), since in unbroken_since(known).items()}


def _explained(
    row: Any,
    version: VersionInForce,
    answers: Mapping[AnswerKey, AnswerBehind],
    since: datetime | None,
) -> ExplainedPair:
    item = version.by_code[row.item_code]
    causes = read_causes(row.causes or ())
    status = PairStatus(row.status)
    reason_zh, reason_en = _reason(status, causes)
    return ExplainedPair(
        community=row.Community,
        item_code=item.item_code,
        indicator_code=item.indicator_code,
        criterion_zh=item.criterion_zh,
        criterion_en=item.criterion_en,
        is_veto=item.terms.is_veto,
        weight=item.terms.weight,
        status=status,
        since=since,
        occurrences=row.occurrences,
        answers=tuple(
            answers[cause.inspection_id, cause.id] for cause in causes if cause.kind is CauseKind.ANSWER
        ),
        case_ids=tuple(uuid.UUID(cause.id) for cause in causes if cause.kind is CauseKind.CASE),
        reason_zh=reason_zh,
        reason_en=reason_en,
    )


def _reason(status: PairStatus, causes: Sequence[Cause]) -> tuple[str, str]:
    """Why a pair is left out; a rule says it in its own words."""
    rule = next((cause for cause in causes if cause.kind is CauseKind.RULE), None)
    if rule is not None:
        return rule.reason_zh, rule.reason_en
    return _REASONS.get(status, ("", ""))


def _standings(
    community_ids: Collection[uuid.UUID], version: VersionInForce, as_of: date
) -> Mapping[uuid.UUID, Standing]:
    """The standings of communities at a day's end; one query."""
    statement = sa.select(
        PairSegment.community_id,
        PairSegment.item_code,
        PairSegment.since,
        PairSegment.status,
        PairSegment.occurrences,
    ).where(
        PairSegment.community_id.in_(community_ids),
        PairSegment.checklist_code == version.checklist_code,
        _in_force(PairSegment, as_of),
    )
    pairs: dict[uuid.UUID, dict[str, Segment]] = defaultdict(dict)
    for community_id, code, since, status, occurrences in db.session.execute(statement):
        pairs[community_id][code] = Segment(since, status, occurrences)
    return {each: community_standing(pairs[each], version.terms) for each in community_ids}


def _explained_community(row: Any, standing: Standing, since: datetime) -> ExplainedCommunity:
    status = PairStatus(row.status)
    if status is PairStatus.FAIL:
        zh, en = _shortfall(standing)
    elif standing.counts.assessed and status is not PairStatus.PASS:
        zh, en = _undecided(standing)
    else:
        zh, en = _REASONS.get(status, ("", ""))
    return ExplainedCommunity(row.Community, status, since, standing, zh, en)


def _undecided(standing: Standing) -> tuple[str, str]:
    """What is still missing for a verdict."""
    missing = standing.counts.applicable - standing.counts.assessed
    return (
        f"还有 {missing} 项没有有效结果，尚不能判定",
        f"{missing} items have no valid result; no verdict yet",
    )


def _shortfall(standing: Standing) -> tuple[str, str]:
    """What keeps a community with a verdict from attaining."""
    zh, en = [], []
    missing = standing.counts.applicable - standing.counts.assessed
    if standing.failing_vetoes:
        zh.append(f"一票否决项不达标：{'、'.join(standing.failing_vetoes)}")
        en.append(f"veto items fail: {', '.join(standing.failing_vetoes)}")
    if missing:
        zh.append(f"还有 {missing} 项没有有效结果")
        en.append(f"{missing} items have no valid result")
    if not standing.reaches_mark:
        zh.append(f"得分 {standing.score} 低于达标线")
        en.append(f"score {standing.score} is below the pass mark")
    return "；".join(zh), "; ".join(en)
