"""The workflow as data: (state, action) -> next state, who may, what it needs, what must hold.

`to` is None where the case comes back to the state it was in before (unmerge). One (state, action) may have
several rows: different people need different things for the same step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.terms import OPEN_STATES, Action, Need, Party, PhotoKind, State


class Guard(StrEnum):
    """Conditions on the case and the actor, checked in `cases.guards`."""

    IS_HOLDER = "is_holder"
    PERSON_HAS_NOT_RETURNED = "person_has_not_returned"
    HOLDER_HAS_NOT_RETURNED = "holder_has_not_returned"
    MAY_STILL_RETURN = "may_still_return"
    JOINT_OFFICE_DECIDES = "joint_office_decides"
    WAS_NOT_REFUTED = "was_not_refuted"
    HAS_CATEGORY = "has_category"
    IS_NOT_REPORTER = "is_not_reporter"
    IS_NOT_THE_HANDLER = "is_not_the_handler"
    BEFORE_EXPIRY = "before_expiry"
    EXTENSIONS_LEFT = "extensions_left"
    NOT_SUSPENDED_BEFORE = "not_suspended_before"
    NOTHING_PENDING = "nothing_pending"
    EXTENSION_PENDING = "extension_pending"
    SUSPENSION_PENDING = "suspension_pending"
    SUSPENSION_DATE_AHEAD = "suspension_date_ahead"
    IS_NOT_REQUESTER = "is_not_requester"
    SUSPENSION_OVER = "suspension_over"
    WITHIN_REOPEN_WINDOW = "within_reopen_window"
    WITHIN_APPEAL_WINDOW = "within_appeal_window"
    NEVER_APPEALED = "never_appealed"
    APPEAL_PENDING = "appeal_pending"
    IS_NOT_OF_THE_HOLDER = "is_not_of_the_holder"
    IS_NOT_FOR_ITSELF = "is_not_for_itself"
    RESEMBLANCE_NOT_ALLOWED = "resemblance_not_allowed"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the workflow."""

    state: State
    action: Action
    to: State | None
    party: Party
    needs: tuple[Need, ...] = ()
    guards: tuple[Guard, ...] = ()
    photo_kind: PhotoKind = PhotoKind.EVIDENCE


A, G, N, S, PK = Action, Guard, Need, State, PhotoKind
_PASSED_ON = (G.PERSON_HAS_NOT_RETURNED, G.JOINT_OFFICE_DECIDES)
_REQUESTED = (G.IS_HOLDER, G.NOTHING_PENDING, G.BEFORE_EXPIRY)
_FORCIBLE_STATES = (S.FILED, S.DISPATCHED, S.HANDLING, S.HANDLED, S.SUSPENDED)
_MOVABLE_STATES = OPEN_STATES - {S.HANDLED, S.SUSPENDED}


def _in_each(
    states: Iterable[State], action: Action, party: Party, needs: tuple[Need, ...], *guards: Guard
) -> tuple[Transition, ...]:
    """The same step from several states, each of which it leaves as it is."""
    return tuple(Transition(state, action, state, party, needs, guards) for state in sorted(states))


def _collection_and_filing() -> tuple[Transition, ...]:
    triager = Party.TRIAGER
    return (
        Transition(S.REPORTED, A.ASK_VERIFICATION, S.VERIFYING, triager),
        Transition(
            S.VERIFYING,
            A.VERIFY,
            S.REPORTED,
            Party.VERIFIER,
            (N.PHOTOS, N.IS_FOUND),
            (G.IS_NOT_REPORTER,),
            PK.VERIFICATION,
        ),
        Transition(S.REPORTED, A.FILE, S.FILED, triager, (), (G.HAS_CATEGORY, G.WAS_NOT_REFUTED)),
        Transition(S.REPORTED, A.NOT_FILE, S.NOT_FILED, triager, (N.REASON,)),
        Transition(S.REPORTED, A.MERGE, S.MERGED, triager, (N.TARGET,)),
        Transition(S.FILED, A.MERGE, S.MERGED, triager, (N.TARGET,)),
        Transition(S.MERGED, A.UNMERGE, None, triager, (N.REASON,)),
        *_in_each((S.REPORTED, S.VERIFYING, S.FILED), A.EDIT, triager, (N.CHANGES, N.REASON)),
    )


def _dispatching() -> tuple[Transition, ...]:
    to_other = (N.ORGANISATION, N.REASON)
    return (
        Transition(S.FILED, A.DISPATCH, S.DISPATCHED, Party.DISPATCHER, (N.ORGANISATION,), _PASSED_ON),
        Transition(S.DISPATCHED, A.REASSIGN, S.DISPATCHED, Party.DISPATCHER, to_other, _PASSED_ON),
        Transition(S.HANDLING, A.REASSIGN, S.DISPATCHED, Party.DISPATCHER, to_other, _PASSED_ON),
        Transition(
            S.DISPATCHED,
            A.RETURN,
            S.FILED,
            Party.HOLDER,
            (N.REASON, N.PROPOSED_ORGANISATION),
            (G.IS_HOLDER, G.MAY_STILL_RETURN),
        ),
    )


