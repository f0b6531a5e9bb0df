"""Brushes are tried on unseen images, and what must hold of them is checked."""

from dataclasses import replace

import pytest

from dissect_core.brushes.brush import Brush, BrushSet
from dissect_core.brushes.trial import TrialSpec, check_goals, contexts_of, measure_brushes, working, works
from dissect_core.concepts.columns import Concept
from tests.core.planted import BRUSH, BRUSHES, toy_bench


def measured_brush(
    name: str,
    any_rise: float = 1.0,
    clear_rise: float = 1.0,
    mean_gain: float = 0.0,
    removed: float = 0.0,
    collateral: float = 0.0,
    images: int = 2000,
) -> Brush:
    draw = {"any_rise": any_rise, "clear_rise": clear_rise, "mean_gain": mean_gain, "images": images}
    erase = {"removed": removed, "collateral": collateral}
    return replace(BRUSH, id=name, measured={"images": 2000, "draw": draw, "erase": erase})


def test_only_doors_are_compared_on_backgrounds() -> None:
    assert [context.name for context in contexts_of(Concept("part", "door"))] == ["wall", "sky", "tree"]
    assert contexts_of(Concept("object", "door")) == contexts_of(Concept("object", "tree")) == ()


def test_measuring_again_on_unseen_images_gives_the_toys_numbers_and_goals() -> None:
    only_trees = replace(BRUSHES, brushes=(replace(BRUSH, units=(0,), values=(1.0,), default_count=1),))
    spec = TrialSpec(images=20, first_id=500, habitat_images=16, chunk=7)
    measured = measure_brushes(toy_bench(), only_trees, spec)
    numbers = measured.brush("tree").measured
    assert numbers["draw"]["images"] == numbers["erase"]["images"] == numbers["images"] == 20
    assert (numbers["draw"]["any_rise"], numbers["draw"]["clear_rise"], numbers["draw"]["mean_gain"]) == (1, 1, 1)
    assert (numbers["erase"]["removed"], numbers["erase"]["collateral"]) == (1, 0)
    assert numbers["erase"]["changes"] == {"sky": 0, "tree": -1, "grass": pytest.approx(320 / 3520, abs=1e-4)}
    assert [(goal.name, goal.met) for goal in check_goals(measured)] == [
        ("brushes", False),  # of eight
        ("draw tree: images", True),
        ("draw tree: any rise", True),
        ("draw tree: clear rise", True),
        ("erase tree: pixels removed", True),
        ("erase tree: change of buildings", True),
    ]


def test_doors_must_prefer_walls() -> None:
    def door(wall: float, sky: float) -> BrushSet:
        numbers = {
            "images": 100,
            "draw": {"images": 90, "any_rise": 1.0, "clear_rise": 0.9},
            "contexts": {
                "wall": {"images": 100, "clear_rise": wall},
                "sky": {"images": 100, "clear_rise": sky},
                "tree": {"images": 100, "clear_rise": 0.0},
            },
        }
        return replace(BRUSHES, brushes=(replace(BRUSH, id="door", measured=numbers),))

    assert [goal.met for goal in check_goals(door(0.5, 0.1))] == [False, False, True, True, True]
    assert [goal.met for goal in check_goals(door(0.49, 0.1))] == [False, False, True, True, False]
    assert [goal.value for goal in check_goals(door(0.5, 0.0))] == [1, 90, 1.0, 0.9, 50]  # never in 100 counts as once


@pytest.mark.parametrize(
    ("any_rise", "clear_rise", "fine"), [(0.7, 0.5, True), (0.69, 0.69, False), (0.9, 0.49, False)]
)
def test_a_brush_works_that_raises_its_concept_often_and_clearly_in_half(
    any_rise: float, clear_rise: float, fine: bool
) -> None:
    assert works(any_rise, clear_rise) is fine
    brushes = replace(BRUSHES, brushes=(measured_brush("tree", any_rise=any_rise, clear_rise=clear_rise),))
    assert working(brushes).brushes == (brushes.brushes if fine else ())


def test_a_brush_that_has_too_few_places_is_not_offered() -> None:
    brushes = replace(BRUSHES, brushes=(measured_brush("floor", images=1999), measured_brush("tree", images=2000)))
    assert [brush.id for brush in working(brushes).brushes] == ["tree"]


def test_brushes_that_do_most_come_first() -> None:
    brushes = (
        measured_brush("sky", mean_gain=0.9, collateral=0.1),  # 0.8
        measured_brush("tree", mean_gain=0.6, removed=0.7, collateral=0.1),  # 1.2
        measured_brush("door", mean_gain=0.4, removed=0.7),  # 1.1
    )
    assert [brush.id for brush in working(replace(BRUSHES, brushes=brushes)).brushes] == ["tree", "door", "sky"]
