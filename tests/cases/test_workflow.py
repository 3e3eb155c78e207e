from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.case_facts import ActionInput, LookAlike, MergeTarget, Outcome, Refusal
from cases.deadlines import read_clock
from cases.terms import END_STATES, Action, AppealStatus, FactChange, Loop, Need, Party, State
from cases.transitions import TRANSITIONS
from cases.workflow import allowed_actions
from tests.cases.workflow_people import (
    AUDITOR,
    CALENDAR,
    DISPATCHER,
    DISTRICT_MANAGER,
    ENFORCEMENT,
    FIRE_RESCUE,
    INSPECTOR,
    MANAGER,
    OTHER_PHOTO,
    PEOPLE,
    PHOTO,
    PROPERTY,
    REPORTER,
    RULES,
    START,
    SYSTEM,
    TOWNSHIP,
    act,
    attempt,
    case_in_handling,
    closed_case,
    dated,
    dispatched_case,
    filed_case,
    handled_case,
    handler_of,
    new_case,
    sensible_input,
    uid,
)

HOLDER = handler_of(PROPERTY)


def code_of(result):
    assert isinstance(result, Refusal), result
    return result.code


# --- invariants -----------------------------------------------------------------------------------------


def walk(steps):
    """A case after any sequence of attempts; refused ones leave it as it was."""
    facts, now = new_case(), START
    for action, person, hours in steps:
        now += timedelta(hours=hours)
        outcome = attempt(facts, action, PEOPLE[person], None, now)
        if isinstance(outcome, Outcome):
            facts = dated(outcome.facts)
    return facts, now


steps = st.lists(
    st.tuples(st.sampled_from(Action), st.integers(0, len(PEOPLE) - 1), st.integers(0, 40)), max_size=40
)

_WAY_HOME = {
    State.REPORTED: Action.FILE,
    State.VERIFYING: Action.VERIFY,
    State.FILED: Action.DISPATCH,
    State.DISPATCHED: Action.START,
    State.HANDLING: Action.HANDLE,
    State.HANDLED: Action.CHECK_PASS,
    State.SUSPENDED: Action.RESUME,
    State.NOT_FILED: Action.REOPEN,
    State.MERGED: Action.REOPEN,
    State.FORCE_CLOSED: Action.REOPEN,
}


@settings(max_examples=150)
@given(steps)
def test_whatever_has_happened_the_right_people_can_bring_a_case_to_its_closing(taken):
    facts, now = walk(taken)
    for _ in range(12):
        if facts.state is State.CLOSED:
            return
        if facts.verification == "not_found" and facts.state is State.REPORTED:
            facts = act(facts, Action.ASK_VERIFICATION, MANAGER, now=now)
        action = _WAY_HOME[facts.state]
        person = handler_of(facts.organisation_id, 77) if action in (Action.START, Action.HANDLE) else MANAGER
        facts = act(facts, action, person, now=now)
    raise AssertionError(f"stuck in {facts.state}")


@settings(max_examples=150)
@given(steps, st.sampled_from(Action), st.integers(0, len(PEOPLE) - 1))
def test_an_action_leads_where_the_table_says_or_is_refused(taken, action, person):
    facts, now = walk(taken)
    outcome = attempt(facts, action, PEOPLE[person], None, now)
    if isinstance(outcome, Refusal):
        assert outcome.zh
        assert outcome.en
        return
    targets = {row.to for row in TRANSITIONS if row.state is facts.state and row.action is action}
    assert outcome.facts.state in targets or None in targets
    assert isinstance(outcome.facts.state, State)


@settings(max_examples=150)
@given(steps, st.integers(0, len(PEOPLE) - 1))
def test_what_is_offered_is_exactly_what_succeeds_with_a_sensible_input(taken, person):
    facts, now = walk(taken)
    actor = PEOPLE[person]
    offered = {offer.action for offer in allowed_actions(facts, actor, now, RULES) if offer.is_allowed}
    for action in Action:
        outcome = attempt(facts, action, actor, None, now)
        if isinstance(outcome, Outcome):
            assert action in offered
        elif outcome.field is None:
            assert action not in offered


