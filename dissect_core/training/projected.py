"""A critic that looks through a frozen network (Sauer et al. 2021, "Projected GANs Converge Faster").

The network's maps at several scales are mixed by random convolutions that never learn, across channels and then from
coarse to fine, so that no single map can be answered alone; a small critic judges each scale.  Batch normalisation in
the small critics lets them see the spread of a batch, painted or generated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from dissect_core.models.progan import LEAKY_SLOPE

MIXED = 64
"""Channels of the mixed maps."""
WIDTH = 128
"""Channels of the small critics."""
LAST_GRID = 4
"""Side of the grid on which a small critic gives its logits, if its map is not smaller."""


class FeatureMaps(Protocol):
    """A frozen network that gives maps at several scales, from fine to coarse."""

    name: str

    def maps(self, images: Tensor) -> list[Tensor]:
        """(N, 3, R, R) in [-1, 1] -> maps (N, C, G, G), each at most half as fine as the one before."""

    @property
    def channels(self) -> Sequence[int]:
        """Of the maps."""


class SmallCritic(nn.Sequential):
    """Maps (N, MIXED, G, G) -> logits (N, 1, g, g), g = min(G, LAST_GRID)."""

    def __init__(self, grid: int) -> None:
        steps: list[nn.Module] = []
        inputs = MIXED
        while grid > LAST_GRID:
            steps += [
                spectral_norm(nn.Conv2d(inputs, WIDTH, 4, stride=2, padding=1, bias=False)),
                nn.BatchNorm2d(WIDTH, track_running_stats=False),
                nn.LeakyReLU(LEAKY_SLOPE),
            ]
            inputs, grid = WIDTH, grid // 2
        super().__init__(*steps, spectral_norm(nn.Conv2d(inputs, 1, 3, padding=1)))


class ProjectedCritic(nn.Module):
    """Pictures -> logits of every scale, in two steps: `look` through the frozen network, then `forward`.

    size: side of the pictures that `features` gives its maps for.
    """

    def __init__(self, features: FeatureMaps, size: int, seed: int) -> None:
        super().__init__()
        self._features = (features,)  # in a tuple, so that its weights are no part of the state
        with torch.no_grad():
            grids = [found.shape[-1] for found in features.maps(torch.zeros(1, 3, size, size))]
        random = torch.Generator().manual_seed(seed)
        self.across = nn.ModuleList(_frozen(channels, 1, random) for channels in features.channels)
        self.between = nn.ModuleList(_frozen(MIXED, 3, random) for _ in features.channels)
        self.critics = nn.ModuleList(SmallCritic(grid) for grid in grids)

    def look(self, images: Tensor) -> list[Tensor]:
        """(N, 3, R, R) in [-1, 1] -> mixed maps, fine to coarse; what never learns."""
        mixed: list[Tensor] = []
        below: Tensor | None = None
        for found, across, between in reversed(
            list(zip(self._features[0].maps(images), self.across, self.between, strict=True))
        ):
            x = across(found)
            if below is not None:
                x = x + F.interpolate(below, size=x.shape[-1], mode="bilinear", align_corners=False)
            below = between(x)
            mixed.insert(0, below)
        return mixed

    def forward(self, mixed: Sequence[Tensor]) -> list[Tensor]:
        """Mixed maps -> float32 logits (N, g, g) of every scale."""
        return [critic(x)[:, 0].float() for critic, x in zip(self.critics, mixed, strict=True)]


def _frozen(inputs: int, kernel: int, random: torch.Generator) -> nn.Conv2d:
    """A random convolution that keeps the variance and never learns."""
    convolution = nn.Conv2d(inputs, MIXED, kernel, padding=kernel // 2, bias=False)
    deviation = (1 / (inputs * kernel * kernel)) ** 0.5
    with torch.no_grad():
        convolution.weight.copy_(torch.randn(convolution.weight.shape, generator=random) * deviation)
    return convolution.requires_grad_(False)
