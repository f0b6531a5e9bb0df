"""What a running dissection keeps on disk: the labels of the first pass for the second, and where it got to.

One folder per dissection and share of the pictures, named after everything that decides the result: whoever asks for
the same goes on where it stopped, and a changed input finds nothing.  States are written whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dissect_core.system.artifacts import read_tensors, write_json, write_tensors

DONE = "done"


@contextmanager
def place_to_work(work: Path | None) -> Iterator[Path]:
    """`work`, or without one a temporary folder for the time being."""
    if work is not None:
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="dissect-") as name:
        yield Path(name)


def share_folder(work: Path, inputs: Mapping[str, Any], rows: range) -> Path:
    """The folder in `work` of these pictures of a dissection with these inputs."""
    return inputs_folder(work, f"{inputs['model']}-{rows.start}-{rows.stop}", inputs)


def inputs_folder(work: Path, name: str, inputs: Mapping[str, Any]) -> Path:
    """A folder in `work` named after everything that decides what is kept in it, with the inputs in it to read."""
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False)
    folder = work / f"{name}-{digest_of(text.encode())}"
    write_json(folder / "inputs.json", inputs)
    return folder


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

    Read and written with plain calls: a memory-mapped file would count as memory of this process.
    """

    def __init__(self, path: Path, maps: int, grid: int, largest: int) -> None:
        self.shape = (maps, grid, grid)
        self.dtype = np.dtype(np.uint8 if largest < 256 else np.int16)
        self.bytes = self.dtype.itemsize * maps * grid * grid
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.file = path.open("r+b")

    def write(self, place: int, labels: Tensor) -> None:
        """Put the labels (N, M, grid, grid) of pictures place ... place + N - 1."""
        self.file.seek(place * self.bytes)
        self.file.write(labels.numpy().astype(self.dtype).tobytes())

    def read(self, place: int, count: int) -> Tensor:
        """The labels of `count` pictures, (count, M, grid, grid)."""
        self.file.seek(place * self.bytes)
        content = bytearray(self.file.read(count * self.bytes))
        return torch.from_numpy(np.frombuffer(content, self.dtype).reshape(count, *self.shape))

    def sync(self) -> None:
        """Make sure that everything is on the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def close(self) -> None:
        """Close the file."""
        self.file.close()
