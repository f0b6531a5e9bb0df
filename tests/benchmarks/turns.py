"""Measuring cases that take turns, so that a slow moment of the machine falls on all of them; and what is printed.

Machines differ and so do their neighbours: compare ratios, not milliseconds, and on a busy machine the ratios of
processor time.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from dissect_core.system.code_version import code_version

WARM_UP = 2
NOTHING = float("nan")

Times = list[tuple[float, float]]
"""Of every run: milliseconds by the clock, and milliseconds of processor time, all threads together."""


@dataclass(frozen=True)
class Row:
    """A line of the table.

    reference, ours: median by the clock, in `unit`; spread: the tenth and the ninetieth percentile of ours.  times: how
    many times better ours is than the reference; cpu: the same by processor time, which neighbours disturb less.  What
    there is not is NOTHING.  goal: words; "" where there is none.
    """

    what: str
    unit: str
    reference: float
    ours: float
    spread: tuple[float, float]
    times: float
    cpu: float = NOTHING
    goal: str = ""

    def as_dict(self) -> dict[str, object]:
        """Plain data for the JSON document; NaN as null."""
        return {key: None if value != value else value for key, value in asdict(self).items()}


def in_turns(cases: Mapping[str, Callable[[], object]], repeats: int, warm_up: int = WARM_UP) -> dict[str, Times]:
    """The times of `repeats` runs of every case, the cases taking turns, after some that do not count."""
    times: dict[str, Times] = {name: [] for name in cases}
    for turn in range(warm_up + repeats):
        for name, run in cases.items():
            began, cpu_began = time.perf_counter(), time.process_time()
            run()
            if torch.cuda.is_initialized():
                torch.cuda.synchronize()
            took, cpu_took = time.perf_counter() - began, time.process_time() - cpu_began
            if turn >= warm_up:
                times[name].append((1000 * took, 1000 * cpu_took))
    return times


def compared(what: str, ours: Times, reference: Times, *, each: int = 1, of_each: int = 1, goal: str = "") -> Row:
    """A row in milliseconds.  each: how many things one run of ours does; of_each: one run of the reference."""
    wall, cpu = ([run[clock] / each for run in ours] for clock in (0, 1))
    reference_wall, reference_cpu = ([run[clock] / of_each for run in reference] for clock in (0, 1))
    median, median_reference = statistics.median(wall), statistics.median(reference_wall)
    return Row(
        what,
        "ms",
        round(median_reference, 3),
        round(median, 3),
        spread_of(wall),
        round(median_reference / median, 2),
        round(statistics.median(reference_cpu) / statistics.median(cpu), 2),
        goal,
    )


def figure(what: str, unit: str, values: Sequence[float], goal: str = "") -> Row:
    """A row of something that the reference does not have: the median of `values`."""
    return Row(what, unit, NOTHING, round(statistics.median(values), 2), spread_of(values), NOTHING, goal=goal)


def waiting(what: str, waits: Sequence[float], reference: Sequence[float], goal: str = "") -> Row:
    """A row of waiting times in seconds, shown in milliseconds."""
    median, before = (statistics.median(times) * 1000 if times else NOTHING for times in (waits, reference))
    spread = spread_of([1000 * wait for wait in waits])
    return Row(what, "ms", round(before, 1), round(median, 1), spread, round(before / median, 2), goal=goal)


def rate_row(what: str, unit: str, moments: Sequence[float], reference: Sequence[float], goal: str = "") -> Row:
    """A row of things a second, from the moments in seconds at which each was done, in order."""
    ours, before = rates(moments), rates(reference)
    median, median_before = statistics.median(ours), statistics.median(before)
    times = round(median / median_before, 2)
    return Row(what, unit, round(median_before, 1), round(median, 1), spread_of(ours), times, goal=goal)


def rates(moments: Sequence[float]) -> list[float]:
    """Things a second, of each tenth of the moments."""
    size = max(1, (len(moments) - 1) // 10)
    parts = [moments[first : first + size + 1] for first in range(0, len(moments) - size, size)]
    return [(len(part) - 1) / (part[-1] - part[0]) for part in parts if part[-1] > part[0]] or [NOTHING]


def slowest(what: str, waits: Sequence[float], goal: str) -> Row:
    """A row of the 95th percentile of waiting times in milliseconds."""
    last = statistics.quantiles(waits, n=20, method="inclusive")[-1] if len(waits) > 1 else waits[0]
    return figure(f"{what}, 95th percentile", "ms", [last], goal)


def spread_of(values: Sequence[float]) -> tuple[float, float]:
    """The tenth and the ninetieth percentile."""
    if len(values) < 2:
        return (round(values[0], 3), round(values[0], 3))
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return (round(deciles[0], 3), round(deciles[-1], 3))


def table(rows: Sequence[Row], head: bool = True) -> str:
    """The rows as text, with the names of the columns above them or not."""
    names = f"{'':64}{'reference':>11}{'ours':>10}{'p10':>10}{'p90':>10}{'times':>8}{'cpu':>8}  goal"
    lines = [names] if head else []
    for row in rows:
        cpu = "" if row.cpu != row.cpu else f"{row.cpu:.2f}"
        reference = "" if row.reference != row.reference else f"{row.reference:.2f}"
        times = "" if row.times != row.times else f"{row.times:.2f}"
        numbers = f"{reference:>11}{row.ours:10.2f}{row.spread[0]:10.2f}{row.spread[1]:10.2f}{times:>8}{cpu:>8}"
        lines.append(f"{row.what + ', ' + row.unit:64}{numbers}  {row.goal}")
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """What the figures belong to."""
    return {
        "version": code_version("dissect_core.render.renderer"),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "load": round(os.getloadavg()[0], 2) if sys.platform != "win32" else None,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
