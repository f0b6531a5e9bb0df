"""What stands at the water: piers, lighthouses and cranes."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

_PLANKS: tuple[RGB, ...] = ((0.66, 0.50, 0.34), (0.58, 0.46, 0.36), (0.72, 0.62, 0.50))


def pier(
    scene: Scene, name: str, near: tuple[Tensor, Tensor], far: tuple[Tensor, Tensor], half: Tensor, present: Tensor
) -> None:
    """A landing stage on piles, from (x, y) near the viewer to (x, y) farther out; `half` its half width when near."""
    (near_x, near_y), (far_x, far_y) = near, far
    left = torch.minimum(near_x, far_x) - half * 1.3
    scene = scene.within(left, far_y - 0.1, torch.maximum(near_x, far_x) + half * 1.3, near_y + 0.14)
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    x, y = canvas.x, canvas.y
    shrink = (far_y - scene.horizon) / (near_y - scene.horizon)
    wood = dice.colour(name + "wood", _PLANKS)
    deep = 0.018 + 0.06 * half
    deck = polygon(x, y, (
        (far_x - half * shrink, far_y), (far_x + half * shrink, far_y), (near_x + half, near_y), (near_x - half, near_y)
    ))  # fmt: skip
    gloom = polygon(x, y - deep * 1.6, (
        (far_x - half * shrink, far_y), (far_x + half * shrink, far_y), (near_x + half, near_y), (near_x - half, near_y)
    ))  # fmt: skip
    canvas.shade(canvas.soft(gloom, 0.03, present) * 0.75, 0.5)
    for step in range(4, -1, -1):
        share = (step + 0.5) / 5
        py = near_y + (far_y - near_y) * share
        scale = (py - scene.horizon) / (near_y - scene.horizon)
        middle = near_x + (far_x - near_x) * share
        for side in (-1.0, 1.0):
            at, wide = middle + side * half * scale * 0.92, half * 0.13 * scale
            pile = box(x, y, at - wide, py - half * 0.62 * scale, at + wide, py + (deep + 0.035) * (0.4 + 0.6 * scale))
            tone = light.on(((x - at) / wide).clamp(-1, 1) * 0.8, 0, 0.6)
            canvas.paint(canvas.cover(pile, present), (wood * 0.62 * tone).clamp(0, 1), "pier", "post", "wood")
    skirt = torch.minimum(polygon(x, y - deep * 0.5, (
        (far_x - half * shrink, far_y), (far_x + half * shrink, far_y), (near_x + half, near_y), (near_x - half, near_y)
    )), box(x, y, near_x - half, near_y - 0.002, near_x + half, near_y + deep))  # fmt: skip
    canvas.paint(canvas.cover(skirt, present), (wood * 0.55 * light.on(0, 0, 0.9)).clamp(0, 1), "pier", None, "wood")
    depth = torch.log((y - scene.horizon).clamp(min=0.01)) * 7
    seam = torch.frac(depth + 30)
    board = 1 - 0.22 * sharpen(torch.minimum(seam, 1 - seam), 0.14, 0.0) + 0.12 * (scene.fine - 0.5)
    lot = torch.frac(torch.sin(torch.floor(depth + 30) * 78.2) * 437.6).abs()
    top = mix(wood * (0.93 + 0.14 * lot).unsqueeze(1), snow(scene), scene.winter * 0.75) * light.on(0, 0.85, 0.3)
    canvas.paint(canvas.cover(deck, present), (top * board.unsqueeze(1)).clamp(0, 1), "pier", None, "wood")


def lighthouse(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A banded tower of the given height (image widths) with a gallery and a lantern that shines at dusk."""
    dice = scene.dice
    cast(scene, spot, 0.14, 0.7, 0.04, present)
    tower = place(scene, spot, present, (-0.5, -1.2, 0.5, 0.06))
    if tower.absent:
        return
    x, y = tower.x, tower.y
    half = 0.145 + 0.055 * y
    across = (x / half).clamp(-1, 1)
    face = tower.light.on(across * 0.92, 0.05, 0.6)
    bands = sharpen(torch.sin(-y * 3.1416 * 5 / 0.8), -0.06, 0.06)
    red = dice.colour(name + "bands", ((0.82, 0.20, 0.16), (0.18, 0.32, 0.56), (0.16, 0.16, 0.18)))
    coat = mix(rgb((0.96, 0.95, 0.92), spot.scale), red, bands)
    wall = intersect(x.abs() - half, -0.78 - y, y)
    tower.paint(wall, coat * face, "lighthouse", "tower", "plaster")
    for level in (0.22, 0.5):
        slot = box(x, y, -0.02, -level - 0.05, 0.02, -level)
        tower.paint(slot, rgb((0.16, 0.19, 0.24), spot.scale), "lighthouse", "window", "glass")
    door = union(box(x, y, -0.04, -0.1, 0.04, 0.0), ellipse(x, y, 0.0, -0.1, 0.04, 0.035))
    tower.paint(door, rgb((0.34, 0.22, 0.16), spot.scale) * face, "lighthouse", "door", "wood")
    gallery = union(box(x, y, -0.15, -0.80, 0.15, -0.765), box(x, y, -0.15, -0.86, 0.15, -0.848))
    iron = rgb((0.20, 0.21, 0.24), spot.scale) * tower.light.on(0, 0.2, 0.8)
    warm = scene.light.warm
    tower.shade(ellipse(x, y, 0.0, -0.89, 0.2, 0.12), rgb((1.8, 1.6, 1.2), spot.scale), 0.35, warm)
    lamp = box(x, y, -0.075, -0.95, 0.075, -0.79)
    glass = mix(rgb((0.62, 0.74, 0.80), spot.scale) * face, rgb((1.0, 0.92, 0.58), spot.scale), warm)
    bars = torch.frac((x + 0.075) / 0.05 + 4)
    tower.paint(lamp, glass * (1 - 0.3 * (bars < 0.2).float()).unsqueeze(1), "lighthouse", "lantern", "glass")
    tower.paint(gallery, iron, "lighthouse", "lantern", "metal")
    cap = union(intersect(ellipse(x, y, 0.0, -0.95, 0.1, 0.1), y + 0.95), box(x, y, -0.01, -1.1, 0.01, -1.03))
    tower.paint(cap, red * tower.light.on((x / 0.1).clamp(-1, 1) * 0.7, 0.4, 0.5), "lighthouse", "dome", "metal")