@settings(max_examples=100)
@given(steps)
def test_facts_stay_consistent_through_any_history(taken):
    facts, _ = walk(taken)
    assert (facts.clock is not None) == (facts.filed_at is not None) or facts.state in (
        State.REPORTED,
        State.VERIFYING,
    )
    assert facts.loop_path[-1] is facts.loop
    assert not (facts.is_failing and facts.state in END_STATES)
    assert (facts.merged_into_id is not None) == (facts.state is State.MERGED)
    if facts.state in (State.DISPATCHED, State.HANDLING, State.HANDLED, State.SUSPENDED):
        assert facts.organisation_id is not None
        assert facts.is_failing
    if facts.clock is not None:
        is_waiting = facts.state in (State.HANDLED, State.SUSPENDED)
        assert (facts.clock.running_stop is not None) == is_waiting or facts.state is State.MERGED


def test_every_state_has_a_way_out():
    assert {row.state for row in TRANSITIONS if row.to is not row.state} == set(State)


def test_every_state_can_be_reached_and_can_reach_the_closing():
    edges = {(row.state, row.to or State.REPORTED) for row in TRANSITIONS}
    assert reachable(State.REPORTED, edges) == set(State)
    backwards = {(to, state) for state, to in edges}
    assert reachable(State.CLOSED, backwards) == set(State)


def reachable(first, edges):
    seen, waiting = {first}, [first]
    while waiting:
        here = waiting.pop()
        found = {to for state, to in edges if state is here} - seen
        seen |= found
        waiting += found
    return seen


def test_no_row_stands_twice_for_one_party():
    keys = [(row.state, row.action, row.party) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))


# --- requirements ---------------------------------------------------------------------------------------

READY = {
    Action.VERIFY: (lambda: act(new_case(), Action.ASK_VERIFICATION, DISPATCHER), INSPECTOR),
    Action.NOT_FILE: (new_case, DISPATCHER),
    Action.MERGE: (new_case, DISPATCHER),
    Action.UNMERGE: (lambda: act(new_case(), Action.MERGE, DISPATCHER), DISPATCHER),
    Action.EDIT: (new_case, DISPATCHER),
    Action.DISPATCH: (filed_case, DISPATCHER),
    Action.REASSIGN: (dispatched_case, DISPATCHER),
    Action.RETURN: (dispatched_case, HOLDER),
    Action.HANDLE: (case_in_handling, HOLDER),
    Action.ALLOW_AFTER_PHOTO: (case_in_handling, DISPATCHER),
    Action.EXTEND: (case_in_handling, HOLDER),
    Action.SUSPEND: (case_in_handling, HOLDER),
    Action.CHECK_PASS: (handled_case, INSPECTOR),
    Action.REWORK: (handled_case, INSPECTOR),
    Action.FORCE_CLOSE: (filed_case, MANAGER),
    Action.APPEAL: (closed_case, HOLDER),
    Action.DECIDE_APPEAL: (lambda: act(closed_case(), Action.APPEAL, HOLDER), MANAGER),
    Action.MOVE_LOOP: (filed_case, DISPATCHER),
}
EMPTY = ActionInput()
NEEDED = [
    (action, need)
    for action, (make, actor) in READY.items()
    for need in next(o for o in allowed_actions(make(), actor, START, RULES) if o.action is action).needs
]


@pytest.mark.parametrize("action, need", NEEDED)
def test_an_action_without_what_it_needs_is_refused_and_names_the_field(action, need):
    make, actor = READY[action]
    facts = make()
    given = replace(sensible_input(action, facts, START), **{need.value: getattr(EMPTY, need.value)})
    refusal = attempt(facts, action, actor, given)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (f"{need.value}_required", need.value)


def test_a_reason_of_blanks_is_no_reason():
    assert (
        code_of(attempt(new_case(), Action.NOT_FILE, DISPATCHER, ActionInput(reason=" \n")))
        == "reason_required"
    )


def test_a_field_that_the_action_does_not_take_is_refused():
    given = ActionInput(organisation_id=PROPERTY)
    refusal = attempt(new_case(), Action.FILE, DISPATCHER, given)
    assert (code_of(refusal), refusal.field) == ("field_not_taken", "organisation_id")


def test_a_reason_longer_than_a_thousand_characters_is_refused():
    assert (
        code_of(attempt(new_case(), Action.FILE, DISPATCHER, ActionInput(reason="长" * 1001)))
        == "reason_too_long"
    )


