"""Which layers of a network are dissected unless told: the last activation on every grid.

A unit, as in the paper, is a channel after the batch normalisation and the ReLU that belong to its convolution.  Deep
networks have dozens of such layers; the last one on each grid is what the next, coarser or finer grid is made from.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, LayerNeverRan
from dissect_core.models.hooks import recorded
from dissect_core.sources.layout import Layout, as_maps
from dissect_core.sources.networks import ClassifierSource, LatentSource

ACTIVATIONS = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Hardswish, nn.Softplus,
)  # fmt: skip
CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
NORMS = (nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm)
SHOWN = 8
"""How many names an error lists."""


def default_layers(source: ClassifierSource | LatentSource) -> tuple[str, ...]:
    """The dotted names of the last activations on each grid, in the order in which they run; runs the first picture.

    Grids of a single cell say nothing about places and are left out.  Raises BadShape if there is no such layer.
    """
    names = activations(source.network)
    try:
        with torch.no_grad(), recorded(source.network, names) as maps:
            source.see([0], ())
    except LayerNeverRan:
        pass  # a network may have modules that it does not use
    last = {grid: name for name, found in maps.items() if max(grid := _grid(name, found, source.layout)) > 1}
    if not last:
        some = ", ".join([name for name, _ in source.network.named_modules() if name][:SHOWN])
        raise BadShape(
            "found no layer that gives feature maps; name some with --layers",
            field="layers",
            value="none",
            allowed=f"names as in named_modules(): {some}",
        )
    return tuple(last.values())


def _grid(name: str, found: Tensor, layout: Layout) -> tuple[int, int]:
    """The cells of what a layer gives, down and across; (1, 1) if these are no feature maps."""
    try:
        _, _, height, width = as_maps(name, found, layout).shape
    except BadShape:
        return 1, 1
    return height, width


def activations(network: nn.Module) -> tuple[str, ...]:
    """The dotted names of the activation functions of a network.

    Where it calls them as functions: of the blocks that hold nothing but a convolution and its normalisation, whose
    output is after the function; without such blocks, of its convolutions.
    """
    modules = {name: module for name, module in network.named_modules() if name}
    functions = tuple(name for name, module in modules.items() if isinstance(module, ACTIVATIONS))
    blocks = tuple(name for name, module in modules.items() if _is_block(module))
    return functions or blocks or tuple(name for name, module in modules.items() if isinstance(module, CONVOLUTIONS))


def _is_block(module: nn.Module) -> bool:
    inside = list(module.children())
    return any(isinstance(one, CONVOLUTIONS) for one in inside) and all(
        isinstance(one, (*CONVOLUTIONS, *NORMS)) for one in inside
    )
