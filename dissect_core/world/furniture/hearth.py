"""Where a living room looks: the fireplace and the television."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.furniture.block import Block
from dissect_core.world.room_tools import blend, rematerial, rgb, tint
from dissect_core.world.shapes import Number, box, ellipse, intersect, union
from dissect_core.world.texture import joints, sharpen
from dissect_core.world.view import View


def fireplace(view: View, cx: Tensor, here: Tensor) -> None:
    """A chimney breast with its mantel, of brick, marble or painted wood; a fire burns in most."""
    if not bool(here.any()):
        return
    view = view.around((cx - 0.8, cx + 0.8), (1.0, 1.16), (0.0, 3.6))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    kind = dice.choice("hearth kind", [0.4, 0.3, 0.3]).view(-1, 1, 1)
    breast = Block(view, cx - 0.72, cx + 0.72, 1.0, 1.08, 0.0, 3.6)
    brick = joints(dice, "hearth bricks", x + 7, y + 5, 0.046, 0.0225, gap=0.28, depth=0.3, vary=0.12)
    stone = 1 + 0.1 * torch.sin((x + 0.5 * y) * 60 + 5 * torch.sin(y * 22))
    red = dice.colour("hearth", [(0.66, 0.36, 0.28), (0.56, 0.34, 0.28), (0.76, 0.70, 0.62)])
    front = torch.where(kind.unsqueeze(1) == 0, red, style.wall * 0.97)
    canvas.shade(canvas.soft(breast.front() - 0.008, 0.05, here), 0.82)
    for face, tone in ((breast.flank(), breast.flank_tone()), (breast.front(), torch.full_like(x, 0.97))):
        canvas.paint(
            canvas.cover(face, here),
            tint(front.expand_as(canvas.image), tone * torch.where(kind == 0, brick, 1.0)),
            "fireplace",
            None,
            "brick",
        )
        rematerial(canvas, canvas.cover(face, here), (kind > 0).float(), "plaster")
    frame = torch.where(
        kind.unsqueeze(1) == 1,
        rgb(canvas, 0.90, 0.88, 0.86),
        torch.where(kind.unsqueeze(1) == 2, style.white, style.table * 0.8),
    )
    surround = Block(view, cx - 0.64, cx + 0.64, 1.06, 1.12, 0.0, 1.06)
    shelf = Block(view, cx - 0.76, cx + 0.76, 1.04, 1.16, 1.06, 1.14)
    breast.shadow(here)
    stuff = torch.where(kind == 1, MATERIALS.index("marble"), MATERIALS.index("wood")).to(torch.uint8)
    for piece in (surround, shelf):
        piece.paint(frame, "fireplace", "mantel", stuff, here, torch.where(kind == 1, stone, 1.0))
    canvas.shade(canvas.soft(Block(view, cx - 0.64, cx + 0.64, 1.1, 1.13, 0.98, 1.05).front(), 0.02, here), 0.7)
    _fire(view, Block(view, cx - 0.4, cx + 0.4, 1.1, 1.125, 0.06, 0.76), here)


def _fire(view: View, hole: Block, here: Tensor) -> None:
    """The opening of a fireplace: soot and logs, and flames in most; oftener in the evening."""
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    mouth = hole.front(0.01)
    x0, top, x1, bottom = hole.edges
    up = ((bottom - y) / (bottom - top)).clamp(0, 1)
    burning = dice.chance("burning", torch.where(room.evening > 0, 0.9, 0.55))
    soot = tint(rgb(canvas, 0.14, 0.11, 0.10), 0.7 + 0.5 * up)
    glow = blend(rgb(canvas, 0.95, 0.42, 0.12), rgb(canvas, 0.30, 0.12, 0.08), up)
    canvas.paint(
        canvas.cover(mouth, here), blend(soot, style.glowing(glow) * 0.75, burning), "fireplace", "hearth", "brick"
    )
    mid = (x0 + x1) / 2
    for reach, tall, hue in (
        (0.3, 0.46, (0.96, 0.45, 0.14)),
        (0.2, 0.32, (0.99, 0.72, 0.24)),
        (0.11, 0.18, (1.0, 0.93, 0.62)),
    ):
        wide, high = reach * (x1 - x0), tall * (bottom - top)
        rise = ((bottom - 0.015 - y) / high).clamp(0, 1)
        sway = 0.16 * wide * torch.sin(rise * 7 + mid * 40)
        tongue = (x - mid - sway).abs() - wide * (1 - rise) * (0.75 + 0.35 * torch.cos((x - mid) / wide * 7))
        flame = intersect(tongue, y - bottom + 0.012, bottom - 0.012 - high - y)
        canvas.paint(
            canvas.cover(flame, here * burning), style.glowing(rgb(canvas, *hue)), "fireplace", "hearth", "none"
        )
    logs = union(
        box(x, y, mid - 0.045, bottom - 0.018, mid + 0.045, bottom - 0.006),
        ellipse(x, y, mid - 0.045, bottom - 0.012, 0.007, 0.007),
    )
    canvas.paint(canvas.cover(logs, here), rgb(canvas, 0.36, 0.23, 0.15), "log", None, "wood")


def television(view: View, cx: Tensor, base: Number, s: Number, half: float, here: Tensor) -> None:
    """A flat screen `half` metres wide to each side whose lower edge is `base` metres above the floor, on or off."""
    if not bool(here.any()):
        return
    view = view.around((cx - half, cx + half), (s, s), (base, base + half * 1.2), 0.05)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    panel = Block(view, cx - half, cx + half, torch.as_tensor(s) - 0.02, s, base, base + half * 1.16)
    dark = rgb(canvas, 0.10, 0.10, 0.12)
    canvas.shade(canvas.soft(panel.front() - 0.01, 0.04, here), 0.78)
    panel.paint(dark, "television", "none", "plastic", here, 1.0, 0.005)
    x, y = room.x, room.y
    x0, top, x1, bottom = panel.edges
    u, v = (x - x0) / (x1 - x0), (y - top) / (bottom - top)
    on = dice.chance("television on", 0.55)
    hills = sharpen(v - 0.62 - 0.12 * torch.sin(u * 7 + dice.uniform("film", 0, 6)), -0.03, 0.03)
    sky = blend(
        dice.colour("film sky", [(0.36, 0.62, 0.90), (0.96, 0.66, 0.42), (0.30, 0.30, 0.52)]),
        rgb(canvas, 0.95, 0.92, 0.84),
        v.clamp(0, 1) * 0.6,
    )
    film = blend(sky, dice.colour("film land", [(0.28, 0.50, 0.26), (0.84, 0.68, 0.42), (0.20, 0.34, 0.46)]), hills)
    off = tint(
        rgb(canvas, 0.13, 0.15, 0.19),
        1.0 + 0.9 * sharpen(u - v * 0.5 - 0.35, 0.0, 0.08) * sharpen(0.62 - u + v * 0.5, 0.0, 0.08),
    )
    shown = blend(off, style.glowing(film.expand_as(canvas.image)) * 0.65 + film * 0.35, on)
    canvas.paint(canvas.cover(panel.front(0.005) + 0.007, here), shown, "television", "screen", "glass")
