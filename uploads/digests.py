"""Digests that a client sends beside a body (RFC 9530 Content-Digest and Repr-Digest, RFC 3230 Digest).

Pure: header texts in, expected hashes out. Only SHA-256 and SHA-512 count; other algorithms are passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import http_sf

from server.errors import FieldError, RuleViolated

_LENGTHS = {"sha-256": 32, "sha-512": 64}


@dataclass(frozen=True, slots=True)
class Digests:
    """Expected hashes by algorithm: of this message's body, and of the whole photo (they differ for a part)."""

    of_body: Mapping[str, bytes]
    of_photo: Mapping[str, bytes]


class DigestMalformed(RuleViolated):
    """A digest that cannot be read is not ignored: its sender counts on it."""

    status = 400
    default_code = "digest_malformed"

    def __init__(self, header: str) -> None:
        zh = f"{header} 应写作 sha-256=:…:（RFC 9530）"
        en = f"{header} should read sha-256=:…: (RFC 9530)"
        super().__init__(zh, en, errors=[FieldError(header, self.default_code, zh, en)])


def read_digests(content: str | None, representation: str | None, old: str | None) -> Digests:
    """Read Content-Digest, Repr-Digest and Digest (which speaks of the representation); raises `DigestMalformed`."""
    return Digests(
        of_body=_structured("Content-Digest", content),
        of_photo={**_old(old), **_structured("Repr-Digest", representation)},
    )


def is_digest_right(expected: Mapping[str, bytes], hashes: Mapping[str, Any]) -> bool:
    """Whether every expected hash is the one computed; `hashes` are hashlib objects by algorithm."""
    return all(hashes[name].digest() == value for name, value in expected.items())


def hashes_for(*expected: Mapping[str, bytes]) -> dict[str, Any]:
    """Fresh hash objects for the algorithms named."""
    return {name: hashlib.new(name.replace("-", "")) for each in expected for name in each}


def _structured(header: str, text: str | None) -> dict[str, bytes]:
    if text is None:
        return {}
    try:
        members: Any = http_sf.parse(text.encode("ascii"), tltype="dictionary")
    except (ValueError, UnicodeEncodeError):
        raise DigestMalformed(header) from None
    found = {name: members[name][0] for name in _LENGTHS if name in members}
    if not members or any(not isinstance(v, bytes) or len(v) != _LENGTHS[n] for n, v in found.items()):
        raise DigestMalformed(header)
    return found


def _old(text: str | None) -> dict[str, bytes]:
    """`SHA-256=<base64>`, several by comma."""
    if text is None:
        return {}
    pairs = [part.strip().partition("=") for part in text.split(",")]
    try:
        found = {
            name.strip().lower(): base64.b64decode(value, validate=True)
            for name, _, value in pairs
            if name.strip().lower() in _LENGTHS
        }
    except binascii.Error:
        raise DigestMalformed("Digest") from None
    if not all(value for _, _, value in pairs) or any(len(v) != _LENGTHS[n] for n, v in found.items()):
        raise DigestMalformed("Digest")
    return found
