"""Progressive growing: the published generator and its mirror image, run at any level while they train.

Level 0 is 4x4, level k is 4 * 2^k.  Same parameters as `models.progan.Generator`; only the arithmetic differs:
nearest x2 and the 3x3 convolution after it are one 4x4 transposed convolution of stride 2 (each output pixel sees the
same sums of weights), likewise 3x3 convolution and 2x2 mean in the discriminator, and the fixed scale is folded into
the weights.  Karras et al. 2018, section 2 (growing), 3 (minibatch standard deviation), 4.1 (equalized learning rate).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.models.doubling import spread
from dissect_core.models.progan import LEAKY_SLOPE, PIXEL_NORM_EPSILON, Block, Generator, Output


class Normalise(torch.autograd.Function):
    """PixelNorm y = x r, r = rsqrt(mean x^2 + eps), in the type of x with sums in float32.

    Its gradient r (g - y mean(g y)) needs two passes over memory; automatic differentiation of the formula takes nine.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        length = torch.linalg.vector_norm(x, dim=1, keepdim=True, dtype=torch.promote_types(x.dtype, torch.float32))
        inverse = torch.rsqrt(length.square() / x.shape[1] + PIXEL_NORM_EPSILON).to(x.dtype)
        y = x * inverse
        ctx.save_for_backward(y, inverse)
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Gradient with respect to x."""
        y, inverse = ctx.saved_tensors
        rows = (gradient * y).permute(0, 2, 3, 1)  # a matrix product sums in float32, many times faster than sum()
        along = (rows @ y.new_full((y.shape[1], 1), 1 / y.shape[1])).permute(0, 3, 1, 2)
        return torch.addcmul(gradient, y, along, value=-1).mul_(inverse)


def normalise(x: Tensor) -> Tensor:
    """PixelNorm of (N, C, H, W)."""
    result: Tensor = Normalise.apply(x)
    return result


def pointwise(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """1x1 convolution as a matrix product: keeps channels last both ways, which a thin convolution does not."""
    return (x.permute(0, 2, 3, 1) @ weight[:, :, 0, 0].T.to(x.dtype) + bias.to(x.dtype)).permute(0, 3, 1, 2)


def run_block(block: Block, x: Tensor) -> Tensor:
    """`block(x)` with the scale folded and x2 fused, in the type of x."""
    x = normalise(x)
    weight = block.conv.weight * block.wscale.scale
    bias = block.wscale.b.to(x.dtype)
    if block.upsample:
        kernel = spread(weight.flip(2, 3)).transpose(0, 1).to(x.dtype)
        x = F.conv_transpose2d(x, kernel, bias, stride=2, padding=1)
    else:
        x = F.conv2d(x, weight.to(x.dtype), bias, padding=block.conv.padding)
    return F.leaky_relu_(x, LEAKY_SLOPE)


def run_output(output: Output, x: Tensor) -> Tensor:
    """`output(x)` with the scale folded, in the type of x."""
    return pointwise(normalise(x), output.conv.weight * output.wscale.scale, output.wscale.b)


class GrowingGenerator(nn.Module):
    """The generator with an RGB output at every level."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.generator = Generator(sizes)
        self.levels = len(sizes) - 1
        self.early_outputs = nn.ModuleList(Output(units) for units in sizes[1:-1])
        for module in self.modules():
            if isinstance(module, nn.Conv2d):  # equalized learning rate: unit variance, scaled at run time
                nn.init.normal_(module.weight)

    def output(self, level: int) -> Output:
        """The RGB output of a level; the last one is the generator's own."""
        last = level == self.levels - 1
        found = self.generator[-1] if last else self.early_outputs[level]
        assert isinstance(found, Output)
        return found

    def at_level(self, level: int) -> Generator:
        """A copy of the published form that ends at a level, with that level's RGB output."""
        generator = Generator(self.generator.sizes[: level + 2])
        state = self.generator.state_dict()
        last = f"output_{generator.resolution}x{generator.resolution}"
        state.update({f"{last}.{key}": value for key, value in self.output(level).state_dict().items()})
        generator.load_state_dict({key: state[key] for key in generator.state_dict()})
        return generator

    def forward(self, z: Tensor, level: int, fade: float, dtype: torch.dtype = torch.float32) -> Tensor:
        """(N, Z) -> float32 (N, 3, R, R), R = 4 * 2^level; fade 0..1 is the share of the newest level."""
        x = z.to(dtype)[:, :, None, None].contiguous(memory_format=torch.channels_last)
        before = x
        for index in range(level + 1):
            before = x
            for offset in (0, 1):
                block = self.generator[2 * index + offset]
                assert isinstance(block, Block)
                x = run_block(block, x)
        rgb = run_output(self.output(level), x).float()
        if fade < 1 and level > 0:
            coarse = run_output(self.output(level - 1), before).float()
            rgb = torch.lerp(F.interpolate(coarse, scale_factor=2, mode="nearest"), rgb, fade)
        return rgb


