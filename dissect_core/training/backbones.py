"""The frozen networks that a projected critic can look through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from dissect_core.errors import UnitbrushError
from dissect_core.models.lite import LAST_BLOCKS, Lite
from dissect_core.models.registry import Registry
from dissect_core.models.segmenter import rescale
from dissect_core.models.vgg import CONVOLUTIONS, SceneClassifier
from dissect_core.training.generator_config import GeneratorConfig
from dissect_core.training.projected import FeatureMaps

CLASSIFIER = "storybook-classifier"
LAYERS = ("conv2_2", "conv3_3", "conv4_3", "conv5_3")
"""Layers of the classifier that are looked at, each half as fine as the one before."""
NAMES = (*LAST_BLOCKS, CLASSIFIER)
SEEN = {
    **dict.fromkeys(LAST_BLOCKS, "ImageNet's photographs and the names of their 1,000 classes"),
    CLASSIFIER: "our painted scenes of eighteen worlds and their names",
}
"""What each of them was trained on, for the cards of the generators."""


class ClassifierMaps(nn.Module):
    """The maps of the scene classifier at four strides, 2, 4, 8 and 16."""

    name = CLASSIFIER

    def __init__(self, classifier: SceneClassifier, size: int) -> None:
        super().__init__()
        self.classifier, self.size = classifier, size
        self.indices = [CONVOLUTIONS[layer] + 1 for layer in LAYERS]  # after its ReLU
        self.modules_in_turn = list(classifier.features.children())[: self.indices[-1] + 1]
        self.eval().requires_grad_(False)

    def maps(self, images: Tensor) -> list[Tensor]:
        """(N, 3, R, R) in [-1, 1] -> four maps."""
        x = self.classifier.standardised(rescale(images, self.size))
        found = []
        for index, module in enumerate(self.modules_in_turn):
            x = module(x)
            if index in self.indices:
                found.append(x)
        return found

    @property
    def channels(self) -> Sequence[int]:
        """Of the four maps."""
        return [self.classifier.widths[list(CONVOLUTIONS).index(layer)] for layer in LAYERS]


def backbones(config: GeneratorConfig, precomputed: Path, device: torch.device) -> list[FeatureMaps]:
    """The networks of `config.projected`, in its order, on the device.  Raises UnitbrushError for an unknown name."""
    found: list[FeatureMaps] = []
    for projection in config.projected:
        if projection.features == CLASSIFIER:
            classifier = Registry(precomputed).classifier(CLASSIFIER, device)
            found.append(ClassifierMaps(classifier, projection.size))
        elif projection.features in LAST_BLOCKS:
            lite = Lite(projection.features, projection.size)
            found.append(lite.to(device).to(memory_format=torch.channels_last))
        else:
            raise UnitbrushError(
                f"no network {projection.features!r} for a critic to look through",
                field="projected.features",
                value=projection.features,
                allowed=f"one of {', '.join(NAMES)}",
            )
    return found
