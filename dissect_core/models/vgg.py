"""The VGG-16 scene classifier, with torchvision's names for its tensors and the research names for its layers.

Simonyan & Zisserman 2015, configuration D; dissected by Bau et al. 2020 (Fig. 1) as trained on Places365.  The
number of units of each layer and the side of the last map are inferred from the tensors, so that the published network
and the small storybook one are the same code.

A layer conv1_1 … conv5_3 is a convolution *and its ReLU*: the original records pre-ReLU tensors that torchvision's
in-place ReLU overwrites, hence its published activations are those after ReLU, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice

import torch
from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint, BadShape
from dissect_core.models.progan import LayerInfo
from dissect_core.models.state import load_checked

GROUPS = (2, 2, 3, 3, 3)
"""Convolutions per group; a 2x2 maximum follows each group."""
NAMES = tuple(f"conv{group + 1}_{number + 1}" for group, count in enumerate(GROUPS) for number in range(count))
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures in 0..1, by which every published VGG expects its input."""


def convolution_indices() -> tuple[int, ...]:
    """Where the 13 convolutions stand in `features`: 0, 2, 5, 7, 10, …; each ReLU follows at once."""
    indices, position = [], 0
    for count in GROUPS:
        indices += [position + 2 * number for number in range(count)]
        position += 2 * count + 1
    return tuple(indices)


CONVOLUTIONS = dict(zip(NAMES, convolution_indices(), strict=True))


class Standardised(nn.Module):
    """Pictures in [-1, 1] -> what the first convolution expects: ImageNet's mean 0 and deviation 1."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, R, R) -> (N, 3, R, R)."""
        return ((images + 1) / 2 - self.get_buffer("mean")) / self.get_buffer("std")


