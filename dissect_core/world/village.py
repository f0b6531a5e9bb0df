"""The village: houses around a lane, a small church, gardens and hills behind."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, clouds, hills, mountains, sky
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.things.animals import sheep
from dissect_core.world.things.cars import car_beside
from dissect_core.world.things.chapel import chapel
from dissect_core.world.things.farm_things import barn, field, hay, tractor
from dissect_core.world.things.houses import house
from dissect_core.world.things.outdoor_furniture import bench, flowers, fountain, street_lamp
from dissect_core.world.things.people import person
from dissect_core.world.things.roads import Course, lane, road
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.weather import finish
from dissect_core.world.yard import fence


def paint_village(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.23, 0.27, 0.22, 0.28), horizon=(0.38, 0.48), eye=8.0)
    everywhere = torch.ones_like(scene.horizon)
    sky(scene)
    clouds(scene, 0.2)
    mountains(scene)
    hills(scene)
    grass(scene)
    rows = torch.maximum(scene.horizon + 0.015 - canvas.y, canvas.y - scene.horizon - 0.11) + 0 * canvas.x
    field(
        scene,
        "fields",
        torch.maximum(rows, (canvas.x - dice.uniform("field x", 0.1, 0.9)).abs() - 0.3),
        dice.uniform("field vanishing", 0.2, 0.8),
        dice.chance("fields", 0.35),
    )
    snowed_in(scene)
    treeline(scene, dice.chance("treeline", 0.5))
    paved = dice.chance("paved", 0.45)
    course = Course(
        dice.uniform("lane from", 0.42, 0.58), scene.horizon + 0.06, dice.uniform("lane to", 0.36, 0.64),
        dice.uniform("lane bend", -0.11, 0.11),
        0.016 * everywhere, dice.uniform("lane width", 0.14, 0.19),
    )  # fmt: skip
    _behind(scene, course)
    lane(scene, course, 1 - paved)
    road(scene, course, paved)
    _before(scene, course)
    _on_the_lane(scene, course)
    finish(scene)


def _behind(scene: Scene, course: Course) -> None:
    """The church and the far houses, with trees between them."""
    dice = scene.dice
    side = 1 - 2 * dice.chance("church side", 0.5)
    foot = scene.horizon + dice.uniform("church foot", 0.055, 0.08)
    chapel(
        scene,
        "church ",
        Spot(course.far_x + side * dice.uniform("church x", 0.06, 0.14), foot, 0.0185 + 0 * foot),
        dice.chance("church", 0.65),
        side,
    )
    barn(
        scene,
        "barn ",
        Spot(course.far_x - side * 0.33, foot + 0.005, 0.0165 + 0 * foot),
        dice.chance("barn", 0.4),
        side,
    )
    for slot, (out, low) in enumerate(
        ((-0.17, 0.05), (0.2, 0.055), (-0.36, 0.07), (0.4, 0.075), (-0.26, 0.115), (0.27, 0.12))
    ):
        name = f"far house {slot} "
        base = scene.horizon + low + dice.uniform(name + "foot", 0.0, 0.02)
        house(
            scene,
            name,
            scene.spot(course.far_x + out + dice.uniform(name + "x", -0.03, 0.03), base, 1.6),
            dice.chance(name, 0.85),
            1.0 if out < 0 else -1.0,
        )
    for slot, (out, low) in enumerate(((-0.28, 0.1), (0.3, 0.1))):
        name = f"far tree {slot} "
        base = scene.horizon + low
        tree(
            scene,
            name,
            course.far_x + out + dice.uniform(name + "x", -0.06, 0.06),
            base,
            dice.uniform(name + "tall", 0.1, 0.16),
            dice.chance(name, 0.6),
        )


def _before(scene: Scene, course: Course) -> None:
    """The near houses on both sides of the lane, with their gardens."""
    dice = scene.dice
    for slot, (out, low) in enumerate(((-0.3, 0.19), (0.3, 0.2), (-0.42, 0.33), (0.44, 0.34))):
        name = f"house {slot} "
        foot = scene.horizon + low + dice.uniform(name + "foot", -0.02, 0.02)
        x = course.middle(foot) + out + dice.uniform(name + "x", -0.03, 0.03)
        house(
            scene,
            name,
            scene.spot(x, foot, dice.uniform(name + "size", 1.3, 1.55)),
            dice.chance(name, (0.9, 0.9, 0.75, 0.75)[slot]),
            1.0 if out < 0 else -1.0,
        )
    for slot, (out, low) in enumerate(((-0.17, 0.2), (0.17, 0.22), (-0.3, 0.37), (0.3, 0.39))):
        name = f"shrub {slot} "
        foot = scene.horizon + low + dice.uniform(name + "foot", 0, 0.03)
        bush(
            scene, name, course.middle(foot) + out, foot, 0.022 + 0.07 * (foot - scene.horizon), dice.chance(name, 0.5)
        )
        name = f"bed {slot} "
        flowers(
            scene, name, Spot(course.middle(foot) + out * 1.15, foot + 0.035, 0.045 + 0 * foot), dice.chance(name, 0.35)
        )
    for slot, (out, low) in enumerate(((-0.44, 0.4), (0.45, 0.42))):
        name = f"tree {slot} "
        foot = scene.horizon + low
        tree(
            scene,
            name,
            0.5 + out + dice.uniform(name + "x", -0.04, 0.04),
            foot,
            dice.uniform(name + "tall", 0.34, 0.48),
            dice.chance(name, 0.5),
        )


def _on_the_lane(scene: Scene, course: Course) -> None:
    """A well or a bench beside the lane, what drives there, a lamp, people, and a fence before all."""
    dice = scene.dice
    side = 1 - 2 * dice.chance("square side", 0.5)
    foot = scene.horizon + dice.uniform("square foot", 0.3, 0.36)
    beside = course.middle(foot) + side * (course.half(foot) + 0.1)
    lot = dice.choice("square", (0.2, 0.2, 0.15, 0.2, 0.15)).view(-1, 1, 1)
    size = scene.metre(foot)
    fountain(scene, "well ", Spot(beside, foot, size * 0.75), (lot == 1).float())
    bench(scene, "bench ", Spot(beside, foot, size * 1.3), (lot == 2).float())
    sheep(scene, "sheep ", Spot(beside, foot, size * 1.4), (lot == 3).float(), side)
    hay(scene, "hay ", Spot(beside, foot, size * 1.2), (lot == 4).float())
    driving = scene.horizon + dice.uniform("car foot", 0.2, 0.3)
    wheels = dice.choice("wheels", (0.5, 0.3, 0.2)).view(-1, 1, 1)
    car_beside(scene, "car ", scene.spot(course.middle(driving), driving, 0.95), (wheels == 1).float(), side)
    tractor(scene, "tractor ", scene.spot(course.middle(driving), driving, 1.0), (wheels == 2).float(), -side)
    post = scene.horizon + dice.uniform("lamp foot", 0.22, 0.34)
    street_lamp(
        scene,
        "lamp ",
        scene.spot(course.middle(post) - side * (course.half(post) + 0.025), post, 1.1),
        dice.chance("lamp", 0.4),
    )
    for slot, low in enumerate((0.3, 0.42)):
        name = f"walker {slot} "
        walk = scene.horizon + low + dice.uniform(name + "foot", 0, 0.05)
        person(
            scene,
            name,
            scene.spot(course.middle(walk) + dice.uniform(name + "x", -0.07, 0.07), walk, 1.3),
            dice.chance(name, 0.4),
        )
    near = course.middle(0.97)
    fence(scene, near, course.half(0.97) + 0.03, 0.985 + 0 * near, dice.chance("fence", 0.35))
