"""How a case comes about: from a person's report, or from an inspection's failing answer, which joins the case that is
open on the same matter at the same place."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from cases import configuration
from cases.case_facts import CaseFacts
from cases.case_numbers import CaseNumber
from cases.deadlines import Clock
from cases.event_chain import GENESIS
from cases.history import NewEvent, append_event, append_events
from cases.item_terms import ItemTerms, get_terms_of_items
from cases.models import Case, CaseEvent, CaseOrigin, CaseReport, CaseSerial
from cases.routing_rules import LocalRouting, routing_at
from cases.stored_case import keep, limit_of, matter_key
from cases.terms import OPEN_STATES, PhotoKind, State
from cases.titles import MAX_TITLE_LENGTH, automatic_title
from checklists.observations import CaseOpening, lock_communities, open_case_intervals
from grid.models import Community
from grid.permissions import Actor
from server.clock import local_day
from server.db import db, new_id
from server.errors import FieldError, NotFound, RuleViolated


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a matter when it becomes a case. Positions are WGS-84."""

    community_id: uuid.UUID
    item_code: str | None
    origin: CaseOrigin
    title: str = ""
    text: str = ""
    building: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class ReporterLink:
    """The report behind a case: its id, its photos, and the account that sent it, if any."""

    report_id: uuid.UUID
    account_id: uuid.UUID | None
    photo_ids: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class InspectionCause:
    """The failing answer behind a case. `observed_at` is when the inspector saw it."""

    inspection_id: uuid.UUID
    answer_id: uuid.UUID
    observed_at: datetime
    photo_ids: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class FailingAnswer:
    """A fail on its way into a case: what is known of the matter, and the answer behind it."""

    new: NewCase
    cause: InspectionCause

    @property
    def matter_key(self) -> str:
        """The matter and place that it is about; raises `RuleViolated` where it names no item."""
        key = matter_key(self.new.community_id, self.new.item_code, self.new.building, self.new.place)
        if key is None:
            error = FieldError("item_code", "item_required", "请选择检查项", "An item is needed")
            raise RuleViolated(error.zh, error.en, code="item_required", errors=[error])
        return key


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """The case, and whether it was there already."""

    case: Case
    is_joined: bool


def open_case_for_report(new: NewCase, reporter: ReporterLink, actor: Actor, now: datetime) -> Case:
    """Open a case in `reported` for a report. Sending the same report again gives the same case.

    Raises `NotFound` for an unknown community, `RuleViolated` for an unknown item.
    """
    community = _locked_community(new.community_id)
    known = find_case_of_report(reporter.report_id)
    if known is not None:
        return known
    (case,) = _prepared([new], community, now)
    keep(case, _first_facts(case, now), now)
    db.session.add(case)
    db.session.flush()
    _link_report(case, reporter, now)
    append_event(
        case,
        NewEvent(
            now,
            actor.account_id,
            "reporter",
            "open",
            "",
            State.REPORTED.value,
            data={"origin": new.origin.value, "report_id": reporter.report_id},
            photo_ids=reporter.photo_ids,
            photo_kind=PhotoKind.REPORT,
        ),
    )
    return case


def open_or_join_case(new: NewCase, cause: InspectionCause, actor: Actor, now: datetime) -> OpenedCase:
    """The case on a failing answer: the one open on the same item and place, else a new one, filed at once.

    A phone may have been offline for days: what was seen before a case there passed its check is that case's old
    news and changes nothing of it. An inspector's finding needs no verification. The community's lock lets one of
    two answers open, the other join; the unique `open_key` stands behind it. Again is harmless.
    """
    return open_or_join_cases(new.community_id, [FailingAnswer(new, cause)], actor, now)[0]


def open_or_join_cases(
    community_id: uuid.UUID, fails: Sequence[FailingAnswer], actor: Actor, now: datetime
) -> list[OpenedCase]:
    """As `open_or_join_case` for each of a community's fails, in their order; a constant number of statements."""
    if not fails:
        return []
    community = _locked_community(community_id)
    standing = _standing_cases(fails)
    fresh = _filed(standing.without_case(fails), community, now)
    standing.open.update(fresh)
    opened = _tell_cases(fails, standing, {case.id for case in fresh.values()}, actor, now)
    _begin_failing(community_id, fresh.values())
    return opened


