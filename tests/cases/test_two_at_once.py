"""Two writers at once, on real connections: one winner, no lost step, no deadlock."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.actions import ActionRequest, act_on_case
from cases.escalation import sweep_cases
from cases.history import verify_case_chain
from cases.models import Case, CaseEvent, CaseOrigin
from cases.opening import InspectionCause, NewCase, ReporterLink, open_case_for_report, open_or_join_case
from cases.terms import Action, Loop, State
from grid.permissions import ANONYMOUS
from server.db import db, new_id, transaction
from server.errors import DomainError, Unavailable
from tests.cases.case_scene import CaseScene
from tests.factories import NOW


@pytest.fixture
def scene(committed_app):
    with committed_app.app_context(), transaction():
        return CaseScene()


def committed(app, work):
    with app.app_context(), transaction():
        return work()


def at_once(app, *works):
    """Run all at the same moment, each on its own connection; answer what each gave or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    results[place] = work()
            except DomainError as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    # A database that had to break a deadlock says so as "unavailable".
    assert not any(isinstance(each, Unavailable) for each in results), results
    return results


def acting(case_id, action, actor, **more):
    revision = more.pop("expected_revision", None)
    request = ActionRequest(action, **more)
    return lambda: act_on_case(case_id, request, actor, NOW, expected_revision=revision).id


def test_of_two_who_saw_the_same_revision_one_wins_and_the_other_learns_what_it_is_now(committed_app, scene):
    case_id = committed(committed_app, scene.report).id
    works = [
        acting(case_id, Action.FILE, scene.dispatcher, expected_revision=1),
        acting(case_id, Action.NOT_FILE, scene.manager, reason="重复", expected_revision=1),
    ]
    results = at_once(committed_app, *works * 3)
    lost = [each for each in results if isinstance(each, DomainError)]
    assert len(lost) == 5
    with committed_app.app_context():
        case = db.session.get(Case, case_id)
        assert (case.revision, case.event_count) == (2, 2)
        assert all(each.extra == {"present_revision": 2, "state": case.state.value} for each in lost)
        assert verify_case_chain(case).faults == ()


def test_without_revisions_the_state_decides_and_no_step_is_lost(committed_app, scene):
    case_id = committed(committed_app, scene.report).id
    results = at_once(committed_app, *[acting(case_id, Action.FILE, scene.dispatcher)] * 4)
    assert Counter(getattr(each, "code", "done") for each in results) == {
        "done": 1,
        "not_possible_in_this_state": 3,
    }


def failing_answer(scene, place):
    new = NewCase(scene.community.id, "CORR-01", CaseOrigin.INSPECTION, place=place)

    def work():
        cause = InspectionCause(new_id(), new_id(), NOW - timedelta(hours=1))
        opened = open_or_join_case(new, cause, scene.inspector, NOW)
        return opened.case.id, opened.is_joined

    return work


def test_failing_answers_arriving_together_open_one_case_and_join_it(committed_app, scene):
    results = at_once(committed_app, *[failing_answer(scene, "2楼")] * 6)
    assert len({case_id for case_id, _ in results}) == 1
    assert sorted(is_joined for _, is_joined in results) == [False, True, True, True, True, True]
    with committed_app.app_context():
        case = db.session.scalars(sa.select(Case)).one()
        actions = db.session.scalars(sa.select(CaseEvent.action).order_by(CaseEvent.seq)).all()
        assert actions == ["open", *["join"] * 5]
        assert verify_case_chain(case).faults == ()


def test_reports_arriving_together_get_numbers_of_their_own(committed_app, scene):
    def report():
        new = NewCase(scene.community.id, None, CaseOrigin.RESIDENT)
        return open_case_for_report(new, ReporterLink(new_id(), None), ANONYMOUS, NOW).number

    numbers = at_once(committed_app, *[report] * 8)
    assert len(set(numbers)) == 8


def test_cases_merged_into_each_other_at_once_end_as_one(committed_app, scene):
    one, other = committed(committed_app, lambda: (scene.report(place="东").id, scene.report(place="西").id))
    results = at_once(
        committed_app,
        acting(one, Action.MERGE, scene.dispatcher, target_case_id=other),
        acting(other, Action.MERGE, scene.manager, target_case_id=one),
    )
    assert sum(isinstance(each, DomainError) for each in results) == 1
    with committed_app.app_context():
        states = sorted(db.session.scalars(sa.select(Case.state)).all())
        assert states == [State.MERGED, State.REPORTED]


def test_two_sweepers_do_each_duty_once(committed_app, scene):
    def make():
        return [scene.report(place=str(number)).id for number in range(12)]

    ids = committed(committed_app, make)
    now, done = NOW + timedelta(days=2), []

    def sweep():
        with committed_app.app_context():
            done.append(sweep_cases(now))
            db.session.remove()

    threads = [threading.Thread(target=sweep, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with committed_app.app_context():
        sweep_cases(now)  # what one sweeper held, the others passed over
        cases = db.session.scalars(sa.select(Case).where(Case.id.in_(ids))).all()
        assert {(case.loop, case.event_count) for case in cases} == {(Loop.MICRO, 2)}
    assert sum(each.get("escalate", 0) for each in done) <= 12


def test_a_sweeper_and_people_at_once_leave_a_sound_history(committed_app, scene):
    ids = committed(committed_app, lambda: [scene.report(place=str(number)).id for number in range(6)])
    now = NOW + timedelta(days=2)

    def sweep():
        with committed_app.app_context():
            sweep_cases(now)
            db.session.remove()

    sweeper = threading.Thread(target=sweep, daemon=True)
    sweeper.start()
    at_once(committed_app, *[acting(case_id, Action.FILE, scene.dispatcher) for case_id in ids])
    sweeper.join(timeout=60)
    assert not sweeper.is_alive()
    with committed_app.app_context():
        for case in db.session.scalars(sa.select(Case)).all():
            assert case.state is State.FILED
            assert verify_case_chain(case).faults == ()


def test_a_lost_race_stores_nothing_by_halves(committed_app, scene):
    case = committed(committed_app, scene.in_handling)
    photo = committed(committed_app, lambda: scene.photo(scene.handler))
    works = [
        acting(case.id, Action.HANDLE, scene.handler, photo_ids=(photo,), expected_revision=case.revision),
        acting(
            case.id,
            Action.FORCE_CLOSE,
            scene.manager,
            reason="a",
            authority="b",
            expected_revision=case.revision,
        ),
    ]
    results = at_once(committed_app, *works)
    assert sum(isinstance(each, DomainError) for each in results) == 1
    with committed_app.app_context():
        stored = db.session.get(Case, case.id)
        assert stored.event_count == case.event_count + 1
        assert [uuid.UUID(each) for each in stored.after_photo_ids] == (
            [photo] if stored.state is State.HANDLED else []
        )
