"""Phone numbers: one form, encrypted, hashed, masked."""

import pytest

from grid.phone_numbers import (
    InvalidPhoneNumber,
    hash_phone_number,
    mask_phone_number,
    normalise_phone_number,
)


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "+86 138 1234 5678",
        "0086-138-1234-5678",
        "8613812345678",
        "１３８１２３４５６７８",
        " 138-1234-5678 ",
    ],
)
def test_every_way_of_writing_a_number_is_one_number(text):
    assert normalise_phone_number(text) == "+8613812345678"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345678901",
        "1381234567",
        "138123456789",
        "+1 138 1234 5678",
        "021-69611111",
        "一三八",
        "13812345678\n1",
    ],
)
def test_what_is_no_mainland_mobile_number_is_refused(text):
    with pytest.raises(InvalidPhoneNumber):
        normalise_phone_number(text)


def test_a_mask_shows_the_first_three_and_last_four_digits():
    assert mask_phone_number("+8613812345678") == "138****5678"


def test_the_hash_depends_on_number_and_key():
    hashed = hash_phone_number("+8613812345678", "key")
    assert hashed == hash_phone_number("+8613812345678", "key")
    assert hashed != hash_phone_number("+8613812345679", "key")
    assert hashed != hash_phone_number("+8613812345678", "other")
