"""Scenes in the open: bins, fire lane, charging wires, lawn, rubble, manhole, notice board, shed, cables, exercise ground."""

from __future__ import annotations

import math
from random import Random

from server.demo.scenes.props import (
    CARS,
    GREENS,
    INK,
    PAPER,
    RED,
    RUBBISH,
    STEEL,
    bag,
    bin_with_lid,
    block_of_flats,
    car,
    e_bike,
    hedge,
    leaves,
    stripes,
    tree,
)
from server.demo.scenes.stage import Colour, Stage, mix, shade

FACADES: tuple[Colour, ...] = (
    (226, 214, 194),
    (214, 200, 186),
    (206, 214, 212),
    (232, 220, 190),
    (218, 190, 170),
    (200, 206, 214),
)
ASPHALT: Colour = (128, 132, 138)


def _open_air(stage: Stage, ground: Colour = ASPHALT) -> None:
    """Sky, clouds, distant trees and the ground."""
    dice = stage.dice
    sky = dice.choice(
        (
            ((142, 186, 220), (216, 230, 236)),
            ((176, 196, 210), (226, 230, 228)),
            ((158, 196, 216), (244, 230, 206)),
        )
    )
    stage.backdrop(*sky, until=0.55)
    for _ in range(4):
        x, y = dice.uniform(0, stage.size[0]), dice.uniform(0.03, 0.2) * stage.size[1]
        for _ in range(5):
            w, h = dice.uniform(120, 300), dice.uniform(26, 52)
            u, v = x + dice.uniform(-200, 200), y + dice.uniform(-20, 20)
            stage.pen((255, 255, 255, 60)).ellipse((u - w, v - h, u + w, v + h), fill=(255, 255, 255, 60))
    stage.ground(ground, mix(ground, (196, 202, 206), 0.5))


def _estate(stage: Stage, z: float = 26.0, floors: int = 6) -> None:
    """Blocks of flats across the background with trees before them."""
    dice = stage.dice
    facade = dice.choice(FACADES)
    split = dice.uniform(-6, 6)
    block_of_flats(stage, -34, split - 1.5, z, floors, facade, dice)
    block_of_flats(stage, split + 1.5, 34, z + 5, floors + dice.randrange(2), shade(facade, 0.95), dice)
    for _ in range(6):
        tree(stage, dice.uniform(-20, 20), z - 2, dice.uniform(4, 6.5), dice)


def _paving(stage: Stage, x0: float, x1: float, z0: float, z1: float, colour: Colour) -> None:
    stage.floor(x0, x1, z0, z1, colour)
    for number in range(1, int((z1 - z0) / 0.5)):
        z = z0 + number * 0.5
        stage.line([(x0, 0.001, z), (x1, 0.001, z)], shade(colour, 0.9), 0.014)


