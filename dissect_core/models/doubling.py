"""Doubling or halving a grid and a 3x3 convolution as one operation.

Nearest x2 followed by a 3x3 convolution is a transposed 4x4 convolution of stride 2, a 3x3 convolution followed by the
mean of 2x2 is a 4x4 convolution of stride 2 (a quarter of it): every output sees the same sums of weights.
"""

from __future__ import annotations

from torch import Tensor


def spread(kernel: Tensor) -> Tensor:
    """(…, 3, 3) -> (…, 4, 4): the kernel summed over the four half-pixel shifts of a doubled or halved grid."""
    shifts = kernel.new_zeros(3, 3, 4, 4)
    for row in range(3):
        for column in range(3):
            shifts[row, column, row : row + 2, column : column + 2] = 1
    return (kernel.flatten(-2) @ shifts.view(9, 16)).view(*kernel.shape[:-2], 4, 4)
