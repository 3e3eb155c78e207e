"""The drawn photos: the same every time, of the right size, and different enough for whoever compares photos."""

from io import BytesIO

import pytest
from PIL import Image

from server.demo.matters import MATTERS, PROOF_SCENES
from server.demo.pictures import SCENES, TOO_ALIKE, Shot, places_of, take
from uploads.examination import examine
from uploads.similarity import NEAR_BITS, differing_bits

FIRST = {scene: next(places_of(scene)) for scene in SCENES}


def hash_of(shot: Shot) -> int:
    found = examine(take(shot), "image/jpeg").perceptual_hash
    assert found is not None
    return found


def test_a_shot_is_a_photo_of_a_phones_shape_and_always_the_same() -> None:
    for is_close, size in ((False, (1200, 900)), (True, (800, 600))):
        data = take(Shot("corridor", 1, is_close=is_close))
        assert Image.open(BytesIO(data)).size == size
        assert take(Shot("corridor", 1, is_close=is_close)) == data
        assert take(Shot("corridor", 2, is_close=is_close)) != data


@pytest.mark.parametrize("scene", SCENES)
def test_after_shows_something_new_and_so_does_every_other_view(scene: str) -> None:
    number = FIRST[scene]
    shots = [Shot(scene, number), Shot(scene, number, is_after=True), Shot(scene, number, is_close=True)]
    before, after, closer = map(hash_of, shots)
    assert differing_bits(before, after) > NEAR_BITS
    assert differing_bits(before, closer) > NEAR_BITS


def test_the_same_place_of_different_scenes_is_never_taken_for_one_another() -> None:
    hashes = {scene: hash_of(Shot(scene, number)) for scene, number in FIRST.items()}
    near = [
        (one, other)
        for one in hashes
        for other in hashes
        if one < other and differing_bits(hashes[one], hashes[other]) <= NEAR_BITS
    ]
    assert near == []


def test_places_that_look_too_much_alike_are_left_out() -> None:
    scene, refused = next(iter(TOO_ALIKE.items()))
    found = places_of(scene)
    numbers = [next(found) for _ in range(30)]
    assert not set(numbers) & refused
    assert numbers == sorted(set(numbers))


def test_every_matter_and_every_proof_has_its_scene() -> None:
    assert {matter.scene for matter in MATTERS} <= set(SCENES)
    assert set(PROOF_SCENES.values()) <= set(SCENES)
