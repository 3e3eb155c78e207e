"""Reports as staff look at them: lists by area, kind and time, one report with its case and, for some, its contact."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cases.models import Case, CaseReport
from cases.terms import State
from grid.areas import get_area
from grid.listing import containing
from grid.models import Community
from grid.permissions import Actor, Permission, may, reach_of
from grid.phone_numbers import PhoneKeys, mask_phone_number
from grid.reach import below, within_reach
from grid.secret_texts import decrypt_text
from inspections.models import Report
from inspections.report_content import ReportChannel
from server.db import db
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list of reports is asked for; None asks for everything. `until` is not included."""

    area_code: str | None = None
    community_id: uuid.UUID | None = None
    item_code: str | None = None
    is_item_unknown: bool = False
    channel: ReportChannel | None = None
    case_id: uuid.UUID | None = None
    case_state: State | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report with the case that answers it now; community and photos are loaded."""

    report: Report
    case_id: uuid.UUID
    case_number: str
    case_state: State


def list_reports(
    actor: Actor, wanted: ReportFilter, limit: int, after: tuple[datetime, uuid.UUID] | None = None
) -> list[ReportLine]:
    """Reports in the asker's area, the newest first; `after` is the key of the last row seen."""
    statement = (
        _lines(actor)
        .where(*_conditions(actor, wanted))
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Report.received_at, Report.id) < after)
    return [ReportLine(*row) for row in db.session.execute(statement)]


def list_own_reports(
    actor: Actor, limit: int, after: tuple[datetime, uuid.UUID] | None = None
) -> list[ReportLine]:
    """What a signed-in person has reported, the newest first; `after` is the key of the last row seen."""
    statement = (
        _ALL_LINES.where(Report.reporter_id == actor.account_id)
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Report.received_at, Report.id) < after)
    return [ReportLine(*row) for row in db.session.execute(statement)]


def get_report(actor: Actor, report_id: uuid.UUID) -> ReportLine:
    """One report in the asker's area; raises NotFound."""
    row = db.session.execute(_lines(actor).where(Report.id == report_id)).first()
    if row is None:
        raise NotFound()
    return ReportLine(*row)


def phone_number_for(actor: Actor, report: Report, keys: PhoneKeys) -> str | None:
    """The reporter's number as this asker may see it: in clear for who may see contacts there, else masked."""
    if report.phone_encrypted is None:
        return None
    number = decrypt_text(report.phone_encrypted, keys.encryption)
    return number if may(actor, Permission.SEE_CONTACTS, report.area_path) else mask_phone_number(number)


_ALL_LINES: sa.Select[Report, uuid.UUID, str, State] = (
    sa.select(Report, Case.id, Case.number, Case.state)
    .join(CaseReport, CaseReport.report_id == Report.id)
    .join(Case, Case.id == CaseReport.case_id)
    .options(
        joinedload(Report.community).load_only(Community.id, Community.name, Community.area_code),
        selectinload(Report.photos),
    )
)


def _lines(actor: Actor) -> sa.Select[Report, uuid.UUID, str, State]:
    return _ALL_LINES.where(within_reach(reach_of(actor, Permission.READ_REPORTS), Report.area_path))


def _conditions(actor: Actor, wanted: ReportFilter) -> Sequence[sa.ColumnElement[bool]]:
    equal: dict[Any, object | None] = {
        Report.community_id: wanted.community_id,
        Report.item_code: wanted.item_code,
        Report.channel: wanted.channel,
        Case.id: wanted.case_id,
        Case.state: wanted.case_state,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.area_code is not None:
        conditions.append(below(Report.area_path, get_area(wanted.area_code, actor).path))
    if wanted.is_item_unknown:
        conditions.append(Report.item_code.is_(None))
    if wanted.since is not None:
        conditions.append(Report.received_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Report.received_at < wanted.until)
    if wanted.text:
        conditions.append(
            sa.or_(containing(Report.text, wanted.text), containing(Report.building, wanted.text))
        )
    return conditions
