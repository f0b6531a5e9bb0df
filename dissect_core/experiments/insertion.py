"""Inserting a concept at single cells of a layer: where does a door take?  (Bau et al. 2020, Fig. 4C and 4D)

Twenty units are set to a high value at one cell of the layer, and the concept's pixels of the whole picture are counted
after minus before.  The *context* of a cell is everything that the segmenter sees at the pixel in the cell's middle
before the edit.  The paper's text sets units to their threshold, the 0.99 quantile; its code to the 0.995 quantile.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.brushes.effects import Bench, Edits, UnitSet
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.experiments.fold import Interval, Part, Sums, interval
from dissect_core.experiments.labelled import concept_pixels, labelled
from dissect_core.painting.edits import UnitStroke, compose


@dataclass(frozen=True)
class Context:
    """A concept that was at the cells where units were set: over `gain.count` cells, the pixels that were gained.

    gain: relative to the mean number of the concept's pixels in an unedited image.
    """

    concept: Concept
    gain: Interval


def gains_by_cell(bench: Bench, concept: Concept, units: UnitSet, image: int) -> Tensor:
    """(g, g) int64: the pixels of the concept that are gained in one image when the units are set at each cell alone.

    Raises UnknownConcept.
    """
    column, grid = bench.columns.column(concept), bench.generator.layers[units.layer].grid
    (before,) = concept_pixels(bench.columns, labelled(bench, [image]))[:, column].tolist()
    edits = [cell_edit(units, grid, cell) for cell in range(grid * grid)]
    after = concept_pixels(bench.columns, labelled(bench, [image] * len(edits), edits))[:, column]
    gains: Tensor = after - before
    return gains.view(grid, grid)


def insertion_part(bench: Bench, concept: Concept, units: UnitSet, first_id: int = 0) -> Part:
    """What to add up over images first_id, first_id + 1, …: every cell of every image.  Raises UnknownConcept."""
    columns = bench.columns
    column, grid = columns.column(concept), bench.generator.layers[units.layer].grid

    def part(rows: range) -> Sums:
        contexts = torch.zeros(len(columns.concepts), 3, dtype=torch.int64)  # cells, gain, gain squared
        before = 0
        for row in rows:
            image = first_id + row
            labels = labelled(bench, [image])
            before += int(concept_pixels(columns, labels)[0, column])
            gains = gains_by_cell(bench, concept, units, image).flatten()
            seen = _at_middles(columns, labels, grid)  # (cells, K)
            contexts += torch.stack([seen.sum(0), gains @ seen, gains.square() @ seen], 1)
        return {"images": torch.tensor(len(rows)), "before": torch.tensor(before), "contexts": contexts}

    return part


def contexts(sums: Sums, columns: Columns, least_cells: int = 1) -> list[Context]:
    """The contexts of at least so many cells, highest gain first, from the sums of `insertion_part`."""
    images, before = int(sums["images"]), int(sums["before"])
    scale = images / before if before else float("nan")
    found = [
        Context(concept, interval(gain, squares, cells, scale))
        for concept, (cells, gain, squares) in zip(columns.concepts, sums["contexts"].tolist(), strict=True)
        if cells >= least_cells
    ]
    return sorted(found, key=lambda context: -context.gain.mean)


def cell_edit(units: UnitSet, grid: int, cell: int) -> Edits:
    """The units at their values in one cell, row * grid + column."""
    alpha = torch.zeros(grid * grid)
    alpha[cell] = 1.0
    return compose([UnitStroke(units.layer, units.units, units.values, alpha.view(grid, grid))])


def units_of(iou: Tensor, values: Tensor, layer: str, count: int) -> UnitSet:
    """The `count` units of highest IoU (U,) with their values (U,)."""
    chosen = iou.argsort(descending=True, stable=True)[:count]
    return UnitSet(layer, tuple(chosen.tolist()), tuple(values[chosen].tolist()))


def _at_middles(columns: Columns, labels: dict[str, Tensor], grid: int) -> Tensor:
    """What one image shows at the middle pixel of each cell: int64 0 or 1, (grid * grid, K)."""
    parts = []
    for category, names in columns.categories.items():
        maps = labels[category][0]
        step = maps.shape[0] // grid
        middles = maps[step // 2 :: step, step // 2 :: step][:grid, :grid].reshape(-1).long()
        parts.append(torch.nn.functional.one_hot(middles, len(names))[:, 1:])
    return torch.cat(parts, 1)
