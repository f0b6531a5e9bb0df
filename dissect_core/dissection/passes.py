"""The two passes of a dissection over the pictures: thresholds first, counts second.

Both only add up whole numbers and keep lists of the best, so pictures may come in any order and in batches of any size,
and passes over different pictures merge: the bits of the result are the same.  All layers are dissected together, their
units numbered in one row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.concepts.positions import above, upsample
from dissect_core.dissection.result import DissectionSpec
from dissect_core.sources.networks import Activations
from dissect_core.stats.histogram import Histogram, histogram
from dissect_core.stats.iou import IouCounts
from dissect_core.stats.iqr import LevelCounts, level_quantiles
from dissect_core.stats.quantile import QuantileSketch
from dissect_core.stats.top import TopImages

CPU_MAPS, GPU_UNITS = 64, 64
"""Upsampled at a time: so many maps on a CPU, about a megabyte, which stays in its cache; so many units on a GPU."""

State = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Survey:
    """What the first pass found, of the units of all layers in a row: see `LayerStats`.  levels: see `stats.iqr`."""

    thresholds: Tensor
    mean: Tensor
    peak: Tensor
    levels: Tensor
    top: TopImages
    histogram: Histogram


def unit_ranges(units: Mapping[str, int]) -> dict[str, range]:
    """Layer -> its units' numbers when the units of all layers are counted in a row."""
    ranges, first = {}, 0
    for layer, count in units.items():
        ranges[layer] = range(first, first + count)
        first += count
    return ranges


class FirstPass:
    """Quantiles of every unit, and the images of its peaks.  units: layer -> how many."""

    def __init__(self, units: Mapping[str, int], spec: DissectionSpec, device: torch.device | str = "cpu") -> None:
        self.ranges, self.spec = unit_ranges(units), spec
        total = sum(units.values())
        self.sketch = QuantileSketch(total, device)
        self.top = TopImages(total, spec.top_images, device)

    def add(self, images: Sequence[int], activations: Activations) -> None:
        """Look at images, by their ids, none of them seen before: layer -> (N, U, h, w)."""
        numbers = torch.tensor(images, dtype=torch.int64)
        for layer, units in self.ranges.items():
            maps = activations[layer].float().contiguous()
            width = max(1, CPU_MAPS // len(maps)) if maps.device.type == "cpu" else GPU_UNITS
            for first in range(0, len(units), width):
                block = upsample(maps[:, first : first + width], self.spec.grid)
                self.sketch.add(block, units.start + first)
                self.top.add(numbers, block, units.start + first)

    def merge(self, other: FirstPass) -> None:
        """Add what was found in other images."""
        self.sketch.merge(other.sketch)
        self.top.merge(other.top)

    def survey(self) -> Survey:
        """What was found, on the CPU."""
        thresholds, *levels = self.sketch.quantiles([self.spec.quantile, *level_quantiles()]).unbind(1)
        return Survey(
            thresholds,
            self.sketch.mean(),
            self.sketch.peak.cpu(),
            torch.stack(levels, 1),
            self.top,
            histogram(self.sketch, self.spec.bins),
        )

    def state_dict(self) -> dict[str, Tensor]:
        """Everything as tensors for a safetensors file."""
        return _joined({"sketch": self.sketch.state_dict(), "top": self.top.state_dict()})

    def load_state_dict(self, state: State) -> None:
        """Replace everything by what was saved."""
        self.sketch.load_state_dict(_part(state, "sketch"))
        self.top.load_state_dict(_part(state, "top"))


class SecondPass:
    """Counts of (unit, concept) above the thresholds, and of (unit, level, concept) in the first images."""

    def __init__(
        self,
        units: Mapping[str, int],
        spec: DissectionSpec,
        columns: Columns,
        survey: Survey,
        device: torch.device | str = "cpu",
    ) -> None:
        self.ranges, self.spec = unit_ranges(units), spec
        self.thresholds = survey.thresholds.to(device)
        self.counts = IouCounts(len(survey.thresholds), columns, device)
        self.levels = LevelCounts(survey.levels, columns, device)

    def add(self, rows: Sequence[int], activations: Activations, labels: Tensor) -> None:
        """Count in pictures, by their rows: layer -> (N, U, h, w), labels (N, M, grid, grid) on any device."""
        codes = self.counts.codes.of(labels.to(self.thresholds.device))
        self.counts.add_labels(codes)
        sample = [n for n, row in enumerate(rows) if row < self.spec.iqr_images]
        sampled = codes.view(len(rows), -1, codes.shape[1])[sample].flatten(0, 1)
        if sample:
            self.levels.add_labels(sampled)
        for layer, units in self.ranges.items():
            maps = activations[layer].float().contiguous()
            count_active(self.counts, maps, self.thresholds, codes, units)
            if sample:
                few = maps[sample]
                for n, unit in enumerate(units):
                    self.levels.add(unit, upsample(few[:, n : n + 1], self.spec.grid).flatten(), sampled)

    def merge(self, other: SecondPass) -> None:
        """Add what was counted in other pictures, against the same thresholds."""
        self.counts.merge(other.counts)
        self.levels.merge(other.levels)

    def state_dict(self) -> dict[str, Tensor]:
        """Everything as tensors for a safetensors file."""
        return _joined({"counts": self.counts.state_dict(), "levels": self.levels.state_dict()})

    def load_state_dict(self, state: State) -> None:
        """Replace everything by what was saved."""
        self.counts.load_state_dict(_part(state, "counts"))
        self.levels.load_state_dict(_part(state, "levels"))


def count_active(counts: IouCounts, maps: Tensor, thresholds: Tensor, codes: Tensor, units: range) -> None:
    """Count the positions where upsampled activations exceed their thresholds.

    maps: (N, U, h, w), of the units with the numbers `units`.  thresholds: of all units.  codes: (N * G * G, M).
    """
    grid = math.isqrt(len(codes) // len(maps))
    for unit, position in above(maps, thresholds[units.start : units.stop], grid):
        counts.add_active(unit + units.start, codes.index_select(0, position), units)


def _joined(parts: Mapping[str, Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}


def _part(state: State, part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}."): tensor for name, tensor in state.items() if name.startswith(f"{part}.")}
