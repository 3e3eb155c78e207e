from __future__ import annotations

import base64
import hashlib

import pytest

from uploads.digests import DigestMalformed, Digests, hashes_for, is_digest_right, read_digests

DATA = b"a photo"
SHA256, SHA512 = hashlib.sha256(DATA).digest(), hashlib.sha512(DATA).digest()
TEXT = base64.b64encode(SHA256).decode()


def test_the_three_headers_are_read() -> None:
    found = read_digests(
        f"sha-256=:{TEXT}:", f"sha-512=:{base64.b64encode(SHA512).decode()}:", f"SHA-256={TEXT}"
    )

    assert found == Digests({"sha-256": SHA256}, {"sha-256": SHA256, "sha-512": SHA512})


def test_no_header_expects_nothing_and_other_algorithms_are_passed_over() -> None:
    assert read_digests(None, None, None) == Digests({}, {})
    assert read_digests("md5=:AAAA:, unixsum=30637", None, "adler=03da0195") == Digests({}, {})


@pytest.mark.parametrize(
    "content, old",
    [
        ("sha-256=notbytes", None),
        ("sha-256=:AAAA:", None),
        ("sha-256", None),
        ("", None),
        ("sha-256=:照:", None),
        (None, "sha-256=%%%"),
        (None, "sha-256"),
        (None, "sha-256=AAAA"),
    ],
)
def test_a_digest_that_cannot_be_read_is_refused_not_ignored(content: str | None, old: str | None) -> None:
    with pytest.raises(DigestMalformed):
        read_digests(content, None, old)


def test_every_expected_hash_must_be_right() -> None:
    expected = {"sha-256": SHA256, "sha-512": SHA512}
    hashes = hashes_for(expected)
    for each in hashes.values():
        each.update(DATA)

    assert is_digest_right(expected, hashes)
    assert not is_digest_right({"sha-256": SHA256, "sha-512": bytes(64)}, hashes)
