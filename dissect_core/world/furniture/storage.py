"""Cupboards of every height, with doors or drawers, and bookshelves."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.furniture.block import Block
from dissect_core.world.room_tools import tint
from dissect_core.world.shapes import Number, box, intersect
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View

_SPINES = ((0.72, 0.24, 0.20), (0.22, 0.38, 0.58), (0.26, 0.46, 0.34), (0.90, 0.74, 0.40), (0.93, 0.90, 0.84),
    (0.46, 0.30, 0.24),
           (0.56, 0.36, 0.54), (0.30, 0.30, 0.34))  # fmt: skip


def cupboard(
    view: View, colour: Tensor, left: Tensor, right: Tensor, high: Number, columns: int, drawers: int,
    here: Tensor | float = 1.0, near: float = 1.2,
) -> None:  # fmt: skip
    """A cabinet against the back wall, from left to right (metres) and `high`: so many columns of doors, or of drawers.

    drawers: rows of drawers in each column, 0 for doors.
    """
    if not bool(torch.as_tensor(here).any()):
        return
    view = view.around((left, right), (1.0, near), (0.0, high))
    canvas, room, style = view.canvas, view.room, view.style
    body = Block(view, left, right, 1.0, near, 0.06, high)
    body.shadow(here)
    feet = Block(view, left + 0.03, right - 0.03, 1.0, near - 0.02, 0.0, 0.07)
    canvas.paint(canvas.cover(feet.front(), here), colour * 0.4, "cabinet", None, "wood")
    canvas.shade(canvas.soft(body.front() - 0.008, 0.05, here), 0.8)
    body.paint(colour, "cabinet", "none", "wood", here)
    x, y = room.x, room.y
    x0, top, x1, bottom = body.edges
    rows = max(1, drawers)
    t, d = (x - x0) / (x1 - x0) * columns, (y - top) / (bottom - top) * rows
    cell_x, cell_y = torch.frac(t.clamp(0, columns - 1e-3)), torch.frac(d.clamp(0, rows - 1e-3))
    wide, tall = (x1 - x0) / columns, (bottom - top) / rows
    panel = torch.maximum(
        (cell_x - 0.5).abs() * wide - wide / 2 + 0.0065, (cell_y - 0.5).abs() * tall - tall / 2 + 0.0065
    )
    panel = torch.maximum(panel, body.front())
    sunk = 1 - 0.15 * sharpen(-panel, 0.007, 0.011) * (1 - sharpen(-panel, 0.013, 0.019)) * style.shaker
    slope = 1.0 - 0.1 * cell_y
    name = "drawer" if drawers else "cabinet door"
    canvas.paint(canvas.cover(panel, here), tint(colour, sunk * slope * 0.98), "cabinet", name, "wood")
    if drawers:
        knob = torch.maximum((cell_x - 0.5).abs() * wide - 0.014, (cell_y - 0.42).abs() * tall - 0.0055)
    else:
        odd = torch.remainder(torch.floor(t.clamp(0, columns - 1e-3)), 2)
        at = torch.where(odd > 0, 0.12, 0.88) if columns > 1 else torch.full_like(odd, 0.86)
        knob = torch.maximum(
            (cell_x - at).abs() * wide - 0.0058, (cell_y - 0.45).abs() * tall - torch.clamp(tall * 0.09, max=0.02)
        )
    canvas.paint(canvas.cover(torch.maximum(knob, panel), here), style.metal, "cabinet", "handle", "metal")


def bookshelf(view: View, name: str, left: Tensor, right: Tensor, high: Tensor, shelves: int, here: Tensor) -> None:
    """Shelves full of books against the back wall, from left to right (metres)."""
    if not bool(here.any()):
        return
    view = view.around((left, right), (1.0, 1.13), (0.0, high))
    dice, canvas, room, style = view.dice, view.canvas, view.room, view.style
    colour = style.table
    body = Block(view, left, right, 1.0, 1.13, 0.0, high)
    body.shadow(here)
    canvas.shade(canvas.soft(body.front() - 0.008, 0.05, here), 0.8)
    body.paint(colour, "bookshelf", "none", "wood", here)
    x, y = room.x, room.y
    x0, top, x1, bottom = body.edges
    inner = box(x, y, x0 + 0.011, top + 0.011, x1 - 0.011, bottom - 0.02)
    d = (y - top - 0.011) / (bottom - top - 0.031) * shelves
    row, cell = torch.floor(d.clamp(0, shelves - 1e-3)), torch.frac(d.clamp(0, shelves - 1e-3))
    tall = (bottom - top - 0.031) / shelves
    canvas.paint(canvas.cover(inner, here), tint(colour, 0.34 + 0.12 * cell), "bookshelf", "shelf", "wood")
    pitch = 0.0118
    t = (x - x0) / pitch
    column = torch.floor(t)
    lot = torch.frac(torch.sin(column * 12.99 + row * 37.7 + dice.uniform(name, 0, 50)) * 437.6).abs()
    other = torch.frac(torch.sin(column * 78.23 + row * 11.1 + dice.uniform(name + "b", 0, 50)) * 237.6).abs()
    reach = 0.2 + 0.24 * other  # share of the row above the book
    inside = torch.frac(t)
    spine = torch.maximum((inside - 0.5).abs() * pitch - pitch * 0.44, (reach - cell) * tall)
    gap = (torch.frac(torch.floor(column / 5) * 0.618 + row * 0.382 + dice.uniform(name + "gaps")) < 0.2).float()
    spine = torch.maximum(spine, inner + 0.003) + gap
    table = torch.tensor(_SPINES, device=x.device)
    shades = table[(lot * len(_SPINES)).long().clamp(max=len(_SPINES) - 1)].movedim(3, 1)
    band = 1 + 0.25 * ((cell - 0.62).abs() < 0.05).float()
    canvas.paint(
        canvas.cover(spine, here),
        shades * ((0.78 + 0.3 * torch.sin(inside * 3.1416)) * band).unsqueeze(1),
        "bookshelf",
        "books",
        "paper",
    )
    boards = torch.maximum((torch.minimum(cell, 1 - cell)) * tall - 0.0052, inner)
    canvas.paint(canvas.cover(boards, here), tint(colour, torch.full_like(cell, 1.0)), "bookshelf", "shelf", "wood")
    ornament = intersect((torch.frac(t / 5) - 0.5).abs() * 5 * pitch - 0.011, (0.45 - cell) * tall, inner + 0.004) + (
        1 - gap
    )
    canvas.paint(
        canvas.cover(ornament, here),
        tint(style.accent, 1.05 - 0.3 * (torch.frac(t / 5))),
        "bookshelf",
        "shelf",
        "ceramic",
    )
