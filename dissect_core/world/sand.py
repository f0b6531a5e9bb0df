"""Sand: the level sand of beaches and deserts, and dunes."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.scene import RGB, Scene, mix
from dissect_core.world.texture import sharpen

_SANDS: tuple[RGB, ...] = (
    (0.93, 0.84, 0.66), (0.90, 0.80, 0.64), (0.95, 0.89, 0.76), (0.80, 0.74, 0.64), (0.92, 0.72, 0.46),
    (0.90, 0.64, 0.42),
    (0.94, 0.80, 0.56), (0.84, 0.68, 0.52),
)  # fmt: skip


def sand_colour(scene: Scene) -> Tensor:
    """The sand of each scene, (B, 3, 1, 1)."""
    return scene.dice.colour("sand", _SANDS, 0.03)


def sand(scene: Scene, area: Tensor, colour: Tensor) -> None:
    """Level sand with wind ripples and hollows in an area (signed distance, broadcast to the canvas)."""
    canvas, light = scene.canvas, scene.light
    depth = ((canvas.y - scene.horizon) / (1 - scene.horizon)).clamp(0, 1)
    ripple = torch.sin(40 * torch.log(depth + 0.16) + 9 * (scene.coarse - 0.5) + canvas.x * 6)
    hollow = sharpen(scene.fine, 0.42, 0.30) * (0.25 + 0.75 * depth)
    face = light.on(0.25 * ripple * depth, 0.82, 0.35)
    tone = 1 + 0.1 * (scene.coarse - 0.5) - 0.09 * hollow + 0.06 * (scene.other - 0.5)
    lit = mix(colour * face * tone.unsqueeze(1), light.haze * 0.95, 0.3 * (1 - depth * 4).clamp(0, 1))
    canvas.paint(canvas.cover(area), lit.clamp(0, 1), "sand", None, "sand")


def dunes(
    scene: Scene, name: str, foot: Tensor, tall: tuple[float, float], veil: float, colour: Tensor, present: Tensor
) -> None:
    """A row of dunes whose crests part a lit from a shaded side; level sand lies before their foot."""
    scene = scene.within(0, foot - tall[1] * 1.2, 1, foot + 0.02)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    high = dice.uniform(name + " tall", *tall)
    x = canvas.x + 0.02 * torch.sin(canvas.x * 15 + dice.uniform(name + " wave", 0, 6))
    crest = torch.full_like(x * high, 1e-3)
    peak_x, peak_h = torch.zeros_like(crest), torch.ones_like(crest)
    for slot, (low, far) in enumerate(((-0.05, 0.25), (0.35, 0.6), (0.75, 1.05))):
        own = f"{name} dune {slot} "
        cx, height = dice.uniform(own + "x", low, far), high * dice.uniform(own + "height", 0.55, 1.0)
        offset = x - cx
        wide = dice.uniform(own + "wide", 0.28, 0.45) * (0.62 + 0.5 * (offset * light.side > 0).float())
        t = (1 - offset.abs() / wide).clamp(0, 1)
        profile = height * t * (0.5 + 0.5 * t)
        front = profile > crest
        crest, peak_x, peak_h = (
            torch.where(front, profile, crest),
            torch.where(front, cx.expand_as(crest), peak_x),
            torch.where(front, height.expand_as(crest), peak_h),
        )
    above = foot - canvas.y
    down = (peak_h - above).clamp(min=0)
    bend = peak_x + (0.55 * torch.sin(down * 16) * 0.12 - down * 0.5) * light.side  # the sharp crest winds down
    right = torch.tanh((canvas.x - bend) * 36)
    wind = torch.sin(above * 260 + canvas.x * 40 + 7 * (scene.coarse - 0.5)) * 0.12
    face = light.on((0.78 * right + wind).clamp(-1, 1), 0.5, 0.3)
    shaded = mix(colour * face, light.haze, veil + 0.2 * (1 - above / 0.08).clamp(0, 1))
    canvas.paint(
        canvas.cover(((above - crest) * 0.85).maximum(-above), present), shaded.clamp(0, 1), "sand", None, "sand"
    )
