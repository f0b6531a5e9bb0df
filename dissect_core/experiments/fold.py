"""Adding up an experiment over images: in any batches, resumable, the same sum whatever the split.

Everything that is added is a whole number (pixels, images, their products), so sums are exact, in any order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dissect_core.dissection.work import Checkpoint, inputs_folder
from dissect_core.system.progress import Report, silent

Sums = dict[str, Tensor]
"""What is added up, int64 tensors by name."""

Part = Callable[[range], Sums]
"""The sums over some images, given by their numbers 0 ... images - 1."""

SAVE_EVERY_S = 20.0
Z99 = 2.58
"""Standard errors to each side of a 99 % interval, as in the paper's figures."""


@dataclass(frozen=True)
class Interval:
    """A mean and the half width of its 99 % interval, over `count` images; deviation: of one image."""

    mean: float
    half_width: float
    deviation: float
    count: int


def interval(total: int, squares: int, count: int, scale: float = 1.0) -> Interval:
    """From the sum of whole numbers and of their squares; scale: what one of them is worth.

    The deviation is that of a sample (n - 1).  No interval (infinite) for fewer than two.
    """
    if not count:
        return Interval(float("nan"), float("inf"), float("inf"), 0)
    mean = total / count
    if count < 2:
        return Interval(mean * scale, float("inf"), float("inf"), count)
    variance = max(0.0, (squares - total * total / count) / (count - 1))
    deviation = variance**0.5 * abs(scale)
    return Interval(mean * scale, Z99 * deviation / count**0.5, deviation, count)


def add_up(
    part: Part,
    images: int,
    batch: int,
    *,
    work: Path | None = None,
    inputs: Mapping[str, Any] | None = None,
    progress: Report = silent,
    phase: str = "images",
) -> Sums:
    """The sums over all images, `batch` at a time.

    work: a folder for the state, under a name that the inputs decide; whoever asks for the same goes on where it
    stopped, and finds nothing of other inputs.
    """
    if work is not None and inputs is None:
        raise ValueError("a state on disk needs the inputs that decide it")
    kept = Checkpoint(inputs_folder(work, phase, inputs or {}) / "state.safetensors") if work is not None else None
    done, sums = kept.load() if kept is not None else (0, {})
    saved = time.monotonic()
    while done < images:
        rows = range(done, min(done + batch, images))
        more = part(rows)
        sums = {name: sums[name] + value if sums else value for name, value in more.items()}
        done = rows.stop
        if kept is not None and (done == images or time.monotonic() - saved > SAVE_EVERY_S):
            kept.save(done, sums)
            saved = time.monotonic()
        progress(done, images, phase)
    return sums


def counts(labels: Tensor, length: int) -> Tensor:
    """How often each whole number below `length` stands in each row: (N, ...) -> (N, length) int64."""
    rows = labels.reshape(len(labels), -1).long()
    places = rows + length * torch.arange(len(rows)).unsqueeze(1)
    return torch.bincount(places.reshape(-1), minlength=len(rows) * length).view(len(rows), length)
