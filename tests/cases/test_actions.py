import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cases.actions import ActionRequest, act_on_case, list_offers
from cases.history import verify_case_chain
from cases.models import Case, CaseEvent, CasePhoto, CaseReport
from cases.opening import ReporterLink, attach_report
from cases.queries import get_case
from cases.reopening import reopen_by_reporter
from cases.satisfaction import rate_case
from cases.stored_case import reading_of
from cases.terms import Action, Loop, State
from checklists.fact_models import CaseIntervalFact
from grid.permissions import ANONYMOUS, Actor, Grant, Role
from server.db import new_id
from server.errors import Conflict, Forbidden, NotFound, RuleViolated, VersionMismatch
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, actor_of, make_account, make_community, make_organisation


@pytest.fixture
def scene(session):
    return CaseScene()


def intervals_of(session, case):
    rows = session.scalars(sa.select(CaseIntervalFact).where(CaseIntervalFact.case_id == case.id))
    return sorted((row.failed_from, row.ended_at, row.passed) for row in rows)


def last_event(session, case):
    query = sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq.desc())
    return session.scalars(query).first()


# --- the whole way --------------------------------------------------------------------------------------


def test_a_case_goes_all_the_way_and_the_fact_is_failing_exactly_while_it_is_open(scene, session):
    case = scene.handled()
    assert intervals_of(session, case) == [(NOW, None, False)]
    seen = tuple(uuid.UUID(each) for each in case.after_photo_ids)
    later = NOW + timedelta(hours=5)
    scene.act(case, Action.CHECK_PASS, scene.inspector, seen_photo_ids=seen, now=later)
    assert intervals_of(session, case) == [(NOW, later, True)]
    assert (case.state, case.closed_at, case.next_sweep_at) == (State.CLOSED, later, None)
    assert verify_case_chain(case).faults == ()


def test_each_step_is_told_with_who_as_what_and_from_where_to_where(scene, session):
    event = last_event(session, scene.dispatched())
    assert (event.actor_id, event.role, event.action) == (
        scene.dispatcher.account_id,
        "dispatcher",
        "dispatch",
    )
    assert (event.from_state, event.to_state) == ("filed", "dispatched")
    assert event.data == {"organisation_id": str(scene.property_company.id)}


def test_each_step_raises_the_revision_by_one(scene):
    case = scene.report()
    assert case.revision == 1
    assert scene.act(case, Action.FILE, scene.dispatcher).revision == 2


def test_photos_come_into_the_case_file_with_what_they_show(scene, session):
    case = scene.handled()
    photo = session.scalars(sa.select(CasePhoto).where(CasePhoto.case_id == case.id)).one()
    assert (photo.kind, photo.event_seq, str(photo.photo_id)) == ("after", 5, case.after_photo_ids[0])


def test_verification_makes_the_fact_before_filing(scene, session):
    case = scene.act(scene.report(), Action.ASK_VERIFICATION, scene.dispatcher)
    photo = scene.photo(scene.inspector)
    scene.act(case, Action.VERIFY, scene.inspector, photo_ids=(photo,), is_found=True)
    scene.act(case, Action.FILE, scene.dispatcher, now=NOW + timedelta(hours=1))
    assert intervals_of(session, case) == [(NOW, None, False)]


def test_not_filing_what_was_verified_ends_the_fact_without_a_pass(scene, session):
    case = scene.act(scene.report(), Action.ASK_VERIFICATION, scene.dispatcher)
    photo = scene.photo(scene.inspector)
    scene.act(case, Action.VERIFY, scene.inspector, photo_ids=(photo,), is_found=True)
    later = NOW + timedelta(hours=1)
    scene.act(case, Action.NOT_FILE, scene.dispatcher, reason="已自行解决", now=later)
    assert intervals_of(session, case) == [(NOW, later, False)]


# --- who ------------------------------------------------------------------------------------------------


def test_another_townships_dispatcher_does_not_learn_of_the_case(scene, session):
    stranger = actor_of(Role.DISPATCHER, scene.areas["other_township"])
    with pytest.raises(NotFound):
        scene.act(scene.report(), Action.FILE, stranger)