def _handling() -> tuple[Transition, ...]:
    holder = Party.HOLDER
    forward = (G.IS_HOLDER, G.PERSON_HAS_NOT_RETURNED, G.HOLDER_HAS_NOT_RETURNED)
    return (
        Transition(S.DISPATCHED, A.START, S.HANDLING, holder, (), forward),
        Transition(S.HANDLING, A.HANDLE, S.HANDLED, holder, (N.PHOTOS,), forward, PK.AFTER),
        # An after-photo like an earlier one is refused (cases/action_input.py), unless a dispatcher says why it may.
        Transition(
            S.HANDLING,
            A.ALLOW_AFTER_PHOTO,
            S.HANDLING,
            Party.DISPATCHER,
            (N.REASON,),
            (G.IS_NOT_FOR_ITSELF, G.RESEMBLANCE_NOT_ALLOWED),
        ),
        Transition(S.HANDLING, A.EXTEND, S.HANDLING, holder, (N.REASON,), (*_REQUESTED, G.EXTENSIONS_LEFT)),
        Transition(
            S.HANDLING,
            A.SUSPEND,
            S.HANDLING,
            holder,
            (N.REASON, N.UNTIL),
            (*_REQUESTED, G.NOT_SUSPENDED_BEFORE),
        ),
        Transition(S.SUSPENDED, A.RESUME, S.HANDLING, holder, (), (G.IS_HOLDER,)),
        Transition(S.SUSPENDED, A.RESUME, S.HANDLING, Party.DISPATCHER, (N.REASON,)),
        Transition(S.SUSPENDED, A.RESUME, S.HANDLING, Party.SYSTEM, (), (G.SUSPENSION_OVER,)),
    )


def _approvals() -> tuple[Transition, ...]:
    """Extensions are the dispatcher's to grant, suspensions (up to a year) a manager's."""
    may_extend = (G.EXTENSION_PENDING, G.IS_NOT_REQUESTER)
    may_suspend = (G.SUSPENSION_PENDING, G.SUSPENSION_DATE_AHEAD, G.IS_NOT_REQUESTER)
    dispatcher, manager = Party.DISPATCHER, Party.MANAGER
    return (
        Transition(S.HANDLING, A.APPROVE_EXTENSION, S.HANDLING, dispatcher, (), may_extend),
        Transition(
            S.HANDLING, A.REJECT_EXTENSION, S.HANDLING, dispatcher, (N.REASON,), (G.EXTENSION_PENDING,)
        ),
        Transition(S.HANDLING, A.APPROVE_SUSPENSION, S.SUSPENDED, manager, (), may_suspend),
        Transition(
            S.HANDLING, A.REJECT_SUSPENSION, S.HANDLING, manager, (N.REASON,), (G.SUSPENSION_PENDING,)
        ),
    )


def _check_and_close() -> tuple[Transition, ...]:
    checker, other = Party.CHECKER, (G.IS_NOT_THE_HANDLER,)
    return (
        Transition(S.HANDLED, A.CHECK_PASS, S.CLOSED, checker, (N.SEEN_PHOTOS,), other),
        Transition(S.HANDLED, A.REWORK, S.HANDLING, checker, (N.REASON, N.PHOTOS), other, PK.REWORK),
        *(
            Transition(state, A.FORCE_CLOSE, S.FORCE_CLOSED, Party.MANAGER, (N.AUTHORITY, N.REASON))
            for state in _FORCIBLE_STATES
        ),
    )


def _afterwards() -> tuple[Transition, ...]:
    manager, why = Party.MANAGER, (N.REASON,)
    in_time = (G.WITHIN_REOPEN_WINDOW,)
    found_again = (N.REASON, N.PHOTOS)
    return (
        Transition(S.CLOSED, A.REOPEN, S.DISPATCHED, Party.REPORTER, (), in_time, PK.FOUND_AGAIN),
        Transition(S.CLOSED, A.REOPEN, S.DISPATCHED, Party.CHECKER, found_again, (), PK.FOUND_AGAIN),
        Transition(S.NOT_FILED, A.REOPEN, S.REPORTED, manager, why),
        Transition(S.MERGED, A.REOPEN, S.REPORTED, manager, why),
        Transition(S.FORCE_CLOSED, A.REOPEN, S.FILED, manager, why),
    )


def _appeals() -> tuple[Transition, ...]:
    once = (G.IS_HOLDER, G.NEVER_APPEALED, G.WITHIN_APPEAL_WINDOW)
    decided = (G.APPEAL_PENDING, G.IS_NOT_OF_THE_HOLDER)
    ruling = (N.IS_GRANTED, N.REASON)
    return (
        *_in_each((S.CLOSED, S.FORCE_CLOSED), A.APPEAL, Party.HOLDER, (N.REASON,), *once),
        # A case may be reopened while its appeal waits, so it can be decided whatever has become of the case.
        *_in_each(State, A.DECIDE_APPEAL, Party.MANAGER, ruling, *decided),
    )


def _loops() -> tuple[Transition, ...]:
    where_to = (N.LOOP, N.REASON)
    return (
        *_in_each(_MOVABLE_STATES, A.MOVE_LOOP, Party.DISPATCHER, where_to),
        *_in_each(_MOVABLE_STATES, A.MOVE_LOOP, Party.SYSTEM, where_to),
    )


TRANSITIONS: tuple[Transition, ...] = (
    *_collection_and_filing(),
    *_dispatching(),
    *_handling(),
    *_approvals(),
    *_check_and_close(),
    *_afterwards(),
    *_appeals(),
    *_loops(),
)


def transitions_from(state: State, action: Action | None = None) -> tuple[Transition, ...]:
    """The rows that leave a state, by one action or by any."""
    return tuple(row for row in TRANSITIONS if row.state is state and action in (None, row.action))
