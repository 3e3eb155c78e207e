"""What each action changes in the case's facts, beside its state. Called only for steps that are allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from cases.case_facts import ActionInput, CaseFacts, PendingRequest, Step
from cases.deadlines import Clock, Stop, StopKind
from cases.terms import Action, AppealStatus, Loop, RequestKind, State, Verification
from cases.transitions import Transition
from server.clock import start_of_day

Effect = Callable[[ActionInput, Step], CaseFacts]


def effect_of(row: Transition, given: ActionInput, step: Step) -> CaseFacts:
    """The case after the row's action; its state is the caller's to set."""
    effect = _EFFECTS.get(row.action)
    return effect(given, step) if effect else step.facts


def _verify(given: ActionInput, step: Step) -> CaseFacts:
    if given.is_found:
        return _failing(replace(step.facts, verification=Verification.FOUND), step.now)
    refuted = replace(step.facts, verification=Verification.NOT_FOUND)
    return replace(refuted, is_failing=False, failing_since=None)


def _file(_given: ActionInput, step: Step) -> CaseFacts:
    facts, now = step.facts, step.now
    return _failing(replace(facts, filed_at=now, clock=Clock(now, facts.limit)), now)


def _failing(facts: CaseFacts, now: datetime) -> CaseFacts:
    """A report counts from the moment it is verified or filed, whichever is first."""
    return facts if facts.is_failing else replace(facts, is_failing=True, failing_since=now)


def _not_file(_given: ActionInput, step: Step) -> CaseFacts:
    return replace(step.facts, is_failing=False)


def _merge(given: ActionInput, step: Step) -> CaseFacts:
    target = given.target_case_id
    assert target is not None
    return replace(
        step.facts,
        merged_into_id=target.case_id,
        state_before_merge=step.facts.state,
        is_failing=False,
    )


def _unmerge(_given: ActionInput, step: Step) -> CaseFacts:
    """The case stands again where it stood. While it was merged, the other case stood for its fact."""
    was_failing = step.facts.failing_since is not None
    return replace(
        step.facts,
        merged_into_id=None,
        state_before_merge=None,
        is_failing=was_failing,
        failing_since=step.now if was_failing else None,
    )


def _dispatch(given: ActionInput, step: Step) -> CaseFacts:
    """What the joint meeting's office decides is final: earlier returns no longer stand in anyone's way."""
    facts = replace(step.facts, organisation_id=given.organisation_id, pending=None)
    if not facts.is_with_joint_office:
        return facts
    return replace(
        facts,
        is_with_joint_office=False,
        is_joint_office_decision=True,
        returned_by_accounts=frozenset(),
        returned_by_organisations=frozenset(),
    )


def _reassign(given: ActionInput, step: Step) -> CaseFacts:
    """An exception was made for the one who held it, not for the next."""
    return replace(
        step.facts, organisation_id=given.organisation_id, pending=None, is_resemblance_allowed=False
    )


def _return(_given: ActionInput, step: Step) -> CaseFacts:
    """Two returns send the case to the joint meeting's office, which sits no lower than the township."""
    facts, actor = step.facts, step.actor
    accounts = {actor.account_id} if actor.account_id else set()
    organisations = {facts.organisation_id} if facts.organisation_id else set()
    returned = replace(
        facts,
        organisation_id=None,
        return_count=facts.return_count + 1,
        returned_by_accounts=facts.returned_by_accounts | accounts,
        returned_by_organisations=facts.returned_by_organisations | organisations,
    )
    if returned.return_count < step.rules.returns_to_joint_office:
        return returned
    with_office = replace(returned, is_with_joint_office=True)
    is_below = facts.loop.rank < Loop.SMALL.rank
    return _in_loop(with_office, Loop.SMALL, step.now) if is_below else with_office


def _handle(given: ActionInput, step: Step) -> CaseFacts:
    """The clock stands while the result waits for its check; requests still open lapse."""
    facts = replace(
        step.facts,
        handled_at=step.now,
        handled_by=step.actor.account_id,
        after_photo_ids=given.photo_ids,
        is_resemblance_allowed=False,
        pending=None,
    )
    return _stopped(facts, Stop(StopKind.AWAITING_CHECK, step.now, None, "等待核查"))


def _extend(given: ActionInput, step: Step) -> CaseFacts:
    return _with_request(RequestKind.EXTENSION, given, step)


def _suspend(given: ActionInput, step: Step) -> CaseFacts:
    return _with_request(RequestKind.SUSPENSION, given, step)


def _with_request(kind: RequestKind, given: ActionInput, step: Step) -> CaseFacts:
    request = PendingRequest(kind, given.reason, step.now, step.actor.account_id, given.until_on)
    return replace(step.facts, pending=request)


def _approve_extension(_given: ActionInput, step: Step) -> CaseFacts:
    pending, clock = step.facts.pending, step.facts.clock
    assert pending
    assert clock
    return replace(step.facts, pending=None, clock=clock.extended(step.now, pending.reason))


