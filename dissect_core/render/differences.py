"""Nearest x2 and a 3x3 convolution with nine products a cell instead of sixteen.

In one direction, with a kernel (a, b, c), the two outputs of cell i are

    a x[i-1] + (b + c) x[i] = s x[i] + a (x[i-1] - x[i])
    (a + b) x[i] + c x[i+1] = s x[i] - c (x[i] - x[i+1])        s = a + b + c

so s x[i] is needed once, and one difference serves two cells: three products instead of four, and no bits are lost.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.progan import LEAKY_SLOPE
from dissect_core.render.products import MakeProduct, Product

_SUM = ((1.0, 1.0, 1.0),)
_SIDES = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
"""What the first and the second output of a cell take of the kernel, for the difference to the cell before theirs."""


class Differences:
    """A block's convolution that doubles the grid."""

    def __init__(self, weight: Tensor, bias: Tensor, make: MakeProduct) -> None:
        """weight: (D, C, 3, 3), of the convolution after the doubling.  make: in which way to multiply."""
        self._units = len(weight)

        def product(down: tuple[tuple[float, ...], ...], across: tuple[tuple[float, ...], ...]) -> Product:
            taps = [torch.tensor(side, dtype=torch.float64, device=weight.device) for side in (down, across)]
            weights = torch.einsum("pa,qb,dcab->pqdc", *taps, weight.double()).flatten(0, 2).to(weight.dtype)
            biases = bias if down is _SUM and across is _SUM else torch.zeros_like(weights[:, 0])
            return make(weights[None], biases[None])

        self._cells, self._down = product(_SUM, _SUM), product(_SIDES, _SUM)
        self._across, self._corner = product(_SUM, _SIDES), product(_SIDES, _SIDES)

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        x = x.permute(0, 2, 3, 1)  # (n, h + 2, w + 2, C)
        down = x[:, :-1] - x[:, 1:]
        across = x[:, 1:-1, :-1] - x[:, 1:-1, 1:]
        corner = down[:, :, :-1] - down[:, :, 1:]
        cells = self._of(self._cells, x[:, 1:-1], (1, 1))[..., 1:-1, :]
        height, width = x.shape[1] - 2, x.shape[2] - 2
        y = x.new_empty(len(x), height, 2, width, 2, self._units)
        rows = cells + self._of(self._down, down, (2, 1))[..., 1:-1, :]  # (n, 2, 1, h, w, D)
        rest = self._of(self._corner, corner, (2, 2))
        rest = rest.add_(self._of(self._across, across, (1, 2)))
        torch.add(rows, rest, out=y.permute(0, 2, 4, 1, 3, 5))
        return F.leaky_relu_(y, LEAKY_SLOPE).view(len(x), 2 * height, 2 * width, -1).permute(0, 3, 1, 2)

    def _of(self, product: Product, x: Tensor, sides: tuple[int, int]) -> Tensor:
        """The product of every cell, by output: (n, p, q, rows, columns, D), of side p of a cell shifted by p rows.

        x: (n, rows + p - 1, columns + q - 1, C).  sides: how many p and q there are.
        """
        count, rows, columns = x.shape[:3]
        p, q = sides
        found = product(x.flatten(0, 2))  # (n rows columns, p q D)
        step = found.shape[1]
        shape = (count, p, q, rows - p + 1, columns - q + 1, self._units)
        row = columns * step
        strides = (rows * row, row + q * self._units, step + self._units, row, step, 1)
        return found.as_strided(shape, strides)
