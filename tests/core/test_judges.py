"""Judges: a probe by hand, the ceiling of painted scenes, and no judge that a critic looked through."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.evaluation.realism import RealismSpec, compare, measure_realism, probe
from dissect_core.evaluation.spaces import unseen
from tests.toy import tiny_progan


def clouds(distance: float) -> tuple[Tensor, Tensor]:
    """Two sets of 400 points in three dimensions whose means are `distance` apart in one of them."""
    random = torch.Generator().manual_seed(0)
    a, b = (torch.randn(400, 3, generator=random) for _ in range(2))
    return a, b + torch.tensor([distance, 0, 0])


def test_a_probe_cannot_tell_equal_sets_and_always_tells_distant_ones() -> None:
    assert probe(*clouds(0.0)) == pytest.approx(0.5, abs=0.08)
    assert probe(*clouds(20.0)) == 1
    # one deviation to the boundary in the middle: the normal distribution's 0.841
    assert probe(*clouds(2.0)) == pytest.approx(0.841, abs=0.04)


def test_figures_of_a_set_against_itself_are_those_of_a_perfect_generator() -> None:
    a, _ = clouds(0.0)
    figures = compare(a, a)
    assert (figures["frechet"], figures["precision"], figures["recall"]) == (pytest.approx(0, abs=1e-6), 1, 1)


def test_a_generator_of_noise_is_told_from_painted_scenes_and_these_are_not() -> None:
    def colours(images: Tensor) -> Tensor:
        return torch.cat([images.mean((2, 3)), images.std((2, 3))], dim=1)

    torch.manual_seed(0)
    spec = RealismSpec("kitchen", images=40, batch=16)
    seen: list[tuple[int, int]] = []
    found = measure_realism(
        tiny_progan(), {"colours": colours}, spec, progress=lambda done, total, text="": seen.append((done, total))
    )
    figures = found["spaces"]["colours"]
    assert figures["probe"] > 0.9
    assert figures["ceiling"]["probe"] < 0.8
    assert figures["frechet"] > figures["ceiling"]["frechet"]
    assert seen[-1] == (120, 120)


def test_a_judge_that_a_critic_looked_through_is_refused() -> None:
    unseen(["efficientnet-lite2"], {"critics_saw": {"efficientnet-lite0": "ImageNet"}})
    unseen(["efficientnet-lite0"], {})
    with pytest.raises(UnitbrushError, match="efficientnet-lite0") as caught:
        unseen(["efficientnet-lite0"], {"critics_saw": {"efficientnet-lite0": "ImageNet"}})
    assert caught.value.field == "judges"
    assert "efficientnet-lite0" not in caught.value.allowed
