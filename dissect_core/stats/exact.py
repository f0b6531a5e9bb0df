"""Exact quantiles: where each one lies, narrowed down by looking at the values again until a single number is left.

Counts to half precision tell between which two numbers the quantile lies, and which of the values between them it is.
One more look at all values counts those between them one by one: half precision leaves at most 8,193 numbers of single
precision.  Numbers have an order, so they are counted by their place in it (`keys`).  Where a wider bin is to be
narrowed down (values beyond 65,504, or nearer to 0 than 2**-14), one or two more looks follow.

All of it is counting: any batch size, order, or split into merged parts gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.stats.quantile import BLOCK, LARGEST_INT32, SMALLEST, HalfCounts, ranks

FINE = 1 << 14
"""Bins of a unit in one look: 128 KB."""
LARGEST = torch.finfo(torch.float32).max


def keys(values: Tensor) -> Tensor:
    """float32 -> int32 in the same order, 0 and -0 alike; neighbouring numbers have neighbouring keys."""
    bits = (values + 0.0).view(torch.int32)  # -0 + 0 is 0
    return bits.where(bits >= 0, bits.bitwise_xor(LARGEST_INT32))


def values_of(key: Tensor) -> Tensor:
    """The numbers that have these keys, float32."""
    bits = key.to(torch.int32)
    return bits.where(bits >= 0, bits.bitwise_xor(LARGEST_INT32)).view(torch.float32) + 0.0


@dataclass(frozen=True, eq=False)
class Bracket:
    """Where the q-quantile of every unit lies, all (U,) int64 on the CPU.

    low, high: the keys of the smallest and the largest number that it can be.  rank: it is the rank-th smallest of all
    values between them, from 1.
    """

    low: Tensor
    high: Tensor
    rank: Tensor

    @property
    def open(self) -> Tensor:
        """The units whose quantile is not known yet, (U,) bool."""
        return self.low < self.high

    @property
    def values(self) -> Tensor:
        """The smallest number that the quantile can be, (U,) float32: itself once it is known."""
        return values_of(self.low)

    @property
    def highest(self) -> Tensor:
        """The largest number that it can be, (U,) float32."""
        return values_of(self.high)


def bracket(counts: HalfCounts, q: float) -> Bracket:
    """Where the q-quantiles lie.  Raises BadShape for a unit without values."""
    low, high, rank = (torch.zeros(counts.units, dtype=torch.int64) for _ in range(3))
    for units, ordered, halves in counts.ordered():
        lowest, highest = _edges(halves)
        cumulative = ordered.cumsum(dim=1)
        wanted = ranks(cumulative[:, -1], [q])
        place = torch.searchsorted(cumulative, wanted)
        before = (cumulative - ordered).gather(1, place)
        rank[units] = (wanted - before)[:, 0]
        low[units] = torch.maximum(lowest[place[:, 0]], keys(counts.low[units].cpu()).long())
        high[units] = torch.minimum(highest[place[:, 0]], keys(counts.peak[units].cpu()).long())
    return Bracket(low, high, rank)


def _edges(halves: Tensor) -> tuple[Tensor, Tensor]:
    """The keys of the first and the last number that count as each half: all halves (H,), rising, -0 once and 0 once.

    Halfway between two halves the one with the even bit pattern wins.  0 is only itself, what is next to it takes the
    rest, and the outermost take everything beyond them.
    """
    middle = keys(((halves[:-1].double() + halves[1:].double()) / 2).float()).long()
    end = keys(torch.tensor([LARGEST])).long()
    odd = halves.half().view(torch.int16).bitwise_and(1).long()
    low, high = torch.cat([-end - 1, middle + odd[1:]]), torch.cat([middle - odd[:-1], end])
    low[halves == 0], high[halves == 0] = 0, 0
    low[halves == SMALLEST], high[halves == -SMALLEST] = 1, -2  # -1 would be -0
    return low, high


class Narrowing:
    """One look at all values: how many there are between the ends of every bracket that is open.

    counts: (units that are open, FINE) int64.
    """

    def __init__(self, found: Bracket, device: torch.device | str = "cpu") -> None:
        self.found = found
        self.shift = torch.zeros_like(found.low)  # how many neighbouring numbers share a bin, as a power of two
        while bool((wide := (found.high - found.low) >> self.shift >= FINE).any()):
            self.shift += wide.long()
        (self.units,) = found.open.nonzero(as_tuple=True)
        self.row = torch.full_like(found.low, -1)
        self.row[self.units] = torch.arange(len(self.units))
        self.counts = torch.zeros(len(self.units), FINE, dtype=torch.int64, device=device)
        tables = (found.low, found.high, self.shift, self.row)
        self._tables = [table.to(device) for table in tables]
        below = values_of(found.low - 1)
        self.limits = below.where(found.open, torch.inf).to(device)  # a value of interest is above its unit's limit

    def add(self, unit: Tensor, values: Tensor) -> None:
        """Count values (A,) of the units (A,), among them all values between the ends of their brackets."""
        low, high, shift, row = (table.index_select(0, unit) for table in self._tables)
        key = keys(values).long()
        (inside,) = ((key >= low) & (key <= high) & (row >= 0)).nonzero(as_tuple=True)
        place = row[inside] * FINE + ((key - low)[inside] >> shift[inside])
        self.counts.view(-1).index_add_(0, place, torch.ones_like(place))

    def narrowed(self) -> Bracket:
        """The brackets, as narrow as the counts allow.

        A network that does not repeat itself to the bit may show fewer values than before; the last of them counts.
        """
        low, high, rank = self.found.low.clone(), self.found.high.clone(), self.found.rank.clone()
        for units, counts in zip(self.units.split(BLOCK), self.counts.split(BLOCK), strict=True):
            counted, shift = counts.cpu(), self.shift[units]
            cumulative = counted.cumsum(dim=1)
            wanted = torch.minimum(rank[units], cumulative[:, -1]).clamp(min=1)[:, None]
            place = torch.searchsorted(cumulative, wanted).clamp(max=FINE - 1)
            first = low[units] + (place[:, 0] << shift)
            low[units] = torch.minimum(first, high[units])
            high[units] = torch.minimum(first + (1 << shift) - 1, high[units])
            rank[units] = (wanted - (cumulative - counted).gather(1, place))[:, 0]
        return Bracket(low, high, rank)

    def merge(self, other: Narrowing) -> None:
        """Add what another look, at other values, has counted."""
        if not all(torch.equal(getattr(self.found, name), getattr(other.found, name)) for name in ("low", "high")):
            raise BadShape("another quantile", field="found", value="other brackets", allowed="the same brackets")
        self.counts += other.counts.to(self.counts)

    def state_dict(self) -> dict[str, Tensor]:
        """The counts as tensors for a safetensors file; bins that no unit uses are left out."""
        used = self.counts.any(dim=0).nonzero()[:, 0]
        return {"bins": used.to(torch.int32).cpu(), "counts": self.counts[:, used].cpu()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the counts by saved ones, of the same brackets."""
        if len(state["counts"]) != len(self.counts):
            value = len(state["counts"])
            raise BadShape("counts of other units", field="counts", value=value, allowed=f"{len(self.counts)}")
        self.counts.zero_()
        self.counts[:, state["bins"].long().to(self.counts.device)] = state["counts"].to(self.counts.device)
