"""The conditions that workflow rows name: each answers why not, or None where nothing stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cases.case_facts import ActorFacts, CaseFacts, Refusal, Step
from cases.deadlines import extensions_granted, has_been_suspended
from cases.terms import AppealStatus, Party, RequestKind, Verification
from cases.transitions import Guard
from server.clock import local_day

_REASONS: Mapping[Guard, tuple[str, str]] = {
    Guard.IS_HOLDER: ("案件不在您的单位", "Your organisation does not hold this case"),
    Guard.PERSON_HAS_NOT_RETURNED: (
        "退过单的人不能再派遣本案",
        "Whoever has sent this case back cannot pass it on",
    ),
    Guard.HOLDER_HAS_NOT_RETURNED: (
        "退过单的单位不能再推进本案",
        "An organisation that has sent this case back cannot push it forward again",
    ),
    Guard.MAY_STILL_RETURN: (
        "联席会议办公室指定的承办单位不能再退单",
        "What the joint meeting's office has decided cannot be sent back",
    ),
    Guard.JOINT_OFFICE_DECIDES: (
        "案件已两次退单，由联席会议办公室指定承办单位",
        "Sent back twice: the joint meeting's office decides who handles it",
    ),
    Guard.WAS_NOT_REFUTED: (
        "核实未发现问题，不能立案；可以再次派核实或不予立案",
        "Verification found nothing: ask again, or do not file",
    ),
    # Filing is by category (GB/T 30428.8); without an item the case would count in no rate.
    Guard.HAS_CATEGORY: (
        "请先选择检查项（类别）再立案",
        "Choose the item it is about before filing",
    ),
    Guard.IS_NOT_REPORTER: ("上报人不能核实自己的上报", "Whoever reported it cannot verify it"),
    Guard.IS_NOT_THE_HANDLER: (
        "处置人员及其单位不能核查自己的处置结果",
        "Neither the handler nor the handler's organisation may check the result",
    ),
    Guard.BEFORE_EXPIRY: ("已超过处置时限，不能再申请", "The deadline has passed"),
    Guard.EXTENSIONS_LEFT: ("延期次数已用完", "No extension is left"),
    Guard.NOT_SUSPENDED_BEFORE: ("每个案件只能挂账一次", "A case can be suspended once only"),
    Guard.NOTHING_PENDING: ("已有申请等待审批", "Another request is still waiting for a decision"),
    Guard.EXTENSION_PENDING: ("没有待审批的延期申请", "No extension has been asked for"),
    Guard.SUSPENSION_PENDING: ("没有待审批的挂账申请", "No suspension has been asked for"),
    Guard.SUSPENSION_DATE_AHEAD: (
        "申请的恢复日期已到，不能再同意挂账",
        "The date asked for has come; the suspension can only be refused",
    ),
    Guard.IS_NOT_REQUESTER: ("不能审批自己的申请", "You cannot approve your own request"),
    Guard.SUSPENSION_OVER: ("挂账尚未到期", "The suspension is not over yet"),
    Guard.WITHIN_REOPEN_WINDOW: (
        "已超过可以反馈“没解决”的期限，请重新上报",
        "Too late to say that it is not fixed; please report it again",
    ),
    Guard.WITHIN_APPEAL_WINDOW: ("已超过申诉期限", "The time for an appeal has passed"),
    Guard.NEVER_APPEALED: ("每个案件只能申诉一次", "A case can be appealed once only"),
    Guard.APPEAL_PENDING: ("没有待决定的申诉", "No appeal waits for a decision"),
    Guard.IS_NOT_OF_THE_HOLDER: ("不能由申诉单位自己决定", "The appealing organisation cannot decide"),
    Guard.IS_NOT_FOR_ITSELF: (
        "承办单位不能给自己开例外",
        "The organisation that holds the case cannot make an exception for itself",
    ),
    Guard.RESEMBLANCE_NOT_ALLOWED: ("已经允许过了，尚未使用", "It is allowed already and not used yet"),
}


def _is_within(since: datetime | None, days: int, now: datetime) -> bool:
    return since is not None and now <= since + timedelta(days=days)


def _is_not_the_handler(facts: CaseFacts, actor: ActorFacts) -> bool:
    is_same_person = actor.account_id is not None and actor.account_id == facts.handled_by
    return not is_same_person and facts.organisation_id not in actor.organisation_ids


def _joint_office_decides(facts: CaseFacts, actor: ActorFacts) -> bool:
    """The joint meeting's office of township or district is staffed by their managers (policy 002)."""
    return not facts.is_with_joint_office or Party.MANAGER in actor.parties


