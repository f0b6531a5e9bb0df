"""The passes of a dissection over the pictures: how activations are distributed, exact thresholds, counts.

All of them only add up whole numbers and keep lists of the best, so pictures may come in any order and in batches of
any size, and passes over different pictures merge: the bits of the result are the same.  All layers are dissected
together, their units numbered in one row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.concepts.positions import above, upsample
from dissect_core.dissection.result import DissectionSpec
from dissect_core.sources.networks import Activations
from dissect_core.stats.exact import Bracket, Narrowing, bracket
from dissect_core.stats.histogram import Histogram, histogram
from dissect_core.stats.iou import IouCounts
from dissect_core.stats.iqr import LevelCounts, level_quantiles
from dissect_core.stats.quantile import HalfCounts
from dissect_core.stats.top import TopImages

CPU_MAPS, GPU_UNITS = 64, 64
"""Upsampled at a time: so many maps on a CPU, about a megabyte, which stays in its cache; so many units on a GPU."""

State = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Survey:
    """What is known of the activations of the units of all layers in a row: see `LayerStats`.

    found: where the thresholds lie.  unusable: (U,) bool, the units that were not finite somewhere; everything else
    that is said of them is 0.  levels: see `stats.iqr`.
    """

    found: Bracket
    unusable: Tensor
    mean: Tensor
    peak: Tensor
    levels: Tensor
    top: TopImages
    histogram: Histogram

    @property
    def open(self) -> bool:
        """Whether some threshold is not known exactly yet."""
        return bool(self.found.open.any())

    @property
    def thresholds(self) -> Tensor:
        """t_u, (U,) float32."""
        return self.found.values

    @property
    def limits(self) -> Tensor:
        """What a unit's activation has to exceed, (U,) float32: t_u; infinity for the unusable ones."""
        return self.thresholds.masked_fill(self.unusable, torch.inf)


def unit_ranges(units: Mapping[str, int]) -> dict[str, range]:
    """Layer -> its units' numbers when the units of all layers are counted in a row."""
    ranges, first = {}, 0
    for layer, count in units.items():
        ranges[layer] = range(first, first + count)
        first += count
    return ranges


