"""What stands about in the scenes: boxes, bicycles, bins, cars, plants, buildings. Sizes in metres."""

from __future__ import annotations

import math
from random import Random

from server.demo.scenes.stage import Colour, Plane, Stage, mix, shade

CARDBOARD: Colour = (196, 154, 108)
STEEL: Colour = (108, 116, 124)
INK: Colour = (58, 64, 72)
PAPER: Colour = (246, 243, 234)
RED: Colour = (202, 78, 66)
GREENS: tuple[Colour, ...] = ((92, 138, 84), (108, 154, 92), (126, 168, 100), (80, 124, 80), (140, 176, 108))
CARS: tuple[Colour, ...] = (
    (226, 230, 234),
    (86, 104, 128),
    (166, 62, 58),
    (60, 66, 74),
    (176, 184, 180),
    (64, 112, 120),
)
RUBBISH: tuple[Colour, ...] = (
    (52, 58, 66),
    (68, 84, 106),
    (224, 226, 222),
    (120, 154, 128),
    (196, 84, 74),
    (232, 196, 110),
)


def carton(stage: Stage, x: float, z: float, width: float, height: float, y: float = 0.0) -> None:
    """A cardboard box with its tape."""
    colour = shade(CARDBOARD, stage.dice.uniform(0.9, 1.08))
    deep = width * 0.8
    if y == 0.0:
        stage.shadow(x - 0.06, x + width + 0.06, z - 0.06, z + deep + 0.06, 80)
    stage.box((x, x + width), (y, y + height), (z, z + deep), colour)
    middle = x + width / 2
    stage.facing(middle - 0.035, middle + 0.035, y + height * 0.62, y + height, z - 0.002, (224, 196, 150))
    if stage.camera.y > y + height:
        stage.floor(middle - 0.035, middle + 0.035, z, z + deep, (228, 202, 158), y + height + 0.001)
    stage.facing(
        x + width * 0.1, x + width * 0.34, y + height * 0.12, y + height * 0.34, z - 0.002, (236, 226, 206)
    )


def bicycle(plane: Plane, colour: Colour) -> None:
    """A bicycle seen from its side, standing at the plane's origin, 1.7 m long."""
    rear, front, pedals, seat, bars = (0.34, 0.33), (1.36, 0.33), (0.74, 0.31), (0.58, 0.82), (1.2, 0.9)
    for wheel in (rear, front):
        for turn in range(6):
            angle = math.pi * turn / 6
            du, dv = 0.3 * math.cos(angle), 0.3 * math.sin(angle)
            plane.line(
                [(wheel[0] - du, wheel[1] - dv), (wheel[0] + du, wheel[1] + dv)], (176, 180, 184), 0.007
            )
        plane.ring(*wheel, 0.31, INK, 0.045)
    plane.line([rear, pedals, (1.22, 0.78), seat, rear], colour, 0.04)
    plane.line([pedals, seat, (0.56, 0.92)], colour, 0.04)
    plane.line([front, (1.22, 0.78), bars, (1.1, 0.98)], shade(colour, 0.8), 0.036)
    plane.line([(0.44, 0.94), (0.7, 0.95)], INK, 0.07)
    plane.disc(*pedals, 0.085, STEEL)
    plane.line([(1.06, 1.0), (1.2, 0.98)], INK, 0.05)
    plane.line([(1.34, 0.72), (1.62, 0.72), (1.58, 0.92), (1.32, 0.92), (1.34, 0.72)], (120, 128, 136), 0.025)


def e_bike(plane: Plane, colour: Colour) -> None:
    """An electric scooter seen from its side."""
    for u in (0.32, 1.42):
        plane.disc(u, 0.24, 0.24, INK)
        plane.disc(u, 0.24, 0.13, (168, 174, 180))
    plane.fill([(0.08, 0.42), (0.2, 0.66), (0.86, 0.66), (0.98, 0.3), (0.5, 0.24), (0.2, 0.34)], colour)
    plane.fill([(0.92, 0.3), (1.22, 0.26), (1.24, 0.34), (0.94, 0.4)], shade(colour, 0.7))
    plane.fill([(1.16, 0.28), (1.36, 0.36), (1.28, 0.94), (1.16, 1.0)], shade(colour, 1.06))
    plane.fill([(0.14, 0.66), (0.84, 0.66), (0.8, 0.78), (0.18, 0.8)], (54, 52, 54))
    plane.line([(1.2, 0.98), (1.14, 1.12), (1.0, 1.14)], INK, 0.045)
    plane.disc(1.36, 0.74, 0.06, (250, 240, 200))
    plane.rect(-0.06, 0.78, 0.24, 1.02, shade(colour, 0.82))
    plane.disc(0.06, 0.52, 0.045, RED)