@pytest.mark.parametrize("actor", [AUDITOR, INSPECTOR, REPORTER, SYSTEM, HOLDER])
def test_filing_is_not_for_others(actor):
    assert code_of(attempt(new_case(), Action.FILE, actor)) == "not_your_action"


def test_an_action_out_of_its_state_is_refused():
    assert code_of(attempt(new_case(), Action.CHECK_PASS, INSPECTOR)) == "not_possible_in_this_state"


def test_actions_of_others_are_not_offered():
    assert allowed_actions(handled_case(), AUDITOR, START, RULES) == []
    assert {o.action for o in allowed_actions(handled_case(), INSPECTOR, START, RULES)} == {
        Action.CHECK_PASS,
        Action.REWORK,
    }


def test_a_refused_action_is_offered_with_its_reason():
    with_request = act(case_in_handling(), Action.EXTEND, HOLDER)
    offer = next(o for o in allowed_actions(with_request, HOLDER, START, RULES) if o.action is Action.EXTEND)
    assert [refusal.code for refusal in offer.refusals] == ["nothing_pending"]


# --- collection and filing ------------------------------------------------------------------------------


def test_a_report_counts_from_its_verification_not_from_its_filing():
    verifying = act(new_case(), Action.ASK_VERIFICATION, DISPATCHER)
    outcome = attempt(verifying, Action.VERIFY, INSPECTOR)
    assert outcome.fact_change is FactChange.OPENED
    filed = attempt(outcome.facts, Action.FILE, DISPATCHER, now=START + timedelta(hours=3))
    assert filed.fact_change is None
    assert filed.facts.failing_since == START


def test_filing_without_verification_makes_the_fact():
    outcome = attempt(new_case(), Action.FILE, DISPATCHER)
    assert (outcome.fact_change, outcome.facts.failing_since) == (FactChange.OPENED, START)


def test_a_report_without_a_category_cannot_be_filed():
    assert code_of(attempt(new_case(has_category=False), Action.FILE, DISPATCHER)) == "has_category"


def test_a_refuted_report_cannot_be_filed_until_it_is_verified_again():
    verifying = act(new_case(), Action.ASK_VERIFICATION, DISPATCHER)
    nothing = ActionInput(photo_ids=(PHOTO,), is_found=False)
    refuted = act(verifying, Action.VERIFY, INSPECTOR, nothing)
    assert code_of(attempt(refuted, Action.FILE, DISPATCHER)) == "was_not_refuted"
    again = act(act(refuted, Action.ASK_VERIFICATION, DISPATCHER), Action.VERIFY, INSPECTOR)
    assert act(again, Action.FILE, DISPATCHER).state is State.FILED


def test_a_report_found_and_then_refuted_no_longer_counts():
    found = act(act(new_case(), Action.ASK_VERIFICATION, DISPATCHER), Action.VERIFY, INSPECTOR)
    again = act(found, Action.ASK_VERIFICATION, DISPATCHER)
    nothing = ActionInput(photo_ids=(PHOTO,), is_found=False)
    outcome = attempt(again, Action.VERIFY, INSPECTOR, nothing)
    assert outcome.fact_change is FactChange.VOIDED


def test_nobody_verifies_their_own_report():
    verifying = act(new_case(), Action.ASK_VERIFICATION, DISPATCHER)
    own = replace(INSPECTOR, parties=INSPECTOR.parties | {Party.REPORTER})
    assert code_of(attempt(verifying, Action.VERIFY, own)) == "is_not_reporter"


@pytest.mark.parametrize(
    "target, code",
    [
        (MergeTarget(uid(900), State.CLOSED), "target_not_open"),
        (MergeTarget(uid(900), State.MERGED), "target_not_open"),
        (MergeTarget(uid(900), State.FILED, is_same_case=True), "merges_into_itself"),
        (MergeTarget(uid(900), State.FILED, is_same_community=False), "target_elsewhere"),
    ],
)
def test_a_case_is_merged_only_into_another_open_case_of_its_community(target, code):
    assert code_of(attempt(new_case(), Action.MERGE, DISPATCHER, ActionInput(target_case_id=target))) == code


