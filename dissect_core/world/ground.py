"""The ground: meadow, and the path that leads to the door."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, pick, pick_colour, pick_label
from dissect_core.world.shapes import box, intersect
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_GRASS: tuple[RGB, ...] = ((0.46, 0.66, 0.24), (0.37, 0.57, 0.20), (0.56, 0.55, 0.25), (0.93, 0.95, 0.99))
_PATHS: tuple[RGB, ...] = ((0.74, 0.60, 0.42), (0.78, 0.74, 0.66), (0.62, 0.58, 0.56))


def grass(scene: Scene) -> None:
    """The meadow from the horizon to the viewer."""
    scene = scene.within(0, scene.horizon - 0.03, 1, 1)
    canvas, light = scene.canvas, scene.light
    depth = ((canvas.y - scene.horizon) / (1 - scene.horizon)).clamp(0, 1)
    tint = scene.dice.uniform("grass tint", -0.04, 0.04).unsqueeze(1)
    green = pick_colour(scene.season, _GRASS) + tint * torch.tensor((1.0, 0.4, 0.2), device=tint.device).view(
        1, 3, 1, 1
    )
    patches = 1 + 0.26 * (scene.coarse - 0.5) + (0.16 * (scene.fine - 0.5) * depth) * (1 - 0.6 * scene.winter)
    near = 1.06 - 0.2 * depth
    colour = green * light.on(0, 0.85, 0.35) * (patches * near).unsqueeze(1)
    colour = mix(colour, light.haze * 0.95, 0.34 * (1 - depth * 3).clamp(0, 1))
    material = pick_label(scene.season, ("foliage", "foliage", "foliage", "snow"), MATERIALS)
    swell = 0.012 * (torch.sin(canvas.x * 5 + scene.dice.uniform("swell", 0, 6.28)))
    paint_as(canvas, canvas.cover(scene.horizon + swell - canvas.y), colour.clamp(0, 1), "grass", "none", material)


def course(scene: Scene, door_x: Tensor, base: Tensor, y: Tensor | float) -> Tensor:
    """The x of the middle of the path at height y."""
    t = ((y - base) / (1 - base)).clamp(0, 1)
    bend = scene.dice.uniform("path bend", -0.1, 0.1)
    aim = (0.5 - door_x) * 0.4 + scene.dice.uniform("path aim", -0.12, 0.12)
    return door_x + aim * t + bend * torch.sin(t * 3.1416)


def path(scene: Scene, door_x: Tensor, base: Tensor, width: Tensor) -> None:
    """From the door (its x, foot and width) down to the lower edge, wider as it comes nearer."""
    scene = scene.within(0, base - 0.02, 1, 1)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    t = ((canvas.y - base) / (1 - base)).clamp(0, 1)
    middle = course(scene, door_x, base, canvas.y)
    half = width * 0.6 + (dice.uniform("path width", 0.1, 0.14) - width * 0.6) * t
    wobble = (scene.fine - 0.5) * 0.03 * t
    distance = intersect((canvas.x - middle).abs() - half + wobble, base - canvas.y)
    kind = dice.choice("path kind", (0.45, 0.3, 0.25))
    paved = pick(kind, (0, 0, 1))
    far = torch.log((t + 0.35) / 0.35)
    slabs = joints(dice, "slabs", (canvas.x - middle) / (0.35 + t) + 40, far, 0.13, 0.26, gap=0.3, depth=0.3)
    tone = 1 + 0.22 * (scene.other - 0.5) + (slabs - 1) * paved * 0.8
    colour = pick_colour(kind, _PATHS) * light.on(0, 0.8, 0.35) * tone.unsqueeze(1)
    dust = scene.winter * (0.25 + 0.6 * sharpen(scene.coarse, 0.4, 0.65))
    colour = mix(colour, snow(scene) * light.on(0, 0.75, 0.35), dust * 0.55)
    edge = canvas.soft(distance - 0.006, 0.02) * 0.35
    canvas.shade(edge * canvas.cover(base - canvas.y), 0.7)
    material = pick_label(kind, ("earth", "earth", "stone"), MATERIALS)
    paint_as(canvas, canvas.cover(distance), colour.clamp(0, 1), "path", "none", material)


def building_shadow(scene: Scene, left: Tensor, right: Tensor, base: Tensor, length: Tensor) -> None:
    """The shadow of a building between two x: beside it, away from the sun, and a dark rim at its foot."""
    scene = scene.within(0, scene.horizon - 0.01, 1, base + 0.05)
    canvas, light = scene.canvas, scene.light
    reach = (length * (1.15 - light.up)).clamp(max=0.45)
    slant = (base - canvas.y) * 1.2 * light.side
    east, west = (light.side > 0).float(), (light.side < 0).float()
    area = box(
        canvas.x + slant, canvas.y, left - reach * east, scene.far(base, 0.45), right + reach * west, base + 0.012
    )
    ground = canvas.cover(scene.horizon + 0.02 - canvas.y)
    canvas.shade(canvas.soft(area, 0.03) * ground, 1 - light.strength.unsqueeze(1))
    rim = box(canvas.x, canvas.y, left - 0.01, base - 0.03, right + 0.01, base + 0.01)
    canvas.shade(canvas.soft(rim, 0.035) * 0.4, 0.6)
