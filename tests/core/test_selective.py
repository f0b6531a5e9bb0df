"""Units that erase a concept and little else, picked by sums worked out by hand."""

from __future__ import annotations

import pytest
import torch

from dissect_core.brushes.effects import Ablation, Bench, large_objects, observe, upset
from dissect_core.brushes.selective import measure_alone, pick
from dissect_core.concepts.columns import Concept
from tests.core.planted import ToyGenerator, ToyRenderer, ToySegmenter

TREE = Concept("object", "tree")


def bench() -> Bench:
    generator = ToyGenerator()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), 4)


def effect(sky: int, tree: int, grass: int) -> Ablation:
    """Of 1,000 pixels of sky, 100 of tree and 1,000 of grass so many are left; the fourth column is a part."""
    return Ablation(1, torch.tensor([1000, 100, 1000, 50]), torch.tensor([sky, tree, grass, 50]), 2000, 0)


GRASSY = effect(1000, 60, 1200)  # removes 0.4 of the trees, a fifth more grass
CLEAN = effect(1000, 70, 1000)  # removes 0.3 and changes nothing else
BARE = effect(1000, 80, 850)  # removes 0.2, and grass shrinks by 0.15
SKYISH = effect(1500, 50, 1000)  # removes 0.5 and makes half as much sky again


def test_each_pick_removes_much_and_upsets_little() -> None:
    alone = [GRASSY, CLEAN, BARE, SKYISH]
    # alone: 0.4 - 0.2, 0.3, 0.2 - 0.15, 0.5 - 0.5; then 0.7 - 0.2, -, 0.5 - 0.15, 0.8 - 0.5; then BARE makes up for
    # most of the grass: 0.9 - 0.05; SKYISH comes last
    assert pick(bench(), TREE, alone, 4) == [1, 0, 2, 3]
    assert pick(bench(), TREE, alone, 2) == [1, 0]
    assert pick(bench(), TREE, [SKYISH], 20) == [0]


def test_upset_is_the_largest_change_of_another_large_object() -> None:
    columns = bench().columns
    assert upset(columns, TREE, GRASSY) == pytest.approx(0.2)
    assert upset(columns, TREE, BARE) == pytest.approx(0.15)
    assert upset(columns, TREE, CLEAN) == 0
    rare = Ablation(1, torch.tensor([100, 100, 2000, 50]), torch.tensor([0, 60, 2100, 50]), 2000, 0)
    assert large_objects(columns, TREE, rare) == [2]  # sky covers less than 5 %
    assert upset(columns, TREE, rare) == pytest.approx(0.05)


def test_every_unit_is_zeroed_alone() -> None:
    b = bench()
    red, green, nothing = measure_alone(b, observe(b, range(6)), TREE, "layer1", (0, 1, 2))
    assert red.change([1]) == -1
    assert green.change([1]) == 0
    assert green.change([0]) == -1  # no sky
    assert nothing.before.tolist() == nothing.after.tolist()