def bag(stage: Stage, x: float, z: float, size: float, colour: Colour, y: float = 0.0) -> None:
    """A tied rubbish bag."""
    if y == 0.0:
        stage.shadow(x - size * 0.6, x + size * 0.6, z - size * 0.4, z + size * 0.4, 70)
    plane = stage.plane((x, y, z), (1, 0, 0))
    outline = [
        (-0.42, 0.02),
        (-0.52, 0.26),
        (-0.4, 0.52),
        (-0.12, 0.7),
        (-0.05, 0.78),
        (-0.13, 0.92),
        (0.02, 0.84),
        (0.15, 0.93),
        (0.07, 0.77),
        (0.3, 0.6),
        (0.5, 0.34),
        (0.46, 0.06),
        (0.2, 0.0),
    ]
    plane.fill([(u * size, v * size) for u, v in outline], colour)
    plane.fill(
        [
            (u * size, v * size)
            for u, v in ((0.07, 0.74), (0.3, 0.6), (0.5, 0.34), (0.46, 0.06), (0.2, 0.0), (0.26, 0.36))
        ],
        shade(colour, 0.8),
    )
    plane.fill(
        [(u * size, v * size) for u, v in ((-0.4, 0.26), (-0.3, 0.5), (-0.22, 0.46), (-0.32, 0.24))],
        shade(colour, 1.25),
    )


def bin_with_lid(
    stage: Stage, x: float, z: float, colour: Colour, *, is_open: bool, mark: Colour = (255, 255, 255)
) -> None:
    """A wheeled 240 litre bin, 0.58 m wide and a metre high."""
    stage.shadow(x - 0.06, x + 0.64, z - 0.1, z + 0.7, 80)
    low, high, deep = (x + 0.06, x + 0.52), (x, x + 0.58), 0.6
    if stage.camera.x > high[1]:
        stage.fill(
            ((low[1], 0.08, z), (low[1], 0.08, z + deep), (high[1], 0.95, z + deep), (high[1], 0.95, z)),
            shade(colour, 0.75),
        )
    elif stage.camera.x < high[0]:
        stage.fill(
            ((low[0], 0.08, z), (low[0], 0.08, z + deep), (high[0], 0.95, z + deep), (high[0], 0.95, z)),
            shade(colour, 0.75),
        )
    stage.fill(((low[0], 0.08, z), (low[1], 0.08, z), (high[1], 0.95, z), (high[0], 0.95, z)), colour)
    if is_open:
        stage.floor(high[0] + 0.03, high[1] - 0.03, z + 0.03, z + deep, shade(colour, 0.35), 0.95)
        stage.facing(high[0], high[1], 0.97, 1.5, z + deep, shade(colour, 0.9))
        stage.facing(high[0] + 0.05, high[1] - 0.05, 1.02, 1.44, z + deep, shade(colour, 0.72))
    else:
        stage.box((high[0] - 0.02, high[1] + 0.02), (0.95, 1.02), (z - 0.03, z + deep), shade(colour, 1.08))
    plane = stage.plane((x + 0.29, 0.6, z - 0.004), (1, 0, 0))
    plane.disc(0, 0, 0.13, mark)
    plane.fill([(-0.07, -0.05), (0.07, -0.05), (0.0, 0.08)], colour)
    stage.facing(x + 0.14, x + 0.44, 0.26, 0.34, z - 0.004, shade(colour, 1.4))


