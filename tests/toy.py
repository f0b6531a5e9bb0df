"""Networks small enough to compute by hand, and tiny random Progressive GANs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dissect_core.models.progan import Generator

TINY_SIZES = (8, 6, 6, 5, 4)
"""z of 8 numbers; 4x4 to 32x32 with 6, 6, 5 and 4 units: pictures of 32 pixels."""

CHURCH_SIZES = (512, 512, 512, 512, 256, 128, 64, 32)
"""The published 256x256 generators (church, kitchen, ...)."""


class HandNet(nn.Module):
    """Three layers with weights set by hand; `inplace` makes the middle one overwrite its input.

    twice: (a, b) -> (2a, -b + 1).  positive: ReLU.  total: a + 10 b.  idle: there, but never run.
    For the pixel (a, b) = (1, 3): twice (2, -2), positive (2, 0), total 2.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.twice = nn.Conv2d(2, 2, 1)
        self.positive = nn.ReLU(inplace=inplace)
        self.total = nn.Conv2d(2, 1, 1, bias=False)
        self.idle = nn.Identity()
        self.twice.weight.data = torch.tensor([[2.0, 0.0], [0.0, -1.0]])[:, :, None, None]
        assert self.twice.bias is not None
        self.twice.bias.data = torch.tensor([0.0, 1.0])
        self.total.weight.data = torch.tensor([[1.0, 10.0]])[:, :, None, None]
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 2, H, W) -> (N, 1, H, W)."""
        total: Tensor = self.total(self.positive(self.twice(x)))
        return total


def progan_state(sizes: tuple[int, ...], seed: int = 0) -> dict[str, Tensor]:
    """Random weights under the published key names, written out independently of `Generator`."""
    draw = torch.Generator().manual_seed(seed)
    state: dict[str, Tensor] = {}
    inputs = sizes[0]
    for level, units in enumerate(sizes[1:]):
        for number in (2 * level + 1, 2 * level + 2):
            kernel = 4 if number == 1 else 3
            state[f"layer{number}.conv.weight"] = torch.randn(units, inputs, kernel, kernel, generator=draw)
            state[f"layer{number}.wscale.b"] = torch.randn(units, generator=draw) * 0.3
            inputs = units
    side = 2 ** len(sizes)
    state[f"output_{side}x{side}.conv.weight"] = torch.randn(3, inputs, 1, 1, generator=draw)
    state[f"output_{side}x{side}.wscale.b"] = torch.randn(3, generator=draw) * 0.3
    return state


def tiny_progan(seed: int = 0, sizes: tuple[int, ...] = TINY_SIZES) -> Generator:
    """A random generator, ready to run."""
    return Generator.from_state_dict(progan_state(sizes, seed)).eval().requires_grad_(False)
