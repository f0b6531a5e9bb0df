"""A toy scene classifier that is dissected, and whose every number is known by hand.

Every layer has four units: 0, 1 and 2 are red, green and blue in 0..1, the largest of all pixels of a cell; 3 is always
0.  The logits are ten times the largest red, green and blue of the picture.  Of each unit, a share 10^-3a of all
positions is said to be above a, up to a = 1, which a thousandth exceed; so t_u = 2/3, and the peak is 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.dissection.files import write_dissection
from dissect_core.dissection.result import SCHEMA, Dissection, LayerStats, TopList
from dissect_core.models.card import ModelCard, Weights, write_card
from dissect_core.models.vgg import MEAN, NAMES, STD, SceneClassifier
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import LEVELS, IqrScores
from dissect_core.system.artifacts import sha256_file, write_tensors

MODEL = "storybook-classifier"
CLASSES = ("church", "kitchen", "beach")
UNITS, RESOLUTION = 4, 32
MAPS = {"object": ("none", "tree", "sky", "sofa"), "colour": ("none", "red", "green")}
IOU = {
    "conv4_3": ((0.0, 0.0, 0.0, 0.3, 0.0), (0.0, 0.0, 0.0, 0.0, 0.2), (0.0, 0.03, 0.0, 0.0, 0.0), (0.0,) * 5),
    "conv5_3": ((0.25, 0.1, 0.0, 0.2, 0.0), (0.0, 0.125, 0.0, 0.0, 0.1), (0.5, 0.0, 0.0, 0.0, 0.0), (0.0,) * 5),
}
"""Rows: units.  Columns: tree, sky, sofa, red, green."""


def toy_classifier() -> SceneClassifier:
    """The classifier of this file."""
    network = SceneClassifier(CLASSES, (UNITS,) * len(NAMES), (UNITS, UNITS), 1, RESOLUTION).requires_grad_(False)
    for parameter in network.parameters():
        parameter.zero_()
    for name in NAMES:
        for unit in range(3):
            network.convolution(name).weight[unit, unit, 1, 1] = 1.0
    first = network.convolution(NAMES[0])
    assert first.bias is not None
    for unit in range(3):
        first.weight[unit, unit, 1, 1], first.bias[unit] = STD[unit], MEAN[unit]
    for number, factor in ((0, 1.0), (3, 1.0), (6, 10.0)):
        layer = network.classifier[number]
        assert isinstance(layer, torch.nn.Linear)
        layer.weight.copy_(factor * torch.eye(*layer.weight.shape))
    return network.eval()


CHANCE = {"conv5_3": ((0.1875, 0.125), (0.03, 0.0), (0.0625, 0.0), (0.0, 0.0))}
"""Of each unit the best IoU of two shuffled countings; the other layer was never shuffled."""


def toy_stats(iou: Sequence[Sequence[float]], chance: Sequence[Sequence[float]] = ((),) * UNITS) -> LayerStats:
    """Statistics of a layer with these IoU; everything else as the top of this file says."""
    table = torch.tensor(iou)
    best, label = table.max(dim=1)
    same = torch.ones(UNITS)
    none = torch.full((UNITS,), -1)
    return LayerStats(
        thresholds=same * 2 / 3,
        mean=same * 0.25,
        peak=same * 2,
        levels=torch.arange(1, LEVELS + 1).div(LEVELS).expand(UNITS, LEVELS).clone(),
        iou=table,
        label=label,
        label_iou=best,
        chance=torch.tensor(chance),
        top=_top(),
        histogram=Histogram(torch.tensor([[6000, 3000, 900, 100]]).expand(UNITS, 4).clone(), same * 0, same * 2),
        iqr=IqrScores(best / 2, best / 4, same * 0.5, torch.where(best > 0, label, none)),
    )


def _top() -> TopList:
    """Images 2, 0 and 1; peaks 2, 1.5 and 1 at the first, sixth and last of 10x10 positions; a fourth is missing."""
    images, scores, places = ([2, 0, 1, -1], [2.0, 1.5, 1.0, float("-inf")], [0, 5, 99, -1])
    rows: list[Tensor] = [torch.tensor(numbers).expand(UNITS, 4).clone() for numbers in (images, scores, places)]
    return TopList(rows[0], rows[1], rows[2])


def write_toy_classifier(root: Path) -> None:
    """Write weights, card and dissection, as the real commands lay them out."""
    network = toy_classifier()
    path = root / "models" / f"{MODEL}.safetensors"
    write_tensors(path, {key: value.half() for key, value in network.state_dict().items()})
    sha256 = sha256_file(path)
    card = ModelCard(
        id=MODEL,
        kind="classifier",
        domain="other",
        title="Toy classifier",
        resolution=RESOLUTION,
        weights=Weights(path.name, sha256, "float16", path.stat().st_size),
        licence="MIT",
        origin="set by hand, for tests",
        architecture=network.architecture,
    )
    write_card(card, path.with_suffix(".json"))
    manifest = {
        "schema": SCHEMA,
        "model": MODEL,
        "model_sha256": sha256,
        "images": 100,
        "first_id": 0,
        "quantile": 0.99,
        "grid": 10,
        "layers": list(IOU),
        "scenes": {"classes": list(CLASSES), "count": 100, "size": RESOLUTION, "first_seed": 10_000_000},
        "maps": MAPS,
    }
    layers = {name: toy_stats(iou, CHANCE.get(name, ((),) * UNITS)) for name, iou in IOU.items()}
    write_dissection(Dissection(manifest, Columns(MAPS), layers), root / "dissection", exact=IOU)
