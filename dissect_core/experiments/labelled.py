"""Edited images as the segmenter sees them: what the experiments on a generator count."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dissect_core.brushes.effects import Bench, Edits, LabelMaps, labelled_batches
from dissect_core.concepts.columns import Columns
from dissect_core.experiments.fold import counts


def labelled(bench: Bench, ids: Sequence[int], edits: Sequence[Edits] | None = None) -> dict[str, Tensor]:
    """Per category the labels of these images, uint8 (N, R, R) on the CPU, each with its own edits if there are any."""
    edits = edits or [{}] * len(ids)
    parts = [labels for _, labels in labelled_batches(bench, ids, lambda row: edits[row])]
    return {name: torch.cat([part[name] for part in parts]) for name in bench.segmenter.categories}


def concept_pixels(columns: Columns, labels: LabelMaps, where: Tensor | None = None) -> Tensor:
    """(N, K) int64: the pixels of every concept in every image; where: bool (N, R, R), only these."""
    parts = []
    for category, names in columns.categories.items():
        maps = labels[category].long()
        maps = maps if where is None else torch.where(where, maps, torch.zeros_like(maps))
        parts.append(counts(maps, len(names))[:, 1:])
    return torch.cat(parts, 1)
