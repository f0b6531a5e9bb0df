"""Hangars and control towers."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, ellipse, facet, intersect, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

# the front of a hangar, metres: its ends, and the heights of eaves and crown
_LEFT, _CORNER, _EAVES, _CROWN = -8.4, 3.6, 3.0, 6.6
_TIN: tuple[RGB, ...] = ((0.66, 0.70, 0.74), (0.46, 0.58, 0.54), (0.72, 0.66, 0.56), (0.50, 0.56, 0.66))


def hangar(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A barrel-roofed hall of 20 metres, its sliding doors half open on the dark inside."""
    dice = scene.dice
    cast(scene, spot, 9.0, 5.0, 0.7, present, back=0.1)
    hall = place(scene, spot, present, (-9.2, -8.0, 9.6, 0.3), facing)
    if hall.absent:
        return
    x, y = hall.x, hall.y
    tin = dice.colour(name + "tin", _TIN)
    left, corner, end, eaves, crown = _LEFT, _CORNER, 8.6, _EAVES, _CROWN
    apex, half = (left + corner) / 2, (corner - left) / 2
    rise = crown - eaves
    wall, u, v = facet(x, y, corner, end, (-eaves, -eaves * 0.86 - 0.4), (0.0, -0.4))
    rib = torch.frac(u * 12)
    side = tin * hall.light.on(0.9, 0, 0.45) * (1 - 0.13 * (rib < 0.25).float() - 0.1 * v.clamp(0, 1)).unsqueeze(1)
    hall.paint(wall, side, "hangar", "wall", "metal")
    shift = 5.0  # how far the roof recedes to the right
    t = ((x - corner) / shift).clamp(0, 1)
    roof = intersect(
        union(
            *(
                ellipse(
                    x,
                    y,
                    apex + shift * k,
                    -eaves * (1 - 0.14 * k) - 0.4 * k,
                    half * (1 - 0.1 * k),
                    rise * (1 - 0.12 * k),
                )
                for k in (0.0, 0.34, 0.67, 1.0)
            ),
            polygon(
                x,
                y,
                ((apex, -crown), (apex + shift, -crown * 0.87 - 0.36), (end, -eaves * 0.86 - 0.4), (corner, -eaves)),
            ),
        ),
        y + eaves * (1 - 0.14 * t) + 0.4 * t,
    )
    curve = ((x - apex - 2.4) / half).clamp(-1, 1)
    seams = 1 - 0.12 * (torch.frac((x - apex - 0.6 * y) / 1.1 + 20) < 0.16).float()
    white = mix(tin * 0.94 * seams.unsqueeze(1), snow(scene), scene.winter * sharpen(hall.scene.other, 0.1, 0.35))
    hall.paint(roof, white * hall.light.on(curve * 0.7, 0.75, 0.2), "hangar", "roof", "metal")
    _hangar_front(hall, name, tin)


def _hangar_front(hall: Figure, name: str, tin: Tensor) -> None:
    """The gable of a hangar with its doors half open."""
    x, y, scene, dice = hall.x, hall.y, hall.scene, hall.scene.dice
    left, corner, eaves, rise = _LEFT, _CORNER, _EAVES, _CROWN - _EAVES
    apex, half, trim = (left + corner) / 2, (corner - left) / 2, rgb((0.94, 0.94, 0.92), hall.scale)
    face = hall.light.on(-0.25, 0, 0.96)
    gable = union(intersect(ellipse(x, y, apex, -eaves, half, rise), y + eaves), box(x, y, left, -eaves, corner, 0.0))
    rib = torch.frac(x / 0.8 + 20)
    hall.paint(gable, tin * 1.05 * face * (1 - 0.1 * (rib < 0.25).float()).unsqueeze(1), "hangar", "wall", "metal")
    arc = torch.maximum(ellipse(x, y, apex, -eaves, half, rise).abs() - 0.22, y + eaves)
    hall.paint(arc, mix(trim, snow(scene), scene.winter) * face, "hangar", "roof", "metal")
    mouth = box(x, y, apex - 4.6, -4.1, apex + 4.6, 0.0)
    deep = rgb((0.13, 0.14, 0.17), hall.scale) * (0.8 + 0.7 * ((y + 4.1) / 4.1).clamp(0, 1)).unsqueeze(1)
    glow = mix(deep, rgb((0.92, 0.70, 0.38), hall.scale), scene.light.warm * 0.7)
    hall.paint(mouth, glow, "hangar", "door", "none")
    open_ = dice.uniform(name + "open", 1.2, 3.6)
    leaves = torch.maximum(mouth, open_ - (x - apex).abs())
    panel = torch.frac((x - apex) / 1.3 + 20)
    colour = trim * 0.86 * face * (1 - 0.16 * (panel < 0.1).float()).unsqueeze(1)
    hall.paint(leaves, colour, "hangar", "door", "metal")
    band = intersect((y + 4.75).abs() - 0.36, (x - apex).abs() - 2.6)
    hall.paint(
        band,
        dice.colour(name + "sign", ((0.80, 0.22, 0.18), (0.16, 0.34, 0.62), (0.94, 0.72, 0.20))) * face,
        "hangar",
        "wall",
        "metal",
    )


