"""Network dissection: what each unit of a layer looks for, by comparing where it is active with what is seen there.

Bau et al. 2020 ("Understanding the role of individual units in a deep neural network"), Materials and Methods:

    t_u       = the value that unit u's upsampled activation exceeds at 1 % of all positions of all images
    IoU(u, c) = |a_u > t_u and c| / |a_u > t_u or c|            strictly above, over all positions of all images
    the label of a unit is its best concept; it counts if IoU > 0.04, and is more than chance reaches (see `chance`)

`positions` says where activations and labels are compared, `segments` which concepts there are.  The second scoring,
"iqr", is that of Bau et al. 2019: see `stats.iqr`.  This module holds what is asked for and what was found; `run` finds
it, `files` keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns, Concept
from dissect_core.errors import UnitbrushError, UnknownLayer
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import IqrScores

SCHEMA = 3
MINIMUM_IOU = 0.04
ICLR_MINIMUM_IOU, ICLR_MINIMUM_IQR = 0.05, 0.01
MAX_SHUFFLES = 999
MAX_GRID = 180
"""Positions a side; the place of a peak is stored in 15 bits."""

Scoring = Literal["iou", "iqr"]
"""iou: the IoU at the threshold t_u (2020).  iqr: at the threshold of best information quality ratio (ICLR 2019)."""
SCORINGS: tuple[Scoring, ...] = get_args(Scoring)


@dataclass(frozen=True)
class DissectionSpec:
    """What to find out of a source of pictures and activations, beside what the source itself says.

    layers: by name.  quantile: 1 - the share of positions that are above t_u.  grid: positions a side.  top_images: how
    many per unit.  bins: of the histogram of activations.  iqr_images: the second scoring looks at the first so many.
    shuffles: how often everything is counted against the labels of other pictures; 0 for never.
    batch: images in a forward pass, a shorter last one filled up.  The statistics of given activations do not depend on
    it, but a network may round differently in another shape, so it is named among the inputs too.
    """

    layers: tuple[str, ...]
    quantile: float = 0.99
    grid: int = 64
    top_images: int = 10
    bins: int = 32
    iqr_images: int = 1_000
    shuffles: int = 19
    batch: int = 32

    def __post_init__(self) -> None:
        """Raises UnitbrushError for a value outside its range."""
        least = {"top_images": 0, "iqr_images": 0, "shuffles": 0, "bins": 1, "batch": 1, "grid": 1}
        for name, smallest in least.items():
            if (value := getattr(self, name)) < smallest:
                raise UnitbrushError(f"no {name} {value}", field=name, value=value, allowed=f"{smallest} or more")
        for name, largest in {"grid": MAX_GRID, "shuffles": MAX_SHUFFLES}.items():
            if (value := getattr(self, name)) > largest:
                raise UnitbrushError(f"no {name} {value}", field=name, value=value, allowed=f"at most {largest}")
        if not 0 < self.quantile < 1:
            raise UnitbrushError("no threshold", field="quantile", value=self.quantile, allowed="between 0 and 1")
        if not self.layers or len(set(self.layers)) != len(self.layers):
            names = ", ".join(self.layers) or "none"
            raise UnitbrushError("no layers", field="layers", value=names, allowed="one or more, each once")


@dataclass(frozen=True, eq=False)
class TopList:
    """The images in which each unit peaks, best first, all (U, T); fewer images than T leave -1 at the end.

    images: int64 image ids.  scores: float32, the peak.  places: int64, its position, row * grid + column.
    """

    images: Tensor
    scores: Tensor
    places: Tensor


@dataclass(frozen=True, eq=False)
class LayerStats:
    """Statistics of one layer of U units, over K concepts.

    thresholds: t_u.  mean, peak: of the upsampled activation over all positions.  label: the column of the best
    concept; label_iou: its IoU.  All (U,), label int64, the others float32.  chance: (U, S) float32, the best IoU of
    each shuffled counting, see `chance`; S is 0 where there was none.  levels: (U, L) float32, rising, the values
    that the unit exceeds at a share 1 - q of all positions, for the quantiles q of `stats.iqr.level_quantiles()`.
    iou: (U, K) float32; read from a file, it may have been rounded to half precision there, nothing else ever is.
    """

    thresholds: Tensor
    mean: Tensor
    peak: Tensor
    levels: Tensor
    iou: Tensor
    label: Tensor
    label_iou: Tensor
    chance: Tensor
    top: TopList
    histogram: Histogram
    iqr: IqrScores

    @property
    def chance_level(self) -> Tensor:
        """What each unit's IoU must exceed to be more than chance, (U,) float32; 0 where nothing was shuffled."""
        return self.chance.amax(dim=1) if self.chance.shape[1] else torch.zeros(len(self.label_iou))

    def labelled(self, minimum: float = MINIMUM_IOU) -> Tensor:
        """The units whose label counts: its IoU is above the minimum, and above the unit's chance level.  (U,) bool."""
        return (self.label_iou > minimum) & (self.label_iou > self.chance_level)

    def by_chance(self, minimum: float = MINIMUM_IOU) -> float | None:
        """How many units have an IoU above the minimum in a shuffled counting, on average; None if there was none."""
        return float((self.chance > minimum).sum(dim=0).double().mean()) if self.chance.shape[1] else None


