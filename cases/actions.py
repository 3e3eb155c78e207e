"""Acting on a case: the pure workflow put to work on the stored one, with history, photos and compliance facts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from cases import configuration
from cases.action_input import look_alike_as_json
from cases.after_photos import list_look_alikes
from cases.case_facts import ActionInput, ActorFacts, CaseFacts, LookAlike, MergeTarget, Outcome, Refusal
from cases.editing import edit_case
from cases.history import NewEvent, append_event
from cases.locking import check_revision, lock_visible_case, may_read
from cases.merging import follow_merge
from cases.models import Case, CaseReport
from cases.stored_case import facts_of, find_case_to_join, keep
from cases.terms import Action, FactChange, Loop, Need, Party
from cases.workflow import Offer, allowed_actions, apply_action
from checklists.observations import end_case_interval, open_case_interval
from grid.models import Organisation
from grid.organisations import overlaps
from grid.permissions import ROLE_PERMISSIONS, Actor, Permission, may
from server.db import db
from server.errors import Conflict, DomainError, FieldError, Forbidden, RuleViolated
from uploads.models import PhotoOwnerKind
from uploads.photos import PhotoOwner, claim_photos

_STAFF_PARTIES = tuple(Party(permission.value) for permission in Permission if permission.value in set(Party))


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action as it was asked for, ids not yet looked up."""

    action: Action
    reason: str = ""
    photo_ids: tuple[uuid.UUID, ...] = ()
    seen_photo_ids: tuple[uuid.UUID, ...] = ()
    organisation_id: uuid.UUID | None = None
    proposed_organisation_id: uuid.UUID | None = None
    until_on: date | None = None
    is_found: bool | None = None
    is_granted: bool | None = None
    authority: str = ""
    target_case_id: uuid.UUID | None = None
    loop: Loop | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    # What the sender calls it, for `cases.repeated_actions`.
    action_id: uuid.UUID | None = None


def act_on_case(
    case_id: uuid.UUID,
    request: ActionRequest,
    actor: Actor,
    now: datetime,
    *,
    expected_revision: int | None = None,
) -> Case:
    """Take one action on a case and return the case as it then is.

    Raises `NotFound` for a case out of reach, `VersionMismatch` where it has moved on, `Forbidden` for an action that
    is somebody else's, `Conflict` (telling state and revision) where the state does not allow it, `RuleViolated` for
    what a rule or the input stands against. Nothing is stored then.
    """
    case = lock_visible_case(case_id, actor)
    check_revision(case, expected_revision)
    given = _look_up(request, case, actor)
    return take_step(case, request.action, given, actor_facts(case, actor), actor, now)


def take_step(
    case: Case,
    action: Action,
    given: ActionInput,
    party: ActorFacts,
    actor: Actor,
    now: datetime,
    *,
    claims_photos: bool = True,
) -> Case:
    """Apply an action to a locked case: rules, photos, history, compliance facts. Photos already claimed by what
    brought them (a report) are not claimed again."""
    outcome = apply_action(facts_of(case), action, given, party, now, configuration.rules())
    if isinstance(outcome, Refusal):
        raise error_of(outcome, case)
    if action is Action.FILE:
        _require_no_other(case)
    if given.photo_ids and claims_photos:
        claim_photos(given.photo_ids, PhotoOwner(PhotoOwnerKind.CASE, case.id), actor, now)
    data, facts, merged_into_id = _told(given), outcome.facts, case.merged_into_id
    if action is Action.EDIT:
        data["changes"], facts = edit_case(case, given.changes, facts, now)
    keep(case, facts, now)
    append_event(case, _event(case, action, outcome, given, actor, now, data))
    follow_merge(case, action, merged_into_id, actor, now)
    _record_fact(case, outcome, now)
    return case


def _require_no_other(case: Case) -> None:
    """One open case on one item at one place (docs/adr/0007): a second one is merged, not filed. Where nobody has
    said which place it is, two cases may be two places, and a person decides."""
    other = find_case_to_join(case) if case.building.strip() or case.place.strip() else None
    if other is not None:
        raise Conflict(
            f"该处已有同一问题的案件{other.number}正在办理，请并案",
            f"Case {other.number} on the same matter is open there: merge into it",
            code="case_already_open",
            extra={"case_id": str(other.id), "case_number": other.number},
        )


def actor_facts(case: Case, actor: Actor) -> ActorFacts:
    """Who this actor is to this case: by permission in its area and organisation, and as its reporter."""
    parties = {
        party
        for party in _STAFF_PARTIES
        if may(actor, Permission(party.value), case.area_path, case.organisation_id)
    }
    if actor.is_system:
        return ActorFacts(None, frozenset({Party.SYSTEM}))
    if _is_reporter(case, actor):
        parties.add(Party.REPORTER)
    organisations = {grant.organisation_id for grant in actor.grants if grant.organisation_id}
    return ActorFacts(actor.account_id, frozenset(parties), frozenset(organisations))


def list_offers(case: Case, actor: Actor, now: datetime) -> list[Offer]:
    """What the actor may do with the case now, what each action needs, and why some are refused."""
    return allowed_actions(facts_of(case), actor_facts(case, actor), now, configuration.rules())


def _is_reporter(case: Case, actor: Actor) -> bool:
    if actor.account_id is None:
        return False
    own = sa.exists().where(CaseReport.case_id == case.id, CaseReport.account_id == actor.account_id)
    return bool(db.session.scalar(sa.select(own)))