def _approve_suspension(_given: ActionInput, step: Step) -> CaseFacts:
    """The clock stands from the request on: the time that the approval took is not the holder's."""
    pending = step.facts.pending
    assert pending
    assert pending.until_on
    until_at = start_of_day(pending.until_on)
    stop = Stop(StopKind.SUSPENSION, pending.requested_at, None, pending.reason, until_at)
    return _stopped(replace(step.facts, pending=None), stop)


def _reject(_given: ActionInput, step: Step) -> CaseFacts:
    return replace(step.facts, pending=None)


def _resume(_given: ActionInput, step: Step) -> CaseFacts:
    """A suspension ends on its date at the latest, however late the system comes to it."""
    stop = step.facts.clock.running_stop if step.facts.clock else None
    planned = stop.planned_until_at if stop else None
    return _running(step.facts, min(step.now, planned) if planned else step.now)


def _allow_after_photo(_given: ActionInput, step: Step) -> CaseFacts:
    """Holds for the next handing in only."""
    return replace(step.facts, is_resemblance_allowed=True)


def _check_pass(_given: ActionInput, step: Step) -> CaseFacts:
    facts = replace(step.facts, closed_at=step.now, is_failing=False, failing_since=None)
    return _running(facts, step.now)


def _rework(_given: ActionInput, step: Step) -> CaseFacts:
    facts = replace(step.facts, rework_count=step.facts.rework_count + 1, after_photo_ids=())
    return _running(facts, step.now)


def _force_close(_given: ActionInput, step: Step) -> CaseFacts:
    facts = replace(
        step.facts, closed_at=step.now, is_failing=False, pending=None, is_resemblance_allowed=False
    )
    return _running(facts, step.now)


def _reopen(_given: ActionInput, step: Step) -> CaseFacts:
    """After closing it is failing anew and counts as rework, with a fresh clock; otherwise nothing is counted."""
    facts, now = step.facts, step.now
    if facts.state in (State.NOT_FILED, State.MERGED):
        blank = replace(facts, merged_into_id=None, state_before_merge=None, clock=None, filed_at=None)
        return replace(blank, verification=Verification.NONE, failing_since=None, loop_entered_at=now)
    is_fixed_before = facts.state is State.CLOSED
    return replace(
        facts,
        reopen_count=facts.reopen_count + 1,
        rework_count=facts.rework_count + is_fixed_before,
        clock=Clock(now, facts.limit),
        loop_entered_at=now,
        closed_at=None,
        after_photo_ids=(),
        is_failing=True,
        failing_since=now,
    )


def _appeal(_given: ActionInput, step: Step) -> CaseFacts:
    return replace(step.facts, appeal=AppealStatus.PENDING)


def _decide_appeal(given: ActionInput, step: Step) -> CaseFacts:
    """Granted, the case is exempt in the statistics; its times and its deadline stay what they were."""
    if given.is_granted:
        return replace(step.facts, appeal=AppealStatus.GRANTED, is_exempt=True)
    return replace(step.facts, appeal=AppealStatus.REJECTED)


def _move_loop(given: ActionInput, step: Step) -> CaseFacts:
    assert given.loop is not None
    return _in_loop(step.facts, given.loop, step.now)


def _in_loop(facts: CaseFacts, loop: Loop, now: datetime) -> CaseFacts:
    return replace(facts, loop=loop, loop_path=(*facts.loop_path, loop), loop_entered_at=now)


def _stopped(facts: CaseFacts, stop: Stop) -> CaseFacts:
    return replace(facts, clock=facts.clock.stopped(stop) if facts.clock else None)


def _running(facts: CaseFacts, at: datetime) -> CaseFacts:
    return replace(facts, clock=facts.clock.restarted(at) if facts.clock else None)


_EFFECTS: Mapping[Action, Effect] = {
    Action.VERIFY: _verify,
    Action.FILE: _file,
    Action.NOT_FILE: _not_file,
    Action.MERGE: _merge,
    Action.UNMERGE: _unmerge,
    Action.DISPATCH: _dispatch,
    Action.RETURN: _return,
    Action.REASSIGN: _reassign,
    Action.HANDLE: _handle,
    Action.ALLOW_AFTER_PHOTO: _allow_after_photo,
    Action.EXTEND: _extend,
    Action.APPROVE_EXTENSION: _approve_extension,
    Action.REJECT_EXTENSION: _reject,
    Action.SUSPEND: _suspend,
    Action.APPROVE_SUSPENSION: _approve_suspension,
    Action.REJECT_SUSPENSION: _reject,
    Action.RESUME: _resume,
    Action.CHECK_PASS: _check_pass,
    Action.REWORK: _rework,
    Action.REOPEN: _reopen,
    Action.FORCE_CLOSE: _force_close,
    Action.APPEAL: _appeal,
    Action.DECIDE_APPEAL: _decide_appeal,
    Action.MOVE_LOOP: _move_loop,
}
