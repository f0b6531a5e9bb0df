"""Bars counted by hand."""

import torch

from dissect_core.stats.histogram import histogram
from dissect_core.stats.quantile import BLOCK, HalfCounts


def test_equal_bins_from_the_smallest_to_the_largest_value() -> None:
    counts = HalfCounts(2)
    counts.add(torch.tensor([[-1.0, 3.0], [0.0, 3.0], [0.5, 3.0], [1.0, 3.0], [3.0, 3.0]]))
    bars = histogram(counts, 4)
    # unit 0: bins [-1, 0), [0, 1), [1, 2), [2, 3]; unit 1 is constant
    assert bars.counts.tolist() == [[1, 2, 1, 1], [5, 0, 0, 0]]
    assert (bars.low.tolist(), bars.high.tolist()) == ([-1, 3], [3, 3])


def test_every_value_is_counted_once_in_the_bin_of_its_rounding() -> None:
    values = torch.randn(500, 3, generator=torch.Generator().manual_seed(1)) * torch.tensor([0.01, 1.0, 100.0])
    counts = HalfCounts(3)
    counts.add(values)
    bars = histogram(counts, 7)
    rounded = values.half().double()
    low, high = rounded.amin(0), rounded.amax(0)
    place = ((rounded - low) * 7 / (high - low)).long().clamp(max=6)
    expected = [torch.bincount(place[:, unit], minlength=7).tolist() for unit in range(3)]
    assert bars.counts.tolist() == expected


def test_more_units_than_a_block_are_each_counted_for_themselves() -> None:
    counts = HalfCounts(BLOCK + 2)
    counts.add(torch.stack([torch.arange(BLOCK + 2.0), torch.arange(BLOCK + 2.0) + 2]))
    bars = histogram(counts, 2)
    assert bars.counts.tolist() == [[1, 1]] * (BLOCK + 2)
    assert bars.low.tolist() == list(range(BLOCK + 2))
    assert bars.high.tolist() == list(range(2, BLOCK + 4))
