"""A 3x3 convolution with a quarter of the multiplications: Winograd's F(4x4, 3x3) on tiles of 6x6 cells.

Lavin and Gray 2016.  A tile's outputs are a polynomial product: evaluate the inputs and the kernel at 36 points,
multiply there, channels by channels as one matrix product a point, and interpolate 4x4 outputs.  The points are small
fractions, which lose fewest bits (Barabasz et al. 2020): half as many as the usual 0, 1, -1, 2, -2.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.progan import LEAKY_SLOPE
from dissect_core.render.products import MakeProduct
from dissect_core.render.window import MARGIN

TILE = 4
"""Outputs of a tile on each side."""
SEEN = TILE + 2 * MARGIN
"""Inputs of a tile on each side, and points for each of the two directions."""
_POINTS = (0.0, 5 / 8, -5 / 8, 3 / 2, -3 / 2)
"""And infinity."""


class Winograd:
    """A block's convolution that keeps the grid."""

    def __init__(self, weight: Tensor, bias: Tensor, make: MakeProduct) -> None:
        """weight: (D, C, 3, 3).  make: in which way to multiply."""
        outputs, inputs = weight.shape[:2]
        kernel = _at_points(3).to(weight.device)
        weights = torch.einsum("ra,sb,dcab->srdc", kernel, kernel, weight.double())
        one = torch.linalg.pinv(_at_points(TILE).T) @ torch.ones(TILE, dtype=torch.float64)  # whose outputs are all 1
        biases = torch.outer(one.outer(one).flatten().to(weight.device), bias.double())
        self._product = make(weights.reshape(-1, outputs, inputs).to(weight.dtype), biases.to(bias.dtype))
        self._into = torch.linalg.inv(_at_points(SEEN)).T.to(weight)  # (points, cells)
        self._back = _at_points(TILE).T.contiguous().to(weight)  # (outputs, points)
        self._units = outputs

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        height, width = x.shape[2] - 2 * MARGIN, x.shape[3] - 2 * MARGIN
        down, across = -(-height // TILE), -(-width // TILE)
        at_points = self._product(self._spread(x.permute(0, 2, 3, 1), down, across))
        y = x.new_empty(len(x), height, width, self._units)
        self._gather(at_points.view(len(x), down, across * SEEN, -1), y)
        return F.leaky_relu_(y, LEAKY_SLOPE).permute(0, 3, 1, 2)

    def _spread(self, x: Tensor, down: int, across: int) -> Tensor:
        """(n, h + 2, w + 2, C) -> the tiles at the points, (n down across, 36 C); the last tiles may end in nothing."""
        pictures, _, columns, units = x.shape
        tiles = x.new_empty(pictures, down, across, SEEN, SEEN * units)
        strip = x.new_empty(across * TILE + 2 * MARGIN, SEEN, units)  # a row of tiles, evaluated down its columns
        strip[columns:].zero_()
        overlapping = strip.view(len(strip), -1).unfold(0, SEEN, TILE).transpose(1, 2)  # (across, 6, 6 C)
        into = self._into.expand(across, SEEN, SEEN)
        for picture, found in zip(x, tiles, strict=True):
            for row, out in enumerate(found):
                seen = picture[row * TILE : row * TILE + SEEN]
                part = self._into[:, : len(seen)].expand(columns, SEEN, len(seen))
                torch.bmm(part, seen.transpose(0, 1), out=strip[:columns])
                torch.bmm(into, overlapping, out=out)
        return tiles.view(pictures * down * across, -1)

    def _gather(self, at_points: Tensor, y: Tensor) -> None:
        """Write the outputs, (n, h, w, D), of the products at the points, (n, down, across 6, 6 D)."""
        width, across = y.shape[2], at_points.shape[2] // SEEN
        strip = y.new_empty(across, TILE, SEEN * self._units)
        columns = strip.view(across * TILE, SEEN, self._units)[:width]
        back = self._back.expand(across, TILE, SEEN)
        for found, picture in zip(at_points, y, strict=True):
            for row, tiles in enumerate(found):
                torch.bmm(back, tiles.view(across, SEEN, -1), out=strip)
                out = picture[row * TILE : (row + 1) * TILE]
                part = self._back[: len(out)].expand(width, len(out), SEEN)
                torch.bmm(part, columns, out=out.transpose(0, 1))


def _at_points(count: int) -> Tensor:
    """(points, count): what the coefficients of a polynomial are multiplied with to evaluate it at the points."""
    powers = torch.tensor(_POINTS, dtype=torch.float64)[:, None] ** torch.arange(count)
    return torch.cat([powers, torch.eye(count, dtype=torch.float64)[-1:]])
