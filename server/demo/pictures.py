"""The demonstration's photos: drawn here, one scene before and after from one viewpoint, marked 示例. No binary is kept.

The same shot always gives the same bytes with the same Pillow; each number is another place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import count
from random import Random
from typing import Protocol

from PIL import Image, ImageChops, ImageDraw, ImageOps

from server.demo.scenes import grounds, indoors, street_furniture
from server.demo.scenes.stage import OVERSAMPLING, Camera, Stage

QUALITY = 82


class Draw(Protocol):
    """Draws one scene on a stage: as it was found, or as it is once fixed."""

    def __call__(self, stage: Stage, mess: Random, *, is_after: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene and from where it is seen; each picture moves the camera a little around this."""

    draw: Draw
    camera: Camera
    sway: float = 0.3
    is_indoors: bool = False


SCENES: Mapping[str, Scene] = {
    "corridor": Scene(indoors.corridor, Camera(0, 1.45, 0.72, 0.42), 0.25, True),
    "e_bike_in_hall": Scene(indoors.e_bike_in_hall, Camera(-0.2, 1.45, 0.72, 0.42), 0.25, True),
    "blocked_exit": Scene(indoors.blocked_exit, Camera(0, 1.45, 0.78, 0.42), 0.25, True),
    "lift_hall": Scene(indoors.lift_hall, Camera(0, 1.4, 0.82, 0.46), 0.25, True),
    "extinguisher_box": Scene(indoors.extinguisher_box, Camera(0, 1.3, 0.8, 0.5), 0.2, True),
    "posters": Scene(indoors.posters, Camera(0, 1.35, 0.74, 0.48), 0.3, True),
    "dark_stairs": Scene(indoors.dark_stairs, Camera(0, 1.5, 0.74, 0.42), 0.3, True),
    "bins": Scene(street_furniture.bins, Camera(0.1, 1.7, 0.82, 0.34), 0.6),
    "fire_lane": Scene(grounds.fire_lane, Camera(0, 1.9, 0.8, 0.36), 0.5),
    "charging_wires": Scene(street_furniture.charging_wires, Camera(0, 1.7, 0.76, 0.52), 0.6),
    "car_on_lawn": Scene(grounds.car_on_lawn, Camera(0, 1.9, 0.78, 0.36), 0.4),
    "greenery": Scene(grounds.greenery, Camera(0, 1.8, 0.8, 0.3), 0.6),
    "rubble": Scene(grounds.rubble, Camera(0, 1.8, 0.8, 0.34), 0.5),
    "manhole": Scene(grounds.manhole, Camera(0, 1.6, 0.78, 0.26), 0.4),
    "notice_board": Scene(street_furniture.notice_board, Camera(0, 1.6, 0.8, 0.46), 0.4),
    "shed": Scene(street_furniture.shed, Camera(0, 1.8, 0.8, 0.4), 0.8),
    "cables": Scene(street_furniture.cables, Camera(0, 1.7, 0.72, 0.56), 0.4),
    "exercise_ground": Scene(grounds.exercise_ground, Camera(0, 1.7, 0.78, 0.36), 0.6),
}


# Places that look too much like another one, or after like before, for whoever compares photos (uploads.similarity).
TOO_ALIKE: Mapping[str, frozenset[int]] = {
    "corridor": frozenset({4, 19, 21}),
    "e_bike_in_hall": frozenset({8, 9, 15, 17, 18}),
    "blocked_exit": frozenset({3, 17, 20, 21}),
    "lift_hall": frozenset({0, 2, 6, 8, 9, 12, 13, 15, 18, 21, 23}),
    "extinguisher_box": frozenset({20, 22}),
    "posters": frozenset({13}),
    "dark_stairs": frozenset({4, 7, 8, 10, 12, 15, 18, 19, 20, 21}),
    "fire_lane": frozenset({9, 22}),
    "charging_wires": frozenset({10, 12}),
    "greenery": frozenset({2, 10}),
    "rubble": frozenset({1, 5, 6, 7, 9, 11, 16, 19, 22, 23}),
    "manhole": frozenset({12}),
    "notice_board": frozenset({2, 18}),
}


