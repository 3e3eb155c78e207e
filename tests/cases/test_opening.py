from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.history import verify_case_chain
from cases.models import Case, CaseEvent, CaseOrigin, CaseReport
from cases.opening import (
    FailingAnswer,
    InspectionCause,
    NewCase,
    ReporterLink,
    attach_report,
    find_case_of_report,
    open_case_for_report,
    open_or_join_cases,
)
from cases.terms import Action, Loop, State
from checklists.fact_models import CaseIntervalFact
from grid.permissions import ANONYMOUS
from server.db import new_id
from server.errors import Conflict, NotFound, RuleViolated
from tests.cases.case_scene import CaseScene
from tests.factories import NOW


@pytest.fixture
def scene(session):
    return CaseScene()


def intervals_of(session, case):
    rows = session.scalars(sa.select(CaseIntervalFact).where(CaseIntervalFact.case_id == case.id))
    return sorted((row.failed_from, row.ended_at, row.passed) for row in rows)


def actions_of(session, case):
    query = sa.select(CaseEvent.action).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return list(session.scalars(query))


def test_a_report_opens_a_case_that_waits_for_acceptance_and_counts_for_nothing_yet(scene, session):
    case = scene.report()
    assert (case.state, case.title, case.revision) == (State.REPORTED, "CORR-01的问题", 1)
    assert (case.deadline_effective, case.open_key) == (None, None)
    assert case.number.startswith(scene.areas["district"].code + "-20261120-")
    assert intervals_of(session, case) == []


def test_a_case_takes_loop_and_limit_from_the_catalogue(scene):
    case = scene.report("FIRE-01")
    assert (case.loop, case.limit_amount, case.limit_unit) == (Loop.MICRO, 2, "work_hour")


def test_a_case_without_a_known_item_gets_its_loops_default_limit(scene):
    assert scene.report(None).title == "待定类别"
    assert (scene.report(None).limit_amount, scene.report(None).limit_unit) == (3, "work_day")
    assert scene.report("GREEN-01").limit_amount == 3


def test_the_same_report_again_is_the_same_case(scene, session):
    report_id = new_id()
    first, second = scene.report(report_id=report_id), scene.report(report_id=report_id)
    assert first.id == second.id
    assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_an_unknown_item_or_community_is_refused(scene, session):
    with pytest.raises(RuleViolated) as refused:
        scene.report("NO-SUCH")
    assert refused.value.errors[0].field == "item_code"
    with pytest.raises(NotFound):
        open_case_for_report(
            NewCase(new_id(), None, CaseOrigin.RESIDENT), ReporterLink(new_id(), None), ANONYMOUS, NOW
        )
    assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_an_inspectors_fail_is_filed_at_once_and_fails_from_when_it_was_seen(scene, session):
    seen = NOW - timedelta(days=1)
    opened = scene.fail(observed_at=seen)
    assert not opened.is_joined
    assert (opened.case.state, opened.case.filed_at) == (State.FILED, NOW)
    assert opened.case.deadline_effective > NOW
    assert intervals_of(session, opened.case) == [(seen, None, False)]


def test_a_fail_joins_the_case_open_on_the_same_item_and_place_however_it_is_typed(scene, session):
    first = scene.fail(building="3号楼", place="2楼 楼道").case
    again = scene.fail(building="３号楼", place="2楼楼道。")
    assert again.is_joined
    assert again.case.id == first.id
    assert actions_of(session, first) == ["open", "join"]
    assert again.case.revision == 2


@pytest.mark.parametrize("other", [{"place": "3楼"}, {"item_code": "FIRE-01"}, {"building": "4号楼"}])
def test_another_item_or_place_is_another_case(scene, other):
    first = scene.fail(place="2楼").case
    values = {"place": "2楼"} | other
    assert scene.fail(values.pop("item_code", "CORR-01"), **values).case.id != first.id


def test_a_fail_joins_a_filed_report_but_not_one_still_waiting_for_acceptance(scene):
    waiting = scene.report(place="门口")
    assert scene.fail(place="门口").case.id != waiting.id
    filed = scene.filed(place="车棚")
    assert scene.fail(place="车棚").case.id == filed.id


def test_the_same_answer_again_changes_nothing(scene, session):
    answer_id = new_id()
    first = scene.fail(answer_id=answer_id)
    again = scene.fail(answer_id=answer_id)
    assert (again.case.id, again.is_joined) == (first.case.id, True)
    assert actions_of(session, first.case) == ["open"]


def failing(scene, item_code="CORR-01", place="", answer_id=None, observed_at=NOW):
    new = NewCase(scene.community.id, item_code, CaseOrigin.INSPECTION, place=place)
    return FailingAnswer(new, InspectionCause(new_id(), answer_id or new_id(), observed_at))


