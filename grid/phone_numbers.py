"""Phone numbers of residents: one form, stored encrypted, found again by a keyed hash, shown masked."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from server.errors import FieldError, RuleViolated

# Mainland mobile numbers: eleven digits, 13x to 19x (公众移动通信网号, MIIT numbering plan).
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = re.compile(r"[\s\-()]+")
_COUNTRY_CODE = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


class InvalidPhoneNumber(RuleViolated):
    default_code = "invalid_phone_number"

    def __init__(self, field: str = "phone_number") -> None:
        zh, en = "请填写 11 位大陆手机号码", "This is no mobile number of mainland China (11 digits)"
        super().__init__(zh, en, errors=[FieldError(field, self.default_code, zh, en)])


class UnreadablePhoneNumber(Exception):
    """None of the present keys reads a stored number: a key was lost, or the row tampered with."""


def normalise_phone_number(text: str) -> str:
    """A mainland mobile number in its one form, `+8613812345678`; raises InvalidPhoneNumber."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    digits = _COUNTRY_CODE.sub("", digits)
    if not _MOBILE.fullmatch(digits):
        raise InvalidPhoneNumber
    return f"+86{digits}"


def mask_phone_number(number: str) -> str:
    """`138****1234`, as it may stand on a screen."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}"


def hash_phone_number(number: str, lookup_key: str) -> str:
    """The keyed hash (HMAC-SHA-256, hex) by which a number is found without being readable.

    Keyed because there are only some ten thousand million numbers: a plain hash could be searched through.
    """
    return hmac.new(lookup_key.encode(), b"phone:" + number.encode(), hashlib.sha256).hexdigest()


def encrypt_phone_number(number: str, keys: Sequence[str]) -> str:
    """The number as it is stored: Fernet (AES-128-CBC with HMAC-SHA-256) under the newest key, `keys[0]`."""
    return _cipher(keys).encrypt(number.encode()).decode()


def decrypt_phone_number(stored: str, keys: Sequence[str]) -> str:
    """The number, under whichever of the keys it was encrypted; raises UnreadablePhoneNumber."""
    try:
        return _cipher(keys).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UnreadablePhoneNumber from None


def rotate_phone_number(stored: str, keys: Sequence[str]) -> str:
    """The same number under the newest key; raises UnreadablePhoneNumber."""
    try:
        return _cipher(keys).rotate(stored.encode()).decode()
    except InvalidToken:
        raise UnreadablePhoneNumber from None


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