@dataclass(frozen=True)
class LayerSummary:
    """How many units a layer has, how many of them are labelled, and with how many distinct concepts per category.

    by_chance: how many have an IoU above the same minimum when pictures are shuffled against labels, on average; None
    if that was not counted.
    """

    layer: str
    units: int
    labelled: int
    by_chance: float | None
    concepts: Mapping[str, int]


class LabelledUnit(NamedTuple):
    """A unit that counts, its best concept and its IoU."""

    layer: str
    unit: int
    concept: Concept
    iou: float


@dataclass(frozen=True, eq=False)
class Dissection:
    """The result: the manifest that names every input, the concepts, and the statistics of each layer."""

    manifest: Mapping[str, Any]
    columns: Columns
    layers: Mapping[str, LayerStats]

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The K concepts."""
        return self.columns.concepts

    def layer(self, name: str) -> LayerStats:
        """The statistics of a layer.  Raises UnknownLayer naming those that were dissected."""
        if name not in self.layers:
            names = ", ".join(self.layers)
            raise UnknownLayer(f"{name!r} was not dissected", field="layer", value=name, allowed=f"one of {names}")
        return self.layers[name]

    def labels(
        self, layer: str, minimum: float | None = None, scoring: Scoring = "iou"
    ) -> list[tuple[int, Concept, float]]:
        """(unit, best concept, IoU) of the units of a layer that count, highest IoU first.

        A unit counts if its IoU is above `minimum`, 0.04 unless told, and above the unit's chance level.  Under "iqr"
        it is 0.05 unless told, the ratio must be above 0.01 too, and chance is not looked at.
        """
        stats = self.layer(layer)
        if scoring == "iou":
            column, value = stats.label, stats.label_iou
            counts = stats.labelled(MINIMUM_IOU if minimum is None else minimum)
        elif scoring == "iqr":
            column, value = stats.iqr.concept, stats.iqr.iou
            least = ICLR_MINIMUM_IOU if minimum is None else minimum
            counts = (value > least) & (stats.iqr.iqr > ICLR_MINIMUM_IQR) & (column >= 0)
        else:
            raise UnitbrushError(
                f"no scoring {scoring!r}", field="scoring", value=scoring, allowed=f"one of {', '.join(SCORINGS)}"
            )
        order = value.argsort(descending=True, stable=True).tolist()
        return [(u, self.concepts[int(column[u])], float(value[u])) for u in order if counts[u]]

    def summary(self, layer: str, minimum: float | None = None, scoring: Scoring = "iou") -> LayerSummary:
        """The labelled units of a layer and their concepts, counted."""
        labels = self.labels(layer, minimum, scoring)
        found = {concept for _, concept, _ in labels}
        per_category = {kind: sum(concept.category == kind for concept in found) for kind in self.columns.kinds}
        stats = self.layers[layer]
        by_chance = stats.by_chance(MINIMUM_IOU if minimum is None else minimum) if scoring == "iou" else None
        return LayerSummary(layer, len(stats.thresholds), len(labels), by_chance, per_category)

    def best_units(self, layers: Sequence[str] | None = None) -> list[LabelledUnit]:
        """Of every concept that labels a unit the one of highest IoU, in all layers or in some, highest IoU first."""
        found = [LabelledUnit(name, *label) for name in layers or self.layers for label in self.labels(name)]
        best: dict[Concept, LabelledUnit] = {}
        for one in sorted(found, key=lambda one: -one.iou):
            best.setdefault(one.concept, one)
        return list(best.values())