class FirstPass:
    """How the activations of every unit are distributed, and the images of its peaks.  units: layer -> how many."""

    def __init__(self, units: Mapping[str, int], spec: DissectionSpec, device: torch.device | str = "cpu") -> None:
        self.ranges, self.spec = unit_ranges(units), spec
        total = sum(units.values())
        self.counts = HalfCounts(total, device)
        self.top = TopImages(total, spec.top_images, device)

    def add(self, images: Sequence[int], activations: Activations) -> None:
        """Look at images, by their ids, none of them seen before: layer -> (N, U, h, w)."""
        numbers = torch.tensor(images, dtype=torch.int64)
        for layer, units in self.ranges.items():
            maps = activations[layer].float().contiguous()
            width = max(1, CPU_MAPS // len(maps)) if maps.device.type == "cpu" else GPU_UNITS
            for first in range(0, len(units), width):
                block = upsample(maps[:, first : first + width], self.spec.grid)
                self.counts.add(block, units.start + first)
                self.top.add(numbers, block, units.start + first)

    def merge(self, other: FirstPass) -> None:
        """Add what was found in other images."""
        self.counts.merge(other.counts)
        self.top.merge(other.top)

    def survey(self) -> Survey:
        """What was found, on the CPU."""
        unusable, bars = self.counts.unusable.cpu(), histogram(self.counts, self.spec.bins)
        found = bracket(self.counts, self.spec.quantile)
        return Survey(
            found=Bracket(*(wiped(ends, unusable) for ends in (found.low, found.high, found.rank))),
            unusable=unusable,
            mean=wiped(self.counts.mean(), unusable),
            peak=wiped(self.counts.peak.cpu(), unusable),
            levels=wiped(self.counts.quantiles(level_quantiles()), unusable),
            top=self.top.without(unusable),
            histogram=Histogram(*(wiped(part, unusable) for part in (bars.counts, bars.low, bars.high))),
        )

    def state_dict(self) -> dict[str, Tensor]:
        """Everything as tensors for a safetensors file."""
        return _joined({"counts": self.counts.state_dict(), "top": self.top.state_dict()})

    def load_state_dict(self, state: State) -> None:
        """Replace everything by what was saved."""
        self.counts.load_state_dict(_part(state, "counts"))
        self.top.load_state_dict(_part(state, "top"))


class ThresholdPass:
    """A closer look at the values around the thresholds that are not known exactly yet."""

    def __init__(
        self, units: Mapping[str, int], spec: DissectionSpec, survey: Survey, device: torch.device | str = "cpu"
    ) -> None:
        self.ranges, self.spec, self.before = unit_ranges(units), spec, survey
        self.narrowing = Narrowing(survey.found, device)

    def add(self, activations: Activations) -> None:
        """Look at pictures: layer -> (N, U, h, w)."""
        for layer, units in self.ranges.items():
            limits = self.narrowing.limits[units.start : units.stop]
            if bool(limits.isposinf().all()):
                continue
            for unit, _, values in above(activations[layer].float().contiguous(), limits, self.spec.grid):
                self.narrowing.add(unit + units.start, values)

    def merge(self, other: ThresholdPass) -> None:
        """Add what was seen in other pictures."""
        self.narrowing.merge(other.narrowing)

    def survey(self) -> Survey:
        """What is known now."""
        return replace(self.before, found=self.narrowing.narrowed())

    def state_dict(self) -> dict[str, Tensor]:
        """Everything as tensors for a safetensors file."""
        return self.narrowing.state_dict()

    def load_state_dict(self, state: State) -> None:
        """Replace everything by what was saved."""
        self.narrowing.load_state_dict(state)


class SecondPass:
    """Counts of (unit, concept) above the thresholds, the same with the labels of other pictures (see `chance`), and
    counts of (unit, level, concept) in the first images.
    """

    def __init__(
        self,
        units: Mapping[str, int],
        spec: DissectionSpec,
        columns: Columns,
        survey: Survey,
        device: torch.device | str = "cpu",
    ) -> None:
        self.ranges, self.spec = unit_ranges(units), spec
        self.limits = survey.limits.to(device)
        self.usable = (~survey.unusable).tolist()
        self.counts = IouCounts(len(survey.thresholds), columns, device)
        self.shuffled = [IouCounts(len(survey.thresholds), columns, device) for _ in range(spec.shuffles)]
        self.levels = LevelCounts(survey.levels, columns, device)

    def add(self, rows: Sequence[int], activations: Activations, labels: Tensor, others: Sequence[Tensor]) -> None:
        """Count in pictures, by their rows: layer -> (N, U, h, w), labels (N, M, grid, grid) on any device.

        others: the labels of the pictures' partners in every shuffle; none at all if there is only one picture.
        """
        codes = self.counts.codes.of(labels.to(self.limits.device))
        other_codes = [self.counts.codes.of(other.to(self.limits.device)) for other in others]
        tables = [(self.counts, codes), *zip(self.shuffled[: len(others)], other_codes, strict=True)]
        for counts, seen in tables:
            counts.add_labels(seen)
        sample = [n for n, row in enumerate(rows) if row < self.spec.iqr_images]
        sampled = codes.view(len(rows), -1, codes.shape[1])[sample].flatten(0, 1)
        if sample:
            self.levels.add_labels(sampled)
        for layer, units in self.ranges.items():
            maps = activations[layer].float().contiguous()
            count_active(tables, maps, self.limits, units)
            if sample:
                self._add_levels(maps[sample], sampled, units)

    def _add_levels(self, maps: Tensor, codes: Tensor, units: range) -> None:
        for n, unit in enumerate(units):
            if self.usable[unit]:
                self.levels.add(unit, upsample(maps[:, n : n + 1], self.spec.grid).flatten(), codes)

    def merge(self, other: SecondPass) -> None:
        """Add what was counted in other pictures, against the same thresholds."""
        for mine, theirs in zip(self._parts().values(), other._parts().values(), strict=True):
            mine.merge(theirs)  # type: ignore[arg-type]  # the same part of both

    def state_dict(self) -> dict[str, Tensor]:
        """Everything as tensors for a safetensors file."""
        return _joined({name: part.state_dict() for name, part in self._parts().items()})

    def load_state_dict(self, state: State) -> None:
        """Replace everything by what was saved."""
        for name, part in self._parts().items():
            part.load_state_dict(_part(state, name))

    def _parts(self) -> dict[str, IouCounts | LevelCounts]:
        shuffled = {f"shuffled{number}": counts for number, counts in enumerate(self.shuffled)}
        return {"counts": self.counts, **shuffled, "levels": self.levels}


def count_active(tables: Sequence[tuple[IouCounts, Tensor]], maps: Tensor, limits: Tensor, units: range) -> None:
    """Count the positions where upsampled activations exceed their limits, against one or more sets of labels.

    tables: counts, and the codes of the positions that they count, (N * G * G, M).  maps: (N, U, h, w), of the units
    with the numbers `units`.  limits: of all units.
    """
    grid = math.isqrt(len(tables[0][1]) // len(maps))
    for unit, position, _ in above(maps, limits[units.start : units.stop], grid):
        for counts, codes in tables:
            counts.add_active(unit + units.start, codes.index_select(0, position), units)


def wiped(table: Tensor, rows: Tensor) -> Tensor:
    """The table (U, ...) with 0 in some rows, (U,) bool."""
    return table.masked_fill(rows.view(-1, *[1] * (table.dim() - 1)), 0)


def _joined(parts: Mapping[str, Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}


def _part(state: State, part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}."): tensor for name, tensor in state.items() if name.startswith(f"{part}.")}