def error_of(refusal: Refusal, case: Case) -> DomainError:
    """The error that tells a refusal to people and programs."""
    if refusal.code == "not_your_action":
        return Forbidden(refusal.zh, refusal.en, code=refusal.code)
    present = {"state": case.state.value, "present_revision": case.revision, **(refusal.told or {})}
    if refusal.code == "not_possible_in_this_state":
        return Conflict(refusal.zh, refusal.en, code=refusal.code, extra=present)
    errors = [FieldError(refusal.field, refusal.code, refusal.zh, refusal.en)] if refusal.field else []
    return RuleViolated(refusal.zh, refusal.en, code=refusal.code, errors=errors, extra=present)


def _look_up(request: ActionRequest, case: Case, actor: Actor) -> ActionInput:
    """The input with its ids resolved; each unknown one is named by its field."""
    _check_organisation(request.organisation_id, case, Need.ORGANISATION.value)
    _check_organisation(request.proposed_organisation_id, case, Need.PROPOSED_ORGANISATION.value)
    return ActionInput(
        reason=request.reason,
        photo_ids=tuple(dict.fromkeys(request.photo_ids)),
        seen_photo_ids=request.seen_photo_ids,
        organisation_id=request.organisation_id,
        proposed_organisation_id=request.proposed_organisation_id,
        until_on=request.until_on,
        is_found=request.is_found,
        is_granted=request.is_granted,
        authority=request.authority,
        target_case_id=_target(request.target_case_id, case, actor),
        loop=request.loop,
        changes=request.changes,
        look_alikes=_look_alikes(request, case),
    )


def _look_alikes(request: ActionRequest, case: Case) -> tuple[LookAlike, ...]:
    """What of the after-photos shows what the case file shows already."""
    return list_look_alikes(case.id, request.photo_ids) if request.action is Action.HANDLE else ()


def _check_organisation(organisation_id: uuid.UUID | None, case: Case, field_name: str) -> None:
    if organisation_id is None:
        return
    organisation = db.session.get(Organisation, organisation_id)
    if organisation and organisation.is_active and overlaps(organisation.area_path, case.area_path):
        return
    zh, en = "单位不存在、已停用或不服务该地区", "There is no such active organisation serving this area"
    error = FieldError(field_name, "unknown_organisation", zh, en)
    raise RuleViolated(zh, en, code="unknown_organisation", errors=[error])


def _target(target_id: uuid.UUID | None, case: Case, actor: Actor) -> MergeTarget | None:
    """The case to merge into, locked: it is in the same community, whose turn is already taken, or refused."""
    if target_id is None:
        return None
    query = (
        sa.select(Case).where(Case.id == target_id).execution_options(populate_existing=target_id != case.id)
    )
    target = db.session.scalar(query.with_for_update(key_share=True))
    if target is None or not may_read(target, actor):
        error = FieldError(Need.TARGET.value, "unknown_case", "没有这个案件", "No such case")
        raise RuleViolated(error.zh, error.en, code="unknown_case", errors=[error])
    return MergeTarget(
        target.id, target.state, target.id == case.id, target.community_id == case.community_id
    )


def _told(given: ActionInput) -> dict[str, Any]:
    """What the history keeps of the input beside reason and photos."""
    told: dict[str, Any] = {
        "organisation_id": given.organisation_id,
        "proposed_organisation_id": given.proposed_organisation_id,
        "until_on": given.until_on,
        "is_found": given.is_found,
        "is_granted": given.is_granted,
        "authority": given.authority or None,
        "target_case_id": given.target_case_id.case_id if given.target_case_id else None,
        "loop": given.loop.value if given.loop else None,
        "seen_photo_ids": given.seen_photo_ids or None,
        "look_alikes": [look_alike_as_json(each) for each in given.look_alikes] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _event(
    case: Case,
    action: Action,
    outcome: Outcome,
    given: ActionInput,
    actor: Actor,
    now: datetime,
    data: dict[str, Any],
) -> NewEvent:
    return NewEvent(
        now,
        actor.account_id,
        role_of(outcome.party, case, actor),
        action.value,
        outcome.before.value,
        outcome.facts.state.value,
        given.reason.strip(),
        data | _loops_told(outcome.facts, action),
        given.photo_ids,
        outcome.photo_kind,
    )


def _loops_told(facts: CaseFacts, action: Action) -> dict[str, Any]:
    """Going to the joint meeting's office moves the case up as well, so the history says where it stands."""
    if action is Action.RETURN and facts.is_with_joint_office:
        return {"loop": facts.loop.value, "is_with_joint_office": True}
    return {}


def role_of(party: Party, case: Case, actor: Actor) -> str:
    """As what the actor took the step: the role of the post that allows it, else reporter or system."""
    for grant in actor.grants:
        allows = {permission.value for permission in ROLE_PERMISSIONS[grant.role]}
        if party.value in allows and case.area_path.startswith(grant.area_path):
            return grant.role.value
    return party.value


def _record_fact(case: Case, outcome: Outcome, now: datetime) -> None:
    """Tell compliance what became of the fact; a case without an item concerns no checklist."""
    change, after = outcome.fact_change, outcome.facts
    if change is None or case.item_code is None:
        return
    if change is FactChange.OPENED:
        assert after.failing_since is not None
        open_case_interval(case.id, case.community_id, case.item_code, after.failing_since)
    else:
        end_case_interval(case.id, now, passed=change is FactChange.FIXED)
