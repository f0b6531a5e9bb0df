"""The farm: a barn among fields, with a tractor, animals, hay and fences."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, clouds, hills, mountains, sky
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.things.aeroplanes import propeller_plane
from dissect_core.world.things.animals import cow, sheep
from dissect_core.world.things.cars import car_beside
from dissect_core.world.things.farm_things import barn, field, hay, tractor
from dissect_core.world.things.houses import house
from dissect_core.world.things.people import person
from dissect_core.world.things.roads import Course, lane
from dissect_core.world.things.timber import wood_pile
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.weather import finish
from dissect_core.world.yard import fence


def paint_farm(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.24, 0.26, 0.25, 0.25), horizon=(0.42, 0.52), eye=6.0)
    sky(scene)
    clouds(scene, 0.24)
    mountains(scene)
    hills(scene)
    grass(scene)
    side = 1 - 2 * dice.chance("yard side", 0.5)  # the yard is on this side, the field on the other
    snowed_in(scene)
    _fields(scene, side)
    treeline(scene, dice.chance("treeline", 0.6))
    flying = dice.chance("flying", 0.12)
    propeller_plane(
        scene,
        "plane ",
        Spot(
            dice.uniform("plane x", 0.3, 0.7), dice.uniform("plane y", 0.2, 0.3), dice.uniform("plane size", 0.16, 0.22)
        ),
        flying,
        side,
        grounded=0.0,
    )
    _yard(scene, side)
    _meadow(scene, side)
    finish(scene)


def _fields(scene: Scene, side: Tensor) -> None:
    """A far strip of crops and a near field in rows, aslant."""
    canvas, dice = scene.canvas, scene.dice
    vanishing = 0.5 - side * dice.uniform("vanishing", 0.1, 0.4)
    x = 0.5 + side * (canvas.x - 0.5)
    far = (
        torch.maximum(scene.horizon + 0.012 - canvas.y, canvas.y - scene.horizon - dice.uniform("strip", 0.05, 0.09))
        + 0 * x
    )
    field(scene, "strip", far, 0.5 + side * 0.6, dice.chance("strip", 0.6))
    top = scene.horizon + dice.uniform("field top", 0.09, 0.14)
    edge = dice.uniform("field edge", 0.42, 0.56) - dice.uniform("field slant", 0.1, 0.5) * (canvas.y - top)
    near = torch.maximum(torch.maximum(top - canvas.y, x - edge), canvas.y - dice.uniform("field end", 0.82, 1.2))
    field(scene, "field", near, vanishing, dice.chance("field", 0.8))


def _yard(scene: Scene, side: Tensor) -> None:
    """Barn and farmhouse with their trees, and the track that leads there."""
    dice = scene.dice
    foot = scene.horizon + dice.uniform("barn foot", 0.12, 0.17)
    x = 0.5 + side * dice.uniform("barn x", 0.16, 0.28)
    everywhere = torch.ones_like(foot)
    back = scene.horizon + 0.08
    tree(
        scene,
        "back tree ",
        x + side * 0.17,
        back,
        dice.uniform("back tree tall", 0.2, 0.3),
        dice.chance("back tree", 0.6),
    )
    house(
        scene,
        "house ",
        Spot(x - side * dice.uniform("house x", 0.3, 0.4), foot - 0.03, scene.metre(foot) * 0.85),
        dice.chance("house", 0.6),
        side,
    )
    course = Course(
        x,
        foot + 0.004,
        0.5 + side * dice.uniform("track to", -0.1, 0.25),
        dice.uniform("track bend", -0.06, 0.06),
        0.045 * everywhere,
        0.11 * everywhere,
    )
    lane(scene, course, dice.chance("track", 0.75))
    barn(
        scene,
        "barn ",
        scene.spot(x, foot, dice.uniform("barn size", 1.2, 1.5)),
        dice.chance("barn", 0.92),
        -side,
    )
    beside = x + side * 0.18
    wood_pile(scene, "pile ", Spot(beside, foot + 0.04, scene.metre(foot) * 1.6), dice.chance("pile", 0.4))
    wheels = dice.choice("wheels", (0.3, 0.5, 0.2)).view(-1, 1, 1)
    rolling = foot + dice.uniform("wheels foot", 0.06, 0.12)
    here = 0.5 - side * dice.uniform("tractor x", -0.06, 0.26)
    way = 1 - 2 * dice.chance("wheels way", 0.5)
    tractor(scene, "tractor ", scene.spot(here, rolling, 1.05), (wheels == 1).float(), way)
    car_beside(scene, "car ", scene.spot(course.middle(rolling), rolling), (wheels == 2).float(), way)


def _meadow(scene: Scene, side: Tensor) -> None:
    """Animals, bales and a fence towards the viewer."""
    dice = scene.dice
    herd = dice.choice("herd", (0.3, 0.4, 0.3)).view(-1, 1, 1)
    for slot, (low, high, deep) in enumerate(
        ((-0.42, -0.26, 0.15), (-0.1, 0.12, 0.24), (0.2, 0.4, 0.3), (-0.36, -0.14, 0.36))
    ):
        name = f"beast {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.03)
        x = 0.5 + side * dice.uniform(name + "x", low, high)
        here, way = dice.chance(name, 0.6), 1 - 2 * dice.chance(name + "way", 0.5)
        cow(scene, name + "cow ", scene.spot(x, foot, 1.2), here * (herd == 1).float(), way)
        sheep(scene, name + "sheep ", scene.spot(x, foot, 1.5), here * (herd == 2).float(), way)
    for slot, (low, high, deep) in enumerate(((-0.44, -0.3, 0.2), (-0.28, -0.14, 0.27), (0.28, 0.44, 0.36))):
        name = f"bale {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.05)
        hay(
            scene,
            name,
            scene.spot(0.5 + side * dice.uniform(name + "x", low, high), foot, 1.3),
            dice.chance(name, 0.4),
        )
    foot = scene.horizon + dice.uniform("farmer foot", 0.26, 0.36)
    person(
        scene,
        "farmer ",
        scene.spot(0.5 + side * dice.uniform("farmer x", 0.0, 0.2), foot, 1.25),
        dice.chance("farmer", 0.35),
    )
    for slot, (out, deep) in enumerate(((-0.46, 0.38), (0.46, 0.4))):
        name = f"tree {slot} "
        foot = scene.horizon + deep
        tree(
            scene,
            name,
            0.5 + side * out + dice.uniform(name + "x", -0.03, 0.03),
            foot,
            dice.uniform(name + "tall", 0.34, 0.5),
            dice.chance(name, 0.35),
        )
        bush(
            scene,
            name + "bush ",
            0.5 + side * out * 0.7,
            foot + 0.06,
            dice.uniform(name + "bush size", 0.04, 0.06),
            dice.chance(name + "bush", 0.3),
        )
    fence(
        scene,
        0.5 + side * dice.uniform("gate x", 0.0, 0.3),
        dice.uniform("gate", 0.1, 0.16),
        0.975 + 0 * foot,
        dice.chance("fence", 0.6),
    )
