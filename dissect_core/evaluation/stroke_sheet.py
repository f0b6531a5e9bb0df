"""A sheet for the eye: before and after of a brush at free places of consecutive images, none chosen."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dissect_core.brushes.brush import Brush
from dissect_core.brushes.effects import Bench, observe
from dissect_core.brushes.habitat import learn_habitat, plausible_places
from dissect_core.evaluation.additions import CLEAR_OF, PATCH, AdditionSpec, painted_pool, strokes
from dissect_core.images.pixels import to_bytes
from dissect_core.images.sheets import captioned, contact_sheet

OUTLINE = (255, 255, 255)


@torch.inference_mode()
def stroke_sheet(bench: Bench, brushes: Sequence[Brush], spec: AdditionSpec, columns: int) -> Tensor:
    """One uint8 picture: for each brush its name over a row of pairs, of the first images that have a free place.

    The place is outlined in both pictures of a pair.
    """
    painted = painted_pool(spec, bench.columns, bench.generator.resolution)
    images = observe(bench, range(spec.first_id, spec.first_id + spec.images))
    rows = []
    for brush in brushes:
        habitat = learn_habitat(painted.pool, bench.columns, brush.target)
        places = plausible_places(habitat, images, bench.columns, CLEAR_OF).first(columns)
        pictures = []
        for part, before, after in strokes(bench, brush, images, places):
            for centre, *pair in zip(places.centres[part], to_bytes(before), to_bytes(after), strict=True):
                pictures += [outlined(picture, centre, places.radius * PATCH) for picture in pair]
        size = bench.generator.resolution
        pictures += [torch.zeros(size, size, 3, dtype=torch.uint8)] * (2 * columns - len(pictures))
        rows.append(captioned(contact_sheet(torch.stack(pictures), 2 * columns), brush.id))
    return torch.cat(rows)


def outlined(picture: Tensor, centre: Tensor, half: float) -> Tensor:
    """A copy of uint8 (H, W, 3) with a thin square around a centre (x, y in 0..1), cut at the edges."""
    size = picture.shape[0]
    low = [max(0, round(float(middle - half) * size)) for middle in centre]
    high = [min(size - 1, round(float(middle + half) * size)) for middle in centre]
    picture, colour = picture.clone(), torch.tensor(OUTLINE, dtype=torch.uint8)
    for y in (low[1], high[1]):
        picture[y, low[0] : high[0] + 1] = colour
    for x in (low[0], high[0]):
        picture[low[1] : high[1] + 1, x] = colour
    return picture
