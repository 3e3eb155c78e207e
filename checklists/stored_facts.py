"""The facts of many pairs, read in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from checklists.applicability import decide_applicability
from checklists.compliance import ApplicabilityPeriod, CaseInterval, Observation, PairFacts
from checklists.fact_models import CaseIntervalFact, ObservationFact
from checklists.terms_in_force import ChecklistHistory
from grid.models import Community, CommunityAttributes
from server.db import UtcDateTime, db

AttributesSince = tuple[datetime, Mapping[str, Any]]
Pair = tuple[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """Facts by (community, item), and each community's attributes from an instant on, the earliest first."""

    observations: Mapping[Pair, Sequence[Observation]]
    cases: Mapping[Pair, Sequence[CaseInterval]]
    attributes: Mapping[uuid.UUID, Sequence[AttributesSince]]

    def of(self, community_id: uuid.UUID, item_code: str, history: ChecklistHistory) -> PairFacts:
        """The facts of one pair as a checklist judges them."""
        return PairFacts(
            self.observations.get((community_id, item_code), ()),
            self.cases.get((community_id, item_code), ()),
            applicability_periods(item_code, history, self.attributes.get(community_id, ())),
            history.validity,
        )


def load_facts(
    community_ids: Collection[uuid.UUID],
    item_codes: Collection[str] | None = None,
    since: datetime | None = None,
) -> StoredFacts:
    """The facts of communities on items (all by default): three queries.

    With `since`, only those that decide the status from that instant on: observations since then and the newest one
    before; without, every fact there is, superseded revisions included.
    """
    return StoredFacts(
        _observations(community_ids, item_codes, since),
        _cases(community_ids, item_codes),
        _attributes(community_ids),
    )


def applicability_periods(
    item_code: str, history: ChecklistHistory, attributes: Sequence[AttributesSince]
) -> tuple[ApplicabilityPeriod, ...]:
    """Since when an item applies or not: its rule in each version, asked of the attributes of the time.

    What was recorded first is taken to have been so before; an item that always applied has no periods.
    """
    rules = [(version.since, version.by_code.get(item_code)) for version in history.ruling]
    if not attributes or not any(item and item.applicability for _, item in rules):
        return ()
    instants = sorted({since for since, _ in rules} | {since for since, _ in attributes[1:]})
    periods = []
    for at in instants:
        item = next((item for since, item in reversed(rules) if since <= at), rules[0][1])
        known = next((values for since, values in reversed(attributes) if since <= at), attributes[0][1])
        found = decide_applicability(item.applicability if item else {}, known)
        periods.append(ApplicabilityPeriod(at, found.applies, found.reason_zh, found.reason_en))
    return tuple(periods) if not all(period.applies for period in periods) else ()


def _observations(
    community_ids: Collection[uuid.UUID], item_codes: Collection[str] | None, since: datetime | None
) -> dict[Pair, list[Observation]]:
    statement = sa.select(
        ObservationFact.community_id,
        ObservationFact.item_code,
        ObservationFact.observed_at,
        ObservationFact.result,
        ObservationFact.inspection_id,
        ObservationFact.answer_id,
        ObservationFact.revision,
        ObservationFact.occurrences,
    ).where(ObservationFact.community_id.in_(community_ids))
    if item_codes is not None:
        statement = statement.where(ObservationFact.item_code.in_(item_codes))
    if since is not None:
        statement = statement.where(_counts(ObservationFact), ObservationFact.observed_at >= _start(since))
    found: dict[Pair, list[Observation]] = defaultdict(list)
    for community_id, item, at, result, inspection, answer, revision, count in db.session.execute(statement):
        observation = Observation(at, result, str(inspection), str(answer or ""), revision, count)
        found[community_id, item].append(observation)
    return found


def _start(since: datetime) -> sa.ColumnElement[datetime]:
    """When the newest counting observation before an instant was made, or the instant itself."""
    earlier = aliased(ObservationFact)
    newest = (
        sa.select(sa.func.max(earlier.observed_at))
        .where(
            earlier.community_id == ObservationFact.community_id,
            earlier.item_code == ObservationFact.item_code,
            earlier.observed_at < since,
            _counts(earlier),
        )
        .scalar_subquery()
    )
    return sa.func.coalesce(newest, sa.literal(since, ObservationFact.observed_at.type))


def _counts(fact: type[ObservationFact]) -> sa.ColumnElement[bool]:
    return sa.and_(fact.is_superseded.is_(False), fact.result.is_not(None))


def _cases(
    community_ids: Collection[uuid.UUID], item_codes: Collection[str] | None
) -> dict[Pair, list[CaseInterval]]:
    statement = sa.select(
        CaseIntervalFact.community_id,
        CaseIntervalFact.item_code,
        CaseIntervalFact.case_id,
        CaseIntervalFact.failed_from,
        CaseIntervalFact.ended_at,
        CaseIntervalFact.passed,
    ).where(CaseIntervalFact.community_id.in_(community_ids))
    if item_codes is not None:
        statement = statement.where(CaseIntervalFact.item_code.in_(item_codes))
    found: dict[Pair, list[CaseInterval]] = defaultdict(list)
    for community_id, item, case_id, failed_from, ended_at, passed in db.session.execute(statement):
        found[community_id, item].append(CaseInterval(str(case_id), failed_from, ended_at, passed))
    return found


def _attributes(community_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[AttributesSince]]:
    """The recorded history; for a community without one, what its own row says."""
    statement = (
        sa.select(
            Community.id,
            sa.func.coalesce(CommunityAttributes.valid_from, Community.created_at, type_=UtcDateTime()),
            sa.case(
                (CommunityAttributes.id.is_(None), Community.attributes), else_=CommunityAttributes.attributes
            ),
        )
        .outerjoin(CommunityAttributes, CommunityAttributes.community_id == Community.id)
        .where(Community.id.in_(community_ids))
        .order_by(CommunityAttributes.valid_from)
    )
    found: dict[uuid.UUID, list[AttributesSince]] = defaultdict(list)
    for community_id, valid_from, attributes in db.session.execute(statement):
        found[community_id].append((valid_from, attributes))
    return found
