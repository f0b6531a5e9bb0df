"""Which way of computing a block's convolution takes least time for its shape.

Directly, nearest x2 and the 3x3 convolution after it are one transposed convolution of 4x4 taps and stride 2: each
output sees the same sums of weights, four products instead of nine.  Where a processor is kept busy by the
multiplications, `winograd` and `differences` need fewer; where it waits for memory or for Python, they lose.
docs/performance.md has what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.models.doubling import spread
from dissect_core.render.convolution import Convolution, Packed, Plain, packed_types
from dissect_core.render.differences import Differences
from dissect_core.render.products import PackedProduct, PlainProduct
from dissect_core.render.window import MARGIN
from dissect_core.render.winograd import Winograd


@dataclass(frozen=True)
class Pays:
    """From how many units of the input on, and from how many products of an input and an output on, a way is faster.

    products: cells of the input, times its units, times those of the output.  Measured with one thread and with two.
    """

    units: int
    products: int

    def least_cells(self, inputs: int, outputs: int) -> int:
        """The cells from which on it is."""
        return -(-self.products // (inputs * outputs))


WINOGRAD = Pays(units=128, products=2**26)
DIFFERENCES = Pays(units=256, products=2**24)


class BySize:
    """One convolution for windows of few cells, another for larger ones and for many windows together."""

    def __init__(self, small: Convolution, large: Convolution, least_cells: int) -> None:
        """least_cells: of the input without its margin, from which on `large` is used."""
        self._small, self._large, self._least = small, large, least_cells

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        count, _, height, width = x.shape
        cells = count * (height - 2 * MARGIN) * (width - 2 * MARGIN)
        return (self._large if cells >= self._least else self._small)(x)


def fewer_types() -> set[torch.dtype]:
    """The precisions in which fewer multiplications were measured to pay, and lose too few bits to matter."""
    return packed_types() & {torch.float32}


def convolution_of(weight: Tensor, bias: Tensor, doubles: bool, grid: int) -> Convolution:
    """A block's convolution, bias and LeakyReLU.

    weight: (D, C, 3, 3), at least as precise as the bias, which has the precision to compute in.  doubles: whether the
    grid is doubled first.  grid: the side of the output.
    """
    on_cpu, dtype = bias.device.type == "cpu", bias.dtype
    packed = on_cpu and dtype in packed_types()
    taps = spread(weight.flip(2, 3)).transpose(0, 1) if doubles else weight
    direct: Convolution = (Packed if packed else Plain)(taps.to(dtype), bias, doubles)
    pays, (outputs, inputs) = DIFFERENCES if doubles else WINOGRAD, weight.shape[:2]
    cells, least = (grid // 2 if doubles else grid) ** 2, pays.least_cells(inputs, outputs)
    if not on_cpu or dtype not in fewer_types() or inputs < pays.units or cells < least:
        return direct
    make = PackedProduct if packed else PlainProduct
    fewer: Convolution = (Differences if doubles else Winograd)(weight.to(dtype), bias, make)
    return BySize(direct, fewer, least)
