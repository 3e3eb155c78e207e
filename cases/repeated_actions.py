"""Actions that phones name themselves: sent again after a lost answer, they are done once and answered again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cases.actions import ActionRequest, act_on_case
from cases.event_chain import json_ready
from cases.locking import lock_case, may_read
from cases.models import Case, CaseActionReceipt
from cases.reopening import lock_reported_case, reopen_by_reporter
from grid.permissions import Actor
from server.db import db, is_postgresql
from server.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class TakenAction:
    """What has become of an action: the event it is in the case's history, and whether it was taken before."""

    event_seq: int
    is_repeated: bool


def act_once(
    case_id: uuid.UUID,
    request: ActionRequest,
    actor: Actor,
    now: datetime,
    *,
    expected_revision: int | None = None,
) -> TakenAction:
    """As `act_on_case`, but the same again (`action_id`, case, person and content) does nothing more.

    Whatever became of the case meanwhile and whichever revision is expected: the sender only wants to know that it
    was taken. Raises `Conflict` for other content under a name that is taken. The name is stored together with the
    event or not at all, so that a refused action leaves it free.
    """
    if request.action_id is None:
        case = act_on_case(case_id, request, actor, now, expected_revision=expected_revision)
        return TakenAction(case.event_count, is_repeated=False)
    case = lock_case(case_id)
    sent = _content_hash(request)
    if not _take_name(case, request.action_id, actor.account_id, sent, now):
        return _taken_before(case, request.action_id, actor, sent)
    act_on_case(case_id, request, actor, now, expected_revision=expected_revision)
    return TakenAction(case.event_count, is_repeated=False)


def reopen_by_reporter_once(
    case_id: uuid.UUID,
    report_id: uuid.UUID,
    reason: str,
    photo_ids: tuple[uuid.UUID, ...],
    now: datetime,
    answer_id: uuid.UUID,
) -> None:
    """As `reopen_by_reporter`, under a name of the phone's own: the same answer to the same report again does nothing
    more, even once the case has moved on. Raises `Conflict` for other content under a name that is taken."""
    case = lock_reported_case(case_id, report_id)
    sent = _hash_of(
        {"report_id": str(report_id), "reason": reason, "photo_ids": [str(each) for each in photo_ids]}
    )
    if not _take_name(case, answer_id, None, sent, now):
        if _get_receipt(answer_id).content_hash != sent:
            raise _name_is_taken()
        return
    reopen_by_reporter(case_id, report_id, reason, photo_ids, now)


def _take_name(
    case: Case, action_id: uuid.UUID, account_id: uuid.UUID | None, content_hash: str, now: datetime
) -> bool:
    """Take the action's name for the event that comes next; waits for whoever is taking it just now."""
    insert: Any = postgresql.insert if is_postgresql() else sqlite.insert
    statement = insert(CaseActionReceipt).values(
        action_id=action_id,
        case_id=case.id,
        account_id=account_id,
        content_hash=content_hash,
        event_seq=case.event_count + 1,
        taken_at=now,
    )
    statement = statement.on_conflict_do_nothing().returning(sa.literal(1))
    return db.session.execute(statement).first() is not None


def _taken_before(case: Case, action_id: uuid.UUID, actor: Actor, content_hash: str) -> TakenAction:
    receipt = _get_receipt(action_id)
    is_own = receipt.account_id == actor.account_id and receipt.case_id == case.id
    if is_own and receipt.content_hash == content_hash:
        return TakenAction(receipt.event_seq, is_repeated=True)
    if not may_read(case, actor):
        raise NotFound("没有这个案件", "No such case")
    raise _name_is_taken()


def _get_receipt(action_id: uuid.UUID) -> CaseActionReceipt:
    query = sa.select(CaseActionReceipt).where(CaseActionReceipt.action_id == action_id)
    return db.session.scalars(query).one()


def _name_is_taken() -> Conflict:
    return Conflict(
        "这个操作编号已用于另一个操作",
        "This action_id stands for another action already",
        code="action_id_taken",
    )


def _content_hash(request: ActionRequest) -> str:
    """SHA-256 of what was asked for, whatever it is called."""
    bare = replace(request, action_id=None)
    return _hash_of({name: json_ready(getattr(bare, name)) for name in bare.__dataclass_fields__})


def _hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
