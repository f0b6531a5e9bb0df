"""Measuring cases that take turns, so that a slow moment of the machine falls on all of them.

Machines differ and so do their neighbours: compare ratios, not milliseconds, and on a busy machine the ratios of
processor time.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Mapping

import torch

from dissect_core.version import __version__

WARM_UP = 2

Times = list[tuple[float, float]]
"""Of every run: milliseconds by the clock, and milliseconds of processor time, all threads together."""


def in_turns(cases: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """The times of `repeats` runs of every case, the cases taking turns."""
    times: dict[str, Times] = {name: [] for name in cases}
    for turn in range(WARM_UP + repeats):
        for name, run in cases.items():
            began, cpu_began = time.perf_counter(), time.process_time()
            run()
            took, cpu_took = time.perf_counter() - began, time.process_time() - cpu_began
            if turn >= WARM_UP:
                times[name].append((1000 * took, 1000 * cpu_took))
    return times


def summary(times: Times, reference: Times, pictures: int = 1) -> dict[str, float | int]:
    """Median and spread of a case of so many pictures, and how many times faster it is than the reference, each."""
    wall_ms, cpu_ms = zip(*times, strict=True)
    reference_wall_ms, reference_cpu_ms = zip(*reference, strict=True)
    deciles = statistics.quantiles(wall_ms, n=10)
    median, cpu_median = statistics.median(wall_ms), statistics.median(cpu_ms)
    return {
        "pictures": pictures,
        "median_ms": round(median, 2),
        "p10_ms": round(deciles[0], 2),
        "p90_ms": round(deciles[-1], 2),
        "median_cpu_ms": round(cpu_median, 2),
        "times_faster": round(statistics.median(reference_wall_ms) * pictures / median, 2),
        "times_less_cpu": round(statistics.median(reference_cpu_ms) * pictures / cpu_median, 2),
    }


def machine() -> dict[str, object]:
    """What the figures belong to."""
    return {
        "version": __version__,
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
