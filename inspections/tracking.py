"""Following a report by its tracking code: what became of it, "not fixed", and the three-point rating.

Whoever holds the code is taken for the reporter; what is answered holds nobody's personal data all the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cases import configuration
from cases.models import Case, CaseRating, CaseReport
from cases.queries import list_public_steps
from cases.released_photos import ReleasedPhoto, list_released_photos
from cases.reopening import reopen_by_reporter
from cases.repeated_actions import reopen_by_reporter_once
from cases.satisfaction import rate_case
from cases.terms import UNDER_WAY_STATES, State
from checklists.observations import lock_communities
from grid.permissions import Actor
from inspections.item_words import words_of
from inspections.models import Report
from inspections.timeline import CaseStep, PublicEntry, PublicText, public_timeline, steps_since
from inspections.tracking_codes import MistypedCode, hash_code
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated
from uploads.models import PhotoOwnerKind
from uploads.photos import PhotoOwner, claim_photos

RATED_STATES = frozenset({State.CLOSED, State.FORCE_CLOSED})


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the holder of a code may see. `due_at` is the present deadline while the case is under way."""

    report_id: uuid.UUID
    received_at: datetime
    community_name: str
    item_code: str | None
    criterion: PublicText | None
    tile: PublicText | None
    entries: list[PublicEntry]
    due_at: datetime | None
    is_overdue: bool
    may_say_not_fixed: bool
    may_rate: bool
    photos: list[ReleasedPhoto]


def get_tracking(code: str, secret: bytes, now: datetime) -> Tracking:
    """The public view of the report that a code belongs to; raises NotFound, RuleViolated for a mistyped code."""
    report = _get_report(code, secret)
    link, case = _get_case(report)
    entries = public_timeline(_steps(report, link))
    due_at = case.deadline_effective if case.state in UNDER_WAY_STATES else None
    words = words_of({report.item_code}).get(report.item_code or "")
    return Tracking(
        report_id=report.id,
        received_at=report.received_at,
        community_name=report.community.name,
        item_code=report.item_code,
        criterion=words.criterion if words else None,
        tile=words.tile if words else None,
        entries=entries,
        due_at=due_at,
        is_overdue=due_at is not None and due_at < now,
        may_say_not_fixed=_may_reopen(case, now),
        may_rate=case.state in RATED_STATES and not _has_rated(case, report.id),
        photos=list_released_photos([case.id])[case.id],
    )


def say_not_fixed(
    code: str,
    secret: bytes,
    reason: str,
    photo_ids: Sequence[uuid.UUID],
    actor: Actor,
    now: datetime,
    *,
    capability: str | None = None,
    answer_id: uuid.UUID | None = None,
) -> None:
    """The reporter's "not fixed": reopens the closed case by itself and counts as rework.

    Photos become the report's. A phone that names its answer may send it again: it is taken once. Raises what
    `reopen_by_reporter` refuses: a case that is not closed, a time past.
    """
    report = _get_report(code, secret)
    lock_communities([report.community_id])
    link, _ = _get_case(report)
    claim_photos(photo_ids, PhotoOwner(PhotoOwnerKind.REPORT, report.id), actor, now, capability=capability)
    if answer_id is None:
        reopen_by_reporter(link.case_id, report.id, reason, tuple(photo_ids), now)
    else:
        reopen_by_reporter_once(link.case_id, report.id, reason, tuple(photo_ids), now, answer_id)


def rate_report(code: str, secret: bytes, score: str, note: str, now: datetime) -> None:
    """The reporter's three-point rating of a closed case, once for each closing."""
    report = _get_report(code, secret)
    link, _ = _get_case(report)
    rate_case(link.case_id, report.id, score, note, now)


def _get_report(code: str, secret: bytes) -> Report:
    try:
        wanted = hash_code(secret, code)
    except MistypedCode as mistyped:
        zh, en = "查询码输错了，请对照检查", f"The tracking code is mistyped: {mistyped}"
        raise RuleViolated(
            zh, en, code="mistyped_code", errors=[FieldError("code", "mistyped_code", zh, en)]
        ) from None
    report = db.session.scalar(
        sa.select(Report).options(joinedload(Report.community)).where(Report.tracking_hash == wanted)
    )
    if report is None:
        raise NotFound("没有这个查询码", "There is no such tracking code")
    return report


def _get_case(report: Report) -> tuple[CaseReport, Case]:
    """The case that answers the report now, and how they are linked; a merge moves the link."""
    found = db.session.execute(
        sa.select(CaseReport, Case)
        .join(Case, Case.id == CaseReport.case_id)
        .where(CaseReport.report_id == report.id)
    ).one()
    return found.CaseReport, found.Case


def _steps(report: Report, link: CaseReport) -> list[CaseStep]:
    """The report's own way: its first case until that was merged, then the case it was merged into."""
    first = _steps_of(link.opened_case_id)
    if report.is_following:
        first = [_received(report), *steps_since(first, report.received_at)]
    if link.case_id == link.opened_case_id:
        return first
    merged_at = max((step.at for step in first if step.to_state == State.MERGED), default=report.received_at)
    other = steps_since(_steps_of(link.case_id), merged_at)
    # That the other report has been received is no news to this reporter.
    return [
        *(step for step in first if step.at <= merged_at),
        *(step for step in other if step.to_state != State.REPORTED),
    ]


def _steps_of(case_id: uuid.UUID) -> list[CaseStep]:
    return [
        CaseStep(step.at, str(step.action), str(step.to_state), step.organisation_kind)
        for step in list_public_steps(case_id)
    ]


def _received(report: Report) -> CaseStep:
    return CaseStep(report.received_at, "", State.REPORTED.value)


def _may_reopen(case: Case, now: datetime) -> bool:
    if case.state is not State.CLOSED or case.closed_at is None:
        return False
    return now <= case.closed_at + timedelta(days=configuration.rules().reopen_days)


def _has_rated(case: Case, report_id: uuid.UUID) -> bool:
    rated = sa.select(
        sa.exists().where(
            CaseRating.case_id == case.id,
            CaseRating.report_id == report_id,
            CaseRating.round == case.reopen_count,
        )
    )
    return bool(db.session.scalar(rated))
