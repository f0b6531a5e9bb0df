"""The precision to render in: the fastest one here whose pictures cannot be told from the exact ones.

Half of a float's bits are twice as fast on some processors and slower on others, and exact enough for few networks:
every layer adds its rounding, and a picture's worst pixel is ten times as far off as most.  So both are measured, once
for each network.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.painting.edits import LayerEdit
from dissect_core.render.convolution import packed_types
from dissect_core.render.folded import Folded
from dissect_core.render.passes import Job, run
from dissect_core.render.window import whole
from dissect_core.system.race import fastest

log = logging.getLogger("unitbrush.render")

PROBE_IMAGES = 8
"""Pictures compared, every other one painted."""
PROBE_UNITS = 20
PROBE_VALUE = 10.0
"""What is painted: so many units of a middle layer, to a large activation, on the left half."""
MOST_LEVELS = 0.75
"""Largest difference accepted, in levels of 256.  Below 1 no byte differs by more than one; others may be worse."""
PROBE_SECONDS = 5.0
"""After so long the probe ends, and what is not yet known to be exact and faster is not taken."""


def choose_precision(generator: Generator) -> Folded:
    """The generator folded into the fastest precision that is exact enough."""
    exact = Folded(generator, torch.float32)
    deadline = time.monotonic() + PROBE_SECONDS
    on_gpu = exact.device.type == "cuda"
    others = (torch.float16, torch.bfloat16) if on_gpu else packed_types() - {torch.float32}
    good = [exact]
    for dtype in others:
        folded = Folded(generator, dtype)
        if _agrees(exact, folded, deadline):
            if on_gpu:  # where it is faster by far
                return folded
            good.append(folded)
    best = _fastest(good, deadline) if len(good) > 1 else exact
    log.info("rendering %d pixels in %s on %s", exact.resolution, best.dtype, best.device)
    return best


def _agrees(exact: Folded, other: Folded, deadline: float) -> bool:
    """Whether the pictures differ by less than MOST_LEVELS everywhere."""
    for number, latent in enumerate(latents(range(PROBE_IMAGES), exact.latent_size).split(1)):
        edits = _stroke(exact) if number % 2 else {}
        wanted, found = (_pictures(folded, latent, edits) for folded in (exact, other))
        levels = float((found - wanted).abs().max()) * 127.5
        if not levels < MOST_LEVELS or time.monotonic() > deadline:  # also not a number is refused
            log.info("%s refused: %.2f levels from the exact picture, or too slow", other.dtype, levels)
            return False
    return True


def _fastest(candidates: Sequence[Folded], deadline: float) -> Folded:
    latent = latents([0], candidates[0].latent_size)
    ways = [partial(_pictures, folded, latent, {}) for folded in candidates]
    return candidates[fastest(ways, deadline - time.monotonic())]


@torch.inference_mode()
def _pictures(folded: Folded, latent: Tensor, edits: Mapping[str, LayerEdit]) -> Tensor:
    windows = [whole(shape.grid) for shape in folded.shapes]
    (state,) = run(folded, [Job(latent, edits, None, [*windows, windows[-1]])], kept=0)
    return state.picture.float().clamp(-1, 1)


def _stroke(folded: Folded) -> dict[str, LayerEdit]:
    """A large stroke on a layer in the middle."""
    number = len(folded.names) // 3
    units = tuple(range(min(PROBE_UNITS, folded.units[number])))
    grid = folded.shapes[number].grid
    alpha = torch.zeros(len(units), grid, grid)
    alpha[..., : grid // 2] = 1
    return {folded.names[number]: LayerEdit(units, alpha, alpha * PROBE_VALUE)}
