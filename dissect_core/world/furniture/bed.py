"""Beds, their head against the back wall and their foot towards the viewer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.furniture.block import Block
from dissect_core.world.room import EYE
from dissect_core.world.room_style import Colour
from dissect_core.world.room_tools import bevel, blend, rematerial, tint
from dissect_core.world.shapes import intersect, rounded_box
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View

BLANKETS: list[Colour] = [
    (0.40, 0.54, 0.66), (0.88, 0.84, 0.76), (0.72, 0.36, 0.32), (0.46, 0.56, 0.44), (0.90, 0.74, 0.46),
    (0.55, 0.46, 0.60),
    (0.32, 0.40, 0.52), (0.93, 0.92, 0.90),
]  # fmt: skip


def bed(view: View, cx: Tensor, half: Tensor, here: Tensor | float = 1.0) -> None:
    """A bed whose middle is at cx and whose half width is `half`, both in metres."""
    far, near = 1.03, 1.62
    view = view.around((cx - half, cx + half), (1.0, near), (0.0, 1.3))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    wood, cloth = style.table, dice.colour("blanket", BLANKETS)
    soft = dice.chance("upholstered headboard", 0.4)
    board = blend(wood, dice.colour("headboard", BLANKETS), soft)
    Block(view, cx - half, cx + half, far, near, 0.0, 0.5).shadow(here)
    tall = dice.uniform("headboard tall", 0.98, 1.3)
    head = Block(view, cx - half - 0.06, cx + half + 0.06, 1.0, far, 0.0, tall)
    canvas.shade(canvas.soft(head.front(0.01) - 0.012, 0.05, here), 0.78)
    rails = 1 - 0.13 * (torch.frac((x - room.metres(cx, far)) / 0.035 + 20) < 0.14).float() * (1 - soft)
    head.paint(board, "bed", "headboard", "wood", here, rails, 0.014)
    rematerial(canvas, canvas.cover(head.front(0.014), here), soft, "fabric")
    frame = Block(view, cx - half - 0.03, cx + half + 0.03, far, near + 0.02, 0.08, 0.32)
    frame.paint(wood * 0.92, "bed", "none", "wood", here)
    mattress = Block(view, cx - half, cx + half, far, near, 0.3, 0.52)
    mattress.paint(style.white, "bed", "mattress", "fabric", here, 1.0, 0.008)
    for side in (-1.0, 1.0):
        s = 1.12
        wide = half * 0.43 * room.metre * s
        at, level = room.metres(cx + side * half * 0.47, s), room.height(0.62, s)
        pillow = rounded_box(x, y, at - wide, level - 0.034, at + wide, level + 0.034, 0.022)
        canvas.shade(canvas.soft(pillow - 0.006, 0.03, here), 0.8)
        puffed = 0.84 + 0.2 * bevel(pillow, 0.028) - 0.06 * sharpen((x - at) / wide, -0.4, 1.0)
        canvas.paint(canvas.cover(pillow, here), tint(style.white, puffed), "bed", "pillow", "fabric")
    at, level = room.metres(cx, 1.2), room.height(0.6, 1.2)
    extra = rounded_box(x, y, at - 0.048, level - 0.028, at + 0.048, level + 0.028, 0.016)
    canvas.paint(
        canvas.cover(extra, here * dice.chance("third pillow", 0.5)),
        tint(style.accent, 0.86 + 0.18 * bevel(extra, 0.025)),
        "bed",
        "pillow",
        "fabric",
    )
    _blanket(view, cx, half, near, cloth, here)


def _blanket(view: View, cx: Tensor, half: Tensor, near: float, cloth: Tensor, here: Tensor | float) -> None:
    """A quilt over the foot of the bed, its edge folded back, hanging down before and at the sides."""
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    kind = dice.choice("quilt", [0.4, 0.3, 0.3]).view(-1, 1, 1)  # plain, striped, checked
    turned = dice.uniform("turned", 1.17, 1.3)
    body = Block(view, cx - half - 0.03, cx + half + 0.03, turned, near + 0.015, 0.16, 0.56)
    s = ((y - room.vy) / ((EYE - 0.56) * room.metre)).clamp(min=1.0)
    across, deep = (x - room.vx) / (room.metre * s) - cx, 4.2 / s
    front_across = (x - room.metres(cx, near)) / (room.metre * near)
    front_deep = (y - room.height(0.56, near)) / room.metre
    on_front = y > room.height(0.56, near + 0.015)
    u = torch.where(on_front, front_across, across)
    v = torch.where(on_front, front_deep + 3.0, deep)
    stripes = sharpen(torch.sin(u * (2 * math.pi / 0.34)), -0.2, 0.2)
    rows = sharpen(torch.sin(v * (2 * math.pi / 0.34)), -0.2, 0.2)
    pattern = torch.where(kind == 1, stripes, torch.where(kind == 2, 0.5 * (stripes + rows), 0.0))
    second = torch.where(dice.uniform("second cloth").unsqueeze(1) < 0.5, style.white, style.accent)
    colour = blend(cloth, second, pattern * 0.75)
    folds = 1 + 0.07 * torch.sin(u * 9 + v * 3) + 0.05 * torch.sin(u * 23)
    drape = 1 - 0.16 * on_front.float() * (0.4 + 0.6 * torch.sin(u * 16) ** 2)
    for face, tone in (
        (body.flank(), body.flank_tone() * 1.05),
        (body.top(), torch.full_like(x, 1.04)),
        (body.front(0.01), torch.full_like(x, 0.94)),
    ):
        canvas.paint(
            canvas.cover(face, here),
            tint(colour.expand_as(canvas.image), folds * drape * tone),
            "bed",
            "blanket",
            "fabric",
        )
    fold = Block(view, cx - half - 0.02, cx + half + 0.02, turned - 0.045, turned + 0.05, 0.5, 0.575)
    hem = intersect(fold.top(), (x - room.metres(cx, turned)).abs() - (half + 0.02) * room.metre * (turned + 0.05))
    canvas.paint(
        canvas.cover(hem, here), tint(style.white, 0.97 + 0.05 * torch.sin(u * 14)), "bed", "blanket", "fabric"
    )
