"""Recording the facts that compliance is made of: inspections' answers, and while which time a case was open.

Every service locks the community first, is harmless when repeated, and leaves the derived timelines and counts
in step with the facts in the same transaction. They flush and never commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from checklists.compliance import Result
from checklists.derivation import Place, derive_from, derive_whole, lock_communities
from checklists.fact_models import CaseIntervalFact, ObservationFact
from checklists.terms_in_force import load_histories
from server.db import db
from server.errors import Conflict, NotFound, RuleViolated

__all__ = [
    "CaseOpening",
    "ObservationEntry",
    "correct_case_interval",
    "end_case_interval",
    "lock_communities",
    "open_case_interval",
    "open_case_intervals",
    "record_observations",
]


@dataclass(frozen=True, slots=True)
class ObservationEntry:
    """One answer of an inspection; `occurrences` counts what a fail found (处数)."""

    item_code: str
    result: Result | str
    observed_at: datetime
    answer_id: uuid.UUID
    occurrences: int = 0
    photo_ids: Sequence[uuid.UUID] = ()


def record_observations(
    community_id: uuid.UUID,
    inspection_id: uuid.UUID,
    revision: int,
    entries: Sequence[ObservationEntry],
    now: datetime,
) -> None:
    """Record all answers of one revision of a submitted inspection; its highest revision counts.

    `inspection_id` stays the same through all revisions. An item that the highest revision does not answer is
    withdrawn. Recording a revision again changes nothing; with other content it raises Conflict. Raises NotFound
    for an unknown community. A constant number of queries, whatever the number of entries.
    """
    place = _lock(community_id)
    known = list(
        db.session.scalars(sa.select(ObservationFact).where(ObservationFact.inspection_id == inspection_id))
    )
    if any(fact.community_id != community_id for fact in known):
        raise RuleViolated("更正不能换小区", "A revision cannot move an inspection to another community")
    recording = _Recording(place, inspection_id, revision, known, now)
    for entry in entries:
        recording.add(entry)
    recording.withdraw_what_the_highest_revision_lacks()
    recording.finish()


@dataclass(frozen=True, slots=True)
class CaseOpening:
    """A filed case fails the item from an instant on."""

    case_id: uuid.UUID
    item_code: str
    failed_from: datetime


def open_case_interval(
    case_id: uuid.UUID, community_id: uuid.UUID, item_code: str, failed_from: datetime
) -> None:
    """A filed case fails the item from the moment it was verified or filed, and again when it is reopened.

    A case that is open already stays so, from the earlier moment of the two.
    """
    open_case_intervals(community_id, [CaseOpening(case_id, item_code, failed_from)])


def open_case_intervals(community_id: uuid.UUID, openings: Sequence[CaseOpening]) -> None:
    """As `open_case_interval` for several cases of one community; a constant number of queries."""
    place = _lock(community_id)
    known = _intervals_of([opening.case_id for opening in openings])
    changed = [fact for opening in openings if (fact := _open(opening, community_id, known[opening.case_id]))]
    db.session.flush()
    if changed:
        derive_from(place, {fact.item_code for fact in changed}, min(fact.failed_from for fact in changed))


def _open(
    opening: CaseOpening, community_id: uuid.UUID, known: list[CaseIntervalFact]
) -> CaseIntervalFact | None:
    """The interval that begins, or now begins earlier; None where nothing changes."""
    if any(fact.failed_from == opening.failed_from for fact in known):
        return None
    current = next((fact for fact in known if fact.ended_at is None), None)
    if current is None:
        current = CaseIntervalFact(
            case_id=opening.case_id, community_id=community_id, item_code=opening.item_code
        )
        db.session.add(current)
        known.append(current)
    elif current.failed_from <= opening.failed_from:
        return None
    current.failed_from = opening.failed_from
    return current


def end_case_interval(case_id: uuid.UUID, ended_at: datetime, passed: bool) -> None:
    """The case is open no longer: `passed` when its fix passed the check, which is a pass observed then.

    A case without any interval (it names no item, or was never filed) changes nothing. Raises Conflict where
    the case ended otherwise before, RuleViolated for an end before its beginning.
    """
    known = _intervals(case_id)
    if not known:
        return
    place = _lock(known[-1].community_id)
    known = _intervals(case_id)
    current = next((fact for fact in known if fact.ended_at is None), None)
    if current is None:
        if any((fact.ended_at, fact.passed) == (ended_at, passed) for fact in known):
            return
        raise Conflict("案件已经结束", "This case has ended already", code="case_interval_ended")
    if ended_at < current.failed_from:
        raise RuleViolated("结束时间早于立案时间", "A case cannot end before it began")
    current.ended_at, current.passed = ended_at, passed
    db.session.flush()
    derive_from(place, {current.item_code}, ended_at)


def correct_case_interval(case_id: uuid.UUID, community_id: uuid.UUID, item_code: str) -> None:
    """The case was filed under a wrong item or community: all its intervals move to the right one."""
    known = _intervals(case_id)
    places = lock_communities({community_id, *(fact.community_id for fact in known)})
    if community_id not in places:
        raise NotFound("没有这个小区", "No such community")
    for fact in _intervals(case_id):
        fact.community_id, fact.item_code = community_id, item_code
    db.session.flush()
    if known:
        derive_whole(places, load_histories(), None)


def _lock(community_id: uuid.UUID) -> Place:
    places = lock_communities([community_id])
    if community_id not in places:
        raise NotFound("没有这个小区", "No such community")
    return places[community_id]


def _intervals(case_id: uuid.UUID) -> list[CaseIntervalFact]:
    """A case's intervals, the earliest first, as they are now."""
    return _intervals_of([case_id])[case_id]


