"""Who gets a case first (first handler) and in which loop it starts: rules as data, decided purely.

Rules that staff wrote come first, then the handlers that the catalogue names for the item, then whoever stands for the
loop. A rule whose organisation is not there passes on to the next: a case is never left without an answer because one
organisation is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cases.terms import Loop
from grid.models import AreaLevel

# Which level answers for which loop is inferred from the order in the policies (000 三(四)6): configuration, no rule.
LOOP_LEVELS: Mapping[Loop, AreaLevel] = {
    Loop.SELF: AreaLevel.NEIGHBOURHOOD,
    Loop.MICRO: AreaLevel.STATION,
    Loop.SMALL: AreaLevel.TOWNSHIP,
    Loop.LARGE: AreaLevel.DISTRICT,
}
# Who stands for a loop where neither a rule nor the catalogue finds anyone.
LOOP_KINDS: Mapping[Loop, tuple[str, ...]] = {
    Loop.SELF: ("property_company", "neighbourhood_committee"),
    Loop.MICRO: ("neighbourhood_committee", "urban_enforcement", "grid_centre"),
    Loop.SMALL: ("grid_centre", "urban_enforcement", "township_government"),
    Loop.LARGE: ("grid_centre", "joint_office"),
}


@dataclass(frozen=True, slots=True)
class RoutingQuestion:
    """What is to be routed: the item and what the catalogue says of it, and where it is."""

    area_path: str
    item_code: str | None = None
    item_group: str | None = None
    handler_kinds: tuple[str, ...] = ()
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that may get cases; `serves_community` where it is bound to this very community."""

    organisation_id: UUID
    kind: str
    area_path: str
    serves_community: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the routing table. Empty criteria match everything; a lower priority number is asked first."""

    rule_id: UUID
    priority: int
    area_path: str
    item_code: str | None = None
    item_group: str | None = None
    loop: Loop | None = None
    organisation_id: UUID | None = None
    organisation_kinds: tuple[str, ...] = ()
    to_loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """Where the case goes and why. `organisation_id` is None where nobody at all was found."""

    organisation_id: UUID | None
    loop: Loop
    rule_id: UUID | None
    why_zh: str
    why_en: str


def decide_routing(
    question: RoutingQuestion, rules: Iterable[Rule], candidates: Sequence[Candidate]
) -> RoutingDecision:
    """Who should handle it, and in which loop it starts.

    The lowest loop with the power to solve it is what the catalogue says, unless a rule says otherwise.
    """
    near = [
        each for each in candidates if each.serves_community or question.area_path.startswith(each.area_path)
    ]
    start = question.loop or Loop.SELF
    for rule in sorted((rule for rule in rules if matches(rule, question)), key=_order):
        found = _of_rule(rule, near)
        if found:
            return RoutingDecision(
                found.organisation_id, rule.to_loop or start, rule.rule_id, "按派遣规则", "By a routing rule"
            )
    return _by_catalogue(question, near, start)


def _by_catalogue(question: RoutingQuestion, near: Sequence[Candidate], start: Loop) -> RoutingDecision:
    found = _nearest(question.handler_kinds, near)
    if found:
        return RoutingDecision(
            found.organisation_id, start, None, "按检查项的承办单位类别", "By the item's kind of handler"
        )
    found = _nearest(LOOP_KINDS[start], near)
    if found:
        return RoutingDecision(found.organisation_id, start, None, "按循环层级", "By the loop")
    return RoutingDecision(
        None, start, None, "没有找到承办单位，请人工派遣", "Nobody found: dispatch by hand"
    )


def matches(rule: Rule, question: RoutingQuestion) -> bool:
    """Whether a rule speaks of this question."""
    return (
        question.area_path.startswith(rule.area_path)
        and rule.item_code in (None, question.item_code)
        and rule.item_group in (None, question.item_group)
        and rule.loop in (None, question.loop)
    )


def _order(rule: Rule) -> tuple[int, int, int, str]:
    """Of equal priority the more particular rule goes first: by item, by group, by the smaller area."""
    particular = 2 * (rule.item_code is not None) + (rule.item_group is not None)
    return rule.priority, -particular, -len(rule.area_path), str(rule.rule_id)


def _of_rule(rule: Rule, near: Sequence[Candidate]) -> Candidate | None:
    named = next((each for each in near if each.organisation_id == rule.organisation_id), None)
    return named or _nearest(rule.organisation_kinds, near)


def _nearest(kinds: Sequence[str], near: Sequence[Candidate]) -> Candidate | None:
    """The first kind that is there at all; of that kind whoever serves the community, else the smallest area."""
    for kind in kinds:
        of_kind = [each for each in near if each.kind == kind]
        if of_kind:
            return min(of_kind, key=_distance)
    return None


def _distance(candidate: Candidate) -> tuple[bool, int, str]:
    return not candidate.serves_community, -len(candidate.area_path), str(candidate.organisation_id)
