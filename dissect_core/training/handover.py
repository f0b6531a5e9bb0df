"""An unfinished training on its way to another machine: one small file beside its configuration.

A run folder's state.pt is large and stays where it is.  The handover holds what took hours, the running average of the
generator and the critics, as fp16: a run without a state.pt goes on from it.  The optimisers start afresh and the
generator starts from its average, so this goes on, but not bit for bit.  A finished network has none.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from dissect_core.models.state import load_checked
from dissect_core.system.artifacts import read_tensors, require, write_tensors
from dissect_core.training.generator import GeneratorTraining
from dissect_core.training.generator_config import GeneratorConfig

COUNTERS = ("shown", "steps")


def handover_file(precomputed: Path, config: GeneratorConfig) -> Path:
    """Where the handover of a training is, if there is one."""
    return precomputed / "training" / f"{config.id}.handover.safetensors"


def write_handover(training: GeneratorTraining, precomputed: Path) -> None:
    """Write the handover of an unfinished training; remove that of a finished one."""
    path = handover_file(precomputed, training.config)
    if training.finished:
        path.unlink(missing_ok=True)
        return
    networks = {"average": training.average, **{one.name: one.network for one in training.opponents}}
    tensors = {
        f"{name}.{key}": value.to(torch.float16)
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    write_tensors(path, tensors | {name: torch.tensor(getattr(training, name)) for name in COUNTERS})


def take_over(training: GeneratorTraining, path: Path) -> None:
    """Put a fresh training where the handover stands; critics that it does not have start afresh.

    Raises ArtifactMismatch for a damaged file and BadCheckpoint for networks of other sizes, naming the key.
    """
    tensors = read_tensors(path)
    for name in COUNTERS:
        require(name in tensors, path.name, field=name, value="missing", allowed="a count")

    def of(name: str) -> dict[str, Tensor]:
        return {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}

    found = {one.name: of(one.name) for one in training.opponents}
    for opponent in training.opponents:
        if state := found[opponent.name]:
            load_checked(opponent.network, state)
    for network in (training.average, training.generator):
        load_checked(network, of("average"))
    training.shown, training.steps = (int(tensors[name]) for name in COUNTERS)
    if all(found.values()):
        training.warmed = training.config.critics_first