def test_another_organisations_handler_does_not_learn_of_the_case(scene):
    stranger = actor_of(Role.HANDLER, scene.areas["township"], scene.enforcement)
    with pytest.raises(NotFound):
        scene.act(scene.dispatched(), Action.START, stranger)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSPECTOR, Role.INFORMATION_OFFICER])
def test_a_role_that_only_reads_may_not_file(scene, session, role):
    case = scene.report()
    with pytest.raises(Forbidden):
        scene.act(case, Action.FILE, actor_of(role, scene.areas["township"]))
    assert (case.state, case.event_count) == (State.REPORTED, 1)


def test_nobody_in_particular_learns_of_no_case(scene):
    with pytest.raises(NotFound):
        scene.act(scene.report(), Action.FILE, ANONYMOUS)


def test_an_inspector_who_handled_it_with_another_post_cannot_check_it(scene):
    case = scene.handled()
    both = Actor(
        scene.handler.account_id,
        "",
        (*scene.handler.grants, Grant(Role.INSPECTOR, scene.areas["township"].path)),
    )
    seen = tuple(uuid.UUID(each) for each in case.after_photo_ids)
    with pytest.raises(RuleViolated) as refused:
        scene.act(case, Action.CHECK_PASS, both, seen_photo_ids=seen)
    assert refused.value.code == "is_not_the_handler"


def test_a_returned_case_is_gone_for_the_organisation_that_sent_it_back(scene):
    case = scene.dispatched()
    returned = scene.act(
        case, Action.RETURN, scene.handler, reason="不属职责", proposed_organisation_id=scene.enforcement.id
    )
    assert (returned.state, returned.organisation_id) == (State.FILED, None)
    with pytest.raises(NotFound):
        get_case(case.id, scene.handler)


def test_two_returns_bring_the_case_to_the_joint_meetings_office(scene, session):
    case = scene.dispatched()
    other = actor_of(Role.HANDLER, scene.areas["township"], scene.enforcement)
    scene.act(
        case, Action.RETURN, scene.handler, reason="不属职责", proposed_organisation_id=scene.enforcement.id
    )
    scene.act(case, Action.DISPATCH, scene.dispatcher, organisation_id=scene.enforcement.id)
    scene.act(
        case, Action.RETURN, other, reason="不属职责", proposed_organisation_id=scene.property_company.id
    )
    assert (case.is_with_joint_office, case.loop) == (True, Loop.SMALL)
    assert last_event(session, case).data["is_with_joint_office"] is True
    with pytest.raises(RuleViolated) as refused:
        scene.act(case, Action.DISPATCH, scene.dispatcher, organisation_id=scene.property_company.id)
    assert refused.value.code == "joint_office_decides"
    scene.act(case, Action.DISPATCH, scene.manager, organisation_id=scene.property_company.id)
    assert scene.act(case, Action.START, scene.handler).state is State.HANDLING


# --- what is wrong is named -----------------------------------------------------------------------------


def test_an_action_out_of_its_state_is_a_conflict_that_names_the_state(scene):
    case = scene.closed()
    with pytest.raises(Conflict) as refused:
        scene.act(case, Action.FILE, scene.dispatcher)
    assert refused.value.extra == {"state": "closed", "present_revision": case.revision}


def test_a_stale_revision_is_refused_and_names_what_the_case_is_now(scene):
    case = scene.report()
    scene.act(case, Action.FILE, scene.dispatcher, expected_revision=1)
    with pytest.raises(VersionMismatch) as refused:
        scene.act(case, Action.FORCE_CLOSE, scene.manager, reason="a", authority="b", expected_revision=1)
    assert refused.value.extra == {"present_revision": 2, "state": "filed"}


@pytest.mark.parametrize("field", ["organisation_id", "unknown"])
def test_an_organisation_that_does_not_serve_there_is_refused(scene, field):
    elsewhere = make_organisation("property_company", scene.areas["other_township"])
    wrong = elsewhere.id if field == "organisation_id" else new_id()
    with pytest.raises(RuleViolated) as refused:
        scene.act(scene.filed(), Action.DISPATCH, scene.dispatcher, organisation_id=wrong)
    assert refused.value.errors[0].field == "organisation_id"


