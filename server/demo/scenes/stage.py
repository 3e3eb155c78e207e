"""A small stage in perspective: metres go in, shaded polygons come out, so that every scene shares one calm look.

x runs to the right, y up, z away from the viewer. Drawn at twice the size and halved: that is the antialiasing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT, OVERSAMPLING = 1200, 900, 2

Colour = tuple[int, ...]
Point = tuple[float, float, float]
Flat = tuple[float, float]


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above; an alpha stays as it is."""
    lit = tuple(max(0, min(255, round(each * factor))) for each in colour[:3])
    return (*lit, *colour[3:])


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """From `one` (0) to `other` (1)."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the phone is held: sideways and up in metres, its focal length and horizon as shares of the picture."""

    x: float = 0.0
    y: float = 1.5
    focal: float = 0.85
    horizon: float = 0.45


class Stage:
    """The picture while it is drawn; `dice` varies what may vary and is the same for before and after."""

    def __init__(self, camera: Camera, dice: Random) -> None:
        self.size = (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING)
        self.image = Image.new("RGB", self.size, (200, 210, 215))
        # What is opaque is filled several times faster without blending.
        self._solid, self._glaze = ImageDraw.Draw(self.image), ImageDraw.Draw(self.image, "RGBA")
        self.camera, self.dice = camera, dice
        self._focal = camera.focal * self.size[0]
        self._horizon = camera.horizon * self.size[1]

    def pen(self, colour: Colour) -> ImageDraw.ImageDraw:
        """What draws in a colour: see-through ones are blended."""
        return self._glaze if len(colour) == 4 else self._solid

    def at(self, point: Point) -> Flat:
        """Where a point of the world stands in the picture, in pixels."""
        x, y, z = point
        depth = max(z, 0.12)
        scale = self._focal / depth
        return self.size[0] / 2 + (x - self.camera.x) * scale, self._horizon + (self.camera.y - y) * scale

    def pixels(self, metres: float, z: float) -> float:
        """How many pixels so many metres are at a depth."""
        return metres * self._focal / max(z, 0.12)

    def fill(self, points: Iterable[Point], colour: Colour) -> None:
        self.pen(colour).polygon([self.at(each) for each in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line as thick as `width` metres where it is."""
        for start, end in pairwise(points):
            thick = max(1, round(self.pixels(width, (start[2] + end[2]) / 2)))
            self.pen(colour).line([self.at(start), self.at(end)], fill=colour, width=thick, joint="curve")

    def backdrop(self, top: Colour, bottom: Colour, until: float = 1.0) -> None:
        """A sky or a far wall: one colour running into another down to a share of the height."""
        height = max(2, round(self.size[1] * until))
        ramp = Image.new("RGB", (1, 2))
        ramp.putdata([top[:3], bottom[:3]])
        self.image.paste(ramp.resize((self.size[0], height), Image.Resampling.BILINEAR), (0, 0))

    def ground(self, near: Colour, far: Colour, z_from: float = 0.3, z_to: float = 60.0) -> None:
        """An endless floor, a little lighter or darker in the distance."""
        steps = [z_from * (z_to / z_from) ** (n / 16) for n in range(17)]
        for number, (z0, z1) in enumerate(pairwise(steps)):
            self.floor(-80, 80, z0, z1 * 1.02, mix(near, far, number / 15))

    def floor(self, x0: float, x1: float, z0: float, z1: float, colour: Colour, y: float = 0.0) -> None:
        self.fill(((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)), colour)

    def facing(self, x0: float, x1: float, y0: float, y1: float, z: float, colour: Colour) -> None:
        """An upright rectangle that faces the viewer."""
        self.fill(((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)), colour)

    def side(self, x: float, y0: float, y1: float, z0: float, z1: float, colour: Colour) -> None:
        """An upright rectangle that runs away from the viewer."""
        self.fill(((x, y0, z0), (x, y0, z1), (x, y1, z1), (x, y1, z0)), colour)

    def box(
        self, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], colour: Colour
    ) -> None:
        """A block; only the faces that the viewer sees, each in its own light."""
        if self.camera.x < x[0]:
            self.side(x[0], y[0], y[1], z[0], z[1], shade(colour, 0.78))
        elif self.camera.x > x[1]:
            self.side(x[1], y[0], y[1], z[0], z[1], shade(colour, 0.86))
        if self.camera.y > y[1]:
            self.floor(x[0], x[1], z[0], z[1], shade(colour, 1.12), y[1])
        self.facing(x[0], x[1], y[0], y[1], z[0], colour)

    def shadow(self, x0: float, x1: float, z0: float, z1: float, strength: int = 60) -> None:
        """A soft spot on the ground below a thing."""
        middle_x, middle_z = (x0 + x1) / 2, (z0 + z1) / 2
        for size, share in ((1.22, 0.35), (1.08, 0.35), (0.94, 0.4)):
            half_x, half_z = (x1 - x0) / 2 * size, (z1 - z0) / 2 * size
            spots = [
                (middle_x + half_x * math.cos(turn), 0.005, max(0.2, middle_z + half_z * math.sin(turn)))
                for turn in (math.tau * n / 28 for n in range(28))
            ]
            self.fill(spots, (20, 26, 34, round(strength * share)))

    def plane(self, origin: Point, right: Point, up: Point = (0.0, 1.0, 0.0)) -> Plane:
        return Plane(self, origin, right, up)


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat surface somewhere on the stage: what is drawn on it in metres (right, up) stands in perspective."""

    stage: Stage
    origin: Point
    right: Point
    up: Point

    def at(self, u: float, v: float) -> Point:
        o, r, w = self.origin, self.right, self.up
        return o[0] + u * r[0] + v * w[0], o[1] + u * r[1] + v * w[1], o[2] + u * r[2] + v * w[2]

    def fill(self, points: Iterable[Flat], colour: Colour) -> None:
        self.stage.fill([self.at(u, v) for u, v in points], colour)

    def rect(self, u0: float, v0: float, u1: float, v1: float, colour: Colour) -> None:
        self.fill(((u0, v0), (u1, v0), (u1, v1), (u0, v1)), colour)

    def disc(self, u: float, v: float, radius: float, colour: Colour, high: float | None = None) -> None:
        self.fill(self._round(u, v, radius, high), colour)

    def ring(self, u: float, v: float, radius: float, colour: Colour, width: float) -> None:
        points = self._round(u, v, radius, None)
        self.line([*points, points[0]], colour, width)

    def line(self, points: Sequence[Flat], colour: Colour, width: float) -> None:
        self.stage.line([self.at(u, v) for u, v in points], colour, width)

    @staticmethod
    def _round(u: float, v: float, radius: float, high: float | None) -> list[Flat]:
        tall = radius if high is None else high
        turns = (math.tau * n / 36 for n in range(36))
        return [(u + radius * math.cos(turn), v + tall * math.sin(turn)) for turn in turns]
