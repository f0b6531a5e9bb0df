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
    """A block's convolution that keeps the grid.

    The transforms are a few batches of small products, as threads lose more in starting many calls than they save.
    """

    def __init__(self, weight: Tensor, bias: Tensor, make: MakeProduct) -> None:
        """weight: (D, C, 3, 3).  make: in which way to multiply."""
        kernel = _at_points(3).to(weight.device)
        weights = torch.einsum("ra,sb,dcab->rsdc", kernel, kernel, weight.double()).to(weight.dtype)
        one = torch.linalg.pinv(_at_points(TILE).T) @ torch.ones(TILE, dtype=torch.float64)  # whose outputs are all 1
        biases = torch.einsum("r,s,d->rsd", one, one, bias.cpu().double()).to(bias)
        self._products = [make(*both) for both in zip(weights, biases, strict=True)]
        self._into = torch.linalg.inv(_at_points(SEEN)).T.to(weight)  # (points, cells)
        self._back = _at_points(TILE).T.contiguous().to(weight)  # (outputs, points)
        self._units = len(weight)

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        count, _, height, width = x.shape
        down, across = (-(-(side - 2 * MARGIN) // TILE) for side in (height, width))
        tiles = self._spread(x.permute(0, 2, 3, 1), down, across + 1)
        rows = self._gather(tiles, count * down, width - 2 * MARGIN)
        y = F.leaky_relu_(rows, LEAKY_SLOPE).view(count, down * TILE, width - 2 * MARGIN, -1)
        return y[:, : height - 2 * MARGIN].permute(0, 3, 1, 2)

    def _spread(self, x: Tensor, down: int, across: int) -> Tensor:
        """(n, h + 2, w + 2, C) -> the tiles at the points, (6, n down across, 6 C).

        across: one tile more than there are, so that tiles follow each other also from one row of them to the next.
        """
        count, height, width, units = x.shape
        line = across * TILE
        flat = x.new_empty(SEEN * count * down * line + 2 * MARGIN, units)
        flat[-2 * MARGIN :].zero_()
        lines = flat[: -2 * MARGIN].view(SEEN, count, down, line, units)
        lines[..., width:, :].zero_()
        full = (height - 2 * MARGIN) // TILE  # the last row of tiles may end in nothing
        for number, picture in enumerate(x):
            out = lines[:, number, :, :width].flatten(2).transpose(0, 1)  # (down, 6, (w + 2) C)
            if full:
                overlapping = picture.flatten(1).unfold(0, SEEN, TILE).transpose(1, 2)
                torch.bmm(self._into.expand(full, SEEN, SEEN), overlapping, out=out[:full])
            if full < down:
                rest = picture[full * TILE :].flatten(1)
                torch.mm(self._into[:, : len(rest)], rest, out=out[full])
        overlapping = flat.unfold(0, SEEN, TILE).transpose(1, 2)
        tiles = x.new_empty(len(overlapping), SEEN, units)
        torch.bmm(self._into.expand(len(overlapping), SEEN, SEEN), overlapping, out=tiles)
        return tiles.view(SEEN, -1, SEEN * units)

    def _gather(self, tiles: Tensor, rows: int, width: int) -> Tensor:
        """The outputs, (rows, 4, w D), of so many rows of tiles at the points, (6, tiles, 6 C)."""
        count = tiles.shape[1]
        lines = tiles.new_empty(SEEN, count, TILE, self._units)
        back = self._back.expand(count, TILE, SEEN)
        for product, seen, out in zip(self._products, tiles, lines, strict=True):
            torch.bmm(back, product(seen).view(count, SEEN, self._units), out=out)
        at_points = lines.view(SEEN, rows, -1)[..., : width * self._units].transpose(0, 1)
        y = tiles.new_empty(rows, TILE, width * self._units)
        return torch.bmm(self._back.expand(rows, TILE, SEEN), at_points, out=y)


def _at_points(count: int) -> Tensor:
    """(points, count): what the coefficients of a polynomial are multiplied with to evaluate it at the points."""
    powers = torch.tensor(_POINTS, dtype=torch.float64)[:, None] ** torch.arange(count)
    return torch.cat([powers, torch.eye(count, dtype=torch.float64)[-1:]])
