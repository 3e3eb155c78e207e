"""The open air that outdoor scenes stand in: sky, ground, an estate's houses."""

from __future__ import annotations

from server.demo.scenes.props import block_of_flats, tree
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


def open_air(stage: Stage, ground: Colour = ASPHALT) -> None:
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


def estate(stage: Stage, z: float = 26.0, floors: int = 6) -> None:
    """Blocks of flats across the background with trees before them."""
    dice = stage.dice
    facade = dice.choice(FACADES)
    split = dice.uniform(-6, 6)
    block_of_flats(stage, -34, split - 1.5, z, floors, facade, dice)
    block_of_flats(stage, split + 1.5, 34, z + 5, floors + dice.randrange(2), shade(facade, 0.95), dice)
    for _ in range(6):
        tree(stage, dice.uniform(-20, 20), z - 2, dice.uniform(4, 6.5), dice)


def paving(stage: Stage, x0: float, x1: float, z0: float, z1: float, colour: Colour) -> None:
    stage.floor(x0, x1, z0, z1, colour)
    for number in range(1, int((z1 - z0) / 0.5)):
        z = z0 + number * 0.5
        stage.line([(x0, 0.001, z), (x1, 0.001, z)], shade(colour, 0.9), 0.014)
