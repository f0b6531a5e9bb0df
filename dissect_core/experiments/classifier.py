"""The experiments on a scene classifier of the repository, from its files to results that can be kept (Fig. 2).

Importance is found on scenes that it was trained on, everything else is measured on held-out ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from dissect_core.dissection.result import Dissection
from dissect_core.experiments.class_units import (
    TOP,
    ClassCurves,
    correlations,
    curves,
    importance,
    importance_groups,
    ranking,
)
from dissect_core.experiments.generator import Result
from dissect_core.experiments.sweep import sweep
from dissect_core.models.hooks import recorded
from dissect_core.models.vgg import SceneClassifier, layer_module
from dissect_core.sources.scenes import HELD_OUT_SEED, ScenePictures
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report

TRAINING_SEED = 0
BATCH = 60
MOST_CLASSES = 4
"""Units that are important to so many classes or more are one group."""
SETS = (0, 1, 2, 3, 4, 5, 10, 20, 40, 64, 96, 128, 160, 192, 224)
"""Units removed together; of each also the complement, and all."""


def set_sizes(units: int) -> tuple[int, ...]:
    """How many of a layer's units are removed: SETS, all but these, and all."""
    return tuple(sorted({*(n for n in SETS if n <= units), *(units - n for n in SETS if n <= units)}))


def class_units(
    classifier: SceneClassifier,
    dissection: Dissection,
    layer: str,
    images: int,
    progress: Report,
) -> Result:
    """Which units of a layer matter to which class, what sets of them carry, and what they look for.

    images: of every class, in training and held out.  layer: by its research name, "conv5_3".
    """
    classes, module = classifier.classes, layer_module(layer)
    training = ScenePictures(classes, images * len(classes), classifier.resolution, TRAINING_SEED)
    held_out = ScenePictures(classes, images * len(classes), classifier.resolution, HELD_OUT_SEED)
    inputs: dict[str, Any] = {
        "model": dissection.manifest["model"],
        "model_sha256": dissection.manifest["model_sha256"],
        "segmenter_sha256": dissection.manifest["segmenter_sha256"],
        "layer": layer,
        "images_per_class": images,
        "training": training.inputs["scenes"],
        "held_out": held_out.inputs["scenes"],
        "code_version": code_version("dissect_core.experiments.classifier"),
    }
    effects = sweep(classifier, module, _batches(classifier, training, progress, "ranking"))
    order = ranking(effects)
    sizes = set_sizes(order.shape[1])
    found = curves(classifier, module, _batches(classifier, held_out, progress, "sets"), order, sizes)
    best = dissection.layer(layer).label_iou
    peaks, probabilities = _peaks(classifier, module, held_out, progress)
    correlation = correlations(peaks, probabilities)
    important = torch.zeros_like(correlation, dtype=torch.bool)
    important[order[:, :TOP].T, torch.arange(len(classes))] = True
    groups = importance_groups(order, best, MOST_CLASSES)
    return inputs, {
        "classes": list(classes),
        "removed": list(sizes),
        "baseline": _rounded(found.baseline),
        "all_baseline": round(found.all_baseline, 6),
        "per_class": [_class_row(name, n, found, order, effects.lost) for n, name in enumerate(classes)],
        "all_most": _means(found.all_most),
        "all_least": _means(found.all_least),
        "mean_most": _means(found.most),
        "mean_least": _means(found.least),
        "importance": importance(order).tolist(),
        "groups": [{"classes": g.classes, "units": g.units, "iou": g.mean_iou, "error": g.error} for g in groups],
        "important_positive": float((correlation[important] > 0).double().mean()),
        "others_negative": float((correlation < 0).double().mean()),
    }


def _class_row(name: str, number: int, found: ClassCurves, order: Tensor, lost: Tensor) -> dict[str, Any]:
    first = order[number, :TOP]
    return {
        "class": name,
        "units": order[number].tolist(),
        "lost_by_the_first": _rounded(lost[first, number]),
        "most": _rounded(found.most[number]),
        "least": _rounded(found.least[number]),
    }


def _batches(
    classifier: SceneClassifier, scenes: ScenePictures, progress: Report, phase: str
) -> Iterator[tuple[Tensor, Tensor]]:
    for rows in _rows(len(scenes)):
        yield scenes.load(rows), torch.tensor([row % len(classifier.classes) for row in rows])
        progress(rows.stop, len(scenes), phase)


def _rows(count: int) -> Iterator[range]:
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


@torch.inference_mode()
def _peaks(classifier: SceneClassifier, module: str, scenes: ScenePictures, progress: Report) -> tuple[Tensor, Tensor]:
    """(N, U) peaks and (N, K) probabilities."""
    peaks, probabilities = [], []
    for rows in _rows(len(scenes)):
        with recorded(classifier, [module]) as outputs:
            probabilities.append(classifier(scenes.load(rows)).softmax(1))
        peaks.append(outputs[module].amax(dim=(2, 3)))
        progress(rows.stop, len(scenes), "correlations")
    return torch.cat(peaks), torch.cat(probabilities)


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 6) for value in values.tolist()]


def _means(values: Tensor) -> list[float]:
    return _rounded(values.mean(dim=0))
