"""Run a generator's training on disk: checkpoints every few minutes, sample sheets, and the finished network."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.images.pixels import encode, to_bytes
from dissect_core.images.sheets import contact_sheet
from dissect_core.system.artifacts import write_bytes
from dissect_core.system.progress import Report, silent
from dissect_core.training.config import GeneratorConfig
from dissect_core.training.dataset import painted_scenes
from dissect_core.training.generator import GeneratorTraining, Step
from dissect_core.training.handover import take_over
from dissect_core.training.state_file import load_state, save_state

SAVE_EVERY_S = 240.0
SHEET_IMAGES = 48
CHANGEABLE = ("stages", "learning_rate", "decay_share")
"""Settings of the schedule, which may be stretched or cut while a run is under way."""


def train_generator(
    config: GeneratorConfig,
    run_folder: Path,
    scenes_folder: Path,
    device: torch.device,
    on_paint: Report = silent,
    on_step: Callable[[Step], None] = lambda step: None,
    until: int | None = None,
    handover: Path | None = None,
) -> GeneratorTraining:
    """Train to the end of the schedule (or `until` images), resuming from `run_folder/state.pt` if it is there.

    Without that file a run starts from the file `handover`, if there is one, else from scratch.
    Every SAVE_EVERY_S seconds, and at the end, writes state.pt and sample sheets to the run folder.
    """
    scenes = painted_scenes(config.world, config.scenes, config.resolution, scenes_folder, progress=on_paint)
    training = GeneratorTraining(config, scenes, device)
    state_file = run_folder / "state.pt"
    if state_file.exists():
        training.load_state(load_state(state_file, config.as_dict(), [config.world], CHANGEABLE))
    elif handover is not None and handover.exists():
        take_over(training, handover)
    run_folder.mkdir(parents=True, exist_ok=True)
    saved = time.monotonic()
    for step in training.run(until):
        on_step(step)
        if time.monotonic() - saved > SAVE_EVERY_S:
            save(training, run_folder)
            saved = time.monotonic()
    save(training, run_folder)
    return training


def save(training: GeneratorTraining, run_folder: Path) -> None:
    """Write state.pt and a sample sheet named after the images shown; both appear whole or not at all."""
    config = training.config
    save_state(run_folder / "state.pt", training.state(), config.as_dict(), [config.world])
    pictures = to_bytes(enlarge(training.sample(SHEET_IMAGES), training.config.resolution))
    write_bytes(run_folder / f"sheet-{training.shown:07d}.png", encode(contact_sheet(pictures, columns=12), "png"))


def enlarge(pictures: Tensor, size: int) -> Tensor:
    """(N, 3, R, R) -> (N, 3, size, size) by repeating pixels, so that sheets of all stages have one size."""
    factor = size // pictures.shape[-1]
    return pictures.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3)
