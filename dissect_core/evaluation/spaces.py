"""The feature spaces in which generators are judged.

A judge must not look through what a critic of the judged generator looked through (`training.publish.critics_saw`), and
no single space is a judge: networks of one family see much alike, and our own were made with our worlds in mind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.models.lite import Lite
from dissect_core.models.registry import Registry
from dissect_core.training.backbones import CLASSIFIER, ClassifierMaps

SEGMENTER = "storybook-segmenter"
SIDE = 128
"""Pixels a side at which every judge looks."""
SCALE = 2
"""Which of the four maps counts, stride 16: things and their arrangement; block 10 of EfficientNet-lite0."""

Features = Callable[[Tensor], Tensor]
"""(N, 3, R, R) in [-1, 1] -> (N, F)."""

NAMES = ("efficientnet-lite0", "efficientnet-lite2", CLASSIFIER, SEGMENTER)


def space(name: str, precomputed: Path, device: torch.device) -> Features:
    """The features of a network by its name.  Raises UnitbrushError for another name."""
    if name == SEGMENTER:
        return Registry(precomputed).segmenter(SEGMENTER, device).features
    if name == CLASSIFIER:
        maps = ClassifierMaps(Registry(precomputed).classifier(CLASSIFIER, device), SIDE).maps
    elif name in NAMES:
        maps = Lite(name, SIDE).to(device).to(memory_format=torch.channels_last).maps
    else:
        raise UnitbrushError(f"no judge {name!r}", field="judges", value=name, allowed=f"some of {', '.join(NAMES)}")

    def means(images: Tensor) -> Tensor:
        with torch.inference_mode():
            return maps(images)[SCALE].mean(dim=(2, 3))

    return means


def unseen(names: Iterable[str], training: Mapping[str, object]) -> None:
    """Raise UnitbrushError for the first judge that looks through what a critic saw; training: of the model's card."""
    saw = training.get("critics_saw")
    for name in names:
        if isinstance(saw, Mapping) and name in saw:
            raise UnitbrushError(
                f"a critic of this generator looked through {name}: it is no judge any more",
                field="judges",
                value=name,
                allowed=", ".join(other for other in NAMES if other not in saw),
            )
