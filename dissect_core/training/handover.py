"""What a published generator needs besides its own weights so that its training can go on anywhere.

The published file holds the running average up to the resolution reached.  The handover, one fp16 file beside the
training configuration, holds the rest: the critic, and the average's blocks and outputs that are not published.  The
optimisers start afresh and the generator starts from its average, so this goes on, but not bit for bit, where a run
folder's state.pt does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dissect_core.artifacts import require, sha256_file, write_tensors
from dissect_core.errors import UnitbrushError
from dissect_core.models.card import ModelCard, read_card
from dissect_core.models.checkpoint import read_weights
from dissect_core.models.state import load_checked
from dissect_core.training.generator import GeneratorTraining

CRITIC, AVERAGE = "critic.", "average."


def write_handover(training: GeneratorTraining, folder: Path) -> dict[str, Any]:
    """Write FOLDER/<id>.handover.safetensors; answers its name and SHA-256 for the model card."""
    published = published_keys(training).values()
    rest = {key: value for key, value in training.average.state_dict().items() if key not in published}
    tensors = {CRITIC + key: value for key, value in training.critic.state_dict().items()}
    tensors |= {AVERAGE + key: value for key, value in rest.items()}
    path = folder / f"{training.config.id}.handover.safetensors"
    write_tensors(path, {key: value.to(torch.float16) for key, value in tensors.items()})
    return {"file": path.name, "sha256": sha256_file(path)}


def published_keys(training: GeneratorTraining) -> dict[str, str]:
    """Published key -> key in the growing generator, at the level that the run has reached."""
    level = training.level
    keys = {}
    for key in training.average.at_level(level).state_dict():
        layer, name = key.split(".", 1)
        early = layer.startswith("output_") and level < training.average.levels - 1
        keys[key] = f"early_outputs.{level}.{name}" if early else f"generator.{key}"
    return keys


def take_over(training: GeneratorTraining, precomputed: Path) -> None:
    """Put a fresh training where the published network of the same id stands.

    Raises UnitbrushError or ArtifactMismatch naming the file if there is none, if it was trained with other sizes, or
    if a file is not the one that the card names.
    """
    config, models = training.config, precomputed / "models"
    card = read_card(models / f"{config.id}.json")
    told = card.training
    for key, wanted in (("sizes", list(config.sizes)), ("critic_sizes", list(config.critic_sizes))):
        require(told.get(key) == wanted, f"model card {card.id}", field=key, value=told.get(key), allowed=f"{wanted}")
    rest = _handover(card, precomputed / "training")
    training.shown, training.steps = int(told["images_shown"]), int(told["steps"])
    published = read_weights(models / card.weights.file, card.weights.sha256)
    average = {known: published[key] for key, known in published_keys(training).items() if key in published}
    average |= {key.removeprefix(AVERAGE): value for key, value in rest.items() if key.startswith(AVERAGE)}
    critic = {key.removeprefix(CRITIC): value for key, value in rest.items() if key.startswith(CRITIC)}
    load_checked(training.critic, critic)
    for network in (training.average, training.generator):
        load_checked(network, average)


def _handover(card: ModelCard, folder: Path) -> Mapping[str, Tensor]:
    entry = card.training.get("handover")
    if not entry:
        raise UnitbrushError(
            f"{card.id} was published without a handover",
            field="handover",
            value="missing",
            allowed="a network published by `unitbrush train generator`",
        )
    return read_weights(folder / str(entry["file"]), str(entry["sha256"]))
