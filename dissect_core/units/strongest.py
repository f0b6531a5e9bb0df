"""Which units are strongest at a place of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.concepts.positions import upsample
from dissect_core.dissection.result import Dissection
from dissect_core.errors import BadMask, UnitbrushError
from dissect_core.painting.masks import to_grid
from dissect_core.units.rarity import quantile_of_rarity, unit_rarity


@dataclass(frozen=True)
class StrongUnit:
    """A unit with its mean activation at the place, and the quantile that this is among all its activations."""

    unit: int
    activation: float
    quantile: float


def place_of_point(x: float, y: float, side: int) -> Tensor:
    """The pixel that contains a point of the unit square: (side, side), 1 there and 0 elsewhere.

    Raises UnitbrushError for a point outside.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise UnitbrushError("a point outside the picture", field="point", value=f"{x:g}, {y:g}", allowed="0 to 1")
    place = torch.zeros(side, side)
    place[min(int(y * side), side - 1), min(int(x * side), side - 1)] = 1
    return place


def place_of_mask(mask: Tensor, side: int) -> Tensor:
    """A painted mask (H, W) in [0, 1] -> how much of every pixel is painted, (side, side).  BadMask if nothing is."""
    if not bool(mask.any()):
        raise BadMask("nothing is painted", field="mask", value="empty", allowed="at least one painted pixel")
    return to_grid(mask, side, "mean")


def strongest(dissection: Dissection, layer: str, maps: Tensor, place: Tensor, count: int) -> list[StrongUnit]:
    """The units of a layer that are strongest at a place: maps (U, h, w), place (R, R) as weights.

    Each unit's upsampled activation is averaged over the place, and the units are ordered by how rare this mean is for
    them (`rarity`); of equal ones the first comes first.  Units have scales of their own: raw activations would always
    name the loudest.
    """
    weights = place / place.sum()
    means = (upsample(maps[None].float().cpu(), len(place))[0] * weights).sum(dim=(1, 2))
    rarities = [float(unit_rarity(dissection, layer, unit).of(mean)) for unit, mean in enumerate(means)]
    order = sorted(range(len(rarities)), key=lambda unit: -rarities[unit])
    return [StrongUnit(unit, float(means[unit]), quantile_of_rarity(rarities[unit])) for unit in order[:count]]
