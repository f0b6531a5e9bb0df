"""Choosing brushes: every concept that is seen often and largely enough is a candidate, and gets one if one works.

What was decided about each candidate (see `search`) is kept in a folder for what decides it, so an interrupted choice
goes on where it stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from dissect_core.brushes.brush import Brush, BrushSet, brush_of
from dissect_core.brushes.effects import Bench, Pool, observe
from dissect_core.brushes.search import ChoiceSpec, Search, Verdict
from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import Dissection
from dissect_core.dissection.work import inputs_folder, place_to_work
from dissect_core.errors import UnitbrushError
from dissect_core.system.artifacts import read_json, write_json
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report, silent

LEAST_SEEN = 0.75
"""IoU of the segmenter with a concept, on held-out scenes, from which on it may judge brushes for it."""


def choose_brushes(
    bench: Bench,
    dissection: Dissection,
    spec: ChoiceSpec,
    *,
    progress: Report = silent,
    work: Path | None = None,
) -> tuple[BrushSet, list[Verdict]]:
    """The brushes that work, and the verdict on every candidate.  Progress counts candidates.

    work: a folder to keep verdicts in while the choice goes on; without one they are lost with an interruption.
    Raises UnitbrushError if images of the dissection are among those of the choice.
    """
    _check_unseen(dissection, spec)
    pool = observe(bench, range(spec.first_id, spec.first_id + spec.pool))
    concepts = candidates(bench, pool, spec)
    verdicts = []
    with place_to_work(work) as root:
        folder = _folder(root, dissection, spec)
        for n, concept in enumerate(concepts):
            file = folder / f"{concept.category}-{concept.name}.json"
            if not file.is_file():
                _write_verdict(Search(bench, dissection, spec, pool, concept).verdict(), file)
            verdicts.append(_read_verdict(file, concept))
            progress(n + 1, len(concepts), f"{concept}")
        shutil.rmtree(folder, ignore_errors=True)
    brushes = _named([verdict.brush for verdict in verdicts if verdict.brush])
    manifest = dissection.manifest
    model, model_sha256, segmenter_sha256 = (
        str(manifest[key]) for key in ("model", "model_sha256", "segmenter_sha256")
    )
    return BrushSet(model, model_sha256, segmenter_sha256, tuple(brushes), code_version(__name__)), verdicts


def candidates(bench: Bench, pool: Pool, spec: ChoiceSpec) -> list[Concept]:
    """The concepts of the pool that are seen often and largely enough, most frequent first.

    One that is mostly the same pixels as another of an earlier category is not: a brush for the crown of trees would be
    a second one for trees.
    """
    found: list[tuple[float, Concept, Tensor]] = []
    for concept in bench.columns.concepts:
        if concept.category in spec.categories and concept not in spec.passed_over:
            here = pool.is_concept(bench.columns, concept)
            shares = here.flatten(1).float().mean(1)
            showing = shares[shares >= spec.least_share / 2]  # more than a speck
            often = len(showing) / len(shares)
            large = often >= spec.least_images and float(showing.mean()) >= spec.least_share
            others = (there for _, other, there in found if other.category != concept.category)
            if large and not any(_iou(here, there) >= spec.most_alike for there in others):
                found.append((often, concept, here))
    return [concept for _, concept, _ in sorted(found, key=lambda one: -one[0])]


def _iou(one: Tensor, other: Tensor) -> float:
    return int((one & other).sum()) / max(1, int((one | other).sum()))


def badly_seen(quality: Mapping[str, Any], world: str, categories: Sequence[str]) -> tuple[Concept, ...]:
    """The concepts of some categories whose IoU on held-out scenes of a world is below LEAST_SEEN by its card.

    What the segmenter does not see well cannot be measured well.  None for a world that it was not measured on.
    """
    seen = quality.get("worlds", {}).get(world, {})
    return tuple(
        Concept(category, name)
        for category in categories
        for name, iou in seen.get(category, {"iou": {}})["iou"].items()
        if iou is not None and iou < LEAST_SEEN
    )


def _check_unseen(dissection: Dissection, spec: ChoiceSpec) -> None:
    first, count = (int(dissection.manifest[key]) for key in ("first_id", "images"))
    if first < spec.first_id + spec.pool and spec.first_id < first + count:
        raise UnitbrushError(
            "the brushes must be chosen on images that were not dissected",
            field="images",
            value=f"{first} to {first + count - 1} dissected",
            allowed=f"none of {spec.first_id} to {spec.first_id + spec.pool - 1}",
        )


def _folder(work: Path, dissection: Dissection, spec: ChoiceSpec) -> Path:
    inputs = {"dissection": dict(dissection.manifest), "choice": asdict(spec), "code_version": code_version(__name__)}
    return inputs_folder(work, str(dissection.manifest["model"]), inputs)


def _write_verdict(verdict: Verdict, file: Path) -> None:
    brush = asdict(verdict.brush) if verdict.brush else None
    write_json(file, {"brush": brush, "trials": list(verdict.trials)})


def _read_verdict(file: Path, concept: Concept) -> Verdict:
    found = read_json(file)
    brush = brush_of(found["brush"], file.name, "brush") if found["brush"] else None
    return Verdict(concept, brush, tuple(found["trials"]))


def _named(brushes: Sequence[Brush]) -> list[Brush]:
    """Distinct ids: a name that two categories share gets its category for the second."""
    taken: set[str] = set()
    named = []
    for brush in brushes:
        name = brush.id if brush.id not in taken else f"{brush.id}-{brush.category}"
        taken.add(name)
        named.append(replace(brush, id=name))
    return named
