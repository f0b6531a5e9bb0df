"""Effects known by hand: a toy generator in which unit 0 is the trees and unit 1 the sky."""

import pytest
import torch

from dissect_core.brushes.effects import (
    Bench,
    Insertion,
    Places,
    UnitSet,
    discs,
    measure_ablation,
    measure_insertion,
    observe,
    to_cells,
)
from dissect_core.brushes.habitat import Context, context_places, learn_habitat, plausible_places
from dissect_core.brushes.ranking import EffectRanker, EffectSpec
from dissect_core.concepts.columns import Concept
from tests.core.planted import ToyGenerator, ToyRenderer, ToySegmenter

TREE, SKY, GRASS, CROWN = (
    Concept("object", "tree"),
    Concept("object", "sky"),
    Concept("object", "grass"),
    Concept("part", "crown"),
)


def bench(batch: int = 4) -> Bench:
    generator = ToyGenerator()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), batch)


@pytest.mark.parametrize("batch", [1, 3, 10])
def test_zeroing_the_tree_unit_removes_every_tree_and_nothing_else(batch: int) -> None:
    b = bench(batch)
    effect = measure_ablation(b, observe(b, range(10)), TREE, UnitSet("layer1", (0,), (1.0,)))
    # 16x16 pixels: 4 rows of sky, a tree of 4x4, grass elsewhere, in each of ten images
    assert effect.before.tolist() == [640, 160, 1760, 160]  # sky, tree, grass, crown
    assert effect.after.tolist() == [640, 0, 1920, 0]
    assert effect.change([b.columns.column(TREE)]) == -1
    assert effect.change([b.columns.column(SKY), b.columns.column(GRASS)]) == pytest.approx(160 / 2400)
    assert effect.collateral == 0


def test_collateral_is_what_else_changed() -> None:
    b = bench()
    effect = measure_ablation(b, observe(b, range(10)), TREE, UnitSet("layer2", (0, 1), (1.0, 1.0)))
    assert effect.collateral == 640 / 2400  # the sky of all pixels that are no tree
    both = effect + effect
    assert (both.images, both.collateral) == (20, effect.collateral)


@pytest.mark.parametrize("batch", [1, 3, 10])
def test_drawing_trees_fills_the_brush_and_drawing_nothing_does_not(batch: int) -> None:
    b = bench(batch)
    pool = observe(b, range(10))
    places = plausible_places(learn_habitat(pool, b.columns, TREE), pool, b.columns)
    drawn = measure_insertion(b, pool, TREE, UnitSet("layer1", (0,), (1.0,)), places)
    assert len(drawn.gain) == len(places) > 0
    assert drawn.gain.tolist() == [1.0] * len(places)
    assert (drawn.any_rise, drawn.clear_rise) == (1, 1)
    nothing = measure_insertion(b, pool, TREE, UnitSet("layer1", (2,), (1.0,)), places)
    assert (nothing.any_rise, nothing.clear_rise) == (0, 0)


def test_a_rise_of_less_than_a_tenth_of_the_brush_is_not_clear() -> None:
    drawn = Insertion(torch.tensor([0.0, 0.05, 0.10, -0.3]))
    assert (drawn.any_rise, drawn.clear_rise) == (0.5, 0.25)


def test_plausible_places_are_where_trees_live_and_are_absent_now() -> None:
    b = bench()
    pool = observe(b, range(40))
    habitat = learn_habitat(pool, b.columns, TREE)
    assert habitat.company["object"].tolist() == [0, 0, 0, 1]  # only grass is around the trees
    places = plausible_places(habitat, pool, b.columns)
    assert len(places) == 40
    assert bool((places.centres[:, 1] > 0.45).all())  # trees stand in the lower half, smoothed by one position
    marks = discs(places.centres, places.radius, 16)
    assert not bool((marks & pool.is_concept(b.columns, TREE)[places.rows]).any())
    again = plausible_places(habitat, observe(b, range(5, 40)), b.columns)
    assert torch.equal(again.centres, places.centres[5:])  # an image's place does not depend on the others


def test_context_places_lie_within_their_context() -> None:
    b = bench()
    pool = observe(b, range(6))
    places = context_places(Context("sky", (SKY,)), pool, b.columns, 0.1)
    marks = discs(places.centres, 0.1, 16)
    inside = (marks & pool.is_concept(b.columns, SKY)[places.rows]).sum((1, 2)) / marks.sum((1, 2))
    assert len(places) == 6
    assert bool((inside >= 0.85).all())
    assert len(context_places(Context("cloud", (Concept("object", "tree"),)), pool, b.columns, 0.4)) == 0


def test_a_disc_covers_the_pixels_whose_centre_it_holds_and_switches_every_cell_it_touches() -> None:
    mask = discs(torch.tensor([[0.5, 0.5], [0.01, 0.99]]), 0.18, 4)
    assert mask[0].int().tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert mask[1].int().tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert to_cells(mask.float(), 2)[:, 0].tolist() == [[[1, 1], [1, 1]], [[0, 0], [1, 0]]]


@pytest.mark.parametrize(("concept", "unit"), [(TREE, 0), (CROWN, 0), (SKY, 1)])
def test_the_ranking_by_effect_finds_the_planted_unit_in_every_layer(concept: Concept, unit: int) -> None:
    b = bench()
    pool = observe(b, range(16))
    places = Places(torch.arange(16), torch.full((16, 2), 0.4), 0.1)  # grass
    levels = {"layer1": torch.ones(3), "layer2": torch.ones(3)}
    ranker = EffectRanker(b, pool, concept, places, levels, EffectSpec(images=8, count=1))
    for ranking, scores in ranker.first().items():
        for layer in levels:
            for found in (scores[layer], ranker.further(ranking, layer, scores[layer], 2)):
                assert int(found.argmax()) == unit
                assert float(found[2]) == 0  # nothing depends on unit 2


def test_erasure_weighs_ablation_four_times() -> None:
    """Where no dial is on, the rankings differ by three times the ablation's slope."""
    b = bench()
    pool, levels = observe(b, range(16)), {"layer1": torch.ones(3)}
    places, nowhere = (
        Places(torch.arange(16), torch.full((16, 2), 0.4), 0.1),
        Places(torch.arange(0), torch.zeros(0, 2), 0.1),
    )
    spec = EffectSpec(images=8)
    both = EffectRanker(b, pool, TREE, places, levels, spec).first()
    ablation = EffectRanker(b, pool, TREE, nowhere, levels, spec).first()["effect"]["layer1"]
    assert float(ablation[0]) > 0
    torch.testing.assert_close(both["erasure"]["layer1"], both["effect"]["layer1"] + 3 * ablation)


def test_slopes_do_not_depend_on_the_batch_and_leave_no_hook() -> None:
    results = []
    for batch in (1, 5, 16):
        b = bench(batch)
        places = Places(torch.arange(16), torch.full((16, 2), 0.4), 0.1)
        ranker = EffectRanker(b, observe(b, range(16)), TREE, places, {"layer1": torch.ones(3)})
        results.append(ranker.further("effect", "layer1", ranker.first()["effect"]["layer1"], 2))
        assert not any(module._forward_hooks for module in b.generator.modules())
    assert torch.allclose(results[0], results[1], atol=1e-5)
    assert torch.allclose(results[0], results[2], atol=1e-5)
