"""The password policy and hashing."""

import pytest

from grid.passwords import (
    COMMON_PASSWORDS,
    MINIMUM_LENGTH,
    UnacceptablePassword,
    check_password_policy,
    hash_password,
    is_password_right,
    needs_rehash,
)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-pw1", "too_short"),
        ("x" * 150 + "abcd" * 20, "too_long"),
        ("Wang.Xiaoming", "contains_username"),
        ("wang.xiaoming2026", "contains_username"),
        ("Password123", "too_common"),
        ("ｐａｓｓｗｏｒｄ１２３", "too_common"),
        ("aaaaaaaaabbb", "too_common"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, code):
    with pytest.raises(UnacceptablePassword) as caught:
        check_password_policy(password, "wang.xiaoming", "new_password")
    assert [(error.field, error.code) for error in caught.value.errors] == [("new_password", code)]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "梧桐树下的老虎窗一二三", "wang.xiaoming likes tea"]
)
def test_a_long_uncommon_password_is_accepted(password):
    check_password_policy(password, "wang.xiaoming")


def test_the_common_passwords_are_such_as_length_alone_would_let_pass():
    assert all(password == password.lower() for password in COMMON_PASSWORDS)
    assert all(len(password) >= MINIMUM_LENGTH for password in COMMON_PASSWORDS)


def test_the_right_password_and_no_other_matches_its_hash():
    hashed = hash_password("correct horse battery")
    assert hashed.startswith("$argon2id$")
    assert is_password_right(hashed, "correct horse battery")
    assert not is_password_right(hashed, "correct horse batterz")
    assert hash_password("correct horse battery") != hashed


def test_a_password_typed_in_full_width_letters_is_the_same_password():
    assert is_password_right(hash_password("chongming-island"), "ｃｈｏｎｇｍｉｎｇ-island")


def test_without_a_hash_or_with_a_damaged_one_nothing_matches():
    assert not is_password_right(None, "no account has this hash")
    assert not is_password_right("damaged", "anything at all")


def test_a_hash_with_other_costs_needs_rehashing():
    cheap = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XrYnTUJ0fVkGdZTBW2cJYQ"
    assert needs_rehash(cheap)
    assert not needs_rehash(hash_password("correct horse battery"))


@pytest.mark.parametrize(
    "password", ["nach-nach-nach", "NACHnachnach", "nachnach2026x", "my-nach-nach", "n.a.c.h.nach.nach"]
)
def test_a_password_built_on_the_username_is_refused(password):
    with pytest.raises(UnacceptablePassword) as caught:
        check_password_policy(password, "nach")
    assert [error.code for error in caught.value.errors] == ["contains_username"]
