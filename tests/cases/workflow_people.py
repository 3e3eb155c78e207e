"""A case as plain facts, the people around it, and inputs that do: what the workflow's tests start from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from cases.case_facts import ActionInput, ActorFacts, CaseFacts, MergeTarget, Outcome, Refusal, Rules
from cases.deadlines import Limit, TimeUnit, read_clock
from cases.terms import Action, Loop, Party, State
from cases.work_calendar import WorkCalendar
from cases.workflow import apply_action

START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
RULES = Rules()
CALENDAR = WorkCalendar()


def uid(number: int) -> UUID:
    return UUID(int=number)


PROPERTY, ENFORCEMENT, FIRE_RESCUE, TOWNSHIP = uid(101), uid(102), uid(103), uid(104)
ORGANISATIONS = (PROPERTY, ENFORCEMENT, FIRE_RESCUE, TOWNSHIP)
PHOTO, OTHER_PHOTO = uid(201), uid(202)


def handler_of(organisation: UUID, number: int = 10) -> ActorFacts:
    account = uid(number * 1000 + organisation.int)
    return ActorFacts(account, frozenset({Party.HOLDER}), frozenset({organisation}))


DISPATCHER = ActorFacts(uid(1), frozenset({Party.TRIAGER, Party.DISPATCHER}), frozenset())
INSPECTOR = ActorFacts(uid(2), frozenset({Party.VERIFIER, Party.CHECKER}), frozenset())
MANAGER = ActorFacts(
    uid(3),
    frozenset({Party.TRIAGER, Party.DISPATCHER, Party.VERIFIER, Party.CHECKER, Party.MANAGER}),
    frozenset(),
)
DISTRICT_MANAGER = replace(MANAGER, account_id=uid(4))
REPORTER = ActorFacts(uid(5), frozenset({Party.REPORTER}))
AUDITOR = ActorFacts(uid(6))
SYSTEM = ActorFacts(None, frozenset({Party.SYSTEM}))
PEOPLE = (
    DISPATCHER,
    INSPECTOR,
    MANAGER,
    DISTRICT_MANAGER,
    REPORTER,
    AUDITOR,
    SYSTEM,
    *(handler_of(each) for each in ORGANISATIONS),
)


def new_case(**more: object) -> CaseFacts:
    facts = CaseFacts(
        state=State.REPORTED,
        loop=Loop.SELF,
        loop_path=(Loop.SELF,),
        limit=Limit(3, TimeUnit.WORK_DAY),
        loop_entered_at=START,
    )
    return replace(facts, **more)


def dated(facts: CaseFacts) -> CaseFacts:
    """The facts with the effective deadline that their clock gives, as a service keeps it."""
    if facts.clock is None:
        return replace(facts, due_at=None)
    return replace(facts, due_at=read_clock(facts.clock, CALENDAR).deadline_effective)


def sensible_input(action: Action, facts: CaseFacts, now: datetime) -> ActionInput:
    """An input that has what the action needs."""
    other = next(each for each in ORGANISATIONS if each not in _spent(facts))
    inputs = {
        Action.EDIT: ActionInput(reason="类别有误", changes={"item_code": "FIRE-01"}),
        Action.VERIFY: ActionInput(photo_ids=(PHOTO,), is_found=True),
        Action.NOT_FILE: ActionInput(reason="不属于受理范围"),
        Action.MERGE: ActionInput(target_case_id=MergeTarget(uid(900), State.FILED)),
        Action.UNMERGE: ActionInput(reason="不是同一问题"),
        Action.DISPATCH: ActionInput(organisation_id=other),
        Action.REASSIGN: ActionInput(organisation_id=other, reason="超时"),
        Action.RETURN: ActionInput(reason="不属本单位职责", proposed_organisation_id=uid(999)),
        Action.HANDLE: ActionInput(photo_ids=(PHOTO, OTHER_PHOTO)),
        Action.ALLOW_AFTER_PHOTO: ActionInput(reason="夜间光线不足，画面难以区分"),
        Action.EXTEND: ActionInput(reason="配件未到"),
        Action.SUSPEND: ActionInput(reason="等待维修资金表决", until_on=_day_after(now)),
        Action.RESUME: ActionInput(reason="条件具备"),
        Action.CHECK_PASS: ActionInput(seen_photo_ids=facts.after_photo_ids),
        Action.REWORK: ActionInput(reason="仍有堆物", photo_ids=(PHOTO,)),
        Action.REOPEN: ActionInput(reason="问题复发", photo_ids=(PHOTO,)),
        Action.FORCE_CLOSE: ActionInput(reason="小区拆迁", authority="街道办事处〔2026〕8号"),
        Action.APPEAL: ActionInput(reason="台风期间无法施工"),
        Action.DECIDE_APPEAL: ActionInput(reason="情况属实", is_granted=True),
        Action.MOVE_LOOP: ActionInput(reason="超时", loop=facts.loop.next_up or Loop.SELF),
        Action.REJECT_EXTENSION: ActionInput(reason="理由不充分"),
        Action.REJECT_SUSPENSION: ActionInput(reason="理由不充分"),
    }
    return inputs.get(action, ActionInput())


def _spent(facts: CaseFacts) -> set[UUID | None]:
    return {facts.organisation_id} | set(facts.returned_by_organisations)


def _day_after(now: datetime) -> date:
    return (now + timedelta(days=2)).date()


def act(
    facts: CaseFacts,
    action: Action,
    actor: ActorFacts,
    given: ActionInput | None = None,
    now: datetime = START,
) -> CaseFacts:
    """The case after an action that must succeed."""
    outcome = attempt(facts, action, actor, given, now)
    assert isinstance(outcome, Outcome), outcome
    return dated(outcome.facts)


def attempt(
    facts: CaseFacts,
    action: Action,
    actor: ActorFacts,
    given: ActionInput | None = None,
    now: datetime = START,
) -> Outcome | Refusal:
    return apply_action(facts, action, given or sensible_input(action, facts, now), actor, now, RULES)


def filed_case() -> CaseFacts:
    return act(new_case(), Action.FILE, DISPATCHER)


def dispatched_case(organisation: UUID = PROPERTY) -> CaseFacts:
    return act(filed_case(), Action.DISPATCH, DISPATCHER, ActionInput(organisation_id=organisation))


def case_in_handling() -> CaseFacts:
    return act(dispatched_case(), Action.START, handler_of(PROPERTY))


def handled_case() -> CaseFacts:
    return act(case_in_handling(), Action.HANDLE, handler_of(PROPERTY))


def closed_case() -> CaseFacts:
    return act(handled_case(), Action.CHECK_PASS, INSPECTOR)