@dataclass(slots=True)
class _StandingCases:
    """The cases that fails may join, by matter: the open one, those closed lately (the newest first).

    `told` has the (case, answer) pairs of which the cases' histories know already.
    """

    open: dict[str, Case] = field(default_factory=dict)
    closed: dict[str, list[Case]] = field(default_factory=lambda: defaultdict(list))
    told: set[tuple[uuid.UUID, str]] = field(default_factory=set)

    def find(self, fail: FailingAnswer) -> Case | None:
        """The open case on the matter, else the one whose fix passed its check after the answer was seen."""
        key = fail.matter_key
        return self.open.get(key) or next(
            (
                case
                for case in self.closed.get(key, ())
                if case.closed_at is not None and case.closed_at > fail.cause.observed_at
            ),
            None,
        )

    def without_case(self, fails: Iterable[FailingAnswer]) -> dict[str, FailingAnswer]:
        """The matters that need a new case, each with the first fail on it."""
        first: dict[str, FailingAnswer] = {}
        for fail in fails:
            if self.find(fail) is None:
                first.setdefault(fail.matter_key, fail)
        return first


def _standing_cases(fails: Sequence[FailingAnswer]) -> _StandingCases:
    """Lock and read what fails may join. Two queries."""
    standing = _StandingCases()
    earliest = min(fail.cause.observed_at for fail in fails)
    is_fixed = sa.and_(Case.state == State.CLOSED, Case.closed_at > earliest)
    statement = (
        sa.select(Case)
        .where(
            Case.matter_key.in_({fail.matter_key for fail in fails}),
            sa.or_(Case.open_key == Case.matter_key, is_fixed),
        )
        .order_by(Case.closed_at.desc(), Case.id)
        .with_for_update(key_share=True)
    )
    cases = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    for case in cases:
        assert case.matter_key is not None
        if case.open_key is not None:
            standing.open[case.matter_key] = case
        else:
            standing.closed[case.matter_key].append(case)
    standing.told = _told({case.id for case in cases})
    return standing


def _told(case_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, str]]:
    if not case_ids:
        return set()
    answer_id = CaseEvent.data["answer_id"].as_string()
    statement = sa.select(CaseEvent.case_id, answer_id).where(CaseEvent.case_id.in_(case_ids))
    return {(case_id, told) for case_id, told in db.session.execute(statement.where(answer_id.is_not(None)))}


def _filed(fails: dict[str, FailingAnswer], community: Community, now: datetime) -> dict[str, Case]:
    """New cases by matter, filed at once. The fact is as old as what was seen; the holder's clock begins now."""
    cases = dict(zip(fails, _prepared([each.new for each in fails.values()], community, now), strict=True))
    for key, case in cases.items():
        first = _first_facts(case, now)
        # The community is locked and nobody has the key.
        case.open_key = key
        filed = replace(
            first,
            state=State.FILED,
            filed_at=now,
            clock=Clock(now, first.limit),
            is_failing=True,
            failing_since=min(fails[key].cause.observed_at, now),
        )
        keep(case, filed, now)
    db.session.add_all(cases.values())
    return cases


def _tell_cases(
    fails: Sequence[FailingAnswer],
    standing: _StandingCases,
    unopened: set[uuid.UUID],
    actor: Actor,
    now: datetime,
) -> list[OpenedCase]:
    """Write each fail into its case's history, unless it stands there; the first one of a new case opens it."""
    opened, steps = [], []
    for fail in fails:
        case = standing.find(fail)
        assert case is not None
        is_joined = case.id not in unopened
        unopened.discard(case.id)
        if (case.id, str(fail.cause.answer_id)) not in standing.told:
            standing.told.add((case.id, str(fail.cause.answer_id)))
            steps.append((case, _inspection_event(case, fail.cause, actor, now, is_joined=is_joined)))
            case.revision += is_joined
            case.updated_at = now
        opened.append(OpenedCase(case, is_joined))
    append_events(steps)
    return opened


def _begin_failing(community_id: uuid.UUID, cases: Collection[Case]) -> None:
    openings = [
        CaseOpening(case.id, case.item_code, case.failing_since)
        for case in cases
        if case.item_code is not None and case.failing_since is not None
    ]
    if openings:
        open_case_intervals(community_id, openings)


def _inspection_event(
    case: Case, cause: InspectionCause, actor: Actor, now: datetime, *, is_joined: bool
) -> NewEvent:
    return NewEvent(
        now,
        actor.account_id,
        "inspector",
        "join" if is_joined else "open",
        case.state.value if is_joined else "",
        case.state.value,
        data={
            "origin": CaseOrigin.INSPECTION.value,
            "inspection_id": cause.inspection_id,
            "answer_id": cause.answer_id,
            "observed_at": cause.observed_at,
        },
        photo_ids=cause.photo_ids,
        photo_kind=PhotoKind.REPORT,
    )


