"""A small church seen from afar: a tower with a spire and a nave behind it."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.figures import cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, pick_label, rgb
from dissect_core.world.shapes import arch, box, ellipse, facet, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_WALLS: tuple[RGB, ...] = ((0.95, 0.93, 0.87), (0.82, 0.76, 0.66), (0.90, 0.80, 0.60), (0.72, 0.40, 0.32))
_SPIRES: tuple[RGB, ...] = ((0.38, 0.60, 0.52), (0.36, 0.37, 0.44), (0.66, 0.30, 0.22), (0.28, 0.32, 0.40))


def chapel(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """About 11 metres wide and 17 high with its spire; the nave recedes towards `facing`."""
    dice = scene.dice
    cast(scene, spot, 4.5, 7.0, 0.5, present, back=0.1)
    church = place(scene, spot, present, (-3.0, -18.2, 9.0, 0.3), facing)
    if church.absent:
        return
    x, y = church.x, church.y
    kind = dice.choice(name + "kind", (1.0, 1.0, 1.0, 1.0))
    wall = torch.tensor(_WALLS, device=kind.device)[kind].view(-1, 3, 1, 1)
    stuff = pick_label(kind, ("plaster", "stone", "plaster", "brick"), MATERIALS)
    roof = dice.colour(name + "roof", _SPIRES)
    tiled = torch.where(scene.winter > 0, MATERIALS.index("snow"), MATERIALS.index("slate")).to(torch.uint8)
    face, flank = church.light.on(-0.28, 0, 0.96), church.light.on(0.9, 0, 0.45)
    dark = mix(rgb((0.18, 0.24, 0.34), spot.scale), rgb((1.0, 0.80, 0.42), spot.scale), scene.light.warm)
    courses = 1 + 0.5 * (joints(dice, name + "stones", x + 30, y + 30, 0.9, 0.5, gap=0.3, depth=0.2) - 1)
    nave, u, v = facet(x, y, 1.5, 8.4, (-4.4, -4.1), (0.0, -0.35))
    church.paint(nave, wall * flank * (courses * (1.03 - 0.16 * v.clamp(0, 1))).unsqueeze(1), "church", "wall", stuff)
    bay = (torch.frac(u.clamp(0.001, 0.999) * 3) - 0.5) * 2.3
    light = torch.where(nave < 0, arch(bay, v * 4.2, 0.0, 3.1, 0.85, 2.1), 9.0)
    church.paint(light - 0.16, rgb((0.95, 0.94, 0.9), spot.scale) * flank, "church", "window", "stone")
    church.paint(light, dark, "church", "window", "glass")
    gable = polygon(x, y, ((0.2, -7.4), (6.6, -6.7), (8.8, -3.9), (1.4, -4.2)))
    rows = 1 - 0.14 * (torch.frac(-y / 0.55) < 0.25).float()
    tiles = mix(roof * rows.unsqueeze(1), snow(scene), scene.winter * sharpen(church.scene.other, 0.1, 0.35))
    church.paint(gable, tiles * church.light.on(0.5, 0.75, 0.4), "church", "roof", tiled)
    side = box(x, y, 1.5, -9.6, 2.5, -0.05)
    church.paint(side, wall * flank * courses.unsqueeze(1), "church", "tower", stuff)
    tower = box(x, y, -1.9, -9.8, 1.5, 0.0)
    church.paint(
        tower, wall * face * (courses * (1.02 - 0.12 * (1 + y / 10).clamp(0, 1))).unsqueeze(1), "church", "tower", stuff
    )
    ledge = box(x, y, -2.1, -10.1, 2.65, -9.6)
    church.paint(ledge, rgb((0.93, 0.90, 0.84), spot.scale) * face, "church", "tower", "stone")
    bells = arch(x, y, -0.2, -6.6, 1.1, 2.0)
    church.paint(bells - 0.18, rgb((0.95, 0.94, 0.9), spot.scale) * face, "church", "window", "stone")
    church.paint(bells, dark * 0.9, "church", "window", "glass")
    dial = ellipse(x, y, -0.2, -5.3, 0.75, 0.75)
    church.paint(dial, rgb((0.96, 0.94, 0.86), spot.scale) * face, "church", "tower", "metal")
    door = arch(x, y, -0.2, 0.0, 1.5, 2.7)
    church.paint(torch.maximum(door - 0.22, y), rgb((0.93, 0.91, 0.85), spot.scale) * face, "church", "wall", "stone")
    church.paint(door, rgb((0.42, 0.26, 0.16), spot.scale) * face, "church", "door", "wood")
    tip = 17.0
    spire = polygon(x, y, ((0.2, -tip), (2.75, -9.9), (-2.2, -9.9)))
    right = sharpen(x - 0.2 - (y + tip) * 0.18, -0.12, 0.12)
    lit = mix(church.light.on(-0.35, 0.25, 0.85), church.light.on(0.85, 0.25, 0.4), right)
    white = scene.winter * sharpen(church.scene.other + 0.06 * (y + 13), 0.3, 0.6) * 0.9
    church.paint(spire, mix(roof, snow(scene), white) * lit, "church", "spire", "slate")
    cross = union(box(x, y, 0.06, -tip - 1.0, 0.34, -tip + 0.6), box(x, y, -0.3, -tip - 0.6, 0.7, -tip - 0.35))
    church.paint(cross, rgb((0.90, 0.74, 0.34), spot.scale) * face, "church", "cross", "metal")
