"""What a dissection will look at and cost, told before it starts."""

from __future__ import annotations

import time

import torch

from dissect_core.concepts.segments import Segments
from dissect_core.dissection.result import DissectionSpec
from dissect_core.dissection.run import UNITS_AT_ONCE, groups_of
from dissect_core.sources.layers import default_layers
from dissect_core.sources.networks import ClassifierSource, LatentSource, Source

UNIT_BYTES = 1 << 19
"""What the counts of one unit take."""
PASSES = 3
"""Over the pictures, for each group of layers."""
POSITION_S = 2.5e-9
"""Seconds for one position of one unit, on one core."""
SHOWN = 12
"""How many layers are named."""


def chosen(source: Source) -> tuple[str, ...]:
    """The layers of a network of one's own that are dissected unless told."""
    assert isinstance(source, ClassifierSource | LatentSource)
    return default_layers(source)


def cost(source: Source, segments: Segments, spec: DissectionSpec) -> str:
    """The layers with their units and grids, and roughly the memory and the time; looks at the first picture."""
    with torch.no_grad():
        started = time.perf_counter()
        pictures, maps = source.see([0], spec.layers)
        seen = time.perf_counter()
        segments.label(pictures, spec.grid)
        labelled = time.perf_counter()
    shapes = {layer: tuple(found.shape[1:]) for layer, found in maps.items()}
    units = sum(shape[0] for shape in shapes.values())
    groups = groups_of({layer: shape[0] for layer, shape in shapes.items()}, UNITS_AT_ONCE)
    at_once = max(sum(shapes[layer][0] for layer in group) for group in groups)
    held = at_once * UNIT_BYTES + spec.batch * sum(found.numel() * found.element_size() for found in maps.values())
    each_s = PASSES * (len(groups) * (seen - started) + units * spec.grid**2 * POSITION_S) + labelled - seen
    return (
        f"{units:,} units: {_listing(shapes)}\n"
        f"{source.images:,} pictures; about {_size(held)} of memory and {_duration(each_s * source.images)}"
    )


def _listing(shapes: dict[str, tuple[int, ...]]) -> str:
    names = [f"{layer} ({' x '.join(map(str, shape))})" for layer, shape in shapes.items()]
    more = [f"and {len(names) - SHOWN} more layers"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])


def _size(held: int) -> str:
    return f"{held / 2**30:.1f} GiB" if held >= 2**30 else f"{max(1, round(held / 2**20))} MiB"


def _duration(seconds: float) -> str:
    for limit, divisor, name in ((90, 1, "seconds"), (5400, 60, "minutes")):
        if seconds < limit:
            count = max(1, round(seconds / divisor))
            return f"{count} {name}" if count > 1 else f"{count} {name[:-1]}"
    return f"{seconds / 3600:.1f} hours"
