"""How good a generator is: does it draw the right amount of everything, how far are its pictures, do they cover?

- *Object shares*: each object's share of all pixels, in generated pictures (read by the segmenter) against the world's
  (known exactly; what the segmenter reads there is recorded too).  A share above 0.5 % must be within a quarter.
- *Fréchet distance* between Gaussians fitted to features (Heusel et al. 2017, eq. 6).
- *Improved precision and recall* (Kynkäänniemi et al. 2019, k = 3): the share of generated features inside the union
  of the real ones' k-nearest-neighbour balls, and the reverse.

The features are the pooled encoder maps of our own segmenter, named with its SHA-256: numbers of one feature space
compare with nothing measured in another, above all not with Inception scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.concepts.pixels import pixels
from dissect_core.models.latents import LATENTS_RULE, check_ids, latents
from dissect_core.models.progan import Generator
from dissect_core.models.segmenter import Segmenter
from dissect_core.render import Renderer, Request
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report, silent
from dissect_core.world.scenes import paint

LEAST_SHARE = 0.005
TOLERANCE = 0.25
NEIGHBOURS = 3
FEATURES = "storybook-segmenter encoder: means of its three coarsest maps"


@dataclass(frozen=True)
class QualitySpec:
    """What decides the numbers: images of the model first_id ..., scenes of the world first_scene ... (held out)."""

    model: str
    model_sha256: str
    segmenter_sha256: str
    world: str
    images: int = 10_000
    first_id: int = 0
    first_scene: int = 20_000_000
    batch: int = 32

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images)


@torch.inference_mode()
def measure_quality(
    generator: Generator, segmenter: Segmenter, spec: QualitySpec, *, progress: Report = silent
) -> dict[str, Any]:
    """The quality of a generator as a JSON object for its model card; see `share_table` for "objects"."""
    columns = Columns(segmenter.categories)
    device, renderer = next(generator.parameters()).device, Renderer(generator, dtype=torch.float32)
    drawn, painted, read = (torch.zeros(len(columns.concepts), dtype=torch.int64) for _ in range(3))
    fake, real = [], []
    for start in _starts(spec, progress, "generated images"):
        ids = range(spec.first_id + start, spec.first_id + min(start + spec.batch, spec.images))
        images = as_shown(renderer.render([Request(z) for z in latents(ids, generator.latent_size).to(device)]))
        drawn += pixels(columns, {name: maps.cpu() for name, maps in segmenter.label(images).items()})
        fake.append(segmenter.features(images).cpu())
    for start in _starts(spec, progress, "scenes of the world"):
        seeds = range(spec.first_scene + start, spec.first_scene + min(start + spec.batch, spec.images))
        scenes = paint(spec.world, seeds, generator.resolution, device, batch=spec.batch)
        images = scenes.images.float() / 127.5 - 1
        painted += pixels(columns, {name: getattr(scenes, name).cpu() for name in columns.categories})
        read += pixels(columns, {name: maps.cpu() for name, maps in segmenter.label(images).items()})
        real.append(segmenter.features(images).cpu())
    features = torch.cat(real), torch.cat(fake)
    precision, recall = precision_recall(*features)
    total = spec.images * generator.resolution**2
    objects = share_table(columns, {"generated": drawn, "world": painted, "world_as_segmented": read}, total)
    return {
        "images": spec.images,
        "first_id": spec.first_id,
        "latents": LATENTS_RULE,
        "world": spec.world,
        "first_scene": spec.first_scene,
        "model_sha256": spec.model_sha256,
        "segmenter_sha256": spec.segmenter_sha256,
        "code_version": code_version(__name__),
        "objects": objects,
        "objects_within_a_quarter": all(row["within"] for row in objects if row["within"] is not None),
        "features": FEATURES,
        "frechet": round(frechet(*features), 4),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "neighbours": NEIGHBOURS,
    }


def as_shown(images: Tensor) -> Tensor:
    """Raw pictures clamped and rounded to 256 levels, back in [-1, 1]: what a viewer gets, and what scenes are."""
    return images.add(1).mul(127.5).clamp(0, 255).round() / 127.5 - 1


def share_table(columns: Columns, counts: Mapping[str, Tensor], total: int) -> list[dict[str, Any]]:
    """One row per object that occurs: its name, its share under each heading of `counts`, ratio and verdict.

    counts must have "generated" and "world".  within: whether the ratio is 0.75 to 1.25, null for shares that are at
    most 0.5 % of the world's pixels.  Largest share first.
    """
    objects = next(iter(columns.categories))
    rows = []
    for column, concept in enumerate(columns.concepts):
        shares = {heading: int(count[column]) / total for heading, count in counts.items()}
        if concept.category != objects or not any(shares.values()):
            continue
        world = shares["world"]
        ratio = shares["generated"] / world if world else None
        within = abs(ratio - 1) <= TOLERANCE if ratio is not None and world > LEAST_SHARE else None
        rows.append(
            {
                "name": concept.name,
                **{heading: round(share, 6) for heading, share in shares.items()},
                "ratio": None if ratio is None else round(ratio, 3),
                "within": within,
            }
        )
    return sorted(rows, key=lambda row: -float(row["world"]))


def frechet(real: Tensor, fake: Tensor) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features (N, F), (M, F); 0 for equal sets.

    |mu - nu|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2): the symmetric form of the usual product, so that every square root
    is of a positive semidefinite matrix and exact by eigenvalues.  Float64.
    """
    means = [x.double().mean(0) for x in (real, fake)]
    a, b = (torch.cov(x.double().T).reshape(x.shape[1], x.shape[1]) for x in (real, fake))
    values, vectors = torch.linalg.eigh(a)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ b @ root).clamp(min=0).sqrt().sum()
    distance = (means[0] - means[1]).square().sum() + a.trace() + b.trace() - 2 * cross
    return max(0.0, float(distance))


def precision_recall(real: Tensor, fake: Tensor, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """(precision, recall) of fake features (M, F) against real ones (N, F): shares inside the other set's manifold."""
    return inside(fake, real, neighbours), inside(real, fake, neighbours)


def inside(points: Tensor, manifold: Tensor, neighbours: int) -> float:
    """Share of the points within some manifold point's distance to its k-th nearest other manifold point."""
    chunk = 1024
    radii = torch.cat(
        [torch.cdist(part, manifold).kthvalue(neighbours + 1, dim=1).values for part in manifold.split(chunk)]
    )  # the nearest of all is the point itself
    inside = [(torch.cdist(part, manifold) <= radii).any(1) for part in points.split(chunk)]
    return float(torch.cat(inside).double().mean())


def _starts(spec: QualitySpec, progress: Report, phase: str) -> Iterator[int]:
    for start in range(0, spec.images, spec.batch):
        yield start
        progress(min(start + spec.batch, spec.images), spec.images, phase)


def failing_objects(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the objects of a share table that are out of tolerance."""
    return [str(row["name"]) for row in rows if row["within"] is False]
