"""Figures: things drawn in their own units, so that one painter serves every distance and both facings."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.scene import Light, Scene, Spot, paint_as
from dissect_core.world.shapes import box, ellipse

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Figure:
    """A thing at its place: a window of the scene, and its own coordinates there.

    x, y: (B, 1, W) and (B, H, 1) in own units from the middle of its foot, x towards where it faces and y down (what
    stands has negative y).  scale: image widths to a unit.  light: as it falls in these coordinates.  present: 1 in the
    scenes that have it.
    """

    scene: Scene
    x: Tensor
    y: Tensor
    scale: Tensor
    light: Light
    present: Tensor
    limit: Tensor  # signed distance of its bounds: acute corners of polygons are long, and end there

    @property
    def absent(self) -> bool:
        """Whether no scene of the batch has it: then there is nothing to paint."""
        return not bool(self.present.any())

    def paint(
        self, distance: Tensor, colour: Tensor, object: str | None, part: Tensor | str = "none",
        material: Tensor | str = "none", here: Tensor | float = 1.0,
    ) -> None:  # fmt: skip
        """Paint a shape given by its distance in own units; `here` (B, 1, 1) leaves it out of some scenes."""
        present = self.present * here
        if isinstance(here, Tensor) and not bool(present.any()):
            return
        cover = self.scene.canvas.cover(torch.maximum(distance, self.limit) * self.scale, present)
        paint_as(self.scene.canvas, cover, colour.clamp(0, 1), object, part, material)

    def shade(self, distance: Tensor, factor: Tensor | float, width: float, here: Tensor | float = 1.0) -> None:
        """Darken or brighten by `factor` inside a shape with an edge blurred over `width` own units; labels stay."""
        inside = torch.maximum(distance, self.limit) * self.scale
        cover = self.scene.canvas.soft(inside, self.scale * width, self.present * here)
        self.scene.canvas.shade(cover, factor)


def place(scene: Scene, spot: Spot, present: Tensor, bounds: Bounds, facing: Tensor | float = 1.0) -> Figure:
    """A figure at its spot.

    bounds: left, top, right, bottom of everything that it paints, in own units; facing: -1 mirrors it.
    """
    left, top, right, bottom = bounds
    cx, foot, scale = spot.x, spot.foot, spot.scale
    aside = max(-left, right)
    window = scene.within(cx - scale * aside, foot + scale * top, cx + scale * aside, foot + scale * bottom)
    facing = torch.as_tensor(facing, device=scale.device)
    x, y = (window.canvas.x - cx) / scale * facing, (window.canvas.y - foot) / scale
    limit = box(x, y, *bounds)
    return Figure(window, x, y, scale, scene.light.mirrored(facing), present, limit)


def cast(scene: Scene, spot: Spot, half: float, tall: float, thick: float, present: Tensor, back: float = 0.0) -> None:
    """The shadow of a thing on the ground, painted before it: dark at its foot, long away from the sun.

    half: half its width; tall: its height; thick: half the depth of the shadow as seen; back: how far behind its foot
    it begins; all in own units.
    """
    if not bool(present.any()):
        return
    light, cx, foot = scene.light, spot.x, spot.foot - spot.scale * back
    wide, deep, reach = spot.scale * half, spot.scale * thick, spot.scale * tall * (1.05 - scene.light.up)
    across = wide + 1.1 * reach + 2 * deep
    scene = scene.within(cx - across, foot - 2 * deep, cx + across, foot + 2 * deep)
    canvas = scene.canvas
    long = ellipse(canvas.x, canvas.y, cx - light.side * reach * 0.6, foot, wide + reach * 0.5, deep)
    canvas.shade(canvas.soft(long, deep * 1.4, present), 1 - light.strength.unsqueeze(1))
    near = ellipse(canvas.x, canvas.y, cx, foot, wide * 1.05, deep * 0.8)
    canvas.shade(canvas.soft(near, deep * 1.4, present * 0.5), 0.6)
