"""Write a trained network to `precomputed/models`: fp16 safetensors, its model card, and a generator's handover."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor, nn

from dissect_core.models.card import Domain, Kind, ModelCard, Weights, write_card
from dissect_core.models.segmenter import Segmenter
from dissect_core.models.vgg import SceneClassifier
from dissect_core.system.artifacts import sha256_file, write_tensors
from dissect_core.system.code_version import code_version
from dissect_core.training.backbones import SEEN
from dissect_core.training.config import ClassifierConfig, SegmenterConfig
from dissect_core.training.generator import GeneratorTraining
from dissect_core.training.generator_config import GeneratorConfig
from dissect_core.training.handover import write_handover

N = TypeVar("N", bound=nn.Module)

PAINT_GRIDS = (8, 16)
ORIGIN = "trained from scratch by Unitbrush on its own procedural scenes; no other data"


def publish_generator(training: GeneratorTraining, precomputed: Path) -> ModelCard:
    """Write the running average of the generator and its card; quality is measured later (`unitbrush quality`).

    A run that has not reached its last stage is published at the resolution where it stands, with its handover.
    """
    config, generator = training.config, training.average.at_level(training.level)
    write_handover(training, precomputed)
    layers = generator.layers.values()
    return _publish(
        precomputed,
        generator.state_dict(),
        id=config.id,
        kind="generator",
        domain="church" if config.world == "church" else "kitchen",
        title=f"Storybook {config.world}",
        resolution=generator.resolution,
        paint_layers=tuple(layer.name for layer in layers if layer.grid in PAINT_GRIDS),
        architecture={
            "family": "progan",
            "sizes": list(generator.sizes),
            "layers": [{"name": layer.name, "units": layer.units, "grid": layer.grid} for layer in layers],
        },
        training={
            **config.as_dict(),
            "images_shown": training.shown,
            "steps": training.steps,
            "critics_saw": critics_saw(config),
        },
        quality={},
    )


def critics_saw(config: GeneratorConfig) -> dict[str, str]:
    """What the critics of a training had seen: network -> in words.  Judges must look through others."""
    scenes = {"critic": f"painted scenes of the world {config.world}, no labels"} if config.pixels.weight > 0 else {}
    return scenes | {projection.features: SEEN[projection.features] for projection in config.projected}


def publish_segmenter(
    segmenter: Segmenter, config: SegmenterConfig, quality: Mapping[str, Any], precomputed: Path
) -> ModelCard:
    """Write the segmenter and its card with the quality measured on held-out scenes."""
    return _publish(
        precomputed,
        segmenter.state_dict(),
        id=config.id,
        kind="segmenter",
        domain="both",
        title="Storybook segmenter",
        resolution=config.size,
        paint_layers=(),
        architecture=segmenter.architecture,
        training=config.as_dict(),
        quality=quality,
    )


def publish_classifier(
    classifier: SceneClassifier, config: ClassifierConfig, quality: Mapping[str, Any], precomputed: Path
) -> ModelCard:
    """Write the scene classifier and its card with the accuracy measured on held-out scenes."""
    return _publish(
        precomputed,
        classifier.state_dict(),
        id=config.id,
        kind="classifier",
        domain="other",
        title="Storybook scene classifier",
        resolution=config.size,
        paint_layers=(),
        architecture=classifier.architecture,
        training=config.as_dict(),
        quality=quality,
    )


def rounded(network: N) -> N:
    """The network itself with its numbers rounded as they are written: what ships is what is measured."""
    network.load_state_dict(_halved(network.state_dict()))
    return network


def _halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.half() if value.is_floating_point() else value for key, value in state.items()}


def _publish(
    precomputed: Path,
    state: Mapping[str, Tensor],
    *,
    id: str,
    kind: Kind,
    domain: Domain,
    title: str,
    resolution: int,
    paint_layers: tuple[str, ...],
    architecture: Mapping[str, Any],
    training: Mapping[str, Any],
    quality: Mapping[str, Any],
) -> ModelCard:
    path = precomputed / "models" / f"{id}.safetensors"
    write_tensors(path, _halved(state))
    weights = Weights(path.name, sha256_file(path), "float16", path.stat().st_size)
    card = ModelCard(
        id=id,
        kind=kind,
        domain=domain,
        title=title,
        resolution=resolution,
        weights=weights,
        licence="MIT",
        origin=ORIGIN,
        paint_layers=paint_layers,
        architecture=architecture,
        training={**training, "code_version": code_version(f"dissect_core.training.{kind}")},
        quality=quality,
    )
    write_card(card, path.with_suffix(".json"))
    return card
