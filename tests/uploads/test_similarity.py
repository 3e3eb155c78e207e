from __future__ import annotations

import hashlib
import random
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from grid.permissions import ANONYMOUS
from server.db import db, is_postgresql, new_id
from tests.factories import NOW
from tests.queries import counted_queries
from tests.uploads.images import encoded, two_halves
from uploads.models import Photo, PhotoHashBand, PhotoOwnerKind
from uploads.perceptual_hash import perceptual_hash
from uploads.photos import PhotoOwner, claim_photos
from uploads.similarity import (
    NEAR_BITS,
    HashedPhoto,
    band_keys,
    differing_bits,
    index_hashes,
    list_alike,
    resemblance,
    rows_under,
)

SIGNED = st.integers(-(2**63), 2**63 - 1)
SECRET = "resident-own-secret-1234"


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with something in it, another one for each seed."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, (chance.randrange(256),) * 3)
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        far = (x + chance.randrange(30, 200), y + chance.randrange(30, 200))
        draw.rectangle([(x, y), far], fill=tuple(chance.randrange(256) for _ in range(3)))
    return image


def hash_of(image: Image.Image) -> int:
    found = perceptual_hash(image)
    assert found is not None
    return found


def again(image: Image.Image, quality: int = 60) -> Image.Image:
    return Image.open(BytesIO(encoded(image, quality=quality)))


def test_a_picture_sent_on_shrunk_brightened_or_encoded_again_stays_near() -> None:
    for seed in range(12):
        image = scene(seed)
        forms = {
            "encoded again": again(image, 50),
            "shrunk": again(image.resize((320, 240)), 70),
            "brighter": ImageEnhance.Brightness(image).enhance(1.1),
            "grey": image.convert("L"),
        }
        for name, form in forms.items():
            assert differing_bits(hash_of(image), hash_of(form)) <= NEAR_BITS, (seed, name)


def test_other_pictures_are_far_apart() -> None:
    hashes = [hash_of(scene(seed)) for seed in range(40)]
    nearest = min(differing_bits(one, other) for at, one in enumerate(hashes) for other in hashes[at + 1 :])
    assert nearest > 2 * NEAR_BITS


def test_a_hash_fits_a_signed_column() -> None:
    hashes = [hash_of(scene(seed)) for seed in range(20)]
    assert all(-(2**63) <= each < 2**63 for each in hashes)
    assert any(each < 0 for each in hashes)


def test_a_picture_of_nothing_has_no_hash() -> None:
    assert perceptual_hash(Image.new("RGB", (320, 240), "white")) is None
    assert perceptual_hash(Image.new("L", (320, 240))) is None
    assert perceptual_hash(two_halves(320, 240)) is None


@given(SIGNED, st.sets(st.integers(0, 63), max_size=NEAR_BITS))
def test_whatever_is_near_shares_a_band(one: int, flipped: set[int]) -> None:
    other = one
    for bit in flipped:
        other ^= (1 << bit) if bit < 63 else -(1 << 63)
    assert differing_bits(one, other) == len(flipped)
    assert set(band_keys(one)) & set(band_keys(other))


@pytest.mark.parametrize("untouched", range(5))
@given(one=SIGNED, chance=st.randoms(use_true_random=False))
def test_the_worst_four_bits_one_in_each_of_four_bands_leave_the_fifth(
    untouched: int, one: int, chance: random.Random
) -> None:
    other = one
    for band, start in enumerate((0, 13, 26, 39, 52)):
        if band != untouched:
            bit = start + chance.randrange(12)
            other ^= (1 << bit) if bit < 63 else -(1 << 63)
    shared = set(band_keys(one)) & set(band_keys(other))
    assert {key >> 13 for key in shared} == {untouched}


def test_five_differing_bits_may_share_no_band_so_four_is_the_most() -> None:
    flipped = 0
    for bit in (0, 13, 26, 39, 52):
        flipped |= 1 << bit
    assert not set(band_keys(0)) & set(band_keys(flipped))
    assert differing_bits(0, flipped) == NEAR_BITS + 1


def test_the_very_same_bytes_are_told_as_such_even_without_a_hash() -> None:
    one, other = (HashedPhoto(new_id(), "a" * 64, None, NOW) for _ in range(2))
    pair = resemblance(one, other)
    assert pair is not None
    assert (pair.photo_id, pair.earlier_photo_id, pair.distance) == (one.id, other.id, None)


def stored(number: int, value: int | None, sha256: str | None = None, **more: Any) -> Photo:
    photo = Photo(
        id=new_id(),
        sha256=sha256 or f"{number:064x}",
        display_sha256="b" * 64,
        thumbnail_sha256="c" * 64,
        size_bytes=1,
        media_type="image/jpeg",
        width=1,
        height=1,
        capability_hash=hashlib.sha256(SECRET.encode()).hexdigest(),
        received_at=NOW + timedelta(seconds=number),
        perceptual_hash=value,
        **({"owner_kind": "case", "owner_id": new_id(), "claimed_at": NOW} | more),
    )
    db.session.add(photo)
    db.session.flush()
    return photo