def test_unmerging_brings_a_filed_case_back_with_its_fact():
    merged = act(filed_case(), Action.MERGE, DISPATCHER)
    assert not merged.is_failing
    outcome = attempt(merged, Action.UNMERGE, DISPATCHER)
    assert outcome.facts.state is State.FILED
    assert (outcome.fact_change, outcome.facts.failing_since) == (FactChange.OPENED, START)


# --- returns --------------------------------------------------------------------------------------------


def returned_case():
    return act(dispatched_case(), Action.RETURN, HOLDER)


def test_a_returned_case_waits_for_dispatch_and_keeps_its_clock():
    returned = returned_case()
    assert (returned.state, returned.organisation_id, returned.return_count) == (State.FILED, None, 1)
    assert returned.clock == dispatched_case().clock


def test_an_organisation_that_sent_a_case_back_does_not_get_it_again():
    given = ActionInput(organisation_id=PROPERTY)
    assert (
        code_of(attempt(returned_case(), Action.DISPATCH, DISPATCHER, given)) == "organisation_has_returned"
    )


def test_whoever_sent_a_case_back_cannot_dispatch_it_with_another_post():
    two_posts = replace(HOLDER, parties=HOLDER.parties | DISPATCHER.parties)
    assert code_of(attempt(returned_case(), Action.DISPATCH, two_posts)) == "person_has_not_returned"


def test_whoever_sent_a_case_back_cannot_start_it_for_another_organisation():
    elsewhere = act(returned_case(), Action.DISPATCH, DISPATCHER, ActionInput(organisation_id=ENFORCEMENT))
    moved = replace(HOLDER, organisation_ids=frozenset({ENFORCEMENT}))
    assert code_of(attempt(elsewhere, Action.START, moved)) == "person_has_not_returned"
    assert act(elsewhere, Action.START, handler_of(ENFORCEMENT)).state is State.HANDLING


def test_an_organisation_that_has_returned_a_case_could_not_push_it_forward_if_it_held_it():
    held = replace(dispatched_case(), returned_by_organisations=frozenset({PROPERTY}))
    assert code_of(attempt(held, Action.START, HOLDER)) == "holder_has_not_returned"


def twice_returned_case():
    again = act(returned_case(), Action.DISPATCH, DISPATCHER, ActionInput(organisation_id=ENFORCEMENT))
    return act(again, Action.RETURN, handler_of(ENFORCEMENT))


def test_two_returns_send_a_case_to_the_joint_meetings_office():
    twice = twice_returned_case()
    assert twice.is_with_joint_office
    assert twice.loop is Loop.SMALL
    assert code_of(attempt(twice, Action.DISPATCH, DISPATCHER)) == "joint_office_decides"


def test_the_joint_meetings_office_may_choose_whoever_sent_it_back_and_that_is_final():
    decided = act(twice_returned_case(), Action.DISPATCH, MANAGER, ActionInput(organisation_id=PROPERTY))
    assert code_of(attempt(decided, Action.RETURN, HOLDER)) == "may_still_return"
    assert act(decided, Action.START, HOLDER).state is State.HANDLING


def test_the_proposed_owner_must_be_another():
    given = ActionInput(reason="不属职责", proposed_organisation_id=PROPERTY)
    assert code_of(attempt(dispatched_case(), Action.RETURN, HOLDER, given)) == "proposes_itself"


def test_another_organisations_handler_cannot_take_the_case():
    assert code_of(attempt(dispatched_case(), Action.START, handler_of(FIRE_RESCUE))) == "is_holder"


def test_reassigning_to_the_same_organisation_is_refused():
    given = ActionInput(organisation_id=PROPERTY, reason="重派")
    assert code_of(attempt(dispatched_case(), Action.REASSIGN, DISPATCHER, given)) == "same_organisation"


# --- after-photos that show nothing new -----------------------------------------------------------------

ALIKE = ActionInput(photo_ids=(PHOTO,), look_alikes=(LookAlike(PHOTO, OTHER_PHOTO, 2),))


def allowed_case():
    return act(case_in_handling(), Action.ALLOW_AFTER_PHOTO, DISPATCHER)


