"""What a dissection costs is told before it starts."""

from __future__ import annotations

from torch import nn

from dissect_core.commands import cost as module
from dissect_core.commands.cost import cost
from dissect_core.concepts.segments import ColoursOnly, Segments
from dissect_core.dissection.result import DissectionSpec
from dissect_core.sources.networks import ClassifierSource
from tests.core.test_sources import Ramps


def test_layers_units_memory_and_time_are_told() -> None:
    network = nn.Sequential(nn.Conv2d(3, 5, 1), nn.ReLU(), nn.Conv2d(5, 2048, 1, stride=2)).eval()
    source = ClassifierSource(network, Ramps(), "toy", "e" * 64)
    said = cost(source, Segments(ColoursOnly(), "none"), DissectionSpec(("1", "2")))
    first, second = said.splitlines()
    assert first == "2,053 units: 1 (5 x 8 x 8), 2 (2048 x 4 x 4)"
    assert second.startswith("4 pictures; about 1.0 GiB of memory and ")
    assert second.split()[-1] in ("second", "seconds", "minutes")


def test_sizes_and_times_are_rounded_for_people() -> None:
    assert [module._size(size) for size in (10, 5 * 2**20, 3 * 2**29)] == ["1 MiB", "5 MiB", "1.5 GiB"]
    times = [module._duration(seconds) for seconds in (0.1, 89, 90, 3600, 5400)]
    assert times == ["1 second", "89 seconds", "2 minutes", "60 minutes", "1.5 hours"]
