"""The small things of a kitchen: what hangs on its wall and what stands on its counter."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.wall_things import clock, pictures
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.room_style import Style
from dissect_core.world.room_tools import tint
from dissect_core.world.shapes import box, ellipse
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def paint_wall_things(view: View, plan: Plan) -> None:
    """Pictures and the clock on the free places of the wall."""
    dice = view.dice
    gap_x = (plan.corner.clamp(min=0.0) + plan.left) / 2 + 0.008
    gap_half = ((plan.left - plan.corner.clamp(min=0.0)) / 2 - 0.018).clamp(max=0.085)
    over_stove = dice.chance("stove bay picture", 0.6)
    pictures(view, [
        ("bay", plan.sink_x, plan.window_half - 0.012, plan.bare_bay),
        ("side", plan.stove_x, plan.stove_half - 0.008, plan.bare_stove_bay * over_stove),
        ("gap", gap_x, gap_half, plan.gap_picture),
    ])  # fmt: skip
    here = torch.maximum(plan.gap_clock, plan.bare_stove_bay * (1 - over_stove))
    clock(view, torch.where(plan.gap_clock > 0, gap_x, plan.stove_x), here)


def paint_counter_things(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """Dishes on the counter, beside the sink: two canisters or a pile of plates."""
    x, y = plan.x, plan.y
    side = torch.where(plan.swap > 0, 1.0, -1.0)
    cx = plan.across(plan.sink_x + side * 0.098, 1.10)
    base = plan.height(0.88, 1.12)
    here = dice.chance("counter dishes", 0.5)
    jars, pile = here * dice.chance("jars", 0.5), here * (1 - dice.chance("jars", 0.5))
    canvas.shade(canvas.soft(ellipse(x, y, cx + 0.02, base, 0.055, 0.012), 0.02, here), 0.72)
    for offset, tall, half, colour in ((-0.022, 0.066, 0.019, style.white), (0.020, 0.050, 0.019, style.accent)):
        jar = box(x, y, cx + offset - half, base - tall, cx + offset + half, base)
        tone = 1.06 - 0.34 * sharpen((x - cx - offset) / half, -0.6, 1.1)
        canvas.paint(canvas.cover(jar, jars), tint(colour, tone), "dishes", None, "ceramic")
        left, right = cx + offset - half - 0.002, cx + offset + half + 0.002
        lid = box(x, y, left, base - tall - 0.004, right, base - tall + 0.011)
        canvas.paint(canvas.cover(lid, jars), style.table * 0.8, "dishes", None, "wood")
    for step in range(3):
        plate = ellipse(x, y, cx, base - 0.006 - 0.012 * step, 0.046, 0.011)
        canvas.paint(canvas.cover(plate, pile), style.white * (0.80, 0.90, 1.0)[step], "dishes", None, "ceramic")
