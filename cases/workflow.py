"""The workflow of a case: what an actor may do now, and what an action makes of the case. Pure functions.

The table is `cases.transitions`; conditions are `cases.guards`, inputs `cases.action_input`, effects `cases.effects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.action_input import refusal_of_input
from cases.case_facts import ActionInput, ActorFacts, CaseFacts, Outcome, Refusal, Rules, Step
from cases.effects import effect_of
from cases.guards import refusal_by
from cases.terms import Action, FactChange, Need, PhotoKind, State
from cases.transitions import Transition, transitions_from

NOT_YOURS = Refusal("not_your_action", "您不能执行此操作", "This action is not yours to take")


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that is the actor's in this state: what it needs, and why it is refused now, if it is."""

    action: Action
    to: State | None
    needs: tuple[Need, ...]
    photo_kind: PhotoKind
    refusals: tuple[Refusal, ...]

    @property
    def is_allowed(self) -> bool:
        return not self.refusals


def allowed_actions(facts: CaseFacts, actor: ActorFacts, now: datetime, rules: Rules) -> list[Offer]:
    """Every action that is the actor's in this state, once each, with what it needs and what stands against it.

    Actions of others are not listed.
    """
    step = Step(facts, actor, now, rules)
    offers: dict[Action, Offer] = {}
    for row in transitions_from(facts.state):
        if row.party not in actor.parties:
            continue
        offer = Offer(row.action, _next_state(row, facts), row.needs, row.photo_kind, _refusals(row, step))
        if row.action not in offers or _is_better(offer, offers[row.action]):
            offers[row.action] = offer
    return list(offers.values())


def _is_better(offer: Offer, other: Offer) -> bool:
    """Of two ways to the same action: the open one, then the one that asks for less."""
    return (offer.is_allowed, -len(offer.needs)) > (other.is_allowed, -len(other.needs))


def apply_action(
    facts: CaseFacts, action: Action, given: ActionInput, actor: ActorFacts, now: datetime, rules: Rules
) -> Outcome | Refusal:
    """What the action makes of the case, or why it is refused. A refused action changes nothing."""
    rows = transitions_from(facts.state, action)
    if not rows:
        return Refusal(
            "not_possible_in_this_state",
            "案件当前状态不能执行此操作",
            f"Not possible while the case is {facts.state.value}",
        )
    step = Step(facts, actor, now, rules)
    refusal = NOT_YOURS
    for row in rows:
        if row.party not in actor.parties:
            continue
        found = _refusal_of_row(row, given, step)
        if found is None:
            return _outcome(row, given, step)
        refusal = found
    return refusal


def _refusals(row: Transition, step: Step) -> tuple[Refusal, ...]:
    found = (refusal_by(guard, step) for guard in row.guards)
    return tuple(refusal for refusal in found if refusal)


def _refusal_of_row(row: Transition, given: ActionInput, step: Step) -> Refusal | None:
    refusals: Sequence[Refusal] = _refusals(row, step)
    return refusals[0] if refusals else refusal_of_input(given, row, step)


def _next_state(row: Transition, facts: CaseFacts) -> State:
    return row.to or facts.state_before_merge or State.REPORTED


def _outcome(row: Transition, given: ActionInput, step: Step) -> Outcome:
    facts = replace(effect_of(row, given, step), state=_next_state(row, step.facts))
    return Outcome(step.facts.state, facts, row.party, row.photo_kind, _fact_change(step.facts, facts))


def _fact_change(before: CaseFacts, after: CaseFacts) -> FactChange | None:
    if before.is_failing == after.is_failing:
        return None
    if after.is_failing:
        return FactChange.OPENED
    return FactChange.FIXED if after.state is State.CLOSED else FactChange.VOIDED
