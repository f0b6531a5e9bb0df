"""Matrix products of many rows with the same weights, which is what fewer multiplications come down to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from dissect_core.render.convolution import Orders

_NO_ACTIVATION: tuple[Any, ...] = ("none", [], "")

Product = Callable[[Tensor], Tensor]
"""(rows, G C) -> (rows, G D), a new tensor: each of G blocks of columns times its own matrix, plus the bias."""
MakeProduct = Callable[[Tensor, Tensor], Product]
"""(G, D, C) weights and (G, D) biases -> the product."""


class PackedProduct:
    """With oneDNN, as a 1x1 convolution of one row of cells."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """See MakeProduct."""
        groups, outputs, inputs = weight.shape
        self._groups, self._bias = groups, bias.flatten()
        self._orders = Orders(weight.reshape(groups * outputs, inputs, 1, 1), self._order)

    def __call__(self, x: Tensor) -> Tensor:
        """See Product."""
        ones, none = [1, 1], [0, 0]
        cells = x[None, None].permute(0, 3, 1, 2)  # (1, G C, 1, rows), channels-last
        rest = (self._bias, none, ones, ones, self._groups, *_NO_ACTIVATION)
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(cells, self._orders.suited(cells.shape), *rest)
        return y.permute(0, 2, 3, 1)[0, 0]

    def _order(self, weight: Tensor, shape: Sequence[int]) -> Tensor:
        rest = ([0, 0], [1, 1], [1, 1], self._groups, shape)
        laid_out: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, *rest)
        return laid_out


class PlainProduct:
    """With what every precision has."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """See MakeProduct."""
        self._weight, self._bias = weight.transpose(1, 2), bias[:, None]

    def __call__(self, x: Tensor) -> Tensor:
        """See Product."""
        groups = len(self._weight)
        blocks = x.unflatten(1, (groups, -1)).transpose(0, 1)  # (G, rows, C)
        return torch.baddbmm(self._bias, blocks, self._weight).transpose(0, 1).flatten(1).contiguous()
