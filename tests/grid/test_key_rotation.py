"""Rotating keys: afterwards the old one is not needed."""

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from grid import key_rotation
from grid.key_rotation import rotate_column
from grid.models import Account
from grid.phone_numbers import PhoneKeys
from grid.secret_texts import decrypt_text, encrypt_text
from tests.factories import make_account

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
BOTH = PhoneKeys((NEW, OLD), "lookup key")


def numbers(session, keys):
    session.expire_all()
    stored = session.scalars(sa.select(Account.phone_encrypted).where(Account.phone_encrypted.is_not(None)))
    return {decrypt_text(text, keys) for text in stored}


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_every_text_is_readable_by_the_newest_key_alone_afterwards(session, monkeypatch, batch):
    monkeypatch.setattr(key_rotation, "_BATCH", batch)
    wanted = {f"+861381234567{digit}" for digit in range(4)}
    for number in wanted:
        make_account(phone_encrypted=encrypt_text(number, [OLD]))
    make_account()
    rotation = rotate_column(Account.phone_encrypted, BOTH)
    assert (rotation.rotated, rotation.unreadable) == (4, 0)
    assert numbers(session, [NEW]) == wanted


def test_what_cannot_be_read_stays_as_it_is(session):
    lost = encrypt_text("+8613812345678", [LOST])
    account = make_account(phone_encrypted=lost)
    rotation = rotate_column(Account.phone_encrypted, BOTH)
    assert (rotation.rotated, rotation.unreadable) == (0, 1)
    session.expire_all()
    assert account.phone_encrypted == lost