def crane(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A harbour crane of the given height (image widths): a latticed tower and an arm with its hook."""
    dice = scene.dice
    frame = place(scene, spot, present, (-0.5, -1.1, 1.05, 0.04), facing)
    if frame.absent:
        return
    x, y = frame.x, frame.y
    paint = dice.colour(name, ((0.90, 0.66, 0.16), (0.78, 0.24, 0.18), (0.24, 0.44, 0.62)))
    light = frame.light.on(0.2, 0.1, 0.8)
    rope = union(
        capsule(x, y, 0.0, -1.02, 0.9, -0.84, 0.011),
        capsule(x, y, 0.0, -1.02, -0.38, -0.8, 0.011),
        capsule(x, y, 0.72, -0.8, 0.72, -0.4, 0.011),
    )
    frame.paint(rope, rgb((0.25, 0.25, 0.28), spot.scale), "crane", "cable", "metal")
    saw = (torch.frac(-y / 0.13 + 10) - 0.5).abs() * 2
    tower = intersect(x.abs() - 0.075, -1.02 - y, y)
    brace = (x.abs() - 0.055).abs() - 0.022
    cross = ((saw * 2 - 1) * 0.06 - x).abs() - 0.018
    frame.paint(torch.maximum(torch.minimum(brace, cross), tower), paint * light, "crane", "post", "metal")
    arm = intersect((y + 0.8).abs() - 0.045, -0.42 - x, x - 0.95)
    saw = (torch.frac(x / 0.12 + 10) - 0.5).abs() * 2
    lattice = torch.minimum(((y + 0.8).abs() - 0.034).abs() - 0.016, ((saw * 2 - 1) * 0.035 - y - 0.8).abs() - 0.014)
    frame.paint(torch.maximum(lattice, arm), paint * light, "crane", "post", "metal")
    weight = box(x, y, -0.44, -0.82, -0.3, -0.68)
    frame.paint(weight, rgb((0.52, 0.52, 0.54), spot.scale) * light, "crane", "none", "concrete")
    cab = box(x, y, -0.02, -0.78, 0.13, -0.64)
    frame.paint(cab, paint * 0.85 * light, "crane", "cabin", "metal")
    frame.paint(box(x, y, 0.03, -0.76, 0.12, -0.69), rgb((0.30, 0.40, 0.48), spot.scale), "crane", "window", "glass")
    load = box(x, y, 0.64, -0.42, 0.8, -0.32)
    frame.paint(
        load, rgb((0.62, 0.42, 0.26), spot.scale) * light, "crane", "none", "wood", dice.chance(name + "load", 0.6)
    )
