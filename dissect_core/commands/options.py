"""Options that several commands share, and the networks they name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.errors import UnitbrushError
from dissect_core.models.registry import Registry
from dissect_core.system.devices import pick_device
from dissect_core.system.memory import keep_freed_memory, keep_kernels

RUNS = Path("runs")
SEGMENTER = "storybook-segmenter"
CLASSIFIER = "storybook-classifier"

Precomputed = Annotated[Path, typer.Option(help="Folder of the networks and what was measured on them.")]
Runs = Annotated[Path, typer.Option(help="Folder of checkpoints and painted scenes.")]
Device = Annotated[str, typer.Option(help="auto (a GPU if there is one), cpu or cuda.")]
Threads = Annotated[int, typer.Option(min=0, help="Processor threads, 0 for all.")]
Domain = Annotated[str, typer.Argument(help="church or kitchen")]
GeneratorName = Annotated[str, typer.Argument(help="church, kitchen, or another generator's id.")]


def prepared(device: str, threads: int = 0) -> torch.device:
    """The device of that name, made ready for long work with so many CPU threads.  Raises UnitbrushError."""
    keep_freed_memory()
    keep_kernels()
    if threads:
        torch.set_num_threads(threads)
    return pick_device(device)


def usable_folder(path: Path, field: str) -> Path:
    """The folder, which need not be there yet.  Raises UnitbrushError where none can be made, before hours of work."""
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        what = "no folder" if not nearest.is_dir() else "not writable"
        raise UnitbrushError(
            f"cannot write to {path}: {nearest} is {what}", field=field, value=str(path), allowed="a folder to write to"
        )
    return path


def usable_file(path: Path, field: str) -> Path:
    """The file, which need not be there yet.  Raises UnitbrushError where it cannot be written."""
    if path.is_dir():
        raise UnitbrushError(f"{path} is a folder", field=field, value=str(path), allowed="a file to write to")
    usable_folder(path.parent, field)
    return path


def model_of(name: str, registry: Registry | None = None) -> str:
    """The id that is meant: itself if the registry has it, else that of the storybook network of this domain."""
    return name if registry is not None and name in registry.cards else f"storybook-{name}"
