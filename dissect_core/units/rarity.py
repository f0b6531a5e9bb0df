"""How rare an activation is: values of different units made comparable, in each unit's own quantiles.

    rarity(a) = -log10 of the share of positions at which the unit is at least as active as a

0 is everywhere, 2 the threshold t_u of the 0.99 quantile, 3 one position of a thousand.  Between the levels that a
dissection keeps (equal steps of rarity up to 3), the threshold and the peak, which is one position of all, it is
interpolated; below the least value it is 0, and it does not rise beyond the peak.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dissect_core.concepts.positions import upsample
from dissect_core.dissection.result import Dissection
from dissect_core.stats.iqr import level_quantiles

FULL = 3.0
"""The rarity that is white in a grey map."""
GREYS = 255

Values = NDArray[np.float64]


class Rarity:
    """The scale of one unit."""

    def __init__(self, values: Values, rarities: Values) -> None:
        """Both (K,) rising, values strictly."""
        self._values, self._rarities = values, rarities

    def of(self, activations: Tensor) -> Values:
        """The rarity of activations, in the same shape."""
        rarities: Values = np.interp(activations.double().cpu().numpy(), self._values, self._rarities)
        return rarities

    def grey(self, activations: Tensor) -> Tensor:
        """The rarity as 0..255, rounded up: what is above the threshold's grey is above the threshold.  uint8."""
        return torch.from_numpy(np.ceil(self.of(activations) * (GREYS / FULL)).clip(0, GREYS).astype(np.uint8))


def unit_rarity(dissection: Dissection, layer: str, unit: int) -> Rarity:
    """The scale of a unit.  Raises UnknownLayer."""
    stats, manifest = dissection.layer(layer), dissection.manifest
    threshold, peak = float(stats.thresholds[unit]), float(stats.peak[unit])
    above = threshold_rarity(dissection)
    levels = stats.levels[unit].tolist()
    # a level on the wrong side of the threshold is rounding: levels are kept in half precision
    known = [
        (value, rarity)
        for value, rarity in zip(levels, map(rarity_of_quantile, level_quantiles(len(levels))), strict=True)
        if (rarity < above and value <= threshold) or (rarity > above and value > threshold)
    ]
    known = sorted([*known, (threshold, above)], key=lambda pair: pair[1])
    rarest = max(known[-1][1], math.log10(int(manifest["images"]) * int(manifest["grid"]) ** 2))
    return _scale(float(stats.histogram.low[unit]), [*known, (peak, rarest)])


def threshold_rarity(dissection: Dissection) -> float:
    """The rarity of every unit's threshold: 2 for the 0.99 quantile."""
    return rarity_of_quantile(float(dissection.manifest["quantile"]))


def threshold_grey(dissection: Dissection) -> int:
    """The grey of every unit's threshold: 170 for the 0.99 quantile."""
    return math.ceil(threshold_rarity(dissection) * GREYS / FULL)


def rarity_of_quantile(quantile: float) -> float:
    """0.99 -> 2; to six decimals, so that rounding of 1 - quantile does not show."""
    return round(-math.log10(1 - quantile), 6)


def quantile_of_rarity(rarity: float) -> float:
    """2 -> 0.99."""
    return float(1 - 10**-rarity)


def grey_map(dissection: Dissection, layer: str, unit: int, activation: Tensor, side: int) -> Tensor:
    """The activation of a unit in a picture, (h, w), upsampled to (side, side), as `Rarity.grey` has it."""
    return unit_rarity(dissection, layer, unit).grey(upsample(activation[None, None], side)[0, 0])


def _scale(least: float, pairs: list[tuple[float, float]]) -> Rarity:
    """From pairs of rising value and rarity.

    A value that many levels share (a ReLU's zero) is as rare as the first of them; just above it as the last.
    """
    values, rarities, base = [least], [0.0], least
    for value, rarity in pairs:
        if value > base and value > values[-1]:
            values.append(value)
            rarities.append(rarity)
            base = value
        elif values[-1] == base:
            values.append(float(np.nextafter(np.float32(base), np.float32(np.inf))))
            rarities.append(rarity)
        else:
            rarities[-1] = rarity
    return Rarity(np.array(values), np.array(rarities))
