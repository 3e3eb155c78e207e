"""Taking a case to work on it: the community's turn first, then the row, so that no two writers can wait for each
other; and telling the loser what the case has become."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from cases.models import Case
from checklists.observations import lock_communities
from grid.permissions import Actor, Permission, reach_of
from server.db import db
from server.errors import NotFound, VersionMismatch


def lock_case(case_id: uuid.UUID) -> Case:
    """The case, locked and as it stands after any wait; raises `NotFound`."""
    community_id = db.session.scalar(sa.select(Case.community_id).where(Case.id == case_id))
    if community_id is None:
        raise NotFound("没有这个案件", "No such case")
    lock_communities([community_id])
    return db.session.scalars(
        sa.select(Case)
        .where(Case.id == case_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_visible_case(case_id: uuid.UUID, actor: Actor) -> Case:
    """As `lock_case`, for an actor: what is out of reach is as if it did not exist."""
    case = lock_case(case_id)
    if not may_read(case, actor):
        raise NotFound("没有这个案件", "No such case")
    return case


def may_read(case: Case, actor: Actor) -> bool:
    return reach_of(actor, Permission.READ_CASES).covers(case.area_path, case.organisation_id)


def check_revision(case: Case, expected: int | None) -> None:
    """Raise `VersionMismatch`, telling state and revision, where the asker has not seen the case as it is now."""
    if expected is None or expected == case.revision:
        return
    raise VersionMismatch(
        "案件已被别人更新，请刷新后再试",
        "Somebody else has acted on the case meanwhile",
        extra={"present_revision": case.revision, "state": case.state.value},
    )
