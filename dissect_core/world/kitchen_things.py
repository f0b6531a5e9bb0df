"""The small things: lamp, pictures, clock, dishes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.kitchen_style import Style
from dissect_core.world.kitchen_tools import bevel, blend, rematerial, rgb, tint
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen


def paint_wall_things(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """Pictures and the clock on the free places of the wall."""
    gap_x = (plan.corner.clamp(min=0.0) + plan.left) / 2 + 0.008
    gap_half = ((plan.left - plan.corner.clamp(min=0.0)) / 2 - 0.018).clamp(max=0.085)
    over_stove = dice.chance("stove bay picture", 0.6)
    _pictures(dice, canvas, plan, style, [
        ("bay", plan.sink_x, plan.window_half - 0.012, plan.bare_bay),
        ("side", plan.stove_x, plan.stove_half - 0.008, plan.bare_stove_bay * over_stove),
        ("gap", gap_x, gap_half, plan.gap_picture),
    ])  # fmt: skip
    here = torch.maximum(plan.gap_clock, plan.bare_stove_bay * (1 - over_stove))
    _clock(dice, canvas, plan, style, torch.where(plan.gap_clock > 0, gap_x, plan.stove_x), here)


def _pictures(
    dice: Dice, canvas: Canvas, plan: Plan, style: Style, places: list[tuple[str, Tensor, Tensor, Tensor]]
) -> None:
    """Framed paintings: a landscape, a still life of one round fruit, or bold stripes.

    The places (name, centre, half width, presence) are beside each other, so every column of the picture belongs to
    at most one of them and all are painted at once.
    """
    x, y = plan.x, plan.y
    here, cx, half, ratio, phase = (torch.zeros_like(x) for _ in range(5))
    level, kind, dark = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
    half, ratio = half + 0.01, ratio + 1.0
    for name, centre, wide, present in places:
        near = ((x - centre).abs() < wide + 0.03) & (present > 0)
        here, cx, half = torch.where(near, 1.0, here), torch.where(near, centre, cx), torch.where(near, wide, half)
        ratio = torch.where(near, dice.uniform(name + " picture ratio", 0.95, 1.3), ratio)
        level = torch.where(near, dice.uniform(name + " picture y", 0.255, 0.285), level)
        phase = torch.where(near, dice.uniform(name + " painting", 0, 6.28), phase)
        motif = dice.choice(name + " motif", [0.4, 0.35, 0.25]).view(-1, 1, 1).float()
        kind = torch.where(near, motif, kind)
        dark = torch.where(near, dice.chance(name + " dark frame", 0.4), dark)
    tall = (half * ratio).clamp(max=0.105)
    outer = box(x, y, cx - half, level - tall, cx + half, level + tall)
    shadow = box(x, y, cx - half + 0.006, level - tall + 0.01, cx + half + 0.014, level + tall + 0.016)
    canvas.shade(canvas.soft(shadow, 0.03, here), 0.72)
    canvas.paint(canvas.cover(outer, here), blend(style.table * 0.75, rgb(canvas, 0.2, 0.2, 0.2), dark),
                 "picture", "frame", "wood")  # fmt: skip
    canvas.paint(canvas.cover(outer + 0.013, here), style.white, "picture", "canvas", "paper")
    u, v = (x - cx) / half, (y - level) / tall
    sky = blend(rgb(canvas, 0.50, 0.70, 0.85), rgb(canvas, 0.98, 0.86, 0.66), sharpen(v, -0.9, 0.3))
    hill = sharpen(v - 0.10 - 0.18 * torch.sin(u * 2.2 + phase), -0.05, 0.05)
    low = sharpen(v - 0.45 - 0.12 * torch.sin(u * 3.1 + phase * 2), -0.05, 0.05)
    art = blend(blend(sky, rgb(canvas, 0.42, 0.58, 0.46), hill), rgb(canvas, 0.30, 0.42, 0.26), low)
    ground = blend(style.wall * 0.85, style.table * 0.9, sharpen(v, 0.22, 0.30))
    fruit = sharpen(0.42 - torch.sqrt(u * u + (v - 0.10) ** 2 + 1e-9), -0.05, 0.05)
    still = blend(ground, tint(style.accent, 1.15 - 0.45 * sharpen(u + v, -0.4, 0.6)), fruit)
    stripes = blend(style.accent, style.splash, sharpen(torch.sin(v * 4.0 + u * 1.6 + phase), -0.15, 0.15))
    kind = kind.unsqueeze(1)
    art = torch.where(kind == 0, art, torch.where(kind == 1, still, stripes))
    canvas.paint(canvas.cover(outer + 0.022, here), art, "picture", "canvas", "paper")


def _clock(dice: Dice, canvas: Canvas, plan: Plan, style: Style, cx: Tensor, here: Tensor) -> None:
    """A round wall clock."""
    x, y, cy, radius = plan.x, plan.y, 0.245, 0.052
    canvas.shade(canvas.soft(ellipse(x, y, cx + 0.01, cy + 0.012, radius, radius), 0.03, here), 0.72)
    rim = ellipse(x, y, cx, cy, radius, radius)
    canvas.paint(canvas.cover(rim, here), style.accent * 0.8, "clock", None, "metal")
    canvas.paint(canvas.cover(rim + 0.011, here), style.white, "clock", None, "metal")
    hour, minute = dice.uniform("hour", 0, 2 * math.pi), dice.uniform("minute", 0, 2 * math.pi)
    hands = union(
        capsule(x, y, cx, cy, cx + torch.sin(hour) * 0.020, cy - torch.cos(hour) * 0.020, 0.0050),
        capsule(x, y, cx, cy, cx + torch.sin(minute) * 0.031, cy - torch.cos(minute) * 0.031, 0.0042),
    )
    canvas.paint(canvas.cover(hands, here), rgb(canvas, 0.15, 0.15, 0.17), "clock", None, "metal")


def paint_lamp(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """A pendant lamp on a cord from the ceiling: cone, dome or globe; it glows in the evening."""
    x, y, here = plan.x, plan.y, plan.lamp
    cx = plan.metres(plan.table_x, 1.75)
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


def paint_table_things(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """On the table: a bowl of fruit, or a cup on its plate."""
    x, y = plan.x, plan.y
    s = (plan.table_near + plan.table_far) / 2
    base = plan.height(0.76, s)
    bowl_here = plan.table * dice.chance("bowl", 0.45)
    cx = plan.metres(plan.table_x + plan.bowl_side * 0.22, s)
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
    cup_here = plan.table * (1 - dice.chance("bowl", 0.45)) * dice.chance("cup", 0.7)
    plate = ellipse(x, y, cx, base + 0.002, 0.060, 0.016)
    canvas.shade(canvas.soft(plate - 0.004, 0.02, cup_here), 0.74)
    canvas.paint(canvas.cover(plate, cup_here), style.white, "dishes", None, "ceramic")
    side = box(x, y, cx - 0.024, base - 0.042, cx + 0.024, base - 0.004)
    cup = union(side, ellipse(x, y, cx, base - 0.004, 0.024, 0.007))
    ear = (torch.sqrt((x - cx - 0.026) ** 2 + (y - base + 0.024) ** 2 + 1e-12) - 0.013).abs() - 0.005
    tone = 1.06 - 0.38 * sharpen((x - cx) / 0.024, -0.6, 1.1)
    canvas.paint(canvas.cover(ear, cup_here), style.accent * 0.85, "dishes", "handle", "ceramic")
    canvas.paint(canvas.cover(cup, cup_here), tint(style.accent, tone), "dishes", None, "ceramic")
