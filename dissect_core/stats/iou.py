"""How well every unit's active positions agree with every concept: exact integer counts, intersection over union.

    IoU(u, c) = |active(u) and c| / |active(u) or c|       over all positions of all images

(Bau et al. 2020, Materials and Methods; no per-category denominators.)  Only active positions are looked at, about 1 %
of all: no dense (units x concepts x positions) product exists anywhere.  Integer sums make every batch size, order and
split-then-merge give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dissect_core.concepts import Columns
from dissect_core.errors import BadShape


class IouCounts:
    """Counts of active positions, concept positions and both.

    active: (U,) int64.  seen: (K,) int64.  both: (U, K) int64.  positions: how many positions were looked at.
    """

    def __init__(self, units: int, columns: Columns, device: torch.device | str = "cpu") -> None:
        self.units, self.columns = units, columns
        self.sizes = {category: len(names) for category, names in columns.categories.items()}
        width = len(columns.concepts)
        self.active = torch.zeros(units, dtype=torch.int64, device=device)
        self.seen = torch.zeros(width, dtype=torch.int64, device=device)
        self.both = torch.zeros(units, width, dtype=torch.int64, device=device)
        self.positions = 0

    def add_labels(self, labels: Mapping[str, Tensor]) -> None:
        """Count the concepts of label maps, category -> integer (N, h, w), once per image (not once per unit)."""
        shapes = {tuple(labels[category].shape) for category in self.sizes}
        if len(shapes) != 1:
            raise BadShape("label maps differ", field="labels", value=sorted(shapes), allowed="one shape for all")
        for category, size in self.sizes.items():
            counted = _bincount(labels[category].reshape(-1), size, category)
            self.seen[self._slice(category)] += counted[1:].to(self.seen)
        self.positions += labels[next(iter(self.sizes))].numel()

    def add_active(self, unit: Tensor, labels: Mapping[str, Tensor]) -> None:
        """Count active positions given as lists: unit (M,) int64, and the label of each category there, (M,) each."""
        self.active += torch.bincount(unit, minlength=self.units)
        for category, size in self.sizes.items():
            pairs = unit * size + labels[category].long()
            counted = _bincount(pairs, self.units * size, category).view(self.units, size)
            self.both[:, self._slice(category)] += counted[:, 1:]

    def add(self, active: Tensor, labels: Mapping[str, Tensor]) -> None:
        """Count masks: active bool (N, U, h, w), labels category -> integer (N, h, w)."""
        if active.dim() != 4 or active.shape[1] != self.units:
            shape = tuple(active.shape)
            raise BadShape("masks do not fit", field="active", value=shape, allowed=f"(N, {self.units}, h, w)")
        self.add_labels(labels)
        image, unit, row, column = active.nonzero(as_tuple=True)
        self.add_active(unit, {category: labels[category][image, row, column] for category in self.sizes})

    def merge(self, other: IouCounts) -> None:
        """Add the counts of other images."""
        if other.both.shape != self.both.shape:
            shape = tuple(other.both.shape)
            raise BadShape("counts of other units", field="both", value=shape, allowed=f"{tuple(self.both.shape)}")
        self.active += other.active.to(self.active)
        self.seen += other.seen.to(self.seen)
        self.both += other.both.to(self.both)
        self.positions += other.positions

    def iou(self) -> Tensor:
        """(U, K) float32; 0 where neither the unit nor the concept ever occurred."""
        union = self.active[:, None] + self.seen[None, :] - self.both
        return (self.both.double() / union.clamp(min=1).double()).float()

    def state_dict(self) -> dict[str, Tensor]:
        """The counts as tensors for a safetensors file."""
        positions = torch.tensor([self.positions], dtype=torch.int64)
        return {"active": self.active.cpu(), "seen": self.seen.cpu(), "both": self.both.cpu(), "positions": positions}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the counts by saved ones."""
        if state["both"].shape != self.both.shape:
            shape = tuple(state["both"].shape)
            raise BadShape("counts of other units", field="both", value=shape, allowed=f"{tuple(self.both.shape)}")
        device = self.both.device
        self.active, self.seen, self.both = (state[name].to(device).clone() for name in ("active", "seen", "both"))
        self.positions = int(state["positions"])

    def _slice(self, category: str) -> slice:
        first = self.columns.offsets[category] + 1
        return slice(first, first + self.sizes[category] - 1)


def _bincount(values: Tensor, size: int, category: str) -> Tensor:
    """Counts of 0 ... size - 1; raises BadShape for a label outside the category."""
    counted = torch.bincount(values, minlength=size)
    if counted.shape[0] > size:
        raise BadShape("a label outside its category", field=f"labels.{category}", value=size, allowed="its indices")
    return counted
