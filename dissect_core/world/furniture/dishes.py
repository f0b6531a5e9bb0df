"""Dishes on tables: bowls of fruit, cups, plates and glasses."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.furniture.table_and_chairs import Table
from dissect_core.world.room_tools import blend, rgb, tint
from dissect_core.world.shapes import box, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def bowl_or_cup(view: View, table: Table, side: Tensor) -> None:
    """On the table, towards this side (-1 left, 1 right): a bowl of fruit, or a cup on its plate."""
    view = view.around((table.x - 0.5, table.x + 0.5), (table.far, table.near), (0.7, 1.1), 0.06)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    s = (table.near + table.far) / 2
    base = room.height(0.76, s)
    bowl_here = table.present * dice.chance("bowl", 0.45)
    cx = room.metres(table.x + side * 0.22, s)
    half = 0.054
    canvas.shade(canvas.soft(ellipse(x, y, cx + 0.02, base, 0.062, 0.016), 0.025, bowl_here), 0.70)
    for offset, up, hue in ((-0.024, 0.040, (0.90, 0.30, 0.22)), (0.024, 0.040, (0.96, 0.74, 0.24)),
                            (0.0, 0.050, (0.62, 0.72, 0.26))):  # fmt: skip
        fruit = ellipse(x, y, cx + offset, base - up, 0.022, 0.022)
        tone = 1.08 - 0.35 * sharpen(x - cx - offset + y - base + up, -0.015, 0.03)
        canvas.paint(canvas.cover(fruit, bowl_here), tint(rgb(canvas, *hue), tone), "dishes", None, "ceramic")
    bowl = intersect(ellipse(x, y, cx, base - 0.038, half, 0.040), base - 0.038 - y)
    tone = 1.04 - 0.34 * sharpen((x - cx) / half, -0.6, 1.0)
    bowl_colour = torch.where(dice.uniform("bowl colour").unsqueeze(1) < 0.5, style.white, style.chair)
    canvas.paint(canvas.cover(bowl, bowl_here), tint(bowl_colour, tone), "dishes", None, "ceramic")
    cup_here = table.present * (1 - dice.chance("bowl", 0.45)) * dice.chance("cup", 0.7)
    plate = ellipse(x, y, cx, base + 0.002, 0.060, 0.016)
    canvas.shade(canvas.soft(plate - 0.004, 0.02, cup_here), 0.74)
    canvas.paint(canvas.cover(plate, cup_here), style.white, "dishes", None, "ceramic")
    wall = box(x, y, cx - 0.024, base - 0.042, cx + 0.024, base - 0.004)
    cup = union(wall, ellipse(x, y, cx, base - 0.004, 0.024, 0.007))
    ear = (torch.sqrt((x - cx - 0.026) ** 2 + (y - base + 0.024) ** 2 + 1e-12) - 0.013).abs() - 0.005
    tone = 1.06 - 0.38 * sharpen((x - cx) / 0.024, -0.6, 1.1)
    canvas.paint(canvas.cover(ear, cup_here), style.accent * 0.85, "dishes", "handle", "ceramic")
    canvas.paint(canvas.cover(cup, cup_here), tint(style.accent, tone), "dishes", None, "ceramic")


def settings(view: View, table: Table, here: Tensor) -> None:
    """Four plates with glasses, laid for a meal."""
    view = view.around((table.x - table.half, table.x + table.half), (table.far, table.near), (0.7, 1.0), 0.02)
    canvas, room, style = view.canvas, view.room, view.style
    x, y = room.x, room.y
    for side, deep in ((-0.52, 0.3), (0.52, 0.3), (-0.5, 0.78), (0.5, 0.78)):
        s = 1 / (1 / table.far + (1 / table.near - 1 / table.far) * deep)
        unit = room.metre * s
        at, level = room.metres(table.x + side * table.half, s), room.height(0.765, s)
        plate = ellipse(x, y, at, level, 0.15 * unit, 0.04 * unit)
        canvas.shade(canvas.soft(plate - 0.004, 0.015, here), 0.8)
        canvas.paint(canvas.cover(plate, here), style.white, "dishes", None, "ceramic")
        canvas.paint(canvas.cover(plate + 0.011, here), tint(style.accent, 0.95 + 0 * plate), "dishes", None, "ceramic")
        canvas.paint(canvas.cover(plate + 0.0145, here), style.white * 0.94, "dishes", None, "ceramic")
        inward = at - (1.0 if side > 0 else -1.0) * 0.2 * unit
        glass = polygon(
            x,
            y,
            [
                (inward - 0.045 * unit, level - 0.16 * unit),
                (inward + 0.045 * unit, level - 0.16 * unit),
                (inward + 0.03 * unit, level),
                (inward - 0.03 * unit, level),
            ],
        )
        drink = blend(
            rgb(canvas, 0.80, 0.88, 0.92),
            rgb(canvas, 0.60, 0.16, 0.22),
            sharpen(y - level + 0.1 * unit, -0.004, 0.004) * 0.8,
        )
        canvas.paint(canvas.cover(glass, here), drink, "dishes", None, "glass")
