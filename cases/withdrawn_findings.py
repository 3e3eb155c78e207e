"""A correction of an inspection that no longer finds what a case was opened or joined for."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from cases.action_input import MAX_REASON_LENGTH
from cases.history import NewEvent, append_events
from cases.models import Case, CaseOrigin
from cases.terms import OPEN_STATES
from checklists.observations import lock_communities
from grid.permissions import Actor
from server.db import db

FINDING_WITHDRAWN = "finding_withdrawn"  # 检查更正，不再认定


def tell_withdrawn_findings(
    community_id: uuid.UUID,
    case_ids: Collection[uuid.UUID],
    inspection_id: uuid.UUID,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write into the history of each case that is still open that a visit's finding was taken back; four statements.
    `note` is the correction's own, which begins with its reason.

    The case stays as it is: others may have reported the same, and whether it is closed is for the township to
    decide, which must know. Its revision goes up, so that who decides has read it.
    """
    if not case_ids:
        return
    lock_communities([community_id])
    statement = (
        sa.select(Case)
        .where(Case.id.in_(case_ids), Case.state.in_(OPEN_STATES))
        .order_by(Case.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    steps, reason = [], note[:MAX_REASON_LENGTH]
    for case in db.session.scalars(statement):
        state = case.state.value
        data = {"origin": CaseOrigin.INSPECTION.value, "inspection_id": inspection_id}
        steps.append(
            (
                case,
                NewEvent(
                    now,
                    actor.account_id,
                    "inspector",
                    FINDING_WITHDRAWN,
                    state,
                    state,
                    reason=reason,
                    data=data,
                ),
            )
        )
        case.revision += 1
        case.updated_at = now
    append_events(steps)