def test_an_after_photo_like_an_earlier_one_is_refused_with_the_pair():
    refusal = attempt(case_in_handling(), Action.HANDLE, HOLDER, ALIKE)
    assert (code_of(refusal), refusal.field) == ("after_photo_resembles", "photo_ids")
    assert refusal.told["look_alikes"][0] == {
        "photo_id": str(PHOTO),
        "earlier_photo_id": str(OTHER_PHOTO),
        "bits_of_64": 2,
        "is_same_file": False,
    }


def test_a_dispatcher_may_allow_it_for_the_next_handing_in_only():
    handled = act(allowed_case(), Action.HANDLE, HOLDER, ALIKE)
    assert handled.state is State.HANDLED
    again = act(handled, Action.REWORK, INSPECTOR)
    assert code_of(attempt(again, Action.HANDLE, HOLDER, ALIKE)) == "after_photo_resembles"


def test_it_cannot_be_allowed_twice_at_once():
    assert code_of(attempt(allowed_case(), Action.ALLOW_AFTER_PHOTO, DISPATCHER)) == "resemblance_not_allowed"


def test_the_holder_cannot_allow_it_to_itself():
    both = replace(DISPATCHER, organisation_ids=frozenset({PROPERTY}))
    assert code_of(attempt(case_in_handling(), Action.ALLOW_AFTER_PHOTO, both)) == "is_not_for_itself"
    assert code_of(attempt(case_in_handling(), Action.ALLOW_AFTER_PHOTO, HOLDER)) == "not_your_action"


def test_another_holder_does_not_inherit_it():
    elsewhere = ActionInput(organisation_id=ENFORCEMENT, reason="超时")
    moved = act(allowed_case(), Action.REASSIGN, DISPATCHER, elsewhere)
    assert not moved.is_resemblance_allowed


# --- extensions and suspensions -------------------------------------------------------------------------


def extended(facts, granted=True):
    asked = act(facts, Action.EXTEND, HOLDER)
    return act(asked, Action.APPROVE_EXTENSION if granted else Action.REJECT_EXTENSION, DISPATCHER)


def test_an_extension_adds_one_original_limit():
    before = case_in_handling()
    assert read_clock(extended(before).clock, CALENDAR).deadline_raw == before.due_at
    assert extended(before).due_at > before.due_at


def test_two_extensions_at_most_and_refused_ones_do_not_count():
    once_and_refused = extended(extended(case_in_handling()), granted=False)
    twice = extended(once_and_refused)
    assert code_of(attempt(twice, Action.EXTEND, HOLDER)) == "extensions_left"


@pytest.mark.parametrize("action", [Action.EXTEND, Action.SUSPEND])
def test_nothing_can_be_asked_for_once_the_deadline_has_passed(action):
    facts = case_in_handling()
    assert isinstance(attempt(facts, action, HOLDER, now=facts.due_at - timedelta(seconds=1)), Outcome)
    assert code_of(attempt(facts, action, HOLDER, now=facts.due_at)) == "before_expiry"


def test_nobody_approves_their_own_request():
    asked = act(case_in_handling(), Action.EXTEND, HOLDER)
    both = replace(HOLDER, parties=HOLDER.parties | DISPATCHER.parties)
    assert code_of(attempt(asked, Action.APPROVE_EXTENSION, both)) == "is_not_requester"


def test_a_suspension_is_a_managers_to_grant():
    asked = act(case_in_handling(), Action.SUSPEND, HOLDER)
    assert code_of(attempt(asked, Action.APPROVE_SUSPENSION, DISPATCHER)) == "not_your_action"
    assert act(asked, Action.APPROVE_SUSPENSION, MANAGER).state is State.SUSPENDED


def test_a_case_is_suspended_once():
    suspended = act(act(case_in_handling(), Action.SUSPEND, HOLDER), Action.APPROVE_SUSPENSION, MANAGER)
    resumed = act(suspended, Action.RESUME, HOLDER)
    assert code_of(attempt(resumed, Action.SUSPEND, HOLDER)) == "not_suspended_before"


@pytest.mark.parametrize("days, is_taken", [(0, False), (1, True), (365, True), (366, False)])
def test_a_suspension_lasts_from_a_day_to_a_year(days, is_taken):
    until_on = (START + timedelta(days=days)).date()
    outcome = attempt(
        case_in_handling(), Action.SUSPEND, HOLDER, ActionInput(reason="待表决", until_on=until_on)
    )
    assert isinstance(outcome, Outcome) is is_taken


