"""Paved ground: quays, aprons and runways, pavements."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.scene import RGB, Scene, mix, paint_as, rgb
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_STONES: tuple[RGB, ...] = ((0.74, 0.70, 0.64), (0.66, 0.65, 0.64), (0.80, 0.74, 0.64), (0.62, 0.60, 0.58))


def slabs(scene: Scene, name: str, colour: Tensor, size: float) -> Tensor:
    """The colour (B, 3, H, W) of ground paved with slabs of so many metres, in perspective, snowy in winter."""
    canvas, light = scene.canvas, scene.light
    depth = (canvas.y - scene.horizon).clamp(min=0.01)
    away, across = scene.eye / depth, (canvas.x - 0.5) * scene.eye / depth
    near = sharpen(depth * size / scene.eye, 0.012, 0.05)
    blocks = joints(
        scene.dice, name + " slabs", across + 400, away + 0 * across, size, size * 0.8, gap=0.1, depth=0.2, vary=0.07
    )
    tone = 1 + (blocks - 1) * near + 0.12 * (scene.coarse - 0.5) + 0.1 * (scene.other - 0.5)
    dust = scene.winter * sharpen(scene.coarse + 0.4 * (scene.other - 0.5), 0.36, 0.6) * 0.85
    return mix(colour * tone.unsqueeze(1), snow(scene), dust) * light.on(0, 0.85, 0.3)


def quay(scene: Scene, name: str, top: Tensor, bottom: Tensor, present: Tensor | float = 1.0) -> None:
    """A stone quay from y = top to the water at y = bottom.

    Where that is below the picture the viewer stands on it, and bollards mark its far edge.
    """
    canvas, light = scene.canvas, scene.light
    colour = scene.dice.colour(name + " stone", _STONES)
    far = (bottom < 1).float()
    wall = torch.maximum(top - canvas.y, canvas.y - bottom) + 0 * canvas.x
    side = colour * 0.72 * light.on(0, 0, 0.95) * (1 + 0.3 * (scene.fine - 0.5)).unsqueeze(1)
    paint_as(canvas, canvas.cover(wall, present * far), side.clamp(0, 1), "pavement", "none", "stone")
    edge = torch.maximum(wall, canvas.y - top - 0.006)
    paint_as(
        canvas,
        canvas.cover(edge, present * far),
        (colour * 1.1 * light.on(0, 0.8, 0.4)).clamp(0, 1),
        "pavement",
        "none",
        "stone",
    )
    near = present * (1 - far)
    if not bool(torch.as_tensor(near).any()):
        return
    paint_as(canvas, canvas.cover(wall, near), slabs(scene, name, colour, 1.1).clamp(0, 1), "pavement", "none", "stone")
    kerb = torch.maximum(wall, canvas.y - top - 0.022)
    bright = mix(colour * 1.12, snow(scene), scene.winter * 0.8) * light.on(0, 0.7, 0.5)
    paint_as(canvas, canvas.cover(kerb, near), bright.clamp(0, 1), "pavement", "none", "stone")
    canvas.shade(canvas.soft((canvas.y - top - 0.024).abs() - 0.004, 0.008, near) * 0.6, 0.6)
    at = torch.frac(canvas.x / 0.23 + scene.dice.uniform(name + " bollards", 0, 1)) - 0.5
    body = torch.maximum(at.abs() * 0.23 - 0.0135, torch.maximum(top - 0.03 - canvas.y, canvas.y - top - 0.012))
    head = torch.maximum(at.abs() * 0.23 - 0.02, torch.maximum(top - 0.036 - canvas.y, canvas.y - top + 0.022))
    iron = rgb((0.22, 0.23, 0.25), top) * light.on((at * 0.23 / 0.014).clamp(-1, 1) * 0.7, 0.2, 0.7)
    paint_as(canvas, canvas.cover(torch.minimum(body, head), near), iron.clamp(0, 1), "pavement", "post", "metal")
