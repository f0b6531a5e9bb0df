"""Run a generator's training on disk: checkpoints every few minutes, sample sheets, and the finished network."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.images.pixels import encode, to_bytes
from dissect_core.images.sheets import contact_sheet
from dissect_core.system.artifacts import write_bytes
from dissect_core.system.progress import Report, silent
from dissect_core.training.dataset import painted_scenes
from dissect_core.training.generator import GeneratorTraining, Step
from dissect_core.training.generator_config import GeneratorConfig
from dissect_core.training.handover import take_over
from dissect_core.training.projected import FeatureMaps
from dissect_core.training.schedule import Allowance
from dissect_core.training.state_file import load_state, save_state

SAVE_EVERY_S = 240.0
SHEET_IMAGES = 48
CHANGEABLE = ("stages", "learning_rate", "decay_share")
"""Settings of the schedule, which may be stretched or cut while a run is under way."""
SAVING = 3.0
"""Of an allowance so many times what the first saving took is kept for the last one …"""
MARGIN_S = 1.0
"""… and so much more, for the last step and the network itself."""


@dataclass(frozen=True)
class Sitting:
    """One call of the command: where it works, when it ends and from what a new run starts.

    runs: folder of the run folders and of the painted scenes.  until: images in all.  seconds: time in all, counted on
    `clock`; what is left of it when the last picture has been shown is for saving.  start: a handover.
    """

    runs: Path
    device: torch.device
    until: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic
    start: Path | None = None

    def folder(self, config: GeneratorConfig) -> Path:
        """Of the run: its state and sample sheets."""
        return self.runs / config.id


def train_generator(
    config: GeneratorConfig,
    sitting: Sitting,
    features: Sequence[FeatureMaps] = (),
    on_paint: Report = silent,
    on_step: Callable[[Step], None] = lambda step: None,
) -> GeneratorTraining:
    """Train until the sitting or the schedule ends, resuming from `state.pt` of the run folder if it is there.

    Every SAVE_EVERY_S seconds, and at the end, writes state.pt and sample sheets to the run folder.
    """
    allowance = Allowance(sitting.seconds or math.inf, sitting.clock)
    scenes = painted_scenes(config.world, config.scenes, config.resolution, sitting.runs / "scenes", progress=on_paint)
    training = GeneratorTraining(config, scenes, sitting.device, features)
    run_folder = sitting.folder(config)
    state_file = run_folder / "state.pt"
    if state_file.exists():
        training.load_state(load_state(state_file, config.as_dict(), [config.world], CHANGEABLE))
    elif sitting.start is not None and sitting.start.exists():
        take_over(training, sitting.start)
    run_folder.mkdir(parents=True, exist_ok=True)
    if sitting.seconds is not None:
        allowance.before = training.before
        _keep_for_saving(allowance, training, run_folder)
        training.allowance = allowance
    saved = time.monotonic()
    for step in training.run(sitting.until):
        on_step(step)
        if time.monotonic() - saved > SAVE_EVERY_S:
            save(training, run_folder)
            saved = time.monotonic()
    save(training, run_folder)
    return training


def _keep_for_saving(allowance: Allowance, training: GeneratorTraining, run_folder: Path) -> None:
    """Shorten an allowance by what the last saving will take; a first one tells."""
    spent = allowance.spent
    save(training, run_folder)
    allowance.seconds -= SAVING * (allowance.spent - spent) + MARGIN_S


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
