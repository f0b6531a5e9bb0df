"""The beach: sand and surf, umbrellas and bathers, palms, boats on the sea."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.figures import place
from dissect_core.world.sand import sand, sand_colour
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import polygon
from dissect_core.world.sky import begin, clouds, hills, mountains, sky
from dissect_core.world.texture import sharpen
from dissect_core.world.things.aeroplanes import propeller_plane
from dissect_core.world.things.animals import gull
from dissect_core.world.things.boats import rowing_boat, sailing_boat
from dissect_core.world.things.dry_plants import palm
from dissect_core.world.things.harbour_things import lighthouse, pier
from dissect_core.world.things.houses import house
from dissect_core.world.things.outdoor_furniture import umbrella
from dissect_core.world.things.people import person
from dissect_core.world.things.rocks import rock
from dissect_core.world.trees import bush
from dissect_core.world.water import sun_path, water
from dissect_core.world.weather import finish

_SEA: tuple[RGB, ...] = ((0.08, 0.40, 0.60), (0.08, 0.48, 0.58), (0.16, 0.36, 0.56), (0.22, 0.44, 0.50))


def paint_beach(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.25, 0.55, 0.2, 0), horizon=(0.34, 0.5), eye=4.0)
    sky(scene)
    sun_path(scene)
    clouds(scene, 0.2)
    mountains(scene, 0.25)
    hills(scene, 0.5)
    ground = sand_colour(scene)
    sand(scene, scene.horizon + 0.02 - canvas.y + 0 * canvas.x, ground)
    slant = 1 - 2 * dice.chance("slant", 0.5)  # the sea is wider on this side
    _surf(scene, slant)
    _on_the_sea(scene, slant)
    _on_the_sand(scene, -slant)
    _bathers(scene, -slant)
    finish(scene, 0.15)


def _surf(scene: Scene, slant: Tensor) -> None:
    """Sea, breakers and wet sand."""
    canvas, dice = scene.canvas, scene.dice
    swing = 0.016 * torch.sin(canvas.x * 8 + dice.uniform("swing", 0, 6)) + 0.006 * torch.sin(
        canvas.x * 23 + dice.uniform("swing 2", 0, 6)
    )
    level = scene.horizon + dice.uniform("shore", 0.16, 0.26)
    shore = level + slant * dice.uniform("shore slope", 0.06, 0.24) * (canvas.x - 0.5) + swing
    below = canvas.y - shore
    wet = sharpen(below, 0.075, 0.03)
    canvas.shade(wet * canvas.cover(scene.horizon - canvas.y), rgb((0.74, 0.73, 0.76), shore))
    water(scene, torch.maximum(scene.horizon - canvas.y, below), scene.horizon, clear=0.3, deep=_SEA)
    sea = torch.maximum(scene.horizon - canvas.y, below)
    shallow = sharpen(below, -0.13, 0.0) * canvas.cover(sea)
    green = rgb((0.44, 0.76, 0.72), shore) * scene.light.on(0, 0.7, 0.4)
    canvas.image.copy_(mix(canvas.image, green.clamp(0, 1), shallow * 0.55))
    white = rgb((0.98, 0.99, 1.0), shore) * scene.light.on(0, 0.75, 0.4)
    lace = 0.5 + (scene.other - 0.5) * 1.6
    for offset, wide, share in ((0.0, 0.012, 1.0), (-0.055, 0.0075, 0.85), (-0.11, 0.0045, 0.7)):
        wave = offset + 0.010 * torch.sin(canvas.x * (19 - 60 * offset) + dice.uniform(f"breaker {offset}", 0, 6))
        foam = (below - wave).abs() - wide * (0.35 + lace * (0.9 + 0.4 * torch.sin(canvas.x * 33 + offset * 90)))
        foam = torch.maximum(foam, scene.horizon + 0.03 - canvas.y)
        canvas.paint(canvas.cover(foam) * share, white.clamp(0, 1), "water", None, "water")


def _on_the_sea(scene: Scene, slant: Tensor) -> None:
    """Boats, a lighthouse on its rock, gulls, an aeroplane."""
    dice = scene.dice
    flying = dice.chance("flying", 0.14)
    propeller_plane(
        scene,
        "plane ",
        Spot(
            dice.uniform("plane x", 0.25, 0.75),
            dice.uniform("plane y", 0.13, 0.22),
            dice.uniform("plane size", 0.15, 0.2),
        ),
        flying,
        slant,
        grounded=0.0,
    )
    for slot, (low, high, deep) in enumerate(((0.08, 0.3, 0.022), (0.1, 0.4, 0.06))):
        name = f"sail {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.02)
        sailing_boat(
            scene,
            name,
            Spot(0.5 + slant * dice.uniform(name + "x", low, high), foot, 0.012 + 0.22 * (foot - scene.horizon)),
            dice.chance(name, (0.5, 0.45)[slot]),
            1 - 2 * dice.chance(name + "way", 0.5),
            sailing=0.95,
        )
    x, foot = 0.5 + slant * dice.uniform("light x", 0.3, 0.42), scene.horizon + 0.024
    beacon = dice.chance("beacon", 0.16)
    rock(scene, "reef ", Spot(x, foot, 0.07 + 0 * foot), beacon)
    lighthouse(scene, "light ", Spot(x, foot - 0.03, dice.uniform("light tall", 0.17, 0.24)), beacon)
    for slot, (low, high) in enumerate(((0.1, 0.45), (0.5, 0.9), (0.3, 0.7))):
        name = f"gull {slot} "
        gull(
            scene,
            name,
            Spot(
                dice.uniform(name + "x", low, high),
                dice.uniform(name + "y", 0.14, 0.36),
                dice.uniform(name + "size", 0.029, 0.049),
            ),
            dice.chance(name, 0.35),
        )


def towel(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A striped bath towel of 1.9 metres spread on the sand."""
    cloth = place(scene, spot, present, (-1.2, -0.55, 1.2, 0.2))
    if cloth.absent:
        return
    x, y = cloth.x, cloth.y
    sheet = polygon(x, y, ((-0.75, -0.45), (0.95, -0.45), (0.8, 0.05), (-1.0, 0.05)))
    cloth.shade(sheet - 0.05, 0.75, 0.12)
    one = scene.dice.colour(
        name + "one", ((0.86, 0.30, 0.30), (0.24, 0.52, 0.72), (0.95, 0.78, 0.30), (0.36, 0.64, 0.52))
    )
    stripes = sharpen(torch.sin((x - 0.3 * y) * 9.5), -0.2, 0.2)
    white = rgb((0.96, 0.94, 0.90), spot.scale)
    cloth.paint(sheet, mix(one, white, stripes) * cloth.light.on(0, 0.85, 0.35), "towel", "none", "fabric")


