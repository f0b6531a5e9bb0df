"""Where a concept plausibly belongs, learnt from where it is.

A tree in the sky proves nothing, so insertion is tried at *plausible* places.  The rule has no table of things in it;
everything comes from the label maps of unedited images (a 32 x 32 grid of positions):

    range(p)        how often position p shows the concept, smoothed over its neighbours
    company(o)      how often the positions around the concept's instances (a ring two positions wide) show object o;
                    objects with less than 5 % of the ring are no company
    a place         a disc where the concept is absent now, its centre p drawn with probability
                    range(p) * company(object at p), one per image, with the image's id as seed

(Bau et al. 2020 and their ACE code draw from range alone.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from dissect_core.concepts import Columns, Concept
from dissect_core.effects import Places, Pool
from dissect_core.positions import at_positions

GRID = 32
RING = 2
LEAST_COMPANY = 0.05
CONTEXT_SHARE = 0.9
SMALLEST_INSTANCE = 12  # pixels; smaller islands are noise of the segmenter
RADII = (1 / 24, 1 / 10)


@dataclass(frozen=True, eq=False)
class Habitat:
    """Where a concept lives.  range: (GRID, GRID) in 0..1; company: (objects,) shares; radius: of its brush, 0..1.

    The brush has the area of the concept's median instance (connected component), within RADII.
    """

    concept: Concept
    range: Tensor
    company: Tensor
    radius: float


@dataclass(frozen=True)
class Context:
    """A background to draw on: a name and the concepts that make it up."""

    name: str
    concepts: tuple[Concept, ...]


def learn_habitat(pool: Pool, columns: Columns, concept: Concept) -> Habitat:
    """The habitat of a concept in the images of a pool."""
    here = pool.is_concept(columns, concept)
    cells = at_positions(here, GRID).float().unsqueeze(1)  # (N, 1, G, G)
    near = F.max_pool2d(cells, 2 * RING + 1, stride=1, padding=RING)
    ring = (near - cells)[:, 0] > 0
    objects = next(iter(columns.categories))
    company = torch.bincount(
        at_positions(pool.labels[objects], GRID)[ring], minlength=len(columns.categories[objects])
    ).float()
    company /= company.sum().clamp(min=1)
    company[company < LEAST_COMPANY] = 0
    smooth = F.avg_pool2d(cells.mean(0), 3, stride=1, padding=1, count_include_pad=False)[0]
    return Habitat(concept, smooth, company, brush_radius(here))


def brush_radius(here: Tensor) -> float:
    """The radius, in 0..1, of the disc with the area of the median instance; here: bool (N, R, R)."""
    areas: list[int] = []
    for image in here.numpy():
        islands, count = ndimage.label(image)
        if count:
            areas += [int(area) for area in np.bincount(islands.reshape(-1))[1:] if area >= SMALLEST_INSTANCE]
    if not areas:
        return RADII[0]
    radius = math.sqrt(float(np.median(areas)) / math.pi) / here.shape[-1]
    return min(max(radius, RADII[0]), RADII[1])


def plausible_places(habitat: Habitat, pool: Pool, columns: Columns) -> Places:
    """One plausible place on each image of the pool that has any."""
    here = pool.is_concept(columns, habitat.concept)
    objects = at_positions(pool.labels[next(iter(columns.categories))], GRID)
    absent = _disc_share(here, habitat.radius) <= 0
    weights = habitat.range * habitat.company[objects.long()] * absent
    return _draw(weights, pool.ids, habitat.radius)


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
