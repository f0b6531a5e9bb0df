"""The forest: among the trunks, with a path or a stream, logs, ferns and deer."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, sky
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.things.animals import deer
from dissect_core.world.things.bridge import footbridge
from dissect_core.world.things.houses import house
from dissect_core.world.things.people import person
from dissect_core.world.things.roads import Course, lane
from dissect_core.world.things.rocks import rock
from dissect_core.world.things.timber import log, wood_pile
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.water import water
from dissect_core.world.weather import finish
from dissect_core.world.woods import canopy, far_trunks, litter, shafts, thicket, trunk

_MIDDLE = ((0.04, 0.16), (0.2, 0.32), (0.66, 0.78), (0.82, 0.96))
_NEAR = ((-0.04, 0.1), (0.9, 1.04), (0.14, 0.26))


def paint_forest(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.22, 0.28, 0.25, 0.25), horizon=(0.54, 0.62), eye=2.6)
    kind = dice.choice("wood kind", (0.3, 0.22, 0.28, 0.2))
    everywhere = torch.ones_like(scene.horizon)
    sky(scene)
    thicket(scene)
    treeline(scene, everywhere, (0.1, 0.2))
    far_trunks(scene, "screen a", scene.horizon + 0.02, 0.05, 0.55, kind)
    canopy(scene, "far leaves", dice.uniform("far leaves", 0.16, 0.26), 0.4, dice.chance("far leaves", 0.7))
    grass(scene)
    far_trunks(scene, "screen b", scene.horizon + 0.035, 0.11, 0.26, kind)
    house(
        scene,
        "hut ",
        Spot(dice.uniform("hut x", 0.55, 0.7), scene.horizon + 0.05, 0.021 * everywhere),
        dice.chance("hut", 0.14),
        kinds=(0, 0, 0, 0.2, 0.2, 0.6),
    )
    litter(scene)
    snowed_in(scene)
    course = _way(scene)
    for slot, (low, high) in enumerate(_MIDDLE):
        name = f"trunk {slot} "
        foot = scene.horizon + dice.uniform(name + "foot", 0.06, 0.15)
        trunk(
            scene,
            name,
            dice.uniform(name + "x", low, high),
            foot,
            dice.uniform(name + "half", 0.017, 0.03),
            dice.chance(name, 0.85),
            kind,
        )
    _undergrowth(scene, course)
    for slot, (low, high) in enumerate(_NEAR):
        name = f"near trunk {slot} "
        trunk(
            scene,
            name,
            dice.uniform(name + "x", low, high),
            dice.uniform(name + "foot", 0.84, 0.96),
            dice.uniform(name + "half", 0.045, 0.075),
            dice.chance(name, (0.7, 0.7, 0.3)[slot]),
            kind,
        )
    canopy(scene, "near leaves", dice.uniform("near leaves", 0.05, 0.15), 0.0, dice.chance("near leaves", 0.8))
    shafts(scene)
    finish(scene, 0.24)


def _way(scene: Scene) -> Course:
    """A path or a stream with its footbridge, from afar to the viewer."""
    dice, canvas = scene.dice, scene.canvas
    course = Course(
        dice.uniform("path from", 0.42, 0.6), scene.horizon + 0.025, dice.uniform("path to", 0.35, 0.65),
        dice.uniform("path bend", -0.1, 0.1),
        0.014 + 0 * scene.horizon, dice.uniform("path width", 0.12, 0.17),
    )  # fmt: skip
    stream = dice.chance("stream", 0.3)
    lane(scene, course, dice.chance("path", 0.85) * (1 - stream))
    wobble = 0.03 * torch.sin(canvas.y * 40 + course.far_x * 90) * course.along(canvas.y)
    brook = torch.maximum(
        (canvas.x - course.middle(canvas.y) + wobble).abs() - course.half(canvas.y) * 1.1, course.far_y - canvas.y
    )
    canvas.shade(canvas.soft(brook - 0.008, 0.03, stream) * 0.6, 0.6)
    water(scene, brook, course.far_y, stream, clear=0.5)
    footbridge(
        scene,
        "bridge ",
        Spot(course.middle(0.76), 0.765 + 0 * scene.horizon, course.half(0.76) * 1.5),
        stream * dice.chance("bridge", 0.5),
    )
    return course


def _undergrowth(scene: Scene, course: Course) -> None:
    """Young firs, ferns, stones and logs beside the way, and who walks there."""
    dice = scene.dice
    side = 1 - 2 * dice.chance("lot side", 0.5)
    for slot, out in enumerate((-0.3, 0.34)):
        name = f"young {slot} "
        foot = scene.horizon + dice.uniform(name + "foot", 0.07, 0.16)
        tree(
            scene,
            name,
            course.middle(foot) + out + dice.uniform(name + "x", -0.05, 0.05),
            foot,
            dice.uniform(name + "tall", 0.2, 0.34),
            dice.chance(name, 0.5),
            firs=0.8,
        )
    foot = scene.horizon + dice.uniform("beast foot", 0.1, 0.16)
    deer(scene, "deer ", scene.spot(course.middle(foot) - side * 0.2, foot, 1.3), dice.chance("deer", 0.35), side)
    walker = scene.horizon + dice.uniform("walker foot", 0.1, 0.2)
    person(scene, "walker ", scene.spot(course.middle(walker), walker), dice.chance("walker", 0.25))
    fallen = scene.horizon + dice.uniform("log foot", 0.2, 0.3)
    log(scene, "log ", scene.spot(course.middle(fallen) + side * 0.28, fallen, 0.72), dice.chance("log", 0.5))
    wood_pile(
        scene,
        "pile ",
        Spot(course.middle(fallen) - side * 0.3, fallen - 0.06, scene.metre(fallen) * 0.6),
        dice.chance("pile", 0.3),
    )
    for slot, (out, low) in enumerate(((0.2, 0.12), (-0.24, 0.16), (0.36, 0.26), (-0.36, 0.3))):
        name = f"fern {slot} "
        foot = scene.horizon + low + dice.uniform(name + "foot", 0.0, 0.05)
        bush(
            scene,
            name,
            course.middle(foot) + out + dice.uniform(name + "x", -0.04, 0.04),
            foot,
            dice.uniform(name + "size", 0.035, 0.06),
            dice.chance(name, 0.55),
        )
    foot = scene.horizon + dice.uniform("rock foot", 0.14, 0.34)
    rock(
        scene,
        "rock ",
        Spot(course.middle(foot) + side * (course.half(foot) + 0.07), foot, dice.uniform("rock size", 0.035, 0.07)),
        dice.chance("rock", 0.45),
    )
