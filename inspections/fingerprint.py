"""The fingerprint of what a phone sent: one short value that says whether two PUTs carry the same content.

`PUT /inspections/{uuid}` and `PUT /reports/{uuid}` are answered again with the first answer when the
fingerprint is the same and with a conflict when it is not.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

Canonical: TypeAlias = "str | bool | list[Canonical] | dict[str, Canonical]"


def fingerprint(content: Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of `content` in one canonical form.

    Dataclasses count as their fields. The order of keys, a missing value against an explicit null, the zone an
    instant is written in and the way a number is written (1, 1.0, Decimal("1.00")) make no difference; any other
    difference does. The order of a list counts: sort what is a set by nature before calling.
    Raises TypeError for a value that has no canonical form and ValueError for NaN, infinities and
    instants without a zone.
    """
    text = json.dumps(_canonical(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: object) -> Canonical:
    if is_dataclass(value):
        return _canonical({each.name: getattr(value, each.name) for each in fields(value)})
    if isinstance(value, Mapping):
        return {_key(key): _canonical(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, AbstractSet):
        return sorted((_canonical(inner) for inner in value), key=repr)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ["null" if inner is None else _canonical(inner) for inner in value]
    return _canonical_scalar(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a content key must be text, not {type(key).__name__}")
    return key


def _canonical_scalar(value: object) -> Canonical:
    """Scalars are marked with their kind, so that the text "1" never equals the number 1."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _canonical_scalar(value.value)
    if isinstance(value, str):
        return f"s:{value}"
    if isinstance(value, int | float | Decimal):
        return f"n:{_canonical_number(value)}"
    if isinstance(value, datetime):
        return f"t:{_canonical_instant(value)}"
    if isinstance(value, date):
        return f"d:{value.isoformat()}"
    if isinstance(value, UUID):
        return f"s:{value}"
    raise TypeError(f"no canonical form for {type(value).__name__}")


def _canonical_number(value: int | float | Decimal) -> str:
    if not math.isfinite(value):
        raise ValueError("a number must be finite")
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    # Adding zero turns -0 into 0; normalize drops the trailing zeros that carry no meaning.
    return format(_without_trailing_zeros(exact), "f")


def _without_trailing_zeros(value: Decimal) -> Decimal:
    """Like Decimal.normalize, but never rounds to the context's precision."""
    if not value:
        return Decimal(0)
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    while len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, exponent))


def _canonical_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant must carry its zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
