"""The peak of every unit in every picture, and how much of every concept is there: what `unit_classifier` compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns, Concept
from dissect_core.concepts.segments import Segments
from dissect_core.experiments.fold import counts
from dissect_core.experiments.unit_classifier import least_share
from dissect_core.sources.networks import Source
from dissect_core.sources.scenes import ScenePictures
from dissect_core.system.progress import Report, silent
from dissect_core.world.concepts import CATEGORIES
from dissect_core.world.scenes import paint

GRID = 64
"""Places a side at which concepts are counted, as in the original."""

Labels = Callable[[Sequence[int], Tensor], Tensor]
"""(rows of the source, their pictures) -> labels (N, maps, g, g), whole numbers, one map per entry of the columns."""


@dataclass(frozen=True, eq=False)
class Peaks:
    """peaks: (N, U) float32, the largest activation of each unit in each picture.  shares: (N, K) float32 in 0..1, of
    the picture's places that show each concept.  The pictures are the source's rows 0 ... N - 1."""

    columns: Columns
    peaks: Tensor
    shares: Tensor

    def of(self, concept: Concept) -> tuple[Tensor, float]:
        """Which pictures have the concept, bool (N,), and above which share of the picture it counts as there.

        Raises UnknownConcept.
        """
        shares = self.shares[:, self.columns.column(concept)]
        least = least_share(shares)
        return shares > least, least


def segmented(segments: Segments) -> tuple[Columns, Labels]:
    """What a segmenter sees in the pictures: for generators, whose pictures have no other labels."""
    return segments.columns, lambda _rows, pictures: segments.label(pictures, GRID)


def painted(scenes: ScenePictures) -> tuple[Columns, Labels]:
    """The exact labels of painted scenes: what a classifier is tested on."""

    def labels(rows: Sequence[int], _pictures: Tensor) -> Tensor:
        found = torch.empty(len(rows), len(CATEGORIES), scenes.size, scenes.size, dtype=torch.uint8)
        for number, name in enumerate(scenes.classes):
            places = [place for place, row in enumerate(rows) if row % len(scenes.classes) == number]
            if places:
                seeds = [scenes.first_seed + rows[place] // len(scenes.classes) for place in places]
                seen = paint(name, seeds, scenes.size)
                found[places] = torch.stack([getattr(seen, category) for category in CATEGORIES], 1)
        return found

    return Columns(CATEGORIES), labels


def find_peaks(
    source: Source,
    layer: str,
    columns: Columns,
    labels: Labels,
    *,
    batch: int = 32,
    progress: Report = silent,
) -> Peaks:
    """Over all pictures of a source.  The peak is that of the layer's own map, not upsampled.  Raises UnknownLayer."""
    peaks, shares = [], []
    for start in range(0, source.images, batch):
        rows = range(start, min(start + batch, source.images))
        pictures, activations = source.see(rows, [layer])
        peaks.append(activations[layer].float().amax(dim=(2, 3)).cpu())
        shares.append(_shares(columns, labels(rows, pictures)))
        progress(rows.stop, source.images, "peaks")
    return Peaks(columns, torch.cat(peaks), torch.cat(shares))


def _shares(columns: Columns, maps: Tensor) -> Tensor:
    """(N, maps, g, g) -> (N, K) float32, the share of the places of each concept; index 0 of a map is nothing."""
    places = maps.shape[2] * maps.shape[3]
    parts = [counts(maps[:, number], len(names))[:, 1:] for number, names in enumerate(columns.categories.values())]
    return torch.cat(parts, 1).float() / places
