"""What a running dissection keeps on disk: the labels of the first pass for the others, and where each pass got to.

One folder per dissection, named after everything that decides the result: whoever asks for the same goes on where it
stopped, and a changed input finds nothing.  States are written whole or not at all.  The folder stays until somebody
says that the result is safe (`forget`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dissect_core.system.artifacts import enough_room, read_tensors, write_json, write_tensors

DONE = "done"
FINDINGS = ("unusable", "files")
"""Fields of a manifest that are found, not given."""


@contextmanager
def place_to_work(work: Path | None) -> Iterator[Path]:
    """`work`, or without one a temporary folder for the time being."""
    if work is not None:
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="dissect-") as name:
        yield Path(name)


def inputs_folder(work: Path, name: str, inputs: Mapping[str, Any]) -> Path:
    """A folder in `work` named after everything that decides what is kept in it, with the inputs in it to read."""
    folder = _folder(work, name, inputs)
    write_json(folder / "inputs.json", inputs)
    return folder


def forget(work: Path, manifest: Mapping[str, Any]) -> None:
    """Delete what was kept in `work` for the dissection that has this manifest: call it when the result is safe."""
    shutil.rmtree(_folder(work, str(manifest["model"]), decided(manifest)), ignore_errors=True)


def decided(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What of a manifest was known before the pictures were looked at."""
    return {name: value for name, value in manifest.items() if name not in FINDINGS}


def _folder(work: Path, name: str, inputs: Mapping[str, Any]) -> Path:
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False)
    return work / f"{name}-{digest_of(text.encode())}"


def digest_of(data: bytes) -> str:
    """Sixteen hex digits that name these bytes."""
    return hashlib.sha256(data).hexdigest()[:16]


class Checkpoint:
    """The state of one pass in a file: tensors, and how many pictures they cover."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> tuple[int, dict[str, Tensor]]:
        """(pictures done, state), (0, {}) at the beginning."""
        if not self.path.is_file():
            return 0, {}
        state = read_tensors(self.path)
        return int(state.pop(DONE)), state

    def save(self, done: int, state: Mapping[str, Tensor]) -> None:
        """Replace the state."""
        write_tensors(self.path, {**state, DONE: torch.tensor([done])})


class LabelFile:
    """Labels (M, grid, grid) of every picture, one after another; a byte each if `largest` fits, else two.

    Read and written with plain calls: a memory-mapped file would count as memory of this process.  Several processes
    may write the labels of different pictures into one file.
    """

    def __init__(self, path: Path, maps: int, grid: int, largest: int) -> None:
        self.shape = (maps, grid, grid)
        self.dtype = np.dtype(np.uint8 if largest < 256 else np.int16)
        self.bytes = self.dtype.itemsize * maps * grid * grid
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.file = path.open("r+b")

    def write(self, place: int, labels: Tensor) -> None:
        """Put the labels (N, M, grid, grid) of pictures place ... place + N - 1."""
        with enough_room(self.path):
            self.file.seek(place * self.bytes)
            self.file.write(labels.numpy().astype(self.dtype).tobytes())
            self.file.flush()

    def read(self, place: int, count: int) -> Tensor:
        """The labels of `count` pictures, (count, M, grid, grid)."""
        self.file.seek(place * self.bytes)
        content = bytearray(self.file.read(count * self.bytes))
        return torch.from_numpy(np.frombuffer(content, self.dtype).reshape(count, *self.shape))

    def pick(self, places: Sequence[int]) -> Tensor:
        """The labels of these pictures, (N, M, grid, grid)."""
        return torch.cat([self.read(place, 1) for place in places])

    def sync(self) -> None:
        """Make sure that everything is on the disk."""
        with enough_room(self.path):
            os.fsync(self.file.fileno())

    def close(self) -> None:
        """Close the file."""
        self.file.close()
