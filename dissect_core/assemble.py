"""Assembling a set of units by trying sets: units that do together what none of them does much of alone.

The cross-entropy method (Rubinstein 1999): draw sets at random, see which are worth most, and draw those units more
often.  A ranking of single units cannot see that two of them need each other, or that two do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LIKELY = 0.5
"""How likely the first units are to be in a set of the first round."""
LEAST_LIKELY = 1e-3


@dataclass(frozen=True)
class AssemblySpec:
    """In each of `rounds`, `sets` sets are tried; likelihoods move by `pull` towards the shares in the best `kept`."""

    rounds: int = 4
    sets: int = 16
    kept: int = 4
    pull: float = 0.6


def assemble(units: Sequence[int], count: int, worth: Callable[[Tensor], float], spec: AssemblySpec) -> Tensor:
    """The units, those first that belong into a set of `count`: (U,) int64.

    units: the candidates, of which the first `count` are likely.  worth: of a set (count,), larger is better.
    The same candidates and worths give the same answer.
    """
    candidates = torch.tensor(list(units))
    count = min(count, len(candidates))
    likely = torch.full((len(candidates),), count / max(1, len(candidates)))
    likely[:count] = likely[:count].clamp(LIKELY)
    random = torch.Generator().manual_seed(0)
    for _ in range(spec.rounds):
        tried = [_draw(likely, count, random) for _ in range(spec.sets)]
        worths = torch.tensor([worth(candidates[one]) for one in tried])
        share = torch.zeros_like(likely)
        for number in worths.argsort(descending=True, stable=True)[: spec.kept].tolist():
            share[tried[number]] += 1 / spec.kept
        likely = likely.lerp(share, spec.pull)
    return candidates[likely.argsort(descending=True, stable=True)]


def _draw(likely: Tensor, count: int, random: torch.Generator) -> Tensor:
    """The places of `count` units, the likelier the more often (Efraimidis and Spirakis 2006), ascending."""
    keys = torch.rand(len(likely), generator=random).log() / likely.clamp(LEAST_LIKELY)
    return keys.topk(count).indices.sort().values
