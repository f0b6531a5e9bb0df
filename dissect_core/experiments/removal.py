"""Removing the units of a concept from a generator, and what appears instead (Bau et al. 2020, Fig. 4A and 4B).

The first k units of a ranking are set to zero everywhere; the same images are compared with and without them.  The
paper says that what stood behind a tree appears where it is removed, and shows examples; here it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.brushes.effects import Bench, Edits
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.errors import BadShape
from dissect_core.experiments.fold import Interval, Part, Sums, interval
from dissect_core.experiments.labelled import concept_pixels, labelled
from dissect_core.painting.edits import UnitStroke, compose


@dataclass(frozen=True, eq=False)
class Removal:
    """What is left of a concept without the first k units, for every k in `counts`.

    removed: the share of the concept's pixels that is gone, of its mean over all images, paired over the images.
    appeared: per k, (K,) int64, what every concept has of the pixels that showed the concept before and no longer do.
    changes: per k, (K,) float64, the pixels of every concept relative to before, -0.1 = a tenth less.
    """

    concept: Concept
    counts: tuple[int, ...]
    images: int
    share: float
    removed: tuple[Interval, ...]
    appeared: Tensor
    changes: Tensor


def removal_part(
    bench: Bench, concept: Concept, layer: str, units: Sequence[int], counts: Sequence[int], first_id: int = 0
) -> Part:
    """What to add up over images first_id, first_id + 1, …

    units: best first.  Raises UnknownConcept, and BadShape for a count that is no number of these units.
    """
    if bad := [count for count in counts if not 0 <= count <= len(units)]:
        raise BadShape(f"cannot remove {bad[0]} units", field="counts", value=bad[0], allowed=f"0 to {len(units)}")
    columns = bench.columns
    column, label = columns.column(concept), columns.label(concept)
    everywhere = torch.ones(2 * (bench.generator.layers[layer].grid,))
    erased = [_erased(layer, units[:count], everywhere) for count in counts]

    def part(rows: range) -> Sums:
        ids = [first_id + row for row in rows]
        before = labelled(bench, ids)
        there = before[concept.category] == label
        old = concept_pixels(columns, before)
        lost, squares, appeared, after = [], [], [], []
        for edits in erased:
            labels = labelled(bench, ids, [edits] * len(ids)) if edits else before
            new = concept_pixels(columns, labels)
            change = old[:, column] - new[:, column]
            gone = there & (labels[concept.category] != label)
            lost.append(change.sum())
            squares.append(change.square().sum())
            appeared.append(concept_pixels(columns, labels, gone).sum(0))
            after.append(new.sum(0))
        return {
            "images": torch.tensor(len(ids)),
            "places": torch.tensor(there.numel()),
            "before": old.sum(0),
            "lost": torch.stack(lost),
            "squares": torch.stack(squares),
            "appeared": torch.stack(appeared),
            "after": torch.stack(after),
        }

    return part


def removal(sums: Sums, columns: Columns, concept: Concept, counts: Sequence[int]) -> Removal:
    """The result from the sums of `removal_part`."""
    images, before = int(sums["images"]), sums["before"]
    pixels = int(before[columns.column(concept)])
    scale = images / pixels if pixels else float("nan")  # one pixel of one image, relative to the mean image
    removed = tuple(
        interval(lost, squares, images, scale)
        for lost, squares in zip(sums["lost"].tolist(), sums["squares"].tolist(), strict=True)
    )
    changes = (sums["after"] - before).double() / before.clamp(min=1)
    return Removal(
        concept, tuple(counts), images, pixels / max(int(sums["places"]), 1), removed, sums["appeared"], changes
    )


def _erased(layer: str, units: Sequence[int], everywhere: Tensor) -> Edits:
    if not units:
        return {}
    return compose([UnitStroke(layer, tuple(units), (0.0,) * len(units), everywhere)])
