"""A network that draws noise is dissected as if it did not: the same picture always gives the same numbers."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.run import dissect
from dissect_core.errors import UnitbrushError
from dissect_core.sources.forward import NOISE_RULE, draws_noise, first_difference
from dissect_core.sources.networks import LatentSource
from tests.core.planted import Colours, Planted
from tests.core.test_dissection import SPEC, planted, segments


class Wandering(nn.Module):
    """Moves the toy's maps to a random place, so that what the segmenter sees depends on the noise."""

    def __init__(self, draw: str = "torch") -> None:
        super().__init__()
        self.draw = draw

    def forward(self, maps: Tensor) -> Tensor:
        steps = {
            "torch": lambda: int(torch.randint(0, 8, ())),
            "numpy": lambda: int(np.random.randint(8)),
            "random": lambda: random.randrange(8),
            "own": lambda: int(torch.randint(0, 8, (), generator=self.generator)),
        }[self.draw]
        return torch.stack([one.roll(steps(), 2) for one in maps])

    generator = torch.Generator().manual_seed(0)


def noisy(draw: str = "torch") -> LatentSource:
    network = nn.Sequential()
    for name, module in (("layer1", Planted()), ("moved", Wandering(draw)), ("output", Colours())):
        network.add_module(name, module)
    return LatentSource(network, (4, 1, 1), "noisy", "a" * 64, 20)


@pytest.mark.parametrize("draw", ["torch", "numpy", "random"])
def test_a_planted_unit_of_a_network_that_draws_noise_is_found(draw: str) -> None:
    spec = replace(SPEC, layers=("moved",))
    result = dissect(noisy(draw), segments(), spec)
    assert result.labels("moved")[0] == (0, Concept("object", "tree"), 1.0)
    assert result.manifest["noise"] == NOISE_RULE
    again = dissect(noisy(draw), segments(), replace(spec, batch=1))
    assert torch.equal(again.layers["moved"].iou, result.layers["moved"].iou)


def test_a_picture_is_the_same_in_every_batch_and_others_differ() -> None:
    source = noisy()
    pictures, maps = source.see([3, 4, 5], ("moved",))
    alone, map_alone = source.see([4], ("moved",))
    assert torch.equal(alone[0], pictures[1])
    assert torch.equal(map_alone["moved"][0], maps["moved"][1])
    places = {tuple(one[0].nonzero()[0].tolist()) for one in source.see(list(range(12)), ("moved",))[1]["moved"]}
    assert len(places) > 4


def test_drawing_noise_leaves_the_callers_random_numbers_alone() -> None:
    source = noisy("numpy")
    torch.manual_seed(1), np.random.seed(1), random.seed(1)
    expected = torch.rand(1), np.random.rand(), random.random()
    torch.manual_seed(1), np.random.seed(1), random.seed(1)
    source.see([0], ())
    assert (torch.rand(1), np.random.rand(), random.random()) == expected


def test_what_cannot_be_seeded_is_refused_with_the_modules_name() -> None:
    with pytest.raises(UnitbrushError, match="first in moved") as caught:
        dissect(noisy("own"), segments(), replace(SPEC, layers=("moved",)))
    assert caught.value.value == "moved"


def test_a_network_without_noise_runs_in_batches_and_says_nothing() -> None:
    assert "noise" not in planted().inputs
    dropout = nn.Dropout(0.5)
    assert not draws_noise(nn.Sequential(dropout).eval(), torch.ones(1, 8), "network")
    assert draws_noise(nn.Sequential(dropout).train(), torch.ones(1, 64), "network")

    class Always(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.dropout(x)

    assert draws_noise(Always().eval(), torch.ones(1, 64), "network")


def test_rounding_is_no_noise() -> None:
    one = {"a": torch.tensor([1.0, 100.0]), "b": torch.tensor([torch.nan])}
    assert first_difference(one, {**one, "a": torch.tensor([1.05, 100.0])}) is None
    assert first_difference(one, {**one, "a": torch.tensor([1.2, 100.0])}) == "a"
    assert first_difference(one, {"a": one["a"]}) == "b"
