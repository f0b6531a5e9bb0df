"""The skyline of a city far away."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.scene import Scene, mix, paint_as, rgb
from dissect_core.world.texture import sharpen


def skyline(
    scene: Scene, name: str, foot: Tensor, tall: tuple[float, float], veil: float, present: Tensor | float = 1.0
) -> None:
    """Towers of a far city along y = `foot`, with lit windows at dusk."""
    scene = scene.within(0, foot - tall[1] * 1.6, 1, foot + 0.02)
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    high = dice.uniform(name + " tall", *tall)
    phase = dice.uniform(name + " phase", 0, 50)
    distance = torch.full_like(scene.coarse, 9.0)
    colour = torch.zeros_like(canvas.image)
    for layer, (wide, share, tone) in enumerate(((0.075, 1.0, 0.86), (0.105, 0.62, 1.0))):
        place = canvas.x / wide + phase + layer * 0.4
        column, inside = torch.floor(place), torch.frac(place)
        lot = torch.frac(torch.sin(column * 12.99 + phase * 3 + layer) * 437.6).abs()
        other = torch.frac(torch.sin(column * 78.23 + phase + layer) * 237.6).abs()
        top = foot - high * share * (0.35 + 0.95 * lot * lot)
        edge = (0.5 - inside).abs() - 0.40 - 0.1 * other
        block = torch.maximum(edge * wide, top - canvas.y)
        right = sharpen(inside, 0.62, 0.66)
        face = mix(light.on(-0.35, 0, 0.9), light.on(0.9, 0, 0.4), right)
        base = mix(rgb((0.62, 0.66, 0.72), place), rgb((0.78, 0.66, 0.56), place), other)
        rows = torch.frac((canvas.y - top) / 0.0165 + 0.3) - 0.5
        panes = torch.frac(place * 6) - 0.5
        pane = ((rows.abs() < 0.26) & (panes.abs() < 0.3)).float()
        lit = (
            torch.frac(
                torch.sin(torch.floor(place * 6) * 3.7 + torch.floor((canvas.y - top) / 0.0165) * 9.1) * 437.6
            ).abs()
            > 0.5
        ).float()
        wall = base * tone * face * (1 - 0.22 * pane).unsqueeze(1)
        wall = mix(wall, rgb((1.0, 0.82, 0.46), place), pane * lit * light.warm * 0.8)
        near = block < 0.002
        colour = torch.where(near.unsqueeze(1), wall, colour)
        distance = torch.minimum(distance, block)
    distance = torch.maximum(distance, canvas.y - foot)
    colour = mix(colour, light.haze, veil + 0 * distance)
    paint_as(canvas, canvas.cover(distance, present), colour.clamp(0, 1), "building", "wall", "concrete")
