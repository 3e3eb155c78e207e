"""What merging (并案) moves: the reports that the other case answers from now on, and the photos it may show."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from cases.history import NewEvent, add_photos, append_event
from cases.models import Case, CaseEvent, CasePhoto, CaseReport
from cases.terms import Action, PhotoKind, State
from grid.permissions import Actor
from server.db import db

_ABSORB, _RELEASE = "absorb", "release"


def follow_merge(
    case: Case, action: Action, merged_into_before: uuid.UUID | None, actor: Actor, now: datetime
) -> None:
    """After a step of `case`: let reports and photos follow into the other case, or come back from it."""
    if action is Action.MERGE:
        _follow(case, actor, now)
    elif merged_into_before is not None and case.merged_into_id is None:
        _come_back(case, merged_into_before, actor, now)


def _follow(case: Case, actor: Actor, now: datetime) -> None:
    assert case.merged_into_id is not None
    target = _locked(case.merged_into_id)
    db.session.execute(sa.update(CaseReport).where(CaseReport.case_id == case.id).values(case_id=target.id))
    photo_ids = db.session.scalars(
        sa.select(CasePhoto.photo_id)
        .where(CasePhoto.case_id == case.id)
        .order_by(CasePhoto.event_seq, CasePhoto.position)
    ).all()
    event = _tell(target, _ABSORB, case, actor, now)
    add_photos(target, photo_ids, PhotoKind.REPORT, event.seq, now)


def _come_back(case: Case, target_id: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Reports that came with this case, or with cases merged into it, are its own again."""
    target = _locked(target_id)
    db.session.execute(
        sa.update(CaseReport)
        .where(CaseReport.opened_case_id.in_(_merged_into(case.id)))
        .values(case_id=case.id)
        .execution_options(synchronize_session=False)
    )
    came_with = CasePhoto.event_seq.in_(_absorbed_at(target, case))
    db.session.execute(sa.delete(CasePhoto).where(CasePhoto.case_id == target.id, came_with))
    _tell(target, _RELEASE, case, actor, now)


def _merged_into(case_id: uuid.UUID) -> sa.Select[tuple[uuid.UUID]]:
    """The case and whatever was merged into it, however far down."""
    tree = sa.select(Case.id).where(Case.id == case_id).cte("merged_tree", recursive=True)
    below = sa.select(Case.id).join(tree, Case.merged_into_id == tree.c.id)
    return sa.select(tree.union(below).c.id)


def _absorbed_at(target: Case, case: Case) -> list[int]:
    told = db.session.execute(
        sa.select(CaseEvent.seq, CaseEvent.data).where(
            CaseEvent.case_id == target.id, CaseEvent.action == _ABSORB
        )
    )
    return [seq for seq, data in told if data.get("case_id") == str(case.id)]


def _locked(case_id: uuid.UUID) -> Case:
    return db.session.scalars(sa.select(Case).where(Case.id == case_id).with_for_update(key_share=True)).one()


def _tell(target: Case, action: str, case: Case, actor: Actor, now: datetime) -> CaseEvent:
    state = State(target.state).value
    data = {"case_id": case.id, "number": case.number}
    event = append_event(
        target, NewEvent(now, actor.account_id, "dispatcher", action, state, state, data=data)
    )
    target.revision += 1
    target.updated_at = now
    db.session.flush()
    return event