def open_all(scene, *fails):
    return open_or_join_cases(scene.community.id, fails, scene.inspector, NOW)


def test_of_two_fails_on_one_matter_at_once_the_first_opens_the_case_and_the_second_joins_it(scene, session):
    opened = open_all(
        scene, failing(scene, place="2楼"), failing(scene, place="3楼"), failing(scene, place="2 楼")
    )
    assert [each.is_joined for each in opened] == [False, False, True]
    assert opened[0].case is opened[2].case
    assert actions_of(session, opened[0].case) == ["open", "join"]
    assert verify_case_chain(opened[0].case).faults == ()


def test_one_answer_twice_at_once_is_told_once(scene, session):
    answer_id = new_id()
    opened = open_all(scene, *[failing(scene, answer_id=answer_id)] * 2)
    assert [each.is_joined for each in opened] == [False, True]
    assert actions_of(session, opened[0].case) == ["open"]


def test_of_many_at_once_only_what_was_seen_before_a_check_passed_joins_the_closed_case(scene):
    closed = scene.closed(now=NOW + timedelta(days=1))
    old, new = NOW + timedelta(hours=2), NOW + timedelta(days=2)
    late, other = open_all(scene, failing(scene, observed_at=old), failing(scene, "FIRE-01", observed_at=old))
    assert (late.case.id, late.is_joined, other.is_joined) == (closed.id, True, False)
    (again,) = open_all(scene, failing(scene, observed_at=new))
    assert (again.is_joined, again.case.id == closed.id) == (False, False)


def test_one_unknown_item_among_many_opens_nothing(scene, session):
    with pytest.raises(RuleViolated) as refused:
        open_all(scene, failing(scene), failing(scene, "NO-SUCH"))
    assert refused.value.errors[0].field == "item_code"
    with pytest.raises(RuleViolated) as refused:
        open_all(scene, failing(scene), failing(scene, None))
    assert refused.value.code == "item_required"
    assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_nothing_that_fails_opens_nothing(scene):
    assert open_all(scene) == []


def test_a_fail_after_closing_opens_a_new_case(scene):
    closed = scene.closed()
    later = NOW + timedelta(days=2)
    again = scene.fail(now=later, observed_at=later)
    assert not again.is_joined
    assert again.case.id != closed.id


def test_what_an_offline_phone_saw_before_the_check_passed_is_the_closed_cases_old_news(scene, session):
    closed = scene.closed(now=NOW + timedelta(days=1))
    before = intervals_of(session, closed)
    late = scene.fail(now=NOW + timedelta(days=4), observed_at=NOW + timedelta(hours=2))
    assert (late.case.id, late.is_joined, late.case.state) == (closed.id, True, State.CLOSED)
    assert intervals_of(session, closed) == before
    assert actions_of(session, closed)[-1] == "join"


def test_a_second_case_on_one_matter_at_a_named_place_is_to_be_merged_not_filed(scene):
    first, second = scene.filed(place="门口"), scene.report(place="门 口")
    with pytest.raises(Conflict) as refused:
        scene.act(second, Action.FILE, scene.dispatcher)
    assert refused.value.extra == {"case_id": str(first.id), "case_number": first.number}
    assert scene.act(second, Action.MERGE, scene.dispatcher, target_case_id=first.id).state is State.MERGED


def test_where_nobody_named_the_place_two_cases_may_be_two_places_and_the_first_is_joined(scene):
    first, second = scene.filed(), scene.filed()
    assert first.open_key is not None
    assert second.open_key is None
    assert scene.fail().case.id == first.id


def test_more_reports_follow_an_open_case(scene, session):
    case = scene.filed()
    report_id = new_id()
    for _ in range(2):
        attach_report(case.id, ReporterLink(report_id, None), ANONYMOUS, NOW)
    assert find_case_of_report(report_id).id == case.id
    assert actions_of(session, case).count("join") == 1


def test_a_report_cannot_follow_a_closed_or_unknown_case(scene, session):
    with pytest.raises(RuleViolated, match="no longer open"):
        attach_report(scene.closed().id, ReporterLink(new_id(), None), ANONYMOUS, NOW)
    with pytest.raises(NotFound):
        attach_report(new_id(), ReporterLink(new_id(), None), ANONYMOUS, NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseReport)) == 1


def test_a_retired_versions_item_still_opens_a_case(scene, session):
    from tests.inspections.published import item, publish

    publish(item("OLD-01"), retired_at=NOW)
    assert scene.fail("OLD-01").case.item_code == "OLD-01"


def test_every_history_is_a_sound_chain(scene):
    case = scene.closed()
    scene.act(case, Action.REOPEN, scene.manager, reason="复发", photo_ids=(scene.photo(scene.manager),))
    assert verify_case_chain(case).faults == ()
    assert verify_case_chain(case).event_count == case.event_count == 7
