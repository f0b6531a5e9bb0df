"""The Progressive GAN once more, as plainly as possible: numpy, double precision, loops over kernel taps.

Written from the description of the network (peers 1.4), not from `dissect_core.models.progan`, to check it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

Array = np.ndarray[Any, np.dtype[np.float64]]


def slow_render(state: Mapping[str, Tensor], z: Array) -> Array:
    """Weights under our key names and one latent (Z,) -> (3, R, R)."""
    weights = {key: value.numpy().astype(np.float64) for key, value in state.items()}
    layers = sum(key.startswith("layer") and key.endswith("conv.weight") for key in weights)
    x = z.astype(np.float64)[:, None, None]  # (Z, 1, 1)
    for number in range(1, layers + 1):
        weight, bias = weights[f"layer{number}.conv.weight"], weights[f"layer{number}.wscale.b"]
        x = pixel_norm(x)
        if number > 1 and number % 2 == 1:
            x = x.repeat(2, axis=1).repeat(2, axis=2)
        side = weight.shape[2]
        scale = np.sqrt(2) / side / np.sqrt(weight.shape[1])
        x = convolved(x, weight, padding=3 if number == 1 else 1) * scale + bias[:, None, None]
        x = np.where(x < 0, 0.2 * x, x)
    side = x.shape[1]
    weight, bias = weights[f"output_{side}x{side}.conv.weight"], weights[f"output_{side}x{side}.wscale.b"]
    return convolved(pixel_norm(x), weight, padding=0) / np.sqrt(weight.shape[1]) + bias[:, None, None]


def pixel_norm(x: Array) -> Array:
    """(C, H, W) -> (C, H, W), root mean square 1 over the channels of each pixel."""
    return x / np.sqrt((x**2).mean(axis=0, keepdims=True) + 1e-8)


def convolved(x: Array, weight: Array, padding: int) -> Array:
    """(C, H, W) and (D, C, k, k) -> (D, H', W'), zero padding, as networks mean it (a correlation)."""
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    side = weight.shape[2]
    height, width = padded.shape[1] - side + 1, padded.shape[2] - side + 1
    out = np.zeros((weight.shape[0], height, width))
    for row in range(side):
        for column in range(side):
            window = padded[:, row : row + height, column : column + width]
            out += np.tensordot(weight[:, :, row, column], window, axes=1)
    return out
