"""How the values of every unit are distributed, to half precision, whatever the batches and their order.

`HalfCounts` counts, for every unit, how often each of the 65,536 half-precision numbers occurred after rounding each
value to the nearest of them; only 0 is rounded to 0.  Rounding is monotone, so it commutes with order statistics: the
answer of `quantile(q)` *is* the inverted-CDF quantile of all values ever added, rounded to half precision.  Hence

    |answer - exact| <= 2**-11 |exact|      for 2**-14 <= |exact| <= 65504 (below: 2**-24 absolute)

and, the counts being integers, any batch size, order, or split into merged parts gives the same bits.  Cost: 256 KB per
unit (512 KB beyond 2**31 values) and about 2.5 ns per value on one core; nothing grows with the number of images.
Where the rounding matters, `stats.exact` finds the quantile itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import torch
from torch import Tensor

from dissect_core.errors import BadShape

CODES = 1 << 16
INFINITY = 0x7C00  # the code of +inf in half precision; codes above it are NaN
RELATIVE_ERROR = 2.0**-11
SMALLEST = 2.0**-24
"""The smallest positive half."""
VANISHING = 0x33000000
"""The bits of 2**-25, in single precision: up to there, a positive number is rounded to 0."""
BLOCK = 64
"""Units whose counts are laid out in order at a time: 33 MB."""
LARGEST_INT32 = 2**31 - 1


class HalfCounts:
    """Counts of half-precision values per unit.

    counts: (U, 65536) int32 (int64 once a unit has more than 2**31 values), column = the bit pattern as an unsigned
    number.  low, peak: (U,) float32, the exact smallest and largest value (inf and -inf before the first).
    unusable: (U,) bool, the units that ever had a NaN or an infinity; nothing that is said of them means anything.
    """

    def __init__(self, units: int, device: torch.device | str = "cpu") -> None:
        self.units = units
        self.counts = torch.zeros(units, CODES, dtype=torch.int32, device=device)
        self.low = torch.full((units,), math.inf, device=device)
        self.peak = torch.full((units,), -math.inf, device=device)
        self.unusable = torch.zeros(units, dtype=torch.bool, device=device)
        self._added = torch.zeros(units, dtype=torch.int64)  # values per unit: no count is larger

    def add(self, values: Tensor, first_unit: int = 0) -> None:
        """Count `values`, float (N, U', ...), as units first_unit ... first_unit + U' - 1.

        Callers that compute values unit by unit hand over small blocks: they stay in the processor's cache.
        Values beyond +-65504 count as +-65504.  Raises BadShape for units outside.
        """
        width = values.shape[1] if values.dim() >= 2 else 0
        if not width or first_unit < 0 or first_unit + width > self.units:
            raise BadShape(
                f"values of shape {tuple(values.shape)} from unit {first_unit} do not fit",
                field="values",
                value=tuple(values.shape),
                allowed=f"(N, U', ...) with units inside 0..{self.units - 1}",
            )
        if not values.numel():
            return
        rows = slice(first_unit, first_unit + width)
        flat = values.detach().float().transpose(0, 1).reshape(width, -1)  # (U', N * positions)
        low, peak = flat.amin(dim=1), flat.amax(dim=1)  # `aminmax` takes fifty times as long
        finite = low.isfinite() & peak.isfinite()
        if not bool(finite.all()):
            self.unusable[rows] |= ~finite
            flat = flat.where(finite[:, None], 0)
            low, peak = low.where(finite, 0), peak.where(finite, 0)
        self._added[rows] += flat.shape[1]
        self._make_room()
        codes = _codes(flat)
        if codes.device.type == "cpu":
            for unit in range(width):
                self.counts[first_unit + unit] += torch.bincount(codes[unit], minlength=CODES)
        else:
            codes += torch.arange(width, device=codes.device, dtype=torch.int32)[:, None] * CODES
            counted = torch.bincount(codes.view(-1), minlength=width * CODES).view(width, CODES)
            self.counts[rows] += counted.to(self.counts.dtype)
        self.low[rows] = torch.minimum(self.low[rows], low)
        self.peak[rows] = torch.maximum(self.peak[rows], peak)

    def merge(self, other: HalfCounts) -> None:
        """Add what was counted elsewhere of the same units."""
        if other.units != self.units:
            raise BadShape("counts of other units", field="units", value=other.units, allowed=f"{self.units}")
        self._added += other._added
        self._make_room()
        self.counts += other.counts.to(self.counts)
        self.low = torch.minimum(self.low, other.low.to(self.low))
        self.peak = torch.maximum(self.peak, other.peak.to(self.peak))
        self.unusable |= other.unusable.to(self.unusable)

    def size(self) -> Tensor:
        """How many values each unit has, (U,) int64."""
        return self.counts.sum(dim=1, dtype=torch.int64)

    def quantile(self, q: float) -> Tensor:
        """The q-quantile of every unit, (U,) float32: the smallest value v with at least q * n values <= v.

        q in [0, 1]; the fraction q is read as the decimal that is written.  Raises BadShape for an empty unit.
        """
        return self.quantiles([q])[:, 0]

    def quantiles(self, qs: Sequence[float]) -> Tensor:
        """The quantiles of every unit for each of `qs`, (U, Q) float32, as `quantile` gives them."""
        found = torch.zeros(self.units, len(qs))
        for units, ordered, values in self.ordered():
            cumulative = ordered.cumsum(dim=1)  # (U', codes)
            found[units] = values[torch.searchsorted(cumulative, ranks(cumulative[:, -1], qs))]
        return found

    def mean(self) -> Tensor:
        """The mean of every unit's rounded values, (U,) float32: a function of the counts, so split-invariant too."""
        means = torch.zeros(self.units)
        for units, ordered, values in self.ordered():
            total = (ordered.double() * values.double()).sum(dim=1)
            means[units] = (total / ordered.sum(dim=1).clamp(min=1)).float()
        return means

    def state_dict(self) -> dict[str, Tensor]:
        """The counts as tensors for a safetensors file; columns that no unit uses are left out."""
        used = self.counts.any(dim=0).nonzero()[:, 0]
        whole = {name: getattr(self, name).cpu() for name in ("low", "peak", "unusable")}
        return {"codes": used.to(torch.int32).cpu(), "counts": self.counts[:, used].cpu(), **whole}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the contents by saved ones of the same units."""
        counts = state["counts"]
        if counts.shape[0] != self.units:
            raise BadShape("counts of other units", field="units", value=counts.shape[0], allowed=f"{self.units}")
        device = self.counts.device
        self.counts = torch.zeros(self.units, CODES, dtype=counts.dtype, device=device)
        self.counts[:, state["codes"].long().to(device)] = counts.to(device)
        for name in ("low", "peak", "unusable"):
            setattr(self, name, state[name].to(device).clone())
        self._added = self.size().cpu()

    def _make_room(self) -> None:
        if self.counts.dtype == torch.int32 and self.units and int(self._added.max()) > LARGEST_INT32:
            self.counts = self.counts.to(torch.int64)

    def ordered(self) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """For some units at a time: which, counts (U', codes) int64 on the CPU, and values (codes,) float32, rising.

        Infinities (values rounded past the largest half) are counted as the largest finite half.
        """
        negative = torch.arange(CODES // 2 + INFINITY - 1, CODES // 2 - 1, -1)  # -65504 ... -0
        codes = torch.cat([negative, torch.arange(INFINITY)])  # then +0 ... 65504
        values = codes.to(torch.int32).to(torch.int16).view(torch.float16).float() + 0.0  # + 0.0 turns -0 into 0
        for first in range(0, self.units, BLOCK):
            units = slice(first, min(first + BLOCK, self.units))
            counts = self.counts[units].cpu().to(torch.int64, copy=True)
            counts[:, INFINITY - 1] += counts[:, INFINITY]
            counts[:, CODES // 2 + INFINITY - 1] += counts[:, CODES // 2 + INFINITY]
            yield units, counts[:, codes], values


def ranks(sizes: Tensor, qs: Sequence[float]) -> Tensor:
    """Which of so many ordered values the quantiles are, from 1: (U,) int64 -> (U, Q) int64; see `quantile`."""
    for q in qs:
        if not 0 <= q <= 1:
            raise BadShape(f"no quantile {q}", field="q", value=q, allowed="0 to 1")
    fractions, each = [Fraction(str(q)) for q in qs], sizes.tolist()
    if not all(each):
        raise BadShape("a unit has no values", field="values", value=0, allowed="at least one value per unit")
    return torch.tensor([[max(1, math.ceil(fraction * n)) for fraction in fractions] for n in each])


def _codes(flat: Tensor) -> Tensor:
    """The bit patterns of values rounded to half precision, int32; what is not 0 does not become 0, which is never -0.

    A ReLU's zeros are thereby a bin of their own.
    """
    halves = flat.to(torch.float16)
    magnitude = flat.view(torch.int32).bitwise_and(LARGEST_INT32)
    least = magnitude.sub_(1).bitwise_and_(LARGEST_INT32).amin()  # of all but 0, which is the largest here
    if int(least) < VANISHING:
        halves = halves.where((halves != 0) | (flat == 0), flat.sign().half() * SMALLEST)
    return halves.add_(0).view(torch.int16).to(torch.int32).bitwise_and_(CODES - 1)  # -0 + 0 is 0
