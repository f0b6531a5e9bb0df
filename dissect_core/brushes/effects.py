"""The measured causal effect of a set of units: what disappears without them, what appears where they are set high.

Bau et al. 2020, "Causal effects of units": *ablation* sets units to zero everywhere; *insertion* sets them to their
0.99 quantile under a small mask.  Both are counted in pixels by the segmenter, on the edited picture against the
unedited one.  A brush is a disc, brought to the layer's grid by maximum pooling exactly as a painted stroke is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.concepts.columns import Columns, Concept
from dissect_core.concepts.pixels import pixels
from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.models.segmenter import Segmenter
from dissect_core.painting.edits import LayerEdit, UnitStroke, compose
from dissect_core.render import Request

CLEAR_RISE = 0.10
"""A rise is clear when the concept gains at least this share of the brush's pixels."""

LARGE_SHARE = 0.05
"""An object that covers less of the pixels changes easily."""

Edits = Mapping[str, LayerEdit]
"""By layer."""

LabelMaps = Mapping[str, Tensor]
"""Category -> uint8 (N, R, R), indices into the category's names, on the CPU."""


class RendersImages(Protocol):
    """What measuring needs of a renderer."""

    def render(self, requests: Sequence[Request]) -> Tensor:
        """(N, 3, R, R), about [-1, 1]."""


@dataclass(frozen=True, eq=False)
class Bench:
    """A generator, its renderer and a segmenter on one device, and how many images they take at once.

    The renderer draws everything that is counted; the generator itself only what is differentiated.
    """

    generator: Generator
    renderer: RendersImages
    segmenter: Segmenter
    batch: int = 16

    @property
    def columns(self) -> Columns:
        """The segmenter's concepts."""
        return Columns(self.segmenter.categories)

    @property
    def device(self) -> torch.device:
        """Where both are."""
        return next(self.generator.parameters()).device

    def latents(self, ids: Sequence[int]) -> Tensor:
        """The latents of images, (N, Z) on the device."""
        return latents(ids, self.generator.latent_size).to(self.device)


@dataclass(frozen=True, eq=False)
class Pool:
    """Unedited images and what the segmenter sees in them, at full resolution (48 KB an image at 128 pixels)."""

    ids: tuple[int, ...]
    labels: LabelMaps

    def is_concept(self, columns: Columns, concept: Concept) -> Tensor:
        """Where the concept is, bool (N, R, R)."""
        return self.labels[concept.category] == columns.label(concept)

    def part(self, rows: slice) -> Pool:
        """Some of the images."""
        return Pool(self.ids[rows], {name: maps[rows] for name, maps in self.labels.items()})


@dataclass(frozen=True, eq=False)
class Places:
    """Discs on images of a pool.  rows: (M,) int64 into the pool; centres: (M, 2) x, y in 0..1; radius in 0..1."""

    rows: Tensor
    centres: Tensor
    radius: float

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, count: int) -> Places:
        """The first `count` places."""
        return Places(self.rows[:count], self.centres[:count], self.radius)


@dataclass(frozen=True, eq=False)
class UnitSet:
    """Units of a layer, best first, and the value that drawing sets each to (its 0.99 quantile)."""

    layer: str
    units: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Ablation:
    """Pixels of every concept over the same images before and after, (K,) int64, and what else changed.

    others: pixels that did not show the concept before; damaged: those of them whose object changed.
    """

    images: int
    before: Tensor
    after: Tensor
    others: int
    damaged: int

    @property
    def collateral(self) -> float:
        """Share of the pixels that did not show the concept and whose object changed."""
        return self.damaged / max(self.others, 1)

    def __add__(self, more: Ablation) -> Ablation:
        """The same over both sets of images."""
        return Ablation(
            self.images + more.images,
            self.before + more.before,
            self.after + more.after,
            self.others + more.others,
            self.damaged + more.damaged,
        )

    def change(self, columns: Sequence[int]) -> float:
        """Relative change of the pixels of some columns together: -0.5 = half of them are gone; 0 if there are none."""
        before, after = (int(counts[list(columns)].sum()) for counts in (self.before, self.after))
        return after / before - 1 if before else 0.0


@dataclass(frozen=True, eq=False)
class Insertion:
    """gain: (M,) float, how much of the brush's pixels the concept gained at each place, in -1..1."""

    gain: Tensor

    @property
    def any_rise(self) -> float:
        """Share of the places where the concept's pixels rose at all."""
        return _share(self.gain > 0)

    @property
    def clear_rise(self) -> float:
        """Share of the places where the concept gained at least CLEAR_RISE of the brush's pixels."""
        return _share(self.gain >= CLEAR_RISE)


