"""Where people work: desks, computers, books, swivel chairs."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.furniture.block import Block
from dissect_core.world.room_style import Colour
from dissect_core.world.room_tools import bevel, blend, rgb, tint
from dissect_core.world.shapes import Number, box, ellipse, intersect, polygon, rounded_box, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View

_SEATS: list[Colour] = [
    (0.20, 0.21, 0.24),
    (0.24, 0.36, 0.52),
    (0.60, 0.24, 0.20),
    (0.34, 0.46, 0.38),
    (0.80, 0.78, 0.74),
]


def desk(view: View, name: str, cx: Tensor, half: Tensor, far: float, near: float, here: Tensor) -> None:
    """A desk of 0.74 metres height between two planes, with a block of drawers at one side and legs at the other."""
    if not bool(here.any()):
        return
    view = view.around((cx - half, cx + half), (far, near), (0.0, 0.75))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    wood = style.table
    metal_legs = dice.chance(name + "metal legs", 0.4)
    colour = blend(wood, style.white * 0.96, dice.chance(name + "white", 0.3))
    Block(view, cx - half, cx + half, far, near, 0.0, 0.74).shadow(here)
    leg = blend(colour * 0.86, rgb(canvas, 0.34, 0.35, 0.38), metal_legs)
    side = 1 - 2 * dice.chance(name + "drawer side", 0.5)
    for sign in (-1.0, 1.0):
        at = cx + sign * (half - 0.06)
        for s in (far + 0.02, near - 0.02):
            post = box(
                room.x,
                room.y,
                room.metres(at - 0.03, s),
                room.height(0.72, s),
                room.metres(at + 0.03, s),
                room.height(0.0, s),
            )
            canvas.paint(canvas.cover(post, here), leg * 0.9, "desk", "table leg", "wood")
    middle = cx + side * (half - 0.3)
    chest = Block(view, middle - 0.24, middle + 0.24, far, near - 0.03, 0.04, 0.7)
    chest.paint(colour * 0.94, "desk", "none", "wood", here)
    x0, top, x1, bottom = chest.edges
    d = ((room.y - top) / (bottom - top) * 3).clamp(0, 2.999)
    cell = torch.frac(d)
    front = torch.maximum(chest.front() + 0.005, (cell - 0.5).abs() * (bottom - top) / 3 - (bottom - top) / 6 + 0.006)
    canvas.paint(canvas.cover(front, here), tint(colour, 1.0 - 0.1 * cell), "desk", "drawer", "wood")
    grip = torch.maximum(
        torch.maximum((room.x - (x0 + x1) / 2).abs() - 0.018, (cell - 0.4).abs() * (bottom - top) / 3 - 0.0055), front
    )
    canvas.paint(canvas.cover(grip, here), style.metal, "desk", "handle", "metal")
    slab = Block(view, cx - half, cx + half, far, near, 0.69, 0.75)
    grain = 1 + 0.05 * torch.sin(room.y * 160 + room.x * 9)
    slab.paint(colour, "desk", "table top", "wood", here, grain)


def computer(view: View, name: str, cx: Tensor, s: Number, here: Tensor, level: float = 0.75) -> None:
    """A screen on its foot at (cx, plane s) on a desk, with a keyboard before it; bright when it is on."""
    if not bool(here.any()):
        return
    s = torch.as_tensor(s)
    view = view.around((cx - 0.35, cx + 0.35), (s, s + 0.15), (level, level + 0.6), 0.03)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    unit = room.metre * s
    at, base = room.metres(cx, s), room.height(level, s)
    frame = blend(rgb(canvas, 0.14, 0.14, 0.16), rgb(canvas, 0.82, 0.83, 0.85), dice.chance(name + "silver", 0.35))
    foot = union(
        box(x, y, at - 0.035 * unit, base - 0.16 * unit, at + 0.035 * unit, base),
        ellipse(x, y, at, base, 0.13 * unit, 0.03 * unit),
    )
    canvas.shade(canvas.soft(ellipse(x, y, at + 0.02, base, 0.2 * unit, 0.04 * unit), 0.02, here), 0.7)
    canvas.paint(canvas.cover(foot, here), frame * 0.85, "computer", None, "plastic")
    half, low, high = 0.31 * unit, base - 0.12 * unit, base - 0.52 * unit
    panel = rounded_box(x, y, at - half, high, at + half, low, 0.006)
    canvas.shade(canvas.soft(panel - 0.005, 0.03, here), 0.78)
    canvas.paint(canvas.cover(panel, here), frame, "computer", "screen", "plastic")
    u, v = (x - at) / half, (y - high) / (low - high)
    kind = dice.choice(name + "shows", [0.3, 0.25, 0.25, 0.2]).view(-1, 1, 1)
    hill = sharpen(v - 0.6 - 0.15 * torch.sin(u * 3 + 1), -0.04, 0.04)
    scene = blend(rgb(canvas, 0.40, 0.66, 0.90), rgb(canvas, 0.34, 0.62, 0.36), hill)
    lines = ((torch.frac(v * 9) > 0.45) & (u > -0.8) & (u < 0.3 + 0.5 * torch.sin(torch.floor(v * 9) * 7.7))).float()
    text = blend(rgb(canvas, 0.93, 0.94, 0.96), rgb(canvas, 0.40, 0.46, 0.56), lines * (v > 0.12).float() * 0.8)
    bars = (v > 0.85 - 0.55 * torch.frac(torch.sin(torch.floor((u + 1) * 3.5) * 5.3) * 43.7).abs()).float() * (
        torch.frac((u + 1) * 3.5) > 0.3
    ).float()
    chart = blend(rgb(canvas, 0.16, 0.22, 0.34), rgb(canvas, 0.96, 0.66, 0.28), bars * (v < 0.88).float())
    shown = torch.where(
        kind.unsqueeze(1) == 0,
        scene,
        torch.where(
            kind.unsqueeze(1) == 1, text, torch.where(kind.unsqueeze(1) == 2, chart, rgb(canvas, 0.10, 0.11, 0.13))
        ),
    )
    sheen = sharpen(u + v * 1.2 - 0.4, 0.0, 0.06) * 0.07
    lit = torch.where(kind.unsqueeze(1) < 3, style.glowing(shown.expand_as(canvas.image)) * 0.6 + shown * 0.4, shown)
    canvas.paint(canvas.cover(panel + 0.0065, here), lit + sheen.unsqueeze(1), "computer", "screen", "glass")
    near = s + 0.13
    ahead = room.metres(cx, near)
    keys = polygon(x, y, [
        (room.metres(cx - 0.24, s + 0.07), room.height(level, s + 0.07)),
        (room.metres(cx + 0.24, s + 0.07), room.height(level, s + 0.07)),
        (room.metres(cx + 0.25, near), room.height(level, near)),
        (room.metres(cx - 0.25, near), room.height(level, near)),
    ])  # fmt: skip
    rows = (torch.frac((x - ahead) / 0.011) > 0.3).float()
    canvas.paint(
        canvas.cover(keys, here),
        tint(
            blend(frame * 1.3, rgb(canvas, 0.86, 0.86, 0.88), dice.chance(name + "pale keys", 0.5)), 0.72 + 0.28 * rows
        ),
        "computer",
        "keyboard",
        "plastic",
    )


def books(view: View, name: str, cx: Tensor, s: Number, here: Tensor, level: float = 0.75) -> None:
    """A pile of books that lies on a desk or a table."""
    s = torch.as_tensor(s)
    view = view.around((cx - 0.25, cx + 0.3), (s, s), (level, level + 0.2), 0.03)
    dice, canvas, room = view.dice, view.canvas, view.room
    x, y = room.x, room.y
    unit = room.metre * s
    at, base = room.metres(cx, s), room.height(level, s)
    heights = ((0.0, 0.05, 0.17), (0.05, 0.09, 0.15), (0.09, 0.14, 0.16))
    canvas.shade(canvas.soft(ellipse(x, y, at + 0.015, base, 0.2 * unit, 0.03 * unit), 0.02, here), 0.74)
    for index, (low, high, half) in enumerate(heights):
        shift = 0.02 * (index % 2) * unit
        book = box(x, y, at - half * unit + shift, base - high * unit, at + half * unit + shift, base - low * unit)
        colour = dice.colour(
            f"{name}book {index}",
            [(0.72, 0.26, 0.22), (0.24, 0.40, 0.60), (0.30, 0.48, 0.36), (0.92, 0.78, 0.44), (0.93, 0.92, 0.88)],
        )
        canvas.paint(
            canvas.cover(book, here),
            tint(colour, 1.05 - 0.2 * ((x - at) / (half * unit)).clamp(-1, 1)),
            "book",
            None,
            "paper",
        )


def swivel_chair(view: View, name: str, cx: Tensor, s: Number, here: Tensor) -> None:
    """An office chair on castors, seen from behind."""
    if not bool(here.any()):
        return
    s = torch.as_tensor(s)
    view = view.around((cx - 0.4, cx + 0.4), (s, s), (0.0, 1.2))
    dice, canvas, room = view.dice, view.canvas, view.room
    x, y = room.x, room.y
    unit = room.metre * s
    at, floor = room.metres(cx, s), room.height(0.0, s)
    cover = dice.colour(name + "cover", _SEATS)
    dark = rgb(canvas, 0.18, 0.18, 0.20)
    canvas.shade(canvas.soft(ellipse(x, y, at + 0.02, floor, 0.36 * unit, 0.08 * unit), 0.04, here), 0.64)
    star = union(
        box(x, y, at - 0.03 * unit, floor - 0.4 * unit, at + 0.03 * unit, floor - 0.06 * unit),
        polygon(
            x,
            y,
            [
                (at - 0.03 * unit, floor - 0.14 * unit),
                (at + 0.03 * unit, floor - 0.14 * unit),
                (at + 0.32 * unit, floor - 0.03 * unit),
                (at - 0.32 * unit, floor - 0.03 * unit),
            ],
        ),
    )
    canvas.paint(canvas.cover(star, here), dark * 1.4, "chair", "chair leg", "metal")
    castors = union(
        *(
            ellipse(x, y, at + side * 0.29 * unit, floor - 0.03 * unit, 0.045 * unit, 0.045 * unit)
            for side in (-1.0, 0.0, 1.0)
        )
    )
    canvas.paint(canvas.cover(castors, here), dark, "chair", "chair leg", "plastic")
    pad = rounded_box(x, y, at - 0.27 * unit, floor - 0.53 * unit, at + 0.27 * unit, floor - 0.4 * unit, 0.012)
    canvas.paint(canvas.cover(pad, here), cover * 0.8, "chair", "seat", "fabric")
    arms = intersect(
        ((x - at).abs() - 0.31 * unit).abs() - 0.03 * unit, floor - 0.72 * unit - y, y - floor + 0.46 * unit
    )
    canvas.paint(canvas.cover(arms, here), dark * 1.2, "chair", "armrest", "plastic")
    back = rounded_box(x, y, at - 0.25 * unit, floor - 1.14 * unit, at + 0.25 * unit, floor - 0.56 * unit, 0.02)
    canvas.shade(canvas.soft(back - 0.005, 0.03, here), 0.8)
    tone = 0.86 + 0.18 * bevel(back, 0.03) - 0.1 * sharpen((x - at) / (0.25 * unit), -0.3, 1.0)
    canvas.paint(canvas.cover(back, here), tint(cover, tone), "chair", "chair back", "fabric")
