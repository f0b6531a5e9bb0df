"""Small helpers that the painters of rooms share."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.concepts import MATERIALS
from dissect_core.world.room import Room
from dissect_core.world.shapes import Number, intersect, polygon


def tint(colour: Tensor, field: Tensor) -> Tensor:
    """A colour (B, 3, 1, 1) times a brightness field (B, H, W)."""
    return colour * field.unsqueeze(1)


def rgb(canvas: Canvas, red: float, green: float, blue: float) -> Tensor:
    """A fixed colour."""
    return torch.tensor((red, green, blue), device=canvas.image.device).view(1, 3, 1, 1)


def blend(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    """Between two colours by a field or a per-scene number (B, H, W)."""
    return torch.lerp(*torch.broadcast_tensors(first, second, share.unsqueeze(1)))


def rematerial(canvas: Canvas, cover: Tensor, where: Tensor, material: str) -> None:
    """Change the material label alone, in the scenes where `where` (B, 1, 1) is 1."""
    hit = ((cover * where) > 0.5).expand_as(canvas.material)
    canvas.material.masked_fill_(hit, MATERIALS.index(material))


def cells(x: Tensor, left: Tensor, right: Tensor, width: float) -> tuple[Tensor, Tensor, Tensor]:
    """Divide [left, right] into equal cells of about `width`.

    Returns the signed distance to the nearest cell edge (positive outside the section), the coordinate 0..1 in the
    cell and the parity of the cell.
    """
    count = torch.round((right - left) / width).clamp(min=1)
    size = (right - left).clamp(min=1e-4) / count
    t = (x - left) / size
    column = torch.floor(t)
    inside = t - column
    return intersect(-torch.minimum(inside, 1 - inside) * size, left - x, x - right), inside, torch.remainder(column, 2)


def bevel(distance: Tensor, width: float = 0.012) -> Tensor:
    """1 in the middle of a shape, falling to its edge: a soft roundness."""
    return (-distance / width).clamp(0, 1)


def side_face(room: Room, s: float, left: Number, right: Number, top: Tensor, bottom: Tensor) -> Tensor:
    """Signed distance of the visible side of a box that stands against the back wall with its front at plane s.

    left, right: at the back wall; top, bottom: screen y of the front.  Only a side turned to the middle is seen.
    """
    x, y = room.x, room.y
    up, down = room.vy + (top - room.vy) / s, room.vy + (bottom - room.vy) / s
    on_left = polygon(x, y, [(left, up), (room.across(left, s), top), (room.across(left, s), bottom), (left, down)])
    on_right = polygon(
        x, y, [(room.across(right, s), top), (right, up), (right, down), (room.across(right, s), bottom)]
    )
    nowhere = torch.ones_like(room.vx)
    middle = room.vx
    first = torch.where(torch.as_tensor(left > middle + 0.02), on_left, nowhere)
    seen = torch.minimum(first, torch.where(torch.as_tensor(right < middle - 0.02), on_right, nowhere))
    return intersect(seen, top - y, y - torch.maximum(bottom, down))  # no spikes where the face is nearly edge-on
