"""Picking units that erase a concept and leave the rest of the picture as it is.

Trees hide walls, so whatever erases all trees shows more wall; some units take away much tree for little wall, others
the reverse.  Every unit near the top of a ranking is zeroed alone and counted, and units are picked one by one so that
after each pick

    removed - upset      removed: of the concept's pixels, the sum over the units;
                         upset: the largest change of another object, relative to its pixels, of the same sums

is as large as it can be.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dissect_core.brushes.effects import Ablation, Bench, Pool, UnitSet, large_objects, measure_ablation
from dissect_core.concepts.columns import Concept


def measure_alone(bench: Bench, pool: Pool, concept: Concept, layer: str, units: Sequence[int]) -> list[Ablation]:
    """What zeroing each of the units alone does to the images of the pool."""
    return [measure_ablation(bench, pool, concept, UnitSet(layer, (unit,), (0.0,))) for unit in units]


def pick(bench: Bench, concept: Concept, alone: Sequence[Ablation], count: int) -> list[int]:
    """The places in `alone` of the units picked, best first; at most `count`."""
    columns = bench.columns
    removed = torch.tensor([-effect.change([columns.column(concept)]) for effect in alone])
    others = large_objects(columns, concept, alone[0])
    changes = torch.tensor([[effect.change([column]) for column in others] for effect in alone]).view(len(alone), -1)
    picked: list[int] = []
    while len(picked) < min(count, len(alone)):
        picked.append(int(_gains(removed, changes, picked).argmax()))
    return picked


def _gains(removed: Tensor, changes: Tensor, picked: Sequence[int]) -> Tensor:
    """removed - upset with each unit added to those picked; minus infinity for these."""
    total = removed[list(picked)].sum() + removed
    upset = (changes[list(picked)].sum(0) + changes).abs()
    gains = total - (upset.max(1).values if upset.shape[1] else 0)
    gains[list(picked)] = -torch.inf
    return gains
