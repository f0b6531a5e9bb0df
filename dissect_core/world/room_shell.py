"""The room itself: walls, ceiling, floor, windows with their view, curtains, rug and sunlight."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.mood import set_mood
from dissect_core.world.room import Room
from dissect_core.world.room_style import Style
from dissect_core.world.room_tools import blend, rematerial, rgb, tint
from dissect_core.world.shapes import box, ellipse, intersect, polygon, union
from dissect_core.world.texture import joints, noise, sharpen
from dissect_core.world.view import View


def paint_shell(view: View) -> None:
    """Back wall, side wall, ceiling and floor."""
    dice, canvas, room, style, mottle = view.dice, view.canvas, view.room, view.style, view.mottle
    x, y = room.x, room.y
    near = ((room.vx - x) / (room.vx - room.corner)).clamp(min=1)  # scale of the side wall at this column
    top, bottom = room.vy - (room.vy - room.ceiling) * near, room.vy + (room.floor - room.vy) * near
    stripes = 1 + 0.035 * dice.chance("wallpaper", 0.35) * torch.sin(x * (2 * math.pi / 0.05))
    plain = (1.0 + 0.06 * (mottle - 0.5)) * stripes
    corner_shade = 1 - 0.10 * torch.exp(-(x - room.corner).clamp(min=0) / 0.06) * room.side
    plain = plain * corner_shade * (1 - 0.12 * torch.exp(-(y - room.ceiling).clamp(min=0) / 0.05))
    canvas.paint(torch.ones_like(x + y), tint(style.wall, plain), "wall", None, "plaster")
    rematerial(canvas, torch.ones_like(x + y), dice.chance("wallpaper", 0.35), "paper")
    beside = canvas.cover(x - room.corner)
    slope = 0.80 + 0.10 * ((room.corner - x) / 0.2).clamp(0, 1) + 0.06 * (mottle - 0.5)
    canvas.paint(beside, tint(style.wall, slope), "wall", None, "plaster")
    base_board = canvas.cover(intersect(bottom - 0.028 * near - y, y - bottom))
    canvas.paint(base_board, tint(style.white, torch.where(x < room.corner, 0.84, 0.94)), "wall", None, "wood")
    over = canvas.cover(y - top)
    canvas.paint(over, tint(style.white, 0.99 - 0.10 * (y / 0.12)), "ceiling", None, "plaster")
    cornice = canvas.cover(intersect(top - y, y - top - 0.014 * near))
    canvas.paint(cornice, tint(style.white, 1.0 - 0.12 * sharpen(y - top, 0.004, 0.012)), "ceiling", None, "plaster")
    _paint_floor(view, bottom)


def _paint_floor(view: View, bottom: Tensor) -> None:
    """Planks, tiles or a chequered floor, receding to the vanishing point."""
    dice, canvas, room, style, mottle = view.dice, view.canvas, view.room, view.style, view.mottle
    x, y = room.x, room.y
    s = ((y - room.vy) / (room.floor - room.vy)).clamp(min=0.8)
    across, depth = (x - room.vx) / (room.metre * s), 0.8 / room.metre / s
    planks = joints(dice, "planks", depth.expand_as(across), across, 1.7, 0.27, gap=0.13, depth=0.30, vary=0.11)
    planks = planks * (1 + 0.10 * (mottle - 0.5))
    tiles = joints(dice, "tiles", across, depth.expand_as(across), 0.62, 0.62, gap=0.13, depth=0.24, vary=0.07,
                   stagger=0.0)  # fmt: skip
    one, two = (((torch.sin(c * (math.pi / 0.58)) * 6).clamp(-1, 1)) for c in (across, depth))
    check = (0.5 + 0.5 * one * two) * (style.floor_kind == 2).float()
    pattern = torch.where(style.floor_kind == 0, planks, torch.where(style.floor_kind == 1, tiles, 1.0))
    reflex = 1.06 - 0.10 * ((y - 0.7) / 0.3)
    colour = blend(style.floor, style.check, check) * (pattern * reflex).unsqueeze(1)
    under = canvas.cover(bottom - y)
    canvas.paint(under, colour, "floor", None, "tile")
    rematerial(canvas, under, (style.floor_kind == 0).float(), "wood")


def _outside(view: View) -> Tensor:
    """What is seen through the windows: sky, far hills, a tree or a hedge; (B, 3, H, W)."""
    dice, canvas, room, style, mottle = view.dice, view.canvas, view.room, view.style, view.mottle
    x, y = room.x, room.y
    down = ((y - room.window_top) / (room.window_bottom - room.window_top)).clamp(0, 1)
    seen = blend(style.sky_top, style.sky_low, (down * 1.5).clamp(0, 1).expand_as(x + y))
    cloud = sharpen(mottle, 0.52, 0.72) * (1 - down) * 0.75 * (1 - style.night)
    seen = blend(seen, rgb(canvas, 1.0, 0.98, 0.95), cloud)
    phase = dice.uniform("hills", 0, 6.28)
    ridge = 0.70 + 0.07 * torch.sin(x * 13 + phase) + 0.04 * torch.sin(x * 29 + phase * 2)
    seen = blend(seen, style.far, sharpen(down - ridge, -0.02, 0.02))
    moon_x = room.window_x - 0.05
    moon = canvas.cover(ellipse(x, y, moon_x, room.window_top + 0.06, 0.022, 0.022)) * style.night
    seen = blend(seen, rgb(canvas, 0.98, 0.95, 0.80), moon)
    tree_x = room.window_x + dice.uniform("tree", -0.10, 0.10)
    lumps = 0.02 * torch.sin(torch.atan2(y - 0.36, x - tree_x) * 7 + phase)
    crown = ellipse(x, y, tree_x, room.window_bottom - 0.12, 0.075, 0.08) + lumps
    trunk = box(x, y, tree_x - 0.008, room.window_bottom - 0.09, tree_x + 0.008, room.window_bottom)
    hedge = 0.84 + 0.02 * torch.sin(x * 47 + phase * 3) - down
    lit = 1.12 - 0.35 * sharpen(x - tree_x + (y - 0.36), -0.08, 0.08)
    seen = blend(seen, style.near * 0.7, canvas.cover(trunk))
    seen = blend(seen, tint(style.near, lit), canvas.cover(union(crown, hedge * 0.2)))
    return style.glowing(seen)


def paint_windows(view: View) -> None:
    """The window over the sink and the narrow one in the side wall."""
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y, half = room.x, room.y, room.window_half
    outside = _outside(view)
    frame = blend(style.white, style.table * 0.8, dice.chance("wooden frame", 0.25))
    top, bottom = room.window_top, room.window_bottom
    outer = box(x, y, room.window_x - half, top, room.window_x + half, bottom)
    canvas.shade(canvas.soft(outer - 0.012, 0.03, room.window), 0.88)
    canvas.paint(canvas.cover(outer, room.window), frame, "window", "frame", "wood")
    pane = outer + 0.017
    thick = 0.0065
    vertical = thick - (x - room.window_x).abs()
    bar = top + (bottom - top) * 0.36
    horizontal = thick - (y - bar).abs()
    glass = intersect(pane, vertical, horizontal)
    canvas.shade(canvas.cover(glass - 0.004, room.window), 0.80)
    canvas.paint(canvas.cover(glass, room.window), outside, "window", "pane", "glass")
    sill = box(x, y, room.window_x - half - 0.014, bottom, room.window_x + half + 0.014, bottom + 0.02)
    canvas.paint(canvas.cover(sill, room.window), tint(frame, 1.03 - 0.2 * sharpen(y - bottom, 0.008, 0.014)),
                 "window", "frame", "wood")  # fmt: skip
    # in the side wall: the same heights, seen at an angle
    near = ((room.vx - x) / (room.vx - room.corner)).clamp(min=1)
    high, low = room.vy - (room.vy - top) * near, room.vy + (bottom + 0.03 - room.vy) * near
    slot = intersect(room.across(room.corner, 1.62) - x, x - room.across(room.corner, 1.24), high - y, y - low)
    canvas.paint(canvas.cover(slot, room.side_window), frame * 0.9, "window", "frame", "wood")
    canvas.paint(canvas.cover(slot + 0.014, room.side_window), outside, "window", "pane", "glass")


def paint_curtains(view: View) -> None:
    """Two drapes and a valance that hang from a rod over the window."""
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y, half = room.x, room.y, room.window_half
    top, bottom = room.window_top - 0.018, room.window_bottom + 0.012
    offset = (x - room.window_x).abs()
    down = ((y - top) / (bottom - top)).clamp(0, 1)
    tied = dice.chance("tied curtain", 0.5)
    inner = half - 0.052 + tied * 0.034 * torch.sin(down * math.pi) ** 2
    drape = intersect(inner - offset, offset - half - 0.024, top - y, y - bottom)
    valance_low = top + 0.05 + 0.008 * torch.cos(offset * (2 * math.pi / 0.045))
    valance = intersect(offset - half - 0.026, top - y, y - valance_low)
    has_valance = dice.chance("valance", 0.5)
    shape = torch.minimum(drape, torch.where(has_valance > 0, valance, torch.ones_like(valance)))
    pattern = dice.chance("pale curtain", 0.4)
    colour = blend(style.accent, style.white, pattern * 0.8)
    folds = 0.94 + 0.14 * torch.sin(offset * (2 * math.pi / 0.034) + down * 0.8) - 0.08 * down
    canvas.shade(canvas.soft(shape - 0.008, 0.03, room.curtain), 0.85)
    canvas.paint(canvas.cover(shape, room.curtain), tint(colour, folds), "curtain", None, "fabric")


def paint_rug(view: View) -> None:
    """A rug on the floor, in perspective, with a border."""
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    x, y = room.x, room.y
    centre, half, far, near = room.rug_x, room.rug_half, room.rug_far, room.rug_near
    s = ((y - room.vy) / (room.floor - room.vy)).clamp(min=0.5)
    across = (x - room.vx) / (room.metre * s) - centre
    deep = (1 / far - 1 / s) / (1 / far - 1 / near)  # 0 at the far edge, 1 at the near one
    edge = torch.minimum(torch.minimum(deep, 1 - deep) * 2, (1 - across.abs() / half) * 1.6)
    corners = [
        (room.metres(centre - half, far), room.height(0.0, far)),
        (room.metres(centre + half, far), room.height(0.0, far)),
        (room.metres(centre + half, near), room.height(0.0, near)),
        (room.metres(centre - half, near), room.height(0.0, near)),
    ]
    shape = polygon(x, y, corners)
    stripes = dice.chance("striped rug", 0.4)
    band = torch.where(stripes > 0, torch.sin(across * (2 * math.pi / 0.5)) * 0.6, (0.22 - (edge - 0.38).abs()) * 8)
    colour = blend(style.accent * 0.92, style.white * 0.95, sharpen(band, -0.25, 0.25))
    canvas.shade(canvas.soft(shape - 0.006, 0.02, room.rug), 0.82)
    canvas.paint(canvas.cover(shape, room.rug), colour, "rug", None, "fabric")


def paint_sunlight(view: View) -> None:
    """The patch that the sun throws on the floor through a window, with the shadow of its bars."""
    canvas, room, style = view.canvas, view.room, view.style
    x, y = room.x, room.y
    any_window = torch.maximum(room.window, room.side_window) * style.sun
    s = ((y - room.vy) / (room.floor - room.vy)).clamp(min=0.5)
    across = (x - room.vx) / (room.metre * s)
    deep = (1 / 1.34 - 1 / s) / (1 / 1.34 - 1 / 2.3)
    left = -1.5 + 0.9 * deep + room.window * (1 - room.side_window) * 0.5
    t = (across - left) / 1.15
    inside = torch.minimum(torch.minimum(t, 1 - t), torch.minimum(deep, 1 - deep) * 0.9)
    bars = torch.minimum((t - 0.5).abs() * 1.15, (deep - 0.5).abs() * 1.3)
    patch = sharpen(inside, 0.0, 0.05) * sharpen(bars, 0.02, 0.07) * any_window
    canvas.shade(patch * canvas.cover(room.height(0.0, room.lit_floor) - y), rgb(canvas, 1.34, 1.26, 1.08))


def begin(dice: Dice, canvas: Canvas, room: Room) -> View:
    """Draw what the whole room shares."""
    return View(dice, canvas, room, Style(dice, canvas, room), noise(dice, "mottle", canvas.size, (3, 6, 12)))


def paint_walls(view: View) -> None:
    """Walls, ceiling and floor, windows and their curtains."""
    paint_shell(view)
    paint_windows(view)
    paint_curtains(view)


def finish(view: View) -> None:
    """Let the light of the scene fall on what was painted, and mirror the scenes whose light comes from the right."""
    canvas = view.canvas
    canvas.image.mul_(view.style.light).clamp_(0, 1)
    set_mood(view.dice, canvas)
    flip = view.room.flip.bool()
    canvas.image.copy_(torch.where(flip.unsqueeze(1), canvas.image.flip(3), canvas.image))
    for labels in (canvas.object, canvas.part, canvas.material):
        labels.copy_(torch.where(flip, labels.flip(2), labels))
