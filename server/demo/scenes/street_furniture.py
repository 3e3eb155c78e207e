"""Scenes of what stands or hangs outside: bins, charging wires, notice board, shed, cables."""

from __future__ import annotations

from random import Random

from server.demo.scenes.open_air import FACADES, estate, open_air, paving
from server.demo.scenes.props import (
    CARS,
    GREENS,
    PAPER,
    RUBBISH,
    STEEL,
    bag,
    bin_with_lid,
    block_of_flats,
    e_bike,
    hedge,
    leaves,
    stripes,
    tree,
)
from server.demo.scenes.stage import Colour, Stage, mix, shade


def bins(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """WASTE-03: a collection point that overflows; afterwards four closed bins in a clean shelter."""
    open_air(stage, (170, 168, 162))
    estate(stage)
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


def charging_wires(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """EBIKE-02: wires let down from windows to charge; afterwards a shed with sockets."""
    open_air(stage, (176, 174, 168))
    dice = stage.dice
    facade = dice.choice(FACADES)
    z = 9.0
    block_of_flats(stage, -9, 9, z, 5, facade, dice)
    paving(stage, -9, 9, 1.0, z, (184, 178, 168))
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


def notice_board(stage: Stage, mess: Random, *, is_after: bool) -> None:
    """PUB-02, PROP-01: a notice board with torn and faded sheets; afterwards everything hangs in order."""
    open_air(stage, (182, 176, 166))
    dice = stage.dice
    estate(stage, 22.0)
    hedge(stage, -12, 12, 7.4, 1.1, dice)
    paving(stage, -12, 12, 0.4, 7.2, (190, 182, 170))
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
    open_air(stage, (176, 172, 164))
    dice = stage.dice
    facade = dice.choice(FACADES)
    z = 10.0
    block_of_flats(stage, -12, 12, z, 4, facade, dice)
    paving(stage, -12, 12, 0.4, 6.0, (188, 182, 172))
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
    open_air(stage, (168, 166, 160))
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
