"""The street: a road between two rows of houses, with cars, lamps, trees and people on the pavements."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.paving import slabs
from dissect_core.world.scene import Scene, Spot, mix, paint_as, rgb
from dissect_core.world.sky import begin, clouds, hills, mountains, sky, snow
from dissect_core.world.texture import sharpen
from dissect_core.world.things.cars import car_before
from dissect_core.world.things.chapel import chapel
from dissect_core.world.things.dry_plants import palm
from dissect_core.world.things.harbour_things import crane
from dissect_core.world.things.outdoor_furniture import bench, street_lamp, umbrella
from dissect_core.world.things.people import person
from dissect_core.world.things.skyline import skyline
from dissect_core.world.things.street_row import EYE, street_row
from dissect_core.world.trees import tree, treeline
from dissect_core.world.weather import finish

LANE = 0.072  # image widths to a metre at scale 1
ROAD, WALL = 3.8, 6.8  # half width of the road, and where the houses stand, metres from the middle


def paint_street(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0.24, 0.3, 0.22, 0.24), horizon=(0.5, 0.58), eye=EYE)
    vanishing = dice.uniform("vanishing", 0.4, 0.6)
    sky(scene)
    clouds(scene, 0.3)
    mountains(scene, 0.3)
    hills(scene, 0.6)
    skyline(scene, "city", scene.horizon + 0.01, (0.1, 0.2), 0.2, dice.chance("city", 0.5))
    site = vanishing + dice.uniform("site x", -0.05, 0.05)
    way = 1 - 2 * dice.chance("site way", 0.5)
    tall = dice.uniform("crane tall", 0.18, 0.28)
    crane(scene, "crane ", Spot(site, scene.horizon + 0.01, tall), dice.chance("crane", 0.35), way)
    treeline(scene, dice.chance("treeline", 0.5))
    chapel(
        scene,
        "church ",
        Spot(vanishing, scene.horizon + 0.035, 0.0125 + 0 * vanishing),
        dice.chance("church", 0.22),
        1 - 2 * dice.chance("church way", 0.5),
    )
    for name, side in (("left row", -1.0), ("right row", 1.0)):
        street_row(scene, name, side, vanishing, WALL, LANE)
    _ground(scene, vanishing)
    _things(scene, vanishing)
    finish(scene)


def _ground(scene: Scene, vanishing: Tensor) -> None:
    """Pavements, road and markings; ploughed snow along the kerbs in winter."""
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    depth = (canvas.y - scene.horizon).clamp(min=1e-3)
    metre = depth / EYE
    across = (canvas.x - vanishing) / metre  # metres from the middle
    ground = torch.maximum((across.abs() - WALL) * metre, scene.horizon + 0.006 - canvas.y)
    stone = dice.colour("paving", ((0.72, 0.70, 0.66), (0.78, 0.72, 0.64), (0.64, 0.63, 0.63)))
    paint_as(
        canvas,
        canvas.cover(ground - 0.002),
        slabs(scene, "paving", stone, 0.9).clamp(0, 1),
        "pavement",
        "none",
        "stone",
    )
    wall_shade = sharpen(across.abs(), WALL - 2.2, WALL)
    canvas.shade(wall_shade * canvas.cover(ground) * (across * light.side > 0).float() * light.strength * 0.9, 0.62)
    tar = dice.colour("asphalt", ((0.36, 0.37, 0.40), (0.42, 0.42, 0.44), (0.50, 0.47, 0.45)))
    tone = 1 + 0.14 * (scene.coarse - 0.5) + 0.1 * (scene.other - 0.5)
    wheel = sharpen((across.abs() - 1.9).abs(), 1.0, 0.3)
    slush = scene.winter * (1 - wheel) * sharpen(scene.coarse, 0.35, 0.6) * 0.6
    wet = 1 + 0.2 * light.overcast * (scene.horizon - canvas.y).clamp(min=-0.3)
    colour = mix(tar * (tone * wet).unsqueeze(1), snow(scene), slush) * light.on(0, 0.85, 0.3)
    road = torch.maximum((across.abs() - ROAD) * metre, scene.horizon + 0.006 - canvas.y)
    kerb = torch.maximum((across.abs() - ROAD - 0.12).abs() * metre - 0.14 * metre, scene.horizon + 0.02 - canvas.y)
    paint_as(canvas, canvas.cover(road), colour.clamp(0, 1), "road", "none", "asphalt")
    edge = (rgb((0.80, 0.79, 0.76), metre) * light.on(0, 0.7, 0.5)).clamp(0, 1)
    paint_as(canvas, canvas.cover(kerb), edge, "pavement", "none", "stone")
    away = 1 / depth.clamp(min=0.012)
    dash = torch.maximum(across.abs() * metre - 0.09 * metre, -torch.sin(away * 2.4 + dice.uniform("dash", 0, 6)) * 0.1)
    stripes = (torch.frac(across / 1.1 + 20) - 0.5).abs() * 1.1 - 0.27
    crossing = torch.maximum(stripes * metre, ((canvas.y - dice.uniform("crossing", 0.84, 0.92)).abs() - 0.03))
    crossing = torch.maximum(crossing, road + 0.02) + (1 - dice.chance("crossing here", 0.5)) * 9
    white = (rgb((0.95, 0.94, 0.90), metre) * light.on(0, 0.85, 0.3)).clamp(0, 1)
    marks = torch.maximum(torch.minimum(dash, crossing), road)
    paint_as(canvas, canvas.cover(marks - 0.001, 1 - 0.7 * scene.winter), white, "road", "marking", "asphalt")
    ridge = 0.9 * sharpen(scene.fine + 0.6 * (scene.coarse - 0.5), 0.35, 0.55)
    heap = torch.maximum(((across.abs() - ROAD - 0.55).abs() - ridge) * metre, scene.horizon + 0.03 - canvas.y)
    pile = snow(scene) * light.on(0.3 * torch.sign(across) * -1, 0.75, 0.4) * (0.92 + 0.2 * scene.fine).unsqueeze(1)
    paint_as(canvas, canvas.cover(heap, scene.winter), pile.clamp(0, 1), "snow", "none", "snow")


def _things(scene: Scene, vanishing: Tensor) -> None:
    """From far to near: cars on the road and at its edge, and lamps, trees, benches and people on the pavements."""
    dice = scene.dice
    southern = dice.chance("southern", 0.18) * (1 - scene.winter)
    leafy = dice.chance("leafy", 0.6)
    driver = 1 - 2 * dice.chance("drive left", 0.35)  # cars on this side drive away from the viewer
    for depth, scale in enumerate((0.24, 0.36, 0.52, 0.76, 1.08, 1.5)):
        metre = LANE * scale + 0 * vanishing
        foot = scene.horizon + EYE * metre
        for side in (-1.0, 1.0):
            name = f"{depth} {side} "
            edge, lot = vanishing + side * 4.75 * metre, dice.choice(name + "lot", (0.3, 0.4, 0.3)).view(-1, 1, 1)
            near = float(depth < 5)
            street_lamp(scene, name + "lamp ", Spot(edge, foot, metre * 1.1), (lot == 1).float() * (depth % 2) * near)
            tall = metre * dice.uniform(name + "tall", 4.6, 6.2)
            tree(
                scene,
                name + "tree ",
                edge,
                foot,
                tall,
                (lot > 0).float() * leafy * (1 - southern) * (1 - depth % 2) * near,
            )
            palm(
                scene,
                name + "palm ",
                Spot(edge, foot, tall * 1.1),
                (lot > 0).float() * southern * (1 - depth % 2) * near,
            )
            walk = vanishing + side * dice.uniform(name + "walk", 4.9, 6.3) * metre
            person(scene, name + "walker ", Spot(walk, foot + 0.004, metre * 1.05), dice.chance(name + "walker", 0.3))
            if depth == 4:
                bench(
                    scene,
                    name + "bench ",
                    Spot(vanishing + side * 5.7 * metre, foot, metre * 1.1),
                    dice.chance(name + "bench", 0.25),
                )
                umbrella(
                    scene,
                    name + "shade ",
                    Spot(vanishing + side * 6.0 * metre, foot - 0.03, metre),
                    dice.chance(name + "shade", 0.2) * (1 - scene.winter),
                )
            parked = vanishing + side * 2.95 * metre
            coming = (driver * side < 0).float()
            car_before(scene, name + "parked ", Spot(parked, foot, metre), dice.chance(name + "parked", 0.4), coming)
        name = f"{depth} driving "
        lane = 1 - 2 * dice.chance(name + "lane", 0.5)
        car_before(
            scene,
            name,
            Spot(vanishing + lane * 1.1 * metre, foot + 0.01, metre),
            dice.chance(name, 0.3 if 0 < depth < 5 else 0.0),
            (driver * lane < 0).float(),
        )
