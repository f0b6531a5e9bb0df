"""Which of several ways to compute the same is the fastest here: they are run, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

ROUNDS = 3


def fastest(ways: Sequence[Callable[[], object]], seconds: float, margin: float = 1.0) -> int:
    """The index of the way whose shortest run is shortest; the first one, unless another is `margin` times as fast.

    seconds: no round begins after so long.
    """
    deadline = time.monotonic() + seconds
    best = [float("inf")] * len(ways)
    for _ in range(ROUNDS):
        for number, way in enumerate(ways):
            began = time.perf_counter()
            way()
            best[number] = min(best[number], time.perf_counter() - began)
        if time.monotonic() > deadline:
            break
    index = best.index(min(best))
    return index if best[index] * margin < best[0] else 0