def control_tower(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A tower of 15 metres with a glazed room on top and a mast."""
    dice = scene.dice
    cast(scene, spot, 2.0, 9.0, 0.5, present)
    tower = place(scene, spot, present, (-3.6, -18.5, 3.6, 0.3))
    if tower.absent:
        return
    x, y = tower.x, tower.y
    coat = dice.colour(name + "coat", ((0.93, 0.91, 0.86), (0.82, 0.80, 0.76), (0.90, 0.84, 0.72)))
    half = 1.35 + 0.03 * (-y)
    split = sharpen(x, 0.3, 0.5)
    lit = mix(tower.light.on(-0.4, 0, 0.9), tower.light.on(0.9, 0, 0.4), split)
    shaft = intersect(x.abs() - half, -11.4 - y, y)
    tower.paint(shaft, coat * lit, "control tower", "wall", "concrete")
    slots = intersect((x + 0.5).abs() - 0.32, (torch.remainder(-y, 2.2) - 1.2).abs() - 0.5, shaft + 0.3, -9.8 - y)
    tower.paint(slots, rgb((0.20, 0.26, 0.34), spot.scale), "control tower", "window", "glass")
    foot_hall = box(x, y, -3.2, -2.6, 3.2, 0.0)
    tower.paint(foot_hall, coat * 0.92 * lit, "control tower", "wall", "concrete")
    panes = intersect((torch.remainder(x + 3.2, 1.28) - 0.64).abs() - 0.42, (y + 1.5).abs() - 0.5, foot_hall)
    dark = mix(rgb((0.20, 0.26, 0.34), spot.scale), rgb((1.0, 0.82, 0.44), spot.scale), scene.light.warm)
    tower.paint(panes, dark, "control tower", "window", "glass")
    cup = polygon(x, y, ((-2.7, -12.1), (2.7, -12.1), (1.6, -11.0), (-1.6, -11.0)))
    tower.paint(cup, coat * 0.9 * lit, "control tower", "wall", "concrete")
    room = polygon(x, y, ((-3.0, -14.6), (3.0, -14.6), (2.5, -12.1), (-2.5, -12.1)))
    up = ((-y - 12.1) / 2.5).clamp(0, 1)
    glass = mix(rgb((0.16, 0.30, 0.38), spot.scale), rgb((0.58, 0.76, 0.84), spot.scale), up) * lit
    glass = mix(glass, rgb((1.0, 0.86, 0.52), spot.scale), scene.light.warm * 0.85)
    bars = torch.frac((x / (1 - 0.02 * (y + 12))) / 1.0 + 0.5 + 20)
    tower.paint(room, glass * (1 - 0.45 * (bars < 0.13).float()).unsqueeze(1), "control tower", "window", "glass")
    roof = union(box(x, y, -3.3, -15.1, 3.3, -14.5), box(x, y, -1.0, -15.7, 1.0, -15.0))
    tint = dice.colour(name + "roof", ((0.80, 0.24, 0.20), (0.24, 0.42, 0.62), (0.40, 0.42, 0.46)))
    tower.paint(
        roof,
        mix(tint, snow(scene), scene.winter * 0.85) * tower.light.on(0, 0.5, 0.7),
        "control tower",
        "roof",
        "metal",
    )
    mast = box(x, y, -0.13, -18.2, 0.13, -15.6)
    tower.paint(mast, rgb((0.80, 0.30, 0.24), spot.scale) * lit, "control tower", "post", "metal")
