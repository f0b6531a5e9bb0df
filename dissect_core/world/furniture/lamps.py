"""Lamps: pendants from the ceiling, table lamps and floor lamps; all glow in the evening."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.room_tools import bevel, blend, rematerial, rgb, tint
from dissect_core.world.shapes import Number, box, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def pendant(view: View) -> None:
    """A pendant lamp on a cord from the ceiling: cone, dome or globe; it glows in the evening."""
    cx = view.room.metres(view.room.lamp_x, 1.75)
    view = view.within(cx - 0.32, 0, cx + 0.32, 0.62)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y, here = room.x, room.y, room.lamp
    half, tall = dice.uniform("lamp width", 0.092, 0.112), dice.uniform("lamp height", 0.088, 0.105)
    low = dice.uniform("lamp low", 0.285, 0.325)
    top = low - tall
    lit = style.lamp_on
    halo = canvas.soft(ellipse(x, y, cx, low - tall * 0.3, half + 0.06, tall + 0.05), 0.22, here * lit)
    canvas.shade(halo * 0.5, rgb(canvas, 1.55, 1.35, 1.05))
    cord = box(x, y, cx - 0.0068, -0.1, cx + 0.0068, top + 0.01)
    canvas.paint(canvas.cover(cord, here), rgb(canvas, 0.22, 0.20, 0.19), "lamp", "cord", "fabric")
    kind = dice.choice("lamp kind", [0.4, 0.35, 0.25]).view(-1, 1, 1)
    neck = box(x, y, cx - 0.016, top - 0.012, cx + 0.016, top + 0.012)
    cone = polygon(x, y, [(cx - half * 0.30, top), (cx + half * 0.30, top), (cx + half, low), (cx - half, low)])
    dome = intersect(ellipse(x, y, cx, low, half, tall), y - low)
    globe = ellipse(x, y, cx, low - tall * 0.5, half * 0.72, half * 0.72)
    shape = torch.where(kind == 0, cone, torch.where(kind == 1, dome, globe))
    shape = union(shape, neck)
    down = ((y - top) / tall).clamp(0, 1)
    roundness = 1.12 - 0.40 * sharpen((x - cx) / half, -0.7, 1.1) * (1 - 0.6 * lit)
    colour = torch.where(dice.uniform("lamp colour").unsqueeze(1) < 0.6, style.accent, style.white)
    colour = torch.where(kind.unsqueeze(1) == 2, style.white, colour)
    dark = tint(colour, roundness)
    warm = blend(colour, rgb(canvas, 1.0, 0.86, 0.56), 0.22 + 0.48 * down * torch.ones_like(x) + 0.2 * (kind == 2))
    bright = style.glowing(tint(warm.clamp(0, 1), (0.84 + 0.18 * down) * (0.80 + 0.22 * bevel(shape, 0.02))))
    canvas.paint(canvas.cover(shape, here), blend(dark, bright, lit), "lamp", "shade", "metal")
    rematerial(canvas, canvas.cover(shape, here), (kind == 2).float(), "glass")
    rematerial(canvas, canvas.cover(shape, here), (kind == 0).float(), "fabric")
    mouth = ellipse(x, y, cx, low, half * 0.96, 0.013)
    open_below = here * (kind < 2).float()
    inside = blend(dark * 0.62, style.glowing(rgb(canvas, 1.0, 0.95, 0.76).expand_as(canvas.image)), lit)
    canvas.paint(canvas.cover(mouth, open_below), inside, "lamp", "shade", "metal")


def _shade(view: View, cx: Tensor, span: tuple[Tensor, Tensor], half: Tensor, colour: Tensor, here: Tensor) -> None:
    """The cloth shade of a standing lamp from top to low on the screen, glowing where it is lit."""
    canvas, style, x, y = view.canvas, view.style, view.room.x, view.room.y
    top, low = span
    lit = style.lamp_on
    canvas.shade(
        canvas.soft(ellipse(x, y, cx, (top + low) / 2, half * 1.7, (low - top) * 1.1), 0.2, here * lit) * 0.5,
        rgb(canvas, 1.55, 1.35, 1.05),
    )
    cone = polygon(x, y, [(cx - half * 0.6, top), (cx + half * 0.6, top), (cx + half, low), (cx - half, low)])
    down = ((y - top) / (low - top)).clamp(0, 1)
    dark = tint(colour, 1.08 - 0.34 * sharpen((x - cx) / half, -0.7, 1.1))
    warm = blend(colour, rgb(canvas, 1.0, 0.86, 0.56), 0.4 + 0.3 * down)
    bright = style.glowing(tint(warm.clamp(0, 1), (0.86 + 0.14 * down) * (0.84 + 0.18 * bevel(cone, 0.02))))
    canvas.paint(canvas.cover(cone, here), blend(dark, bright, lit), "lamp", "shade", "fabric")


def table_lamp(view: View, name: str, cx: Tensor, level: Number, s: Number, here: Tensor) -> None:
    """A lamp of half a metre that stands at cx (metres), `level` metres above the floor, on plane s."""
    if not bool(here.any()):
        return
    view = view.around((cx - 0.25, cx + 0.25), (s, s), (level, level + 0.6), 0.13)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    unit = room.metre * s
    at, base = room.metres(cx, s), room.height(level, s)
    colour = torch.where(dice.uniform(name + "shade").unsqueeze(1) < 0.6, style.white, style.accent)
    clay = torch.where(dice.uniform(name + "foot").unsqueeze(1) < 0.5, style.metal, style.chair)
    canvas.shade(canvas.soft(ellipse(x, y, at + 0.012, base, 0.13 * unit, 0.025 * unit), 0.02, here), 0.75)
    foot = union(
        ellipse(x, y, at, base - 0.11 * unit, 0.085 * unit, 0.11 * unit),
        box(x, y, at - 0.022 * unit, base - 0.3 * unit, at + 0.022 * unit, base),
        box(x, y, at - 0.07 * unit, base - 0.025 * unit, at + 0.07 * unit, base),
    )
    canvas.paint(
        canvas.cover(foot, here),
        tint(clay, 1.06 - 0.36 * sharpen((x - at) / (0.08 * unit), -0.6, 1.0)),
        "lamp",
        None,
        "ceramic",
    )
    _shade(view, at, (base - 0.56 * unit, base - 0.27 * unit), 0.19 * unit, colour, here)


def floor_lamp(view: View, name: str, cx: Tensor, s: Number, here: Tensor) -> None:
    """A lamp on a pole of 1.6 metres that stands on the floor at cx (metres) on plane s."""
    if not bool(here.any()):
        return
    view = view.around((cx - 0.3, cx + 0.3), (s, s), (0.0, 1.75), 0.14)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    unit = room.metre * s
    at, base = room.metres(cx, s), room.height(0.0, s)
    colour = torch.where(dice.uniform(name + "shade").unsqueeze(1) < 0.6, style.white, style.accent)
    canvas.shade(canvas.soft(ellipse(x, y, at + 0.016, base, 0.2 * unit, 0.04 * unit), 0.025, here), 0.7)
    pole = union(
        box(x, y, at - 0.0062, base - 1.4 * unit, at + 0.0062, base - 0.02 * unit),
        ellipse(x, y, at, base - 0.015 * unit, 0.16 * unit, 0.035 * unit),
    )
    canvas.paint(
        canvas.cover(pole, here), tint(style.metal, 1.0 - 0.3 * sharpen(x - at, -0.004, 0.006)), "lamp", "post", "metal"
    )
    _shade(view, at, (base - 1.72 * unit, base - 1.36 * unit), 0.24 * unit, colour, here)