def test_a_photo_of_somebody_else_cannot_prove_the_handling(scene, session):
    case = scene.in_handling()
    before = (case.revision, case.event_count, case.state)
    with pytest.raises(RuleViolated) as refused:
        scene.act(case, Action.HANDLE, scene.handler, photo_ids=(scene.photo(scene.inspector),))
    assert refused.value.errors[0].field == "photo_ids.0"
    assert (case.revision, case.event_count, case.state) == before


def test_a_missing_need_names_its_field(scene):
    with pytest.raises(RuleViolated) as refused:
        scene.act(scene.report(), Action.NOT_FILE, scene.dispatcher)
    assert [(error.field, error.code) for error in refused.value.errors] == [("reason", "reason_required")]


def test_an_unknown_case_is_not_found(scene):
    with pytest.raises(NotFound):
        act_on_case(new_id(), ActionRequest(Action.FILE), scene.dispatcher, NOW)


def test_offers_say_what_is_possible_what_it_needs_and_why_not(scene):
    case = scene.in_handling()
    offers = {offer.action: offer for offer in list_offers(case, scene.handler, NOW)}
    assert set(offers) == {Action.HANDLE, Action.EXTEND, Action.SUSPEND}
    assert [need.value for need in offers[Action.SUSPEND].needs] == ["reason", "until_on"]
    late = {o.action: o for o in list_offers(case, scene.handler, case.deadline_effective)}
    assert not late[Action.EXTEND].is_allowed


# --- deadlines ------------------------------------------------------------------------------------------


def test_stops_are_kept_with_their_reasons_and_move_the_deadline(scene, session):
    case = scene.in_handling()
    raw = case.deadline_raw
    scene.act(case, Action.EXTEND, scene.handler, reason="配件未到")
    scene.act(case, Action.APPROVE_EXTENSION, scene.dispatcher)
    scene.act(case, Action.SUSPEND, scene.handler, reason="等待表决", until_on=date(2026, 12, 1))
    scene.act(case, Action.APPROVE_SUSPENSION, scene.manager)
    session.flush()
    session.expire_all()
    stored = get_case(case.id, scene.manager)
    reading = reading_of(stored)
    assert (stored.deadline_raw, reading.deadline_raw) == (raw, raw)
    assert stored.deadline_effective == reading.deadline_effective > raw
    assert [stretch.adjustment.reason for stretch in reading.stretches] == ["配件未到", "等待表决"]
    assert stored.state is State.SUSPENDED


def test_a_deadline_in_a_year_without_announced_holidays_says_so(scene):
    far = NOW.replace(year=2030)
    case = scene.report(now=far)
    assert scene.act(case, Action.FILE, scene.dispatcher, now=far).calendar_is_provisional
    assert not scene.filed().calendar_is_provisional


# --- editing --------------------------------------------------------------------------------------------


def test_another_item_brings_its_title_and_limit_and_moves_the_fact(scene, session):
    case = scene.filed()
    scene.act(case, Action.EDIT, scene.dispatcher, reason="类别有误", changes={"item_code": "FIRE-01"})
    assert (case.title, case.limit_amount, case.limit_unit) == ("FIRE-01的问题", 2, "work_hour")
    interval = session.scalars(sa.select(CaseIntervalFact).where(CaseIntervalFact.case_id == case.id)).one()
    assert interval.item_code == "FIRE-01"
    assert last_event(session, case).data["changes"] == {"item_code": {"from": "CORR-01", "to": "FIRE-01"}}


