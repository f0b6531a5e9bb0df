"""The park: lawns and paths between trees, benches, a pond or a fountain, the city behind."""

from __future__ import annotations

from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.shapes import ellipse
from dissect_core.world.sky import begin, clouds, hills, sky
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.things.animals import duck, gull
from dissect_core.world.things.boats import rowing_boat
from dissect_core.world.things.bridge import footbridge
from dissect_core.world.things.outdoor_furniture import bench, flowers, fountain, street_lamp, umbrella
from dissect_core.world.things.people import person
from dissect_core.world.things.roads import Course, lane
from dissect_core.world.things.skyline import skyline
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.water import water
from dissect_core.world.weather import finish


def paint_park(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.25, 0.26, 0.23, 0.26), horizon=(0.42, 0.51), eye=4.2)
    sky(scene)
    clouds(scene, 0.22)
    city = dice.chance("city", 0.72)
    hills(scene, 0.7)
    skyline(scene, "city", scene.horizon + 0.005, (0.12, 0.2), 0.22, city)
    grass(scene)
    snowed_in(scene)
    treeline(scene, dice.chance("treeline", 0.9), (0.05, 0.085))
    side = 1 - 2 * dice.chance("side", 0.5)
    course = Course(
        0.5 + side * dice.uniform("path from", 0.05, 0.3), scene.horizon + 0.03,
        0.5 - side * dice.uniform("path to", -0.05, 0.25),
        side * dice.uniform("path bend", -0.05, 0.14), 0.012 + 0 * side, dice.uniform("path width", 0.11, 0.16),
    )  # fmt: skip
    for slot, (out, deep) in enumerate(((-0.36, 0.05), (0.3, 0.06), (-0.14, 0.055))):
        name = f"far tree {slot} "
        foot = scene.horizon + deep
        tree(
            scene,
            name,
            0.5 + side * out + dice.uniform(name + "x", -0.07, 0.07),
            foot,
            dice.uniform(name + "tall", 0.15, 0.23),
            dice.chance(name, 0.7),
        )
    middle = dice.choice("middle", (0.2, 0.5, 0.3)).view(-1, 1, 1)
    _pond(scene, side, (middle == 1).float())
    lane(scene, course, 1.0 + 0 * side)
    foot = scene.horizon + dice.uniform("fountain foot", 0.16, 0.2)
    fountain(
        scene,
        "fountain ",
        scene.spot(course.middle(foot) - side * (course.half(foot) + 0.16), foot, 1.1),
        (middle == 2).float(),
    )
    _along(scene, course, side)
    _lawns(scene, side)
    _visitors(scene, course, side)
    finish(scene)


def _pond(scene: Scene, side: Tensor, present: Tensor) -> None:
    """A pond beside the path with ducks, a footbridge or a boat."""
    canvas, dice = scene.canvas, scene.dice
    cx, cy = 0.5 - side * dice.uniform("pond x", 0.16, 0.3), scene.horizon + dice.uniform("pond y", 0.16, 0.22)
    half, deep = dice.uniform("pond half", 0.26, 0.36), dice.uniform("pond deep", 0.07, 0.1)
    pool = ellipse(canvas.x, canvas.y + (scene.coarse - 0.5) * 0.04, cx, cy, half, deep)
    canvas.shade(canvas.soft(pool - 0.012, 0.03, present) * 0.75, 0.66)
    water(scene, pool, cy - deep, present, clear=0.6)
    footbridge(
        scene,
        "bridge ",
        Spot(cx + side * half * 0.5, cy + 0.015, dice.uniform("bridge half", 0.11, 0.15)),
        present * dice.chance("bridge", 0.4),
    )
    rowing_boat(
        scene,
        "row ",
        Spot(cx - side * half * 0.3, cy + deep * 0.35, 0.042 + 0 * cx),
        present * dice.chance("row", 0.3),
        side,
    )
    for slot, (out, low) in enumerate(((-0.5, 0.4), (0.1, 0.65), (-0.1, 0.1))):
        name = f"duck {slot} "
        duck(
            scene,
            name,
            Spot(cx + side * half * out, cy + deep * low, 0.05 + 0 * cx),
            present * dice.chance(name, 0.5),
            1 - 2 * dice.chance(name + "way", 0.5),
        )


