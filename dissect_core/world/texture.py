"""Surface textures as brightness fields, seeded and independent of the resolution.

Each returns (B, H, W) to multiply into a colour, around 1.0 (noise itself: 0..1).  u, v are coordinates on the
surface in image widths (or whatever unit the sizes are given in).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.world.dice import Dice


def noise(
    dice: Dice, name: str, size: int, octaves: Sequence[int] = (4, 8, 16, 32), gain: float = 0.5, stretch: float = 1.0
) -> Tensor:
    """Fractal value noise over the whole picture, (B, size, size) in about 0..1.

    octaves: lattice cells across the picture; each is `gain` as strong as the one before.  stretch > 1 makes
    horizontal streaks (rows are that many times finer than columns).
    """
    total = torch.zeros(dice.count, size, size, device=dice.device)
    weight, norm = 1.0, 0.0
    for cells in octaves:
        rows = max(2, round(cells * stretch))
        lattice = dice.lattice(f"{name}/{cells}", rows, cells).unsqueeze(1)
        total += weight * F.interpolate(lattice, size=(size, size), mode="bicubic", align_corners=False)[:, 0]
        norm += weight
        weight *= gain
    return (total / norm).clamp(0, 1)


def sharpen(field: Tensor, low: float | Tensor, high: float | Tensor) -> Tensor:
    """Smooth step: 0 below low, 1 above high."""
    t = ((field - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def joints(
    dice: Dice,
    name: str,
    u: Tensor,
    v: Tensor,
    width: float | Tensor,
    height: float | Tensor,
    gap: float = 0.12,
    depth: float = 0.3,
    vary: float = 0.12,
    stagger: float = 0.5,
) -> Tensor:
    """Blocks in courses (brick, ashlar, tile, planks): darker joints, each block a little lighter or darker.

    width, height: of a block in the unit of u, v; gap: joint as a share of the height; depth: darkness of the joint;
    vary: spread of block brightness; stagger: shift of every other course (0 = tiles in a square grid).
    """
    row = torch.floor(v / height)
    across = u / width + stagger * torch.remainder(row, 2)
    column = torch.floor(across)
    in_row, in_column = v / height - row, across - column
    ratio = torch.as_tensor(height / width)
    joint = torch.maximum(
        1 - torch.minimum(in_row, 1 - in_row) * 2 / gap, 1 - torch.minimum(in_column, 1 - in_column) * 2 / (gap * ratio)
    ).clamp(0, 1)
    phase = dice.uniform(name, 0, 100)
    hashed = torch.frac(torch.sin(row * 12.9898 + column * 78.233 + phase) * 437.585).abs()
    return (1 + vary * (hashed - 0.5) * 2) * (1 - depth * joint)