def test_a_report_without_an_item_is_filed_only_once_it_has_one(scene, session):
    case = scene.report(item_code=None)
    with pytest.raises(RuleViolated) as refused:
        scene.act(case, Action.FILE, scene.dispatcher)
    assert refused.value.code == "has_category"
    assert (case.state, intervals_of(session, case)) == (State.REPORTED, [])
    scene.act(case, Action.EDIT, scene.dispatcher, reason="补录类别", changes={"item_code": "CORR-01"})
    scene.act(case, Action.FILE, scene.dispatcher)
    assert intervals_of(session, case) == [(NOW, None, False)]
    assert case.open_key == case.matter_key


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"state": "closed"}, "changes.state"),
        ({"title": "长" * 301}, "changes.title"),
        ({"title": "  "}, "changes.title"),
        ({"item_code": "NO-SUCH"}, "item_code"),
    ],
)
def test_what_cannot_be_changed_is_named(scene, changes, field):
    with pytest.raises(RuleViolated) as refused:
        scene.act(scene.report(), Action.EDIT, scene.dispatcher, reason="更正", changes=changes)
    assert refused.value.errors[0].field == field


# --- merging --------------------------------------------------------------------------------------------


def merged_pair(scene):
    main, other = scene.filed(place="东门"), scene.filed(place="西门", report_id=uuid.UUID(int=5))
    scene.act(other, Action.MERGE, scene.dispatcher, target_case_id=main.id)
    return main, other


def reports_of(session, case):
    return set(session.scalars(sa.select(CaseReport.report_id).where(CaseReport.case_id == case.id)))


def test_reports_follow_a_merged_case_and_its_own_fact_ends(scene, session):
    main, other = merged_pair(scene)
    assert (other.state, other.merged_into_id, other.open_key) == (State.MERGED, main.id, None)
    assert uuid.UUID(int=5) in reports_of(session, main)
    assert intervals_of(session, other)[0][1:] == (NOW, False)
    assert last_event(session, main).action == "absorb"


def test_unmerging_brings_reports_and_fact_back(scene, session):
    main, other = merged_pair(scene)
    later = NOW + timedelta(hours=1)
    scene.act(other, Action.UNMERGE, scene.dispatcher, reason="不是同一处", now=later)
    assert (other.state, other.merged_into_id) == (State.FILED, None)
    assert reports_of(session, other) == {uuid.UUID(int=5)}
    assert uuid.UUID(int=5) not in reports_of(session, main)
    assert intervals_of(session, other)[-1] == (later, None, False)
    assert verify_case_chain(main).faults == verify_case_chain(other).faults == ()


def test_unmerging_in_the_middle_brings_back_what_came_with_it(scene, session):
    main, _ = merged_pair(scene)
    last = scene.filed(place="南门")
    scene.act(main, Action.MERGE, scene.dispatcher, target_case_id=last.id)
    assert uuid.UUID(int=5) in reports_of(session, last)
    scene.act(main, Action.UNMERGE, scene.dispatcher, reason="有误")
    assert uuid.UUID(int=5) in reports_of(session, main)
    assert len(reports_of(session, last)) == 1


def test_merging_into_itself_another_community_or_an_unknown_case_is_refused(scene):
    case = scene.filed()
    elsewhere = CaseScene.filed(scene)
    scene.community = make_community(scene.areas["neighbourhood"])
    foreign = scene.filed()
    for target, code in [
        (case.id, "merges_into_itself"),
        (foreign.id, "target_elsewhere"),
        (new_id(), "unknown_case"),
    ]:
        with pytest.raises(RuleViolated) as refused:
            scene.act(case, Action.MERGE, scene.dispatcher, target_case_id=target)
        assert (refused.value.code, refused.value.errors[0].field) == (code, "target_case_id")
    assert scene.act(case, Action.MERGE, scene.dispatcher, target_case_id=elsewhere.id).state is State.MERGED


# --- the reporter ---------------------------------------------------------------------------------------


def test_not_fixed_reopens_the_case_by_itself(scene, session):
    report_id = new_id()
    case = scene.closed(report_id=report_id)
    later = NOW + timedelta(days=3)
    photo = scene.photo(scene.inspector)
    reopen_by_reporter(case.id, report_id, "还是堵着", (photo,), later)
    assert (case.state, case.organisation_id) == (State.DISPATCHED, scene.property_company.id)
    assert (case.rework_count, case.reopen_count, case.clock_started_at) == (1, 1, later)
    assert intervals_of(session, case)[-1] == (later, None, False)
    event = last_event(session, case)
    assert (event.role, event.actor_id, event.reason) == ("reporter", None, "还是堵着")
    kinds = session.scalars(sa.select(CasePhoto.kind).where(CasePhoto.photo_id == photo)).all()
    assert kinds == ["found_again"]