def _along(scene: Scene, course: Course, side: Tensor) -> None:
    """Along the path: lamps and benches."""
    dice = scene.dice
    for slot, (way, deep) in enumerate(((1.0, 0.12), (-1.0, 0.24))):
        name = f"lamp {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0.0, 0.06)
        street_lamp(
            scene,
            name,
            scene.spot(course.middle(foot) + way * side * (course.half(foot) + 0.035), foot, 0.95),
            dice.chance(name, 0.55),
        )
    for slot, (way, deep) in enumerate(((1.0, 0.2), (-1.0, 0.32), (1.0, 0.4))):
        name = f"seat {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0.0, 0.04)
        x = course.middle(foot) + way * side * (course.half(foot) + scene.metre(foot) * 1.3)
        bench(scene, name, scene.spot(x, foot, 1.15), dice.chance(name, (0.6, 0.4, 0.45)[slot]))


def _lawns(scene: Scene, side: Tensor) -> None:
    """Flower beds, large trees at the sides, shrubs."""
    dice = scene.dice
    for slot, (out, deep) in enumerate(((0.34, 0.16), (-0.38, 0.34), (0.38, 0.42))):
        name = f"bed {slot} "
        foot = scene.horizon + deep
        flowers(
            scene,
            name,
            Spot(
                0.5 + side * out + dice.uniform(name + "x", -0.05, 0.05),
                foot + dice.uniform(name + "foot", 0, 0.04),
                0.05 + 0.16 * deep + 0 * foot,
            ),
            dice.chance(name, 0.5),
        )
    for slot, (out, deep, tall) in enumerate(((0.4, 0.14, 0.36), (-0.45, 0.22, 0.44), (0.46, 0.36, 0.56))):
        name = f"tree {slot} "
        foot = scene.horizon + deep
        tree(
            scene,
            name,
            0.5 + side * out + dice.uniform(name + "x", -0.04, 0.04),
            foot,
            tall * dice.uniform(name + "tall", 0.85, 1.1),
            dice.chance(name, (0.7, 0.65, 0.55)[slot]),
        )
    for slot, (out, deep) in enumerate(((0.24, 0.3), (-0.3, 0.44))):
        name = f"shrub {slot} "
        foot = scene.horizon + deep
        bush(
            scene,
            name,
            0.5 + side * out + dice.uniform(name + "x", -0.05, 0.05),
            foot,
            dice.uniform(name + "size", 0.04, 0.06),
            dice.chance(name, 0.4),
        )


def _visitors(scene: Scene, course: Course, side: Tensor) -> None:
    """Strollers on the path, a sunshade on the lawn, a bird."""
    dice = scene.dice
    for slot, deep in enumerate((0.14, 0.26, 0.4)):
        name = f"stroller {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0.0, 0.07)
        person(
            scene,
            name,
            scene.spot(course.middle(foot) + dice.uniform(name + "x", -0.7, 0.7) * course.half(foot), foot, 1.05),
            dice.chance(name, 0.4),
        )
    foot = scene.horizon + 0.3
    umbrella(
        scene,
        "shade ",
        scene.spot(0.5 - side * 0.33, foot, 0.9),
        dice.chance("shade", 0.12) * (1 - scene.winter),
    )
    gull(
        scene,
        "bird ",
        Spot(
            dice.uniform("bird x", 0.2, 0.8), dice.uniform("bird y", 0.1, 0.26), dice.uniform("bird size", 0.026, 0.042)
        ),
        dice.chance("bird", 0.3),
    )