def places_of(scene: str) -> Iterator[int]:
    """The numbers of a scene's places that do for a photo, without end."""
    return (number for number in count() if number not in TOO_ALIKE.get(scene, ()))


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo: which scene, which place of that kind, as found or as fixed, the whole view or a closer look."""

    scene: str
    number: int
    is_after: bool = False
    is_close: bool = False


def take(shot: Shot) -> bytes:
    """The shot as a JPEG: 1200 × 900, a closer look 800 × 600. It says nothing of itself: the phone does, beside it."""
    file = BytesIO()
    paint(shot).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def paint(shot: Shot) -> Image.Image:
    """The picture of a shot; with the same scene and number, before and after show the same place from one spot."""
    scene = SCENES[shot.scene]
    place = Random(f"{shot.scene}/{shot.number}")  # noqa: S311 - looks, not secrets
    is_mirrored = place.random() < 0.5
    camera = Camera(
        scene.camera.x + place.uniform(-1, 1) * scene.sway,
        scene.camera.y + place.uniform(-0.12, 0.15),
        scene.camera.focal * place.uniform(0.92, 1.12),
        scene.camera.horizon + place.uniform(-0.03, 0.03),
    )
    light = _light(place, scene)
    closer = place.uniform(0.2, 0.8), place.uniform(0.35, 0.75)
    stage = Stage(camera, place)
    scene.draw(stage, Random(f"{shot.scene}/{shot.number}/mess"), is_after=shot.is_after)  # noqa: S311
    picture = _closer(stage.image, *closer) if shot.is_close else stage.image.reduce(OVERSAMPLING)
    if is_mirrored:
        picture = ImageOps.mirror(picture)
    picture = ImageChops.multiply(picture, _vignette(picture.size))
    picture = picture.point([_toned(level, gain) for gain in light for level in range(256)])
    _mark(picture)
    return picture


def _closer(image: Image.Image, across: float, down: float) -> Image.Image:
    """A part of the picture as from two steps nearer."""
    width, height = image.width * 2 // 3, image.height * 2 // 3
    left, top = round((image.width - width) * across), round((image.height - height) * down)
    return image.crop((left, top, left + width, top + height)).reduce(OVERSAMPLING)


def _light(place: Random, scene: Scene) -> tuple[float, float, float]:
    """The light of the hour as gains of red, green and blue: morning, overcast, late afternoon, lamplight."""
    moods = ((1.04, 1.02, 0.96), (0.97, 1.0, 1.04), (1.08, 1.0, 0.88), (1.0, 1.0, 1.0))
    mood = moods[place.randrange(3 if scene.is_indoors else 4)]
    strength = place.uniform(0.94, 1.05)
    return mood[0] * strength, mood[1] * strength, mood[2] * strength


def _toned(level: int, gain: float) -> int:
    """A gentle curve: a little more contrast in the middle, highlights that do not burn out."""
    share = min(1.0, level / 255 * gain)
    curved = share + 0.09 * (share - 0.5) * (1 - abs(2 * share - 1))
    return round(255 * min(1.0, max(0.0, curved)))


@cache
def _vignette(size: tuple[int, int]) -> Image.Image:
    """Corners a little darker than the middle."""
    small = Image.radial_gradient("L").resize(size, Image.Resampling.BILINEAR)
    falling = small.point([round(255 - 34 * (level / 255) ** 2.2) for level in range(256)])
    return Image.merge("RGB", (falling, falling, falling))


# 示例 in strokes, on squares of ten: no font that every machine has holds these two characters.
_STROKES = (
    ((2.0, 1.6), (8.0, 1.6)), ((0.6, 4.0), (9.4, 4.0)), ((5.0, 4.0), (5.0, 9.0), (3.9, 8.4)),
    ((3.2, 5.6), (1.2, 8.4)), ((6.8, 5.6), (8.8, 8.4)),
    ((12.8, 0.6), (10.9, 4.4)), ((12.0, 3.2), (12.0, 9.5)), ((13.5, 1.6), (16.9, 1.6)),
    ((15.0, 1.6), (13.5, 5.4)), ((14.6, 3.9), (16.6, 3.9), (15.6, 6.8), (13.4, 9.4)), ((14.5, 5.2), (15.6, 6.4)),
    ((17.9, 2.2), (17.9, 7.0)), ((19.6, 0.8), (19.6, 9.2), (18.7, 8.7)),
)  # fmt: skip


def _mark(picture: Image.Image) -> None:
    """The mark 示例 in the corner: these pictures are drawn, and say so."""
    scale, left, top = 2.3, picture.width - 78, picture.height - 46
    pen = ImageDraw.Draw(picture, "RGBA")
    pen.rounded_rectangle((left - 12, top - 9, left + 60, top + 31), 8, fill=(20, 28, 30, 120))
    for stroke in _STROKES:
        pen.line([(left + u * scale, top + v * scale) for u, v in stroke], fill=(255, 255, 255, 235), width=2)