def test_not_fixed_is_for_the_cases_own_reports_and_while_it_is_closed(scene):
    report_id = new_id()
    case = scene.closed(report_id=report_id)
    with pytest.raises(NotFound):
        reopen_by_reporter(case.id, new_id(), "", (), NOW)
    with pytest.raises(RuleViolated) as refused:
        reopen_by_reporter(case.id, report_id, "", (), NOW + timedelta(days=31))
    assert refused.value.code == "within_reopen_window"
    reopen_by_reporter(case.id, report_id, "", (), NOW)
    with pytest.raises(Conflict):
        reopen_by_reporter(case.id, report_id, "", (), NOW)


def test_a_follower_may_say_not_fixed_as_well(scene):
    case = scene.handled()
    follower = new_id()
    attach_report(case.id, ReporterLink(follower, None), ANONYMOUS, NOW)
    seen = tuple(uuid.UUID(each) for each in case.after_photo_ids)
    scene.act(case, Action.CHECK_PASS, scene.inspector, seen_photo_ids=seen)
    assert reopen_by_reporter(case.id, follower, "", (), NOW).state is State.DISPATCHED


def test_a_signed_in_reporter_is_known_as_such(scene):
    resident = make_account()
    case = scene.closed(account_id=resident.id)
    as_inspector = Actor(resident.id, "", (Grant(Role.INSPECTOR, scene.areas["township"].path),))
    offers = {offer.action: offer for offer in list_offers(case, as_inspector, NOW)}
    assert offers[Action.REOPEN].needs == ()


def test_satisfaction_is_taken_once_per_reporter_and_closing(scene):
    report_id = new_id()
    case = scene.closed(report_id=report_id)
    first = rate_case(case.id, report_id, "satisfied", "很快", NOW)
    assert rate_case(case.id, report_id, "satisfied", "很快", NOW).id == first.id
    with pytest.raises(Conflict):
        rate_case(case.id, report_id, "dissatisfied", "", NOW)
    with pytest.raises(NotFound):
        rate_case(case.id, new_id(), "neutral", "", NOW)


def test_an_open_case_is_not_rated(scene):
    report_id = new_id()
    case = scene.handled(report_id=report_id)
    with pytest.raises(Conflict) as refused:
        rate_case(case.id, report_id, "satisfied", "", NOW)
    assert refused.value.code == "case_not_closed"


# --- history --------------------------------------------------------------------------------------------


def test_events_cannot_be_rewritten_through_the_session(scene, session):
    event = last_event(session, scene.filed())
    event.reason = "改写"
    with pytest.raises(RuntimeError, match="never changed"):
        session.flush()


@pytest.mark.parametrize(
    "tamper",
    [
        sa.update(CaseEvent).where(CaseEvent.seq == 2).values(reason="改写"),
        sa.delete(CaseEvent).where(CaseEvent.seq == 2),
        sa.delete(CaseEvent).where(CaseEvent.seq == 4),
        sa.update(Case).values(head_hash="f" * 64),
    ],
)
def test_verification_finds_what_was_done_behind_the_products_back(scene, session, tamper):
    case = scene.in_handling()
    assert verify_case_chain(case).faults == ()
    session.flush()
    session.execute(tamper.execution_options(synchronize_session=False))
    session.refresh(case)
    assert verify_case_chain(case).faults


def test_the_command_checks_every_history(scene, session, app):
    scene.closed()
    case = scene.filed()
    session.flush()
    good = app.test_cli_runner().invoke(args=["cases", "verify"])
    assert (good.exit_code, good.output) == (0, "2 cases, 8 events, 0 with faults\n")
    session.execute(
        sa.update(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.seq == 1)
        .values(to_state="filed")
        .execution_options(synchronize_session=False)
    )
    bad = app.test_cli_runner().invoke(args=["cases", "verify"])
    assert bad.exit_code == 1
    assert f"{case.number}: changed at event 1" in bad.output
