"""Concepts whose brush works are offered, the others are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from dissect_core.brushes.choose import badly_seen, choose_brushes
from dissect_core.brushes.search import Search
from dissect_core.concepts.columns import Concept
from dissect_core.errors import UnitbrushError
from tests.core.planted import CHOICE, toy_bench, toy_dissection


def test_concepts_whose_brush_works_are_offered_and_the_others_not() -> None:
    # The toy has three units only, so every brush paints all of them: red wins, which makes trees and crowns.
    brushes, verdicts = choose_brushes(toy_bench(), toy_dissection(), CHOICE)
    assert {verdict.concept.name for verdict in verdicts} == {"sky", "tree", "grass"}
    assert {brush.id for brush in brushes.brushes} == {"tree"}
    tree = brushes.brush("tree")
    assert tree.units[0] == 0
    assert tree.values == (1.0, 1.0, 1.0)
    assert tree.level == 1  # higher levels draw no better, and the lowest of the best is taken
    assert tree.default_count == 3
    assert 100 <= tree.example_seed < 130
    assert tree.measured["draw"]["clear_rise"] == 1
    assert tree.measured["erase"]["removed"] == 1
    x0, y0, x1, y1 = tree.example_box
    assert (x1 - x0, y1 - y0) == (pytest.approx(0.2, abs=1e-3), pytest.approx(0.2, abs=1e-3))


def test_a_part_that_is_nearly_a_whole_object_gets_no_brush_of_its_own() -> None:
    whole = replace(CHOICE, most_alike=1.01)
    brushes, verdicts = choose_brushes(toy_bench(), toy_dissection(), whole)
    assert [verdict.concept for verdict in verdicts if verdict.concept.category == "part"] == [Concept("part", "crown")]
    assert {brush.id for brush in brushes.brushes} == {"tree", "crown"}  # in the toy they are the same


def test_what_the_segmenter_does_not_see_well_gets_no_brush() -> None:
    church = {
        "object": {"mean_iou": 0.8, "iou": {"tree": 0.75, "bush": 0.74, "boat": None, "sky": 0.1}},
    }
    badly = badly_seen({"worlds": {"church": church}}, "church", ("object", "part"))
    assert badly == (Concept("object", "bush"), Concept("object", "sky"))
    assert badly_seen({"worlds": {"church": church}}, "kitchen", ("object",)) == ()
    assert badly_seen({}, "church", ("object",)) == ()
    _, verdicts = choose_brushes(toy_bench(), toy_dissection(), replace(CHOICE, passed_over=badly))
    assert {verdict.concept.name for verdict in verdicts} == {"tree", "grass"}


def test_brushes_are_chosen_on_images_that_were_not_dissected() -> None:
    with pytest.raises(UnitbrushError, match="not dissected") as caught:
        choose_brushes(toy_bench(), toy_dissection(), replace(CHOICE, first_id=99))
    assert (caught.value.value, caught.value.allowed) == ("0 to 99 dissected", "none of 99 to 128")


def test_an_interrupted_choice_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = choose_brushes(toy_bench(), toy_dissection(), CHOICE)

    def stop(done: int, total: int, text: str = "") -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        choose_brushes(toy_bench(), toy_dissection(), CHOICE, progress=stop, work=tmp_path)
    looked_at: list[str] = []
    verdict = Search.verdict
    monkeypatch.setattr(Search, "verdict", lambda self: looked_at.append(self.concept.name) or verdict(self))
    again, verdicts = choose_brushes(toy_bench(), toy_dissection(), CHOICE, work=tmp_path)
    assert again == whole
    assert (len(verdicts), len(looked_at)) == (3, 1)  # two were decided before
    choose_brushes(toy_bench(), toy_dissection(), replace(CHOICE, measured=11), work=tmp_path)
    assert len(looked_at) == 4  # another choice starts anew
