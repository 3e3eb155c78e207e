"""Whether an item applies to a community, by a rule on the community's attributes (no lift → no lift items).

A rule is `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` or
`{"attribute": "lifts", "op": ">=", "value": 1}`; the empty rule always applies. What nobody recorded is unknown,
and an item whose rule cannot be decided applies: somebody must go and look.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from grid.attributes import VOCABULARY, Attribute, AttributeType

Rule = Mapping[str, Any]

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "in": lambda value, wanted: value in wanted,
}
ORDERING = frozenset({">=", ">", "<=", "<"})
_SIGNS = {"==": "=", "!=": "≠", ">=": "≥", ">": ">", "<=": "≤", "<": "<"}
# Rules that people write ask about a handful of attributes; beyond this nobody would understand them either.
_MOST_COMBINATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether an item applies, the reason for people, and the attributes that would have to be recorded to be sure."""

    applies: bool
    reason_zh: str
    reason_en: str
    unknown_attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    """A rule's outcome in three-valued logic (None = unknown), and the comparisons that decided it."""

    outcome: bool | None
    because: tuple["_Comparison", ...] = ()


@dataclass(frozen=True, slots=True)
class _Comparison:
    key: str
    op: str
    wanted: Any
    actual: Any
    outcome: bool | None


def decide_applicability(rule: Rule, attributes: Mapping[str, Any]) -> Applicability:
    """Say whether an item with this rule applies to a community with these attributes, and why.

    An attribute that is missing, None or of the wrong type is unknown; when the rule hangs on it, the item applies
    and the reason names it. Expects a rule that `rule_problems` found nothing wrong with.
    """
    finding = _evaluate(rule, attributes)
    if not rule:
        return Applicability(True, "适用于所有小区", "Applies to every community")
    zh = "；".join(dict.fromkeys(_say_zh(comparison) for comparison in finding.because))
    en = "; ".join(dict.fromkeys(_say_en(comparison) for comparison in finding.because))
    if finding.outcome is None:
        unknown = tuple(dict.fromkeys(comparison.key for comparison in finding.because))
        return Applicability(
            True,
            f"{zh}，按适用处理，须现场查看",
            f"{en}: treated as applicable until somebody looks",
            unknown,
        )
    if finding.outcome:
        return Applicability(True, f"适用：{zh}", f"Applies: {en}")
    return Applicability(False, f"不适用：{zh}", f"Does not apply: {en}")


def _evaluate(rule: Rule, attributes: Mapping[str, Any]) -> _Finding:
    if not rule:
        return _Finding(True)
    if "all" in rule:
        return _combine([_evaluate(part, attributes) for part in rule["all"]], decisive=False)
    if "any" in rule:
        return _combine([_evaluate(part, attributes) for part in rule["any"]], decisive=True)
    if "not" in rule:
        inner = _evaluate(rule["not"], attributes)
        return _Finding(None if inner.outcome is None else not inner.outcome, inner.because)
    return _compare(rule, attributes)


def _combine(findings: list[_Finding], *, decisive: bool) -> _Finding:
    """One part with the decisive outcome decides (false for all, true for any); failing that, one unknown does."""
    for outcome in (decisive, None, not decisive):
        because = tuple(c for finding in findings if finding.outcome is outcome for c in finding.because)
        if any(finding.outcome is outcome for finding in findings):
            return _Finding(outcome, because)
    return _Finding(not decisive)


def _compare(rule: Rule, attributes: Mapping[str, Any]) -> _Finding:
    key, op, wanted = rule["attribute"], rule["op"], rule["value"]
    actual = attributes.get(key)
    outcome = OPERATORS[op](actual, wanted) if _has_type(VOCABULARY[key], actual) else None
    return _Finding(outcome, (_Comparison(key, op, wanted, actual, outcome),))


def _has_type(attribute: Attribute, value: object) -> bool:
    if attribute.type is AttributeType.FLAG:
        return isinstance(value, bool)
    if attribute.type is AttributeType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _say_zh(comparison: _Comparison) -> str:
    attribute = VOCABULARY[comparison.key]
    if comparison.outcome is None:
        return f"小区未登记“{attribute.zh}”"
    if attribute.type is AttributeType.FLAG:
        return f"{attribute.zh}：{'是' if comparison.actual else '否'}"
    wanted = _name_zh(attribute, comparison.wanted)
    sign = "属于" if comparison.op == "in" else _SIGNS[comparison.op]
    return f"{attribute.zh}为{_name_zh(attribute, comparison.actual)}（条件：{sign}{wanted}）"


