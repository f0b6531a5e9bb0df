"""The images in which each unit is most active, with the place of its peak.

Best first; equal scores are ordered by image, equal peaks within an image by place, so any batch size, order and
split-then-merge gives the same list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from dissect_core.errors import BadShape

STATE = ("scores", "images", "places")
NOBODY = -1


class TopImages:
    """The `count` best images of every unit.

    scores: (U, count) float32, the largest activation in the image; images: (U, count) int64; places: (U, count) int64,
    the position of that activation, row * G + column.  Not yet filled: -inf, NOBODY, NOBODY.
    """

    def __init__(self, units: int, count: int, device: torch.device | str = "cpu") -> None:
        self.units, self.count = units, count
        self.scores = torch.full((units, count), -math.inf, device=device)
        self.images = torch.full((units, count), NOBODY, dtype=torch.int64, device=device)
        self.places = torch.full((units, count), NOBODY, dtype=torch.int64, device=device)

    def add(self, images: Tensor, maps: Tensor, first_unit: int = 0) -> None:
        """Enter images (N,) int64, none of them entered before, with maps (N, U', G, G) of units first_unit ..."""
        width = maps.shape[1]
        if first_unit < 0 or first_unit + width > self.units or len(maps) != len(images):
            shape = tuple(maps.shape)
            raise BadShape(
                f"maps of shape {shape} from unit {first_unit} do not fit",
                field="maps",
                value=shape,
                allowed=f"({len(images)}, U', G, G) with units inside 0..{self.units - 1}",
            )
        if not self.count or not len(images):
            return
        rows = slice(first_unit, first_unit + width)
        flat = maps.flatten(2)  # (N, U', G * G)
        if not bool((flat.amax(dim=(0, 2)) >= self.scores[rows, -1]).any()):
            return  # nobody gets in: the usual case after a few hundred images
        scores, places = flat.max(dim=2)
        everybody = images.to(scores.device)[None].expand(width, -1)
        self._take(rows, scores.T.float(), everybody, places.T)

    def merge(self, other: TopImages) -> None:
        """Add what another list, of other images, holds."""
        if other.scores.shape != self.scores.shape:
            shape = tuple(other.scores.shape)
            raise BadShape("a list of other units", field="scores", value=shape, allowed=f"{tuple(self.scores.shape)}")
        device = self.scores.device
        self._take(slice(None), *(getattr(other, name).to(device) for name in STATE))

    def without(self, units: Tensor) -> TopImages:
        """The same list with nobody for some units, (U,) bool, on the CPU."""
        kept = TopImages(self.units, self.count)
        for name in STATE:
            mine: Tensor = getattr(self, name)
            getattr(kept, name)[~units] = mine.cpu()[~units]
        return kept

    def state_dict(self) -> dict[str, Tensor]:
        """The list as tensors for a safetensors file."""
        return {name: getattr(self, name).cpu() for name in STATE}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the list by a saved one."""
        if state["scores"].shape != self.scores.shape:
            shape = tuple(state["scores"].shape)
            raise BadShape("a list of other units", field="scores", value=shape, allowed=f"{tuple(self.scores.shape)}")
        for name in STATE:
            setattr(self, name, state[name].to(self.scores.device).clone())

    def _take(self, rows: slice, scores: Tensor, images: Tensor, places: Tensor) -> None:
        """Keep the best of what there is and of (U', N) newcomers."""
        scores = torch.cat([self.scores[rows], scores], 1)
        images = torch.cat([self.images[rows], images], 1)
        places = torch.cat([self.places[rows], places], 1)
        by_image = images.argsort(dim=1, stable=True)
        by_score = scores.gather(1, by_image).argsort(dim=1, descending=True, stable=True)
        best = by_image.gather(1, by_score)[:, : self.count]
        self.scores[rows] = scores.gather(1, best)
        self.images[rows] = images.gather(1, best)
        self.places[rows] = places.gather(1, best)
