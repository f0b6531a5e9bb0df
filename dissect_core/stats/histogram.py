"""How the activations of each unit are distributed: equal bins between its smallest and its largest value.

Read off the counts of a `HalfCounts`, so it is as exact and as indifferent to batches: every value counts where its
rounding to half precision falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.stats.quantile import HalfCounts


@dataclass(frozen=True, eq=False)
class Histogram:
    """counts: (U, B) int64.  low, high: (U,) float32, the outer edges; bin b of unit u begins at
    low + b (high - low) / B.
    """

    counts: Tensor
    low: Tensor
    high: Tensor


def histogram(counted: HalfCounts, bins: int) -> Histogram:
    """The histogram of every unit, on the CPU.  The largest value is in the last bin; a constant is in the first."""
    counts = torch.zeros(counted.units, bins, dtype=torch.int64)
    low, high = torch.zeros(counted.units), torch.zeros(counted.units)
    for units, ordered, values in counted.ordered():
        used = ordered > 0
        first = used.int().argmax(dim=1)
        last = used.shape[1] - 1 - used.flip(1).int().argmax(dim=1)
        low[units], high[units] = values[first], values[last]
        span = (high[units] - low[units]).double()[:, None]
        place = (values.double() - low[units].double()[:, None]) * bins / torch.where(span > 0, span, 1)
        counts[units] = counts[units].scatter_add_(1, place.long().clamp_(0, bins - 1), ordered)
    return Histogram(counts, low, high)
