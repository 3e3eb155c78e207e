"""Tracking codes 查询码: what an anonymous reporter follows the report with, and the only key to it.

The alphabet is Douglas Crockford's base 32 (no I, L, O, U). The last symbol is a check symbol by H. M.
Damm's method ("Totally anti-symmetric quasigroups", 2004) over the field of 32 elements: it finds every
single wrong symbol and every swap of two neighbours, so that mistyping is told apart from an unknown code.
"""

import hashlib
import hmac
import unicodedata
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_SYMBOLS = 23
CODE_LENGTH = DATA_SYMBOLS + 1
ENTROPY_BITS = DATA_SYMBOLS * 5
GROUP_LENGTH = 4

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, irreducible over GF(2)
_DERIVE = b"jiayuan tracking code 1\x00"
_LOOKUP = b"jiayuan tracking lookup 1\x00"


class MistypedCode(ValueError):
    """The text cannot be a tracking code: a symbol is missing, too many, not in the alphabet or wrong."""


def derive_code(secret: bytes, report_uuid: UUID) -> str:
    """Return the tracking code of a report, in groups of four joined by hyphens.

    115 bits of HMAC-SHA-256 under the server's secret: without the secret it cannot be guessed from the
    report's id, and the same report always gives the same code, so a repeated PUT repeats its answer
    although the code itself is stored nowhere.
    """
    digest = hmac.new(secret, _DERIVE + report_uuid.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - ENTROPY_BITS)
    values = [(number >> (5 * place)) & 31 for place in reversed(range(DATA_SYMBOLS))]
    values.append(_damm(values))
    return group("".join(ALPHABET[value] for value in values))


def group(code: str) -> str:
    """Return a bare code as people read it: ABCD-EFGH-…"""
    return "-".join(code[start : start + GROUP_LENGTH] for start in range(0, len(code), GROUP_LENGTH))


def normalise_code(text: str) -> str:
    """Return the bare code that a person meant: any case, spaces, hyphens and full-width letters allowed.

    O is read as 0, I and L as 1. Raises MistypedCode where the length, a symbol or the check is wrong.
    """
    bare = _strip(text)
    if len(bare) != CODE_LENGTH:
        raise MistypedCode(f"a tracking code has {CODE_LENGTH} letters and digits, this one {len(bare)}")
    unknown = sorted(set(bare) - _VALUES.keys())
    if unknown:
        raise MistypedCode(f"not in a tracking code: {' '.join(unknown)}")
    if _damm([_VALUES[symbol] for symbol in bare]):
        raise MistypedCode("one letter or digit is wrong")
    return bare


def hash_code(secret: bytes, code: str) -> str:
    """Return the keyed hash (hex) under which a code is stored; raises MistypedCode.

    A stolen database without the secret opens no report.
    """
    return hmac.new(secret, _LOOKUP + normalise_code(code).encode("ascii"), hashlib.sha256).hexdigest()


def is_code_of(secret: bytes, code: str, stored_hash: str) -> bool:
    """Tell, in a time that does not depend on the values, whether `code` belongs to `stored_hash`."""
    try:
        return hmac.compare_digest(hash_code(secret, code), stored_hash)
    except MistypedCode:
        return False


def _strip(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(
        symbol for symbol in upper if not symbol.isspace() and unicodedata.category(symbol) != "Pd"
    ).translate(_LOOKALIKES)


def _damm(values: list[int]) -> int:
    """Return Damm's interim value: the check symbol of data, 0 for data followed by its check symbol."""
    interim = 0
    for value in values:
        interim = _double(interim ^ value)
    return interim


def _double(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 32 else doubled
