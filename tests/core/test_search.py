"""Sets of units are compared by what they draw where it belongs, and where it does not."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from dissect_core.brushes import search
from dissect_core.brushes.effects import Insertion, UnitSet, observe
from dissect_core.brushes.habitat import Context
from dissect_core.brushes.search import Search
from dissect_core.concepts.columns import Concept
from tests.core.planted import CHOICE, toy_bench, toy_dissection


def test_the_lowest_level_that_draws_nearly_as_well_as_the_best_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rises = {1.0: 0.50, 1.5: 0.78, 2.0: 0.80}  # thresholds are 1, so a unit's value is the level

    def measure(_bench: Any, _pool: Any, _concept: Any, units: UnitSet, _places: Any) -> Any:
        return SimpleNamespace(clear_rise=rises[units.values[0]])

    monkeypatch.setattr(search, "measure_insertion", measure)
    units = UnitSet("layer1", (0, 1), (1.5, 1.5))
    screened = SimpleNamespace(layer="layer1", order=torch.tensor([0, 1]), level=1.5, drawn=measure(0, 0, 0, units, 0))
    pool = observe(toy_bench(), range(100, 130))
    assert Search(toy_bench(), toy_dissection(), CHOICE, pool, Concept("object", "tree"))._level(screened) == 1.5


def test_drawing_where_a_concept_does_not_belong_counts_against_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def trial() -> search.Trial:
        pool = observe(toy_bench(), range(100, 130))
        looking = Search(toy_bench(), toy_dissection(), CHOICE, pool, Concept("object", "tree"))
        return looking._screened(("layer1", "iou", torch.tensor([0])))

    before = trial()
    sky = Context("sky", (Concept("object", "sky"),))
    monkeypatch.setattr(search, "contexts_of", lambda _: (sky, sky))
    after = trial()  # the toy makes trees of every sky
    assert (before.astray, after.astray) == (0, 1)
    assert after.score == pytest.approx(before.score - 4)


def test_sets_are_assembled_to_draw_where_a_concept_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    # unit 0 draws everywhere, unit 1 only at home: 0.9 + 1/2 + 1 at plausible places, twice 1 + 1/2 at home, and four
    # times as much away from it
    grass, sky = (Context(name, (Concept("object", name),)) for name in ("grass", "sky"))
    monkeypatch.setattr(search, "contexts_of", lambda _: (grass, sky))
    looking = Search(
        toy_bench(), toy_dissection(), CHOICE, observe(toy_bench(), range(100, 130)), Concept("object", "tree")
    )
    everywhere, nowhere = Insertion(torch.ones(4)), Insertion(torch.zeros(4))

    def measure(_bench: Any, _pool: Any, _concept: Any, units: UnitSet, places: Any) -> Insertion:
        away = any(places is there for there in looking.abroad)
        return nowhere if units.units == (1,) and away else everywhere

    monkeypatch.setattr(search, "measure_insertion", measure)
    assert looking._drawing("layer1", torch.tensor([0])) == pytest.approx(2.4 + 2 * 1.5 - 4 * 1.5)
    assert looking._drawing("layer1", torch.tensor([1])) == pytest.approx(2.4 + 2 * 1.5)
