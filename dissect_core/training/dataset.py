"""Painted scenes on disk: made once, then read at random by the trainings.

One folder per (world, size, count, fingerprint of the world), holding `images.npy`, uint8 (N, 3, H, W), and
`labels.npy`, uint8 (N, 3, H, W) with object, part and material.  A folder appears under its name only when complete.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from torch import Tensor

from dissect_core.system.folders import put_in_place, temporary_folder
from dissect_core.system.progress import Report, silent
from dissect_core.world.scenes import paint

CHUNK = 64


@dataclass(frozen=True)
class PaintedScenes:
    """Memory-mapped pictures and labels of scenes first_seed … first_seed + N - 1 of a world."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return int(self.images.shape[0])

    def pictures(self, indices: Tensor) -> Tensor:
        """uint8 (N, 3, H, W)."""
        return torch.from_numpy(self.images[indices.numpy()])

    def label_maps(self, indices: Tensor) -> Tensor:
        """uint8 (N, 3, H, W): object, part, material."""
        return torch.from_numpy(self.labels[indices.numpy()])


def fingerprint(world: str) -> str:
    """Eight hex digits that change whenever the pictures of a world change."""
    sample = paint(world, range(8), 64)
    return hashlib.sha256(sample.images.numpy().tobytes() + sample.object.numpy().tobytes()).hexdigest()[:8]


def _paint_chunk(world: str, first: int, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    torch.set_num_threads(1)
    scenes = paint(world, range(first, first + count), size)
    labels = torch.stack([scenes.object, scenes.part, scenes.material], dim=1)
    return scenes.images.numpy(), labels.numpy()


def painted_scenes(
    world: str,
    count: int,
    size: int,
    folder: Path,
    first_seed: int = 0,
    progress: Report = silent,
) -> PaintedScenes:
    """The scenes, painted now by one process per core unless the folder already holds them, or more of them."""
    look = fingerprint(world)
    home = folder / f"{world}-{size}px-{first_seed}+{count}-{look}"
    for found in folder.glob(f"{world}-{size}px-{first_seed}+*-{look}"):
        if int(found.name.removesuffix(f"-{look}").rpartition("+")[2]) >= count:
            home = found
    if not home.is_dir():
        with temporary_folder(home) as own:
            (partial := own / "fresh").mkdir()
            _paint_into(partial, world, range(first_seed, first_seed + count), size, progress)
            put_in_place(partial, home)
    images, labels = (np.load(home / f"{name}.npy", mmap_mode="r")[:count] for name in ("images", "labels"))
    return PaintedScenes(images, labels)


def _paint_into(folder: Path, world: str, seeds: range, size: int, progress: Report) -> None:
    """Paint scenes into the files of a folder, by one process per core."""
    shape = (len(seeds), 3, size, size)
    images = open_memmap(folder / "images.npy", mode="w+", dtype=np.uint8, shape=shape)
    labels = open_memmap(folder / "labels.npy", mode="w+", dtype=np.uint8, shape=shape)
    starts = range(0, len(seeds), CHUNK)
    fresh = multiprocessing.get_context("spawn")  # forking a process that runs torch threads can hang
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=fresh) as pool:
        jobs = [
            pool.submit(_paint_chunk, world, seeds[start], min(CHUNK, len(seeds) - start), size) for start in starts
        ]
        for start, job in zip(starts, jobs, strict=True):
            chunk_images, chunk_labels = job.result()
            images[start : start + len(chunk_images)] = chunk_images
            labels[start : start + len(chunk_labels)] = chunk_labels
            progress(start + len(chunk_images), len(seeds))
    images.flush()
    labels.flush()
