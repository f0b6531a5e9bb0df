"""The generator's arithmetic made cheap: the same sums, fewer operations and passes over memory.

The fixed scale is folded into the weights; tensors are channels-last; a convolution is computed in the way that takes
least time for its shape (see `choice`).  Every block works on any window of its layer: it takes the window's input with
a margin of one cell, zero outside the picture as the network pads, and has no padding of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.models.progan import LEAKY_SLOPE, PIXEL_NORM_EPSILON, Block, Generator, Output
from dissect_core.render.choice import convolution_of
from dissect_core.render.convolution import Convolution
from dissect_core.render.window import MARGIN, Layer


class Folded:
    """A generator's weights folded into one precision, on the generator's device; the generator is left alone.

    names, units, shapes: of the layers, first to last.  stages: what the second and the later blocks compute.
    """

    def __init__(self, generator: Generator, dtype: torch.dtype) -> None:
        """dtype: a floating type.  Raises UnitbrushError for another."""
        if not dtype.is_floating_point:
            raise UnitbrushError(f"cannot render in {dtype}", field="dtype", value=dtype, allowed="a floating type")
        self.dtype = dtype
        self.device = next(generator.parameters()).device
        self.latent_size = generator.latent_size
        self.resolution = generator.resolution
        first, *blocks, output = generator.children()
        assert isinstance(first, Block)
        assert isinstance(output, Output)
        self.names = list(generator.layers)
        self.units = [info.units for info in generator.layers.values()]
        self.shapes = [Layer(generator.layers[self.names[0]].grid, doubles=False)]
        self.stages: list[Convolution] = []
        for info, block in zip(list(generator.layers.values())[1:], blocks, strict=True):
            assert isinstance(block, Block)
            self.shapes.append(Layer(info.grid, block.upsample))
            bias = block.wscale.b.detach().to(dtype, copy=True)
            self.stages.append(convolution_of(_weight(block, dtype), bias, block.upsample, info.grid))
        # a 4x4 convolution with padding 3 on a single cell: every output cell sees one tap, the opposite one
        taps = _weight(first, dtype).flip(2, 3).permute(2, 3, 0, 1)  # (4, 4, D, Z)
        self._first = taps.reshape(-1, self.latent_size).to(dtype)
        self._first_bias = first.wscale.b.detach().repeat(16).to(dtype)
        self._rgb = _weight(output, dtype)[:, :, 0, 0].to(self._exact)  # (3, C)
        self._rgb_bias = output.wscale.b.detach().to(self._exact, copy=True)

    @property
    def _exact(self) -> torch.dtype:
        """What sums and pictures are kept in: float32, or float64 for a float64 network."""
        return torch.promote_types(self.dtype, torch.float32)

    def first(self, latents: Tensor) -> Tensor:
        """(N, Z) -> the output of layer 1, (N, U, 4, 4)."""
        z = normalise(latents.to(self.device, self.dtype)[:, :, None, None])[:, :, 0, 0]
        x = F.leaky_relu_(F.linear(z, self._first, self._first_bias), LEAKY_SLOPE)
        return x.view(len(x), 4, 4, -1).permute(0, 3, 1, 2)

    def after(self, number: int, x: Tensor) -> Tensor:
        """The output of layer `number`, from 1, of whole pictures, from that of the layer before: (N, U, g, g)."""
        return self.stages[number - 1](F.pad(normalise(x), (MARGIN,) * 4))

    def outputs(self, latents: Tensor) -> Iterator[tuple[str, Tensor]]:
        """(layer, its output) of whole pictures, layer by layer, each computed when it is asked for."""
        x = self.first(latents)
        yield self.names[0], x
        for number, name in enumerate(self.names[1:], 1):
            x = self.after(number, x)
            yield name, x

    def rgb(self, x: Tensor) -> Tensor:
        """A window of the last layer's output (n, C, h, w) -> the picture there, (n, 3, h, w), about [-1, 1].

        The 1x1 convolution is linear in every position, so the norm is divided out of three numbers and not of C.
        """
        colours = F.linear(x.permute(0, 2, 3, 1).to(self._exact), self._rgb)  # (n, h, w, 3)
        rgb = torch.addcmul(self._rgb_bias, colours, inverse_norm(x).permute(0, 2, 3, 1))
        return rgb.permute(0, 3, 1, 2)


def inverse_norm(x: Tensor) -> Tensor:
    """PixelNorm's factor of every position: (N, C, h, w) -> (N, 1, h, w), at least float32."""
    length = torch.linalg.vector_norm(x, dim=1, keepdim=True, dtype=torch.promote_types(x.dtype, torch.float32))
    epsilon = length.new_full((), PIXEL_NORM_EPSILON)
    return torch.addcmul(epsilon, length, length, value=1 / x.shape[1]).rsqrt_()


def normalise(x: Tensor, out: Tensor | None = None) -> Tensor:
    """PixelNorm of (N, C, h, w), into `out` if given."""
    return torch.mul(x, inverse_norm(x).to(x.dtype), out=out)


def _weight(block: Block | Output, dtype: torch.dtype) -> Tensor:
    """The scaled weight of a block, at least as precise as `dtype`."""
    weight = block.conv.weight.detach()
    return weight.to(torch.promote_types(weight.dtype, dtype)) * block.wscale.scale
