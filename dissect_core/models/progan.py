"""The Progressive GAN generator, exactly as the published checkpoints have it.

Karras et al. 2018, in the form dissected by Bau et al. 2020: blocks layer1 … layerN and an RGB output, each

    PixelNorm -> [nearest x2] -> convolution -> scale and bias -> LeakyReLU(0.2)

PixelNorm stands at the *start* of each block, so a unit is a channel after the activation and before the next
normalisation.  layer1 turns z (a 1x1 map) into 4x4; every further odd layer doubles the grid.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint, BadShape
from dissect_core.models.state import load_checked

PIXEL_NORM_EPSILON = 1e-8
LEAKY_SLOPE = 0.2


@dataclass(frozen=True)
class LayerInfo:
    """A layer that can be dissected or edited: its name, number of units and grid side (cells)."""

    name: str
    units: int
    grid: int


class PixelNorm(nn.Module):
    """Divide each position's channel vector by its root mean square."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + PIXEL_NORM_EPSILON)


class ScaleBias(nn.Module):
    """Multiply by the constant of the equalized learning rate and add the bias `b` (C,)."""

    def __init__(self, channels: int, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.b = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        return x * self.scale + self.b.view(1, -1, 1, 1)


class Block(nn.Module):
    """One layer: PixelNorm, optional nearest x2, convolution, scale and bias, LeakyReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, padding: int, upsample: bool) -> None:
        super().__init__()
        self.upsample = upsample
        self.norm = PixelNorm()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False)
        self.wscale = ScaleBias(outputs, math.sqrt(2) / kernel / math.sqrt(inputs))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H' , W')."""
        x = self.norm(x)
        if self.upsample:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return F.leaky_relu(self.wscale.forward(self.conv(x)), LEAKY_SLOPE)


class Output(nn.Module):
    """PixelNorm and a 1x1 convolution to RGB, gain 1, no clamp."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.conv = nn.Conv2d(inputs, 3, 1, bias=False)
        self.wscale = ScaleBias(3, 1 / math.sqrt(inputs))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, R, R) -> (N, 3, R, R), about [-1, 1]."""
        return self.wscale.forward(self.conv(self.norm(x)))


class Generator(nn.Sequential):
    """latent z -> picture.

    sizes: [z, units of the 4x4 layers, of the 8x8 layers, …]; the published 256x256 church generator has
    [512, 512, 512, 512, 256, 128, 64, 32].  forward: (N, Z) or (N, Z, 1, 1) -> (N, 3, R, R) with R = 2 ** len(sizes).
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        if len(sizes) < 2:
            raise BadShape("a generator needs z and one resolution", field="sizes", value=sizes, allowed="two or more")
        super().__init__()
        self.sizes = tuple(sizes)
        self.latent_size = sizes[0]
        self.resolution = 2 ** len(sizes)
        self.layers: dict[str, LayerInfo] = {}
        for level, (inputs, outputs) in enumerate(pairwise(sizes)):
            first, second = f"layer{2 * level + 1}", f"layer{2 * level + 2}"
            if level == 0:
                self.add_module(first, Block(inputs, outputs, kernel=4, padding=3, upsample=False))
            else:
                self.add_module(first, Block(inputs, outputs, kernel=3, padding=1, upsample=True))
            self.add_module(second, Block(outputs, outputs, kernel=3, padding=1, upsample=False))
            for name in (first, second):
                self.layers[name] = LayerInfo(name, outputs, 4 * 2**level)
        self.add_module(f"output_{self.resolution}x{self.resolution}", Output(sizes[-1]))

    def forward(self, input: Tensor) -> Tensor:
        """(N, Z) or (N, Z, 1, 1) -> (N, 3, R, R)."""
        if input.dim() not in (2, 4) or input.shape[1] != self.latent_size:
            raise BadShape(
                f"latents of shape {tuple(input.shape)} do not fit",
                field="z",
                value=tuple(input.shape),
                allowed=f"(N, {self.latent_size}) or (N, {self.latent_size}, 1, 1)",
            )
        x = input.view(input.shape[0], self.latent_size, 1, 1)
        for block in self:
            x = block(x)
        return x

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Generator:
        """The generator whose sizes the tensors tell (normalised key names, see `checkpoint`), weights loaded.

        Raises BadCheckpoint naming the key that is missing, unexpected or of the wrong shape.
        """
        generator = cls(infer_sizes(state))
        load_checked(generator, state)
        return generator


def infer_sizes(state: Mapping[str, Tensor]) -> list[int]:
    """[z, units per resolution …] from the shapes of the odd layers' convolutions."""
    numbers = sorted(int(m[1]) for key in state if (m := re.fullmatch(r"layer(\d+)\.conv\.weight", key)))
    if not numbers or numbers != list(range(1, len(numbers) + 1)) or len(numbers) % 2:
        found = ", ".join(f"layer{n}" for n in numbers) or "no layers"
        raise BadCheckpoint(
            f"not a Progressive GAN generator: {found}",
            field="layer1.conv.weight",
            value=found,
            allowed="layer1.conv.weight … layerN.conv.weight, N even, none left out",
        )
    for number in numbers:
        if state[f"layer{number}.conv.weight"].dim() != 4:
            shape = tuple(state[f"layer{number}.conv.weight"].shape)
            key = f"layer{number}.conv.weight"
            raise BadCheckpoint(f"{key}: {shape}", field=key, value=shape, allowed="a convolution, 4 dimensions")
    odd = [state[f"layer{number}.conv.weight"].shape for number in numbers[::2]]
    return [int(odd[0][1]), *(int(shape[0]) for shape in odd)]
