"""Phone numbers: one form, encrypted, hashed, masked."""

import pytest
from cryptography.fernet import Fernet

from grid.phone_numbers import (
    InvalidPhoneNumber,
    UnreadablePhoneNumber,
    decrypt_phone_number,
    encrypt_phone_number,
    hash_phone_number,
    mask_phone_number,
    normalise_phone_number,
    rotate_phone_number,
)

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


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


def test_a_stored_number_is_unreadable_and_comes_back_with_its_key():
    stored = encrypt_phone_number("+8613812345678", [OLD])
    assert "12345678" not in stored
    assert stored != encrypt_phone_number("+8613812345678", [OLD])
    assert decrypt_phone_number(stored, [OLD]) == "+8613812345678"


def test_old_keys_still_read_and_rotation_makes_them_dispensable():
    stored = encrypt_phone_number("+8613812345678", [OLD])
    assert decrypt_phone_number(stored, [NEW, OLD]) == "+8613812345678"
    rotated = rotate_phone_number(stored, [NEW, OLD])
    assert decrypt_phone_number(rotated, [NEW]) == "+8613812345678"


def test_a_lost_key_is_said_to_be_lost():
    stored = encrypt_phone_number("+8613812345678", [OLD])
    with pytest.raises(UnreadablePhoneNumber):
        decrypt_phone_number(stored, [NEW])
    with pytest.raises(UnreadablePhoneNumber):
        rotate_phone_number(stored, [NEW])


def test_the_hash_depends_on_number_and_key():
    hashed = hash_phone_number("+8613812345678", "key")
    assert hashed == hash_phone_number("+8613812345678", "key")
    assert hashed != hash_phone_number("+8613812345679", "key")
    assert hashed != hash_phone_number("+8613812345678", "other")
