"""An unfinished training on its way to another machine: one small file beside its configuration.

A run folder's state.pt is large and stays where it is.  The handover holds what took hours, the running average of the
generator and the critic, as fp16: a run without a state.pt goes on from it.  The optimisers start afresh and the
generator starts from its average, so this goes on, but not bit for bit.  A finished network has none.
"""

from __future__ import annotations

from pathlib import Path

import torch

from dissect_core.models.state import load_checked
from dissect_core.system.artifacts import read_tensors, require, write_tensors
from dissect_core.training.config import GeneratorConfig
from dissect_core.training.generator import GeneratorTraining

NETWORKS = ("average", "critic")
COUNTERS = ("shown", "steps")


def handover_file(precomputed: Path, config: GeneratorConfig) -> Path:
    """Where the handover of a training is, if there is one."""
    return precomputed / "training" / f"{config.id}.handover.safetensors"


def write_handover(training: GeneratorTraining, precomputed: Path) -> None:
    """Write the handover of an unfinished training; remove that of a finished one."""
    path = handover_file(precomputed, training.config)
    if training.shown >= training.config.total_images:
        path.unlink(missing_ok=True)
        return
    tensors = {
        f"{name}.{key}": value.to(torch.float16)
        for name in NETWORKS
        for key, value in getattr(training, name).state_dict().items()
    }
    write_tensors(path, tensors | {name: torch.tensor(getattr(training, name)) for name in COUNTERS})


def take_over(training: GeneratorTraining, path: Path) -> None:
    """Put a fresh training where the handover stands.

    Raises ArtifactMismatch for a damaged file and BadCheckpoint for networks of other sizes, naming the key.
    """
    tensors = read_tensors(path)
    for name in COUNTERS:
        require(name in tensors, path.name, field=name, value="missing", allowed="a count")
    average, critic = (
        {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        for name in NETWORKS
    )
    load_checked(training.critic, critic)
    for network in (training.average, training.generator):
        load_checked(network, average)
    training.shown, training.steps = (int(tensors[name]) for name in COUNTERS)