def _say_en(comparison: _Comparison) -> str:
    attribute = VOCABULARY[comparison.key]
    if comparison.outcome is None:
        return f"“{attribute.en}” is not recorded"
    if attribute.type is AttributeType.FLAG:
        return f"{attribute.en}: {'yes' if comparison.actual else 'no'}"
    wanted = _name_en(attribute, comparison.wanted)
    sign = "one of" if comparison.op == "in" else _SIGNS[comparison.op]
    return f"{attribute.en} is {_name_en(attribute, comparison.actual)} (asked: {sign} {wanted})"


def _name_zh(attribute: Attribute, value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(_name_zh(attribute, one) for one in value)
    return next((choice.zh for choice in attribute.choices if choice.code == value), str(value))


def _name_en(attribute: Attribute, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_name_en(attribute, one) for one in value)
    return next((choice.en for choice in attribute.choices if choice.code == value), str(value))


def rule_problems(
    rule: Any, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Everything wrong with a rule as it was written, each with its place inside the rule; nothing when it is sound."""
    if not isinstance(rule, Mapping):
        yield place, "a rule must be a mapping"
    elif not rule:
        if place:
            yield place, "only a whole rule may be empty"
    elif "attribute" in rule:
        yield from _comparison_problems(rule, place)
    elif len(rule) != 1 or next(iter(rule)) not in ("all", "any", "not"):
        yield place, "a rule is one of all, any, not, or attribute with op and value"
    elif "not" in rule:
        yield from rule_problems(rule["not"], (*place, "not"))
    else:
        yield from _list_problems(rule, place)


def _list_problems(rule: Rule, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    ((word, parts),) = rule.items()
    if not isinstance(parts, list | tuple) or not parts:
        yield (*place, word), "needs a list of one or more rules"
        return
    for index, part in enumerate(parts):
        yield from rule_problems(part, (*place, word, index))


def _comparison_problems(
    rule: Rule, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if set(rule) != {"attribute", "op", "value"}:
        yield place, "a comparison has exactly attribute, op and value"
        return
    attribute = VOCABULARY.get(rule["attribute"]) if isinstance(rule["attribute"], str) else None
    if attribute is None:
        yield (*place, "attribute"), f"no such community attribute: {rule['attribute']}"
    elif not isinstance(rule["op"], str) or rule["op"] not in OPERATORS:
        yield (*place, "op"), f"op must be one of {' '.join(OPERATORS)}"
    elif rule["op"] in ORDERING and attribute.type is not AttributeType.INTEGER:
        yield (*place, "op"), f"{rule['op']} needs a number, and {attribute.key} is none"
    else:
        yield from _value_problems(attribute, rule, place)


def _value_problems(
    attribute: Attribute, rule: Rule, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    wanted = rule["value"]
    if rule["op"] == "in" and (not isinstance(wanted, list | tuple) or not wanted):
        yield (*place, "value"), "op in needs a list of one or more values"
        return
    codes = {choice.code for choice in attribute.choices}
    for value in wanted if rule["op"] == "in" else [wanted]:
        if not _has_type(attribute, value):
            yield (*place, "value"), f"{attribute.key} is of type {attribute.type}, not {value!r}"
        elif codes and value not in codes:
            yield (*place, "value"), f"{attribute.key} has no value {value!r}"


def can_apply(rule: Rule) -> bool:
    """Whether any community at all, with everything recorded, could satisfy a sound rule.

    Tries the values at and around each threshold, which is all that comparisons can tell apart. A rule too
    large to try out is taken to be satisfiable.
    """
    wanted: dict[str, set[Any]] = {}
    for key, value in _thresholds(rule):
        wanted.setdefault(key, set()).update(value if isinstance(value, list | tuple) else [value])
    candidates = {key: _candidates(VOCABULARY[key], values) for key, values in wanted.items()}
    combinations = product(*candidates.values())
    tried = 0
    for values in islice(combinations, _MOST_COMBINATIONS):
        tried += 1
        if _evaluate(rule, dict(zip(candidates, values, strict=True))).outcome:
            return True
    return tried == _MOST_COMBINATIONS


def _thresholds(rule: Rule) -> Iterator[tuple[str, Any]]:
    if "attribute" in rule:
        yield rule["attribute"], rule["value"]
    for part in [*rule.get("all", ()), *rule.get("any", ()), *([rule["not"]] if "not" in rule else [])]:
        yield from _thresholds(part)


def _candidates(attribute: Attribute, wanted: set[Any]) -> list[Any]:
    if attribute.type is AttributeType.FLAG:
        return [True, False]
    if attribute.type is AttributeType.CHOICE:
        return [choice.code for choice in attribute.choices]
    around = {value + step for value in wanted for step in (-1, 0, 1)}
    return sorted(value for value in around if attribute.minimum <= value <= attribute.maximum)
