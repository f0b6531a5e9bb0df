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

from dissect_core.concepts.columns import Columns
from dissect_core.errors import BadShape
from dissect_core.stats.codes import Codes

STATE = ("active", "codes_seen", "codes_both", "positions")


class IouCounts:
    """Counts of active positions, concept positions and both.

    active: (U,) int64.  seen: (K,) int64.  both: (U, K) int64.  positions: how many positions were looked at.
    """

    def __init__(self, units: int, columns: Columns, device: torch.device | str = "cpu") -> None:
        self.units, self.codes = units, Codes(columns)
        self.active = torch.zeros(units, dtype=torch.int64, device=device)
        self.codes_seen = torch.zeros(self.codes.width, dtype=torch.int64, device=device)
        self.codes_both = torch.zeros(units, self.codes.width, dtype=torch.int64, device=device)
        self.positions = torch.zeros(1, dtype=torch.int64)

    @property
    def seen(self) -> Tensor:
        """Positions that show each concept, (K,) int64."""
        return self.codes_seen[self.codes.named.to(self.codes_seen.device)]

    @property
    def both(self) -> Tensor:
        """Positions where each unit is active and that show each concept, (U, K) int64."""
        return self.codes_both[:, self.codes.named.to(self.codes_both.device)]

    def add_labels(self, codes: Tensor) -> None:
        """Count the concepts of positions, once per image (not once per unit): codes (P, M) of `Codes.of`."""
        self.codes_seen += torch.bincount(codes.reshape(-1), minlength=self.codes.width)
        self.positions += len(codes)

    def add_active(self, unit: Tensor, codes: Tensor, units: range) -> None:
        """Count active positions given as lists: unit (A,) integer in `units`, and the codes there, (A, M)."""
        pairs = (unit.to(torch.int32) - units.start)[:, None] * self.codes.width + codes
        rows = slice(units.start, units.stop)
        counted = torch.bincount(pairs.reshape(-1), minlength=len(units) * self.codes.width)
        table = counted.view(len(units), self.codes.width)
        self.codes_both[rows] += table
        self.active[rows] += table[:, : self.codes.sizes[0]].sum(dim=1)  # each position has one label of the first map

    def add(self, active: Tensor, labels: Tensor) -> None:
        """Count masks: active bool (N, U, h, w), labels integer (N, M, h, w)."""
        if active.dim() != 4 or active.shape[1] != self.units:
            shape = tuple(active.shape)
            raise BadShape("masks do not fit", field="active", value=shape, allowed=f"(N, {self.units}, h, w)")
        codes = self.codes.of(labels)
        self.add_labels(codes)
        place, unit = active.permute(0, 2, 3, 1).reshape(-1, self.units).nonzero(as_tuple=True)
        self.add_active(unit, codes[place], range(self.units))

    def merge(self, other: IouCounts) -> None:
        """Add the counts of other images."""
        self._check(other.codes_both)
        for name in STATE:
            mine: Tensor = getattr(self, name)
            mine += getattr(other, name).to(mine.device)

    def iou(self) -> Tensor:
        """(U, K) float32; 0 where neither the unit nor the concept ever occurred."""
        both = self.both
        union = self.active[:, None] + self.seen[None, :] - both
        return (both.double() / union.clamp(min=1).double()).float()

    def state_dict(self) -> dict[str, Tensor]:
        """The counts as tensors for a safetensors file; codes that no unit overlaps are left out."""
        used = self.codes_both.any(dim=0).nonzero()[:, 0]
        whole = {name: getattr(self, name).cpu() for name in STATE}
        return whole | {"codes": used.to(torch.int32).cpu(), "codes_both": self.codes_both[:, used].cpu()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the counts by saved ones."""
        both = torch.zeros(len(state["active"]), len(state["codes_seen"]), dtype=torch.int64)
        self._check(both)
        both[:, state["codes"].long()] = state["codes_both"]
        for name, tensor in {**state, "codes_both": both}.items():
            if name in STATE:
                setattr(self, name, tensor.to(getattr(self, name).device).clone())

    def _check(self, both: Tensor) -> None:
        if both.shape != self.codes_both.shape:
            mine, theirs = tuple(self.codes_both.shape), tuple(both.shape)
            raise BadShape("counts of other units", field="both", value=theirs, allowed=f"{mine}")
