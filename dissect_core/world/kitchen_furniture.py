"""The built-in furniture: base cabinets with their counter, tiles over it, upper cabinets, refrigerator."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen_plan import BASE, TALL, UPPER, Plan
from dissect_core.world.room_style import Style
from dissect_core.world.room_tools import bevel, blend, cells, rematerial, rgb, side_face, tint
from dissect_core.world.shapes import box, intersect, polygon, union
from dissect_core.world.texture import joints, noise, sharpen

SLAB = 0.025  # thickness of the counter, seen from the front


def _panel(style: Style, distance: Tensor, y: Tensor, top: Tensor, bottom: Tensor) -> Tensor:
    """Brightness of a door: a shaker frame around a sunken panel, or a flat front with a faint gradient."""
    depth = -distance
    rim = sharpen(depth, 0.016, 0.021) * (1 - sharpen(depth, 0.024, 0.031))
    sunken = sharpen(depth, 0.018, 0.024)
    shaker = 1 - 0.20 * rim - 0.05 * sunken
    slope = 1.03 - 0.09 * ((y - top) / (bottom - top)).clamp(0, 1)
    return (style.shaker * shaker + (1 - style.shaker)) * slope * (1 - 0.10 * (1 - sharpen(depth, 0.0, 0.008)))


def _paint_doors(
    canvas: Canvas, style: Style, distance: Tensor, y: Tensor, top: Tensor, bottom: Tensor, part: str, grain: Tensor
) -> None:
    """Doors or drawers, with the grain of the wood where the style is wooden."""
    wood = 1 + 0.24 * (grain - 0.5) * style.wooden_doors
    canvas.paint(canvas.cover(distance), tint(style.cabinet, _panel(style, distance, y, top, bottom) * wood),
                 "cabinet", part, "wood")  # fmt: skip


def paint_splash(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """The tiled band of wall between the counter and the upper cabinets."""
    x, y = plan.x, plan.y
    level = plan.height(0.86, 1.0)
    top = plan.height(1.74, 1.0)
    square = dice.chance("square tiles", 0.4)
    width = torch.where(square > 0, 0.045, 0.082)
    height = torch.where(square > 0, 0.045, 0.041)
    tiles = joints(dice, "splash", x - plan.left, level - y, width, height, gap=0.2, depth=0.17, vary=0.05)
    cover = canvas.cover(box(x, y, plan.left, top, plan.right, level + 0.01))
    canvas.paint(cover, tint(style.splash, tiles), "wall", None, "tile")
    canvas.shade(canvas.soft(box(x, y, plan.left, level - 0.012, plan.right, level + 0.02), 0.02), 0.82)


def paint_run(dice: Dice, canvas: Canvas, plan: Plan, style: Style, mottle: Tensor) -> None:
    """Base cabinets (drawers over doors) and the counter over them, from the left end to the refrigerator."""
    x, y = plan.x, plan.y
    grain = noise(dice, "door grain", canvas.size, (4, 8), stretch=4.0).transpose(1, 2)
    left, right = plan.across(plan.left, BASE), plan.across(plan.right, BASE)
    top, floor = plan.height(0.88, BASE), plan.height(0.0, BASE)
    canvas.shade(canvas.soft(box(x, y, left - 0.005, floor - 0.02, right + 0.03, floor + 0.016), 0.045), 0.60)
    carcass = box(x, y, left, top, right, floor)
    toe = floor - 0.02
    tone = 0.78 - 0.42 * sharpen(y - toe, -0.002, 0.003)
    canvas.paint(canvas.cover(carcass), tint(style.cabinet, tone), "cabinet", None, "wood")
    seam_left = plan.across(plan.stove_x - plan.stove_half * plan.stove, BASE)
    seam_right = plan.across(plan.stove_x + plan.stove_half * plan.stove, BASE)
    first, t1, odd1 = cells(x, left, seam_left, 0.125)
    second, t2, odd2 = cells(x, seam_right, right, 0.125)
    across = torch.minimum(first, second) + 0.005
    t = torch.where(first < second, t1, t2)
    odd = torch.where(first < second, odd1, odd2)
    drawer_top, drawer_low = top + SLAB + 0.008, top + SLAB + 0.046
    drawers = intersect(across, drawer_top - y, y - drawer_low)
    flat = 1.02 - 0.10 * (1 - sharpen(-drawers, 0.0, 0.008))
    wood = 1 + 0.24 * (grain - 0.5) * style.wooden_doors
    canvas.paint(canvas.cover(drawers), tint(style.cabinet, flat * wood), "cabinet", "drawer", "wood")
    doors = intersect(across, drawer_low + 0.009 - y, y - toe + 0.003)
    _paint_doors(canvas, style, doors, y, drawer_low, toe, "cabinet door", grain)
    middle = (drawer_top + drawer_low) / 2
    pull = intersect((t - 0.5).abs() * 0.12 - 0.019, (y - middle).abs() - 0.0062)
    knob_at = torch.where(odd > 0, 0.16, 0.84)
    grip = intersect((t - knob_at).abs() * 0.12 - 0.0062, (y - drawer_low - 0.032).abs() - 0.018)
    handles = torch.maximum(torch.minimum(pull, grip), across)
    canvas.shade(canvas.cover(handles - 0.004), 0.86)
    canvas.paint(canvas.cover(handles), style.metal, "cabinet", "handle", "metal")
    canvas.shade(canvas.soft(box(x, y, left, top + SLAB - 0.008, right, top + SLAB + 0.008), 0.022), 0.66)
    _paint_counter(canvas, plan, style, mottle, left, right, top)


def _paint_counter(
    canvas: Canvas, plan: Plan, style: Style, mottle: Tensor, left: Tensor, right: Tensor, top: Tensor
) -> None:
    """The counter: its receding top and its front edge."""
    x, y = plan.x, plan.y
    back = plan.height(0.88, 1.0)
    surface = polygon(x, y, [(plan.left, back), (plan.right, back), (right + 0.004, top), (left - 0.006, top)])
    veins = 1 + 0.10 * (mottle - 0.5)
    slope = 1.08 - 0.14 * (1 - sharpen(y - back, 0.0, 0.016))
    canvas.paint(canvas.cover(surface), tint(style.counter, veins * slope), "counter", None, "stone")
    edge = box(x, y, left - 0.006, top, right + 0.004, top + SLAB)
    canvas.paint(canvas.cover(edge), tint(style.counter, veins * (0.90 - 0.14 * (y - top) / SLAB)),
                 "counter", None, "stone")  # fmt: skip
    rematerial(canvas, canvas.cover(union(surface, edge)), style.wooden_counter, "wood")


def paint_uppers(canvas: Canvas, plan: Plan, style: Style) -> None:
    """Upper cabinets wherever the wall is not taken by the window, the hood or a picture."""
    x, y = plan.x, plan.y
    sink_half = plan.window_half + 0.014 + 0.020 * plan.curtain
    stove_half = plan.stove_half + 0.006
    swap = plan.swap > 0
    a_x, b_x = torch.where(swap, plan.stove_x, plan.sink_x), torch.where(swap, plan.sink_x, plan.stove_x)
    a_half, b_half = torch.where(swap, stove_half, sink_half), torch.where(swap, sink_half, stove_half)
    a_upper = torch.where(swap, plan.stove_bay_upper, plan.window_bay_upper)
    b_upper = torch.where(swap, plan.window_bay_upper, plan.stove_bay_upper)
    edges = [plan.left, a_x - a_half, a_x + a_half, b_x - b_half, b_x + b_half, plan.right]
    presence = [plan.uppers, a_upper, plan.uppers, b_upper, plan.uppers]
    top, bottom = plan.upper_top, plan.upper_bottom
    nowhere = torch.ones_like(x)
    bodies, fronts, at, odds = nowhere, nowhere, nowhere * 0.5, nowhere * 0
    ends = torch.ones_like(x + y)
    for index, present in enumerate(presence):
        start, stop = edges[index], edges[index + 1]
        here = (present > 0) & (stop - start > 0.05)
        low, high = plan.across(start, UPPER), plan.across(stop, UPPER)
        cell, t, odd = cells(x, low, high, 0.105)
        cell = torch.where(here, cell, nowhere)
        at, odds = torch.where(cell < fronts, t, at), torch.where(cell < fronts, odd, odds)
        fronts = torch.minimum(fronts, cell)
        bodies = torch.minimum(bodies, torch.where(here, intersect(low - x, x - high), nowhere))
        ends = torch.minimum(ends, torch.where(here, side_face(plan, UPPER, start, stop, top, bottom), 1.0))
    body = intersect(bodies, top - y, y - bottom)
    # the shadow that they throw on the wall, down and away from the light
    canvas.shade(canvas.soft(intersect(bodies, top - y, y - bottom - 0.035), 0.05), 0.66)
    canvas.paint(canvas.cover(ends), tint(style.cabinet, torch.where(x < plan.vx, 0.70, 0.86)),
                 "cabinet", None, "wood")  # fmt: skip
    canvas.paint(canvas.cover(body), tint(style.cabinet, 0.76 - 0.2 * sharpen(y - bottom, -0.008, -0.004)),
                 "cabinet", None, "wood")  # fmt: skip
    doors = intersect(fronts + 0.0045, top + 0.012 - y, y - bottom + 0.009)
    _paint_doors(canvas, style, doors, y, top, bottom, "cabinet door", torch.full_like(y, 0.5))
    crown = intersect(bodies - 0.004, top - 0.004 - y, y - top - 0.009)
    canvas.paint(canvas.cover(crown), style.cabinet, "cabinet", None, "wood")
    grip_at = torch.where(odds > 0, 0.16, 0.84)
    grip = intersect((at - grip_at).abs() * 0.105 - 0.0062, (y - bottom + 0.038).abs() - 0.018, fronts)
    canvas.paint(canvas.cover(grip), style.metal, "cabinet", "handle", "metal")


def paint_fridge(dice: Dice, canvas: Canvas, plan: Plan, style: Style) -> None:
    """The refrigerator at the end of the counter, and the short cabinet over it."""
    x, y, here = plan.x, plan.y, plan.fridge
    back = plan.right + 0.006
    left, right = plan.across(back, TALL), plan.across(back + 0.165, TALL)
    top, floor = plan.height(2.02, TALL), plan.height(0.0, TALL)
    colour = torch.where(
        (dice.uniform("fridge colour") < 0.3).unsqueeze(1), blend(style.accent, style.white, plan.vx * 0 + 0.35),
        style.machine,
    )  # fmt: skip
    cabinet_top = plan.upper_top - 0.03
    above = box(x, y, left, cabinet_top, right, top)
    side = side_face(plan, TALL, back, back + 0.165, cabinet_top, top)
    has_top = here * plan.uppers
    canvas.paint(canvas.cover(side, has_top), tint(style.cabinet, torch.full_like(x, 0.66)), "cabinet", None, "wood")
    canvas.paint(canvas.cover(above, has_top), style.cabinet * 0.7, "cabinet", None, "wood")
    door, _, _ = cells(x, left, right, 0.105)
    doors = intersect(door + 0.0045, cabinet_top + 0.008 - y, y - top + 0.012)
    cover = canvas.cover(doors, has_top)
    canvas.paint(cover, tint(style.cabinet, _panel(style, doors, y, cabinet_top, top)), "cabinet", "cabinet door",
                 "wood")  # fmt: skip
    canvas.shade(canvas.soft(box(x, y, left - 0.045, floor - 0.015, right, floor + 0.016), 0.04, here), 0.60)
    flank = side_face(plan, TALL, back, back + 0.165, top, floor)
    canvas.paint(canvas.cover(flank, here), tint(colour, 0.68 + 0.06 * (floor - y)), "refrigerator", None, "metal")
    body = box(x, y, left, top, right, floor - 0.008)
    canvas.paint(canvas.cover(body, here), colour * 0.55, "refrigerator", None, "metal")
    split = top + (floor - top) * dice.uniform("freezer", 0.30, 0.36)
    gloss = 1.05 - 0.16 * ((x - left) / (right - left)).clamp(0, 1)
    for high, low in ((top + 0.003, split - 0.004), (split + 0.004, floor - 0.02)):
        panel = box(x, y, left + 0.003, high, right - 0.003, low)
        shine = gloss * (0.86 + 0.14 * bevel(panel, 0.014))
        canvas.paint(canvas.cover(panel, here), tint(colour, shine), "refrigerator", "refrigerator door", "metal")
    bar = left + 0.026
    grips = union(
        box(x, y, bar - 0.0065, split - 0.075, bar + 0.0065, split - 0.018),
        box(x, y, bar - 0.0065, split + 0.020, bar + 0.0065, split + 0.11),
    )
    canvas.shade(canvas.soft(grips - 0.006, 0.016, here), 0.75)
    canvas.paint(canvas.cover(grips, here), blend(style.metal, rgb(canvas, 0.5, 0.5, 0.5), plan.vx * 0 + 0.5),
                 "refrigerator", "handle", "metal")  # fmt: skip
