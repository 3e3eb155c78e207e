from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cases import escalation
from cases.escalation import sweep_cases
from cases.models import Case, CaseEvent
from cases.terms import Action, Loop, State
from tests.cases.case_scene import CaseScene
from tests.factories import NOW

DAY = timedelta(days=1)


@pytest.fixture
def scene(session):
    return CaseScene()


def events_of(session, case):
    query = sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return list(session.scalars(query))


def reread(session, case):
    session.flush()
    return session.get(Case, case.id, populate_existing=True)


def test_an_overdue_case_goes_one_loop_up_once_and_says_why(scene, session):
    case = scene.in_handling()
    due = case.deadline_effective
    assert sweep_cases(due - timedelta(seconds=1)) == {"remind": 1}
    assert sweep_cases(due) == {"escalate": 1}
    assert sweep_cases(due) == {}
    case = reread(session, case)
    assert (case.loop, case.loop_path, case.state) == (Loop.MICRO, ["self", "micro"], State.HANDLING)
    last = events_of(session, case)[-1]
    assert (last.action, last.role, last.reason) == ("move_loop", "system", "超过处置时限，自动升级")
    assert last.data == {"loop": "micro"}


def test_an_overdue_case_gets_each_loops_whole_response_time_and_stops_at_the_district(scene, session):
    case, moments = scene.in_handling(), []
    now = case.deadline_effective
    for _ in range(6):
        if sweep_cases(now).get("escalate"):
            moments.append(now)
        case = reread(session, case)
        now = case.next_sweep_at or now
    assert case.loop is Loop.LARGE
    assert len(moments) == 3
    assert case.next_sweep_at is None
    assert moments[1] - moments[0] >= 3 * DAY
    assert moments[2] - moments[1] >= 5 * DAY


def test_nobody_taking_a_report_up_within_the_loops_response_time_moves_it_up(scene, session):
    case = scene.report()
    assert case.next_sweep_at == case.loop_due_at == NOW + timedelta(hours=24)
    assert sweep_cases(NOW + timedelta(hours=24)) == {"escalate": 1}
    case = reread(session, case)
    assert (case.loop, case.state) == (Loop.MICRO, State.REPORTED)
    assert events_of(session, case)[-1].reason == "超过响应时限，自动升级"


@pytest.mark.parametrize("make", ["filed", "dispatched"])
def test_a_filed_case_that_nobody_takes_up_moves_up_long_before_its_deadline(scene, session, make):
    case = getattr(scene, make)()
    assert sweep_cases(NOW + timedelta(hours=24)) == {"escalate": 1}
    assert reread(session, case).deadline_effective > NOW + timedelta(hours=24)


def test_a_case_taken_up_in_time_is_left_in_its_loop_until_its_deadline(scene, session):
    case = scene.in_handling()
    sweep_cases(NOW + timedelta(hours=30))
    assert reread(session, case).loop is Loop.SELF


def test_a_reminder_is_given_once_for_each_deadline(scene, session):
    case = scene.in_handling()
    due = case.deadline_effective
    before = due - timedelta(hours=1)
    assert sweep_cases(before) == {"remind": 1}
    assert sweep_cases(before) == {}
    scene.act(case, Action.EXTEND, scene.handler, reason="配件未到", now=before)
    scene.act(case, Action.APPROVE_EXTENSION, scene.dispatcher, now=before)
    later = reread(session, case).deadline_effective - timedelta(hours=1)
    assert sweep_cases(later) == {"remind": 1}
    assert [event.action for event in events_of(session, case)].count("remind") == 2


def test_a_reminder_leaves_the_revision_that_people_act_on(scene, session):
    case = scene.in_handling()
    revision = case.revision
    sweep_cases(case.deadline_effective - timedelta(hours=1))
    assert reread(session, case).revision == revision


def test_a_suspended_case_comes_back_on_its_date(scene, session):
    case = scene.in_handling()
    scene.act(case, Action.SUSPEND, scene.handler, reason="等待表决", until_on=date(2026, 12, 15))
    scene.act(case, Action.APPROVE_SUSPENSION, scene.manager)
    back_at = case.next_sweep_at
    assert back_at.isoformat() == "2026-12-14T16:00:00+00:00"
    assert sweep_cases(back_at - timedelta(seconds=1)) == {}
    assert sweep_cases(back_at) == {"resume": 1}
    case = reread(session, case)
    assert (case.state, case.loop) == (State.HANDLING, Loop.SELF)
    assert case.deadline_effective > back_at


@pytest.mark.parametrize("make", ["handled", "closed"])
def test_what_waits_for_others_or_is_closed_is_left_alone(scene, session, make):
    case = getattr(scene, make)()
    assert case.next_sweep_at is None
    assert sweep_cases(NOW + 100 * DAY) == {}


def test_more_cases_than_a_batch_are_all_swept(scene, session, monkeypatch):
    monkeypatch.setattr(escalation, "BATCH_SIZE", 2)
    for _ in range(5):
        scene.report()
    assert sweep_cases(NOW + 2 * DAY) == {"escalate": 5}


def test_one_broken_case_does_not_keep_the_others_waiting(scene, session):
    broken, sound = scene.in_handling(), scene.in_handling()
    due = broken.deadline_effective
    session.flush()
    session.execute(
        sa.update(Case)
        .where(Case.id == broken.id)
        .values(clock_adjustments=[{"kind": "nonsense"}])
        .execution_options(synchronize_session=False)
    )
    done = sweep_cases(due)
    assert done["failed"] == 1
    assert reread(session, sound).loop is Loop.MICRO
    assert reread(session, broken).next_sweep_at == due + timedelta(hours=1)


def test_the_command_tells_what_it_did(scene, app, monkeypatch):
    from server import clock

    scene.report()
    monkeypatch.setattr(clock, "_source", lambda: NOW + 2 * DAY)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["cases", "sweep"]).output == "escalate 1\n"
    assert runner.invoke(args=["cases", "sweep"]).output == "nothing was due\n"


def test_deadlines_are_computed_again_once_holidays_are_announced(scene, session, monkeypatch):
    from cases import work_calendar
    from cases.redating import redate_provisional_cases

    far = NOW.replace(year=2030)
    case = scene.report(now=far)
    scene.act(case, Action.FILE, scene.dispatcher, now=far)
    due, revision = case.deadline_effective, case.revision
    assert case.calendar_is_provisional
    everyday = work_calendar._WorkYear(
        tuple(range(date(2030, 1, 1).toordinal(), date(2031, 1, 1).toordinal())), False
    )
    monkeypatch.setattr(work_calendar, "_work_year", lambda year: everyday)
    assert redate_provisional_cases(far) == 1
    case = reread(session, case)
    assert case.deadline_effective < due
    assert not case.calendar_is_provisional
    assert case.revision == revision + 1
    assert redate_provisional_cases(far) == 0
