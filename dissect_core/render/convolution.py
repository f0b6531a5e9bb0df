"""A block's convolution, bias and LeakyReLU as one operation without padding, for windows of any size.

oneDNN runs it at a processor's full rate if the weights are laid out in memory as it wants them, and LeakyReLU on the
way; where it is missing, torch's general convolutions do the same.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.progan import LEAKY_SLOPE
from dissect_core.render.window import MARGIN

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


class Packed:
    """With oneDNN, which wants the weights in an order that can depend on the size of the window.

    In another order they are put right at every call, which can take a hundred times as long as a small window.
    """

    def __init__(self, weight: Tensor, bias: Tensor, doubles: bool, side: int) -> None:
        """weight: (D, C, 3, 3), or (C, D, 4, 4) of a transposed convolution.  side: of the whole layer's input."""
        self._weight, self._bias, self._doubles = weight.contiguous(), bias, doubles
        self._orders: dict[bytes, Tensor] = {}
        self._by_shape: dict[torch.Size, Tensor] = {}
        inputs = weight.shape[0 if doubles else 1]
        for small_or_whole in (1 + 2 * MARGIN, side):
            whole = self._laid_out(torch.Size((1, inputs, small_or_whole, small_or_whole)))
        self._for_all = whole if len(self._orders) == 1 else None
        if self._for_all is not None:
            self._weight = whole  # the first order is not needed any more

    def __call__(self, x: Tensor) -> Tensor:
        """See Convolution."""
        ops, ones, none = torch.ops.mkldnn, [1, 1], [0, 0]
        weight = self._for_all
        if weight is None:
            weight = self._by_shape.get(x.shape)
            weight = self._laid_out(x.shape) if weight is None else weight
        activation: tuple[Any, ...] = (1, "leaky_relu", [LEAKY_SLOPE], "")
        y: Tensor
        if self._doubles:
            rest = (_CUT, none, [2, 2], ones, *activation)
            y = ops._convolution_transpose_pointwise(x, weight, self._bias, *rest)
        else:
            y = ops._convolution_pointwise(x, weight, self._bias, none, ones, ones, *activation)
        return y

    def _laid_out(self, shape: torch.Size) -> Tensor:
        """The weights in the order for inputs of a shape; equal orders are kept once."""
        ops, ones, none = torch.ops.mkldnn, [1, 1], [0, 0]
        if self._doubles:
            weight = ops._reorder_convolution_transpose_weight(self._weight, _CUT, none, [2, 2], ones, 1, [*shape])
        else:
            weight = ops._reorder_convolution_weight(self._weight, none, ones, ones, 1, [*shape])
        order = ops._get_mkldnn_serialized_md(weight).numpy().tobytes()
        self._by_shape[shape] = self._orders.setdefault(order, weight)
        return self._by_shape[shape]


class Plain:
    """With what every device and precision has."""

    def __init__(self, weight: Tensor, bias: Tensor, doubles: bool, side: int) -> None:
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
