"""The desert: dunes and buttes, cacti, an oasis, a road to the horizon."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.sand import dunes, sand, sand_colour
from dissect_core.world.scene import Scene, Spot, mix
from dissect_core.world.shapes import ellipse
from dissect_core.world.sky import begin, clouds, mountains, sky
from dissect_core.world.texture import sharpen
from dissect_core.world.things.animals import gull
from dissect_core.world.things.cars import car_before
from dissect_core.world.things.dry_plants import cactus, palm
from dissect_core.world.things.houses import house
from dissect_core.world.things.people import person
from dissect_core.world.things.roads import Course, road
from dissect_core.world.things.rocks import RED, rock
from dissect_core.world.trees import bush
from dissect_core.world.water import sun_path, water
from dissect_core.world.weather import finish

_CACTI = (
    (0.02, 0.16, 0.04),
    (0.28, 0.42, 0.08),
    (0.6, 0.74, 0.1),
    (0.84, 0.98, 0.06),
    (0.08, 0.24, 0.22),
    (0.78, 0.94, 0.26),
    (0.3, 0.42, 0.34),
)


def paint_desert(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.3, 0.4, 0.3, 0), horizon=(0.44, 0.56), eye=4.0)
    ground = sand_colour(scene)
    sky(scene)
    sun_path(scene)
    clouds(scene, 0.24)
    mountains(scene, 0.4)
    buttes(scene, "buttes", dice.chance("buttes", 0.55))
    sandy = dice.chance("dunes", 0.75)
    dunes(scene, "far dunes", scene.horizon + 0.03, (0.06, 0.12), 0.28, ground, sandy)
    sand(scene, scene.horizon + 0.012 * torch.sin(canvas.x * 6 + scene.horizon * 90) - canvas.y, ground)
    dunes(scene, "near dunes", scene.horizon + 0.13, (0.06, 0.15), 0.08, ground, sandy * dice.chance("near dunes", 0.7))
    sand(scene, scene.horizon + 0.11 + 0.01 * torch.sin(canvas.x * 8 + 3) - canvas.y, ground)
    _middle(scene)
    _plants(scene)
    finish(scene, 0.25)


def buttes(scene: Scene, name: str, present: Tensor) -> None:
    """Flat-topped rocks in red layers on the horizon, steep above and with a skirt of rubble."""
    scene = scene.within(0, scene.horizon - 0.34, 1, scene.horizon + 0.04)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    x = canvas.x + (scene.fine - 0.5) * 0.022 + (scene.coarse - 0.5) * 0.02
    above = scene.horizon + 0.015 - canvas.y
    top, centre, width = torch.zeros_like(x), torch.zeros_like(x), torch.ones_like(x)
    for slot, (low, high) in enumerate(((0.02, 0.24), (0.4, 0.6), (0.74, 0.98))):
        own = f"{name} {slot} "
        cx, half = dice.uniform(own + "x", low, high), dice.uniform(own + "half", 0.05, 0.13)
        tall = dice.uniform(own + "tall", 0.12, 0.28) * dice.chance(own, 0.75)
        out = (x - cx).abs()
        profile = (
            tall
            * (1 - 0.45 * sharpen(out, half * 0.82, half) - 0.55 * ((out - half) / 0.09).clamp(0, 1))
            * (out < half + 0.09).float()
        )
        front = profile > top
        top, centre, width = (
            torch.where(front, profile, top),
            torch.where(front, cx.expand_as(top), centre),
            torch.where(front, half.expand_as(top), width),
        )
    across = ((x - centre) / width).clamp(-1.2, 1.2)
    strata = 1 + 0.1 * torch.sin(above * 130 + 3 * (scene.coarse - 0.5)) + 0.2 * (scene.other - 0.5)
    cleft = sharpen(torch.sin(x * 90 + 6 * (scene.coarse - 0.5)), 0.3, 0.9) * 0.28
    face = light.on(torch.tanh(across * 1.6) * 0.85, 0.15, 0.5)
    red = dice.colour(name + " rock", ((0.80, 0.44, 0.28), (0.72, 0.42, 0.32), (0.84, 0.56, 0.38)))
    colour = mix(
        red * face * (strata * (1 - cleft)).unsqueeze(1), light.haze, 0.18 + 0.2 * (1 - above / 0.1).clamp(0, 1)
    )
    distance = torch.maximum(above - top, -above)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "mountain", None, "stone")


def _middle(scene: Scene) -> None:
    """A road, an oasis or a lonely house."""
    canvas, dice = scene.canvas, scene.dice
    lot = dice.choice("middle", (0.3, 0.25, 0.3, 0.15)).view(-1, 1, 1)
    everywhere = torch.ones_like(scene.horizon)
    course = Course(
        dice.uniform("road from", 0.4, 0.6), scene.horizon + 0.018, dice.uniform("road to", 0.3, 0.7),
        dice.uniform("road bend", -0.06, 0.06),
        0.006 * everywhere, dice.uniform("road width", 0.16, 0.22),
    )  # fmt: skip
    road(scene, course, (lot == 1).float())
    car = scene.horizon + dice.uniform("car foot", 0.1, 0.22)
    coming = dice.chance("car coming", 0.5)
    car_before(
        scene,
        "car ",
        Spot(course.middle(car) + (0.5 - coming) * course.half(car), car, course.half(car) / 2.9),
        (lot == 1).float() * dice.chance("car", 0.7),
        coming,
    )
    oasis = (lot == 2).float()
    cx, cy = dice.uniform("pool x", 0.36, 0.64), scene.horizon + dice.uniform("pool y", 0.17, 0.22)
    wide = dice.uniform("pool wide", 0.2, 0.3)
    pool = ellipse(canvas.x, canvas.y + (scene.fine - 0.5) * 0.02, cx, cy, wide, 0.055)
    canvas.shade(canvas.soft(pool - 0.015, 0.05, oasis) * 0.7, 0.72)
    water(scene, pool, cy - 0.055, oasis, clear=0.4)
    for slot, (out, deep) in enumerate(((-0.8, -0.05), (0.82, -0.045), (-1.1, 0.01), (1.12, 0.02))):
        name = f"palm {slot} "
        palm(
            scene,
            name,
            Spot(cx + wide * out, cy + deep, dice.uniform(name + "tall", 0.26, 0.4)),
            oasis * dice.chance(name, 0.8),
        )
        bush(
            scene,
            name + "bush ",
            cx + wide * out * 0.9,
            cy + deep + 0.02,
            0.035 * everywhere,
            oasis * dice.chance(name + "bush", 0.6),
        )
    foot = scene.horizon + dice.uniform("house foot", 0.09, 0.14)
    house(
        scene,
        "house ",
        scene.spot(0.5 + dice.uniform("house x", -0.2, 0.2), foot, 0.8),
        (lot == 3).float(),
        kinds=(0.6, 0, 0, 0.4, 0, 0),
    )
    foot = scene.horizon + dice.uniform("walker foot", 0.16, 0.34)
    person(
        scene,
        "walker ",
        scene.spot(dice.uniform("walker x", 0.36, 0.64), foot, 1.1),
        dice.chance("walker", 0.25),
    )


def _plants(scene: Scene) -> None:
    """Cacti, dry bushes and stones, larger as they come nearer."""
    dice = scene.dice
    spiny = dice.chance("cacti", 0.85)
    gull(
        scene,
        "bird ",
        Spot(
            dice.uniform("bird x", 0.2, 0.8), dice.uniform("bird y", 0.12, 0.3), dice.uniform("bird size", 0.029, 0.047)
        ),
        dice.chance("bird", 0.25),
    )
    for slot, (low, high, deep) in enumerate(_CACTI):
        name = f"cactus {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0.0, 0.05)
        cactus(
            scene,
            name,
            Spot(
                dice.uniform(name + "x", low, high),
                foot,
                0.05 + 0.95 * (foot - scene.horizon) * dice.uniform(name + "tall", 0.75, 1.15),
            ),
            spiny * dice.chance(name, 0.6),
        )
    for slot, (low, high, deep) in enumerate(
        ((0.1, 0.3, 0.12), (0.7, 0.9, 0.16), (0.55, 0.75, 0.32), (0.05, 0.2, 0.36))
    ):
        name = f"stone {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0.0, 0.05)
        rock(
            scene,
            name,
            Spot(dice.uniform(name + "x", low, high), foot, 0.02 + 0.16 * (foot - scene.horizon)),
            dice.chance(name, 0.5),
            RED,
        )
        bush(
            scene,
            name + "bush ",
            dice.uniform(name + "bush x", low + 0.05, high + 0.05),
            foot + 0.02,
            0.02 + 0.07 * (foot - scene.horizon),
            dice.chance(name + "bush", 0.3),
        )
