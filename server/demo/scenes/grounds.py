"""Scenes of the ground itself: fire lane, lawn, greenery, rubble, manhole, exercise ground."""

from __future__ import annotations

import math
from random import Random

from server.demo.scenes.open_air import ASPHALT, FACADES, estate, open_air, paving
from server.demo.scenes.props import (
    CARS,
    GREENS,
    INK,
    PAPER,
    RED,
    RUBBISH,
    STEEL,
    bag,
    block_of_flats,
    car,
    hedge,
    leaves,
    tree,
)
from server.demo.scenes.stage import Colour, Stage, shade


def fire_lane(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """FIRE-01: cars on the hatched fire lane; afterwards it is free to its end."""
    open_air(stage, (142, 166, 112))
    dice = stage.dice
    estate(stage, 30.0)
    stage.floor(-2.6, 2.6, 0.4, 60, ASPHALT)
    for x in (-2.75, 2.6):
        stage.floor(x, x + 0.15, 0.4, 60, (206, 206, 200), 0.01)
    yellow: Colour = (236, 190, 62)
    for x in (-2.2, 2.1):
        stage.floor(x, x + 0.1, 1.2, 22, yellow, 0.002)
    for number in range(9):
        z = 2.0 + number * 2.2
        stage.line([(-2.1, 0.003, z), (2.1, 0.003, z + 2.2)], yellow, 0.09)
        stage.line([(2.1, 0.003, z), (-2.1, 0.003, z + 2.2)], yellow, 0.09)
    for z in (20, 15, 10.5, 7):
        tree(stage, -4.4, z, dice.uniform(3.4, 4.6), dice)
        hedge(stage, 3.2, 5.4, z, 0.8, dice)
    stage.line([(3.0, 0, 5.6), (3.0, 2.5, 5.6)], STEEL, 0.07)
    sign = stage.plane((3.0, 2.3, 5.58), (1, 0, 0))
    sign.disc(0, 0.1, 0.42, RED)
    sign.disc(0, 0.1, 0.32, (52, 94, 158))
    sign.line([(-0.24, 0.34), (0.24, -0.14)], RED, 0.09)
    sign.line([(-0.24, -0.14), (0.24, 0.34)], RED, 0.09)
    if is_after:
        return
    paints = list(CARS)
    mess.shuffle(paints)
    car(stage, 0.35 + mess.uniform(-0.15, 0.2), 12.5, paints[0])
    car(stage, -2.1 + mess.uniform(0, 0.3), 6.4 + mess.uniform(-0.4, 0.6), paints[1])
    if mess.random() < 0.6:
        car(stage, 0.4, 4.7 + mess.uniform(-0.2, 0.4), paints[2])


def car_on_lawn(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """PARK-01, GREEN-01: cars on the lawn beside full bays; afterwards grass again, behind a low fence."""
    open_air(stage, (138, 168, 104))
    dice = stage.dice
    estate(stage, 24.0)
    stage.floor(1.6, 30, 0.4, 60, ASPHALT)
    stage.floor(1.45, 1.6, 0.4, 60, (214, 214, 208), 0.01)
    for number in range(4):
        stage.floor(2.2, 7.2, 3.4 + number * 2.7, 3.5 + number * 2.7, PAPER, 0.003)
    for z in (14.2, 11.5):
        car(stage, 3.4, z, dice.choice(CARS))
    tree(stage, -5.2, 11, 4.6, dice)
    tree(stage, -2.2, 15, 4.2, dice)
    for _ in range(70):
        x, z = dice.uniform(-6, 1.2), dice.uniform(2.2, 14)
        stage.line(
            [(x, 0, z), (x + dice.uniform(-0.05, 0.05), dice.uniform(0.08, 0.18), z)],
            shade(GREENS[dice.randrange(5)], 0.9),
            0.03,
        )
    if is_after:
        for number in range(12):
            x = -6 + number * 0.62
            stage.facing(x, x + 0.08, 0, 0.55, 4.4, (244, 244, 240))
        stage.facing(-6, 1.3, 0.36, 0.44, 4.39, (244, 244, 240))
        for _ in range(18):
            leaves(
                stage,
                dice.uniform(-5, 1.0),
                0.16,
                dice.uniform(5, 7.5),
                0.16,
                dice,
                ((226, 120, 130), (244, 206, 96), (250, 240, 236)),
            )
        return
    for x0, x1 in ((-2.9, -2.4), (-1.3, -0.8)):
        stage.fill(
            ((x0, 0.002, 2.2), (x1, 0.002, 2.2), (x1 + 0.4, 0.002, 9), (x0 + 0.4, 0.002, 9)), (142, 112, 82)
        )
    stage.fill(((-3.4, 0.001, 5), (0.4, 0.001, 5), (0.8, 0.001, 9.4), (-3.2, 0.001, 9.4)), (152, 124, 90))
    car(stage, -2.6 + mess.uniform(-0.2, 0.3), 8.8, mess.choice(CARS))
    car(stage, -2.9 + mess.uniform(-0.3, 0.5), 4.2 + mess.uniform(-0.3, 0.5), mess.choice(CARS))
    if mess.random() < 0.5:
        car(stage, -0.4, 5.6, mess.choice(CARS))


def greenery(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """GREEN-02: a flower bed trodden bare and littered; afterwards planted and trimmed."""
    open_air(stage, (186, 180, 170))
    dice = stage.dice
    estate(stage, 20.0)
    paving(stage, -20, 20, 0.4, 14, (192, 184, 172))
    stage.fill(((-3.4, 0.01, 3.0), (3.2, 0.01, 3.0), (4.2, 0.01, 8.4), (-4.4, 0.01, 8.4)), (206, 204, 198))
    stage.fill(
        ((-3.2, 0.05, 3.12), (3.0, 0.05, 3.12), (4.0, 0.05, 8.2), (-4.2, 0.05, 8.2)),
        (108, 140, 84) if is_after else (150, 122, 90),
    )
    tree(stage, -1.6, 7.4, 4.2, dice)
    tree(stage, 2.7, 7.9, 3.6, dice)
    if is_after:
        hedge(stage, -4.0, 3.8, 7.6, 0.55, dice)
        for number in range(30):
            z = 7.2 - number * 0.13
            tint: tuple[Colour, ...] = (
                ((226, 112, 126), (240, 160, 160)),
                ((244, 202, 88), (250, 224, 150)),
                ((168, 132, 196), (196, 170, 214)),
            )[number % 3]
            leaves(stage, dice.uniform(-2.9, 2.7), 0.18, z, 0.2, dice, (GREENS[2], *tint))
        return
    for _ in range(40):
        x, z = mess.uniform(-3.2, 3.0), mess.uniform(3.3, 7.8)
        stage.fill(
            ((x, 0.055, z), (x + 0.3, 0.055, z + 0.05), (x + 0.24, 0.055, z + 0.2), (x, 0.055, z + 0.16)),
            shade((138, 110, 80), mess.uniform(0.8, 1.15)),
        )
    for _ in range(8):
        x, z = mess.uniform(-3, 2.6), mess.uniform(4.5, 7.6)
        leaves(stage, x, 0.14, z, 0.2, mess, ((150, 138, 92), (132, 130, 84), (168, 146, 98)))
        stage.line([(x, 0.05, z), (x + 0.1, 0.5, z)], (120, 96, 70), 0.03)
    for _ in range(16):
        x, z = mess.uniform(-3, 2.8), mess.uniform(3.3, 6.4)
        bag(stage, x, z, mess.uniform(0.12, 0.26), mess.choice(RUBBISH), 0.05)
    stage.fill(((-2.6, 0.06, 3.1), (-1.5, 0.06, 3.1), (1.8, 0.06, 8.1), (0.9, 0.06, 8.1)), (182, 158, 124))


def rubble(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """RENO-01: builder's rubble across the path; afterwards it lies in its fenced bay."""
    open_air(stage, (150, 164, 120))
    dice = stage.dice
    facade = dice.choice(FACADES)
    block_of_flats(stage, -20, 20, 15, 5, facade, dice)
    paving(stage, -3.2, 3.4, 0.4, 15, (190, 186, 178))
    hedge(stage, -7.5, -3.6, 8.0, 0.9, dice)
    hedge(stage, 3.8, 8, 8.6, 0.9, dice)
    tree(stage, 5.6, 10, 4.4, dice)
    if is_after:
        stage.floor(3.5, 6.4, 5.6, 7.6, (158, 154, 148), 0.004)
        for number in range(6):
            bag(stage, 4.0 + 0.4 * number, 7.0, 0.5, (236, 234, 226))
        for x in (3.5, 6.3):
            stage.facing(x, x + 0.08, 0, 1.1, 5.6, STEEL)
        for v in (0.35, 0.7, 1.05):
            stage.facing(3.5, 6.4, v, v + 0.07, 5.6, (236, 190, 62))
        return
    for _ in range(60):
        x, z, size = mess.gauss(-0.2, 1.1), mess.uniform(4.6, 7.2), mess.uniform(0.12, 0.42)
        colour = mess.choice(
            ((186, 122, 96), (206, 202, 194), (170, 164, 156), (152, 108, 90), (222, 218, 208))
        )
        lift = max(0.0, 0.5 - abs(x + 0.2) * 0.3) * mess.random()
        stage.box((x, x + size), (lift, lift + size * 0.6), (z, z + size), colour)
    for _ in range(5):
        x, z = mess.uniform(-1.6, 1.0), mess.uniform(4.2, 5.4)
        stage.fill(
            (
                (x, 0.03, z),
                (x + mess.uniform(0.9, 1.5), 0.42, z + 0.5),
                (x + 1.4, 0.52, z + 0.5),
                (x + 0.05, 0.14, z),
            ),
            (176, 138, 98),
        )
    for x, z in sorted(
        ((mess.uniform(-2.2, 2.4), mess.uniform(3.7, 5.0)) for _ in range(9)), key=lambda each: -each[1]
    ):
        bag(
            stage, x, z, mess.uniform(0.46, 0.66), (236, 234, 226) if mess.random() < 0.7 else (206, 196, 170)
        )


def manhole(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """CLEAN-06: a manhole without its cover; afterwards level and closed."""
    open_air(stage, (134, 138, 142))
    dice = stage.dice
    estate(stage, 22.0)
    stage.floor(-30, -3.0, 0.4, 40, (186, 180, 170), 0.08)
    stage.floor(-3.1, -2.95, 0.4, 40, (210, 210, 204), 0.1)
    stage.floor(2.9, 3.02, 0.4, 40, PAPER, 0.003)
    for _ in range(26):
        x, z = dice.uniform(-2.8, 5), dice.uniform(1.6, 12)
        stage.line(
            [(x, 0.002, z), (x + dice.uniform(-0.5, 0.5), 0.002, z + dice.uniform(0.1, 0.9))],
            (112, 116, 120),
            0.02,
        )
    tree(stage, -4.6, 9, 4.2, dice)
    middle, z = dice.uniform(-0.5, 0.4), 3.6
    pit = stage.plane((middle, 0.004, z), (1, 0, 0), (0, 0, 1))
    pit.disc(0, 0, 0.74, (154, 156, 158))
    if is_after:
        pit.disc(0, 0, 0.62, (92, 96, 102))
        pit.ring(0, 0, 0.56, (120, 124, 130), 0.03)
        for number in range(-4, 5):
            reach = math.sqrt(max(0.0, 0.5**2 - (number * 0.11) ** 2))
            pit.line([(-reach, number * 0.11), (reach, number * 0.11)], (126, 130, 136), 0.028)
        return
    pit.disc(0, 0, 0.64, (26, 28, 32))
    pit.disc(0.03, -0.12, 0.5, (14, 15, 18))
    cover = stage.plane((middle + 0.9, 0.06, z + 0.7), (1, 0, 0), (0.25, 0.12, 1))
    cover.disc(0, 0, 0.62, (58, 60, 64))
    cover.disc(0, 0.03, 0.6, (98, 102, 108))
    cover.ring(0, 0.03, 0.5, (124, 128, 134), 0.03)
    if mess.random() < 0.7:
        x = middle - 1.0
        stage.shadow(x - 0.24, x + 0.24, z - 0.5, z - 0.1, 80)
        cone = stage.plane((x, 0, z - 0.3), (1, 0, 0))
        cone.rect(-0.26, 0, 0.26, 0.06, (206, 92, 48))
        cone.fill([(-0.2, 0.06), (0.2, 0.06), (0.05, 0.72), (-0.05, 0.72)], (226, 104, 54))
        cone.fill([(-0.14, 0.26), (0.14, 0.26), (0.105, 0.42), (-0.105, 0.42)], PAPER)
    for _ in range(14):
        u = mess.uniform(0, math.tau)
        x, where = middle + 0.85 * math.cos(u), z + 0.75 * math.sin(u)
        stage.box((x, x + 0.1), (0, 0.06), (where, where + 0.1), (150, 146, 140))


def exercise_ground(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """SPORT-02: broken exercise machines taped off; afterwards mended, on a clean ground."""
    open_air(stage, (142, 168, 110))
    dice = stage.dice
    estate(stage, 20.0)
    hedge(stage, -12, 12, 10.5, 0.9, dice)
    rubber = dice.choice(((150, 70, 58), (62, 108, 94), (70, 92, 130)))
    floor: Colour = rubber if is_after else (206, 196, 178)
    stage.fill(((-4.2, 0.01, 2.6), (4.2, 0.01, 2.6), (5.2, 0.01, 9.6), (-5.2, 0.01, 9.6)), floor)
    paint: Colour = (236, 184, 58) if is_after else (190, 164, 104)
    post: Colour = (62, 120, 170) if is_after else (106, 118, 126)
    for number, x in enumerate((-3.2, -0.4, 2.4)):
        _swing(stage, x, 6.6 - 0.6 * (number % 2), post, paint, is_whole=is_after or number == 1)
    stage.line([(-1.9, 0, 5.0), (-1.9, 1.3, 5.0)], post, 0.12)
    if is_after:
        wheel = stage.plane((-1.9, 1.4, 5.0), (1, 0, 0))
        wheel.ring(0, 0, 0.42, paint, 0.07)
        for turn in range(3):
            u, v = 0.42 * math.cos(math.pi * turn / 3 + 0.4), 0.42 * math.sin(math.pi * turn / 3 + 0.4)
            wheel.line([(-u, -v), (u, v)], paint, 0.045)
        for x in (-4.4, 4.3):
            leaves(stage, x, 0.4, 5.4, 0.45, dice)
        stage.fill(
            ((-1.2, 0.012, 3.0), (1.2, 0.012, 3.0), (1.4, 0.012, 4.4), (-1.4, 0.012, 4.4)), shade(rubber, 1.3)
        )
        return
    _taped_off(stage, mess, floor)


def _swing(stage: Stage, x: float, z: float, post: Colour, paint: Colour, *, is_whole: bool) -> None:
    """A frame with two pendulums to stand on; of a broken one half hangs and half lies below."""
    stage.shadow(x - 0.9, x + 0.9, z - 0.4, z + 0.5, 70)
    stage.line([(x - 0.7, 0, z), (x - 0.7, 1.9, z)], post, 0.12)
    stage.line([(x + 0.7, 0, z), (x + 0.7, 1.9, z)], post, 0.12)
    stage.line([(x - 0.7, 1.86, z), (x + 0.7, 1.86, z)], post, 0.12)
    if not is_whole:
        stage.line([(x - 0.3, 1.86, z), (x - 0.36, 0.9, z - 0.1)], paint, 0.07)
        stage.line([(x - 0.1, 0.06, z - 0.6), (x + 0.9, 0.16, z - 0.4)], paint, 0.08)
        return
    for side in (-0.3, 0.3):
        foot = x + side * 1.4
        stage.line([(x + side, 1.86, z), (foot, 0.5, z - 0.2)], paint, 0.07)
        stage.line([(foot - 0.16, 0.48, z - 0.2), (foot + 0.16, 0.48, z - 0.2)], INK, 0.09)


def _taped_off(stage: Stage, mess: Random, floor: Colour) -> None:
    """Cracked ground, a wheel that lies there, red tape between posts."""
    for _ in range(34):
        x, z = mess.uniform(-3.8, 3.8), mess.uniform(3.0, 8.6)
        crack = ((x, 0.015, z), (x + 0.4, 0.015, z + 0.06), (x + 0.24, 0.015, z + 0.34))
        stage.fill(crack, shade(floor, mess.uniform(0.6, 0.95)))
    stage.plane((-1.2, 0.03, 4.2), (1, 0, 0), (0.2, 0.1, 1)).ring(0, 0, 0.42, (168, 146, 96), 0.07)
    for x0, x1, v in ((-4.2, -2.0, 0.9), (1.2, 3.8, 0.95)):
        stage.line([(x0, v, 5.4), ((x0 + x1) / 2, v - 0.14, 5.3), (x1, v, 5.4)], RED, 0.07)
        for x in (x0, x1):
            stage.line([(x, 0, 5.4), (x, 1.0, 5.4)], (230, 120, 60), 0.08)
    for _ in range(4):
        bag(
            stage,
            mess.uniform(-3.4, 3.4),
            mess.uniform(3.4, 5.0),
            mess.uniform(0.2, 0.3),
            mess.choice(RUBBISH),
        )
