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

    rounds: int = 8
    sets: int = 20
    kept: int = 4
    pull: float = 0.5


def assemble(units: Sequence[int], count: int, worth: Callable[[Tensor], float], spec: AssemblySpec) -> Tensor:
    """The units, those first of the set of `count` that was worth most: (U,) int64.

    units: the candidates, of which the first `count` are likely.  worth: of a set (count,), larger is better.
    The same candidates and worths give the same answer.
    """
    candidates = torch.tensor(list(units))
    count = min(count, len(candidates))
    likely = torch.full((len(candidates),), count / max(1, len(candidates)))
    likely[:count] = likely[:count].clamp(LIKELY)
    random = torch.Generator().manual_seed(0)
    seen: list[tuple[float, Tensor]] = []  # the best of each round
    for _ in range(spec.rounds):
        drawn = [_draw(likely, count, random) for _ in range(spec.sets)]
        tried = sorted(((worth(candidates[one]), one) for one in drawn), key=_worth, reverse=True)
        share = torch.zeros_like(likely)
        for _, one in tried[: spec.kept]:
            share[one] += 1 / spec.kept
        likely = likely.lerp(share, spec.pull)
        seen.append(tried[0])
    likeliest = likely.argsort(descending=True, stable=True)[:count]
    seen.append((worth(candidates[likeliest]), likeliest))
    likely[max(seen, key=_worth)[1]] += 1
    return candidates[likely.argsort(descending=True, stable=True)]


def _worth(tried: tuple[float, Tensor]) -> float:
    return tried[0]


def _draw(likely: Tensor, count: int, random: torch.Generator) -> Tensor:
    """The places of `count` units, the likelier the more often (Efraimidis and Spirakis 2006), ascending."""
    keys = torch.rand(len(likely), generator=random).log() / likely.clamp(LEAST_LIKELY)
    return keys.topk(count).indices.sort().values
