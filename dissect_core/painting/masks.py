"""Painted PNG -> float mask -> feature grid.

A mask is (H, W) in [0, 1] over the whole picture, whatever its resolution; a feature grid is (grid, grid) over the same
square.  As in the original (peer `serverstate.py:383-478`): where the PNG has alpha, alpha > 0 is painted; where it has
none, red < 255 is painted; and a cell takes the *maximum* over the pixels it covers, so any painted dot switches its
whole cell on.  Mean pooling gives soft edges instead.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.errors import BadMask
from dissect_core.images.pixels import open_png

Pooling = Literal["max", "mean"]
POOLINGS: tuple[Pooling, ...] = ("max", "mean")


def decode_mask(data: bytes, max_side: int) -> Tensor:
    """A PNG file of at most max_side x max_side pixels -> (H, W) float32, 1 where painted and 0 elsewhere.

    Raises BadMask (field "mask") for bytes that are no PNG, damaged, too large or of more than 8 bits a channel.
    """
    image = open_png(data, max_side, field="mask", error=BadMask)
    if image.has_transparency_data:
        painted = np.array(image.convert("RGBA"))[:, :, 3] > 0
    else:
        painted = np.array(image.convert("RGB"))[:, :, 0] < 255
    return torch.from_numpy(painted).float()


def to_grid(mask: Tensor, grid: int, pooling: Pooling = "max") -> Tensor:
    """(H, W) in [0, 1] -> (grid, grid) in [0, 1] by adaptive max (default) or mean pooling."""
    if mask.dim() != 2 or 0 in mask.shape:
        shape = tuple(mask.shape)
        raise BadMask(f"no mask: {shape}", field="mask", value=shape, allowed="(H, W), at least one pixel")
    if pooling == "max":
        return F.adaptive_max_pool2d(mask[None, None], grid)[0, 0]
    if pooling == "mean":
        return F.adaptive_avg_pool2d(mask[None, None], grid)[0, 0]
    raise BadMask(f"no pooling {pooling!r}", field="pooling", value=pooling, allowed=f"one of {', '.join(POOLINGS)}")