def _on_the_sand(scene: Scene, inland: Tensor) -> None:
    """A hut, a landing stage or a boat drawn ashore, palms; the beach is broad on the side `inland`."""
    dice = scene.dice
    slant = -inland
    x, foot = 0.5 + inland * dice.uniform("hut x", 0.26, 0.4), scene.horizon + dice.uniform("hut foot", 0.13, 0.18)
    house(scene, "hut ", Spot(x, foot, 0.03 + 0 * foot), dice.chance("hut", 0.25), inland, (0.3, 0, 0, 0, 0.7, 0))
    stage = dice.chance("stage", 0.22)
    at = 0.5 + slant * dice.uniform("stage x", 0.0, 0.16)
    pier(
        scene,
        "stage ",
        (at, scene.horizon + 0.34 + 0 * at),
        (at + slant * 0.2, scene.horizon + dice.uniform("stage end", 0.1, 0.14)),
        0.075 + 0 * at,
        stage,
    )
    rowing_boat(
        scene,
        "row ",
        Spot(
            0.5 + slant * dice.uniform("row x", 0.0, 0.2),
            scene.horizon + dice.uniform("row foot", 0.32, 0.4),
            0.07 + 0 * at,
        ),
        (1 - stage) * dice.chance("row", 0.2),
        inland,
    )
    for slot, (out, deep) in enumerate(((0.3, 0.2), (0.44, 0.32), (0.2, 0.13))):
        name = f"palm {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.06)
        palm(
            scene,
            name,
            Spot(
                0.5 + inland * (out + dice.uniform(name + "x", -0.05, 0.05)),
                foot,
                dice.uniform(name + "tall", 0.34, 0.5) * (0.7 + deep),
            ),
            dice.chance("palms", 0.55) * dice.chance(name, 0.7),
        )
        bush(
            scene,
            name + "bush ",
            0.5 + inland * (out + 0.12),
            foot + 0.01,
            0.045 + 0 * foot,
            dice.chance(name + "bush", 0.3),
        )


def _bathers(scene: Scene, inland: Tensor) -> None:
    """Umbrellas with their towels, people, and stones in the sand; hardly anybody comes under a closed sky."""
    dice = scene.dice
    sunny = 1 - scene.light.overcast * dice.chance("deserted", 0.7)
    for slot, (out, deep) in enumerate(((0.08, 0.3), (0.3, 0.4), (-0.2, 0.46))):
        name = f"shade {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.05)
        metre = scene.metre(foot) * 0.72
        x = 0.5 + inland * (out + dice.uniform(name + "x", -0.06, 0.06))
        here = sunny * dice.chance(name, (0.7, 0.5, 0.4)[slot])
        lean = dice.uniform(name + "lean", -0.5, 0.5)
        towel(
            scene,
            name + "towel ",
            Spot(x + metre * 0.9, foot + metre * 0.2, metre * 1.15),
            here * dice.chance(name + "towel", 0.75),
        )
        umbrella(scene, name, Spot(x, foot, metre), here, lean)
    for slot, (low, high, deep) in enumerate(((-0.3, 0.0, 0.28), (0.05, 0.3, 0.42), (-0.4, -0.1, 0.48))):
        name = f"bather {slot} "
        foot = scene.horizon + deep + dice.uniform(name + "foot", 0, 0.06)
        person(
            scene,
            name,
            scene.spot(0.5 + inland * dice.uniform(name + "x", low, high), foot, 0.8),
            sunny * dice.chance(name, 0.45),
            bathing=True,
        )
    for slot, (low, high, deep) in enumerate(((-0.4, -0.2, 0.44), (-0.1, 0.1, 0.56), (0.3, 0.45, 0.5))):
        name = f"rock {slot} "
        foot = scene.horizon + deep
        rock(
            scene,
            name,
            Spot(0.5 + inland * dice.uniform(name + "x", low, high), foot, dice.uniform(name + "size", 0.033, 0.078)),
            dice.chance(name, 0.25),
        )
