"""The mountain lake: peaks and woods mirrored in still water, a landing stage and boats."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dissect_core.world.alps import alps, wooded_slope
from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, clouds, hills, sky
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.texture import sharpen
from dissect_core.world.things.animals import cow, deer, duck, gull
from dissect_core.world.things.boats import rowing_boat, sailing_boat
from dissect_core.world.things.harbour_things import pier
from dissect_core.world.things.houses import house
from dissect_core.world.things.outdoor_furniture import bench
from dissect_core.world.things.people import person
from dissect_core.world.things.rocks import rock
from dissect_core.world.trees import bush, tree
from dissect_core.world.water import water
from dissect_core.world.weather import finish

Line = Callable[[Tensor], Tensor]


def paint_mountain_lake(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.23, 0.28, 0.22, 0.27), horizon=(0.43, 0.54), eye=4.5)
    sky(scene)
    clouds(scene, 0.22)
    alps(scene, "range", scene.horizon + 0.01, (0.24, 0.38), 0.16, (0.4, 0.85))
    hills(scene)
    wooded_slope(scene, "back wood", scene.horizon + 0.01, (0.09, 0.17), 0.25, dice.chance("back wood", 0.7))
    wooded_slope(scene, "front wood", scene.horizon + 0.02, (0.035, 0.09), 0.1, dice.chance("front wood", 0.75))
    grass(scene)
    side = 1 - 2 * dice.chance("bank side", 0.5)  # the near bank rises towards this side
    shore = scene.horizon + dice.uniform("shore", 0.022, 0.05)
    far_x = 0.5 - side * dice.uniform("cabin x", 0.1, 0.36)
    house(
        scene,
        "cabin ",
        Spot(far_x, shore - 0.004, 0.0135 + 0 * shore),
        dice.chance("cabin", 0.5),
        side,
        (0.15, 0, 0, 0.15, 0.2, 0.5),
    )
    bank = _lake(scene, shore, side)
    _on_the_water(scene, bank, side)
    _on_the_bank(scene, bank, side)
    finish(scene, 0.3)


def _lake(scene: Scene, shore: Tensor, side: Tensor) -> Line:
    """Fill the lake; returns the line of the near bank as y at an x."""
    canvas, dice = scene.canvas, scene.dice
    edge, rise, wave = (
        dice.uniform("bank from", 0.3, 0.6),
        dice.uniform("bank rise", 0.14, 0.26),
        dice.uniform("wave", 0, 6),
    )

    def bank(x: Tensor) -> Tensor:
        beside = 0.5 + side * (x - 0.5)  # the bank is on the right in this x
        return 0.97 - rise * sharpen(beside, edge - 0.12, edge + 0.4) + 0.008 * torch.sin(beside * 31 + wave)

    line = bank(canvas.x)
    coast = shore + 0.005 * torch.sin(canvas.x * 17 + wave) + (scene.coarse - 0.5) * 0.012
    area = torch.maximum(coast - canvas.y, canvas.y - line + (scene.fine - 0.5) * 0.012)
    snowed_in(scene)
    water(scene, area, shore, clear=0.72)
    rim = torch.maximum((canvas.y - line - 0.008).abs() - 0.012, -area - 0.03)
    canvas.shade(canvas.soft(rim, 0.016) * 0.6, 0.62)
    return bank


def _on_the_water(scene: Scene, bank: Line, side: Tensor) -> None:
    """The landing stage, boats and birds."""
    dice = scene.dice
    open_x = 0.5 - side * dice.uniform("boat x", 0.05, 0.35)
    far = scene.horizon + dice.uniform("sail y", 0.09, 0.13)
    way = 1 - 2 * dice.chance("boat way", 0.5)
    sailing_boat(scene, "sail ", Spot(open_x, far, 0.03 + 0 * far), dice.chance("sail", 0.35), way, sailing=0.95)
    gull(
        scene,
        "bird a ",
        Spot(
            dice.uniform("bird a x", 0.15, 0.85),
            dice.uniform("bird a y", 0.2, 0.4),
            dice.uniform("bird a size", 0.029, 0.044),
        ),
        dice.chance("bird a ", 0.3),
    )
    stage = dice.chance("stage", 0.55)
    near_x = 0.5 + side * dice.uniform("stage x", 0.04, 0.14)
    near_y = bank(near_x) + 0.015
    end = near_x - side * dice.uniform("stage long", 0.16, 0.24), near_y - dice.uniform("stage out", 0.13, 0.17)
    beside = near_x - side * 0.3, end[1] + dice.uniform("row y", 0.07, 0.1)
    rowing_boat(scene, "row ", Spot(*beside, 0.06 + 0 * far), dice.chance("row", 0.6), side)
    pier(scene, "stage ", (near_x, near_y), end, dice.uniform("stage half", 0.06, 0.085), stage)
    for slot, (low, high) in enumerate(((0.1, 0.3), (0.25, 0.4))):
        name = f"duck {slot} "
        duck(
            scene,
            name,
            Spot(
                0.5 - side * dice.uniform(name + "x", low, high), dice.uniform(name + "y", 0.74, 0.86), 0.045 + 0 * far
            ),
            dice.chance(name, 0.35),
            side,
        )


def _on_the_bank(scene: Scene, bank: Line, side: Tensor) -> None:
    """Firs and bushes, rocks at the water's edge, and who came to see it."""
    dice = scene.dice

    def at(name: str, low: float, high: float, deep: float) -> tuple[Tensor, Tensor]:
        x = 0.5 + side * dice.uniform(name + "x", low, high)
        return x, bank(x) + deep

    for slot, (low, high, deep) in enumerate(((0.3, 0.44, 0.03), (0.42, 0.52, 0.08))):
        name = f"fir {slot} "
        x, foot = at(name, low, high, deep)
        tree(scene, name, x, foot, dice.uniform(name + "tall", 0.38, 0.56), dice.chance(name, 0.7), firs=0.7)
    for slot, (low, high) in enumerate(((0.06, 0.2), (0.18, 0.36), (-0.5, -0.3))):
        name = f"rock {slot} "
        x, foot = at(name, low, high, 0.012)
        rock(scene, name, Spot(x, foot, dice.uniform(name + "size", 0.035, 0.07)), dice.chance(name, 0.5))
    visitor = dice.choice("visitor", (0.3, 0.2, 0.15, 0.2, 0.15)).view(-1, 1, 1)
    x, foot = at("visitor ", 0.2, 0.32, 0.075)
    size = 0.075 + 0 * foot
    bench(scene, "bench ", Spot(x, foot, size), (visitor == 1).float())
    cow(scene, "cow ", Spot(x, foot, size * 0.85), (visitor == 2).float(), -side)
    deer(scene, "deer ", Spot(x, foot, size * 0.85), (visitor == 3).float(), -side)
    person(scene, "walker ", Spot(x, foot, size), (visitor == 4).float())
    x, foot = at("bush ", 0.3, 0.48, 0.13)
    bush(scene, "bush ", x, foot, dice.uniform("bush size", 0.05, 0.07), dice.chance("bush", 0.5))
