"""Named random draws: every random number of a scene is a pure function of (scene seed, name).

Draws do not depend on their order, on the batch or on the device, so the same seed paints the same picture
everywhere, and a new object never reshuffles the others.  The mixer is splitmix64 (Steele, Lea, Flood 2014).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import torch
from torch import Tensor

_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15 as a signed 64-bit integer
_MIX_1 = -4658895280553007687  # 0xBF58476D1CE4E5B9
_MIX_2 = -7723592293110705685  # 0x94D049BB133111EB


def _shift(value: Tensor, bits: int) -> Tensor:
    """Logical right shift of signed 64-bit integers."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)


def _mix(value: Tensor) -> Tensor:
    value = (value ^ _shift(value, 30)) * _MIX_1
    value = (value ^ _shift(value, 27)) * _MIX_2
    return value ^ _shift(value, 31)


class Dice:
    """Random draws for a batch of scenes.

    seeds: int64 tensor (B,).  Scalars come back as float32 (B, 1, 1), ready to broadcast against (H, W) grids.
    """

    def __init__(self, seeds: Tensor) -> None:
        self._base = seeds.to(torch.int64) * _GOLDEN
        self.count = int(seeds.shape[0])
        self.device = seeds.device

    def _unit(self, name: str, shape: tuple[int, ...] = ()) -> Tensor:
        """Uniform float32 in [0, 1), shape (B, *shape)."""
        key = zlib.crc32(name.encode())
        first = _mix(self._base + key)
        if not shape:
            return _shift(_mix(first), 40).to(torch.float32) / float(1 << 24)
        size = 1
        for extent in shape:
            size *= extent
        index = torch.arange(size, device=self.device, dtype=torch.int64)
        state = first[:, None] + index[None, :] * _GOLDEN
        bits = _shift(_mix(state), 40)
        return (bits.to(torch.float32) / float(1 << 24)).reshape(self.count, *shape)

    def uniform(self, name: str, low: float = 0.0, high: float = 1.0) -> Tensor:
        """(B, 1, 1) in [low, high)."""
        return low + (high - low) * self._unit(name).view(-1, 1, 1)

    def chance(self, name: str, probability: float | Tensor) -> Tensor:
        """(B, 1, 1), 1.0 with the given probability, else 0.0: multiply a coverage by it to make an object optional."""
        return (self._unit(name).view(-1, 1, 1) < probability).to(torch.float32)

    def choice(self, name: str, weights: Sequence[float]) -> Tensor:
        """(B,) int64 index drawn with the given relative weights."""
        edges = torch.tensor(weights, device=self.device, dtype=torch.float32).cumsum(0)
        return torch.searchsorted(edges, self._unit(name) * edges[-1], right=True).clamp(max=len(weights) - 1)

    def colour(self, name: str, palette: Sequence[tuple[float, float, float]], jitter: float = 0.03) -> Tensor:
        """(B, 3, 1, 1) RGB in [0, 1]: one palette entry per scene, with a little variation."""
        table = torch.tensor(palette, device=self.device, dtype=torch.float32)
        chosen = table[self.choice(name, [1.0] * len(palette))]
        wobble = (self._unit(name + "~", (3,)) - 0.5) * 2 * jitter
        return (chosen + wobble).clamp(0, 1).view(-1, 3, 1, 1)

    def lattice(self, name: str, rows: int, columns: int) -> Tensor:
        """(B, rows, columns) uniform values in [0, 1), the raw material of noise."""
        return self._unit(name, (rows, columns))
