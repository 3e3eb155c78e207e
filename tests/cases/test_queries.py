from datetime import timedelta

import pytest

from cases.measures import Period
from cases.models import CaseOrigin
from cases.queries import CaseFilter, get_case, list_cases, list_public_steps, measure_cases, names_of_actors
from cases.terms import Action, Loop, State
from grid.permissions import Role
from server.errors import NotFound
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, actor_of, make_community
from tests.queries import counted_queries


@pytest.fixture
def scene(session):
    return CaseScene()


def found(scene, actor=None, now=NOW, **wanted):
    rows, _ = list_cases(actor or scene.manager, CaseFilter(**wanted), None, 50, now)
    return {row.id for row in rows}


def test_a_list_holds_the_cases_of_the_askers_area_and_no_others(scene):
    case = scene.report()
    assert found(scene) == {case.id}
    assert found(scene, actor_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"])) == set()


def test_a_handler_sees_only_what_the_own_organisation_holds(scene):
    held, _ = scene.dispatched(), scene.filed()
    assert found(scene, scene.handler) == {held.id}


@pytest.mark.parametrize(
    "wanted",
    [
        {"states": (State.DISPATCHED,)},
        {"loop": Loop.MICRO},
        {"item_code": "FIRE-01"},
        {"text": "西门"},
        {"text": "FIRE-01"},
        {"opened_from": NOW + timedelta(hours=1)},
        {"origin": CaseOrigin.HOTLINE},
    ],
)
def test_each_filter_keeps_what_it_names_and_leaves_the_rest(scene, wanted):
    scene.report("CORR-01", place="东门")
    later = NOW + timedelta(hours=2)
    other = scene.report("FIRE-01", place="西门", now=later, origin=CaseOrigin.HOTLINE)
    scene.act(other, Action.FILE, scene.dispatcher)
    scene.act(other, Action.DISPATCH, scene.dispatcher, organisation_id=scene.property_company.id)
    assert found(scene, **wanted) == {other.id}


def test_filters_by_organisation_community_and_area(scene):
    held, _ = scene.dispatched(), scene.filed()
    assert found(scene, organisation_id=scene.property_company.id) == {held.id}
    scene.community = make_community(scene.areas["neighbourhood"])
    elsewhere = scene.report()
    assert found(scene, community_id=scene.community.id) == {elsewhere.id}
    assert elsewhere.id in found(scene, area_code=scene.areas["neighbourhood"].code)


def test_an_area_that_is_unknown_or_out_of_sight_is_told(scene):
    for code in ("999", scene.areas["other_township"].code):
        with pytest.raises(NotFound):
            found(scene, area_code=code)


def test_overdue_means_past_the_deadline_and_still_with_its_holder(scene):
    late = scene.in_handling()
    handled, waiting = scene.handled(), scene.report()
    after = late.deadline_effective + timedelta(seconds=1)
    assert found(scene, now=after, is_overdue=True) == {late.id}
    assert found(scene, now=after, is_overdue=False) == {handled.id, waiting.id}
    assert found(scene, now=late.deadline_effective, is_overdue=True) == set()


def test_requests_that_wait_for_a_decision_can_be_listed(scene):
    asked, plain = scene.in_handling(), scene.in_handling()
    scene.act(asked, Action.EXTEND, scene.handler, reason="配件未到")
    assert found(scene, has_pending_request=True) == {asked.id}
    assert found(scene, has_pending_request=False) == {plain.id}


def test_a_case_is_found_by_its_number_however_it_is_typed(scene):
    case, _ = scene.report(), scene.report()
    assert found(scene, text=f" {case.number} ") == {case.id}
    assert found(scene, text=case.number[-4:]) == {case.id}


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; DROP TABLE cases; --"])
def test_signs_that_databases_read_specially_are_only_text(scene, text):
    scene.report(place="东门")
    assert found(scene, text=text) == set()


def test_pages_go_on_behind_the_last_row_without_gap_or_repeat(scene):
    made = [scene.report(now=NOW + timedelta(minutes=each // 2)).id for each in range(7)]
    seen, after = [], None
    while True:
        rows, after = list_cases(scene.manager, CaseFilter(), after, 3, NOW)
        seen += [row.id for row in rows]
        scene.report(now=NOW + timedelta(days=1))  # what comes meanwhile shifts nothing
        if after is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(set(seen))


def cost_of(work):
    with counted_queries() as count:
        work()
    return count.number


def test_a_list_costs_the_same_for_one_case_and_for_ten(scene, session):
    def listed():
        session.expire_all()
        rows, _ = list_cases(scene.manager, CaseFilter(), None, 50, NOW)
        return [(row.community.name, row.organisation) for row in rows]

    scene.dispatched()
    session.flush()
    one = cost_of(listed)
    for _ in range(9):
        scene.dispatched()
    session.flush()
    assert cost_of(listed) == one == 1


def test_a_case_costs_the_same_whatever_its_history(scene, session):
    def read(case_id):
        session.expire_all()
        case = get_case(case_id, scene.manager)
        names_of_actors(case.events)
        return case.events, case.photos, case.reports, case.ratings

    short, long = scene.report().id, scene.closed().id
    session.flush()
    assert cost_of(lambda: read(short)) == cost_of(lambda: read(long))


def test_one_case_comes_with_history_photos_and_reports(scene, session):
    case = scene.closed()
    session.flush()
    session.expire_all()
    stored = get_case(case.id, scene.manager)
    assert [event.action for event in stored.events] == [
        "open",
        "file",
        "dispatch",
        "start",
        "handle",
        "check_pass",
    ]
    assert len(stored.photos) == len(stored.reports) == 1
    assert names_of_actors(stored.events)[scene.handler.account_id] == scene.handler.display_name


def test_public_steps_tell_kinds_of_organisations_and_nobody(scene):
    steps = list_public_steps(scene.closed().id)
    assert [(step.action, step.to_state, step.organisation_kind) for step in steps] == [
        ("open", "reported", None),
        ("file", "filed", None),
        ("dispatch", "dispatched", "property_company"),
        ("start", "handling", "property_company"),
        ("handle", "handled", "property_company"),
        ("check_pass", "closed", "property_company"),
    ]


def test_measures_count_what_the_asker_may_read(scene):
    scene.closed()
    scene.in_handling()
    later = NOW + timedelta(days=20)
    period = Period(NOW - timedelta(days=1), later, later)
    rates = {each.code: each for each in measure_cases(scene.manager, None, period)}
    assert (rates["closing_rate"].numerator, rates["closing_rate"].denominator) == (1, 2)
    assert rates["satisfaction_rate"].value is None
    stranger = actor_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"])
    assert all(each.denominator == 0 for each in measure_cases(stranger, None, period))


def test_measures_cost_the_same_for_one_case_and_for_ten(scene, session):
    period = Period(NOW - timedelta(days=1), NOW + timedelta(days=9), NOW)
    scene.closed()
    one = cost_of(lambda: measure_cases(scene.manager, None, period))
    for _ in range(9):
        scene.closed()
    assert cost_of(lambda: measure_cases(scene.manager, None, period)) == one
