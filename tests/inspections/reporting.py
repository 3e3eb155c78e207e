"""What a reporter sends, and the way of a case to its closing, for tests."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet

from cases.actions import ActionRequest, act_on_case
from cases.models import Case
from cases.terms import Action
from grid.permissions import ANONYMOUS, Actor, Role
from grid.phone_numbers import PhoneKeys
from inspections.given_positions import GivenPosition
from inspections.report_content import ReportContent
from inspections.report_intake import ReportPut, put_report
from server.db import db, new_id
from tests.factories import NOW, actor_of
from tests.inspections.visits import Scene, make_photo

KEYS = PhoneKeys(encryption=(Fernet.generate_key().decode(),), lookup="a lookup key for tests, long enough")
SECRET = KEYS.lookup.encode()
HERE = GivenPosition(31.6201, 121.3901)


def content(scene: Scene, **more: Any) -> ReportContent:
    """A resident's report of corridor clutter, without a photo."""
    values: dict[str, Any] = {
        "community_id": scene.community.id,
        "text": "三楼楼道堆物",
        "item_code": "CORR-01",
        "position": HERE,
    } | more
    return ReportContent(**values)


def put(sent: ReportContent, report_id: uuid.UUID | None = None, **more: Any) -> ReportPut:
    actor, now = more.pop("actor", ANONYMOUS), more.pop("now", NOW)
    return put_report(report_id or new_id(), sent, actor, now, KEYS, **more)


def act(scene: Scene, case_id: uuid.UUID, action: Action, actor: Actor, now: datetime, **more: Any) -> Case:
    revision = db.session.get_one(Case, case_id).revision
    request = ActionRequest(action, **more)
    return act_on_case(case_id, request, actor, now, expected_revision=revision)


def close_case(scene: Scene, case_id: uuid.UUID, organisation: Any, now: datetime) -> Case:
    """File, dispatch, start, handle and check a reported case."""
    dispatcher = actor_of(Role.DISPATCHER, scene.areas["township"])
    act(scene, case_id, Action.FILE, dispatcher, now)
    act(scene, case_id, Action.DISPATCH, dispatcher, now, organisation_id=organisation.id)
    return close_again(scene, case_id, organisation, now)


def close_again(scene: Scene, case_id: uuid.UUID, organisation: Any, now: datetime) -> Case:
    """Start, handle and check a case that the organisation has."""
    handler = actor_of(Role.HANDLER, scene.areas["neighbourhood"], organisation)
    after = make_photo(handler, received_at=now)
    act(scene, case_id, Action.START, handler, now)
    act(scene, case_id, Action.HANDLE, handler, now, photo_ids=(after.id,))
    return act(scene, case_id, Action.CHECK_PASS, scene.inspector, now, seen_photo_ids=(after.id,))
