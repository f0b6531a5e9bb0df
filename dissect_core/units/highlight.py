"""Pictures of where a unit is active: the region above its threshold as it is, the rest dimmed, a line around it.

Bau et al. 2020, Fig. 1 and 3.  A region is where the upsampled activation exceeds the threshold (see `positions`), at
any number of positions a side, usually one for every pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.concepts.positions import upsample
from dissect_core.images.pixels import resized

OUTLINE = (255, 255, 0)
"""Yellow, as in the original."""
MISSING = 24
"""The grey of a tile for which there is no image."""


def regions(maps: Tensor, thresholds: Tensor, side: int) -> Tensor:
    """Where maps (N, h, w), upsampled, exceed thresholds (N,): bool (N, side, side)."""
    return upsample(maps[None], side)[0] > thresholds[:, None, None]


def outlines(inside: Tensor) -> Tensor:
    """The positions that touch a region, also at a corner, and are not in it: bool (N, H, W) -> (N, H, W)."""
    return F.max_pool2d(inside.float(), 3, stride=1, padding=1).bool() & ~inside


def lit(pictures: Tensor, inside: Tensor) -> Tensor:
    """Byte pictures (N, H, W, 3) with their regions, bool (N, H, W): half as bright outside, outlined; new storage."""
    shown = torch.where(inside[..., None], pictures, pictures // 2)
    return torch.where(outlines(inside)[..., None], torch.tensor(OUTLINE, dtype=torch.uint8), shown)


def thumbnail(picture: Tensor, side: int) -> Tensor:
    """A byte picture (H, W, 3) at (side, side, 3)."""
    return picture if picture.shape[:2] == (side, side) else resized(picture, side)


def strip(tiles: Sequence[Tensor], inside: Sequence[Tensor], count: int, side: int) -> Tensor:
    """Byte pictures (side, side, 3) with their regions lit, side by side, (side, count * side, 3).

    There may be fewer tiles than `count`; the places of the others are dark.
    """
    sheet = torch.full((count, side, side, 3), MISSING, dtype=torch.uint8)
    if tiles:
        sheet[: len(tiles)] = lit(torch.stack(list(tiles)), torch.stack(list(inside)))
    return torch.cat(sheet.unbind(), dim=1)
