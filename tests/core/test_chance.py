"""What counts as labelled: nothing constant, nothing that any other picture fits as well, and every offset."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from dissect_core.concepts.columns import Concept
from dissect_core.dissection import chance
from dissect_core.dissection.run import dissect
from dissect_core.dissection.work import forget
from tests.core.planted import TensorSource
from tests.core.test_dissection import RANDOM, SPEC, planted, random_source, segments, tensors


def test_a_unit_that_any_other_picture_fits_as_well_is_labelled_by_chance() -> None:
    result = dissect(planted(), segments(), SPEC)
    stats, labels = result.layers["layer1"], result.labels("layer1")
    # the sky is at the same place in every picture: its unit overlaps the sky of any other picture just as much
    assert stats.chance[1].tolist() == [1] * 19
    assert 1 not in [unit for unit, _, _ in labels]
    # the tree is at one of four places, so another picture's tree is where this one's is about one time in four
    assert 0 < float(stats.chance[0].amax()) < 0.5
    assert float(stats.chance_level[0]) == float(stats.chance[0].amax())
    summary = result.summary("layer1")
    assert summary.labelled == len(labels)
    assert summary.by_chance is not None
    assert summary.by_chance >= 2  # both of them, in every shuffled counting
    assert result.summary("layer1", minimum=0.99).by_chance == 1
    assert result.summary("layer1", scoring="iqr").by_chance is None


def test_without_shuffles_or_with_one_picture_there_is_no_chance_level() -> None:
    for result in (dissect(planted(), segments(), replace(SPEC, shuffles=0)), dissect(planted(1), segments(), SPEC)):
        stats = result.layers["layer1"]
        assert stats.chance.shape == (3, 0)
        assert stats.chance_level.tolist() == [0, 0, 0]
        assert result.summary("layer1").by_chance is None


def test_by_hand_two_pictures_shuffled() -> None:
    # unit 0 is active where the red square is: upper left in picture 0, lower right in picture 1
    pictures = -torch.ones(2, 3, 8, 8)
    pictures[0, 0, :2, :2] = pictures[1, 0, 1:3, 1:3] = 1
    source = TensorSource(pictures, {"layer": (pictures[:, :1] > 0).float()})
    stats = dissect(source, segments(), replace(SPEC, layers=("layer",), quantile=0.9, shuffles=3)).layers["layer"]
    assert stats.label_iou.tolist() == [1]
    # each of both has one cell of four where the other's tree is, in both pictures: 2 of 4 + 4 - 2 + 4 + 4 - 4
    assert stats.chance[0].tolist() == pytest.approx([2 / 14] * 3)


def test_every_picture_has_the_labels_of_another_in_every_shuffle() -> None:
    found = chance.partners(7, 4)
    for row in found:
        assert sorted(row.tolist()) == list(range(7))
        assert all(place != partner for place, partner in enumerate(row.tolist()))
    assert len({tuple(row.tolist()) for row in found}) == 4
    assert torch.equal(chance.partners(7, 4), found)  # always the same
    assert chance.partners(1, 4).shape == (0, 1)
    assert chance.partners(2, 1).tolist() == [[1, 0]]
    assert (chance.rate(19), chance.rate(99)) == (0.05, 0.01)


@pytest.mark.parametrize("value", [0.1, 0.2, -0.3, 0.0, 1e-9, 7e4])
def test_constant_units_are_never_labelled(value: float) -> None:
    pictures = planted().see(list(range(20)), ("layer1",))[0]
    maps = torch.full((20, 1, 8, 8), value)
    spec = replace(SPEC, layers=("layer",), quantile=0.99)
    result = dissect(TensorSource(pictures, {"layer": maps}), segments(), spec)
    assert result.layers["layer"].thresholds.tolist() == maps[0, 0, 0, :1].tolist()
    assert not result.layers["layer"].iou.any()
    assert result.labels("layer", minimum=0) == []


@pytest.mark.parametrize("offset", [1000.3, 65_504.0, 1e6, 3e38, -1000.3, -3e38])
def test_a_unit_with_an_offset_is_found_with_iou_one(offset: float) -> None:
    pictures = planted().see(list(range(20)), ("layer1",))[0]
    tree = F.interpolate((pictures[:, :1] > 0).float(), (8, 8))
    low = torch.tensor(offset)
    high = torch.nextafter(low, torch.tensor(torch.inf))  # the least difference that there is
    maps = torch.where(tree > 0, high, low)
    result = dissect(TensorSource(pictures, {"layer": maps}), segments(), replace(SPEC, layers=("layer",)))
    assert result.layers["layer"].thresholds.tolist() == [low.item()]
    assert result.labels("layer") == [(0, Concept("object", "tree"), 1.0)]


def test_a_unit_that_is_not_finite_is_named_and_spoils_no_other(tmp_path: Path) -> None:
    whole, source = dissect(random_source(), segments(), RANDOM), random_source()
    source.activations["middle"][3, 1, 2, 2] = torch.nan
    source.activations["fine"][7, 0, 5, 5] = torch.inf
    result = dissect(source, segments(), RANDOM)
    assert result.manifest["unusable"] == {"middle": [1], "fine": [0]}
    assert "unusable" not in whole.manifest
    for layer, bad in {"coarse": [], "middle": [1], "fine": [0]}.items():
        mine, theirs = dict(tensors(result.layers[layer])), dict(tensors(whole.layers[layer]))
        for name, tensor in mine.items():
            good = [unit for unit in range(len(tensor)) if unit not in bad]
            assert torch.equal(tensor[good], theirs[name][good]), name
            for unit in bad:
                empty = -1 if name in (".top.images", ".top.places", ".iqr.concept") else 0
                assert (tensor[unit] == (-torch.inf if name == ".top.scores" else empty)).all(), name
        assert not {unit for unit, _, _ in result.labels(layer, minimum=0)} & set(bad)
    forget(tmp_path, dissect(source, segments(), RANDOM, work=tmp_path).manifest)
    assert not list(tmp_path.iterdir())
