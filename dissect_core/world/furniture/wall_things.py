"""What hangs on the walls of rooms: pictures, clocks and mirrors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.room_tools import blend, rgb, tint
from dissect_core.world.shapes import box, capsule, ellipse, rounded_box, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def pictures(view: View, places: list[tuple[str, Tensor, Tensor, Tensor]]) -> None:
    """Framed paintings: a landscape, a still life of one round fruit, or bold stripes.

    The places (name, centre, half width, presence) are beside each other, so every column of the picture belongs to
    at most one of them and all are painted at once.
    """
    view = view.within(-1, 0.12, 2, 0.43)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
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


def clock(view: View, cx: Tensor, here: Tensor) -> None:
    """A round wall clock."""
    view = view.within(cx - 0.1, 0.15, cx + 0.1, 0.36)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y, cy, radius = room.x, room.y, 0.245, 0.052
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


def mirror(view: View, cx: Tensor, cy: Tensor, half: Tensor, here: Tensor) -> None:
    """A mirror on the back wall, round, oval or square, that shows the pale room; cx, cy, half on the screen."""
    if not bool(here.any()):
        return
    view = view.within(cx - half - 0.04, cy - half * 1.3 - 0.04, cx + half + 0.04, cy + half * 1.3 + 0.04)
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    kind = dice.choice("mirror kind", [0.35, 0.3, 0.35]).view(-1, 1, 1)
    tall = half * torch.where(kind == 0, 1.0, 1.3)
    square = rounded_box(x, y, cx - half, cy - tall, cx + half, cy + tall, 0.008)
    outer = torch.where(kind == 2, square, ellipse(x, y, cx, cy, half, tall))
    canvas.shade(canvas.soft(outer - 0.008, 0.03, here), 0.78)
    frame = torch.where(dice.uniform("mirror frame").unsqueeze(1) < 0.5, style.metal, style.table * 0.9)
    canvas.paint(
        canvas.cover(outer, here),
        tint(frame, 1.0 - 0.16 * sharpen((x - cx) / half, -0.5, 1.0)),
        "mirror",
        "frame",
        "metal",
    )
    down = ((y - cy) / tall * 0.5 + 0.5).clamp(0, 1)
    deep = blend(style.wall * 0.98, style.wall * 0.74, down)
    far = (((x - cx - 0.2 * half).abs() - 0.34 * half).maximum((y - cy + 0.1 * tall).abs() - 0.4 * tall) < 0).float()
    shown = blend(deep, blend(style.sky_low, style.sky_top, 1 - down), far * 0.5)
    slash = (x - cx + 0.55 * (y - cy)) / half
    sheen = (
        sharpen(slash, -0.62, -0.52) * sharpen(-slash, 0.12, 0.22)
        + 0.6 * sharpen(slash, 0.06, 0.1) * sharpen(-slash, -0.26, -0.2)
    ) * 0.28
    glass = shown + sheen.unsqueeze(1)
    canvas.paint(canvas.cover(outer + 0.0105, here), glass.clamp(0, 1.2), "mirror", "pane", "glass")
