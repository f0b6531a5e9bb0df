"""The experiments of the paper on toys whose every number is known by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dissect_core.brushes.effects import Bench, UnitSet
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.concepts.segments import Segments
from dissect_core.errors import BadShape, UnitbrushError, UnknownConcept
from dissect_core.experiments.fold import add_up, counts, interval
from dissect_core.experiments.insertion import contexts, gains_by_cell, insertion_part, units_of
from dissect_core.experiments.peaks import find_peaks, painted, segmented
from dissect_core.experiments.removal import removal, removal_part
from dissect_core.experiments.unit_classifier import (
    LARGE_SHARE,
    SMALL_SHARE,
    accuracy,
    equal_error,
    least_share,
)
from dissect_core.sources.scenes import ScenePictures
from dissect_core.world.scenes import paint
from tests.core.planted import TensorSource, ToyGenerator, ToyRenderer, ToySegmenter

TREE, SKY, GRASS = Concept("object", "tree"), Concept("object", "sky"), Concept("object", "grass")


def bench() -> Bench:
    generator = ToyGenerator().eval()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), batch=3)  # type: ignore[arg-type]


# ---- a unit as a classifier


def test_accuracy_of_a_threshold_counted_by_hand() -> None:
    found = accuracy(torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([0.0, 2.0]), 2.0)
    assert (found.tpr, found.tnr, found.balanced) == (0.75, 0.5, 0.625)


def test_the_equal_error_threshold_of_the_paper_by_hand() -> None:
    # positives rise 1 3 5 7; every second of the falling negatives 6 5 4 3 2 1 0 -1: 6 4 2 0.  1 < 6, 3 < 4, 5 >= 2:
    # the threshold is 5; 2 of 4 positives reach it; 6 of 8 negatives stay below
    found = equal_error(torch.tensor([5.0, 1.0, 7.0, 3.0]), torch.tensor([6.0, 5, 4, 3, 2, 1, 0, -1]))
    assert (found.threshold, found.tpr, found.tnr) == (5.0, 0.5, 0.75)


def test_peaks_that_are_apart_are_told_apart_always_and_the_other_way_round_never() -> None:
    low, high = torch.arange(4.0), torch.arange(10.0, 13.0)
    assert equal_error(high, low).balanced == 1.0
    assert equal_error(low, high).balanced <= 0.5


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_at_the_threshold_both_errors_are_as_equal_as_the_counts_allow(with_it: list[int], without: list[int]) -> None:
    positives, negatives = torch.tensor(with_it).double(), torch.tensor(without).double()
    found = equal_error(positives, negatives)
    assert found.threshold in positives
    ties = max((positives == found.threshold).double().mean(), (negatives == found.threshold).double().mean())
    step = 1 / len(positives) + 1 / len(negatives)
    if found.tpr < 1 and found.threshold < float(positives.max()):
        assert abs(found.tpr - found.tnr) <= 2 * float(ties) + 2 * step


def test_a_thing_that_is_often_large_must_be_large_to_count() -> None:
    assert least_share(torch.tensor([0.0] * 19 + [0.06])) == LARGE_SHARE
    assert least_share(torch.tensor([0.0] * 20 + [0.06])) == SMALL_SHARE


def test_no_pictures_with_or_without_the_concept_is_an_error_that_says_which() -> None:
    some, none = torch.ones(2), torch.ones(0)
    with pytest.raises(UnitbrushError, match="no pictures with the concept"):
        equal_error(none, some)
    with pytest.raises(UnitbrushError, match="no pictures without the concept"):
        accuracy(some, none, 0.0)


def test_peaks_and_shares_of_given_pictures() -> None:
    pictures = -torch.ones(3, 3, 64, 64)
    pictures[0, 0, :32] = 1  # red: a tree in the upper half
    pictures[1, 1, :, :16] = 1  # green: sky in the left quarter
    maps = torch.tensor([[[[1.0, 5.0], [0.0, 2.0]]], [[[-1.0, -2.0], [-3.0, -4.0]]], [[[0.0, 0.0], [0.0, 7.0]]]])
    source = TensorSource(pictures, {"a": maps})
    columns, labels = segmented(Segments(ToySegmenter(), "d" * 64))
    found = find_peaks(source, "a", columns, labels, batch=2)
    assert found.peaks.flatten().tolist() == [5.0, -1.0, 7.0]
    assert found.shares[:, columns.column(TREE)].tolist() == [0.5, 0.0, 0.0]
    assert found.shares[:, columns.column(SKY)].tolist() == [0.0, 0.25, 0.0]
    present, least = found.of(TREE)
    assert present.tolist() == [True, False, False]
    assert least == LARGE_SHARE
    with pytest.raises(UnknownConcept):
        found.of(Concept("object", "whale"))


def test_painted_scenes_have_their_exact_labels() -> None:
    scenes = ScenePictures(("church", "kitchen"), 4, 32, first_seed=50)
    columns, labels = painted(scenes)
    maps = labels([3, 0], torch.zeros(2, 3, 32, 32))
    assert torch.equal(maps[0, 0], paint("kitchen", [51], 32).object[0])
    assert torch.equal(maps[1, 1], paint("church", [50], 32).part[0])
    assert tuple(columns.categories) == ("object", "part", "material")


# ---- removing


def test_removing_the_tree_unit_removes_all_trees_and_shows_the_grass_behind() -> None:
    # a tree is 2x2 cells, 16 of the 256 pixels, in every image
    sums = add_up(removal_part(bench(), TREE, "layer1", [2, 0], (0, 1, 2)), images=5, batch=2)
    found = removal(sums, bench().columns, TREE, (0, 1, 2))
    assert [part.mean for part in found.removed] == [0.0, 0.0, 1.0]
    assert [part.half_width for part in found.removed] == [0.0, 0.0, 0.0]
    assert found.images == 5
    assert found.share == 16 / 256
    column = bench().columns.column
    assert int(found.appeared[2, column(GRASS)]) == 5 * 16
    assert int(found.appeared[2].sum()) == 5 * 16  # and nothing else
    assert found.appeared[:2].sum() == 0
    assert float(found.changes[2, column(TREE)]) == -1.0
    assert float(found.changes[2, column(SKY)]) == 0.0
    assert float(found.changes[2, column(GRASS)]) == pytest.approx(16 / (256 - 16 - 64))


def test_a_number_of_units_that_are_not_there_is_refused() -> None:
    with pytest.raises(BadShape, match="cannot remove 3 units"):
        removal_part(bench(), TREE, "layer1", [0, 1], (0, 3))


# ---- inserting


def test_a_tree_set_at_a_cell_gains_the_pixels_of_the_cell_unless_it_is_there() -> None:
    units = UnitSet("layer1", (0,), (1.0,))
    gains = gains_by_cell(bench(), TREE, units, image=3)
    assert gains.shape == (8, 8)
    assert sorted(gains.flatten().tolist()) == [0] * 4 + [4] * 60  # a cell is 2x2 pixels; the tree has four cells


def test_contexts_are_what_was_at_the_middle_of_the_cells() -> None:
    units = UnitSet("layer1", (0,), (1.0,))
    sums = add_up(insertion_part(bench(), TREE, units), images=2, batch=1)
    found = {context.concept: context.gain for context in contexts(sums, bench().columns)}
    # sky: 16 cells an image, every one gains 4 pixels where an image has 16 pixels of trees: a quarter
    assert found[SKY].mean == 0.25
    assert found[SKY].count == 32
    assert found[SKY].half_width == 0.0
    assert found[TREE].mean == 0.0
    assert found[TREE].count == 8
    assert found[GRASS].count == 2 * (64 - 16 - 4)
    assert [context.concept for context in contexts(sums, bench().columns, least_cells=33)] == [GRASS]


def test_units_are_those_of_highest_iou_with_their_own_values() -> None:
    found = units_of(torch.tensor([0.1, 0.3, 0.2]), torch.tensor([10.0, 30.0, 20.0]), "layer4", 2)
    assert (found.layer, found.units, found.values) == ("layer4", (1, 2), (30.0, 20.0))


# ---- adding up


def test_an_interval_computed_by_hand() -> None:
    # 1, 3, 5: mean 3, sample deviation 2, standard error 2 / sqrt 3
    found = interval(9, 35, 3, scale=0.5)
    assert (found.mean, found.deviation, found.count) == (1.5, 1.0, 3)
    assert found.half_width == pytest.approx(2.58 / 3**0.5)
    assert interval(4, 16, 1).half_width == float("inf")
    assert interval(0, 0, 0).count == 0


def test_counts_of_each_row() -> None:
    assert counts(torch.tensor([[[0, 2], [2, 2]], [[1, 1], [0, 1]]]), 4).tolist() == [[1, 0, 3, 0], [1, 3, 0, 0]]


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_any_batches_add_up_to_the_same(batch: int) -> None:
    part = removal_part(bench(), TREE, "layer1", [0], (0, 1), first_id=4)
    whole, parts = add_up(part, 7, 7), add_up(part, 7, batch)
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_an_interrupted_run_goes_on_and_other_inputs_start_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dissect_core.experiments.fold.SAVE_EVERY_S", -1.0)
    seen: list[int] = []

    def part(rows: range) -> dict[str, torch.Tensor]:
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.extend(rows)
        return {"sum": torch.tensor(sum(rows))}

    def calm(rows: range) -> dict[str, torch.Tensor]:
        seen.extend(rows)
        return {"sum": torch.tensor(sum(rows))}

    with pytest.raises(KeyboardInterrupt):
        add_up(part, 5, 1, work=tmp_path, inputs={"a": 1})
    assert add_up(calm, 5, 1, work=tmp_path, inputs={"a": 1})["sum"] == 10
    assert seen == [0, 1, 2, 3, 4]
    assert add_up(calm, 2, 1, work=tmp_path, inputs={"a": 2})["sum"] == 1
    with pytest.raises(ValueError, match="inputs"):
        add_up(calm, 5, 1, work=tmp_path)


def test_concepts_that_are_not_known_are_refused_before_anything_runs() -> None:
    with pytest.raises(UnknownConcept):
        insertion_part(bench(), Concept("object", "whale"), UnitSet("layer1", (0,), (1.0,)))
    assert Columns(ToySegmenter.categories).column(TREE) == 1
