"""Activations in a unit's own quantiles, with the levels of the toy classifier: a share 10^-3a is above a."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from dissect_core.concepts.columns import Columns
from dissect_core.dissection.result import Dissection, LayerStats
from dissect_core.errors import BadMask, UnitbrushError
from dissect_core.units.rarity import grey_map, quantile_of_rarity, threshold_grey, unit_rarity
from dissect_core.units.strongest import place_of_mask, place_of_point, strongest
from tests.toy_classifier import MAPS, UNITS, toy_stats

MANIFEST = {"quantile": 0.99, "images": 100, "grid": 10}


def dissection(stats: LayerStats | None = None) -> Dissection:
    return Dissection(MANIFEST, Columns(MAPS), {"layer": stats or toy_stats(((0.0,) * 5,) * UNITS)})


def rarity(*values: float, stats: LayerStats | None = None) -> list[float]:
    return unit_rarity(dissection(stats), "layer", 0).of(torch.tensor(values)).tolist()


def test_rarity_is_the_number_of_decades_above_which_few_positions_are() -> None:
    found = rarity(0.0, 0.5, 2 / 3, 1.0, 1.5, 2.0, 9.0, -1.0)
    # levels up to 3 at 1, the threshold at 2, the peak is one of 10^4 positions
    assert found == pytest.approx([0, 1.5, 2, 3, 3.5, 4, 4, 0], abs=1e-5)
    assert quantile_of_rarity(2) == pytest.approx(0.99)


def test_a_value_that_is_everywhere_is_not_rare_but_anything_above_it_is() -> None:
    stats = toy_stats(((0.0,) * 5,) * UNITS)
    levels = stats.levels.clone()
    levels[:, :25] = 0  # a ReLU: half of the decades are zero
    found = rarity(0.0, 1e-6, 0.5, 0.52, stats=replace(stats, levels=levels))
    assert found == pytest.approx([0, 1.5, 1.56 - 0.06 / 26, 1.56], abs=0.005)


def test_a_unit_that_is_never_active_calls_any_activation_the_rarest() -> None:
    zeros = torch.zeros(UNITS)
    stats = toy_stats(((0.0,) * 5,) * UNITS)
    dead = replace(stats, thresholds=zeros, peak=zeros, levels=stats.levels * 0)
    assert rarity(0.0, 0.1, stats=dead) == [0, 4]


def test_what_is_whiter_than_the_threshold_is_above_it_exactly() -> None:
    threshold = toy_stats(((0.0,) * 5,) * UNITS).thresholds[0]
    near = [torch.nextafter(threshold, torch.tensor(end)) for end in (0.0, 1.0)]
    below, at, above = unit_rarity(dissection(), "layer", 0).grey(torch.stack([near[0], threshold, near[1]])).tolist()
    assert threshold_grey(dissection()) == at == 170
    assert below <= 170 < above


def test_levels_rounded_past_the_threshold_are_left_out() -> None:
    stats = toy_stats(((0.0,) * 5,) * UNITS)
    levels = stats.levels.clone()
    levels[:, 32] = 0.67  # rarity 1.98, but above the threshold of rarity 2
    found = rarity(0.665, 2 / 3, 0.669, stats=replace(stats, levels=levels))
    assert found == sorted(found)
    assert found[1] == pytest.approx(2)


def test_a_map_is_upsampled_before_it_becomes_grey() -> None:
    activation = torch.tensor([[0.0, 1.0]])  # along four pixels: 0, 0.25, 0.75, 1
    greys = grey_map(dissection(), "layer", 0, activation, 4)
    assert greys.dtype == torch.uint8
    assert greys.tolist() == [[0, 64, 192, 255]] * 4  # 255 a, rounded up: 63.75, 191.25


def test_a_point_is_the_pixel_that_contains_it() -> None:
    for (x, y), place in {(0.0, 0.0): (0, 0), (0.5, 0.24): (0, 2), (1.0, 1.0): (3, 3)}.items():
        found = place_of_point(x, y, 4).nonzero().tolist()
        assert found == [list(place)]
    with pytest.raises(UnitbrushError, match="outside") as caught:
        place_of_point(1.1, 0.5, 4)
    assert caught.value.field == "point"


def test_a_mask_weighs_pixels_by_how_much_of_them_is_painted() -> None:
    mask = torch.zeros(4, 4)
    mask[0, 0], mask[2:, 2:] = 1, 1
    assert place_of_mask(mask, 2).tolist() == [[0.25, 0], [0, 1]]
    with pytest.raises(BadMask, match="nothing is painted"):
        place_of_mask(torch.zeros(4, 4), 2)


def test_units_are_ranked_in_their_own_quantiles() -> None:
    stats = toy_stats(((0.0,) * 5,) * UNITS)
    loud = torch.tensor([1.0, 100.0, 1.0, 1.0])  # unit 1 is a hundred times as loud as the others
    scaled = replace(
        stats,
        thresholds=stats.thresholds * loud,
        peak=stats.peak * loud,
        levels=stats.levels * loud[:, None],
    )
    maps = torch.stack([torch.full((2, 2), value) for value in (0.5, 20.0, 1.0, 0.5)])
    maps[3, 0, 0] = 99  # elsewhere
    place = torch.tensor([[0.0, 0.0], [1.0, 3.0]])
    found = strongest(dissection(scaled), "layer", maps, place, 3)
    assert [unit.unit for unit in found] == [2, 0, 3]  # of the equal ones the first comes first
    assert [unit.activation for unit in found] == pytest.approx([1, 0.5, 0.5])
    assert [unit.quantile for unit in found] == pytest.approx([0.999, 1 - 10**-1.5, 1 - 10**-1.5], abs=1e-6)
    loudest = strongest(dissection(scaled), "layer", maps, place, 9)[-1]
    assert (loudest.unit, loudest.activation) == (1, pytest.approx(20))
    assert loudest.quantile == pytest.approx(1 - 10**-0.6, abs=1e-6)


def test_the_mean_is_taken_over_the_upsampled_map() -> None:
    maps = torch.tensor([[[0.0, 1.0]]])
    place = torch.tensor([[1.0, 1.0, 0.0, 0.0]] * 4)  # 0 and 0.25
    (found,) = strongest(dissection(), "layer", maps, place, 1)
    assert found.activation == pytest.approx(0.125)
    assert np.isfinite(found.quantile)
