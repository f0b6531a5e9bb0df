"""The experiments on a generator of the repository, from its files to results that can be kept.

Each returns (inputs, result): everything that decided it, and plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from dissect_core.brushes.effects import Bench
from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import Dissection
from dissect_core.experiments.fold import add_up
from dissect_core.experiments.insertion import contexts, insertion_part, units_of
from dissect_core.experiments.removal import removal, removal_part
from dissect_core.models.latents import LATENTS_RULE
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report

Result = tuple[dict[str, Any], dict[str, Any]]

FIRST_ID = 60_000
"""Experiments look at images from here on: no dissection, search or measurement of brushes does."""
COUNTS = (0, 1, 2, 4, 8, 12, 16, 20, 25, 30)
UNITS = 20
LEAST_CELLS = 1_000
"""Contexts that were met at fewer cells are not shown (Bau et al. 2020, code of Fig. 4D)."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A generator on a bench, what its dissection says, and where an unfinished experiment is kept (None: nowhere)."""

    bench: Bench
    dissection: Dissection
    work: Path | None = None

    def iou(self, layer: str, concept: Concept) -> Tensor:
        """(U,) float32, the overlap of every unit of a layer with a concept.  Raises UnknownLayer, UnknownConcept."""
        return self.dissection.layer(layer).iou[:, self.dissection.columns.column(concept)]

    def inputs(self, module: str, **chosen: Any) -> dict[str, Any]:
        """What decides a result: networks, images, what was chosen, and the code of a module."""
        manifest = self.dissection.manifest
        return {
            "model": manifest["model"],
            "model_sha256": manifest["model_sha256"],
            "segmenter_sha256": manifest["segmenter_sha256"],
            "dissected_images": manifest["images"],
            "latents": LATENTS_RULE,
            "first_id": FIRST_ID,
            "code_version": code_version(module),
            **chosen,
        }


def best_layer(dissection: Dissection, concept: Concept, layers: Sequence[str]) -> str:
    """Of these layers the one whose best twenty units overlap most with a concept, on average."""
    column = dissection.columns.column(concept)

    def overlap(layer: str) -> float:
        return float(dissection.layer(layer).iou[:, column].sort(descending=True).values[:UNITS].mean())

    return max(layers, key=overlap)


def remove_units(subject: Subject, concept: Concept, layer: str, images: int, progress: Report) -> Result:
    """Fig. 4A and 4B: the first 0 … 30 units of highest IoU set to zero everywhere."""
    units = subject.iou(layer, concept).argsort(descending=True, stable=True)[: COUNTS[-1]].tolist()
    counts = tuple(count for count in COUNTS if count <= len(units))
    inputs = subject.inputs(
        "dissect_core.experiments.removal",
        concept=asdict(concept),
        layer=layer,
        units=units,
        counts=list(counts),
        images=images,
    )
    part = removal_part(subject.bench, concept, layer, units, counts, FIRST_ID)
    sums = add_up(
        part, images, subject.bench.batch, work=subject.work, inputs=inputs, progress=progress, phase="remove"
    )
    columns = subject.bench.columns
    found = removal(sums, columns, concept, counts)
    objects = [column for column, one in enumerate(columns.concepts) if one.category == "object"]
    rows = []
    for number, (count, removed) in enumerate(zip(counts, found.removed, strict=True)):
        gone = max(int(found.appeared[number, objects].sum()), 1)
        rows.append(
            {
                "units": count,
                "removed": removed.mean,
                "half_width": removed.half_width,
                "appeared": {
                    columns.concepts[column].name: round(share, 4)
                    for column in objects
                    if (share := int(found.appeared[number, column]) / gone) >= 0.005
                },
                "changes": {
                    columns.concepts[column].name: round(float(found.changes[number, column]), 4)
                    for column in objects
                    if int(sums["before"][column]) >= 0.005 * int(sums["places"])
                },
            }
        )
    return inputs, {"images": found.images, "share": found.share, "rows": rows}


def insert_at_cells(
    subject: Subject, concept: Concept, layer: str, images: int, values: Tensor, quantile: float, progress: Report
) -> Result:
    """Fig. 4C and 4D: twenty units of highest IoU set to `values` (U,), their `quantile`, at every cell alone."""
    units = units_of(subject.iou(layer, concept), values, layer, UNITS)
    inputs = subject.inputs(
        "dissect_core.experiments.insertion",
        concept=asdict(concept),
        layer=layer,
        units=list(units.units),
        values=[round(value, 6) for value in units.values],
        quantile=quantile,
        images=images,
    )
    part = insertion_part(subject.bench, concept, units, FIRST_ID)
    sums = add_up(part, images, 1, work=subject.work, inputs=inputs, progress=progress, phase="insert")
    rows = [
        {
            "context": context.concept.name,
            "category": context.concept.category,
            "cells": context.gain.count,
            "gain": context.gain.mean,
            "half_width": context.gain.half_width,
            "deviation": context.gain.deviation,
        }
        for context in contexts(sums, subject.bench.columns, min(LEAST_CELLS, images * 2))
    ]
    return inputs, {"images": images, "pixels": int(sums["before"]) / images, "rows": rows}
