"""Inspections as people look at them: one with all its answers, lists by area, round, inspector and time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from checklists.models import ChecklistVersion
from grid.areas import get_area
from grid.models import Account, Community
from grid.permissions import Actor, Permission, reach_of
from grid.reach import below, within_reach
from inspections.inspection_content import InspectionStatus
from inspections.models import Answer, Inspection
from server.db import db
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class InspectionFilter:
    """What a list of inspections is asked for; None asks for everything. `until` is not included.

    Superseded revisions are left out unless asked for; drafts are only ever one's own.
    """

    area_code: str | None = None
    community_id: uuid.UUID | None = None
    round_id: uuid.UUID | None = None
    checklist_version_id: uuid.UUID | None = None
    inspector_id: uuid.UUID | None = None
    status: InspectionStatus | None = None
    root_id: uuid.UUID | None = None
    is_flagged: bool | None = None
    include_superseded: bool = False
    since: datetime | None = None
    until: datetime | None = None


def get_inspection(actor: Actor, inspection_id: uuid.UUID) -> Inspection:
    """One inspection with answers, photos, community and inspector; raises NotFound.

    Everybody sees their own; others' once they are submitted, within the asker's area.
    """
    found = db.session.scalar(
        sa.select(Inspection)
        .options(*_WITH_PLACE, *_WITH_ANSWERS)
        .where(Inspection.id == inspection_id, _is_visible(actor))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def list_inspections(
    actor: Actor, wanted: InspectionFilter, limit: int, after: tuple[datetime, uuid.UUID] | None = None
) -> list[Inspection]:
    """Inspections without their answers, the last received first; `after` is the key of the last row seen."""
    statement = (
        sa.select(Inspection)
        .options(*_WITH_PLACE)
        .where(_is_visible(actor), *_conditions(actor, wanted))
        .order_by(Inspection.received_at.desc(), Inspection.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Inspection.received_at, Inspection.id) < after)
    return list(db.session.scalars(statement))


_WITH_PLACE = (
    joinedload(Inspection.community).load_only(Community.id, Community.name, Community.area_code),
    joinedload(Inspection.inspector).load_only(Account.id, Account.display_name),
    joinedload(Inspection.version).load_only(
        ChecklistVersion.id, ChecklistVersion.checklist_code, ChecklistVersion.number
    ),
)
_WITH_ANSWERS = (selectinload(Inspection.answers).selectinload(Answer.photos),)


def _is_visible(actor: Actor) -> sa.ColumnElement[bool]:
    is_own = sa.false() if actor.account_id is None else Inspection.inspector_id == actor.account_id
    reach = reach_of(actor, Permission.READ_INSPECTIONS)
    is_public = Inspection.status == InspectionStatus.SUBMITTED.value
    return sa.or_(is_own, sa.and_(is_public, within_reach(reach, Inspection.area_path)))


def _conditions(actor: Actor, wanted: InspectionFilter) -> Sequence[sa.ColumnElement[bool]]:
    equal: dict[Any, object | None] = {
        Inspection.community_id: wanted.community_id,
        Inspection.round_id: wanted.round_id,
        Inspection.checklist_version_id: wanted.checklist_version_id,
        Inspection.inspector_id: wanted.inspector_id,
        Inspection.status: wanted.status,
        Inspection.root_id: wanted.root_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.area_code is not None:
        conditions.append(below(Inspection.area_path, get_area(wanted.area_code, actor).path))
    if not wanted.include_superseded:
        conditions.append(Inspection.superseded_by_id.is_(None))
    if wanted.since is not None:
        conditions.append(Inspection.received_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Inspection.received_at < wanted.until)
    if wanted.is_flagged is not None:
        conditions.append(Inspection.is_flagged.is_(wanted.is_flagged))
    return conditions
