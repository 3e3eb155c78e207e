"""What an inspection rests on: a checklist version that may be used, the round's assignment, the revision it corrects."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from checklists.models import ChecklistVersion
from grid.models import Community
from grid.permissions import Actor
from inspections.inspection_content import InspectionContent, InspectionStatus
from inspections.models import Inspection, Round, RoundAssignment
from server.clock import local_day
from server.db import db
from server.errors import Conflict, FieldError, RuleViolated


@dataclass(frozen=True, slots=True)
class Basis:
    """The rows an inspection rests on; `root_id` is that of the chain it continues, None where it begins one."""

    community: Community
    version: ChecklistVersion
    assignment: RoundAssignment | None = None
    previous: Inspection | None = None

    @property
    def round_id(self) -> uuid.UUID | None:
        return None if self.assignment is None else self.assignment.round_id

    @property
    def root_id(self) -> uuid.UUID | None:
        return None if self.previous is None else self.previous.root_id


def get_version(version_id: uuid.UUID) -> ChecklistVersion:
    """The published version, retired or not; raises RuleViolated where there is none."""
    version = db.session.get(ChecklistVersion, version_id)
    if version is None:
        raise _refusal(
            "checklist_version_id", "unknown", "没有这个检查表版本", "There is no such checklist version"
        )
    return version


def establish_basis(
    content: InspectionContent,
    version: ChecklistVersion,
    community: Community,
    begun_at: datetime,
    actor: Actor,
    now: datetime,
) -> Basis:
    """Check and lock what the content says it rests on; `begun_at` is when its first draft arrived.

    A retired version is refused, except for what began before: a draft, a round, an inspection being corrected.
    """
    if content.supersedes_id is not None:
        return _basis_of_correction(content, version, community, actor)
    if content.round_id is not None:
        return _basis_of_round(content, version, community, actor, now)
    if version.retired_at is not None and version.retired_at <= begun_at:
        raise _refusal(
            "checklist_version_id",
            "retired_version",
            "该检查表版本已停用，请更新检查表后再检查",
            "This checklist version is retired; use the present one",
        )
    if version.effective_on > local_day(now):
        raise _refusal(
            "checklist_version_id", "not_in_force", "该检查表版本尚未生效", "This version is not in force yet"
        )
    return Basis(community, version)


def _basis_of_correction(
    content: InspectionContent, version: ChecklistVersion, community: Community, actor: Actor
) -> Basis:
    previous = db.session.get(Inspection, content.supersedes_id, with_for_update=True, populate_existing=True)
    if previous is None or previous.inspector_id != actor.account_id:
        raise _refusal("supersedes", "unknown", "没有这次检查", "There is no such inspection of yours")
    if previous.status != InspectionStatus.SUBMITTED:
        raise _refusal("supersedes", "not_submitted", "草稿直接修改即可", "A draft is simply sent again")
    if previous.superseded_by_id is not None:
        raise Conflict(
            "这次检查已被更正，请在最新版本上更正",
            "It has been corrected already; correct its newest revision",
            code="already_superseded",
            errors=[FieldError("supersedes", "already_superseded", "已被更正", "Is superseded")],
            extra={"superseded_by": str(previous.superseded_by_id)},
        )
    _require_same("community_id", community.id, previous.community_id)
    _require_same("checklist_version_id", version.id, previous.checklist_version_id)
    if content.round_id is not None:
        _require_same("round_id", content.round_id, previous.round_id)
    return Basis(community, version, _lock_assignment(previous.assignment_id), previous)


def _basis_of_round(
    content: InspectionContent, version: ChecklistVersion, community: Community, actor: Actor, now: datetime
) -> Basis:
    found = db.session.get(Round, content.round_id)
    assignment = None if found is None else _find_assignment(found.id, community.id)
    if found is None or assignment is None:
        raise _refusal(
            "round_id", "unknown", "这一检查轮次不含这个小区", "No such round visits this community"
        )
    if assignment.inspector_id not in (None, actor.account_id):
        raise _refusal(
            "round_id", "not_assigned_to_you", "该小区由他人检查", "Somebody else is to visit this community"
        )
    if found.cancelled_at is not None:
        raise _refusal("round_id", "round_cancelled", "这一检查轮次已取消", "The round was called off")
    if now < found.starts_at:
        raise _refusal("round_id", "round_not_started", "这一检查轮次尚未开始", "The round has not started")
    if version.id != found.checklist_version_id:
        raise _refusal(
            "checklist_version_id",
            "not_the_rounds",
            "与该检查轮次的检查表版本不符",
            "The round has another version",
        )
    return Basis(community, version, assignment)


def _find_assignment(round_id: uuid.UUID, community_id: uuid.UUID) -> RoundAssignment | None:
    return db.session.scalar(
        sa.select(RoundAssignment)
        .where(RoundAssignment.round_id == round_id, RoundAssignment.community_id == community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _lock_assignment(assignment_id: uuid.UUID | None) -> RoundAssignment | None:
    if assignment_id is None:
        return None
    return db.session.get(RoundAssignment, assignment_id, with_for_update=True, populate_existing=True)


def _require_same(field: str, given: uuid.UUID, kept: uuid.UUID | None) -> None:
    if given != kept:
        raise _refusal(
            field, "differs_from_superseded", "更正不能改变此项", "A correction cannot change what this names"
        )


def _refusal(field: str, code: str, zh: str, en: str) -> RuleViolated:
    return RuleViolated(zh, en, code=code, errors=[FieldError(field, code, zh, en)])
