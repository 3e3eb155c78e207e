"""Actions that phones name: sent once or often, at once or late, each is one event; nothing else goes by its name."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.actions import ActionRequest
from cases.history import verify_case_chain
from cases.models import Case, CaseActionReceipt, CaseEvent, CasePhoto
from cases.repeated_actions import act_once
from cases.terms import Action, State
from server.db import db, new_id, transaction
from server.errors import Conflict, DomainError, NotFound, RuleViolated, VersionMismatch
from tests.cases.case_scene import CaseScene
from tests.cases.test_two_at_once import at_once, committed
from tests.factories import NOW


@pytest.fixture
def scene(session):
    return CaseScene()


@pytest.fixture
def lasting(committed_app):
    with committed_app.app_context(), transaction():
        return CaseScene()


def named(action: Action, **more: Any) -> ActionRequest:
    return ActionRequest(action, action_id=new_id(), **more)


def events_of(session, case):
    query = sa.select(CaseEvent.action).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return list(session.scalars(query))


def receipts(session):
    return list(session.scalars(sa.select(CaseActionReceipt.action_id)))


def test_the_same_again_is_answered_and_nothing_happens(scene, session):
    case, request = scene.report(), named(Action.FILE)
    first = act_once(case.id, request, scene.dispatcher, NOW, expected_revision=1)
    again = act_once(case.id, request, scene.dispatcher, NOW + timedelta(days=1), expected_revision=1)
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert first.event_seq == again.event_seq == 2
    assert events_of(session, case) == ["open", "file"]
    assert (case.revision, case.filed_at) == (2, NOW)


def test_a_handing_in_sent_again_after_the_case_was_closed_changes_nothing(scene, session):
    case = scene.in_handling()
    request = named(Action.HANDLE, photo_ids=(scene.photo(scene.handler),))
    act_once(case.id, request, scene.handler, NOW, expected_revision=case.revision)
    scene.act(case, Action.CHECK_PASS, scene.inspector, seen_photo_ids=request.photo_ids)
    assert act_once(case.id, request, scene.handler, NOW, expected_revision=1).is_repeated
    assert case.state is State.CLOSED
    assert session.scalar(sa.select(sa.func.count()).select_from(CasePhoto)) == 1
    assert verify_case_chain(case).faults == ()


def test_a_return_sent_again_is_answered_though_the_case_is_out_of_reach_now(scene, session):
    case = scene.dispatched()
    request = named(Action.RETURN, reason="不属本单位职责", proposed_organisation_id=scene.enforcement.id)
    act_once(case.id, request, scene.handler, NOW)
    scene.act(case, Action.DISPATCH, scene.dispatcher, organisation_id=scene.enforcement.id)
    assert act_once(case.id, request, scene.handler, NOW) == act_once(case.id, request, scene.handler, NOW)
    assert events_of(session, case)[-2:] == ["return", "dispatch"]


@pytest.mark.parametrize(
    "change",
    [
        {"action": Action.NOT_FILE},
        {"reason": "另一个理由"},
        {"photo_ids": (uuid.UUID(int=7),)},
        {"is_found": False},
        {"changes": {"title": "x"}},
    ],
)
def test_other_content_under_the_name_is_a_conflict(scene, session, change):
    case, request = scene.report(), named(Action.FILE, reason="属实")
    act_once(case.id, request, scene.dispatcher, NOW)
    with pytest.raises(Conflict) as refused:
        act_once(case.id, replace(request, **change), scene.dispatcher, NOW)
    assert refused.value.code == "action_id_taken"
    assert events_of(session, case) == ["open", "file"]


def test_a_name_is_one_persons_and_one_cases(scene):
    case, other, request = scene.report(), scene.report(), named(Action.FILE)
    act_once(case.id, request, scene.dispatcher, NOW)
    for case_id, actor in ((case.id, scene.manager), (other.id, scene.dispatcher)):
        with pytest.raises(Conflict):
            act_once(case_id, request, actor, NOW)
    assert other.state is State.REPORTED


def test_a_stranger_learns_nothing_by_a_name_that_is_taken(scene):
    case, request = scene.dispatched(), named(Action.START)
    act_once(case.id, request, scene.handler, NOW)
    stranger = replace(scene.handler, account_id=scene.manager.account_id, grants=())
    with pytest.raises(NotFound):
        act_once(case.id, request, stranger, NOW)
    with pytest.raises(NotFound):
        act_once(new_id(), request, scene.handler, NOW)


def test_a_refused_action_leaves_its_name_free(lasting, committed_app):
    case_id = committed(committed_app, lasting.report).id
    lacking = named(Action.NOT_FILE)
    for error, request, revision in (
        (RuleViolated, lacking, 1),
        (VersionMismatch, replace(lacking, reason="重复"), 9),
    ):
        with pytest.raises(error):
            committed(
                committed_app,
                lambda request=request, revision=revision: act_once(
                    case_id, request, lasting.dispatcher, NOW, expected_revision=revision
                ),
            )
    with committed_app.app_context():
        assert receipts(db.session) == []
    mended = replace(lacking, reason="重复")
    taken = committed(committed_app, lambda: act_once(case_id, mended, lasting.dispatcher, NOW))
    assert (taken.event_seq, taken.is_repeated) == (2, False)


def test_a_server_that_dies_before_the_commit_has_neither_event_nor_name(lasting, committed_app):
    case_id, request = committed(committed_app, lasting.report).id, named(Action.FILE)

    def killed():
        act_once(case_id, request, lasting.dispatcher, NOW)
        raise SystemExit

    with pytest.raises(SystemExit):
        committed(committed_app, killed)
    with committed_app.app_context():
        assert db.session.get(Case, case_id).event_count == 1
        assert receipts(db.session) == []
    assert not committed(
        committed_app, lambda: act_once(case_id, request, lasting.dispatcher, NOW)
    ).is_repeated


def test_sent_many_times_at_once_it_is_taken_once(lasting, committed_app):
    case_id, request = committed(committed_app, lasting.report).id, named(Action.FILE)
    works = [lambda: act_once(case_id, request, lasting.dispatcher, NOW, expected_revision=1)] * 6
    results = at_once(committed_app, *works)
    assert sorted(each.is_repeated for each in results) == [False] + [True] * 5
    with committed_app.app_context():
        assert db.session.get(Case, case_id).event_count == 2


def test_of_two_cases_acted_on_at_once_under_one_name_one_wins(lasting, committed_app):
    first, second = (committed(committed_app, lasting.report).id for _ in range(2))
    request = named(Action.FILE)
    works = [
        lambda: act_once(first, request, lasting.dispatcher, NOW),
        lambda: act_once(second, request, lasting.dispatcher, NOW),
    ]
    results = at_once(committed_app, *works)
    assert [each.code for each in results if isinstance(each, DomainError)] == ["action_id_taken"]


@pytest.mark.parametrize("seed", range(5))
def test_a_phone_that_repeats_at_random_makes_each_step_once(scene, session, seed):
    """The way from dispatched to handled, every message sent one to four times and old ones thrown in again."""
    chance, case = random.Random(seed), scene.dispatched()
    photo = scene.photo(scene.handler)
    steps = [
        (named(Action.START), scene.handler),
        (named(Action.EXTEND, reason="配件未到"), scene.handler),
        (named(Action.APPROVE_EXTENSION), scene.dispatcher),
        (named(Action.HANDLE, photo_ids=(photo,)), scene.handler),
        (named(Action.CHECK_PASS, seen_photo_ids=(photo,)), scene.inspector),
    ]
    for place, (request, actor) in enumerate(steps):
        assert not act_once(case.id, request, actor, NOW, expected_revision=case.revision).is_repeated
        for _ in range(chance.randrange(4)):
            old, who = steps[chance.randrange(place + 1)]
            assert act_once(case.id, old, who, NOW, expected_revision=chance.randrange(9)).is_repeated
    told = ["start", "extend", "approve_extension", "handle", "check_pass"]
    assert events_of(session, case) == ["open", "file", "dispatch", *told]
    assert verify_case_chain(case).faults == ()
