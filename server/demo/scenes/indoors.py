"""Scenes inside a building: corridor, entrance, stairs' exit, lift, extinguishers, posters. Before and after are one place."""

from __future__ import annotations

import math
from random import Random

from server.demo.scenes.props import (
    CARDBOARD,
    INK,
    PAPER,
    RED,
    STEEL,
    bicycle,
    carton,
    e_bike,
    leaves,
    stripes,
)
from server.demo.scenes.stage import Colour, Plane, Stage, mix, shade

WALLS: tuple[Colour, ...] = ((232, 228, 216), (226, 232, 228), (236, 226, 212), (224, 228, 236))
DADOS: tuple[Colour, ...] = ((142, 170, 158), (150, 164, 186), (196, 176, 146), (168, 178, 170))
DOORS: tuple[Colour, ...] = ((136, 92, 66), (104, 112, 122), (120, 74, 58), (94, 104, 96))


def _hall(stage: Stage, half: float, length: float, height: float = 2.7) -> tuple[Colour, Colour]:
    """A passage with tiled floor, painted dado and ceiling lamps; its wall and dado colours."""
    dice = stage.dice
    wall, dado = dice.choice(WALLS), dice.choice(DADOS)
    tile = mix((206, 200, 190), (188, 192, 194), dice.random())
    z0 = 0.4
    stage.backdrop(shade(wall, 0.92), shade(wall, 0.86))
    stage.floor(-half, half, z0, length, tile)
    for number in range(1, int(length / 0.6)):
        z = number * 0.6
        stage.line([(-half, 0.001, z), (half, 0.001, z)], shade(tile, 0.88), 0.012)
    for number in range(-4, 5):
        x = number * 0.6
        if -half < x < half:
            stage.line([(x, 0.001, z0), (x, 0.001, length)], shade(tile, 0.88), 0.012)
    for x, light in ((-half, 0.94), (half, 0.88)):
        stage.side(x, 0, height, z0, length, shade(wall, light))
        stage.side(x, 0, 1.15, z0, length, shade(dado, light))
        stage.side(x, 1.13, 1.18, z0, length, shade(dado, light * 0.8))
        stage.side(x, 0, 0.1, z0, length, shade(dado, light * 0.6))
    stage.fill(
        ((-half, height, z0), (half, height, z0), (half, height, length), (-half, height, length)),
        (244, 243, 238),
    )
    stage.facing(-half, half, 0, height, length, shade(wall, 0.98))
    stage.facing(-half, half, 0, 1.15, length, shade(dado, 0.98))
    for z in (2.2, 4.6, 7.0):
        if z < length:
            stage.fill(
                (
                    (-0.3, height - 0.01, z),
                    (0.3, height - 0.01, z),
                    (0.3, height - 0.01, z + 0.6),
                    (-0.3, height - 0.01, z + 0.6),
                ),
                (255, 252, 232),
            )
            stage.floor(-half * 0.8, half * 0.8, z - 0.5, z + 1.2, (255, 250, 226, 40), 0.002)
    return wall, dado


def _flat_door(plane: Plane, u: float, colour: Colour, dice: Random) -> None:
    """A flat's security door with couplets at its sides."""
    plane.rect(u - 0.06, 0, u + 1.0, 2.16, shade(colour, 0.62))
    plane.rect(u, 0, u + 0.94, 2.1, colour)
    for low, high in ((0.2, 0.95), (1.1, 1.9)):
        plane.rect(u + 0.14, low, u + 0.8, high, shade(colour, 0.86))
        plane.rect(u + 0.18, low + 0.05, u + 0.76, high - 0.05, shade(colour, 1.06))
    plane.disc(u + 0.82, 1.02, 0.05, (206, 196, 150))
    plane.rect(u + 0.4, 1.62, u + 0.56, 1.78, (206, 60, 52))
    if dice.random() < 0.7:
        plane.rect(u - 0.26, 0.7, u - 0.1, 1.9, (206, 62, 54))
        plane.rect(u + 1.04, 0.7, u + 1.2, 1.9, (206, 62, 54))
        plane.rect(u + 0.1, 2.2, u + 0.84, 2.36, (206, 62, 54))


