"""Tracking codes: unguessable, repeatable, told apart from typing errors, useless in a stolen database."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections import tracking_codes
from inspections.tracking_codes import (
    ALPHABET,
    MistypedCode,
    derive_code,
    hash_code,
    is_code_of,
    normalise_code,
)

SECRET = b"a secret of the server, for tests"
REPORT = UUID("0193f0e5-0000-7000-8000-000000000001")
CODE = derive_code(SECRET, REPORT)
SYMBOLS = st.sampled_from(ALPHABET)
PLACES = st.integers(0, tracking_codes.CODE_LENGTH - 1)


def test_a_code_carries_at_least_100_bits() -> None:
    assert tracking_codes.ENTROPY_BITS >= 100


def test_a_code_is_read_in_groups_of_four() -> None:
    assert [len(part) for part in CODE.split("-")] == [4] * 6


@given(st.uuids(), st.binary(min_size=16))
@settings(max_examples=50)
def test_the_same_report_always_has_the_same_valid_code(report: UUID, secret: bytes) -> None:
    code = derive_code(secret, report)
    assert code == derive_code(secret, report)
    assert len(normalise_code(code)) == tracking_codes.CODE_LENGTH


def test_another_report_or_another_secret_has_another_code() -> None:
    assert derive_code(SECRET, UUID(int=REPORT.int + 1)) != CODE
    assert derive_code(SECRET + b"x", REPORT) != CODE


def test_every_data_symbol_is_used_about_evenly() -> None:
    codes = "".join(normalise_code(derive_code(SECRET, UUID(int=n)))[:-1] for n in range(2000))
    expected = len(codes) / len(ALPHABET)
    assert all(0.8 < codes.count(symbol) / expected < 1.2 for symbol in ALPHABET)


@given(st.uuids(), PLACES, SYMBOLS)
@settings(max_examples=100)
def test_every_single_wrong_symbol_is_noticed(report: UUID, place: int, symbol: str) -> None:
    bare = normalise_code(derive_code(SECRET, report))
    if bare[place] == symbol:
        return
    with pytest.raises(MistypedCode):
        normalise_code(bare[:place] + symbol + bare[place + 1 :])


@given(st.uuids(), st.integers(0, tracking_codes.CODE_LENGTH - 2))
@settings(max_examples=100)
def test_every_swap_of_neighbours_is_noticed(report: UUID, place: int) -> None:
    bare = normalise_code(derive_code(SECRET, report))
    swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    if swapped == bare:
        return
    with pytest.raises(MistypedCode):
        normalise_code(swapped)


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\n",
        CODE.replace("-", "—"),
        CODE.replace("0", "o").replace("1", "l"),
        CODE.translate({ord("0") + n: ord("０") + n for n in range(10)}),
    ],
)
def test_what_a_person_types_is_understood(typed: str) -> None:
    assert hash_code(SECRET, typed) == hash_code(SECRET, CODE)


@pytest.mark.parametrize("text", ["", "0", CODE[:-1], CODE + "0", "U" * 24, "汉" * 24, "0" * 100_000])
def test_what_cannot_be_a_code_is_called_mistyped(text: str) -> None:
    with pytest.raises(MistypedCode):
        normalise_code(text)


def test_the_stored_hash_depends_on_the_secret_and_does_not_show_the_code() -> None:
    stored = hash_code(SECRET, CODE)
    assert stored != hash_code(SECRET + b"x", CODE)
    assert CODE.replace("-", "") not in stored.upper()


def test_a_code_belongs_to_its_own_hash_only() -> None:
    other = derive_code(SECRET, UUID(int=1))
    assert is_code_of(SECRET, CODE.lower(), hash_code(SECRET, CODE))
    assert not is_code_of(SECRET, other, hash_code(SECRET, CODE))
    assert not is_code_of(SECRET, "no code", hash_code(SECRET, CODE))