def _intervals_of(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[CaseIntervalFact]]:
    """As `_intervals` for each case; one query."""
    statement = (
        sa.select(CaseIntervalFact)
        .where(CaseIntervalFact.case_id.in_(case_ids))
        .order_by(CaseIntervalFact.failed_from)
        .execution_options(populate_existing=True)
    )
    found: dict[uuid.UUID, list[CaseIntervalFact]] = {case_id: [] for case_id in case_ids}
    for fact in db.session.scalars(statement):
        found[fact.case_id].append(fact)
    return found


class _Recording:
    """One revision's answers beside what is known of the same inspection's other revisions."""

    def __init__(
        self,
        place: Place,
        inspection_id: uuid.UUID,
        revision: int,
        known: Sequence[ObservationFact],
        now: datetime,
    ) -> None:
        self._place, self._inspection_id, self._revision, self._now = place, inspection_id, revision, now
        self._facts = {(fact.item_code, fact.revision): fact for fact in known}
        self._highest = max([revision, *(fact.revision for fact in known)])
        self._changed: list[ObservationFact] = []

    def add(self, entry: ObservationEntry) -> None:
        """Take one answer in; again is harmless, otherwise is a Conflict."""
        result = Result(entry.result)
        occurrences = max(1, entry.occurrences) if result is Result.FAIL else 0
        known = self._facts.get((entry.item_code, self._revision))
        if known is None:
            photos = [str(photo_id) for photo_id in entry.photo_ids]
            fact = self._fact(entry.item_code, self._revision, entry.observed_at, result)
            fact.occurrences, fact.answer_id, fact.photo_ids = occurrences, entry.answer_id, photos
        elif (known.result, known.occurrences, known.observed_at) != (result, occurrences, entry.observed_at):
            raise Conflict(
                "这次巡查的同一项已有不同结果",
                "Another answer to this item stands in the same revision",
                code="observation_conflict",
            )

    def withdraw_what_the_highest_revision_lacks(self) -> None:
        """Older revisions stop counting, also for items that nobody answers any more."""
        for fact in list(self._facts.values()):
            if (fact.item_code, self._highest) not in self._facts:
                self._fact(fact.item_code, self._highest, fact.observed_at, None)
        for fact in self._facts.values():
            if fact.revision < self._highest and not fact.is_superseded:
                fact.is_superseded = True
                self._changed.append(fact)

    def finish(self) -> None:
        db.session.flush()
        if self._changed:
            items = {fact.item_code for fact in self._changed}
            derive_from(self._place, items, min(fact.observed_at for fact in self._changed))

    def _fact(
        self, item_code: str, revision: int, observed_at: datetime, result: Result | None
    ) -> ObservationFact:
        fact = ObservationFact(
            community_id=self._place.id,
            item_code=item_code,
            result=result,
            occurrences=0,
            observed_at=observed_at,
            inspection_id=self._inspection_id,
            revision=revision,
            photo_ids=[],
            is_superseded=False,
            recorded_at=self._now,
        )
        db.session.add(fact)
        self._facts[item_code, revision] = fact
        self._changed.append(fact)
        return fact