def large_objects(columns: Columns, concept: Concept, ablation: Ablation) -> list[int]:
    """The columns of the objects, other than the concept, that cover at least LARGE_SHARE of the pixels."""
    objects = next(iter(columns.categories))
    named = [column for column, other in enumerate(columns.concepts) if other.category == objects and other != concept]
    everything = sum(int(ablation.before[columns.column(one)]) for one in columns.concepts if one.category == objects)
    return [column for column in named if int(ablation.before[column]) >= LARGE_SHARE * max(everything, 1)]


def upset(columns: Columns, concept: Concept, ablation: Ablation) -> float:
    """The largest change of another large object, relative to its pixels, either way."""
    others = large_objects(columns, concept, ablation)
    return max((abs(ablation.change([column])) for column in others), default=0.0)


def observe(bench: Bench, ids: Sequence[int]) -> Pool:
    """Render and segment images."""
    parts = [labels for _, labels in labelled_batches(bench, ids)]
    return Pool(tuple(ids), {name: torch.cat([part[name] for part in parts]) for name in bench.columns.categories})


def measure_ablation(bench: Bench, pool: Pool, concept: Concept, units: UnitSet) -> Ablation:
    """Zero the units everywhere in every image of the pool and count."""
    columns = bench.columns
    before, after = (torch.zeros(len(columns.concepts), dtype=torch.int64) for _ in range(2))
    damaged = others = 0
    objects = next(iter(columns.categories))
    everywhere = torch.ones(2 * (bench.generator.layers[units.layer].grid,))
    erased = compose([UnitStroke(units.layer, units.units, (0.0,) * len(units.units), everywhere)])
    for rows, labels in labelled_batches(bench, pool.ids, lambda _: erased):
        old = {name: maps[rows] for name, maps in pool.labels.items()}
        before += pixels(columns, old)
        after += pixels(columns, labels)
        elsewhere = old[concept.category] != columns.label(concept)
        others += int(elsewhere.sum())
        damaged += int((elsewhere & (old[objects] != labels[objects])).sum())
    return Ablation(len(pool.ids), before, after, others, damaged)


def measure_insertion(bench: Bench, pool: Pool, concept: Concept, units: UnitSet, places: Places) -> Insertion:
    """Draw one disc on each place's image and count the concept's pixels under it, after minus before."""
    if not len(places):
        return Insertion(torch.zeros(0))
    columns, size = bench.columns, next(iter(pool.labels.values())).shape[-1]
    ids = [pool.ids[row] for row in places.rows.tolist()]
    grid = bench.generator.layers[units.layer].grid

    def drawn(number: int) -> Edits:
        alpha = to_cells(discs(places.centres[number : number + 1], places.radius, size).float(), grid)[0, 0]
        return compose([UnitStroke(units.layer, units.units, units.values, alpha)])

    gains = []
    for rows, labels in labelled_batches(bench, ids, drawn):
        brush = discs(places.centres[rows], places.radius, size)
        label = columns.label(concept)
        old = (pool.labels[concept.category][places.rows[rows]] == label) & brush
        new = (labels[concept.category] == label) & brush
        gains.append((new.sum((1, 2)) - old.sum((1, 2))) / brush.sum((1, 2)).clamp(min=1))
    return Insertion(torch.cat(gains))


def discs(centres: Tensor, radius: float, size: int) -> Tensor:
    """Filled discs: centres (M, 2) x, y in 0..1 -> bool (M, size, size), the pixels whose centre lies inside.

    The pixel that contains the centre always belongs to the disc.
    """
    axis = (torch.arange(size) + 0.5) / size
    across = (axis - centres[:, :1]).square()[:, None, :]
    down = (axis - centres[:, 1:]).square()[:, :, None]
    inside = across + down <= radius**2
    column, row = (centres * size).long().clamp(0, size - 1).unbind(1)
    inside[torch.arange(len(centres)), row, column] = True
    return inside


def to_cells(masks: Tensor, grid: int) -> Tensor:
    """(N, R, R) masks -> (N, 1, grid, grid), the maximum of each cell, as for a painted stroke."""
    return F.adaptive_max_pool2d(masks.unsqueeze(1), grid)


def labelled_batches(
    bench: Bench, ids: Sequence[int], edits: Callable[[int], Edits] = lambda _: {}
) -> Iterator[tuple[slice, dict[str, Tensor]]]:
    """(rows of `ids`, labels on the CPU) of each batch, every row edited as edits(row) says."""
    for start in range(0, len(ids), bench.batch):
        rows = slice(start, min(start + bench.batch, len(ids)))
        z = bench.latents(ids[rows])
        images = bench.renderer.render([Request(one, edits(start + n)) for n, one in enumerate(z)]).clamp(-1, 1)
        yield rows, {name: maps.cpu() for name, maps in bench.segmenter.label(images).items()}


def _share(hits: Tensor) -> float:
    return float(hits.double().mean()) if len(hits) else 0.0
