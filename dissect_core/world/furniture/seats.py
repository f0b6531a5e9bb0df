"""Upholstered seats: sofas and armchairs that face the viewer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.furniture.block import Block
from dissect_core.world.room_style import Colour
from dissect_core.world.room_tools import bevel, tint
from dissect_core.world.scene import paint_as
from dissect_core.world.shapes import Number, rounded_box
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View

COVERS: list[Colour] = [
    (0.42, 0.52, 0.62), (0.78, 0.72, 0.62), (0.62, 0.30, 0.24), (0.36, 0.50, 0.42), (0.88, 0.66, 0.36),
    (0.50, 0.50, 0.54),
    (0.24, 0.34, 0.48), (0.80, 0.54, 0.46),
]  # fmt: skip
HIDES: list[Colour] = [(0.50, 0.29, 0.17), (0.22, 0.20, 0.20), (0.66, 0.42, 0.24)]


def _cushion(
    view: View, cx: Tensor, base: Tensor, half: Tensor, tilt: float, colour: Tensor, object: str, here: Tensor
) -> None:
    """A square pillow that leans on its corner."""
    canvas, room = view.canvas, view.room
    sin, cos = math.sin(tilt), math.cos(tilt)
    dx, dy = room.x - cx, room.y - (base - half)
    u, v = dx * cos + dy * sin, dy * cos - dx * sin
    shape = rounded_box(u, v, -half, -half, half, half, 0.012)
    canvas.shade(canvas.soft(shape - 0.004, 0.02, here), 0.78)
    canvas.paint(
        canvas.cover(shape, here),
        tint(colour, 0.84 + 0.22 * bevel(shape, 0.03) - 0.10 * sharpen(u / half, -0.4, 1.2)),
        object,
        "cushion",
        "fabric",
    )


def seat(view: View, name: str, cx: Tensor, half: float, far: Number, here: Tensor, object: str = "sofa") -> None:
    """A sofa (or armchair) of twice `half` metres whose back stands at the plane `far`."""
    if not bool(here.any()):
        return
    far = torch.as_tensor(far)
    deep = far * 0.27
    near = far + deep
    view = view.around((cx - half, cx + half), (far, near), (0.0, 0.9))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    leather = dice.chance(name + "leather", 0.3)
    stuff = torch.where(leather > 0, MATERIALS.index("leather"), MATERIALS.index("fabric")).to(torch.uint8)

    def piece(block: Block, colour: Tensor, part: str, tone: Tensor, radius: float = 0.0) -> None:
        block.paint(colour, object, part, stuff, here, tone, radius)

    cover = torch.where(
        leather.unsqueeze(1) > 0, dice.colour(name + "hide", HIDES), dice.colour(name + "cover", COVERS)
    )
    weave = 1 + 0.05 * torch.sin(room.x * 420) * (1 - leather)
    whole = Block(view, cx - half, cx + half, far, near, 0.0, 0.85)
    whole.shadow(here)
    feet = Block(view, cx - half + 0.06, cx + half - 0.06, far, near - 0.02, 0.0, 0.12)
    canvas.paint(canvas.cover(feet.front(), here), style.table * 0.34, object, "leg", "wood")
    back = Block(view, cx - half + 0.08, cx + half - 0.08, far, far + 0.3 * deep, 0.1, 0.88)
    canvas.shade(canvas.soft(back.front(0.02) - 0.01, 0.05, here), 0.8)
    piece(back, cover, "backrest", weave * 0.93, 0.02)
    base = Block(view, cx - half + 0.1, cx + half - 0.1, far + 0.25 * deep, near - 0.04 * deep, 0.1, 0.34)
    piece(base, cover * 0.9, "seat", weave)
    count = max(1, round(half * 2 / 0.8))
    wide = (2 * half - 0.4) / count
    for index in range(count):
        left = cx - half + 0.2 + index * wide
        pad = Block(view, left + 0.01, left + wide - 0.01, far + 0.22 * deep, near, 0.33, 0.48)
        piece(pad, cover * 1.05, "seat", weave, 0.012)
        rest = Block(view, left + 0.02, left + wide - 0.02, far + 0.2 * deep, far + 0.34 * deep, 0.46, 0.86)
        puffed = rest.front(0.018)
        paint_as(
            canvas,
            canvas.cover(puffed, here),
            tint(cover, weave * (0.86 + 0.16 * bevel(puffed, 0.03))),
            object,
            "backrest",
            stuff,
        )
    for side in (-1.0, 1.0):
        inner, outer = cx + side * (half - 0.2), cx + side * half
        arm = Block(
            view, torch.minimum(inner, outer), torch.maximum(inner, outer), far + 0.05 * deep, near + 0.01, 0.1, 0.62
        )
        piece(arm, cover, "armrest", weave * (1.02 if side < 0 else 0.92), 0.014)
    s = far + 0.42 * deep
    for index, (side, lean) in enumerate(((-1.0, -0.22), (1.0, 0.25))):
        colour = (
            style.accent
            if index == 0
            else torch.where(dice.uniform(name + "pillow").unsqueeze(1) < 0.5, style.white, style.splash)
        )
        at = room.metres(cx + side * max(half - 0.42, 0.0), s)
        present = here * dice.chance(f"{name}pillow {index}", 0.75 if half > 0.6 else 0.45 * (index == 0))
        _cushion(view, at, room.height(0.46, s), 0.19 * room.metre * s, lean, colour, object, present)
