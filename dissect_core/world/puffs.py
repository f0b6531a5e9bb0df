"""Heaps of balls: the common form of clouds, crowns of trees and bushes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dissect_core.world.shapes import Number


def puffs(
    x: Tensor, y: Tensor, lobes: Sequence[tuple[Number, Number, Number]]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Union of balls (centre x, centre y, radius) seen from the front: distance and normal (right, up, front)."""
    distance = height = right = up = torch.zeros(())
    for order, (cx, cy, r) in enumerate(lobes):
        dx, dy = (x - cx) / r, (cy - y) / r
        square = dx * dx + dy * dy
        lift = (1 - 0.5 * square) * r
        gap = (torch.sqrt(square + 1e-9) - 1) * r
        if order == 0:
            distance, height, right, up = gap, lift, dx, dy
            continue
        front = lift > height
        distance = torch.minimum(distance, gap)
        height = torch.maximum(height, lift)
        right, up = torch.where(front, dx, right), torch.where(front, dy, up)
    front_part = torch.sqrt((1 - right * right - up * up).clamp(min=0))
    return distance, right.clamp(-1, 1), up.clamp(-1, 1), front_part
