"""Running a network so that a picture always gives the same numbers, also if the network draws noise of its own.

A dissection looks at every picture several times, in batches, and its pages once more.  A network that draws random
numbers while it runs (StyleGAN's noise, a dropout that is always on) would be another network each time.  So it is run
twice first; if it differs, every picture runs alone, after all sources of random numbers were seeded with its number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dissect_core.errors import UnitbrushError
from dissect_core.models.hooks import recorded, traced
from dissect_core.sources.layout import Layout, as_maps

NOISE_RULE = "every picture alone, with torch, numpy and random seeded with its image id"
TOLERANCE = 1e-3
"""Of the largest number that a module gives: a difference up to there is rounding, not noise."""


def forward(
    network: Callable[[Tensor], Any],
    given: Tensor,
    ids: Sequence[int],
    layers: Sequence[str],
    *,
    layout: Layout = "auto",
    noisy: bool = False,
) -> tuple[Any, Mapping[str, Tensor]]:
    """What a network makes of a batch, and the activations (N, U, h, w) of its layers.

    ids: the image ids of the batch.  noisy: whether the network draws noise, as `draws_noise` tells; what it makes must
    then be a tensor, or it is that of the last picture.
    """
    if not noisy:
        with recorded(network, layers) as found:  # type: ignore[arg-type]  # a module
            output = network(given)
        return output, {layer: as_maps(layer, found[layer], layout) for layer in layers}
    outputs, parts = [], []
    for number, one in zip(ids, given.split(1), strict=True):
        with seeded(number, given.device):
            output, maps = forward(network, one, [number], layers, layout=layout)
        outputs.append(output)
        parts.append(maps)
    whole = torch.cat(outputs) if all(isinstance(output, Tensor) for output in outputs) else outputs[-1]
    return whole, {layer: torch.cat([maps[layer] for maps in parts]) for layer in layers}


@torch.no_grad()
def draws_noise(network: nn.Module, given: Tensor, model: str) -> bool:
    """Whether a network gives other numbers when it sees the same again while other random numbers are drawn.

    Raises UnitbrushError naming the first module that does so even after seeding.
    """

    def run(seed: int) -> dict[str, Tensor]:
        with seeded(seed, given.device):
            return traced(network, given)

    first = run(0)
    if first_difference(first, run(1)) is None:
        return False
    module = first_difference(first, run(0))
    if module is None:
        return True
    raise UnitbrushError(
        f"{model} gives other numbers each time, also with seeded random numbers, first in {module or 'itself'}",
        field="model",
        value=module or type(network).__name__,
        allowed="a network that repeats itself",
    )


def first_difference(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> str | None:
    """The name of the first module whose outputs differ by more than rounding; None if all agree."""
    for name, mine in one.items():
        theirs = other.get(name)
        if theirs is None or theirs.shape != mine.shape:
            return name
        largest = float(mine.abs().amax()) if mine.numel() and mine.isfinite().all() else 1.0
        if not torch.allclose(mine.double(), theirs.double(), rtol=0, atol=TOLERANCE * largest, equal_nan=True):
            return name
    return None


@contextmanager
def seeded(number: int, device: torch.device) -> Iterator[None]:
    """Inside, all sources of random numbers begin at a number; afterwards they go on as if nothing had been drawn."""
    python, numpy = random.getstate(), np.random.get_state()
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(number)
        np.random.seed(number)
        random.seed(number)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