def corridor(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """CORR-01: cartons, a bicycle and old things along a corridor; afterwards it is clear."""
    half, length = 1.15, 9.5
    _hall(stage, half, length)
    dice = stage.dice
    door = dice.choice(DOORS)
    left, right = stage.plane((-half, 0, 0), (0, 0, 1)), stage.plane((half, 0, 0), (0, 0, 1))
    for z in (2.4, 5.6):
        _flat_door(left, z, door, dice)
    for z in (3.8, 7.0):
        _flat_door(right, z, door, dice)
    stage.facing(-0.62, 0.62, 0.95, 2.3, length - 0.02, (250, 250, 248))
    stage.facing(-0.55, 0.55, 1.02, 2.23, length - 0.03, (196, 224, 236))
    stage.facing(-0.55, 0.55, 1.02, 1.4, length - 0.035, (152, 184, 148))
    stage.facing(-0.03, 0.03, 1.02, 2.23, length - 0.04, (250, 250, 248))
    stage.floor(-0.5, 0.5, length - 3.4, length - 0.1, (255, 253, 236, 70), 0.003)
    if is_after:
        leaves(stage, -half + 0.22, 0.62, length - 0.6, 0.24, dice)
        stage.box((-half + 0.08, -half + 0.36), (0, 0.36), (length - 0.74, length - 0.46), (178, 108, 78))
        return
    for x, z, size, high in ((half - 0.82, 6.3, 0.62, 0.5), (half - 0.64, 5.4, 0.52, 0.42)):
        carton(stage, x, z, size, high)
        carton(stage, x + 0.06, z + 0.05, size * 0.8, high * 0.8, high)
    stage.shadow(half - 0.75, half - 0.2, 3.2, 5.0, 60)
    bicycle(
        stage.plane((half - 0.2, 0, 3.15), (-0.32, 0, 0.95)),
        mess.choice(((66, 112, 158), (188, 72, 62), (82, 128, 92))),
    )
    stage.box((-half + 0.02, -half + 0.36), (0, 0.95), (4.0, 4.9), (150, 116, 84))
    for number in range(3):
        low, high = 0.1 + 0.3 * number, 0.2 + 0.3 * number
        stage.box(
            (-half + 0.04, -half + 0.37), (low, high), (3.98, 4.4), mess.choice((INK, RED, (90, 120, 160)))
        )
    carton(stage, -half + 0.06, 2.75 + mess.uniform(-0.1, 0.1), 0.66, 0.52)
    carton(stage, -half + 0.1, 2.8, 0.5, 0.4, 0.52)
    carton(stage, half - 0.6 - mess.uniform(0, 0.1), 2.35, 0.5, 0.34)


def e_bike_in_hall(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """EBIKE-01: electric bicycles charging in an entrance hall; afterwards a notice hangs where they stood."""
    half, length = 1.9, 5.6
    _hall(stage, half, length, 3.0)
    dice = stage.dice
    stairs = mix((186, 182, 174), (170, 174, 178), dice.random())
    for step in reversed(range(9)):
        stage.box((0.5, half), (0, 0.17 * (step + 1)), (3.4 + 0.26 * step, length), shade(stairs, 0.86))
        stage.floor(
            0.5, half, 3.4 + 0.26 * step, 3.66 + 0.26 * step, shade(stairs, 1.12), 0.17 * (step + 1) + 0.001
        )
    stage.line([(0.5, 1.0, 3.3), (0.5, 2.7, 5.5)], (126, 84, 58), 0.07)
    for step in range(6):
        stage.line(
            [(0.5, 0.2 + 0.28 * step, 3.5 + 0.38 * step), (0.5, 1.1 + 0.3 * step, 3.5 + 0.38 * step)],
            STEEL,
            0.025,
        )
    boxes = stage.plane((-half + 0.005, 0, 2.6), (0, 0, 1))
    boxes.rect(0, 1.2, 1.5, 1.9, (120, 150, 138))
    for row in range(3):
        for column in range(6):
            boxes.rect(
                0.05 + column * 0.24,
                1.25 + row * 0.215,
                0.25 + column * 0.24,
                1.43 + row * 0.215,
                (158, 186, 172),
            )
            boxes.rect(
                0.09 + column * 0.24, 1.36 + row * 0.215, 0.21 + column * 0.24, 1.38 + row * 0.215, INK
            )
    back = stage.plane((-half, 0, length - 0.02), (1, 0, 0))
    back.rect(0.5, 1.15, 1.0, 1.75, PAPER)
    stripes(back, 0.56, 1.6, 0.94, 5, 0.035, (120, 126, 132), dice)
    back.rect(1.25, 0.28, 1.37, 0.4, (236, 236, 232))
    if is_after:
        back.disc(1.7, 1.62, 0.32, RED)
        back.disc(1.7, 1.62, 0.25, PAPER)
        back.ring(1.58, 1.52, 0.06, INK, 0.025)
        back.ring(1.84, 1.52, 0.06, INK, 0.025)
        back.line([(1.58, 1.52), (1.72, 1.62), (1.84, 1.52)], INK, 0.03)
        back.line([(1.5, 1.8), (1.9, 1.44)], RED, 0.05)
        return
    colours: list[Colour] = [(206, 86, 70), (70, 120, 150), (238, 238, 234), (62, 66, 74), (92, 150, 120)]
    mess.shuffle(colours)
    stage.shadow(-1.75, -0.1, 4.6, 5.3, 90)
    e_bike(stage.plane((-1.7, 0, 4.75), (1, 0, 0)), colours[0])
    back.line([(1.31, 0.32), (1.3, 0.06), (1.1, 0.2), (0.96, 0.5)], (40, 42, 46), 0.022)
    stage.shadow(-1.5, 0.4, 3.0, 3.6, 100)
    e_bike(stage.plane((-1.45 + mess.uniform(-0.15, 0.2), 0, 3.3), (1, 0, 0)), colours[1])
    if mess.random() < 0.6:
        stage.shadow(-1.9, -0.3, 2.2, 2.8, 90)
        e_bike(stage.plane((-1.86, 0, 2.4), (0.98, 0, 0.2)), colours[2])


def blocked_exit(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """FIRE-03: a way out with furniture before it; afterwards it opens."""
    half, length = 1.6, 4.6
    _hall(stage, half, length, 2.8)
    dice = stage.dice
    back = stage.plane((-half, 0, length - 0.03), (1, 0, 0))
    green = dice.choice(((96, 140, 112), (120, 130, 140), (150, 84, 66)))
    back.rect(0.62, 0, 2.58, 2.2, shade(green, 0.6))
    for u in (0.7, 1.62):
        back.rect(u, 0, u + 0.88, 2.12, green)
        back.rect(u + 0.28, 1.2, u + 0.6, 1.85, (176, 206, 214))
        back.rect(u + 0.1, 1.0, u + 0.78, 1.07, (206, 208, 206))
    back.rect(1.1, 2.28, 2.1, 2.56, (44, 150, 92))
    back.disc(1.4, 2.45, 0.05, PAPER)
    for limb in (
        ((1.4, 2.42), (1.36, 2.36), (1.3, 2.32)),
        ((1.36, 2.36), (1.42, 2.31), (1.46, 2.33)),
        ((1.32, 2.42), (1.4, 2.43), (1.46, 2.39)),
    ):
        back.line(limb, PAPER, 0.026)
    back.line([(1.7, 2.42), (1.95, 2.42)], PAPER, 0.035)
    back.fill([(1.92, 2.5), (2.02, 2.42), (1.92, 2.34)], PAPER)
    extinguishers = stage.plane((half - 0.01, 0, 2.7), (0, 0, 1))
    extinguishers.rect(0, 0.25, 0.8, 0.95, (196, 58, 50))
    extinguishers.rect(0.06, 0.31, 0.74, 0.89, (224, 222, 214))
    for u in (0.24, 0.54):
        extinguishers.rect(u - 0.09, 0.33, u + 0.09, 0.78, RED)
    if is_after:
        stage.floor(-0.8, 0.8, 1.2, length - 0.2, (244, 206, 84, 70), 0.003)
        for x in (-0.82, 0.78):
            stage.floor(x, x + 0.06, 1.2, length - 0.1, (236, 190, 60), 0.004)
        return
    cloth = mess.choice(((150, 98, 84), (96, 112, 128), (138, 134, 96)))
    stage.shadow(-1.3, 0.9, 3.3, 4.4, 110)
    stage.box((-1.25, 0.75), (0.14, 0.5), (3.5, 4.2), cloth)
    stage.box((-1.25, 0.75), (0.5, 1.02), (4.1, 4.3), shade(cloth, 0.9))
    for x in (-1.25, 0.55):
        stage.box((x, x + 0.2), (0.14, 0.74), (3.45, 4.2), shade(cloth, 1.1))
    stage.facing(-0.25, -0.22, 0.16, 0.48, 3.49, shade(cloth, 0.7))
    stage.fill(((0.85, 0, 4.1), (1.4, 0, 3.9), (1.5, 1.75, 4.3), (0.95, 1.85, 4.4)), (226, 218, 204))
    stage.fill(((1.4, 0, 3.9), (1.52, 0, 3.95), (1.6, 1.75, 4.35), (1.5, 1.75, 4.3)), (190, 180, 164))
    carton(stage, -0.9, 2.7 + mess.uniform(-0.1, 0.2), 0.6, 0.5)
    carton(stage, 0.1, 2.9, 0.56, 0.46)
    carton(stage, 0.16, 2.95, 0.42, 0.36, 0.46)


def lift_hall(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """LIFT-05: a dirty lift with a broken button and things stuck on; afterwards clean and lit."""
    half, length = 2.0, 4.0
    _hall(stage, half, length, 2.8)
    dice = stage.dice
    metal = mix((176, 182, 188), (196, 190, 178), dice.random())
    back = stage.plane((-half, 0, length - 0.03), (1, 0, 0))
    marble = mix((214, 204, 190), (190, 196, 196), dice.random())
    back.rect(0, 0, 4.0, 2.8, marble)
    for u in (0.9, 3.1):
        back.line([(u, 0), (u, 2.8)], shade(marble, 0.9), 0.012)
    for v in (0.9, 1.8):
        back.line([(0, v), (4, v)], shade(marble, 0.9), 0.012)
    back.rect(1.15, 0, 2.85, 2.3, shade(metal, 0.66))
    for number in range(2):
        u = 1.25 + number * 0.76
        back.rect(u, 0, u + 0.74, 2.18, metal)
        back.rect(u + 0.1, 0.0, u + 0.2, 2.18, shade(metal, 1.1))
        back.rect(u + 0.42, 0.0, u + 0.48, 2.18, shade(metal, 1.06))
    back.line([(2.0, 0), (2.0, 2.18)], shade(metal, 0.45), 0.02)
    back.rect(1.75, 2.36, 2.25, 2.56, (36, 40, 46))
    back.rect(3.1, 0.95, 3.32, 1.5, shade(metal, 0.9))
    back.disc(3.21, 1.34, 0.06, (250, 214, 120) if is_after else (90, 92, 96))
    back.disc(3.21, 1.12, 0.06, (232, 232, 230))
    if is_after:
        back.fill([(1.92, 2.4), (2.0, 2.52), (2.08, 2.4)], (250, 140, 70))
        back.rect(0.3, 1.2, 0.82, 1.86, PAPER)
        stripes(back, 0.36, 1.72, 0.76, 6, 0.03, (110, 130, 140), dice)
        back.rect(0.3, 1.76, 0.82, 1.86, (68, 140, 108))
        return
    for _ in range(26):
        u, v = mess.uniform(1.25, 2.75), mess.uniform(0.05, 1.4)
        back.disc(u, v, mess.uniform(0.02, 0.09), (92, 84, 70, mess.randrange(40, 90)))
    for _ in range(6):
        u, v = mess.uniform(1.2, 2.5), mess.uniform(0.8, 1.8)
        back.rect(
            u,
            v,
            u + mess.uniform(0.14, 0.3),
            v + mess.uniform(0.1, 0.2),
            mess.choice((PAPER, (250, 226, 120), (244, 200, 190))),
        )
    back.line([(1.4, 0.5), (1.9, 0.9)], (110, 112, 114), 0.012)
    back.rect(1.66, 1.42, 2.3, 1.9, PAPER)
    stripes(back, 1.72, 1.8, 2.22, 4, 0.05, RED, mess)
    stage.floor(-0.9, 0.4, 2.4, 3.3, (110, 100, 80, 70), 0.004)
    stage.floor(0.2, 0.9, 1.8, 2.6, (110, 100, 80, 60), 0.004)
    carton(stage, -1.7, 2.7, 0.6, 0.46)


def extinguisher_box(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """FIRE-06: a fire cabinet without its contents, its glass broken; afterwards whole and sealed."""
    dice = stage.dice
    wall, dado = dice.choice(WALLS), dice.choice(DADOS)
    stage.backdrop(shade(wall, 1.02), shade(wall, 0.92))
    plane = stage.plane((-1.6, 0, 2.2), (1, 0, 0))
    plane.rect(-1, -0.4, 4.2, 0.8, dado)
    plane.rect(-1, 0.78, 4.2, 0.84, shade(dado, 0.8))
    shift = dice.uniform(-0.25, 0.25)
    u0, u1, v0, v1 = 0.9 + shift, 2.3 + shift, 0.62, 2.2
    plane.rect(u0 + 0.05, v0 - 0.07, u1 + 0.09, v1 - 0.03, (40, 40, 44, 70))
    plane.rect(u0, v0, u1, v1, (198, 54, 46))
    plane.rect(u0 + 0.08, v0 + 0.1, u1 - 0.08, v1 - 0.28, (120, 116, 110))
    plane.rect(u0 + 0.12, v0 + 0.14, u1 - 0.12, v1 - 0.32, (206, 204, 196))
    stripes(plane, u0 + 0.4, v1 - 0.1, u1 - 0.4, 1, 0.09, PAPER, dice)
    plane.line([(2.9 + shift * 0.3, 0.84), (2.9 + shift * 0.3, 2.9)], RED, 0.09)
    middle = (u0 + u1) / 2
    if is_after:
        for radius, colour in (
            (0.3, (186, 166, 128)),
            (0.25, (214, 198, 164)),
            (0.2, (186, 166, 128)),
            (0.15, (214, 198, 164)),
        ):
            plane.disc(middle, v0 + 0.98, radius, colour)
        plane.disc(middle, v0 + 0.98, 0.06, STEEL)
        for u in (middle - 0.32, middle + 0.32):
            plane.rect(u - 0.1, v0 + 0.18, u + 0.1, v0 + 0.62, RED)
            plane.rect(u - 0.1, v0 + 0.18, u - 0.04, v0 + 0.62, shade(RED, 1.2))
            plane.rect(u - 0.04, v0 + 0.62, u + 0.04, v0 + 0.7, INK)
            plane.line([(u, v0 + 0.68), (u + 0.12, v0 + 0.72)], INK, 0.03)
            plane.rect(u - 0.07, v0 + 0.32, u + 0.07, v0 + 0.46, PAPER)
        plane.fill(
            [(u0 + 0.12, v0 + 0.8), (u0 + 0.12, v1 - 0.32), (u0 + 0.75, v1 - 0.32)], (255, 255, 255, 50)
        )
        plane.rect(u1 - 0.3, v0 + 0.14, u1 - 0.12, v0 + 0.34, (244, 214, 90))
        return
    plane.rect(u0 + 0.12, v0 + 0.14, u1 - 0.12, v1 - 0.32, (74, 72, 72))
    plane.ring(middle - 0.2, v0 + 0.98, 0.2, (168, 160, 140), 0.06)
    for _ in range(9):
        u, v, size = (
            mess.uniform(u0 + 0.14, u1 - 0.3),
            mess.choice((v0 + 0.14, v1 - 0.55)),
            mess.uniform(0.1, 0.28),
        )
        plane.fill([(u, v), (u + size, v + size * 0.2), (u + size * 0.4, v + size)], (198, 216, 222, 130))
    for _ in range(4):
        carton_u = mess.uniform(u0 + 0.2, u1 - 0.5)
        plane.rect(
            carton_u,
            v0 + 0.16,
            carton_u + 0.26,
            v0 + 0.16 + mess.uniform(0.1, 0.3),
            mess.choice((CARDBOARD, PAPER, (120, 150, 170))),
        )
    for _ in range(8):
        u = mess.uniform(u0 - 0.3, u1 + 0.3)
        plane.fill([(u, 0.02), (u + 0.16, 0.05), (u + 0.05, 0.16)], (206, 222, 226))


def posters(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """CORR-02: an entrance door stuck over with advertisements; afterwards scraped clean and painted."""
    dice = stage.dice
    wall = dice.choice(((206, 190, 170), (196, 200, 196), (214, 206, 190), (188, 178, 168)))
    stage.backdrop(wall, shade(wall, 0.94))
    plane = stage.plane((-2.2, 0, 3.0), (1, 0, 0))
    for row in range(9):
        for column in range(-1, 13):
            u = column * 0.42 + (0.21 if row % 2 else 0.0)
            plane.rect(u, row * 0.36, u + 0.4, row * 0.36 + 0.34, shade(wall, 0.96 + 0.07 * dice.random()))
    stage.floor(-4, 4, 1.0, 3.0, (176, 172, 166))
    stage.box((-1.3, 1.5), (0, 0.14), (2.5, 3.0), (190, 188, 182))
    door = dice.choice(((84, 116, 104), (92, 102, 122), (126, 76, 60)))
    plane.rect(1.1, 0.14, 3.3, 2.6, shade(door, 0.6))
    for u in (1.2, 2.25):
        plane.rect(u, 0.14, u + 0.95, 2.35, door)
        plane.rect(u + 0.14, 1.3, u + 0.81, 2.2, (134, 164, 172))
        plane.fill([(u + 0.14, 1.6), (u + 0.14, 2.2), (u + 0.5, 2.2)], (178, 202, 208))
        for number in range(3):
            plane.line(
                [(u + 0.3 + 0.17 * number, 1.3), (u + 0.3 + 0.17 * number, 2.2)], shade(door, 0.8), 0.02
            )
    plane.rect(2.12, 1.0, 2.2, 1.3, (214, 214, 206))
    plane.rect(3.5, 1.1, 3.95, 1.75, (120, 126, 132))
    for row in range(4):
        for column in range(3):
            plane.rect(
                3.56 + column * 0.12,
                1.56 - row * 0.13,
                3.64 + column * 0.12,
                1.64 - row * 0.13,
                (206, 210, 212),
            )
    plane.rect(1.7, 2.42, 2.7, 2.56, (58, 96, 150))
    stripes(plane, 1.85, 2.53, 2.55, 1, 0.07, PAPER, dice)
    if is_after:
        plane.rect(0.35, 1.1, 0.9, 1.8, (236, 240, 236))
        plane.rect(0.35, 1.68, 0.9, 1.8, (74, 146, 110))
        stripes(plane, 0.42, 1.6, 0.84, 5, 0.04, (120, 132, 136), dice)
        return
    _stuck_over(plane, mess)


def _stuck_over(plane: Plane, mess: Random) -> None:
    """Advertisements in all colours, some half torn off."""
    tints: tuple[Colour, ...] = (
        PAPER,
        (250, 226, 110),
        (246, 196, 186),
        (190, 224, 240),
        (206, 236, 190),
        (236, 120, 96),
    )
    for _ in range(mess.randrange(34, 46)):
        u, v = mess.uniform(0.2, 4.0), mess.uniform(0.3, 2.3)
        wide, high, turn = mess.uniform(0.14, 0.42), mess.uniform(0.12, 0.34), mess.uniform(-0.14, 0.14)
        sheet = mess.choice(tints)
        corners = [
            (0, 0),
            (wide, wide * turn),
            (wide - high * turn, high + wide * turn),
            (-high * turn, high),
        ]
        plane.fill([(u + a + 0.012, v + b - 0.012) for a, b in corners], (40, 40, 40, 60))
        plane.fill([(u + a, v + b) for a, b in corners], sheet)
        ink = mess.choice((RED, INK, (46, 84, 160)))
        for line in range(2):
            w = v + high * (0.72 - 0.34 * line)
            plane.line([(u + wide * 0.1, w), (u + wide * 0.88, w + wide * turn * 0.8)], ink, high * 0.16)
    for _ in range(10):
        u, v = mess.uniform(0.4, 3.8), mess.uniform(0.4, 2.0)
        plane.fill([(u, v), (u + 0.2, v + 0.04), (u + 0.13, v + 0.15), (u + 0.03, v + 0.12)], (236, 232, 222))


def dark_stairs(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """CORR-03: a staircase with its lamp out; afterwards it is light. `mess` decides what stands in the dark."""
    half, length = 1.7, 5.0
    _hall(stage, half, length, 3.1)
    dice = stage.dice
    stone = mix((190, 184, 174), (172, 178, 184), dice.random())
    for step in reversed(range(10)):
        stage.box((-1.2, 1.2), (0, 0.16 * (step + 1)), (2.6 + 0.26 * step, length), shade(stone, 0.82))
        stage.floor(
            -1.2, 1.2, 2.6 + 0.26 * step, 2.86 + 0.26 * step, shade(stone, 1.08), 0.16 * (step + 1) + 0.001
        )
    for x in (-1.2, 1.2):
        stage.line([(x, 0.95, 2.6), (x, 2.5, 5.0)], (130, 86, 60), 0.07)
        for step in range(8):
            z = 2.7 + 0.3 * step
            stage.line([(x, 0.18 * (step + 0.6), z), (x, 0.98 + 0.195 * step, z)], STEEL, 0.025)
    back = stage.plane((-half, 0, length - 0.02), (1, 0, 0))
    back.rect(1.2, 2.0, 2.2, 2.9, (248, 248, 244))
    back.rect(1.26, 2.06, 2.14, 2.84, (166, 200, 220) if is_after else (40, 52, 76))
    stage.line([(0, 3.1, 2.3), (0, 2.85, 2.3)], INK, 0.02)
    lamp = stage.plane((0, 2.78, 2.3), (1, 0, 0))
    if is_after:
        for radius in (0.7, 0.45, 0.28):
            lamp.disc(0, 0, radius, (255, 244, 200, 60))
        lamp.disc(0, 0, 0.12, (255, 252, 236))
        return
    lamp.disc(0, 0, 0.1, (120, 120, 118))
    carton(stage, mess.uniform(-1.6, -1.4), 2.0, 0.5, 0.4)
    stage.pen((12, 18, 38, 168)).rectangle((0, 0, *stage.size), fill=(12, 18, 38, 168))
    for share in range(4):
        x, y = stage.at((0.6 * math.cos(share) + mess.uniform(-0.1, 0.1), 0, 1.3))
        stage.pen((236, 230, 190, 22)).ellipse(
            (x - 420 + 60 * share, y - 160, x + 420 - 60 * share, y + 260), fill=(236, 230, 190, 22)
        )