def _is_suspension_over(facts: CaseFacts, now: datetime) -> bool:
    stop = facts.clock.running_stop if facts.clock else None
    return stop is None or stop.planned_until_at is None or now >= stop.planned_until_at


def _is_date_ahead(facts: CaseFacts, now: datetime) -> bool:
    until_on = facts.pending.until_on if facts.pending else None
    return until_on is None or until_on > local_day(now)


def _is_pending(facts: CaseFacts, kind: RequestKind) -> bool:
    return facts.pending is not None and facts.pending.kind is kind


def _is_not_requester(facts: CaseFacts, actor: ActorFacts) -> bool:
    return facts.pending is None or facts.pending.requested_by != actor.account_id


def _extensions(facts: CaseFacts) -> int:
    return extensions_granted(facts.clock.adjustments) if facts.clock else 0


def _was_suspended(facts: CaseFacts) -> bool:
    return facts.clock is not None and has_been_suspended(facts.clock.adjustments)


_CHECKS: Mapping[Guard, Callable[[Step], bool]] = {
    Guard.IS_HOLDER: lambda s: s.facts.organisation_id in s.actor.organisation_ids,
    Guard.PERSON_HAS_NOT_RETURNED: lambda s: s.actor.account_id not in s.facts.returned_by_accounts,
    Guard.HOLDER_HAS_NOT_RETURNED: lambda s: s.facts.organisation_id not in s.facts.returned_by_organisations,
    Guard.MAY_STILL_RETURN: lambda s: not s.facts.is_joint_office_decision,
    Guard.JOINT_OFFICE_DECIDES: lambda s: _joint_office_decides(s.facts, s.actor),
    Guard.WAS_NOT_REFUTED: lambda s: s.facts.verification is not Verification.NOT_FOUND,
    Guard.HAS_CATEGORY: lambda s: s.facts.has_category,
    Guard.IS_NOT_REPORTER: lambda s: not s.actor.is_reporter,
    Guard.IS_NOT_THE_HANDLER: lambda s: _is_not_the_handler(s.facts, s.actor),
    Guard.BEFORE_EXPIRY: lambda s: s.facts.due_at is not None and s.now < s.facts.due_at,
    Guard.EXTENSIONS_LEFT: lambda s: _extensions(s.facts) < s.rules.max_extensions,
    Guard.NOT_SUSPENDED_BEFORE: lambda s: not _was_suspended(s.facts),
    Guard.NOTHING_PENDING: lambda s: s.facts.pending is None,
    Guard.EXTENSION_PENDING: lambda s: _is_pending(s.facts, RequestKind.EXTENSION),
    Guard.SUSPENSION_PENDING: lambda s: _is_pending(s.facts, RequestKind.SUSPENSION),
    Guard.SUSPENSION_DATE_AHEAD: lambda s: _is_date_ahead(s.facts, s.now),
    Guard.IS_NOT_REQUESTER: lambda s: _is_not_requester(s.facts, s.actor),
    Guard.SUSPENSION_OVER: lambda s: _is_suspension_over(s.facts, s.now),
    Guard.WITHIN_REOPEN_WINDOW: lambda s: _is_within(s.facts.closed_at, s.rules.reopen_days, s.now),
    Guard.WITHIN_APPEAL_WINDOW: lambda s: _is_within(s.facts.closed_at, s.rules.appeal_days, s.now),
    Guard.NEVER_APPEALED: lambda s: s.facts.appeal is AppealStatus.NONE,
    Guard.APPEAL_PENDING: lambda s: s.facts.appeal is AppealStatus.PENDING,
    Guard.IS_NOT_OF_THE_HOLDER: lambda s: s.facts.organisation_id not in s.actor.organisation_ids,
    Guard.IS_NOT_FOR_ITSELF: lambda s: s.facts.organisation_id not in s.actor.organisation_ids,
    Guard.RESEMBLANCE_NOT_ALLOWED: lambda s: not s.facts.is_resemblance_allowed,
}


def refusal_by(guard: Guard, step: Step) -> Refusal | None:
    """Why the guard stands against the step; None where it does not."""
    if _CHECKS[guard](step):
        return None
    zh, en = _REASONS[guard]
    return Refusal(guard.value, zh, en)
