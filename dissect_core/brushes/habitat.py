"""Where a concept plausibly belongs, learnt from where it is.

A tree in the sky proves nothing, so insertion is tried at *plausible* places.  The rule has no table of things in it;
everything comes from the label maps of unedited images.  Instances are connected components; G = 32:

    range(p)      how often an instance has its centre (of its box) at position p of a G x G grid, smoothed over the
                  neighbours of p
    company(o)    how often the positions around instances (a ring two positions wide) show object o, of a part also
                  how often they show part o; less than 5 % of the ring is no company
    sides         what lies above, below, left and right of the boxes, one and a half positions away; again 5 %
    a place       a disc where the concept is absent now, with nothing beyond its four sides that does not lie there
                  beside instances; its centre p drawn with probability range(p) * company(what is at p), one per image,
                  with the image's id as seed

(Bau et al. 2020 and their ACE code draw from how often a pixel shows the concept alone.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from dissect_core.brushes.effects import Places, Pool
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.concepts.positions import at_positions

GRID = 32
RING = 2
LEAST_COMPANY = 0.05
CONTEXT_SHARE = 0.9
SMALLEST_INSTANCE = 12  # pixels; smaller islands are noise of the segmenter
RADII = (1 / 24, 1 / 10)
SIDES = ((0, -1), (0, 1), (-1, 0), (1, 0))  # x, y: above, below, left, right
GAP = 1.5 / GRID


@dataclass(frozen=True, eq=False)
class Habitat:
    """Where a concept lives.

    range: (GRID, GRID), instances per image.  company: category -> shares (K,), 0..1.  sides: bool (4, objects + 1),
    what may lie beyond each of SIDES, the last column the edge of the picture.  radius: of its brush, 0..1, with the
    area of the concept's median instance, within RADII.
    """

    concept: Concept
    range: Tensor
    company: Mapping[str, Tensor]
    sides: Tensor
    radius: float


@dataclass(frozen=True)
class Context:
    """A background to draw on: a name and the concepts that make it up."""

    name: str
    concepts: tuple[Concept, ...]


def learn_habitat(pool: Pool, columns: Columns, concept: Concept) -> Habitat:
    """The habitat of a concept in the images of a pool."""
    here = pool.is_concept(columns, concept)
    found = instances(here)
    objects = next(iter(columns.categories))
    categories = dict.fromkeys((objects, concept.category))
    count = len(columns.categories[objects])
    ring = at_positions(here, GRID)
    ring = _near(ring) & ~ring
    beside = torch.stack([_beyond(pool.labels[objects], count, found, step) for step in SIDES])
    seen = torch.stack([torch.bincount(labels, minlength=count + 1) for labels in beside])
    return Habitat(
        concept,
        _range(found, len(here)),
        {name: _company(pool.labels[name], ring, len(columns.categories[name])) for name in categories},
        seen >= max(1.0, LEAST_COMPANY * len(found.rows)),
        brush_radius(found),
    )


@dataclass(frozen=True, eq=False)
class Instances:
    """Connected components of a concept.

    rows: (M,) int64, whose image; boxes: (M, 4), left, top, right, bottom in 0..1; areas: (M,) shares of the picture.
    """

    rows: Tensor
    boxes: Tensor
    areas: Tensor


def instances(here: Tensor) -> Instances:
    """The instances in bool (N, R, R); islands of less than SMALLEST_INSTANCE pixels are none."""
    rows, boxes, areas = [], [], []
    for row, image in enumerate(here.numpy()):
        islands, _ = ndimage.label(image)
        sizes = np.bincount(islands.reshape(-1))[1:]
        for (down, across), size in zip(ndimage.find_objects(islands), sizes, strict=True):
            if size >= SMALLEST_INSTANCE:
                rows.append(row)
                boxes.append((across.start, down.start, across.stop, down.stop))
                areas.append(int(size))
    size = here.shape[-1]
    return Instances(
        torch.tensor(rows, dtype=torch.int64), torch.tensor(boxes).view(-1, 4) / size, torch.tensor(areas) / size**2
    )


def brush_radius(found: Instances) -> float:
    """The radius, in 0..1, of the disc with the area of the median instance, within RADII."""
    if not len(found.areas):
        return RADII[0]
    radius = math.sqrt(float(np.median(found.areas.numpy())) / math.pi)
    return min(max(radius, RADII[0]), RADII[1])


def plausible_places(habitat: Habitat, pool: Pool, columns: Columns, clear: float = 1.0) -> Places:
    """One plausible place on each image of the pool that has any; clear: radii around it without the concept."""
    weights = habitat.range * (_disc_share(pool.is_concept(columns, habitat.concept), habitat.radius * clear) <= 0)
    for category, shares in habitat.company.items():
        weights = weights * shares[at_positions(pool.labels[category], GRID).long()]
    objects = pool.labels[next(iter(columns.categories))]
    for step, allowed in zip(SIDES, habitat.sides, strict=True):
        weights = weights * allowed[_beyond_discs(objects, len(allowed) - 1, habitat.radius, step)]
    return _draw(weights, pool.ids, habitat.radius)


def _range(found: Instances, images: int) -> Tensor:
    centres = (found.boxes.view(-1, 2, 2).mean(1) * GRID).long().clamp(0, GRID - 1)
    counts = torch.bincount(centres[:, 1] * GRID + centres[:, 0], minlength=GRID * GRID).float().view(1, GRID, GRID)
    return F.avg_pool2d(counts / max(images, 1), 3, stride=1, padding=1, count_include_pad=False)[0]


def _near(cells: Tensor) -> Tensor:
    """Within RING positions of any that is true; bool (N, G, G)."""
    return F.max_pool2d(cells.float().unsqueeze(1), 2 * RING + 1, stride=1, padding=RING)[:, 0] > 0


def _company(labels: Tensor, ring: Tensor, count: int) -> Tensor:
    company = torch.bincount(at_positions(labels, GRID)[ring], minlength=count).float()
    company /= company.sum().clamp(min=1)
    return torch.where(company < LEAST_COMPANY, 0, company)


def _beyond(labels: Tensor, edge: int, found: Instances, step: tuple[int, int]) -> Tensor:
    """The labels beyond one side of every instance, (M,) int64; `edge` outside of the picture."""
    low, high = found.boxes.view(-1, 2, 2).unbind(1)
    direction = torch.tensor(step)
    points = (low + high) / 2 + direction * ((high - low) / 2 + GAP)
    size = labels.shape[-1]
    x, y = (points * size).floor().long().unbind(1)
    inside = (x >= 0) & (x < size) & (y >= 0) & (y < size)
    return torch.where(inside, labels[found.rows, y.clamp(0, size - 1), x.clamp(0, size - 1)].long(), edge)


def _beyond_discs(labels: Tensor, edge: int, radius: float, step: tuple[int, int]) -> Tensor:
    """The same for the disc around every position of every image, (N, GRID, GRID)."""
    size = labels.shape[-1]
    centres = (torch.arange(GRID) + 0.5) / GRID
    x, y = (((centres + way * (radius + GAP)) * size).floor().long() for way in step)
    inside = ((y >= 0) & (y < size))[:, None] & ((x >= 0) & (x < size))
    return torch.where(inside, labels[:, y.clamp(0, size - 1)][:, :, x.clamp(0, size - 1)].long(), edge)


def context_places(context: Context, pool: Pool, columns: Columns, radius: float) -> Places:
    """One place on each image that has any disc with nine tenths inside the context, all such centres alike."""
    inside = torch.stack([pool.is_concept(columns, concept) for concept in context.concepts]).any(0)
    return _draw((_disc_share(inside, radius) >= CONTEXT_SHARE).float(), pool.ids, radius)


def _disc_share(mask: Tensor, radius: float) -> Tensor:
    """Share of the disc around every grid position that a mask (N, R, R) fills, (N, GRID, GRID).

    Positions whose disc leaves the picture count the part inside.
    """
    size = mask.shape[-1]
    reach = max(1, math.ceil(radius * size))
    axis = torch.arange(-reach, reach + 1) / size
    disc = (axis.square()[:, None] + axis.square()[None, :] <= radius**2).float()[None, None]
    ones = torch.ones(1, 1, size, size)
    share = [
        (F.conv2d(part.float().unsqueeze(1), disc, padding=reach) / F.conv2d(ones, disc, padding=reach))[:, 0]
        for part in mask.split(64)
    ]
    return at_positions(torch.cat(share), GRID).clamp(0, 1)


def _draw(weights: Tensor, ids: Sequence[int], radius: float) -> Places:
    """One position per image with any weight, drawn by weight with the image's id as seed: weights (N, GRID, GRID)."""
    flat = weights.reshape(len(ids), -1).double()
    rows = (flat.sum(1) > 0).nonzero()[:, 0]
    uniform = torch.tensor([np.random.RandomState(ids[row]).random_sample() for row in rows.tolist()])
    cumulative = flat[rows].cumsum(1)
    target = (uniform.double() * cumulative[:, -1])[:, None] if len(rows) else torch.zeros(0, 1).double()
    cell = torch.searchsorted(cumulative, target, right=True)[:, 0].clamp(max=GRID * GRID - 1)
    centres = torch.stack([cell % GRID, cell // GRID], 1).float().add(0.5).div(GRID)
    return Places(rows, centres, radius)
