"""The same content has the same fingerprint however it is written; other content has another."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.fingerprint import fingerprint
from inspections.given_positions import GivenPosition

SCALARS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
CONTENT = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_size=5,
)


@settings(max_examples=60)
@given(content=CONTENT, data=st.data())
def test_order_of_keys_makes_no_difference(content: dict[str, object], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(content.items()))))
    assert fingerprint(shuffled) == fingerprint(content)


@settings(max_examples=60)
@given(content=CONTENT, other=CONTENT)
def test_different_content_has_a_different_fingerprint(
    content: dict[str, object], other: dict[str, object]
) -> None:
    # Python itself holds True == 1; the wire does not.
    if repr(content) != repr(other) and content != other:
        assert fingerprint(content) != fingerprint(other)


def test_a_missing_value_is_the_same_as_null() -> None:
    assert fingerprint({"note": None, "text": "灯坏了"}) == fingerprint({"text": "灯坏了"})


def test_null_inside_a_list_keeps_its_place() -> None:
    assert fingerprint({"a": [None, 1]}) != fingerprint({"a": [1, None]})


def test_an_instant_is_the_same_in_every_zone() -> None:
    utc = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    shanghai = utc.astimezone(timezone(timedelta(hours=8)))
    assert fingerprint({"at": utc}) == fingerprint({"at": shanghai})


def test_a_microsecond_is_a_difference() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert fingerprint({"at": at}) != fingerprint({"at": at + timedelta(microseconds=1)})


@pytest.mark.parametrize("same", [1.0, Decimal("1.00"), Decimal("1E0")])
def test_the_way_a_number_is_written_makes_no_difference(same: object) -> None:
    assert fingerprint({"n": same}) == fingerprint({"n": 1})


def test_minus_zero_is_zero_and_large_numbers_keep_every_digit() -> None:
    assert fingerprint({"n": -0.0}) == fingerprint({"n": 0})
    assert fingerprint({"n": 10**40}) != fingerprint({"n": 10**40 + 1})


@pytest.mark.parametrize(
    ("left", "right"), [("1", 1), (True, 1), (True, "true"), ("2026-11-21", date(2026, 11, 21))]
)
def test_kinds_of_values_are_told_apart(left: object, right: object) -> None:
    assert fingerprint({"v": left}) != fingerprint({"v": right})


def test_a_uuid_and_an_enum_are_their_text() -> None:
    class Kind(StrEnum):
        ROUTINE = "routine"

    name = UUID("0193F0E5-0000-7000-8000-000000000001")
    assert fingerprint({"id": name}) == fingerprint({"id": str(name)})
    assert fingerprint({"kind": Kind.ROUTINE}) == fingerprint({"kind": "routine"})


def test_a_dataclass_is_its_fields() -> None:
    position = GivenPosition(31.6, 121.4)
    spelt = {"latitude": 31.6, "longitude": 121.4, "datum": "wgs84"}
    assert fingerprint({"position": position}) == fingerprint({"position": spelt})


def test_a_set_has_no_order() -> None:
    assert fingerprint({"s": {"a", "b", "c"}}) == fingerprint({"s": frozenset({"c", "b", "a"})})


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), datetime(2026, 1, 1)])
def test_values_without_one_meaning_are_refused(bad: object) -> None:
    with pytest.raises(ValueError):
        fingerprint({"v": bad})


@pytest.mark.parametrize("bad", [object(), b"bytes", {1: "a key that is no text"}])
def test_values_without_a_canonical_form_are_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        fingerprint({"v": bad})
