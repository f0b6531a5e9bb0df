"""Water: lakes, harbours, ponds and the sea, with the mirror image of what stands behind them."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.scene import RGB, Scene, mix, rgb
from dissect_core.world.shapes import ellipse
from dissect_core.world.texture import sharpen

_DEEP: tuple[RGB, ...] = (
    (0.10, 0.34, 0.52),
    (0.12, 0.42, 0.48),
    (0.20, 0.38, 0.46),
    (0.14, 0.28, 0.46),
    (0.26, 0.44, 0.42),
)


def ripples(scene: Scene, shore: Tensor) -> Tensor:
    """(B, H, W) from -1 to 1: waves that lie closer together towards the shore line y = `shore`."""
    depth = ((scene.canvas.y - shore) / (1 - shore)).clamp(min=0)
    bend = 7 * (scene.coarse - 0.5) + 6 * (scene.fine - 0.5) * (0.4 + depth)
    return torch.sin(26 * torch.log(depth + 0.09) + bend)


def mirrored(scene: Scene, shore: Tensor, waves: Tensor) -> Tensor:
    """The picture turned over at the line y = `shore`, broken by the waves: (B, 3, H, W) of the whole canvas."""
    canvas = scene.canvas
    size = canvas.size
    below = (canvas.y - shore).clamp(min=0)
    source = shore - below * 0.92 + waves * (0.004 + 0.045 * below)
    rows = (source * size).long().clamp(0, size - 1)
    return canvas.image.gather(2, rows.unsqueeze(1).expand_as(canvas.image))


def water(
    scene: Scene, distance: Tensor, shore: Tensor, present: Tensor | float = 1.0, clear: float = 0.55,
    deep: tuple[RGB, ...] = _DEEP,
) -> None:  # fmt: skip
    """Fill an area (signed distance, whole canvas) with water that mirrors what was painted above y = `shore`.

    clear: share of the mirror image at the shore; it fades towards the viewer, who looks into the depth.
    """
    canvas, light = scene.canvas, scene.light
    waves = ripples(scene, shore)
    depth = ((canvas.y - shore) / (1 - shore)).clamp(0, 1)
    image = mirrored(scene, shore, waves)
    tint = (
        scene.dice.colour("water", deep, 0.02) * (light.ambient + light.sun * 0.5) * (1.12 - 0.24 * depth).unsqueeze(1)
    )
    sky = mix(light.haze, light.zenith, 0.35 + 0.4 * depth)
    colour = mix(tint * (1 + 0.14 * waves).unsqueeze(1), sky * 0.92, 0.22 + 0.12 * waves)
    colour = mix(colour, image * 0.92, clear * (1 - 0.55 * depth) * (1 - 0.25 * waves.clamp(min=0)))
    low = ((0.62 - light.up) * 3).clamp(0, 1) * (1 - light.overcast)
    column = canvas.soft((canvas.x - 0.5 - 0.42 * light.side).abs() - 0.03, 0.5)
    glints = (
        sharpen(waves + 0.6 * (scene.other - 0.5), 0.55, 0.95)
        * (0.18 + 0.82 * column)
        * (0.25 + low)
        * (1 - light.overcast)
    )
    shine = mix(light.haze, rgb((1.0, 0.97, 0.90), low), 0.55 + 0 * low)
    colour = mix(colour, shine, (glints * 0.75).clamp(0, 0.85))
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "water", None, "water")


def sun_path(scene: Scene) -> None:
    """A low sun over the horizon, on its side of the picture."""
    canvas, light = scene.canvas, scene.light
    low = ((0.46 - light.up) * 8).clamp(0, 1) * (1 - light.overcast)
    cx, cy = 0.5 + 0.3 * light.side, scene.horizon - 0.055
    disc = ellipse(canvas.x, canvas.y, cx, cy, 0.045, 0.045)
    above = canvas.cover(canvas.y - scene.horizon)
    canvas.shade(canvas.soft(disc, 0.35, low) * above, rgb((1.25, 1.14, 1.0), low))
    glow = rgb((1.0, 0.93, 0.72), low)
    cover = canvas.cover(disc) * low * above
    canvas.image.lerp_(glow.expand_as(canvas.image), cover.unsqueeze(1).expand_as(canvas.image))