def car(stage: Stage, x: float, z: float, colour: Colour) -> None:
    """A saloon that stands along the way, its tail to the viewer: 1.8 m wide, 4.3 m long."""
    wide, length = 1.8, 4.3
    stage.shadow(x - 0.2, x + wide + 0.2, z - 0.2, z + length + 0.2, 120)
    is_left = stage.camera.x > x + wide / 2
    flank = x + wide if is_left else x
    side = stage.plane((flank, 0, z), (0, 0, 1))
    dark = shade(colour, 0.78)
    side.fill([(0.02, 0.34), (0.0, 0.86), (0.3, 0.98), (4.2, 0.8), (4.28, 0.5), (4.2, 0.3)], dark)
    inner = -0.17 if is_left else 0.17
    roof = stage.plane((flank + inner, 0, z), (0, 0, 1))
    roof.fill([(0.2, 0.95), (0.85, 1.43), (2.35, 1.43), (3.2, 0.88)], shade(colour, 0.7))
    roof.fill([(0.5, 0.99), (0.95, 1.35), (1.5, 1.36), (1.5, 0.98)], (64, 82, 96))
    roof.fill([(1.58, 0.98), (1.58, 1.36), (2.3, 1.35), (2.9, 0.94)], (72, 90, 104))
    for u in (0.85, 3.45):
        side.disc(u, 0.33, 0.33, (40, 43, 48))
        side.disc(u, 0.33, 0.19, (150, 156, 162))
    left, right = x + 0.17, x + wide - 0.17
    stage.fill(
        ((x, 0.98, z + 0.3), (x + wide, 0.98, z + 0.3), (x + wide, 0.9, z), (x, 0.9, z)), shade(colour, 1.08)
    )
    stage.fill(
        (
            (left, 1.43, z + 0.85),
            (right, 1.43, z + 0.85),
            (right - 0.04, 1.46, z + 2.3),
            (left + 0.04, 1.46, z + 2.3),
        ),
        shade(colour, 1.15),
    )
    stage.fill(
        (
            (x + 0.1, 0.96, z + 0.22),
            (x + wide - 0.1, 0.96, z + 0.22),
            (right, 1.43, z + 0.85),
            (left, 1.43, z + 0.85),
        ),
        shade(colour, 0.96),
    )
    stage.fill(
        (
            (x + 0.2, 1.0, z + 0.25),
            (x + wide - 0.2, 1.0, z + 0.25),
            (right - 0.06, 1.38, z + 0.78),
            (left + 0.06, 1.38, z + 0.78),
        ),
        (78, 100, 114),
    )
    stage.fill(
        (
            (x + 0.2, 1.0, z + 0.25),
            (x + 0.75, 1.0, z + 0.25),
            (left + 0.5, 1.38, z + 0.78),
            (left + 0.06, 1.38, z + 0.78),
        ),
        (128, 152, 164),
    )
    for u in (x + 0.06, x + wide - 0.36):
        stage.facing(u, u + 0.3, 0.0, 0.36, z + 0.02, (36, 39, 44))
    stage.fill(((x, 0.3, z), (x + wide, 0.3, z), (x + wide, 0.9, z), (x, 0.9, z)), colour)
    stage.facing(x, x + wide, 0.28, 0.44, z - 0.01, shade(colour, 0.68))
    for u in (x + 0.06, x + wide - 0.42):
        stage.facing(u, u + 0.36, 0.66, 0.82, z - 0.01, (204, 70, 62))
        stage.facing(u + 0.04, u + 0.14, 0.69, 0.79, z - 0.015, (242, 178, 160))
    stage.facing(x + 0.66, x + 1.14, 0.5, 0.64, z - 0.015, (64, 104, 176))
    stage.facing(x + 0.7, x + 1.1, 0.55, 0.59, z - 0.016, (220, 228, 240))


def leaves(
    stage: Stage,
    x: float,
    y: float,
    z: float,
    size: float,
    dice: Random,
    colours: tuple[Colour, ...] = GREENS,
) -> None:
    """A crown or a bush: many overlapping tufts, the lighter ones above."""
    plane = stage.plane((x, y, z), (1, 0, 0))
    for level in range(4):
        for _ in range(7):
            angle, reach = dice.uniform(0, math.tau), size * dice.uniform(0.1, 0.75)
            lift = (level - 1.5) * size * 0.22
            colour = shade(mix(colours[dice.randrange(len(colours))], colours[0], 0.3), 0.78 + 0.1 * level)
            plane.disc(
                reach * math.cos(angle),
                reach * math.sin(angle) * 0.7 + lift,
                size * dice.uniform(0.22, 0.4),
                colour,
            )


