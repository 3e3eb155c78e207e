"""Encryption at rest with rotating keys."""

import pytest
from cryptography.fernet import Fernet

from grid.secret_texts import UnreadableText, decrypt_text, encrypt_text, rotate_text

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_stored_text_is_unreadable_and_comes_back_with_its_key():
    stored = encrypt_text("+8613812345678", [OLD])
    assert "12345678" not in stored
    assert stored != encrypt_text("+8613812345678", [OLD])
    assert decrypt_text(stored, [OLD]) == "+8613812345678"


def test_old_keys_still_read_and_rotation_makes_them_dispensable():
    stored = encrypt_text("+8613812345678", [OLD])
    assert decrypt_text(stored, [NEW, OLD]) == "+8613812345678"
    assert decrypt_text(rotate_text(stored, [NEW, OLD]), [NEW]) == "+8613812345678"


def test_a_lost_key_is_said_to_be_lost():
    stored = encrypt_text("+8613812345678", [OLD])
    with pytest.raises(UnreadableText):
        decrypt_text(stored, [NEW])
    with pytest.raises(UnreadableText):
        rotate_text(stored, [NEW])
