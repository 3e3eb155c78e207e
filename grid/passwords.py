"""Passwords of staff: what is acceptable, how they are hashed (Argon2id, RFC 9106) and compared."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import FieldError, RuleViolated

MINIMUM_LENGTH = 10
# What a password that holds the username must have besides it: a word, not a letter or two.
_LETTERS_OF_ONES_OWN = 4
# Argon2 would happily hash megabytes; nobody types them.
MAXIMUM_LENGTH = 200

# Common passwords of ten characters and more; shorter ones are refused by their length already.
COMMON_PASSWORDS = frozenset(
    (Path(__file__).parent / "data" / "common_passwords.txt").read_text("utf-8").split()
)


class UnacceptablePassword(RuleViolated):
    """A password breaks the policy; `errors` says how."""

    default_code = "unacceptable_password"

    def __init__(self, field: str, code: str, zh: str, en: str) -> None:
        super().__init__(zh, en, errors=[FieldError(field, code, zh, en)])


def check_password_policy(password: str, username: str, field: str = "password") -> None:
    """A password has at least ten characters, is not the username or built on it, and is not a common one.

    Length over character classes and no forced renewal, as NIST SP 800-63B section 3.1.1 advises. Raises
    UnacceptablePassword.
    """
    for code, is_broken, zh, en in _policy(_normalised(password), _normalised(username)):
        if is_broken:
            raise UnacceptablePassword(field, code, zh, en)


def hash_password(password: str) -> str:
    """The Argon2id hash in PHC form, salt and costs included."""
    return _hasher().hash(_normalised(password))


def is_password_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hashed one; without a hash, no, after the same work.

    The work for an account that does not exist keeps the answer's time from telling so.
    """
    candidate = _normalised(password)[: MAXIMUM_LENGTH + 1]
    try:
        return _hasher().verify(password_hash or _unmatchable_hash(), candidate) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher().check_needs_rehash(password_hash)


def _policy(password: str, username: str) -> list[tuple[str, bool, str, str]]:
    plain = password.lower()
    is_name = _is_built_on(plain, username.lower())
    return [
        ("too_short", len(password) < MINIMUM_LENGTH, f"密码至少 {MINIMUM_LENGTH} 个字符",
         f"A password has at least {MINIMUM_LENGTH} characters"),
        ("too_long", len(password) > MAXIMUM_LENGTH, f"密码最多 {MAXIMUM_LENGTH} 个字符",
         f"A password has at most {MAXIMUM_LENGTH} characters"),
        ("contains_username", is_name, "密码不能是用户名，也不能由用户名重复、加数字或几个字母拼成",
         "A password is not the username, nor made of it with digits or a few letters more"),
        ("too_common", plain in COMMON_PASSWORDS or len(set(plain)) < 4, "这个密码太常见，容易被猜到",
         "This password is too common"),
    ]  # fmt: skip


def _is_built_on(password: str, name: str) -> bool:
    """Whether hardly anything is left of a password once the username, digits and punctuation are taken away."""
    letters, bare_name = _only_alphanumeric(password), _only_alphanumeric(name)
    if not bare_name or bare_name not in letters:
        return False
    rest = [each for each in letters.replace(bare_name, "") if not each.isdigit()]
    return len(rest) < _LETTERS_OF_ONES_OWN


def _only_alphanumeric(text: str) -> str:
    return "".join(each for each in text if each.isalnum())


def _normalised(text: str) -> str:
    # The same characters typed on another keyboard or system must be the same password (RFC 8265).
    return unicodedata.normalize("NFKC", text)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _unmatchable_hash() -> str:
    return _hasher().hash("no account has this hash")
