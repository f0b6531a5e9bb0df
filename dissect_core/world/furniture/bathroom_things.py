"""What a bathroom has: bath, toilet, washstand, towels."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.furniture.block import Block
from dissect_core.world.furniture.storage import cupboard
from dissect_core.world.room_tools import bevel, blend, rgb, tint
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, rounded_box, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def _faucet(view: View, at: Tensor, base: Tensor, unit: Tensor, object: str, here: Tensor) -> None:
    """A tap whose spout bends over to the right; it stands at (at, base) on the screen."""
    canvas, room, style = view.canvas, view.room, view.style
    x, y = room.x, room.y
    rise, bend = 0.16 * unit, 0.07 * unit
    thick = 0.0062
    arc = intersect(
        (torch.sqrt((x - at - bend) ** 2 + (y - base + rise) ** 2 + 1e-12) - bend).abs() - thick, y - base + rise
    )
    pipe = union(
        capsule(x, y, at, base, at, base - rise, thick),
        arc,
        capsule(x, y, at + 2 * bend, base - rise, at + 2 * bend, base - rise + 0.05 * unit, thick),
    )
    taps = union(
        ellipse(x, y, at - 0.07 * unit, base - 0.02 * unit, 0.009, 0.009),
        ellipse(x, y, at + 0.07 * unit, base - 0.02 * unit, 0.009, 0.009),
    )
    canvas.paint(canvas.cover(union(pipe, taps), here), style.metal, object, "faucet", "metal")


def bath(view: View, left: Tensor, right: Tensor, here: Tensor) -> None:
    """A bath along the back wall from left to right (metres): panelled, or free-standing on feet; perhaps full."""
    if not bool(here.any()):
        return
    far, near, high = 1.04, 1.42, 0.58
    view = view.around((left, right), (far, near), (0.0, 0.9))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    body = Block(view, left, right, far, near, 0.0, high)
    body.shadow(here)
    free = here * dice.chance("free bath", 0.5)
    fixed = here - free
    shell = blend(style.white, style.accent, dice.chance("coloured bath", 0.25) * 0.8)
    x0, top, x1, bottom = body.edges
    mid, half = (x0 + x1) / 2, (x1 - x0) / 2
    body.paint(style.white, "bath", "none", "ceramic", fixed)
    panel = rounded_box(x, y, x0 + 0.02, top + 0.03, x1 - 0.02, bottom - 0.014, 0.01)
    canvas.paint(
        canvas.cover(panel, fixed),
        tint(blend(style.splash, style.cabinet, dice.chance("bath panel", 0.4)), 0.9 + 0.12 * bevel(panel, 0.012)),
        "bath",
        None,
        "tile",
    )
    feet = union(*(ellipse(x, y, mid + side * half * 0.72, bottom - 0.008, 0.02, 0.018) for side in (-1.0, 1.0)))
    canvas.paint(canvas.cover(feet, free), style.metal * 0.9, "bath", "leg", "metal")
    sag = ((x - mid) / half).clamp(-1, 1) ** 2
    tub = intersect(rounded_box(x, y, x0, top - 0.02, x1, bottom - 0.018, 0.07), top - y)
    tone = (
        1.0 - 0.2 * ((y - top) / (bottom - top)).clamp(0, 1) - 0.12 * sharpen((x - mid) / half, -0.2, 1.0) - 0.05 * sag
    )
    canvas.paint(canvas.cover(tub, free), tint(shell, tone), "bath", None, "ceramic")
    level = (top + room.height(high, far)) / 2
    deep = (top - room.height(high, far)) / 2
    rim = ellipse(x, y, mid, level, half * 1.02, deep * 1.12)
    flat = torch.where(free > 0, rim, body.top())
    canvas.paint(canvas.cover(flat, here), style.white * 1.04, "bath", None, "ceramic")
    hollow = ellipse(x, y, mid, level + 0.002, half * 0.9, deep * 0.78)
    depth = 0.62 + 0.22 * sharpen((x - mid) / half, -1.0, 0.9)
    canvas.paint(canvas.cover(hollow, here), tint(style.white, depth), "bath", "basin", "ceramic")
    full = here * dice.chance("full bath", 0.5)
    water = ellipse(x, y, mid, level + deep * 0.16, half * 0.82, deep * 0.56)
    ripple = 1 + 0.1 * torch.sin((x - mid) * 90) * torch.sin(y * 300)
    canvas.paint(canvas.cover(water, full), tint(rgb(canvas, 0.62, 0.82, 0.88), ripple), "bath", "basin", "water")
    foam = ellipse(x, y, mid + half * 0.35, level + deep * 0.1, half * 0.34, deep * 0.42) + 0.005 * torch.sin(x * 230)
    canvas.paint(
        canvas.cover(foam, full * dice.chance("foam", 0.6)),
        tint(rgb(canvas, 0.97, 0.98, 1.0), 0.94 + 0.08 * torch.sin(x * 260) * torch.sin(y * 330)),
        "bath",
        "basin",
        "water",
    )
    side = 1 - 2 * dice.chance("tap side", 0.5)
    _faucet(view, mid + side * half * 0.55, room.height(high, far) + 0.004, room.metre * 1.05, "bath", here)


def shower_curtain(view: View, left: Tensor, right: Tensor, here: Tensor) -> None:
    """A curtain on a rail over the bath, drawn aside."""
    if not bool(here.any()):
        return
    s = 1.3
    view = view.around((left - 0.1, right + 1.3), (s, s), (0.2, 2.2))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    x0, x1 = room.metres(left, s), room.metres(right, s)
    rail = room.height(2.15, s)
    bar = box(x, y, room.metres(left - 0.1, s), rail - 0.005, room.metres(right + 1.3, s), rail + 0.005)
    canvas.paint(canvas.cover(bar, here), style.metal, "curtain", None, "metal")
    low = room.height(0.32, s)
    wave = 0.006 * torch.sin(y * 20)
    sheet = intersect(x0 - x + wave, x - x1 + wave, rail - y, y - low - 0.006 * torch.cos(x * 190))
    folds = 0.92 + 0.13 * torch.sin((x - x0) * (2 * math.pi / 0.03)) - 0.06 * ((y - rail) / (low - rail))
    dots = (torch.sin(x * 150) * torch.sin(y * 150) > 0.55).float() * dice.chance("dotted", 0.5)
    colour = blend(
        style.white, style.accent, torch.maximum(dots, dice.chance("coloured curtain", 0.4) * 0.85 + 0 * dots)
    )
    canvas.shade(canvas.soft(sheet - 0.008, 0.03, here), 0.85)
    canvas.paint(canvas.cover(sheet, here), tint(colour, folds), "curtain", None, "fabric")


def toilet(view: View, cx: Tensor, here: Tensor) -> None:
    """A toilet with its tank against the back wall; the lid is up in some scenes."""
    if not bool(here.any()):
        return
    view = view.around((cx - 0.3, cx + 0.3), (1.0, 1.34), (0.0, 0.95))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    white = style.white
    Block(view, cx - 0.22, cx + 0.22, 1.02, 1.34, 0.0, 0.4).shadow(here)
    tank = Block(view, cx - 0.24, cx + 0.24, 1.01, 1.09, 0.4, 0.84)
    canvas.shade(canvas.soft(tank.front() - 0.008, 0.04, here), 0.8)
    tank.paint(white, "toilet", "tank", "ceramic", here, 1.0, 0.01)
    cover = Block(view, cx - 0.26, cx + 0.26, 1.01, 1.1, 0.84, 0.88)
    cover.paint(white * 1.02, "toilet", "tank", "ceramic", here)
    lever = box(
        x,
        y,
        room.metres(cx - 0.19, 1.09),
        room.height(0.79, 1.09),
        room.metres(cx - 0.08, 1.09),
        room.height(0.74, 1.09),
    )
    canvas.paint(canvas.cover(lever, here), style.metal * 0.9, "toilet", "handle", "metal")
    s = 1.25
    unit = room.metre * s
    at, level, floor = room.metres(cx, s), room.height(0.42, s), room.height(0.0, 1.28)
    foot = polygon(
        x, y, [(at - 0.2 * unit, level), (at + 0.2 * unit, level), (at + 0.13 * unit, floor), (at - 0.13 * unit, floor)]
    )
    base = ellipse(x, y, at, floor, 0.15 * unit, 0.04 * unit)
    tone = 0.98 - 0.34 * sharpen((x - at) / (0.2 * unit), -0.4, 1.0) - 0.12 * sharpen(y, level, floor)
    bowl = union(intersect(ellipse(x, y, at, level, 0.225 * unit, 0.22 * unit), level - y), foot, base)
    canvas.paint(canvas.cover(bowl, here), tint(white, tone), "toilet", None, "ceramic")
    up = dice.chance("lid up", 0.5)
    seat = blend(white, style.table * 0.9, dice.chance("wooden seat", 0.3))
    lid = rounded_box(x, y, at - 0.19 * unit, level - 0.44 * unit, at + 0.19 * unit, level - 0.03 * unit, 0.02)
    canvas.shade(canvas.soft(lid - 0.004, 0.02, here * up), 0.85)
    canvas.paint(canvas.cover(lid, here * up), tint(seat, 0.86 + 0.12 * bevel(lid, 0.02)), "toilet", "lid", "plastic")
    ring = ellipse(x, y, at, level - 0.01 * unit, 0.235 * unit, 0.105 * unit)
    canvas.paint(
        canvas.cover(ring, here),
        tint(seat, 1.03 - 0.1 * sharpen((x - at) / (0.2 * unit), -0.4, 1.0)),
        "toilet",
        "lid",
        "plastic",
    )
    hole = ellipse(x, y, at, level - 0.01 * unit, 0.155 * unit, 0.062 * unit)
    canvas.paint(
        canvas.cover(hole, here * up),
        tint(white, 0.5 + 0.3 * sharpen(y - level, -0.012, 0.008)),
        "toilet",
        "basin",
        "ceramic",
    )


def washstand(view: View, cx: Tensor, half: float, here: Tensor) -> None:
    """A wash basin of twice `half` metres on a cabinet, or on a column; the faucet behind it."""
    near, high = 1.24, 0.84
    view = view.around((cx - half, cx + half), (1.0, near), (0.0, 1.2))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    column = here * dice.chance("column basin", 0.35)
    based = here - column
    cupboard(view, style.cabinet, cx - half, cx + half, high - 0.06, 2, 0, based, near)
    slab = Block(view, cx - half - 0.03, cx + half + 0.03, 1.0, near + 0.02, high - 0.07, high)
    marble = 1 + 0.08 * torch.sin((x + 0.3 * y) * 70 + 4 * torch.sin(x * 25))
    slab.paint(
        blend(style.white, style.counter, dice.chance("stone top", 0.5)), "counter", "none", "marble", based, marble
    )
    s = 1.14
    unit = room.metre * s
    at, level = room.metres(cx, s), room.height(high, s)
    Block(view, cx - 0.14, cx + 0.14, 1.02, 1.16, 0.0, 0.4).shadow(column)
    stem = polygon(
        x,
        y,
        [
            (at - 0.1 * unit, level),
            (at + 0.1 * unit, level),
            (at + 0.13 * unit, room.height(0.0, s)),
            (at - 0.13 * unit, room.height(0.0, s)),
        ],
    )
    canvas.paint(
        canvas.cover(stem, column),
        tint(style.white, 0.94 - 0.3 * sharpen((x - at) / (0.12 * unit), -0.5, 1.0)),
        "sink",
        None,
        "ceramic",
    )
    shell = intersect(ellipse(x, y, at, level, 0.34 * unit, 0.2 * unit), level - y)
    canvas.paint(
        canvas.cover(shell, column),
        tint(style.white, 0.96 - 0.26 * sharpen((x - at) / (0.3 * unit), -0.4, 1.0)),
        "sink",
        None,
        "ceramic",
    )
    rim = ellipse(x, y, at, level, 0.33 * unit, 0.082 * unit)
    canvas.paint(canvas.cover(rim, here), style.white * 1.02, "sink", None, "ceramic")
    hollow = ellipse(x, y, at, level + 0.004 * unit, 0.27 * unit, 0.056 * unit)
    canvas.paint(
        canvas.cover(hollow, here),
        tint(style.white, 0.55 + 0.25 * sharpen((x - at) / (0.3 * unit), -0.9, 0.9)),
        "sink",
        "basin",
        "ceramic",
    )
    _faucet(view, at - 0.05 * unit, level - 0.05 * unit, unit, "sink", here)


def hung_towel(view: View, name: str, cx: Tensor, high: float, here: Tensor) -> None:
    """A towel of half a metre that hangs from a rail on the back wall."""
    view = view.around((cx - 0.35, cx + 0.35), (1.0, 1.0), (high - 0.8, high + 0.05), 0.04)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    unit = room.metre
    at, rail = room.metres(cx, 1.0), room.height(high, 1.0)
    half, long = 0.24 * unit, dice.uniform(name + "long", 0.5, 0.75) * unit
    bar = box(x, y, at - half * 1.3, rail - 0.005, at + half * 1.3, rail + 0.004)
    canvas.paint(canvas.cover(bar, here), style.metal, "towel", None, "metal")
    cloth = box(x, y, at - half, rail - 0.004, at + half, rail + long)
    canvas.shade(canvas.soft(cloth - 0.006, 0.03, here), 0.8)
    down = (y - rail) / long
    colour = torch.where(dice.uniform(name + "colour").unsqueeze(1) < 0.55, style.accent, style.white)
    band = ((down - 0.82).abs() < 0.05).float() + ((down - 0.68).abs() < 0.02).float()
    folds = 0.95 + 0.06 * torch.sin((x - at) * 170) - 0.06 * down
    canvas.paint(
        canvas.cover(cloth, here), tint(blend(colour, style.splash * 0.9, band * 0.7), folds), "towel", None, "fabric"
    )