class SceneClassifier(nn.Module):
    """Pictures (N, 3, R, R) in [-1, 1] -> logits (N, classes).

    widths: units of the 13 convolutions.  hidden: units of the two hidden fully connected layers.  pooled: side to
    which the last map is averaged before them (7 in the published network, which sees 224 pixels).  resolution: side of
    the pictures it was trained on; others work as long as the last map does not vanish.
    """

    def __init__(
        self, classes: Sequence[str], widths: Sequence[int], hidden: Sequence[int], pooled: int, resolution: int
    ) -> None:
        if len(widths) != len(NAMES) or len(hidden) != 2:
            found = f"{len(widths)} widths, {len(hidden)} hidden layers"
            raise BadShape("not a VGG-16", field="widths", value=found, allowed="13 widths, 2 hidden layers")
        super().__init__()
        self.features = convolutional(widths)
        self.avgpool = nn.AdaptiveAvgPool2d(pooled)
        sizes = [widths[-1] * pooled**2, *hidden, len(classes)]
        self.classifier = nn.Sequential(
            nn.Linear(sizes[0], sizes[1]), nn.ReLU(), nn.Dropout(), nn.Linear(sizes[1], sizes[2]), nn.ReLU(),
            nn.Dropout(), nn.Linear(sizes[2], sizes[3]),
        )  # fmt: skip
        self.classes, self.widths, self.hidden = tuple(classes), tuple(widths), tuple(hidden)
        self.pooled, self.resolution = pooled, resolution
        self.standardised = Standardised()

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, R, R) in [-1, 1] -> (N, classes)."""
        logits: Tensor = self.classifier(self.avgpool(self.features(self.standardised(x))).flatten(1))
        return logits

    def convolution(self, name: str) -> nn.Conv2d:
        """The convolution of a layer, "conv1_1" … "conv5_3"."""
        found = self.get_submodule(f"features.{CONVOLUTIONS[name]}")
        assert isinstance(found, nn.Conv2d)
        return found

    @property
    def layers(self) -> dict[str, LayerInfo]:
        """The 13 convolutional layers by name, with units and grid side."""
        groups = [group for group, count in enumerate(GROUPS) for _ in range(count)]
        return {
            name: LayerInfo(name, units, self.resolution >> group)
            for name, units, group in zip(NAMES, self.widths, groups, strict=True)
        }

    @property
    def architecture(self) -> dict[str, object]:
        """What `from_state_dict` needs beside the tensors, and the layers, for the model card."""
        return {
            "family": "vgg16",
            "classes": list(self.classes),
            "pooled": self.pooled,
            "resolution": self.resolution,
            "layers": [asdict(layer) for layer in self.layers.values()],
        }

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], classes: Sequence[str], resolution: int) -> SceneClassifier:
        """The classifier whose sizes the tensors tell (torchvision's or the research names), in evaluation mode.

        Raises BadCheckpoint naming the key that is missing, unexpected or of the wrong shape.
        """
        state = torchvision_names(state)
        widths = [_units(state, f"features.{index}.weight", 4) for index in CONVOLUTIONS.values()]
        hidden = [_units(state, f"classifier.{index}.weight", 2) for index in (0, 3)]
        cells = state["classifier.0.weight"].shape[1] / widths[-1]
        pooled = math.isqrt(int(cells))
        if pooled**2 != cells:
            shape = tuple(state["classifier.0.weight"].shape)
            raise BadCheckpoint(
                f"classifier.0.weight: {shape} does not fit {widths[-1]} units on a square map",
                field="classifier.0.weight",
                value=shape,
                allowed=f"({hidden[0]}, {widths[-1]} times a square number)",
            )
        if _units(state, "classifier.6.weight", 2) != len(classes):
            found = _units(state, "classifier.6.weight", 2)
            raise BadCheckpoint(
                f"classifier.6.weight: {found} classes, expected {len(classes)}",
                field="classifier.6.weight",
                value=found,
                allowed=f"{len(classes)}",
            )
        classifier = cls(classes, widths, hidden, pooled, resolution)
        load_checked(classifier, state)
        return classifier.eval()


def convolutional(widths: Sequence[int], *, normalised: bool = False) -> nn.Sequential:
    """The 13 convolutions of these widths, each with its ReLU, and a 2x2 maximum after each group.

    normalised: with a batch normalisation between each convolution and its ReLU, for training.

    No ReLU works in place: an activation that was recorded stays what it was.
    """
    modules: list[nn.Module] = []
    outputs, inputs = iter(widths), 3
    for count in GROUPS:
        for units in islice(outputs, count):
            between = [nn.BatchNorm2d(units)] if normalised else []
            modules += [nn.Conv2d(inputs, units, 3, padding=1), *between, nn.ReLU()]
            inputs = units
        modules.append(nn.MaxPool2d(2))
    return nn.Sequential(*modules)


def layer_module(name: str) -> str:
    """The dotted name of the module whose output is the activation of a layer: "conv1_1" -> "features.1", its ReLU."""
    if name not in CONVOLUTIONS:
        raise BadShape(f"no layer {name!r}", field="layer", value=name, allowed=f"one of {', '.join(NAMES)}")
    return f"features.{CONVOLUTIONS[name] + 1}"


RESEARCH_NAMES = {f"features.{name}": f"features.{index}" for name, index in CONVOLUTIONS.items()} | {
    "classifier.fc6": "classifier.0",
    "classifier.fc7": "classifier.3",
    "classifier.fc8a": "classifier.6",
}


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """features.conv1_1.weight, …, classifier.fc8a.bias -> features.0.weight, …, classifier.6.bias; others stay."""
    renamed = {}
    for key, tensor in state.items():
        module, _, parameter = key.rpartition(".")
        renamed[f"{RESEARCH_NAMES.get(module, module)}.{parameter}"] = tensor
    return renamed


def _units(state: Mapping[str, Tensor], key: str, dimensions: int) -> int:
    if key not in state or state[key].dim() != dimensions:
        found = "missing" if key not in state else str(tuple(state[key].shape))
        raise BadCheckpoint(f"{key}: {found}", field=key, value=found, allowed=f"a tensor of {dimensions} dimensions")
    return int(state[key].shape[0])
