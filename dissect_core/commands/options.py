"""Options that several commands share, and the networks they name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.memory import keep_freed_memory

PRECOMPUTED = Path("precomputed")
RUNS = Path("runs")
SEGMENTER = "storybook-segmenter"
CLASSIFIER = "storybook-classifier"

Precomputed = Annotated[Path, typer.Option(help="Folder of the networks and what was measured on them.")]
Runs = Annotated[Path, typer.Option(help="Folder of checkpoints and painted scenes.")]
Device = Annotated[str, typer.Option(help="auto (a GPU if there is one), cpu or cuda.")]
Threads = Annotated[int, typer.Option(help="Processor threads, 0 for all.")]
Domain = Annotated[str, typer.Argument(help="church or kitchen")]


def pick_device(name: str, threads: int = 0) -> torch.device:
    """The device of that name ("auto": a GPU if there is one), made ready for long work with so many CPU threads."""
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def model_of(domain: str) -> str:
    """The id of the storybook generator of a domain."""
    return f"storybook-{domain}"
