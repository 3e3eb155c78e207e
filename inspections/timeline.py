"""The public timeline: what anyone who holds a tracking code may read of a case.

Everything shown is chosen from the fixed texts in this file by looking up closed vocabularies; nothing
that a person typed, and nobody's name, number or account, is ever copied into it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from cases.terms import Action, State


class PublicStage(StrEnum):
    """The stages that a resident reads; officials' words (案卷, 派遣) stay out of them."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    HANDLING = "handling"
    CHECKING = "checking"
    RESOLVED = "resolved"
    ON_HOLD = "on_hold"
    NOT_ACCEPTED = "not_accepted"
    MERGED = "merged"
    ENDED = "ended"
    REDOING = "redoing"


@dataclass(frozen=True, slots=True)
class PublicText:
    """One sentence for residents, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CaseStep:
    """The part of a case event that the public timeline looks at: when, by which action, into which state.

    `organisation_kind` is the kind of the organisation that holds the case after the step.
    """

    at: datetime
    action: str
    to_state: str
    organisation_kind: str | None = None


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """One line of the public timeline; `organisation_kind` is None or a key of ORGANISATION_TEXTS."""

    at: datetime
    stage: PublicStage
    zh: str
    en: str
    organisation_kind: str | None


STAGE_TEXTS: Mapping[PublicStage, PublicText] = MappingProxyType(
    {
        PublicStage.RECEIVED: PublicText("已收到您的上报", "Your report has been received"),
        PublicStage.VERIFYING: PublicText("正在现场核实", "Someone is looking at the spot"),
        PublicStage.VERIFIED: PublicText("现场已核实，等待受理", "Looked at on the spot, to be accepted"),
        PublicStage.ACCEPTED: PublicText("已受理", "Accepted"),
        PublicStage.HANDLING: PublicText("处理中", "Being handled"),
        PublicStage.CHECKING: PublicText("已处理，待核查", "Handled, waiting to be checked"),
        PublicStage.RESOLVED: PublicText("已解决", "Resolved"),
        PublicStage.ON_HOLD: PublicText("暂缓处理，到期自动恢复", "On hold, resumes by itself on its date"),
        PublicStage.NOT_ACCEPTED: PublicText("未予受理", "Not accepted"),
        PublicStage.MERGED: PublicText("与已有的相同问题一并处理", "Handled together with the same problem"),
        PublicStage.ENDED: PublicText("已终止处理", "Ended without a fix"),
        PublicStage.REDOING: PublicText("未修好，重新处理", "Not fixed, being handled again"),
    }
)

_STAGE_OF_STATE: Mapping[State, PublicStage] = MappingProxyType(
    {
        State.REPORTED: PublicStage.RECEIVED,
        State.VERIFYING: PublicStage.VERIFYING,
        State.FILED: PublicStage.ACCEPTED,
        State.DISPATCHED: PublicStage.HANDLING,
        State.HANDLING: PublicStage.HANDLING,
        State.HANDLED: PublicStage.CHECKING,
        State.SUSPENDED: PublicStage.ON_HOLD,
        State.CLOSED: PublicStage.RESOLVED,
        State.NOT_FILED: PublicStage.NOT_ACCEPTED,
        State.MERGED: PublicStage.MERGED,
        State.FORCE_CLOSED: PublicStage.ENDED,
    }
)
_KNOWN_STATES = frozenset(state.value for state in State)
# Steps after which the state alone would read as if nothing had happened, or as if it had begun anew.
_STAGE_OF_STEP: Mapping[tuple[str, str], PublicStage] = MappingProxyType(
    {
        (Action.VERIFY, State.REPORTED): PublicStage.VERIFIED,
        (Action.REWORK, State.HANDLING): PublicStage.REDOING,
        (Action.REOPEN, State.DISPATCHED): PublicStage.REDOING,
    }
)

# What residents call the organisations of a kind (grid/organisation_kinds.py); never one organisation's name.
ORGANISATION_TEXTS: Mapping[str, PublicText] = MappingProxyType(
    {
        "property_company": PublicText("物业", "the property company"),
        "neighbourhood_committee": PublicText("居委会", "the neighbourhood committee"),
        "owners_committee": PublicText("业委会", "the owners' committee"),
        "urban_enforcement": PublicText("城管", "urban enforcement"),
        "fire_rescue": PublicText("消防", "the fire service"),
        "police": PublicText("公安", "the police"),
        "housing": PublicText("房管部门", "the housing office"),
        "water": PublicText("水务部门", "the water office"),
        "market_regulation": PublicText("市场监管部门", "market regulation"),
        "greening_sanitation": PublicText("绿化市容部门", "greening and sanitation"),
        "sports": PublicText("体育部门", "the sports office"),
        "culture": PublicText("文化部门", "the culture office"),
        "civilisation_office": PublicText("文明办", "the civilisation office"),
        "township_government": PublicText("街道（乡镇）", "the township"),
        "grid_centre": PublicText("网格化中心", "the grid centre"),
        "joint_office": PublicText("联席会议办公室", "the joint meeting's office"),
        "lift_maintenance": PublicText("电梯维保单位", "the lift maintenance company"),
        "waste_carrier": PublicText("垃圾清运单位", "the waste carrier"),
        "utility": PublicText("水电气等公用事业单位", "the utility"),
        "party_building": PublicText("党建部门", "the party building office"),
        "civil_affairs": PublicText("民政部门", "civil affairs"),
        "disabled_federation": PublicText("残联", "the disabled persons' federation"),
        "transport": PublicText("交通部门", "the transport office"),
        "construction": PublicText("建设部门", "the construction office"),
        "justice": PublicText("司法部门", "the justice office"),
    }
)


def stage_of_step(step: CaseStep) -> PublicStage | None:
    """Return the stage that a step leads to, None for a state that this file does not know."""
    if step.to_state not in _KNOWN_STATES:
        return None
    by_step = _STAGE_OF_STEP.get((step.action, step.to_state))
    return by_step or _STAGE_OF_STATE[State(step.to_state)]


def stage_of_state(state: State) -> PublicStage:
    """Where a case stands, for residents."""
    return _STAGE_OF_STATE[state]


def public_timeline(steps: Iterable[CaseStep]) -> list[PublicEntry]:
    """Return the public entries of a case's steps, oldest first.

    Steps that change nothing a resident sees (an edit, an extension asked for, a new holder of the same
    kind) leave no entry. Unknown states leave none either: a new state must be given its words here first.
    """
    entries: list[PublicEntry] = []
    for step in sorted(steps, key=lambda step: step.at):
        stage = stage_of_step(step)
        if stage is None:
            continue
        entry = _entry(step, stage)
        if not entries or _differs(entries[-1], entry):
            entries.append(entry)
    return entries


def steps_since(steps: Iterable[CaseStep], since: datetime) -> list[CaseStep]:
    """What somebody sees who came to a case at `since`: where it stood then, as of then, and every step after."""
    ordered = sorted(steps, key=lambda step: step.at)
    before = [step for step in ordered if step.at <= since]
    standing = [replace(before[-1], at=since)] if before else []
    return [*standing, *ordered[len(before) :]]


def _entry(step: CaseStep, stage: PublicStage) -> PublicEntry:
    kind = step.organisation_kind if step.organisation_kind in ORGANISATION_TEXTS else None
    text = STAGE_TEXTS[stage]
    if kind is None or stage is not PublicStage.HANDLING:
        return PublicEntry(step.at, stage, text.zh, text.en, None)
    who = ORGANISATION_TEXTS[kind]
    return PublicEntry(step.at, stage, f"{who.zh}处理中", f"Being handled by {who.en}", kind)


def _differs(last: PublicEntry, new: PublicEntry) -> bool:
    return (last.stage, last.organisation_kind) != (new.stage, new.organisation_kind)
