"""Applicability rules: three-valued logic over what is recorded of a community."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.applicability import OPERATORS, can_apply, decide_applicability, rule_problems
from grid.attributes import VOCABULARY, AttributeType

LIFTS: dict[str, Any] = {"attribute": "lifts", "op": ">=", "value": 1}
GREEN: dict[str, Any] = {"attribute": "has_greenery", "op": "==", "value": True}
TYPES: dict[str, Any] = {"attribute": "property_type", "op": "in", "value": ["lilong", "after_sale"]}


def test_the_empty_rule_applies_to_every_community() -> None:
    decided = decide_applicability({}, {})
    assert decided.applies
    assert decided.reason_zh == "适用于所有小区"
    assert decided.unknown_attributes == ()


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("==", 3, True),
        ("==", 4, False),
        ("!=", 3, False),
        ("!=", 4, True),
        (">=", 3, True),
        (">=", 4, False),
        (">", 2, True),
        (">", 3, False),
        ("<=", 3, True),
        ("<=", 2, False),
        ("<", 4, True),
        ("<", 3, False),
        ("in", [1, 3], True),
        ("in", [1, 2], False),
    ],
)
def test_each_operator_compares_as_it_reads(op: str, value: Any, expected: bool) -> None:
    rule = {"attribute": "lifts", "op": op, "value": value}
    assert decide_applicability(rule, {"lifts": 3}).applies is expected


def test_the_reason_names_the_attribute_its_value_and_what_was_asked() -> None:
    decided = decide_applicability(LIFTS, {"lifts": 0})
    assert not decided.applies
    assert decided.reason_zh == "不适用：电梯数为0（条件：≥1）"
    assert decided.reason_en == "Does not apply: Lifts is 0 (asked: ≥ 1)"


def test_choices_are_named_by_their_labels() -> None:
    decided = decide_applicability(TYPES, {"property_type": "commodity"})
    assert decided.reason_zh == "不适用：房屋类型为商品房（条件：属于里弄、售后房）"


def test_an_unrecorded_attribute_makes_the_item_apply_and_the_reason_says_so() -> None:
    decided = decide_applicability(LIFTS, {"households": 300})
    assert decided.applies
    assert decided.unknown_attributes == ("lifts",)
    assert "未登记“电梯数”" in decided.reason_zh
    assert "须现场查看" in decided.reason_zh
    assert "“Lifts” is not recorded" in decided.reason_en


@pytest.mark.parametrize("wrong", [None, "3", True, 2.5, [3]])
def test_a_value_of_the_wrong_type_is_unknown(wrong: Any) -> None:
    assert decide_applicability(LIFTS, {"lifts": wrong}).unknown_attributes == ("lifts",)


def test_a_negated_unknown_stays_unknown_and_applies() -> None:
    decided = decide_applicability({"not": LIFTS}, {})
    assert decided.applies
    assert decided.unknown_attributes == ("lifts",)


def test_one_false_part_decides_all_whatever_is_unknown() -> None:
    decided = decide_applicability({"all": [LIFTS, GREEN]}, {"has_greenery": False})
    assert not decided.applies
    assert decided.reason_zh == "不适用：有公共绿化：否"


def test_one_true_part_decides_any_whatever_is_unknown() -> None:
    decided = decide_applicability({"any": [LIFTS, GREEN]}, {"has_greenery": True})
    assert decided.applies
    assert decided.unknown_attributes == ()


def test_any_with_a_false_and_an_unknown_part_applies_until_somebody_looks() -> None:
    decided = decide_applicability({"any": [LIFTS, GREEN]}, {"has_greenery": False})
    assert decided.applies
    assert decided.unknown_attributes == ("lifts",)


@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [
        ([], (), "mapping"),
        ({"all": []}, ("all",), "one or more"),
        ({"all": GREEN}, ("all",), "one or more"),
        ({"both": [GREEN]}, (), "all, any, not"),
        ({"all": [GREEN], "any": [GREEN]}, (), "all, any, not"),
        ({"any": [GREEN, {}]}, ("any", 1), "empty"),
        ({"not": {"attribute": "pools", "op": "==", "value": 1}}, ("not", "attribute"), "pools"),
        ({"attribute": ["lifts"], "op": "==", "value": 1}, ("attribute",), "lifts"),
        ({"attribute": "lifts", "op": "=>", "value": 1}, ("op",), "op must be"),
        ({"attribute": "lifts", "op": [">"], "value": 1}, ("op",), "op must be"),
        ({"attribute": "lifts", "op": ">="}, (), "exactly"),
        ({"attribute": "lifts", "op": ">=", "value": 1, "unit": "x"}, (), "exactly"),
        ({"attribute": "lifts", "op": ">=", "value": "1"}, ("value",), "integer"),
        ({"attribute": "lifts", "op": "==", "value": True}, ("value",), "integer"),
        ({"attribute": "lifts", "op": "in", "value": 1}, ("value",), "list"),
        ({"attribute": "lifts", "op": "in", "value": []}, ("value",), "list"),
        ({"attribute": "has_greenery", "op": "==", "value": 1}, ("value",), "flag"),
        ({"attribute": "has_greenery", "op": ">=", "value": True}, ("op",), "needs a number"),
        ({"attribute": "property_type", "op": "==", "value": "castle"}, ("value",), "castle"),
    ],
)
def test_a_wrong_rule_says_where_and_why(rule: Any, place: tuple[Any, ...], words: str) -> None:
    (problem,) = rule_problems(rule)
    assert problem[0] == place
    assert words in problem[1]


@pytest.mark.parametrize(
    "rule",
    [
        {"all": [LIFTS, {"not": LIFTS}]},
        {"attribute": "lifts", "op": "<", "value": 0},
        {"attribute": "floors_max", "op": ">", "value": 150},
        {"all": [GREEN, {"attribute": "has_greenery", "op": "==", "value": False}]},
        {"all": [TYPES, {"attribute": "property_type", "op": "==", "value": "commodity"}]},
        {
            "all": [
                {"attribute": "lifts", "op": ">", "value": 4},
                {"attribute": "lifts", "op": "<", "value": 5},
            ]
        },
    ],
)
def test_a_rule_that_contradicts_itself_can_never_apply(rule: Any) -> None:
    assert not can_apply(rule)


@pytest.mark.parametrize(
    "rule", [{}, LIFTS, {"not": LIFTS}, TYPES, {"not": TYPES}, {"all": [LIFTS, GREEN, {"not": TYPES}]}]
)
def test_a_rule_that_some_community_meets_can_apply(rule: Any) -> None:
    assert can_apply(rule)


# --- invariants -------------------------------------------------------------------------------------------

_INTEGERS = ("lifts", "floors_max", "households")
_FLAGS = ("has_greenery", "has_shops")


def _comparisons() -> st.SearchStrategy[dict[str, Any]]:
    integers = st.builds(
        lambda key, op, value: {"attribute": key, "op": op, "value": [value] if op == "in" else value},
        st.sampled_from(_INTEGERS),
        st.sampled_from(sorted(OPERATORS)),
        st.integers(1, 6),
    )
    flags = st.builds(
        lambda key, op, value: {"attribute": key, "op": op, "value": value},
        st.sampled_from(_FLAGS),
        st.sampled_from(["==", "!="]),
        st.booleans(),
    )
    return integers | flags


rules = st.recursive(
    _comparisons(),
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=6,
)
complete = st.fixed_dictionaries(
    {**{key: st.integers(0, 7) for key in _INTEGERS}, **{key: st.booleans() for key in _FLAGS}}
)


def _plainly(rule: dict[str, Any], attributes: dict[str, Any]) -> bool:
    """Two-valued truth, written independently of the evaluator."""
    if "all" in rule:
        return all(_plainly(part, attributes) for part in rule["all"])
    if "any" in rule:
        return any(_plainly(part, attributes) for part in rule["any"])
    if "not" in rule:
        return not _plainly(rule["not"], attributes)
    actual, wanted = attributes[rule["attribute"]], rule["value"]
    return {
        "==": actual == wanted,
        "!=": actual != wanted,
        "in": rule["op"] == "in" and actual in wanted,
    }.get(rule["op"]) or (
        rule["op"] in (">=", ">", "<=", "<") and eval(f"{actual!r} {rule['op']} {wanted!r}")
    )


@settings(max_examples=120)
@given(rules, complete)
def test_with_everything_recorded_the_rule_is_plain_logic(
    rule: dict[str, Any], attributes: dict[str, Any]
) -> None:
    decided = decide_applicability(rule, attributes)
    assert decided.applies is bool(_plainly(rule, attributes))
    assert decided.unknown_attributes == ()
    assert decided.reason_zh
    assert decided.reason_en


@settings(max_examples=120)
@given(rules, complete, st.sets(st.sampled_from(_INTEGERS + _FLAGS)))
def test_forgetting_attributes_never_makes_an_applicable_item_disappear(
    rule: dict[str, Any], attributes: dict[str, Any], forgotten: set[str]
) -> None:
    known = {key: value for key, value in attributes.items() if key not in forgotten}
    partly = decide_applicability(rule, known)
    if decide_applicability(rule, attributes).applies:
        assert partly.applies
    assert set(partly.unknown_attributes) <= forgotten


@settings(max_examples=80)
@given(rules, complete)
def test_a_rule_that_applies_somewhere_is_found_satisfiable(
    rule: dict[str, Any], attributes: dict[str, Any]
) -> None:
    assert not list(rule_problems(rule))
    if decide_applicability(rule, {**attributes, "floors_max": attributes["floors_max"] or 1}).applies:
        assert can_apply(rule)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "attribute", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(json_values)
def test_any_json_at_all_is_either_a_sound_rule_or_has_its_problems_told(value: Any) -> None:
    if not list(rule_problems(value)):
        assert decide_applicability(value, {}).applies in (True, False)
        can_apply(value)


def test_every_attribute_of_the_vocabulary_can_stand_in_a_rule() -> None:
    wanted = {AttributeType.FLAG: True, AttributeType.INTEGER: 1900}
    for key, attribute in VOCABULARY.items():
        value = attribute.choices[0].code if attribute.choices else wanted[attribute.type]
        assert not list(rule_problems({"attribute": key, "op": "==", "value": value}))