def tree(stage: Stage, x: float, z: float, height: float, dice: Random) -> None:
    stage.shadow(x - height * 0.3, x + height * 0.3, z - height * 0.12, z + height * 0.12, 50)
    stage.line([(x, 0, z), (x + 0.05, height * 0.62, z)], (118, 96, 78), 0.2)
    stage.line([(x + 0.02, height * 0.45, z), (x + height * 0.13, height * 0.68, z)], (118, 96, 78), 0.1)
    leaves(stage, x, height * 0.74, z, height * 0.34, dice)


def hedge(stage: Stage, x0: float, x1: float, z: float, height: float, dice: Random) -> None:
    """A clipped hedge along the viewer's sight, from x0 to x1."""
    stage.box((x0, x1), (0, height), (z, z + 0.7), GREENS[0])
    plane = stage.plane((x0, 0, z), (1, 0, 0))
    for _ in range(int((x1 - x0) * 26)):
        u, v = dice.uniform(0, x1 - x0), dice.uniform(0.02, height)
        plane.disc(u, v, dice.uniform(0.05, 0.12), shade(GREENS[dice.randrange(5)], 0.8 + 0.3 * v / height))


def block_of_flats(
    stage: Stage,
    x0: float,
    x1: float,
    z: float,
    floors: int,
    colour: Colour,
    dice: Random,
    *,
    balconies: bool = True,
) -> None:
    """A building across the background, storeys of 3 m with windows, here and there an air conditioner and washing."""
    top = floors * 3.0
    stage.facing(x0, x1, 0, top, z, colour)
    stage.facing(x0, x1, 0, 0.9, z - 0.01, shade(colour, 0.74))
    stage.facing(x0 - 0.3, x1 + 0.3, top, top + 0.5, z, shade(colour, 0.7))
    bays = max(2, int((x1 - x0) / 3.1))
    bay = (x1 - x0) / bays
    for storey in range(floors):
        for number in range(bays):
            _window(
                stage,
                x0 + number * bay,
                bay,
                storey * 3.0,
                z,
                colour,
                dice,
                has_balcony=balconies and number % 2 == 0,
            )


def _window(
    stage: Stage, x: float, bay: float, y: float, z: float, colour: Colour, dice: Random, *, has_balcony: bool
) -> None:
    left, right = x + bay * 0.2, x + bay * 0.8
    glass = mix((86, 112, 128), (178, 200, 208), dice.random())
    if y > 0.1 and has_balcony:
        left, right = x + bay * 0.1, x + bay * 0.9
        stage.facing(left, right, y + 0.9, y + 2.6, z - 0.01, shade(colour, 0.62))
        stage.facing(left + 0.1, right - 0.1, y + 1.1, y + 2.5, z - 0.02, glass)
        stage.facing(left - 0.05, right + 0.05, y + 0.45, y + 1.25, z - 0.5, shade(colour, 1.06))
        stage.facing(left - 0.05, right + 0.05, y + 1.2, y + 1.3, z - 0.51, shade(colour, 0.8))
        if dice.random() < 0.3:
            for number in range(3):
                u = left + 0.25 + number * 0.5
                stage.facing(u, u + 0.34, y + 1.5, y + 2.1, z - 0.6, RUBBISH[dice.randrange(2, 6)])
        return
    stage.facing(left, right, y + 0.95, y + 2.45, z - 0.01, (238, 240, 238))
    stage.facing(left + 0.08, right - 0.08, y + 1.03, y + 2.37, z - 0.02, glass)
    middle = (left + right) / 2
    stage.facing(middle - 0.04, middle + 0.04, y + 1.03, y + 2.37, z - 0.03, (238, 240, 238))
    if dice.random() < 0.4:
        stage.facing(right - 0.1, right + 0.6, y + 0.25, y + 0.8, z - 0.2, (226, 229, 228))
        stage.facing(right + 0.1, right + 0.4, y + 0.33, y + 0.72, z - 0.21, (196, 200, 202))
    if dice.random() < 0.25:
        stage.facing(left + 0.1, left + 0.4, y + 1.05, y + 2.35, z - 0.025, mix((230, 220, 200), glass, 0.4))


def stripes(
    plane: Plane, u0: float, v0: float, u1: float, count: int, height: float, colour: Colour, dice: Random
) -> None:
    """Lines of print that nobody needs to read."""
    for number in range(count):
        plane.rect(
            u0,
            v0 - number * height * 1.8,
            u0 + (u1 - u0) * dice.uniform(0.6, 1.0),
            v0 - number * height * 1.8 + height,
            colour,
        )
