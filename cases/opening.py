"""How a case comes about: from a person's report, or from an inspection's failing answer, which joins the case that is
open on the same matter at the same place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from cases import configuration
from cases.case_facts import CaseFacts
from cases.case_numbers import CaseNumber
from cases.deadlines import Clock
from cases.history import NewEvent, append_event
from cases.item_terms import ItemTerms, get_item_terms
from cases.models import Case, CaseEvent, CaseOrigin, CaseReport, CaseSerial
from cases.routing import RoutingDecision
from cases.routing_rules import route
from cases.stored_case import keep, limit_of, matter_key
from cases.terms import OPEN_STATES, PhotoKind, State
from checklists.observations import lock_communities, open_case_interval
from grid.models import Community
from grid.permissions import Actor
from server.clock import local_day
from server.db import db, new_id
from server.errors import FieldError, NotFound, RuleViolated

_UNTITLED = "待定类别"


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
    case = _prepared(new, community, now)
    _store(case, _first_facts(case, now), now)
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
    community = _locked_community(new.community_id)
    if new.item_code is None:
        error = FieldError("item_code", "item_required", "请选择检查项", "An item is needed")
        raise RuleViolated(error.zh, error.en, code="item_required", errors=[error])
    key = matter_key(new.community_id, new.item_code, new.building, new.place)
    joined = _find_open(key) or _find_fixed_since(key, cause.observed_at)
    if joined is not None and _knows_answer(joined, cause.answer_id):
        return OpenedCase(joined, is_joined=True)
    if joined is not None:
        return OpenedCase(_join(joined, cause, actor, now), is_joined=True)
    return OpenedCase(_open_filed(new, community, cause, actor, now), is_joined=False)


def _open_filed(
    new: NewCase, community: Community, cause: InspectionCause, actor: Actor, now: datetime
) -> Case:
    """The fact is as old as what the inspector saw; the holder's clock begins now."""
    case = _prepared(new, community, now)
    first = _first_facts(case, now)
    filed = replace(
        first,
        state=State.FILED,
        filed_at=now,
        clock=Clock(now, first.limit),
        is_failing=True,
        failing_since=min(cause.observed_at, now),
    )
    _store(case, filed, now)
    append_event(case, _inspection_event(case, cause, actor, now, "open", from_state=""))
    assert case.item_code is not None
    assert filed.failing_since is not None
    open_case_interval(case.id, case.community_id, case.item_code, filed.failing_since)
    return case


def _knows_answer(case: Case, answer_id: uuid.UUID) -> bool:
    told = db.session.scalars(sa.select(CaseEvent.data).where(CaseEvent.case_id == case.id))
    return any(data.get("answer_id") == str(answer_id) for data in told)


def _join(case: Case, cause: InspectionCause, actor: Actor, now: datetime) -> Case:
    append_event(case, _inspection_event(case, cause, actor, now, "join", from_state=case.state.value))
    case.revision += 1
    case.updated_at = now
    db.session.flush()
    return case


def _inspection_event(
    case: Case, cause: InspectionCause, actor: Actor, now: datetime, action: str, from_state: str
) -> NewEvent:
    return NewEvent(
        now,
        actor.account_id,
        "inspector",
        action,
        from_state,
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


def _find_open(key: str | None) -> Case | None:
    if key is None:
        return None
    found = sa.select(Case).where(Case.open_key == key).with_for_update(key_share=True)
    return db.session.scalar(found.execution_options(populate_existing=True))


def _find_fixed_since(key: str | None, observed_at: datetime) -> Case | None:
    """The case on this matter whose fix passed its check after the answer was seen."""
    found = (
        sa.select(Case)
        .where(Case.matter_key == key, Case.state == State.CLOSED, Case.closed_at > observed_at)
        .order_by(Case.closed_at.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )
    return db.session.scalar(found.execution_options(populate_existing=True))


def _prepared(new: NewCase, community: Community, now: datetime) -> Case:
    terms = get_item_terms(new.item_code, local_day(now)) if new.item_code else None
    routed = route(community.id, community.area_path, terms, now)
    limit = (terms.limit if terms else None) or configuration.rules().default_limits[routed.loop]
    return Case(
        id=new_id(),
        number=str(_next_number(community, now)),
        revision=0,
        community_id=community.id,
        area_code=community.area_code,
        area_path=community.area_path,
        item_code=new.item_code,
        title=_title(new, terms),
        text=new.text,
        building=new.building,
        place=new.place,
        latitude=new.latitude,
        longitude=new.longitude,
        origin=new.origin,
        opened_at=now,
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        **_at_start(routed, now),
    )


def _at_start(routed: RoutingDecision, now: datetime) -> dict[str, object]:
    return {
        "state": State.REPORTED,
        "loop": routed.loop,
        "loop_path": [routed.loop.value],
        "loop_entered_at": now,
        "event_count": 0,
        "head_hash": "0" * 64,
    }


def _title(new: NewCase, terms: ItemTerms | None) -> str:
    return (new.title.strip() or (terms.title if terms else "") or _UNTITLED)[:300]


def _first_facts(case: Case, now: datetime) -> CaseFacts:
    return CaseFacts(
        state=State.REPORTED,
        loop=case.loop,
        limit=limit_of(case),
        loop_path=(case.loop,),
        loop_entered_at=now,
    )


def _store(case: Case, facts: CaseFacts, now: datetime) -> None:
    keep(case, facts, now)
    db.session.add(case)
    db.session.flush()


def _next_number(community: Community, now: datetime) -> CaseNumber:
    serial = CaseSerial()
    db.session.add(serial)
    db.session.flush()
    district_code = community.area_path.strip("/").split("/")[0]
    return CaseNumber(district_code, local_day(now), serial.id)


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
