"""Every unit of a layer as a classifier of the concept that it stands for, from files to a result (Fig. 1F, 3F, 3G)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from torch import Tensor

from dissect_core.concepts.columns import Columns, Concept
from dissect_core.dissection.result import Dissection
from dissect_core.errors import UnitbrushError
from dissect_core.experiments.generator import Result
from dissect_core.experiments.peaks import Labels, Peaks, find_peaks
from dissect_core.experiments.unit_classifier import equal_error
from dissect_core.sources.networks import Source
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report

CATEGORIES = ("object", "part", "material")
"""Colours and halves are everywhere: no picture is without them."""
EXAMPLES = 3
BINS = 40
LEAST_PICTURES = 10
"""With fewer pictures of one kind no accuracy is told."""


def unit_classifiers(
    source: Source,
    dissection: Dissection,
    layer: str,
    labels: Labels,
    columns: Columns,
    progress: Report,
    pairs: Sequence[tuple[int, Concept]] = (),
) -> Result:
    """Of each unit and concept (without any: the best unit of every labelled concept): the equal-error threshold.

    Raises UnitbrushError if no unit of the layer is labelled and none is asked for.
    """
    chosen = list(pairs) or [
        (one.unit, one.concept) for one in dissection.best_units([layer]) if one.concept.category in CATEGORIES
    ]
    if not chosen:
        raise UnitbrushError("no labelled units", field="layer", value=layer, allowed="a layer with labelled units")
    found = find_peaks(source, layer, columns, labels, progress=progress)
    inputs = {
        **source.inputs,
        "layer": layer,
        "units": [[unit, asdict(concept)] for unit, concept in chosen],
        "segmenter_sha256": dissection.manifest["segmenter_sha256"],
        "code_version": code_version("dissect_core.experiments.units"),
    }
    return inputs, {"images": len(found.peaks), "rows": [_row(found, unit, concept) for unit, concept in chosen]}


def _row(found: Peaks, unit: int, concept: Concept) -> dict[str, Any]:
    """One unit and one concept; images are rows of the source."""
    present, least = found.of(concept)
    peaks = found.peaks[:, unit]
    row: dict[str, Any] = {
        "unit": unit,
        "concept": asdict(concept),
        "least_share": least,
        "pictures": [int(present.sum()), int((~present).sum())],
    }
    if min(row["pictures"]) < LEAST_PICTURES:
        return row
    judged = equal_error(peaks[present], peaks[~present])
    low, high = float(peaks.min()), float(peaks.max())
    return row | {
        "threshold": judged.threshold,
        "tpr": judged.tpr,
        "tnr": judged.tnr,
        "balanced": judged.balanced,
        "range": [low, high],
        "histogram": [_histogram(peaks[chosen], low, high) for chosen in (present, ~present)],
        "missed": _extreme(peaks, present, largest=False),
        "fooled": _extreme(peaks, ~present, largest=True),
    }


def _histogram(values: Tensor, low: float, high: float) -> list[int]:
    counts: list[int] = values.histc(BINS, low, high if high > low else low + 1).long().tolist()
    return counts


def _extreme(peaks: Tensor, among: Tensor, *, largest: bool) -> list[int]:
    """The counter-examples: the pictures with the lowest peaks that have it, or the highest that have not."""
    rows = among.nonzero()[:, 0]
    best = peaks[rows].topk(min(EXAMPLES, len(rows)), largest=largest).indices
    chosen: list[int] = rows[best].tolist()
    return chosen
