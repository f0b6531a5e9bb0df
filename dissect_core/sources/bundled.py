"""The networks of the repository as sources: what they are dissected on, and what units are looked at with.

A generator looks at what it makes, the scene classifier at held-out scenes of its classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from dissect_core.models.card import ModelCard
from dissect_core.models.registry import Registry
from dissect_core.models.vgg import layer_module
from dissect_core.sources.networks import Activations, ClassifierSource, GeneratorSource, Source
from dissect_core.sources.scenes import HELD_OUT_SEED, ScenePictures


@dataclass(frozen=True, eq=False)
class SceneSource(ClassifierSource):
    """A scene classifier, whose layers go by the research names "conv1_1" … "conv5_3", after the ReLU."""

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Activations]:
        """Pictures and activations, one forward pass.  Raises BadShape for another name of a layer."""
        modules = {layer: layer_module(layer) for layer in layers}
        pictures, activations = super().see(rows, list(modules.values()))
        return pictures, {layer: activations[module] for layer, module in modules.items()}

    @cached_property
    def _noisy(self) -> bool:
        return False  # it is our own; nothing need be painted to find out


def shipped_source(registry: Registry, card: ModelCard, images: int, device: torch.device | str = "cpu") -> Source:
    """A generator and its first images, or a scene classifier and so many held-out scenes of its classes.

    Raises UnknownModel for a network of another kind, which has no units to look at.
    """
    if card.kind == "classifier":
        network = registry.classifier(card.id, device)
        scenes = ScenePictures(network.classes, images, card.resolution, HELD_OUT_SEED)
        return SceneSource(network, scenes, card.id, card.weights.sha256)
    return GeneratorSource(registry.generator(card.id, device), card.id, card.weights.sha256, images)
