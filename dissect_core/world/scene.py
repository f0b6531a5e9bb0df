"""What the painters of an outdoor scene share: its dice, canvas, light, season and noise fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.concepts import MATERIALS, OBJECTS, PARTS
from dissect_core.world.dice import Dice
from dissect_core.world.shapes import Number

RGB = tuple[float, float, float]


def pick(index: Tensor, values: Sequence[float]) -> Tensor:
    """The value of each scene's choice (B,), as (B, 1, 1)."""
    return torch.tensor(values, device=index.device, dtype=torch.float32)[index].view(-1, 1, 1)


def pick_colour(index: Tensor, colours: Sequence[RGB]) -> Tensor:
    """The colour of each scene's choice (B,), as (B, 3, 1, 1)."""
    return torch.tensor(colours, device=index.device, dtype=torch.float32)[index].view(-1, 3, 1, 1)


def pick_label(index: Tensor, names: Sequence[str], space: tuple[str, ...]) -> Tensor:
    """The label of each scene's choice (B,), as uint8 (B, 1, 1)."""
    codes = [space.index(name) for name in names]
    return torch.tensor(codes, device=index.device, dtype=torch.uint8)[index].view(-1, 1, 1)


def rgb(colour: RGB, like: Tensor) -> Tensor:
    """One colour for all scenes, (1, 3, 1, 1) on the device of `like`."""
    return torch.tensor(colour, device=like.device, dtype=torch.float32).view(1, 3, 1, 1)


def mix(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """From a to b; share (B, 1|H, 1|W) applies to every channel when a or b has channels."""
    if a.dim() == 4 and share.dim() == 3:
        share = share.unsqueeze(1)
    return torch.lerp(a, b, share)


@dataclass(frozen=True)
class Light:
    """One sun per scene: its direction (right, up, towards the viewer) and the colours that it gives."""

    right: Tensor
    up: Tensor
    front: Tensor
    side: Tensor  # +1: the sun is on the right
    sun: Tensor
    ambient: Tensor
    zenith: Tensor
    haze: Tensor  # the colour of the sky at the horizon and of far things
    strength: Tensor  # of cast shadows
    warm: Tensor  # 1: lamps are on behind the windows
    overcast: Tensor  # 1: the sun is behind a closed cover of cloud

    def mirrored(self, flip: Tensor) -> Light:
        """The same light seen in coordinates whose x axis is multiplied by flip (+1 or -1)."""
        return replace(self, right=self.right * flip, side=self.side * flip)

    def on(self, right: Tensor | float, up: Tensor | float, front: Tensor | float) -> Tensor:
        """Light (B, 3, 1|H, 1|W) on a surface with this normal, to multiply into its colour."""
        falling = (self.right * right + self.up * up + self.front * front).clamp(min=0)
        return self.ambient + self.sun * falling.unsqueeze(1)


@dataclass(frozen=True)
class Spot:
    """Where a thing is, and how large it is seen."""

    x: Number  # of the middle of its foot, on the screen
    foot: Tensor  # y of its foot
    scale: Tensor  # image widths to one of its own units: metres, or its height where its painter says so


@dataclass(frozen=True)
class Scene:
    """Everything common to the objects of one outdoor batch."""

    dice: Dice
    canvas: Canvas
    light: Light
    season: Tensor  # (B,) 0 spring, 1 summer, 2 autumn, 3 winter
    winter: Tensor  # (B, 1, 1) 1 in winter
    horizon: Tensor  # (B, 1, 1) y of the eye level
    coarse: Tensor  # (B, H, W) noise of about a tenth of the picture, 0..1
    fine: Tensor  # (B, H, W) noise of a few hundredths of the picture, 0..1
    other: Tensor  # as fine, independent of it
    eye: float = 1.6  # height of the viewer above the ground, metres

    def metre(self, foot: Tensor) -> Tensor:
        """Image widths to a metre for what stands on level ground with its foot at this y."""
        return (foot - self.horizon) / self.eye

    def spot(self, x: Number, foot: Tensor, size: Tensor | float = 1.0) -> Spot:
        """A place on level ground, `size` times as large as life."""
        return Spot(x, foot, self.metre(foot) * size)

    def within(self, left: Tensor | float, top: Tensor | float, right: Tensor | float, bottom: Tensor | float) -> Scene:
        """The same scene seen through a window that holds these bounds of every picture: painting there is cheaper."""
        canvas = self.canvas
        rows, columns = canvas.span(top, bottom, canvas.y), canvas.span(left, right, canvas.x)
        coarse, fine, other = (field[:, rows, columns] for field in (self.coarse, self.fine, self.other))
        return replace(self, canvas=canvas.part_of(rows, columns), coarse=coarse, fine=fine, other=other)

    def far(self, y: Tensor, scale: Tensor | float) -> Tensor:
        """Where a height y at the front appears at a depth that is seen `scale` times as large."""
        return self.horizon + (y - self.horizon) * scale


def paint_as(
    canvas: Canvas, cover: Tensor, colour: Tensor, object: str | None, part: Tensor | str, material: Tensor | str
) -> None:
    """Canvas.paint with labels that may differ per scene: a part or material is a name or uint8 (B, 1, 1)."""
    canvas.image.lerp_(colour.expand_as(canvas.image), cover.unsqueeze(1).expand_as(canvas.image))
    hit = (cover > 0.5).expand_as(canvas.object)
    if object is not None:
        canvas.object.masked_fill_(hit, OBJECTS.index(object))
    for labels, value, space in ((canvas.part, part, PARTS), (canvas.material, material, MATERIALS)):
        if isinstance(value, str):
            labels.masked_fill_(hit, space.index(value))
        else:
            labels.copy_(torch.where(hit, value, labels))
