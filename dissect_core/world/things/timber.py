"""Felled trees: single logs and piles of them."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import cast, place
from dissect_core.world.scene import Scene, Spot, mix, rgb
from dissect_core.world.shapes import capsule, ellipse, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen


def log(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A trunk of 3 metres that lies on the ground, its cut end towards the viewer."""
    cast(scene, spot, 1.6, 0.5, 0.2, present)
    trunk = place(scene, spot, present, (-2.0, -1.1, 2.0, 0.2), 1 - 2 * scene.dice.chance(name + "way", 0.5))
    if trunk.absent:
        return
    x, y = trunk.x, trunk.y
    rise = 0.1 * x
    bark = scene.dice.colour(name + "bark", ((0.46, 0.34, 0.24), (0.38, 0.29, 0.22), (0.56, 0.48, 0.40)))
    up = ((-0.4 - y - rise) / 0.38).clamp(-1, 1)
    furrow = 1 + 0.35 * (trunk.scene.fine - 0.5) + 0.1 * torch.sin(y * 30 + x * 3)
    tube = capsule(x, y, -1.3, -0.28, 1.35, -0.55, 0.36)
    moss = mix(bark, rgb((0.40, 0.50, 0.22), spot.scale), sharpen(up + trunk.scene.other - 0.5, 0.5, 0.8) * 0.7)
    white = mix(moss, snow(scene), sharpen(up + trunk.scene.other - 0.5, 0.2, 0.5) * scene.winter)
    trunk.paint(tube, white * trunk.light.on(0.1, up * 0.75, 0.6) * furrow.unsqueeze(1), "log", "none", "wood")
    cut = ellipse(x, y, -1.36, -0.3, 0.27, 0.37)
    rings = 1 + 0.1 * torch.sin((cut + 0.4) * 40)
    trunk.paint(
        cut,
        rgb((0.84, 0.68, 0.46), spot.scale) * trunk.light.on(-0.7, 0.1, 0.7) * rings.unsqueeze(1),
        "log",
        "none",
        "wood",
    )


def wood_pile(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """Six logs stacked with their cut ends towards the viewer."""
    cast(scene, spot, 1.1, 1.2, 0.25, present)
    stack = place(scene, spot, present, (-1.4, -1.6, 1.4, 0.2))
    if stack.absent:
        return
    x, y = stack.x, stack.y
    light = stack.light.on(-0.15, 0.1, 0.85)
    for order, (u, v) in enumerate(
        ((-0.72, -0.34), (0.0, -0.34), (0.72, -0.34), (-0.36, -0.9), (0.36, -0.9), (0.0, -1.4))
    ):
        end = ellipse(x, y, u, v + 0.0, 0.36, 0.34)
        tone = 0.9 + 0.14 * ((order * 7) % 3 - 1)
        stack.paint(end, rgb((0.40, 0.30, 0.22), spot.scale) * light, "log", "none", "wood")
        rings = 1 + 0.1 * torch.sin((end + 0.4) * 44)
        cut = rgb((0.84, 0.67, 0.45), spot.scale) * light * (tone * rings).unsqueeze(1)
        stack.paint(end + 0.06, cut, "log", "none", "wood")
    cap = torch.maximum(union(ellipse(x, y, 0.0, -1.45, 0.38, 0.34), ellipse(x, y, -0.4, -0.98, 0.34, 0.3),
        ellipse(x, y, 0.4, -0.98, 0.34, 0.3)),
                        y + 1.2 - 0.9 * x.abs())  # fmt: skip
    stack.paint(cap, snow(scene) * stack.light.on(0, 0.8, 0.4), "log", "none", "snow", scene.winter)