def test_the_system_brings_a_suspended_case_back_on_its_date_and_not_before():
    suspended = act(act(case_in_handling(), Action.SUSPEND, HOLDER), Action.APPROVE_SUSPENSION, MANAGER)
    back_at = suspended.clock.running_stop.planned_until_at
    early = attempt(suspended, Action.RESUME, SYSTEM, now=back_at - timedelta(seconds=1))
    assert code_of(early) == "suspension_over"
    late = act(suspended, Action.RESUME, SYSTEM, now=back_at + timedelta(hours=9))
    assert late.clock.adjustments[0].until_at == back_at
    assert late.due_at == suspended.due_at


def test_a_suspension_whose_date_has_come_can_only_be_refused():
    asked = act(case_in_handling(), Action.SUSPEND, HOLDER)
    later = START + timedelta(days=9)
    assert code_of(attempt(asked, Action.APPROVE_SUSPENSION, MANAGER, now=later)) == "suspension_date_ahead"
    assert act(asked, Action.REJECT_SUSPENSION, MANAGER, now=later).pending is None


# --- check and close ------------------------------------------------------------------------------------


def test_a_passed_check_closes_the_case_and_fixes_the_fact():
    outcome = attempt(handled_case(), Action.CHECK_PASS, INSPECTOR)
    assert (outcome.facts.state, outcome.fact_change) == (State.CLOSED, FactChange.FIXED)


def test_the_person_who_handled_it_cannot_check_it():
    also_inspector = replace(INSPECTOR, account_id=HOLDER.account_id)
    for action in (Action.CHECK_PASS, Action.REWORK):
        assert code_of(attempt(handled_case(), action, also_inspector)) == "is_not_the_handler"


def test_the_handlers_organisation_cannot_check_it():
    colleague = replace(INSPECTOR, organisation_ids=frozenset({PROPERTY, TOWNSHIP}))
    assert code_of(attempt(handled_case(), Action.CHECK_PASS, colleague)) == "is_not_the_handler"


@pytest.mark.parametrize("seen", [(PHOTO,), (PHOTO, OTHER_PHOTO, uid(777)), (uid(777),)])
def test_the_checker_names_exactly_the_photos_taken_after_handling(seen):
    refusal = attempt(handled_case(), Action.CHECK_PASS, INSPECTOR, ActionInput(seen_photo_ids=seen))
    assert (code_of(refusal), refusal.field) == ("after_photos_not_seen", "seen_photo_ids")


def test_rework_keeps_the_organisation_and_everything_else_and_asks_for_new_photos():
    handled = handled_case()
    reworked = act(handled, Action.REWORK, INSPECTOR, now=START + timedelta(hours=5))
    assert (reworked.state, reworked.organisation_id) == (State.HANDLING, PROPERTY)
    assert (reworked.rework_count, reworked.after_photo_ids) == (1, ())
    assert (reworked.filed_at, reworked.handled_at) == (handled.filed_at, handled.handled_at)


def test_the_time_that_a_check_takes_is_not_the_holders():
    handled = handled_case()
    reworked = act(handled, Action.REWORK, INSPECTOR, now=START + timedelta(days=2))
    assert reworked.due_at > handled.due_at


def test_force_closing_ends_the_fact_without_a_pass():
    outcome = attempt(case_in_handling(), Action.FORCE_CLOSE, MANAGER)
    assert (outcome.facts.state, outcome.fact_change) == (State.FORCE_CLOSED, FactChange.VOIDED)


# --- afterwards -----------------------------------------------------------------------------------------


def test_the_reporters_not_fixed_reopens_by_itself_and_counts_as_rework():
    outcome = attempt(closed_case(), Action.REOPEN, REPORTER, EMPTY, now=START + timedelta(days=3))
    facts = outcome.facts
    assert (facts.state, facts.organisation_id) == (State.DISPATCHED, PROPERTY)
    assert (facts.rework_count, facts.reopen_count) == (1, 1)
    assert (outcome.fact_change, facts.failing_since) == (FactChange.OPENED, START + timedelta(days=3))
    assert facts.clock.started_at == START + timedelta(days=3)


