"""Tables, and chairs seen from behind, from before or from the side."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.furniture.block import Block
from dissect_core.world.room_tools import tint
from dissect_core.world.shapes import Number, box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


@dataclass(frozen=True)
class Table:
    """Where a table stands, (B, 1, 1) each: presence, round or square top, and its place in metres and planes."""

    present: Tensor
    round: Tensor  # 1: a round top on a column
    x: Tensor  # of its middle, metres from the camera axis
    half: Tensor  # half its width in metres
    far: Tensor  # planes of its far and near edge
    near: Tensor


def table_shadow(view: View, table: Table) -> None:
    """The shadow of the table on the floor, to the right of it."""
    canvas, room = view.canvas, view.room
    x, y, half = room.x, room.y, table.half
    far, near = table.far, table.near
    corners = [
        (room.metres(table.x - half + 0.12, far), room.height(0.0, far)),
        (room.metres(table.x + half + 0.22, far), room.height(0.0, far)),
        (room.metres(table.x + half + 0.22, near), room.height(0.0, near)),
        (room.metres(table.x - half + 0.12, near), room.height(0.0, near)),
    ]
    canvas.shade(canvas.soft(polygon(x, y, corners), 0.06, table.present), 0.62)


def paint_table(view: View, table: Table) -> None:
    """A rectangular table on four legs or a round one on a column."""
    view = view.around((table.x - table.half, table.x + table.half), (table.far, table.near), (0.0, 0.78))
    canvas, room, style, mottle = view.canvas, view.room, view.style, view.mottle
    x, y, half, mid = room.x, room.y, table.half, table.x
    far, near = table.far, table.near
    square, round_ = table.present * (1 - table.round), table.present * table.round
    for s, inset, tone in ((far + 0.04, 0.08, 0.55), (near - 0.02, 0.07, 0.82)):
        legs = []
        for sign in (-1.0, 1.0):
            cx = room.metres(mid + sign * (half - inset), s)
            legs.append(box(x, y, cx - 0.0135, room.height(0.72, s), cx + 0.0135, room.height(0.0, s)))
        both = union(*legs)
        canvas.paint(canvas.cover(both, square), style.table * tone, "table", "table leg", "wood")
    grain = 1 + 0.10 * torch.sin((mottle - 0.5) * 26 + y * 160)
    top = 0.76
    corners = [
        (room.metres(mid - half, far), room.height(top, far)), (room.metres(mid + half, far), room.height(top, far)),
        (room.metres(mid + half, near), room.height(top, near)),
        (room.metres(mid - half, near), room.height(top, near)),
    ]  # fmt: skip
    front = room.height(top, near)
    apron = box(x, y, room.metres(mid - half + 0.06, near), front, room.metres(mid + half - 0.06, near), front + 0.036)
    canvas.paint(canvas.cover(apron, square), style.table * 0.70, "table", None, "wood")
    surface, edge = polygon(x, y, corners), box(x, y, corners[3][0], front, corners[2][0], front + 0.015)
    back = room.height(top, far)
    sheen = 1.10 - 0.14 * ((y - back) / (front - back)).clamp(0, 1)
    canvas.paint(canvas.cover(edge, square), style.table * 0.84, "table", "table top", "wood")
    canvas.paint(canvas.cover(surface, square), tint(style.table, grain * sheen), "table", "table top", "wood")
    # round
    s = (far + near) / 2
    cx, cy = room.metres(mid, s), (back + front) / 2
    rx, ry = half * room.metre * s, (front - back) / 2 + 0.006
    foot = room.height(0.0, s)
    column = box(x, y, cx - 0.021, cy, cx + 0.021, foot - 0.01)
    base = ellipse(x, y, cx, foot - 0.006, 0.095, 0.021)
    turn = 0.92 - 0.36 * sharpen((x - cx) / 0.024, -0.6, 1.0)
    canvas.paint(canvas.cover(union(column, base), round_), tint(style.table, turn), "table", "table leg", "wood")
    rim, disc = ellipse(x, y, cx, cy + 0.017, rx, ry), ellipse(x, y, cx, cy, rx, ry)
    canvas.paint(canvas.cover(rim, round_), style.table * 0.66, "table", "table top", "wood")
    canvas.paint(canvas.cover(disc, round_), tint(style.table, grain * sheen), "table", "table top", "wood")


def chair_behind(view: View, place: Tensor, s: Number, here: Tensor) -> None:
    """A chair whose back is parallel to the picture: rails between two posts, seat and legs below."""
    s = torch.as_tensor(s)
    view = view.around((place - 0.26, place + 0.26), (s - 0.26, s), (0.0, 1.0), 0.09)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    deep = s - 0.26
    floor, seat, top = room.height(0.0, s), room.height(0.46, s), room.height(0.98, s)
    left, right = room.metres(place - 0.24, s), room.metres(place + 0.24, s)
    canvas.shade(canvas.soft(ellipse(x, y, (left + right) / 2 + 0.03, floor - 0.025, 0.10, 0.03), 0.04, here), 0.68)
    far_legs = union(*[
        box(x, y, room.metres(place + side, deep) - 0.008, seat, room.metres(place + side, deep) + 0.008,
            room.height(0.0, deep)) for side in (-0.19, 0.19)
    ])  # fmt: skip
    canvas.paint(canvas.cover(far_legs, here), style.chair * 0.55, "chair", "chair leg", "wood")
    level = room.height(0.46, deep)
    cushion = polygon(x, y, [(room.metres(place - 0.21, deep), level), (room.metres(place + 0.21, deep), level),
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


def chair_beside(view: View, place: Tensor, s: Tensor, facing: float, here: Tensor) -> None:
    """A chair seen from the side, its seat under the table."""
    view = view.around((place - 0.3, place + 0.3), (s - 0.26, s), (0.0, 1.05), 0.09)
    canvas, room, style = view.canvas, view.room, view.style
    x, y = room.x, room.y
    deep = s - 0.26
    seat, floor = room.height(0.46, s), room.height(0.0, s)
    centre = room.metres(place, s)
    canvas.shade(canvas.soft(ellipse(x, y, centre + 0.03, floor - 0.03, 0.11, 0.03), 0.04, here), 0.66)
    for at, tone in ((deep, 0.55), (s, 0.86)):
        legs = union(*[
            capsule(x, y, room.metres(place + side, at), room.height(0.45, at), room.metres(place + side * 1.12, at),
                    room.height(0.02, at), 0.0095) for side in (-0.19, 0.19)
        ])  # fmt: skip
        canvas.paint(canvas.cover(legs, here), style.chair * tone, "chair", "chair leg", "wood")
    back_x = place - facing * 0.215
    near_x, far_x = room.metres(back_x, s), room.metres(back_x, deep)
    lean = facing * 0.018
    top_near, top_far = room.height(1.0, s), room.height(1.0, deep)
    left, right = torch.minimum(near_x, far_x), torch.maximum(near_x, far_x)
    left_is_near = near_x <= far_x
    high_left, high_right = torch.where(left_is_near, top_near, top_far), torch.where(left_is_near, top_far, top_near)
    low_left = torch.where(left_is_near, seat, room.height(0.46, deep))
    low_right = torch.where(left_is_near, room.height(0.46, deep), seat)
    thick = 0.010
    back = polygon(x, y, [(left - lean - thick, high_left), (right - lean + thick, high_right),
                          (right + thick, low_right), (left - thick, low_left)])  # fmt: skip
    level = room.height(0.46, deep)
    cushion = polygon(x, y, [(room.metres(place - 0.23, deep), level), (room.metres(place + 0.23, deep), level),
                             (room.metres(place + 0.24, s), seat), (room.metres(place - 0.24, s), seat)])  # fmt: skip
    slab = box(x, y, room.metres(place - 0.24, s), seat, room.metres(place + 0.24, s), seat + 0.020)
    lit = 1.0 if facing > 0 else 0.80  # the chair on the left turns its back to the light
    for shape, part, light in ((back, "chair back", lit), (slab, "seat", lit * 0.78), (cushion, "seat", 1.02)):
        canvas.paint(canvas.cover(shape, here), style.chair * light, "chair", part, "wood")


def coffee_table(view: View, cx: Tensor, half: float, far: float, near: float, here: Tensor) -> None:
    """A low table of 0.42 metres between two planes."""
    view = view.around((cx - half, cx + half), (far, near), (0.0, 0.42))
    canvas, room, style = view.canvas, view.room, view.style
    Block(view, cx - half, cx + half, far, near, 0.0, 0.42).shadow(here)
    for s, tone in ((far + 0.03, 0.55), (near - 0.02, 0.8)):
        for side in (-1.0, 1.0):
            at = room.metres(cx + side * (half - 0.07), s)
            leg = box(room.x, room.y, at - 0.008, room.height(0.4, s), at + 0.008, room.height(0.0, s))
            canvas.paint(canvas.cover(leg, here), style.table * tone, "table", "table leg", "wood")
    grain = 1 + 0.06 * torch.sin(room.y * 170 + room.x * 7)
    slab = Block(view, cx - half, cx + half, far, near, 0.37, 0.42)
    slab.paint(style.table, "table", "table top", "wood", here, grain)