def attach_report(case_id: uuid.UUID, reporter: ReporterLink, actor: Actor, now: datetime) -> Case:
    """Let one more report follow a case that is open; again is harmless.

    Raises `NotFound` for an unknown case, `RuleViolated` where it is no longer open.
    """
    community_id = db.session.scalar(sa.select(Case.community_id).where(Case.id == case_id))
    if community_id is None:
        raise NotFound("没有这个案件", "No such case")
    _locked_community(community_id)
    known = find_case_of_report(reporter.report_id)
    if known is not None:
        return known
    case = db.session.scalars(
        sa.select(Case)
        .where(Case.id == case_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if case.state not in OPEN_STATES:
        raise RuleViolated("该案件已经办结", "That case is no longer open", code="case_not_open")
    _link_report(case, reporter, now)
    data = {"report_id": reporter.report_id}
    state = case.state.value
    append_event(
        case,
        NewEvent(
            now,
            actor.account_id,
            "reporter",
            "join",
            state,
            state,
            data=data,
            photo_ids=reporter.photo_ids,
            photo_kind=PhotoKind.REPORT,
        ),
    )
    case.revision += 1
    case.updated_at = now
    db.session.flush()
    return case


def find_case_of_report(report_id: uuid.UUID) -> Case | None:
    """The case that answers a report now (after a merge, the case merged into)."""
    return db.session.scalar(
        sa.select(Case)
        .join(CaseReport, CaseReport.case_id == Case.id)
        .where(CaseReport.report_id == report_id)
    )


def _locked_community(community_id: uuid.UUID) -> Community:
    """The community, its turn to write taken: the first lock of every transaction that touches a case."""
    if community_id not in lock_communities([community_id]):
        raise NotFound("没有这个小区", "No such community")
    return db.session.get_one(Community, community_id)


def _prepared(news: Sequence[NewCase], community: Community, now: datetime) -> list[Case]:
    """The rows of new cases, numbered and in their first loop; what they need is read once for all."""
    if not news:
        return []
    terms = get_terms_of_items({new.item_code for new in news if new.item_code}, local_day(now))
    routing = routing_at(community.id, community.area_path, now)
    numbers = _next_numbers(len(news), community, now)
    return [
        _new_row(new, community, number, terms.get(new.item_code or ""), routing, now)
        for new, number in zip(news, numbers, strict=True)
    ]


def _new_row(
    new: NewCase,
    community: Community,
    number: CaseNumber,
    terms: ItemTerms | None,
    routing: LocalRouting,
    now: datetime,
) -> Case:
    loop = routing.route(terms).loop
    limit = (terms.limit if terms else None) or configuration.rules().default_limits[loop]
    return Case(
        id=new_id(),
        number=str(number),
        revision=0,
        community_id=community.id,
        area_code=community.area_code,
        area_path=community.area_path,
        item_code=new.item_code,
        title=new.title.strip()[:MAX_TITLE_LENGTH] or automatic_title(terms),
        text=new.text,
        building=new.building,
        place=new.place,
        latitude=new.latitude,
        longitude=new.longitude,
        origin=new.origin,
        opened_at=now,
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        state=State.REPORTED,
        loop=loop,
        loop_path=[loop.value],
        loop_entered_at=now,
        event_count=0,
        head_hash=GENESIS,
    )


def _first_facts(case: Case, now: datetime) -> CaseFacts:
    return CaseFacts(
        state=State.REPORTED,
        loop=case.loop,
        limit=limit_of(case),
        loop_path=(case.loop,),
        loop_entered_at=now,
    )


def _next_numbers(count: int, community: Community, now: datetime) -> list[CaseNumber]:
    """Numbers that nobody else has or gets, in ascending order; one statement."""
    district_code, day = community.area_path.strip("/").split("/")[0], local_day(now)
    serials = db.session.scalars(sa.insert(CaseSerial).returning(CaseSerial.id), [{} for _ in range(count)])
    return [CaseNumber(district_code, day, serial) for serial in sorted(serials)]


def _link_report(case: Case, reporter: ReporterLink, now: datetime) -> None:
    db.session.add(
        CaseReport(
            report_id=reporter.report_id,
            case_id=case.id,
            opened_case_id=case.id,
            account_id=reporter.account_id,
            joined_at=now,
        )
    )
    db.session.flush()
