"""Phone numbers of residents: one form, stored encrypted, found again by a keyed hash, shown masked."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field

from server.errors import FieldError, RuleViolated

# Mainland mobile numbers: eleven digits, 13x to 19x (公众移动通信网号, MIIT numbering plan).
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = re.compile(r"[\s\-()]+")
_COUNTRY_CODE = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


@dataclass(frozen=True, slots=True)
class PhoneKeys:
    """The keys of one server: Fernet keys, newest first, and the key of the hashes (`server.config`)."""

    encryption: tuple[str, ...] = field(repr=False)
    lookup: str = field(repr=False)


class InvalidPhoneNumber(RuleViolated):
    default_code = "invalid_phone_number"

    def __init__(self, field: str = "phone_number") -> None:
        zh, en = "请填写 11 位大陆手机号码", "This is no mobile number of mainland China (11 digits)"
        super().__init__(zh, en, errors=[FieldError(field, self.default_code, zh, en)])


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
