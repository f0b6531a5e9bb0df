"""What is built into the counter: oven with cooktop, the pot on it, the hood over it, and the sink."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen_furniture import SLAB
from dissect_core.world.kitchen_plan import BASE, Plan
from dissect_core.world.room_style import Style
from dissect_core.world.room_tools import bevel, blend, rgb, tint
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen


def paint_stove(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """Oven with its knobs and window, cooktop with two burners, and perhaps a pot."""
    x, y, here = plan.x, plan.y, plan.stove
    left, right = plan.across(plan.stove_x - plan.stove_half, BASE), plan.across(plan.stove_x + plan.stove_half, BASE)
    centre, half = (left + right) / 2, (right - left) / 2
    top, floor, back = plan.height(0.88, BASE), plan.height(0.0, BASE), plan.height(0.88, 1.0)
    colour = dice.colour("oven", [(0.74, 0.76, 0.78), (0.93, 0.92, 0.90), (0.26, 0.27, 0.29), (0.93, 0.92, 0.90)], 0.02)
    body = box(x, y, left, top, right, floor - 0.01)
    canvas.paint(canvas.cover(body, here), tint(colour, 0.94 - 0.55 * sharpen(y - floor, -0.028, -0.022)),
                 "oven", None, "metal")  # fmt: skip
    panel_low = top + 0.040
    count = 4.0
    t = (x - left) / (right - left) * count
    nearest = (torch.floor(t) + 0.5).clamp(0.5, count - 0.5)
    knobs = torch.sqrt(((t - nearest) / count * 2 * half) ** 2 + (y - top - 0.022) ** 2) - 0.0105
    dark = blend(rgb(canvas, 0.20, 0.20, 0.22), rgb(canvas, 0.80, 0.80, 0.80), (colour.mean(1) < 0.5).float())
    canvas.paint(canvas.cover(knobs, here), dark, "oven", "knob", "metal")
    door = box(x, y, left + 0.006, panel_low + 0.004, right - 0.006, floor - 0.03)
    canvas.shade(canvas.cover(door - 0.004, here), 0.72)
    canvas.paint(canvas.cover(door, here), tint(colour, 0.90 + 0.14 * bevel(door, 0.014)), "oven", "oven door", "metal")
    glass = box(x, y, left + 0.034, panel_low + 0.038, right - 0.034, floor - 0.046)
    warm = dice.chance("baking", 0.35)
    glow = blend(rgb(canvas, 0.13, 0.13, 0.15), rgb(canvas, 0.72, 0.38, 0.16), warm * 0.9)
    sheen = 1.0 + 0.5 * sharpen(x - centre + (y - panel_low) * 0.6, 0.0, 0.012) * (1 - warm)
    canvas.paint(canvas.cover(glass, here), tint(glow, sheen), "oven", "oven door", "glass")
    bar = box(x, y, left + 0.022, panel_low + 0.013, right - 0.022, panel_low + 0.026)
    canvas.shade(canvas.soft(bar - 0.005, 0.016, here), 0.72)
    canvas.paint(canvas.cover(bar, here), tint(rgb(canvas, 0.80, 0.81, 0.83), 1.0 - 0.25 * sharpen(
        y - panel_low, 0.018, 0.026)), "oven", "handle", "metal")  # fmt: skip
    # the cooktop lies on the counter
    b_left, b_right = plan.stove_x - plan.stove_half, plan.stove_x + plan.stove_half
    inset = 0.006
    top_plate = polygon(x, y, [(b_left + inset, back + 0.002), (b_right - inset, back + 0.002),
                               (right - 0.002, top + 0.004), (left + 0.002, top + 0.004)])  # fmt: skip
    plate = blend(rgb(canvas, 0.16, 0.16, 0.18), colour * 0.62, dice.chance("steel cooktop", 0.3))
    canvas.paint(canvas.cover(top_plate, here), plate, "oven", "cooktop", "metal")
    level = back + (top - back) * 0.55
    for offset in (-0.5, 0.5):
        ring = ellipse(x, y, centre + offset * half, level, 0.036, 0.0095)
        flame = blend(rgb(canvas, 0.42, 0.42, 0.45), rgb(canvas, 0.95, 0.42, 0.20), dice.chance("hot", 0.3))
        canvas.paint(canvas.cover(ring, here), flame, "oven", "cooktop", "metal")
    edge = box(x, y, left, top + 0.002, right, top + 0.009)
    canvas.paint(canvas.cover(edge, here), colour, "oven", "cooktop", "metal")
    _paint_pot(dice, canvas, plan, style)


def _paint_pot(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """A pot on one of the burners."""
    x, y = plan.x, plan.y
    here = plan.stove * dice.chance("pot", 0.65)
    side = torch.where(dice.chance("pot side", 0.5) > 0, 0.5, -0.5)
    cx = plan.across(plan.stove_x + side * plan.stove_half, 1.12)
    base = plan.height(0.88, 1.14)
    half, tall = dice.uniform("pot width", 0.040, 0.046), dice.uniform("pot height", 0.048, 0.062)
    low = 0.010
    colour = torch.where(dice.uniform("pot colour").unsqueeze(1) < 0.5, style.accent, rgb(canvas, 0.70, 0.71, 0.74))
    canvas.shade(canvas.soft(ellipse(x, y, cx + 0.02, base, half * 1.3, 0.014), 0.02, here), 0.7)
    body = union(box(x, y, cx - half, base - tall, cx + half, base - low * 0.6),
                 ellipse(x, y, cx, base - low * 0.6, half, low))  # fmt: skip
    ears = intersect((x - cx).abs() - half - 0.014, (y - base + tall * 0.72).abs() - 0.007)
    roundness = 1.10 - 0.42 * sharpen((x - cx) / half, -0.6, 1.2)
    canvas.paint(canvas.cover(ears, here), colour * 0.6, "pot", "handle", "metal")
    canvas.paint(canvas.cover(body, here), tint(colour, roundness), "pot", None, "metal")
    lid = union(intersect(ellipse(x, y, cx, base - tall, half + 0.003, 0.020), y - base + tall - 0.006),
                ellipse(x, y, cx, base - tall - 0.021, 0.008, 0.007))  # fmt: skip
    canvas.paint(canvas.cover(lid, here), tint(colour, roundness * 0.86), "pot", None, "metal")


def paint_hood(canvas: Canvas, plan: Plan, style: Style) -> None:
    """The hood on the wall over the stove: a wide skirt and a chimney up to the ceiling."""
    x, y, here = plan.x, plan.y, plan.hood
    s = 1.12
    cx, half = plan.across(plan.stove_x, s), plan.stove_half * s
    low = plan.upper_bottom - 0.004
    skirt_top, lip = low - 0.085, low - 0.020
    skirt = union(
        polygon(x, y, [(cx - half * 0.46, skirt_top), (cx + half * 0.46, skirt_top), (cx + half, lip),
                       (cx - half, lip)]),
        box(x, y, cx - half, lip, cx + half, low),
    )  # fmt: skip
    chimney = box(x, y, cx - half * 0.46, plan.ceiling - 0.012, cx + half * 0.46, skirt_top)
    canvas.shade(canvas.soft(union(skirt - 0.01, chimney - 0.004), 0.05, here), 0.72)
    canvas.shade(canvas.soft(box(x, y, cx - half, low, cx + half, low + 0.03), 0.04, here), 0.74)
    steel = blend(style.machine, style.cabinet, style.wooden_doors * 0.7)
    across = 1.06 - 0.30 * sharpen((x - cx) / half, -0.5, 1.0)
    canvas.paint(canvas.cover(chimney, here), tint(steel, across * 0.92), "hood", None, "metal")
    down = 0.94 + 0.12 * ((y - skirt_top) / 0.065).clamp(0, 1) - 0.26 * sharpen(y - lip, 0.0, 0.004)
    canvas.paint(canvas.cover(skirt, here), tint(steel, across * down), "hood", None, "metal")


def paint_sink(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """A basin let into the counter, with a white apron in front or a steel rim, and a curved faucet."""
    x, y, here = plan.x, plan.y, plan.sink
    cx, half = plan.across(plan.sink_x, BASE), 0.080
    top, back = plan.height(0.88, BASE), plan.height(0.88, 1.0)
    apron_here = here * dice.chance("apron sink", 0.55)
    b_cx = plan.across(plan.sink_x, 1.06)
    rim = polygon(x, y, [(b_cx - half * 0.92, back + 0.006), (b_cx + half * 0.92, back + 0.006),
                         (cx + half, top + 0.004), (cx - half, top + 0.004)])  # fmt: skip
    porcelain = torch.where(apron_here.unsqueeze(1) > 0, style.white, rgb(canvas, 0.78, 0.80, 0.82))
    canvas.paint(canvas.cover(rim, here), porcelain, "sink", None, "ceramic")
    hollow = rim + 0.007
    depth = 0.48 + 0.25 * sharpen((x - cx) / half, -1.0, 1.0)
    canvas.paint(canvas.cover(hollow, here), tint(porcelain, depth), "sink", "basin", "ceramic")
    apron = box(x, y, cx - half, top + 0.001, cx + half, top + SLAB + 0.062)
    canvas.shade(canvas.soft(apron - 0.004, 0.016, apron_here), 0.75)
    canvas.paint(canvas.cover(apron, apron_here), tint(style.white, 0.86 + 0.16 * bevel(apron, 0.016)),
                 "sink", None, "ceramic")  # fmt: skip
    root, tip = back + 0.010, back - 0.060
    bend = 0.022
    fx = plan.across(plan.sink_x, 1.03) - bend * 0.6
    arc = intersect(
        (torch.sqrt((x - fx - bend) ** 2 + (y - tip) ** 2 + 1e-12) - bend).abs() - 0.0066, y - tip
    )  # fmt: skip
    spout_x = fx + 2 * bend
    faucet = union(
        capsule(x, y, fx, root, fx, tip, 0.0068), arc, capsule(x, y, spout_x, tip, spout_x, tip + 0.018, 0.0066)
    )
    canvas.paint(canvas.cover(faucet, here), style.metal * 0.95, "sink", "faucet", "metal")