class Scaled(nn.Module):
    """Convolution with equalized learning rate: unit variance, multiplied by gain / sqrt(fan-in) at run time."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: float = math.sqrt(2)) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / math.sqrt(inputs * kernel * kernel)

    def forward(self, x: Tensor, padding: int = 0, halve: bool = False) -> Tensor:
        """Convolution; `halve` follows it by a 2x2 mean, as one convolution of stride 2."""
        weight = self.weight * self.scale
        if weight.shape[2] == 1:
            return pointwise(x, weight, self.bias)
        if halve:
            return F.conv2d(x, (spread(weight) / 4).to(x.dtype), self.bias.to(x.dtype), stride=2, padding=1)
        return F.conv2d(x, weight.to(x.dtype), self.bias.to(x.dtype), padding=padding)


class Discriminator(nn.Module):
    """The mirror image of the generator: (N, 3, R, R) at any level -> one logit per picture, and one per place.

    sizes: channels at 4x4, 8x8, … (the generator's sizes without z).  places: sides of the grids on which it also says
    of every cell whether what surrounds it is real (Isola et al. 2017, section 3.2.2, there as the only judgement).
    """

    def __init__(self, sizes: Sequence[int], group: int = 4, places: Sequence[int] = ()) -> None:
        super().__init__()
        self.group = group
        self.places = nn.ModuleDict(
            {str(4 * 2**k): Scaled(channels, 1, 1, gain=1.0) for k, channels in enumerate(sizes) if 4 * 2**k in places}
        )
        self.from_rgb = nn.ModuleList(Scaled(3, channels, 1) for channels in sizes)
        self.same = nn.ModuleList(Scaled(channels, channels, 3) for channels in sizes[1:])
        self.down = nn.ModuleList(Scaled(c, b, 3) for b, c in pairwise(sizes))
        self.last = Scaled(sizes[0] + 1, sizes[0], 3)
        self.dense = Scaled(sizes[0], sizes[0], 4)
        self.logit = Scaled(sizes[0], 1, 1, gain=1.0)

    def forward(self, images: Tensor, level: int, fade: float, dtype: torch.dtype = torch.float32) -> list[Tensor]:
        """(N, 3, R, R) -> float32 logits: (N,) of the pictures, then (N, G, G) of places, finest grid first."""
        placed = []
        images = images.to(dtype).contiguous(memory_format=torch.channels_last)
        x = F.leaky_relu_(self.from_rgb[level](images), LEAKY_SLOPE)
        for index in range(level, 0, -1):
            x = F.leaky_relu_(self.same[index - 1](x, padding=1), LEAKY_SLOPE)
            x = F.leaky_relu_(self.down[index - 1](x, halve=True), LEAKY_SLOPE)
            if index == level and fade < 1:
                coarse = F.leaky_relu_(self.from_rgb[level - 1](F.avg_pool2d(images, 2)), LEAKY_SLOPE)
                x = torch.lerp(coarse, x, torch.tensor(fade, dtype=x.dtype, device=x.device))
            if str(x.shape[2]) in self.places:
                placed.append(self.places[str(x.shape[2])](x)[:, 0].float())
        x = torch.cat([x, self._deviation(x)], dim=1)
        x = F.leaky_relu_(self.last(x, padding=1), LEAKY_SLOPE)
        x = F.leaky_relu_(self.dense(x), LEAKY_SLOPE)
        return [self.logit(x).float().view(-1), *placed]

    def _deviation(self, x: Tensor) -> Tensor:
        """Minibatch standard deviation: one map, the mean spread within groups of pictures.  (N, 1, H, W)."""
        count, _, height, width = x.shape
        group = min(self.group, count)
        if count % group:
            raise ValueError(f"batch of {count} pictures, not a multiple of the group of {group}")
        grouped = x.float().view(group, count // group, *x.shape[1:])
        spread_ = (grouped.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))
        return spread_.repeat(group).view(count, 1, 1, 1).expand(count, 1, height, width).to(x.dtype)
