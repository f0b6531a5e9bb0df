"""The airfield: a runway, aeroplanes on the ground and in the air, hangars and a control tower."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.desert import buttes
from dissect_core.world.dice import Dice
from dissect_core.world.ground import grass
from dissect_core.world.paving import slabs
from dissect_core.world.sand import sand, sand_colour
from dissect_core.world.scene import Scene, Spot, mix, paint_as, rgb
from dissect_core.world.sky import begin, clouds, hills, mountains, sky, snow
from dissect_core.world.snowfield import snowed_in
from dissect_core.world.texture import sharpen
from dissect_core.world.things.aeroplanes import airliner, propeller_plane
from dissect_core.world.things.airfield_buildings import control_tower, hangar
from dissect_core.world.things.cars import car_beside
from dissect_core.world.things.dry_plants import cactus, palm
from dissect_core.world.things.people import person
from dissect_core.world.things.skyline import skyline
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.weather import finish
from dissect_core.world.yard import fence


def paint_airfield(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.24, 0.3, 0.2, 0.26), horizon=(0.46, 0.55), eye=5.0)
    arid = dice.chance("arid", 0.24) * (1 - scene.winter)
    sky(scene)
    clouds(scene, 0.22)
    mountains(scene, 0.4)
    buttes(scene, "buttes", arid * dice.chance("buttes", 0.5))
    hills(scene, 0.8)
    skyline(scene, "city", scene.horizon + 0.01, (0.05, 0.09), 0.35, dice.chance("city", 0.25))
    grass(scene)
    snowed_in(scene)
    sand(scene, scene.horizon - canvas.y + (1 - arid) * 9, sand_colour(scene))
    treeline(scene, dice.chance("treeline", 0.5) * (1 - arid))
    side = 1 - 2 * dice.chance("side", 0.5)
    along = dice.chance("along", 0.65)  # the runway crosses the picture; else it leads away
    _apron(scene, side)
    _runway_across(scene, along)
    _runway_away(scene, side, 1 - along)
    _planes(scene, side, along)
    _edge(scene, side, arid)
    finish(scene)


def _asphalt(scene: Scene) -> Tensor:
    """The colour of the runway, (B, 3, H, W)."""
    light = scene.light
    tar = scene.dice.colour("tar", ((0.36, 0.37, 0.40), (0.45, 0.45, 0.46), (0.56, 0.55, 0.54)))
    tone = 1 + 0.16 * (scene.coarse - 0.5) + 0.1 * (scene.other - 0.5)
    drift = scene.winter * sharpen(scene.coarse + 0.3 * (scene.fine - 0.5), 0.5, 0.68) * 0.7
    return mix(tar * tone.unsqueeze(1), snow(scene), drift) * light.on(0, 0.85, 0.3)


def _runway_across(scene: Scene, present: Tensor) -> None:
    """A runway from left to right before the viewer, a little aslant."""
    canvas, dice = scene.canvas, scene.dice
    x = canvas.x
    top = scene.horizon + dice.uniform("across top", 0.2, 0.27) + dice.uniform("tilt", -0.05, 0.05) * (x - 0.5)
    bottom = top + dice.uniform("across wide", 0.19, 0.23)
    area = torch.maximum(top - canvas.y, canvas.y - bottom)
    colour = _asphalt(scene).clamp(0, 1)
    paint_as(canvas, canvas.cover(area, present), colour, "runway", "none", "asphalt")
    white = (rgb((0.95, 0.94, 0.90), top) * scene.light.on(0, 0.85, 0.3)).clamp(0, 1)
    middle = top + (bottom - top) * 0.45
    dash = (torch.frac(x / 0.22 + dice.uniform("dash", 0, 1)) - 0.5).abs() * 0.22 - 0.066
    line = torch.maximum((canvas.y - middle).abs() - 0.0085, dash)
    edges = torch.minimum((canvas.y - top - 0.018).abs() - 0.004, (canvas.y - bottom + 0.022).abs() - 0.006)
    paint_as(canvas, canvas.cover(torch.minimum(line, edges), present), white, "runway", "marking", "asphalt")


def _runway_away(scene: Scene, side: Tensor, present: Tensor) -> None:
    """A runway that runs from the viewer to the horizon, with its threshold bars."""
    canvas, dice = scene.canvas, scene.dice
    depth = (canvas.y - scene.horizon - 0.004).clamp(min=0)
    vanishing = 0.5 - side * dice.uniform("away x", 0.0, 0.16)
    drift = -side * dice.uniform("away drift", 0.0, 0.3)
    across = (canvas.x - vanishing - drift * depth) / depth.clamp(min=1e-3)
    half = dice.uniform("away half", 0.55, 0.75)
    beside = (across.abs() - half) * depth
    area = torch.maximum(beside, scene.horizon + 0.012 - canvas.y)
    paint_as(canvas, canvas.cover(area, present), _asphalt(scene).clamp(0, 1), "runway", "none", "asphalt")
    white = (rgb((0.95, 0.94, 0.90), half) * scene.light.on(0, 0.85, 0.3)).clamp(0, 1)
    away = 1 / depth.clamp(min=0.01)
    dash = torch.sin(away * 3.6 + dice.uniform("dash", 0, 6)) * 0.2
    dashes = torch.maximum((across.abs() - 0.035) * depth, -dash * depth)
    edges = ((across.abs() - half * 0.93).abs() - 0.02) * depth
    bars = torch.maximum((torch.frac(across / 0.17 + 20) - 0.5).abs() * 0.17 - 0.05, (away - 2.9).abs() - 0.35) * depth
    bars = torch.maximum(bars, beside + 0.03)
    marks = torch.maximum(torch.minimum(torch.minimum(dashes, edges), bars), area)
    paint_as(canvas, canvas.cover(marks - 0.0008, present), white, "runway", "marking", "asphalt")


def _apron(scene: Scene, side: Tensor) -> None:
    """The concrete before the hangars, the hangars, the tower, and parked machines."""
    canvas, dice = scene.canvas, scene.dice
    top = scene.horizon + 0.05
    area = torch.maximum(top - canvas.y, canvas.y - scene.horizon - dice.uniform("apron", 0.15, 0.19)) + 0 * canvas.x
    concrete = dice.colour("concrete", ((0.74, 0.73, 0.70), (0.66, 0.66, 0.66)))
    paint_as(
        canvas, canvas.cover(area), slabs(scene, "apron", concrete, 6.0).clamp(0, 1), "pavement", "none", "concrete"
    )
    everywhere = torch.ones_like(top)
    foot = scene.horizon + 0.075
    tower = 0.5 - side * dice.uniform("tower x", 0.12, 0.4)
    control_tower(
        scene, "tower ", Spot(tower, foot, dice.uniform("tower scale", 0.0135, 0.018)), dice.chance("tower", 0.8)
    )
    for slot, (out, chance) in enumerate(((0.3, 0.85), (-0.02, 0.45))):
        name = f"hangar {slot} "
        hangar(
            scene,
            name,
            Spot(0.5 + side * (out + dice.uniform(name + "x", -0.04, 0.06)), foot + 0.004, 0.0155 * everywhere),
            dice.chance(name, chance),
            -side,
        )
    row = scene.horizon + 0.115
    for slot, (out, chance) in enumerate(((-0.3, 0.5), (0.06, 0.35))):
        name = f"parked {slot} "
        propeller_plane(
            scene,
            name,
            Spot(0.5 + side * (out + dice.uniform(name + "x", -0.06, 0.06)), row, 0.2 * everywhere),
            dice.chance(name, chance),
            1 - 2 * dice.chance(name + "way", 0.5),
        )
    car_beside(
        scene,
        "truck ",
        Spot(0.5 + side * dice.uniform("truck x", 0.2, 0.42), row + 0.03, 0.024 * everywhere),
        dice.chance("truck", 0.5),
        side,
    )


def _planes(scene: Scene, side: Tensor, along: Tensor) -> None:
    """The large machine on the runway or beside it, and one in the air."""
    dice = scene.dice
    jet = dice.chance("jet", 0.6)
    way = 1 - 2 * dice.chance("way", 0.5)
    foot = scene.horizon + dice.uniform("plane foot", 0.32, 0.36)
    x, size = dice.uniform("plane x", 0.38, 0.62), dice.uniform("plane size", 0.62, 0.84)
    here = torch.maximum(along, dice.chance("beside", 0.45)) * dice.chance("plane", 0.9)
    x = torch.where(along > 0, x, 0.5 + side * 0.26)
    size = torch.where(along > 0, size, size * 0.72)
    up = 1 - torch.maximum(here, 1 - dice.chance("no plane flies", 0.8))
    up = torch.maximum(up, dice.chance("flying", 0.4))
    high, far = dice.uniform("flying y", 0.16, 0.3), dice.uniform("flying size", 0.24, 0.4)
    airliner(
        scene,
        "flying ",
        Spot(dice.uniform("flying x", 0.3, 0.7), high, far),
        up * dice.chance("flying jet", 0.6),
        -way,
        grounded=0.0,
    )
    propeller_plane(
        scene,
        "flyer ",
        Spot(dice.uniform("flying x", 0.3, 0.7), high, far * 0.8),
        up * (1 - dice.chance("flying jet", 0.6)),
        -way,
        grounded=0.0,
    )
    airliner(scene, "jet ", Spot(x, foot, size), here * jet, way)
    propeller_plane(scene, "prop ", Spot(x, foot, size * 0.78), here * (1 - jet), way)


def _edge(scene: Scene, side: Tensor, arid: Tensor) -> None:
    """The near edge of the field: a fence, shrubs or cacti, somebody who watches."""
    dice = scene.dice
    foot = 0.955 + 0 * side
    person(
        scene,
        "watcher ",
        Spot(0.5 + side * dice.uniform("watcher x", 0.1, 0.4), foot, 0.085 + 0 * foot),
        dice.chance("watcher", 0.35),
    )
    for slot, out in enumerate((-0.44, -0.3, 0.42)):
        name = f"plant {slot} "
        x, here = 0.5 + side * out + dice.uniform(name + "x", -0.05, 0.05), dice.chance(name, 0.55)
        cactus(scene, name + "cactus ", Spot(x, foot, dice.uniform(name + "tall", 0.18, 0.28)), arid * here)
        bush(scene, name + "bush ", x, foot + 0.015, dice.uniform(name + "size", 0.04, 0.06), (1 - arid) * here)
    tree(
        scene,
        "tree ",
        0.5 - side * 0.46,
        foot - 0.06,
        dice.uniform("tree tall", 0.34, 0.46),
        (1 - arid) * dice.chance("tree", 0.25),
    )
    palm(
        scene,
        "palm ",
        Spot(0.5 - side * 0.46, foot - 0.06, dice.uniform("palm tall", 0.4, 0.5)),
        arid * dice.chance("palm", 0.3),
    )
    fence(scene, 0.5 + 0.3 * side, 0.12 + 0 * side, 0.985 + 0 * side, dice.chance("fence", 0.3))
