"""The harbour: boats between quays, a row of houses, a lighthouse or a crane, gulls."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.paving import quay
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, clouds, hills, mountains, sky
from dissect_core.world.things.animals import gull
from dissect_core.world.things.boats import fishing_boat, rowing_boat, sailing_boat
from dissect_core.world.things.cars import car_beside
from dissect_core.world.things.dry_plants import palm
from dissect_core.world.things.harbour_things import crane, lighthouse, pier
from dissect_core.world.things.outdoor_furniture import bench, street_lamp, umbrella
from dissect_core.world.things.people import person
from dissect_core.world.things.rocks import rock
from dissect_core.world.things.skyline import skyline
from dissect_core.world.things.waterfront import waterfront
from dissect_core.world.trees import tree
from dissect_core.world.water import sun_path, water
from dissect_core.world.weather import finish


def paint_harbour(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.24, 0.32, 0.2, 0.24), horizon=(0.36, 0.48), eye=5.0)
    sky(scene)
    sun_path(scene)
    clouds(scene, 0.18)
    mountains(scene, 0.35)
    hills(scene, 0.8)
    side = 1 - 2 * dice.chance("town side", 0.5)
    shore = scene.horizon + dice.uniform("shore", 0.05, 0.075)
    _far_side(scene, shore, side)
    water(scene, shore - canvas.y + 0 * canvas.x, shore, clear=0.6)
    _afloat(scene, shore, side)
    _near_quay(scene, side)
    for slot, (low, high, deep) in enumerate(((0.1, 0.45, 0.12), (0.5, 0.9, 0.2), (0.3, 0.7, 0.3))):
        name = f"gull {slot} "
        gull(
            scene,
            name,
            Spot(
                dice.uniform(name + "x", low, high),
                deep + dice.uniform(name + "y", 0, 0.1),
                dice.uniform(name + "size", 0.031, 0.055),
            ),
            dice.chance(name, 0.5),
        )
    finish(scene, 0.2)


def _far_side(scene: Scene, shore: Tensor, side: Tensor) -> None:
    """The town and the mole across the water."""
    dice = scene.dice
    everywhere = torch.ones_like(shore)
    foot = shore - 0.012
    city = dice.chance("city", 0.25)
    skyline(scene, "city", foot - 0.005, (0.1, 0.17), 0.25, city)
    quay(scene, "mole", foot - 0.016, shore)
    for slot, (low, high) in enumerate(((0.05, 0.3), (0.6, 0.95))):
        name = f"far tree {slot} "
        tree(
            scene,
            name,
            dice.uniform(name + "x", low, high),
            foot - 0.006,
            dice.uniform(name + "tall", 0.09, 0.14),
            dice.chance(name, 0.5),
        )
    start = dice.uniform("town from", 0.0, 0.34)
    left = torch.where(side > 0, start, -0.02)
    right = torch.where(side > 0, 1.02 + 0 * start, 1 - start)
    waterfront(
        scene,
        "town",
        foot,
        dice.uniform("town scale", 0.0125, 0.0165),
        left,
        right,
        1 - city * dice.chance("no town", 0.7),
    )
    end = 0.5 - side * dice.uniform("end x", 0.3, 0.42)
    lot = dice.choice("landmark", (0.2, 0.4, 0.4)).view(-1, 1, 1)
    lighthouse(scene, "light ", Spot(end, shore - 0.004, dice.uniform("light tall", 0.26, 0.38)), (lot == 1).float())
    crane(
        scene,
        "crane ",
        Spot(end, shore - 0.004, dice.uniform("crane tall", 0.26, 0.36)),
        (lot == 2).float(),
        side * everywhere,
    )
    car_beside(
        scene,
        "far car ",
        Spot(0.5 + side * dice.uniform("far car x", -0.1, 0.35), shore - 0.004, 0.013 * everywhere),
        dice.chance("far car", 0.4),
        side,
    )


def _afloat(scene: Scene, shore: Tensor, side: Tensor) -> None:
    """Boats, larger as they come nearer."""
    dice = scene.dice
    for slot, (low, high, deep) in enumerate(
        (
            (0.06, 0.3, 0.03),
            (0.4, 0.62, 0.035),
            (0.68, 0.95, 0.03),
            (0.15, 0.45, 0.12),
            (0.55, 0.85, 0.13),
            (0.3, 0.7, 0.25),
        )
    ):
        name = f"boat {slot} "
        foot = shore + deep + dice.uniform(name + "foot", 0, 0.025)
        x, way = dice.uniform(name + "x", low, high), 1 - 2 * dice.chance(name + "way", 0.5)
        metre = scene.metre(foot) * dice.uniform(name + "size", 0.85, 1.1)
        lot = dice.choice(name + "lot", (0.25, 0.45, 0.3)).view(-1, 1, 1)
        sailing_boat(scene, name + "sail ", Spot(x, foot, metre * 1.05), (lot == 1).float(), way, sailing=0.35)
        fishing_boat(scene, name + "fish ", Spot(x, foot, metre * 0.95), (lot == 2).float(), way)


def _near_quay(scene: Scene, side: Tensor) -> None:
    """Before the viewer: a quay with what stands there, a landing stage, or open water with a rowing boat."""
    dice = scene.dice
    lot = dice.choice("near", (0.25, 0.5, 0.25)).view(-1, 1, 1)
    stone, stage = (lot == 1).float(), (lot == 2).float()
    everywhere = torch.ones_like(scene.horizon)
    at = 0.5 + side * dice.uniform("stage x", 0.1, 0.3)
    rowing_boat(
        scene,
        "row ",
        Spot(0.5 - side * dice.uniform("row x", 0.0, 0.3), 0.83 * everywhere, 0.075 * everywhere),
        (1 - stone) * dice.chance("row", 0.6),
        side,
    )
    pier(
        scene,
        "stage ",
        (at, 1.03 * everywhere),
        (at - side * dice.uniform("stage long", 0.12, 0.3), dice.uniform("stage end", 0.66, 0.76)),
        0.12 * everywhere,
        stage,
    )
    edge = dice.uniform("quay edge", 0.82, 0.88)
    quay(scene, "quay", edge, 1.1 * everywhere, stone)
    here = stone
    palm(
        scene,
        "palm ",
        Spot(0.5 + side * dice.uniform("palm x", 0.34, 0.46), edge + 0.1, dice.uniform("palm tall", 0.4, 0.52)),
        here * dice.chance("palm", 0.25) * (1 - scene.winter),
    )
    street_lamp(
        scene,
        "lamp ",
        Spot(0.5 - side * dice.uniform("lamp x", 0.3, 0.44), edge + 0.04, 0.085 * everywhere),
        here * dice.chance("lamp", 0.5),
    )
    spot = dice.choice("quay lot", (0.15, 0.2, 0.38, 0.27)).view(-1, 1, 1)
    x, foot = 0.5 + side * dice.uniform("spot x", 0.02, 0.28), edge + 0.075
    bench(scene, "bench ", Spot(x, foot, 0.09 * everywhere), here * (spot == 1).float())
    car_beside(scene, "car ", Spot(x, foot, 0.082 * everywhere), here * (spot == 2).float(), side)
    umbrella(scene, "shade ", Spot(x, foot, 0.085 * everywhere), here * (spot == 3).float() * (1 - scene.winter))
    for slot, (low, high) in enumerate(((-0.25, -0.05), (-0.12, 0.0))):
        name = f"walker {slot} "
        person(
            scene,
            name,
            Spot(
                0.5 + side * dice.uniform(name + "x", low, high),
                edge + dice.uniform(name + "foot", 0.05, 0.12),
                0.088 * everywhere,
            ),
            here * dice.chance(name, 0.45),
        )
    rock(
        scene,
        "rock ",
        Spot(0.5 - side * 0.44, 0.95 * everywhere, 0.08 * everywhere),
        (1 - stone) * dice.chance("rock", 0.4),
    )