def bins(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """WASTE-03: a collection point that overflows; afterwards four closed bins in a clean shelter."""
    _open_air(stage, (170, 168, 162))
    _estate(stage)
    dice = stage.dice
    roof = dice.choice(((74, 128, 104), (88, 112, 136), (150, 92, 70)))
    z = 5.2
    stage.shadow(-2.6, 2.6, 3.9, z + 1.2, 60)
    stage.facing(-2.5, 2.5, 0, 2.3, z + 0.9, (222, 222, 214))
    stage.facing(-2.5, 2.5, 0, 0.5, z + 0.89, (168, 172, 168))
    sign = stage.plane((-1.9, 1.25, z + 0.85), (1, 0, 0))
    colours: tuple[Colour, ...] = ((72, 76, 82), (126, 92, 66), (58, 110, 170), (188, 66, 58))
    for number, colour in enumerate(colours):
        sign.rect(number * 0.98, 0, number * 0.98 + 0.8, 0.62, colour)
        sign.disc(number * 0.98 + 0.4, 0.38, 0.14, PAPER)
        sign.rect(number * 0.98 + 0.16, 0.08, number * 0.98 + 0.64, 0.15, PAPER)
    for x in (-2.5, 2.42):
        stage.facing(x, x + 0.1, 0, 2.4, z - 0.5, STEEL)
    stage.fill(
        ((-2.8, 2.36, z - 0.8), (2.8, 2.36, z - 0.8), (2.6, 2.75, z + 0.9), (-2.6, 2.75, z + 0.9)), roof
    )
    stage.facing(-2.8, 2.8, 2.24, 2.38, z - 0.8, shade(roof, 0.75))
    for number, colour in enumerate(colours):
        is_open = not is_after and mess.random() < 0.75
        bin_with_lid(stage, -1.9 + number * 0.98, z, colour, is_open=is_open)
        if is_open:
            for _ in range(3):
                bag(
                    stage,
                    -1.9 + number * 0.98 + mess.uniform(0.1, 0.48),
                    z + 0.3,
                    mess.uniform(0.3, 0.5),
                    mess.choice(RUBBISH),
                    0.86,
                )
    if is_after:
        stage.floor(-2.4, 2.4, 3.8, 4.9, (226, 236, 238, 60), 0.004)
        leaves(stage, 3.3, 0.55, 5.2, 0.55, dice)
        leaves(stage, -3.4, 0.5, 5.4, 0.5, dice)
        return
    heap = sorted(
        ((mess.uniform(-2.3, 2.3), mess.uniform(3.5, 4.9)) for _ in range(17)), key=lambda each: -each[1]
    )
    for x, where in heap:
        bag(stage, x, where, mess.uniform(0.36, 0.72), mess.choice(RUBBISH))
    for _ in range(24):
        x, where = mess.uniform(-2.6, 2.6), mess.uniform(3.0, 4.6)
        stage.floor(
            x,
            x + mess.uniform(0.08, 0.2),
            where,
            where + mess.uniform(0.08, 0.2),
            mess.choice(RUBBISH),
            0.004,
        )


def fire_lane(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """FIRE-01: cars on the hatched fire lane; afterwards it is free to its end."""
    _open_air(stage, (142, 166, 112))
    dice = stage.dice
    _estate(stage, 30.0)
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


def charging_wires(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """EBIKE-02: wires let down from windows to charge; afterwards a shed with sockets."""
    _open_air(stage, (176, 174, 168))
    dice = stage.dice
    facade = dice.choice(FACADES)
    z = 9.0
    block_of_flats(stage, -9, 9, z, 5, facade, dice)
    _paving(stage, -9, 9, 1.0, z, (184, 178, 168))
    hedge(stage, -9, -3.4, z - 0.8, 0.7, dice)
    hedge(stage, 4.6, 9, z - 0.8, 0.7, dice)
    if is_after:
        back, front, roof = 7.6, 5.6, dice.choice(((74, 128, 104), (84, 112, 140)))
        stage.shadow(-2.8, 2.8, 5.0, 7.8, 70)
        stage.facing(-2.7, 2.7, 0.6, 1.9, back, (226, 230, 228))
        for number in range(5):
            x = -2.2 + number
            stage.facing(x, x + 0.4, 1.15, 1.6, back - 0.02, (60, 120, 92))
            stage.facing(x + 0.12, x + 0.28, 1.25, 1.37, back - 0.03, PAPER)
        for number in range(4):
            e_bike(stage.plane((-2.35 + number * 1.2, 0, 7.0), (0.55, 0, 0.35)), dice.choice(CARS))
        for x in (-2.7, 2.6):
            stage.facing(x, x + 0.1, 0, 2.3, front, STEEL)
        stage.fill(
            ((-3.0, 2.3, front - 0.2), (3.0, 2.3, front - 0.2), (2.8, 2.75, back), (-2.8, 2.75, back)), roof
        )
        stage.facing(-3.0, 3.0, 2.18, 2.32, front - 0.2, shade(roof, 0.75))
        return
    spots = sorted(mess.uniform(-3.4, 2.2) for _ in range(mess.randrange(3, 5)))
    for number, x in enumerate(spots):
        height, bike_z = 4.6 + 3.0 * mess.randrange(2), 5.4 + 0.7 * (number % 2)
        stage.line(
            [
                (x + 0.7, height, z - 0.6),
                (x + 0.9, height * 0.55, 7.6),
                (x + 0.6, 1.6, 6.6),
                (x + 0.75, 0.6, bike_z),
            ],
            (34, 36, 40),
            0.035,
        )
        stage.facing(x + 0.62, x + 0.82, 0.7, 0.86, bike_z - 0.1, PAPER)
    for number, x in sorted(enumerate(spots), key=lambda each: -(each[0] % 2)):
        bike_z = 5.4 + 0.7 * (number % 2)
        stage.shadow(x - 0.1, x + 1.7, bike_z - 0.2, bike_z + 0.3, 90)
        e_bike(stage.plane((x, 0, bike_z), (1, 0, 0)), mess.choice(CARS))


def car_on_lawn(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """PARK-01, GREEN-01: cars on the lawn beside full bays; afterwards grass again, behind a low fence."""
    _open_air(stage, (138, 168, 104))
    dice = stage.dice
    _estate(stage, 24.0)
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
    _open_air(stage, (186, 180, 170))
    dice = stage.dice
    _estate(stage, 20.0)
    _paving(stage, -20, 20, 0.4, 14, (192, 184, 172))
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
    _open_air(stage, (150, 164, 120))
    dice = stage.dice
    facade = dice.choice(FACADES)
    block_of_flats(stage, -20, 20, 15, 5, facade, dice)
    _paving(stage, -3.2, 3.4, 0.4, 15, (190, 186, 178))
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
    _open_air(stage, (134, 138, 142))
    dice = stage.dice
    _estate(stage, 22.0)
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


def notice_board(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """PUB-02, PROP-01: a notice board with torn and faded sheets; afterwards everything hangs in order."""
    _open_air(stage, (182, 176, 166))
    dice = stage.dice
    _estate(stage, 22.0)
    hedge(stage, -12, 12, 7.4, 1.1, dice)
    _paving(stage, -12, 12, 0.4, 7.2, (190, 182, 170))
    z = 4.0
    stage.shadow(-2.3, 2.3, 3.8, 4.6, 80)
    frame = dice.choice(((86, 124, 110), (92, 98, 108), (132, 92, 66)))
    for x in (-2.15, 2.0):
        stage.facing(x, x + 0.15, 0, 2.5, z, shade(frame, 0.7))
    stage.facing(-2.2, 2.2, 0.8, 2.45, z - 0.02, frame)
    stage.fill(
        ((-2.5, 2.5, z - 0.35), (2.5, 2.5, z - 0.35), (2.3, 2.72, z + 0.2), (-2.3, 2.72, z + 0.2)),
        shade(frame, 0.8),
    )
    board = stage.plane((-2.05, 0.92, z - 0.04), (1, 0, 0))
    board.rect(0, 0, 4.1, 1.4, (228, 232, 228) if is_after else (196, 194, 182))
    board.rect(0, 1.2, 4.1, 1.4, (190, 64, 56) if is_after else (182, 140, 128))
    stripes(board, 1.3, 1.34, 2.8, 1, 0.08, PAPER, dice)
    for column in range(5):
        u = 0.12 + column * 0.79
        if is_after:
            board.rect(u + 0.015, 0.085, u + 0.715, 1.105, (150, 156, 154))
            board.rect(u, 0.1, u + 0.7, 1.12, PAPER)
            board.rect(
                u,
                0.98,
                u + 0.7,
                1.12,
                ((68, 140, 108), (62, 112, 168), (206, 140, 62), (68, 140, 108), (150, 92, 140))[column],
            )
            if column % 2:
                board.rect(u + 0.08, 0.6, u + 0.62, 0.92, mix(GREENS[column], (240, 236, 210), 0.35))
                stripes(board, u + 0.08, 0.52, u + 0.62, 5, 0.035, (132, 140, 146), dice)
            else:
                stripes(board, u + 0.08, 0.9, u + 0.62, 11, 0.035, (132, 140, 146), dice)
            continue
        if mess.random() < 0.2:
            continue
        pale = mix(PAPER, (214, 200, 160), mess.random())
        slip, tear = mess.uniform(-0.12, 0.16), mess.uniform(0.1, 0.5)
        board.fill(
            [
                (u, 1.1),
                (u + 0.68, 1.08 - slip * 0.3),
                (u + 0.68 + slip, 0.2 + tear),
                (u + 0.44, 0.1 + tear * 0.6),
                (u + 0.3, 0.24 + tear),
                (u + slip * 0.6, 0.12),
            ],
            pale,
        )
        stripes(board, u + 0.1, 0.94, u + 0.54, 5, 0.035, (188, 180, 164), mess)
        board.fill([(u + 0.68, 1.08), (u + 0.5, 1.06), (u + 0.62, 0.86)], shade(pale, 0.82))
    if is_after:
        board.fill([(0.2, 0), (1.2, 0), (2.2, 1.4), (1.2, 1.4)], (255, 255, 255, 26))
        for x in (-3.2, 3.2):
            leaves(stage, x, 0.45, 4.2, 0.45, dice)
        return
    for _ in range(12):
        u, v = mess.uniform(0, 3.9), mess.uniform(0.05, 1.1)
        board.rect(
            u,
            v,
            u + mess.uniform(0.12, 0.26),
            v + mess.uniform(0.08, 0.16),
            mess.choice((PAPER, (250, 226, 110), (244, 190, 180))),
        )
    for x in (-1.2, 0.4, 1.5):
        stage.floor(x, x + 0.34, 3.1 + mess.uniform(-0.3, 0.3), 3.5, PAPER, 0.004)


def shed(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """ILLB-01: a lean-to of tin and glass against the block; afterwards taken down and the bed replanted."""
    _open_air(stage, (176, 172, 164))
    dice = stage.dice
    facade = dice.choice(FACADES)
    z = 10.0
    block_of_flats(stage, -12, 12, z, 4, facade, dice)
    _paving(stage, -12, 12, 0.4, 6.0, (188, 182, 172))
    stage.floor(-12, 12, 6.0, z, (132, 160, 100), 0.004)
    tree(stage, -6.4, 8.0, 4.6, dice)
    if is_after:
        stage.floor(-2.8, 2.8, 6.6, 9.6, (166, 140, 104), 0.006)
        for number in range(24):
            leaves(
                stage,
                -2.6 + (number % 8) * 0.72,
                0.22,
                9.2 - 0.9 * (number // 8),
                0.24,
                dice,
                (*GREENS[:3], (240, 150, 150)),
            )
        hedge(stage, 3.4, 8.0, 8.6, 0.7, dice)
        return
    tin = mess.choice(((112, 140, 168), (186, 188, 190), (92, 132, 120), (170, 96, 78)))
    left, right, front = -2.9 + mess.uniform(-0.4, 0.2), 2.6 + mess.uniform(-0.2, 0.6), 6.6
    stage.shadow(left - 0.2, right + 0.3, front - 0.3, z, 80)
    stage.facing(left, right, 0, 2.5, front, (214, 210, 202))
    stage.facing(left, right, 0, 0.8, front - 0.01, (186, 120, 94))
    for number in range(5):
        v = number * 0.16
        stage.facing(left, right, v + 0.14, v + 0.16, front - 0.015, (206, 170, 150))
    count = 4
    step = (right - left - 1.2) / count
    for number in range(count):
        u = left + 0.15 + number * step
        stage.facing(u, u + step - 0.1, 0.95, 2.3, front - 0.02, (236, 238, 236))
        stage.facing(u + 0.07, u + step - 0.17, 1.02, 2.23, front - 0.03, (140, 176, 190))
        stage.fill(
            (
                (u + 0.07, 1.5, front - 0.035),
                (u + 0.07, 2.23, front - 0.035),
                (u + step * 0.6, 2.23, front - 0.035),
            ),
            (190, 214, 220),
        )
    stage.facing(right - 0.95, right - 0.15, 0, 2.15, front - 0.02, (126, 84, 62))
    stage.fill(
        (
            (left - 0.3, 2.5, front - 0.4),
            (right + 0.3, 2.5, front - 0.4),
            (right + 0.2, 3.2, z),
            (left - 0.2, 3.2, z),
        ),
        tin,
    )
    for number in range(16):
        u = left - 0.25 + number * (right - left + 0.5) / 15
        stage.line([(u, 2.52, front - 0.4), (u, 3.2, z)], shade(tin, 0.82), 0.04)
    stage.facing(left - 0.3, right + 0.3, 2.4, 2.52, front - 0.4, shade(tin, 0.7))
    for _ in range(5):
        bag(stage, mess.uniform(left, right - 1), 6.2, mess.uniform(0.3, 0.5), mess.choice(RUBBISH))


def cables(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """CABLE-01: lines hang down over the path; afterwards they are bundled and high."""
    _open_air(stage, (168, 166, 160))
    dice = stage.dice
    facade = dice.choice(FACADES)
    for x0, x1 in ((-16, -4.2), (4.4, 16)):
        block_of_flats(stage, x0, x1, 13, 5, facade if x0 < 0 else shade(facade, 0.94), dice)
    block_of_flats(stage, -4, 4.2, 34, 6, shade(facade, 1.04), dice)
    stage.floor(-2.6, 2.6, 0.4, 34, (148, 150, 152))
    for depth in (15, 9):
        tree(stage, 5.2, depth, 3.8, dice)
    poles = ((-3.0, 6.0), (3.0, 11.0), (-3.0, 18.0))
    for x, z in reversed(poles):
        stage.line([(x, 0, z), (x, 6.2, z)], (150, 146, 138), 0.24)
        stage.facing(x - 0.7, x + 0.7, 5.5, 5.66, z - 0.02, (120, 112, 100))
        stage.facing(x - 0.25, x + 0.25, 3.4, 4.1, z - 0.14, (206, 208, 204))
    spans = [(poles[0], poles[1]), (poles[1], poles[2]), ((-5.0, 3.2), poles[0])]
    for start, end in spans:
        if is_after:
            _span(stage, start, end, 5.6, 0.5, (52, 54, 58), 0.07)
            continue
        for _ in range(7):
            _span(
                stage,
                start,
                end,
                5.6 - mess.uniform(0, 0.5),
                mess.uniform(0.5, 3.4),
                mess.choice(((34, 36, 40), (60, 62, 66), (46, 70, 96))),
                0.032,
            )
    if is_after:
        return
    for _ in range(3):
        x, z = mess.uniform(-1.8, 1.6), mess.uniform(5.0, 8.0)
        stage.line(
            [(-3.0, 5.4, 6.0), (x - 0.7, 2.6, z), (x, 0.7, z), (x + 0.3, 0.2, z), (x + 0.8, 0.12, z - 0.3)],
            (36, 38, 42),
            0.036,
        )
    coil = stage.plane((-2.95, 2.2, 5.9), (1, 0, 0))
    for _ in range(4):
        coil.ring(
            mess.uniform(-0.1, 0.1), mess.uniform(-0.1, 0.1), mess.uniform(0.24, 0.4), (40, 42, 46), 0.035
        )


def _span(
    stage: Stage,
    start: tuple[float, float],
    end: tuple[float, float],
    height: float,
    sag: float,
    colour: Colour,
    width: float,
) -> None:
    """One line between two poles, hanging through by `sag` metres."""
    points = []
    for number in range(13):
        share = number / 12
        x, z = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
        points.append((x, height - sag * 4 * share * (1 - share), z))
    stage.line(points, colour, width)


def exercise_ground(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """SPORT-02: broken exercise machines taped off; afterwards mended, on a clean ground."""
    _open_air(stage, (142, 168, 110))
    dice = stage.dice
    _estate(stage, 20.0)
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
