"""Whether what came with an action is what the action needs: field by field, before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from cases.case_facts import ActionInput, LookAlike, MergeTarget, Refusal, Step
from cases.terms import OPEN_STATES, Action, Need, Party
from cases.transitions import Transition
from server.clock import local_day

MAX_REASON_LENGTH = 1000
# A reason explains any step and a photo may prove it: both may always be given.
_ALWAYS_TAKEN = frozenset({Need.REASON, Need.PHOTOS})
_Check = Callable[[ActionInput, Transition, Step], Refusal | None]

_MISSING: Mapping[Need, tuple[str, str]] = {
    Need.REASON: ("请说明理由", "Please give the reason"),
    Need.PHOTOS: ("请附照片", "Please attach a photo"),
    Need.SEEN_PHOTOS: ("请逐一查看处置后照片", "Please look at the photos taken after handling"),
    Need.ORGANISATION: ("请选择承办单位", "Please choose the organisation"),
    Need.PROPOSED_ORGANISATION: ("退单请注明建议的承办单位", "Please propose who should handle it"),
    Need.UNTIL: ("请填写恢复日期", "Please give the date it comes back"),
    Need.IS_FOUND: ("请填写核实结果", "Please say whether the problem was found"),
    Need.IS_GRANTED: ("请填写决定", "Please say whether it is granted"),
    Need.AUTHORITY: ("请填写批准依据", "Please name the authority"),
    Need.TARGET: ("请选择并入的案件", "Please choose the case to merge into"),
    Need.LOOP: ("请选择循环层级", "Please choose the loop"),
    Need.CHANGES: ("请填写要修改的内容", "Please say what to change"),
}


def refusal_of_input(given: ActionInput, row: Transition, step: Step) -> Refusal | None:
    """Why the input does not do for this row; None where it does."""
    for need in Need:
        refusal = _refusal_of_field(need, given, row, step)
        if refusal:
            return refusal
    return None


def _refusal_of_field(need: Need, given: ActionInput, row: Transition, step: Step) -> Refusal | None:
    is_given = _is_given(given, need)
    if need in row.needs and not is_given:
        return Refusal(f"{need.value}_required", *_MISSING[need], need.value)
    if is_given and need not in row.needs and need not in _ALWAYS_TAKEN:
        return Refusal("field_not_taken", "此操作不需要该内容", "This action does not take it", need.value)
    check = _CHECKS.get(need)
    return check(given, row, step) if is_given and check else None


def _is_given(given: ActionInput, need: Need) -> bool:
    value = getattr(given, need.value)
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, tuple | Mapping):
        return bool(value)
    return value is not None


def _check_length(given: ActionInput, _row: Transition, _step: Step) -> Refusal | None:
    if len(given.reason) <= MAX_REASON_LENGTH:
        return None
    return Refusal("reason_too_long", "理由不能超过1000字", "A reason has 1000 characters at most", "reason")


def _check_photos(given: ActionInput, row: Transition, step: Step) -> Refusal | None:
    """An after-photo must show something new: the same picture again proves no work."""
    if row.action is not Action.HANDLE or not given.look_alikes or step.facts.is_resemblance_allowed:
        return None
    return Refusal(
        "after_photo_resembles",
        "处置后照片与本案已有照片相同或几乎相同，请在现场重新拍摄；确有必要的，请派遣员说明理由后允许",
        "The after-photo is the same, or nearly, as one in the case file: take a new one on the spot, "
        "or ask a dispatcher to allow it",
        Need.PHOTOS.value,
        {"look_alikes": [look_alike_as_json(each) for each in given.look_alikes]},
    )


def look_alike_as_json(pair: LookAlike) -> dict[str, object]:
    """As refusals and the history tell it."""
    return {
        "photo_id": str(pair.photo_id),
        "earlier_photo_id": str(pair.earlier_photo_id),
        "bits_of_64": pair.bits or 0,
        "is_same_file": pair.bits is None,
    }


def _check_organisation(given: ActionInput, row: Transition, step: Step) -> Refusal | None:
    facts, field = step.facts, Need.ORGANISATION.value
    if row.action is Action.REASSIGN and given.organisation_id == facts.organisation_id:
        return Refusal("same_organisation", "案件已在该单位", "That organisation holds it already", field)
    has_returned = given.organisation_id in facts.returned_by_organisations
    if has_returned and not facts.is_with_joint_office:
        return Refusal(
            "organisation_has_returned",
            "该单位已退过本案，不能再派给它",
            "That organisation has sent the case back and cannot get it again",
            field,
        )
    return None


def _check_proposal(given: ActionInput, _row: Transition, step: Step) -> Refusal | None:
    if given.proposed_organisation_id != step.facts.organisation_id:
        return None
    return Refusal(
        "proposes_itself",
        "建议的承办单位不能是本单位",
        "The proposed owner must be another organisation",
        Need.PROPOSED_ORGANISATION.value,
    )


def _check_until(given: ActionInput, _row: Transition, step: Step) -> Refusal | None:
    assert given.until_on is not None
    today = local_day(step.now)
    if today < given.until_on <= today + timedelta(days=step.rules.max_suspension_days):
        return None
    return Refusal(
        "until_on_out_of_range",
        "恢复日期应在明天至一年之内",
        "The date must lie between tomorrow and a year from now",
        Need.UNTIL.value,
    )


def _check_seen(given: ActionInput, _row: Transition, step: Step) -> Refusal | None:
    """The checker names every photo of the last handling, and no others: proof that each was looked at."""
    if set(given.seen_photo_ids) == set(step.facts.after_photo_ids):
        return None
    return Refusal(
        "after_photos_not_seen",
        "请逐一查看本次处置后的全部照片",
        "Every photo taken after this handling must be looked at, and no others named",
        Need.SEEN_PHOTOS.value,
    )


def _check_target(given: ActionInput, _row: Transition, _step: Step) -> Refusal | None:
    target = given.target_case_id
    assert target is not None
    reason = _fault_of(target)
    return Refusal(*reason, Need.TARGET.value) if reason else None


def _fault_of(target: MergeTarget) -> tuple[str, str, str] | None:
    if target.is_same_case:
        return "merges_into_itself", "不能并入自身", "A case cannot be merged into itself"
    if target.state not in OPEN_STATES:
        return "target_not_open", "并入的案件已不在办理中", "The case to merge into is not open"
    if not target.is_same_community:
        return "target_elsewhere", "只能并入同一小区的案件", "Only cases of the same community can be merged"
    return None


def _check_loop(given: ActionInput, _row: Transition, step: Step) -> Refusal | None:
    facts = step.facts
    if given.loop is facts.loop:
        return Refusal("same_loop", "案件已在该循环", "The case is in that loop already", Need.LOOP.value)
    if Party.SYSTEM in step.actor.parties and given.loop is not facts.loop.next_up:
        return Refusal("one_loop_up", "系统只能逐级上升", "The system goes up one loop at a time", "loop")
    return None


_CHECKS: Mapping[Need, _Check] = {
    Need.REASON: _check_length,
    Need.PHOTOS: _check_photos,
    Need.ORGANISATION: _check_organisation,
    Need.PROPOSED_ORGANISATION: _check_proposal,
    Need.UNTIL: _check_until,
    Need.SEEN_PHOTOS: _check_seen,
    Need.TARGET: _check_target,
    Need.LOOP: _check_loop,
}
