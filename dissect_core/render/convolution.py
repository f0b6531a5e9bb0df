"""A block's convolution, bias and LeakyReLU as one operation without padding, for windows of any size.

oneDNN runs it at a processor's full rate if the weights are laid out in memory as it wants them, and LeakyReLU on the
way; where it is missing, torch's general convolutions do the same.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.progan import LEAKY_SLOPE

Convolution = Callable[[Tensor], Tensor]
"""A block after its PixelNorm: input of a window with its margin -> its output there, a new tensor.

(n, C, h + 2, w + 2) -> (n, D, h, w), or (n, D, 2h, 2w) if the block doubles the grid.
"""

_OPERATORS = (
    "_convolution_pointwise",
    "_convolution_transpose_pointwise",
    "_reorder_convolution_weight",
    "_reorder_convolution_transpose_weight",
    "_get_mkldnn_serialized_md",
    "_is_mkldnn_bf16_supported",
    "_is_mkldnn_fp16_supported",
)
_CUT = [3, 3]
"""Padding of a transposed convolution is cut off its output: 2 (h + 2) + 2 - 2 * 3 = 2h."""


def packed_types() -> set[torch.dtype]:
    """The precisions for which this processor and this torch have oneDNN's convolutions, as torch's compiler uses.

    On ARM oneDNN stands on another library, which chooses the order of the weights by itself.
    """
    ops = torch.ops.mkldnn
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    if not x86 or not torch.backends.mkldnn.is_available() or not all(hasattr(ops, name) for name in _OPERATORS):
        return set()
    halves = {torch.bfloat16: ops._is_mkldnn_bf16_supported(), torch.float16: ops._is_mkldnn_fp16_supported()}
    return {torch.float32} | {dtype for dtype, there in halves.items() if there}


class Orders:
    """The weights of a convolution in the orders that oneDNN wants, which depend on the shape of the input.

    In another order they are put right at every call, which can take a hundred times as long as a small window.
    """

    def __init__(self, weight: Tensor, lay_out: Callable[[Tensor, Sequence[int]], Tensor]) -> None:
        """weight: (D, C, …).  lay_out: the weights and a shape -> the weights in the order for inputs of that shape."""
        self._any, self._lay_out = weight.contiguous(), lay_out
        self._orders: dict[bytes, Tensor] = {}
        self._by_shape: dict[torch.Size, Tensor] = {}

    def suited(self, shape: torch.Size) -> Tensor:
        """The weights for inputs of a shape; equal orders are kept once, and none that nobody asked for."""
        found = self._by_shape.get(shape)
        if found is None:
            laid_out = self._lay_out(self._any.to_dense() if self._any.is_mkldnn else self._any, [*shape])
            order = torch.ops.mkldnn._get_mkldnn_serialized_md(laid_out).numpy().tobytes()
            found = self._any = self._by_shape[shape] = self._orders.setdefault(order, laid_out)
        return found


class Packed:
    """With oneDNN, its weights in the order that it wants."""

    def __init__(self, weight: Tensor, bias: Tensor, doubles: bool) -> None:
        """weight: (D, C, 3, 3), or (C, D, 4, 4) of a transposed convolution."""
        self._bias, self._doubles = bias, doubles
        self._orders = Orders(weight.transpose(0, 1), _doubling_order) if doubles else Orders(weight, _order)

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        ops, ones, none = torch.ops.mkldnn, [1, 1], [0, 0]
        weight = self._orders.suited(x.shape)
        activation: tuple[Any, ...] = (1, "leaky_relu", [LEAKY_SLOPE], "")
        y: Tensor
        if self._doubles:
            rest = (_CUT, none, [2, 2], ones, *activation)
            y = ops._convolution_transpose_pointwise(x, weight, self._bias, *rest)
        else:
            y = ops._convolution_pointwise(x, weight, self._bias, none, ones, ones, *activation)
        return y


def _order(weight: Tensor, shape: Sequence[int]) -> Tensor:
    laid_out: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, [0, 0], [1, 1], [1, 1], 1, shape)
    return laid_out


def _doubling_order(weight: Tensor, shape: Sequence[int]) -> Tensor:
    """Of weights (D, C, 4, 4), as oneDNN gives them back."""
    rest = (_CUT, [0, 0], [2, 2], [1, 1], 1, shape)
    taps = weight.transpose(0, 1).contiguous()
    laid_out: Tensor = torch.ops.mkldnn._reorder_convolution_transpose_weight(taps, *rest)
    return laid_out


class Plain:
    """With what every device and precision has."""

    def __init__(self, weight: Tensor, bias: Tensor, doubles: bool) -> None:
        """As `Packed`."""
        self._weight = weight.contiguous(memory_format=torch.channels_last)
        self._bias, self._doubles = bias, doubles

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        if self._doubles:
            y = F.conv_transpose2d(x, self._weight, self._bias, stride=2, padding=_CUT)
        else:
            y = F.conv2d(x, self._weight, self._bias)
        return F.leaky_relu_(y, LEAKY_SLOPE)
