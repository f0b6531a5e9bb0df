"""New things in free places: a brush is measured where its concept plausibly goes and is not yet.

Where things go is learnt from painted scenes with their exact labels (`brushes.habitat`), never from what a generator
or a brush does; what is free is said by a juror's map of the unedited picture, and nothing of the concept may be within
a brush's width.  The juror should be a segmenter that no search was made with.

Patch realism: of the patches around what was painted, the share within the k-nearest-neighbour manifold of patches of
painted scenes that show the concept; beside it the same for other such patches, and for the unedited pictures there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.brushes.brush import Brush
from dissect_core.brushes.effects import Bench, Edits, Places, Pool, discs, measure_insertion, observe, to_cells
from dissect_core.brushes.habitat import Habitat, instances, learn_habitat, plausible_places
from dissect_core.brushes.trial import paint_set
from dissect_core.concepts.columns import Columns
from dissect_core.evaluation.quality import NEIGHBOURS, inside
from dissect_core.evaluation.spaces import Features
from dissect_core.models.latents import check_ids
from dissect_core.painting.edits import UnitStroke, compose
from dissect_core.render import Request
from dissect_core.system.progress import Report, silent
from dissect_core.world.scenes import paint

CLEAR_OF = 3.0
"""Radii around a place without the concept: the brush and its width on every side."""
PATCH = 2.0
"""Half the side of a patch, in radii of the brush."""
PATCH_PX = 64
LEAST_PATCHES = 20
"""With fewer patches of the concept in painted scenes nothing is said about realism."""


@dataclass(frozen=True)
class AdditionSpec:
    """Generated images from first_id; the scenes that the rules and the real patches come from, from first_scene."""

    world: str
    images: int = 200
    first_id: int = 30_000
    scenes: int = 400
    first_scene: int = 21_000_000
    chunk: int = 100

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images)


@dataclass(frozen=True, eq=False)
class PaintedPool:
    """Painted scenes: pictures (N, 3, R, R) in [-1, 1], and their exact labels."""

    pictures: Tensor
    pool: Pool


def painted_pool(spec: AdditionSpec, columns: Columns, resolution: int) -> PaintedPool:
    """The scenes from which a concept's places are learnt."""
    seeds = range(spec.first_scene, spec.first_scene + spec.scenes)
    scenes = paint(spec.world, seeds, resolution)
    labels = {name: getattr(scenes, name) for name in columns.categories}
    return PaintedPool(scenes.images.float() / 127.5 - 1, Pool(tuple(range(spec.scenes)), labels))


@torch.inference_mode()
def measure_additions(
    bench: Bench, brushes: Sequence[Brush], spec: AdditionSpec, features: Features, *, progress: Report = silent
) -> dict[str, dict[str, Any]]:
    """Brush -> places, clear_rise, mean_gain, and the patch realism of edited, unedited and other painted patches.

    bench.segmenter is the juror; features: of a network that no critic of this generator looked through.
    """
    columns = bench.columns
    painted = painted_pool(spec, columns, bench.generator.resolution)
    images = observe(bench, range(spec.first_id, spec.first_id + spec.images))
    found = {}
    for number, brush in enumerate(brushes):
        habitat = learn_habitat(painted.pool, columns, brush.target)
        places = plausible_places(habitat, images, columns, CLEAR_OF)
        drawn = measure_insertion(bench, images, brush.target, paint_set(brush), places)
        found[brush.id] = {
            "places": len(places),
            "clear_rise": round(drawn.clear_rise, 4),
            "mean_gain": round(float(drawn.gain.mean()), 4) if len(places) else 0.0,
            "patches": patch_realism(bench, brush, images, places, painted, habitat, features),
        }
        progress(number + 1, len(brushes), brush.id)
    return found


def patch_realism(
    bench: Bench,
    brush: Brush,
    images: Pool,
    places: Places,
    painted: PaintedPool,
    habitat: Habitat,
    features: Features,
) -> dict[str, float] | None:
    """Shares inside the manifold of real patches: edited, unedited and other real ones; None if there are too few."""
    there = instances(painted.pool.is_concept(bench.columns, brush.target))
    centres = there.boxes.view(-1, 2, 2).mean(1)
    if len(centres) < LEAST_PATCHES or not len(places):
        return None
    half = habitat.radius * PATCH
    real = features(patches(painted.pictures[there.rows], centres, half))
    pairs = [(before, after) for _, before, after in strokes(bench, brush, images, places)]
    before, after = (torch.cat([pair[side] for pair in pairs]) for side in (0, 1))
    manifold, others = real[::2], real[1::2]
    judged = {
        "painted_scenes": others,
        "edited": features(patches(after, places.centres, half)),
        "unedited": features(patches(before, places.centres, half)),
    }
    return {name: round(inside(points, manifold, NEIGHBOURS), 4) for name, points in judged.items()}


def strokes(bench: Bench, brush: Brush, images: Pool, places: Places) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """(rows of `places`, pictures before, after) of one stroke of the brush at every place, in [-1, 1] on the CPU."""
    units, size = paint_set(brush), bench.generator.resolution
    grid = bench.generator.layers[units.layer].grid
    for start in range(0, len(places), bench.batch):
        rows = slice(start, min(start + bench.batch, len(places)))
        latents = bench.latents([images.ids[row] for row in places.rows[rows].tolist()])
        alphas = to_cells(discs(places.centres[rows], places.radius, size).float(), grid)[:, 0]
        edits: list[Edits] = [compose([UnitStroke(units.layer, units.units, units.values, alpha)]) for alpha in alphas]
        before = bench.renderer.render([Request(z, {}) for z in latents])
        after = bench.renderer.render([Request(z, edit) for z, edit in zip(latents, edits, strict=True)])
        yield rows, before.clamp(-1, 1).cpu(), after.clamp(-1, 1).cpu()


def patches(pictures: Tensor, centres: Tensor, half: float) -> Tensor:
    """Squares of side 2 half (0..1) around centres (M, 2), x and y in 0..1, moved inside the picture: (M, 3, P, P)."""
    half = min(half, 0.5)
    middle = centres.clamp(half, 1 - half) * 2 - 1
    offsets = (torch.arange(PATCH_PX) + 0.5) / PATCH_PX * 2 - 1
    down, across = torch.meshgrid(offsets * half * 2, offsets * half * 2, indexing="ij")
    grid = torch.stack([across, down], dim=-1) + middle[:, None, None]
    return F.grid_sample(pictures, grid, align_corners=False, padding_mode="border")
