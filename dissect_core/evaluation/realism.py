"""How far generated pictures are from painted ones, beside how far painted ones are from each other.

In each feature space: Fréchet distance, precision and recall (`quality`), and a linear probe, the share of held-out
pictures of which a linear rule says rightly whether they are generated; 50 % is chance.  The same of two disjoint sets
of painted scenes is the ceiling that a perfect generator would reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dissect_core.evaluation.quality import as_shown, frechet, precision_recall
from dissect_core.evaluation.spaces import Features
from dissect_core.models.latents import check_ids, latents
from dissect_core.models.progan import Generator
from dissect_core.render import Renderer, Request
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report, silent
from dissect_core.world.scenes import paint

RIDGE = 1e-2
"""Of the probe, as a share of the features' mean variance."""


@dataclass(frozen=True)
class RealismSpec:
    """Which pictures: of the generator from first_id, painted scenes of the world from first_scene, twice as many."""

    world: str
    images: int = 2_000
    first_id: int = 0
    first_scene: int = 20_000_000
    batch: int = 32

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images)


@torch.inference_mode()
def measure_realism(
    generator: Generator, spaces: Mapping[str, Features], spec: RealismSpec, *, progress: Report = silent
) -> dict[str, Any]:
    """Per space the figures of the generator and, as "ceiling", those of painted scenes against other painted ones."""
    device = next(generator.parameters()).device
    renderer = Renderer(generator, dtype=torch.float32)
    total = 3 * spec.images

    def generated(ids: range) -> Tensor:
        wanted = [Request(z) for z in latents(ids, generator.latent_size).to(device)]
        return as_shown(renderer.render(wanted))

    def painted(seeds: range) -> Tensor:
        scenes = paint(spec.world, seeds, generator.resolution, device, batch=spec.batch)
        return scenes.images.float() / 127.5 - 1

    sources = [
        (generated, spec.first_id, "generated images"),
        (painted, spec.first_scene, "painted scenes"),
        (painted, spec.first_scene + spec.images, "painted scenes"),
    ]
    found: dict[str, list[Tensor]] = {name: [] for name in spaces}
    for number, (make, first, phase) in enumerate(sources):
        parts: dict[str, list[Tensor]] = {name: [] for name in spaces}
        for ids in _batches(first, spec):
            images = make(ids)
            for name, features in spaces.items():
                parts[name].append(features(images).float().cpu())
            progress(number * spec.images + ids.stop - first, total, phase)
        for name, part in parts.items():
            found[name].append(torch.cat(part))
    return {
        "images": spec.images,
        "first_id": spec.first_id,
        "world": spec.world,
        "first_scene": spec.first_scene,
        "code_version": code_version(__name__),
        "spaces": {
            name: {**compare(real, fake), "ceiling": compare(real, other)}
            for name, (fake, real, other) in found.items()
        },
    }


def compare(real: Tensor, other: Tensor) -> dict[str, float]:
    """Figures of one set of features (M, F) against that of real pictures (N, F)."""
    precision, recall = precision_recall(real, other)
    return {
        "frechet": round(frechet(real, other), 4),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "probe": round(probe(real, other), 4),
    }


def probe(real: Tensor, other: Tensor) -> float:
    """Share of held-out features of which a linear rule tells the set: ridge regression on every second of each set."""
    x = torch.cat([real, other]).double()
    y = torch.cat([torch.ones(len(real)), -torch.ones(len(other))]).double()
    held = torch.cat([torch.arange(len(real)), torch.arange(len(other))]) % 2 == 1
    mean, scale = x[~held].mean(0), x[~held].std(0).clamp(min=1e-6)
    x = torch.cat([(x - mean) / scale, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)
    seen = x[~held]
    ridge = RIDGE * len(seen) * torch.eye(x.shape[1], dtype=x.dtype)
    weights = torch.linalg.solve(seen.T @ seen + ridge, seen.T @ y[~held])
    return float(((x[held] @ weights) * y[held] > 0).double().mean())


def _batches(first: int, spec: RealismSpec) -> Iterator[range]:
    for start in range(first, first + spec.images, spec.batch):
        yield range(start, min(start + spec.batch, first + spec.images))