def near(value: int, chance: random.Random, bits: int) -> int:
    for bit in chance.sample(range(64), bits):
        value ^= (1 << bit) if bit < 63 else -(1 << 63)
    return value


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_index_finds_exactly_what_comparing_every_photo_finds(session: Any, seed: int) -> None:
    chance = random.Random(seed)
    centres = [chance.randrange(-(2**63), 2**63) for _ in range(3)]
    with session.begin_nested() as undone:
        photos = [
            stored(at, near(chance.choice(centres), chance, chance.randrange(0, 8))) for at in range(30)
        ]
        index_hashes(photos)
        session.flush()

        found = {
            (photo_id, pair.earlier_photo_id, pair.distance)
            for photo_id, pairs in list_alike(photos).items()
            for pair in pairs
        }
        undone.rollback()

    wanted = {
        (later.id, earlier.id, differing_bits(later.perceptual_hash, earlier.perceptual_hash))
        for at, later in enumerate(photos)
        for earlier in photos[:at]
        if differing_bits(later.perceptual_hash, earlier.perceptual_hash) <= NEAR_BITS
    }
    assert found == wanted


def test_only_the_earlier_photo_is_named_the_oldest_first(session: Any) -> None:
    first, second, third = (stored(number, 77, sha256="a" * 64) for number in range(3))
    index_hashes([first, second, third])
    session.flush()

    found = list_alike([first, second, third])

    assert first.id not in found
    assert [pair.earlier_photo_id for pair in found[third.id]] == [first.id, second.id]


def test_a_photo_that_nothing_claimed_is_nobodys_earlier_photo(session: Any) -> None:
    stored(1, 77, owner_kind=None, owner_id=None, claimed_at=None, sha256="a" * 64)
    later = stored(2, 77, sha256="a" * 64)
    index_hashes([later])
    session.flush()
    assert list_alike([later]) == {}


def test_claiming_indexes_a_photo_once(session: Any) -> None:
    photo = stored(1, 77, owner_kind=None, owner_id=None, claimed_at=None)
    owner = PhotoOwner(PhotoOwnerKind.REPORT, new_id())

    for _ in range(2):
        claim_photos([photo.id], owner, ANONYMOUS, NOW, capability=SECRET)

    keys = session.scalars(sa.select(PhotoHashBand.key).where(PhotoHashBand.photo_id == photo.id))
    assert sorted(keys) == sorted(band_keys(77))


def _fill(session: Any, number: int) -> list[int]:
    """Rows as thousands of photos would have, without the files."""
    chance = random.Random(5)
    hashes = [chance.randrange(-(2**63), 2**63) for _ in range(number)]
    ids = [uuid.UUID(int=chance.getrandbits(128)) for _ in hashes]
    common = {
        "display_sha256": "b" * 64,
        "thumbnail_sha256": "c" * 64,
        "size_bytes": 1,
        "media_type": "image/jpeg",
        "width": 1,
        "height": 1,
        "capability_hash": "d" * 64,
        "received_at": NOW,
        "evidence": {},
        "owner_kind": "case",
        "owner_id": new_id(),
        "claimed_at": NOW,
    }
    session.execute(
        sa.insert(Photo),
        [
            {"id": one, "sha256": f"{at:064x}", "perceptual_hash": value} | common
            for at, (one, value) in enumerate(zip(ids, hashes, strict=True))
        ],
    )
    session.execute(
        sa.insert(PhotoHashBand),
        [
            {"key": key, "photo_id": one, "perceptual_hash": value}
            for one, value in zip(ids, hashes, strict=True)
            for key in band_keys(value)
        ],
    )
    return hashes


def test_among_thousands_of_photos_only_a_handful_is_looked_at(session: Any) -> None:
    hashes = _fill(session, 8000)
    session.execute(sa.text("ANALYZE"))
    value = near(hashes[17], random.Random(1), NEAR_BITS)
    later = stored(10**6, value)

    looked_at = session.execute(rows_under(band_keys(value))).all()
    with counted_queries() as count:
        found = list_alike([later])

    # 8000 photos in 8192 (4096) buckets a band: five to six rows by chance, and the one that is meant.
    assert 1 <= len(looked_at) <= 40
    assert [pair.distance for pair in found[later.id]] == [NEAR_BITS]
    assert count.number <= 3


def test_the_look_up_goes_by_the_index(session: Any) -> None:
    _fill(session, 8000)
    session.execute(sa.text("ANALYZE"))
    statement = rows_under(band_keys(123456789)).compile(
        session.get_bind(), compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN " if is_postgresql() else "EXPLAIN QUERY PLAN "
    plan = " ".join(str(row) for row in session.execute(sa.text(explain + str(statement))))
    assert "Seq Scan" not in plan
    assert "SCAN photo_hash_bands" not in plan
    assert "pk_photo_hash_bands" in plan or "USING INDEX" in plan.upper() or "PRIMARY KEY" in plan
