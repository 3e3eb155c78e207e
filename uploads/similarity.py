"""Photos that are nearly the same: found through an index of hash bands, exactly as a look at every photo would find them.

A 64-bit hash is cut into five bands. Two hashes that differ in at most four bits agree wholly in at least one band
(five pigeonholes, four pigeons), so whatever is near shares a row's key in `photo_hash_bands`; only those are compared.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from server.db import db
from uploads.models import Photo, PhotoHashBand

# Shrinking, encoding again, brightening and cropping a percent or two change 0 to 4 bits; other motifs 25 and more.
NEAR_BITS = 4
_BAND_BITS = (13, 13, 13, 13, 12)
_KEY_SHIFT = 13
_ALL_BITS = (1 << 64) - 1
Value = TypeVar("Value")
# Keeps a statement's parameters far below what either database takes.
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class HashedPhoto:
    """A photo as far as likeness goes: its bytes, what it looks like, when it came."""

    id: uuid.UUID
    sha256: str
    perceptual_hash: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Resemblance:
    """`photo_id` shows what the earlier photo shows already; `distance` in bits of 64, None for the very same bytes."""

    photo_id: uuid.UUID
    earlier_photo_id: uuid.UUID
    distance: int | None


def band_keys(perceptual_hash: int) -> tuple[int, ...]:
    """The five keys under which a hash is indexed: a band's number and its bits."""
    rest, keys = perceptual_hash & _ALL_BITS, []
    for number, bits in enumerate(_BAND_BITS):
        keys.append(number << _KEY_SHIFT | rest & ((1 << bits) - 1))
        rest >>= bits
    return tuple(keys)


def differing_bits(one: int, other: int) -> int:
    """The Hamming distance of two signed 64-bit hashes."""
    return ((one ^ other) & _ALL_BITS).bit_count()


def resemblance(later: HashedPhoto, earlier: HashedPhoto) -> Resemblance | None:
    """Whether two photos are equal or nearly equal; a photo without a hash can only be equal."""
    if later.sha256 == earlier.sha256:
        return Resemblance(later.id, earlier.id, None)
    if later.perceptual_hash is None or earlier.perceptual_hash is None:
        return None
    distance = differing_bits(later.perceptual_hash, earlier.perceptual_hash)
    return Resemblance(later.id, earlier.id, distance) if distance <= NEAR_BITS else None


def find_resembling(later: Sequence[HashedPhoto], earlier: Sequence[HashedPhoto]) -> list[Resemblance]:
    """Every pair of a later and an earlier photo that are alike; for the few photos of one case."""
    pairs = (resemblance(one, other) for one in later for other in earlier)
    return [pair for pair in pairs if pair]


def index_hashes(photos: Iterable[Photo]) -> None:
    """Make claimed photos findable; a photo without a hash has nothing to index, one indexed before stays so."""
    rows = [
        PhotoHashBand(key=key, photo_id=photo.id, perceptual_hash=photo.perceptual_hash)
        for photo in photos
        if photo.perceptual_hash is not None
        for key in band_keys(photo.perceptual_hash)
    ]
    db.session.add_all(rows)


def list_alike(photos: Sequence[Photo]) -> dict[uuid.UUID, list[Resemblance]]:
    """For each photo the claimed photos received before it that are equal or nearly equal, the oldest first.

    Photos that have been removed since are still found: their hashes stay. Cost: two kinds of indexed look-up, whatever
    the number of photos stored.
    """
    asked = {photo.id: hashed(photo) for photo in photos}
    found = {hashed_photo.id: hashed_photo for hashed_photo in _candidates(list(asked.values()))}
    pairs = {
        one.id: [
            pair
            for other in sorted(found.values(), key=_age)
            if other.id != one.id and _age(other) < _age(one) and (pair := resemblance(one, other))
        ]
        for one in asked.values()
    }
    return {photo_id: alike for photo_id, alike in pairs.items() if alike}


def hashed(photo: Photo) -> HashedPhoto:
    return HashedPhoto(photo.id, photo.sha256, photo.perceptual_hash, photo.received_at)


def _age(photo: HashedPhoto) -> tuple[datetime, uuid.UUID]:
    return photo.received_at, photo.id


def _candidates(photos: Sequence[HashedPhoto]) -> list[HashedPhoto]:
    """What is claimed and has the bytes or is near the hash of any of these photos."""
    hashes = {photo.perceptual_hash for photo in photos if photo.perceptual_hash is not None}
    ids = _near_ids(hashes)
    columns = sa.select(Photo.id, Photo.sha256, Photo.perceptual_hash, Photo.received_at)
    claimed = columns.where(Photo.owner_id.is_not(None))
    conditions = [Photo.sha256.in_(chunk) for chunk in _chunks(sorted({photo.sha256 for photo in photos}))]
    conditions += [Photo.id.in_(chunk) for chunk in _chunks(sorted(ids))]
    rows = (row for each in conditions for row in db.session.execute(claimed.where(each)))
    return list({row.id: HashedPhoto(*row) for row in rows}.values())


def _near_ids(hashes: set[int]) -> set[uuid.UUID]:
    wanted = _wanted_by_key(hashes)
    near: set[uuid.UUID] = set()
    for chunk in _chunks(sorted(wanted)):
        for key, photo_id, other in db.session.execute(rows_under(chunk)):
            if any(differing_bits(each, other) <= NEAR_BITS for each in wanted[key]):
                near.add(photo_id)
    return near


def _wanted_by_key(hashes: set[int]) -> Mapping[int, list[int]]:
    wanted: dict[int, list[int]] = {}
    for each in hashes:
        for key in band_keys(each):
            wanted.setdefault(key, []).append(each)
    return wanted


def rows_under(keys: Sequence[int]) -> sa.Select[int, uuid.UUID, int]:
    """The indexed look-up: everything that shares one of these band keys."""
    bands = PhotoHashBand
    return sa.select(bands.key, bands.photo_id, bands.perceptual_hash).where(bands.key.in_(keys))


def _chunks(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    return (values[start : start + _KEYS_AT_ONCE] for start in range(0, len(values), _KEYS_AT_ONCE))
