"""Table and chairs, in the foreground."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.kitchen_plant import Plant
from dissect_core.world.kitchen_style import Style
from dissect_core.world.kitchen_things import paint_table_things
from dissect_core.world.kitchen_tools import tint
from dissect_core.world.shapes import Number, box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen


def paint_dining(dice: Dice, canvas: Canvas, plan: Plan, style: Style, mottle: Tensor, plant: Plant) -> None:
    """Chairs beyond and beside the table, the table with its things, and a chair before it."""
    alone = (1 - plan.table) * dice.chance("lone chair", 0.35)
    sides = dice.choice("chairs", [0.12, 0.2, 0.2, 0.48]).view(-1, 1, 1)
    on_left, on_right = (sides % 2 == 1).float(), (sides >= 2).float()
    _shadows(canvas, plan)
    reach = plan.table_half + 0.16
    chair_s = (plan.table_near + plan.table_far) / 2 + 0.06
    _chair_behind(dice, canvas, plan, style, plan.table_x, 1.46, plan.table * dice.chance("far chair", 0.3))
    _chair_beside(canvas, plan, style, plan.table_x - reach, chair_s, 1.0, plan.table * on_left)
    _chair_beside(canvas, plan, style, plan.table_x + reach, chair_s, -1.0, plan.table * on_right)
    _table(canvas, plan, style, mottle)
    paint_table_things(dice, canvas, plan, style)
    plant.paint(canvas, plan.plant_table)
    here = torch.maximum(alone, plan.table * dice.chance("near chair", 0.35))
    place = plan.table_x + dice.uniform("near chair x", -0.25, 0.25)
    _chair_behind(dice, canvas, plan, style, place, 2.12 - 0.16 * alone, here)


def _shadows(canvas: Canvas, plan: Plan) -> None:
    """The shadow of the table on the floor, to the right of it."""
    x, y, half = plan.x, plan.y, plan.table_half
    far, near = plan.table_far, plan.table_near
    corners = [
        (plan.metres(plan.table_x - half + 0.12, far), plan.height(0.0, far)),
        (plan.metres(plan.table_x + half + 0.22, far), plan.height(0.0, far)),
        (plan.metres(plan.table_x + half + 0.22, near), plan.height(0.0, near)),
        (plan.metres(plan.table_x - half + 0.12, near), plan.height(0.0, near)),
    ]
    canvas.shade(canvas.soft(polygon(x, y, corners), 0.06, plan.table), 0.62)


def _table(canvas: Canvas, plan: Plan, style: Style, mottle: Tensor) -> None:
    """A rectangular table on four legs or a round one on a column."""
    x, y, half, mid = plan.x, plan.y, plan.table_half, plan.table_x
    far, near = plan.table_far, plan.table_near
    square, round_ = plan.table * (1 - plan.round), plan.table * plan.round
    for s, inset, tone in ((far + 0.04, 0.08, 0.55), (near - 0.02, 0.07, 0.82)):
        legs = []
        for sign in (-1.0, 1.0):
            cx = plan.metres(mid + sign * (half - inset), s)
            legs.append(box(x, y, cx - 0.0135, plan.height(0.72, s), cx + 0.0135, plan.height(0.0, s)))
        both = union(*legs)
        canvas.paint(canvas.cover(both, square), style.table * tone, "table", "table leg", "wood")
    grain = 1 + 0.10 * torch.sin((mottle - 0.5) * 26 + y * 160)
    top = 0.76
    corners = [
        (plan.metres(mid - half, far), plan.height(top, far)), (plan.metres(mid + half, far), plan.height(top, far)),
        (plan.metres(mid + half, near), plan.height(top, near)),
        (plan.metres(mid - half, near), plan.height(top, near)),
    ]  # fmt: skip
    front = plan.height(top, near)
    apron = box(x, y, plan.metres(mid - half + 0.06, near), front, plan.metres(mid + half - 0.06, near), front + 0.036)
    canvas.paint(canvas.cover(apron, square), style.table * 0.70, "table", None, "wood")
    surface, edge = polygon(x, y, corners), box(x, y, corners[3][0], front, corners[2][0], front + 0.015)
    back = plan.height(top, far)
    sheen = 1.10 - 0.14 * ((y - back) / (front - back)).clamp(0, 1)
    canvas.paint(canvas.cover(edge, square), style.table * 0.84, "table", "table top", "wood")
    canvas.paint(canvas.cover(surface, square), tint(style.table, grain * sheen), "table", "table top", "wood")
    # round
    s = (far + near) / 2
    cx, cy = plan.metres(mid, s), (back + front) / 2
    rx, ry = half * plan.metre * s, (front - back) / 2 + 0.006
    foot = plan.height(0.0, s)
    column = box(x, y, cx - 0.021, cy, cx + 0.021, foot - 0.01)
    base = ellipse(x, y, cx, foot - 0.006, 0.095, 0.021)
    turn = 0.92 - 0.36 * sharpen((x - cx) / 0.024, -0.6, 1.0)
    canvas.paint(canvas.cover(union(column, base), round_), tint(style.table, turn), "table", "table leg", "wood")
    rim, disc = ellipse(x, y, cx, cy + 0.017, rx, ry), ellipse(x, y, cx, cy, rx, ry)
    canvas.paint(canvas.cover(rim, round_), style.table * 0.66, "table", "table top", "wood")
    canvas.paint(canvas.cover(disc, round_), tint(style.table, grain * sheen), "table", "table top", "wood")


def _chair_behind(dice: Dice, canvas: Canvas, plan: Plan, style: Style, place: Tensor, s: Number, here: Tensor) -> None:
    """A chair whose back is parallel to the picture: rails between two posts, seat and legs below."""
    x, y = plan.x, plan.y
    s = torch.as_tensor(s)
    deep = s - 0.26
    floor, seat, top = plan.height(0.0, s), plan.height(0.46, s), plan.height(0.98, s)
    left, right = plan.metres(place - 0.24, s), plan.metres(place + 0.24, s)
    canvas.shade(canvas.soft(ellipse(x, y, (left + right) / 2 + 0.03, floor - 0.025, 0.10, 0.03), 0.04, here), 0.68)
    far_legs = union(*[
        box(x, y, plan.metres(place + side, deep) - 0.008, seat, plan.metres(place + side, deep) + 0.008,
            plan.height(0.0, deep)) for side in (-0.19, 0.19)
    ])  # fmt: skip
    canvas.paint(canvas.cover(far_legs, here), style.chair * 0.55, "chair", "chair leg", "wood")
    level = plan.height(0.46, deep)
    cushion = polygon(x, y, [(plan.metres(place - 0.21, deep), level), (plan.metres(place + 0.21, deep), level),
                             (right, seat), (left, seat)])  # fmt: skip
    cushion = union(cushion, box(x, y, left, seat, right, seat + 0.020))
    canvas.paint(canvas.cover(cushion, here), tint(style.chair, 0.92 - 0.2 * sharpen(y - seat, 0.0, 0.004)),
                 "chair", "seat", "wood")  # fmt: skip
    wide = 0.0105
    posts = union(box(x, y, left, seat, left + 2 * wide, floor), box(x, y, right - 2 * wide, seat, right, floor))
    canvas.paint(canvas.cover(posts, here), tint(style.chair, torch.where(x < (left + right) / 2, 0.90, 0.76)),
                 "chair", "chair leg", "wood")  # fmt: skip
    frame = box(x, y, left, top, right, seat)
    down = (y - top) / (seat - top)
    panel = torch.where(dice.chance("solid chairs", 0.5) > 0, 0.62, 0.30)  # how far down the back is closed
    slats = intersect(frame, (down - panel) * (seat - top))
    rail = intersect(frame, (down - 0.62).abs() * (seat - top) - 0.013)
    sides = intersect(frame, torch.minimum(x - left, right - x) - 2 * wide)
    back = union(slats, rail, sides)
    shade = 1.04 - 0.22 * sharpen((x - left) / (right - left), 0.0, 1.0) - 0.08 * down.clamp(0, 1)
    canvas.shade(canvas.cover(back - 0.005, here), 0.82)
    canvas.paint(canvas.cover(back, here), tint(style.chair, shade), "chair", "chair back", "wood")


def _chair_beside(
    canvas: Canvas, plan: Plan, style: Style, place: Tensor, s: Tensor, facing: float, here: Tensor
) -> None:
    """A chair seen from the side, its seat under the table."""
    x, y = plan.x, plan.y
    deep = s - 0.26
    seat, floor = plan.height(0.46, s), plan.height(0.0, s)
    centre = plan.metres(place, s)
    canvas.shade(canvas.soft(ellipse(x, y, centre + 0.03, floor - 0.03, 0.11, 0.03), 0.04, here), 0.66)
    for at, tone in ((deep, 0.55), (s, 0.86)):
        legs = union(*[
            capsule(x, y, plan.metres(place + side, at), plan.height(0.45, at), plan.metres(place + side * 1.12, at),
                    plan.height(0.02, at), 0.0095) for side in (-0.19, 0.19)
        ])  # fmt: skip
        canvas.paint(canvas.cover(legs, here), style.chair * tone, "chair", "chair leg", "wood")
    back_x = place - facing * 0.215
    near_x, far_x = plan.metres(back_x, s), plan.metres(back_x, deep)
    lean = facing * 0.018
    top_near, top_far = plan.height(1.0, s), plan.height(1.0, deep)
    left, right = torch.minimum(near_x, far_x), torch.maximum(near_x, far_x)
    left_is_near = near_x <= far_x
    high_left, high_right = torch.where(left_is_near, top_near, top_far), torch.where(left_is_near, top_far, top_near)
    low_left = torch.where(left_is_near, seat, plan.height(0.46, deep))
    low_right = torch.where(left_is_near, plan.height(0.46, deep), seat)
    thick = 0.010
    back = polygon(x, y, [(left - lean - thick, high_left), (right - lean + thick, high_right),
                          (right + thick, low_right), (left - thick, low_left)])  # fmt: skip
    level = plan.height(0.46, deep)
    cushion = polygon(x, y, [(plan.metres(place - 0.23, deep), level), (plan.metres(place + 0.23, deep), level),
                             (plan.metres(place + 0.24, s), seat), (plan.metres(place - 0.24, s), seat)])  # fmt: skip
    slab = box(x, y, plan.metres(place - 0.24, s), seat, plan.metres(place + 0.24, s), seat + 0.020)
    lit = 1.0 if facing > 0 else 0.80  # the chair on the left turns its back to the light
    for shape, part, light in ((back, "chair back", lit), (slab, "seat", lit * 0.78), (cushion, "seat", 1.02)):
        canvas.paint(canvas.cover(shape, here), style.chair * light, "chair", part, "wood")