@pytest.mark.parametrize("extra, is_taken", [(timedelta(), True), (timedelta(seconds=1), False)])
def test_not_fixed_can_be_said_for_thirty_days(extra, is_taken):
    outcome = attempt(closed_case(), Action.REOPEN, REPORTER, EMPTY, now=START + timedelta(days=30) + extra)
    assert isinstance(outcome, Outcome) is is_taken


def test_an_inspector_who_finds_it_again_says_why_and_shows_it():
    assert attempt(closed_case(), Action.REOPEN, INSPECTOR, ActionInput(reason="复发")).field == "photo_ids"
    assert act(closed_case(), Action.REOPEN, INSPECTOR).state is State.DISPATCHED


@pytest.mark.parametrize(
    "end, comes_back",
    [
        (lambda: act(new_case(), Action.NOT_FILE, DISPATCHER), State.REPORTED),
        (lambda: act(filed_case(), Action.MERGE, DISPATCHER), State.REPORTED),
        (lambda: act(filed_case(), Action.FORCE_CLOSE, MANAGER), State.FILED),
    ],
)
def test_a_manager_reopens_what_ended_otherwise(end, comes_back):
    ended, why = end(), ActionInput(reason="重新核定")
    assert act(ended, Action.REOPEN, MANAGER, why).state is comes_back
    assert code_of(attempt(ended, Action.REOPEN, DISPATCHER, why)) == "not_your_action"


def test_an_appeal_is_made_once_and_within_its_time():
    closed = closed_case()
    assert (
        code_of(attempt(closed, Action.APPEAL, HOLDER, now=START + timedelta(days=16)))
        == "within_appeal_window"
    )
    appealed = act(closed, Action.APPEAL, HOLDER)
    rejected = act(appealed, Action.DECIDE_APPEAL, MANAGER, ActionInput(reason="不属实", is_granted=False))
    assert (rejected.appeal, rejected.is_exempt) == (AppealStatus.REJECTED, False)
    assert code_of(attempt(rejected, Action.APPEAL, HOLDER)) == "never_appealed"


def test_a_granted_appeal_exempts_the_case_and_changes_no_fact():
    appealed = act(closed_case(), Action.APPEAL, HOLDER)
    granted = act(appealed, Action.DECIDE_APPEAL, MANAGER)
    assert granted == replace(appealed, appeal=AppealStatus.GRANTED, is_exempt=True)


def test_the_appealing_organisation_does_not_decide():
    appealed = act(closed_case(), Action.APPEAL, HOLDER)
    partial = replace(MANAGER, organisation_ids=frozenset({PROPERTY}))
    assert code_of(attempt(appealed, Action.DECIDE_APPEAL, partial)) == "is_not_of_the_holder"


def test_an_appeal_still_waiting_is_decided_even_after_reopening():
    appealed = act(closed_case(), Action.APPEAL, HOLDER)
    reopened = act(appealed, Action.REOPEN, REPORTER, EMPTY)
    assert act(reopened, Action.DECIDE_APPEAL, DISTRICT_MANAGER).is_exempt


# --- loops ----------------------------------------------------------------------------------------------


def test_people_move_a_case_up_or_down_with_a_reason():
    up = act(filed_case(), Action.MOVE_LOOP, DISPATCHER, ActionInput(loop=Loop.LARGE, reason="涉及多部门"))
    down = act(up, Action.MOVE_LOOP, DISPATCHER, ActionInput(loop=Loop.MICRO, reason="可就地解决"))
    assert down.loop_path == (Loop.SELF, Loop.LARGE, Loop.MICRO)


def test_the_system_moves_a_case_one_loop_up_only():
    far = ActionInput(loop=Loop.SMALL, reason="超时")
    assert code_of(attempt(filed_case(), Action.MOVE_LOOP, SYSTEM, far)) == "one_loop_up"
    assert act(filed_case(), Action.MOVE_LOOP, SYSTEM).loop is Loop.MICRO


def test_moving_to_the_same_loop_is_refused():
    given = ActionInput(loop=Loop.SELF, reason="无")
    assert code_of(attempt(filed_case(), Action.MOVE_LOOP, DISPATCHER, given)) == "same_loop"


def test_every_need_has_its_input_field():
    assert all(hasattr(EMPTY, need.value) for need in Need)
