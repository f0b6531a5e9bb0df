"""Brushes that work are chosen, the others are not offered; the file is checked field by field."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from dissect_core.brushes import search
from dissect_core.brushes.brush import Brush, BrushSet, brush_file, read_brushes, write_brushes
from dissect_core.brushes.choose import badly_seen, choose_brushes
from dissect_core.brushes.effects import Bench, Insertion, UnitSet, observe
from dissect_core.brushes.habitat import Context
from dissect_core.brushes.ranking import EffectSpec
from dissect_core.brushes.search import ChoiceSpec, Search
from dissect_core.brushes.trial import TrialSpec, check_goals, contexts_of, measure_brushes, working, works
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.dissection.result import Dissection
from dissect_core.errors import ArtifactMismatch, UnitbrushError, UnknownConcept
from tests.core.planted import ToyGenerator, ToyRenderer, ToySegmenter
from tests.toy_precomputed import toy_stats

BRUSH = Brush("tree", "tree", "object", "layer1", "iou", (0, 2), (1.0, 0.5), 1.0, 7, (0.1, 0.2, 0.3, 0.4), 2)
BRUSHES = BrushSet("toy", "a" * 64, "b" * 64, (BRUSH,), "0.1.0+abc")
CHOICE = ChoiceSpec(
    layers=("layer1", "layer2"), first_id=100, pool=30, screened=8, measured=12, finalists=2,
    effect=EffectSpec(images=8, count=1),
)  # fmt: skip


def toy_dissection() -> Dissection:
    columns = Columns(ToySegmenter.categories)
    iou = torch.zeros(3, len(columns.concepts))
    iou[0, 1] = iou[0, 3] = iou[1, 0] = 1.0
    stats = toy_stats(torch.ones(3), iou)
    manifest = {"model": "toy", "model_sha256": "a" * 64, "segmenter_sha256": "b" * 64, "first_id": 0, "images": 100}
    return Dissection(manifest, columns, {"layer1": stats, "layer2": stats})


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


def bench() -> Bench:
    generator = ToyGenerator()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), 8)


def test_concepts_whose_brush_works_are_offered_and_the_others_not() -> None:
    # The toy has three units only, so every brush paints all of them: red wins, which makes trees and crowns.
    brushes, verdicts = choose_brushes(bench(), toy_dissection(), CHOICE)
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
    brushes, verdicts = choose_brushes(bench(), toy_dissection(), whole)
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
    _, verdicts = choose_brushes(bench(), toy_dissection(), replace(CHOICE, passed_over=badly))
    assert {verdict.concept.name for verdict in verdicts} == {"tree", "grass"}


def test_brushes_are_chosen_on_images_that_were_not_dissected() -> None:
    with pytest.raises(UnitbrushError, match="not dissected") as caught:
        choose_brushes(bench(), toy_dissection(), replace(CHOICE, first_id=99))
    assert (caught.value.value, caught.value.allowed) == ("0 to 99 dissected", "none of 99 to 128")


def test_the_lowest_level_that_draws_nearly_as_well_as_the_best_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rises = {1.0: 0.50, 1.5: 0.78, 2.0: 0.80}  # thresholds are 1, so a unit's value is the level

    def measure(_bench: Any, _pool: Any, _concept: Any, units: UnitSet, _places: Any) -> Any:
        return SimpleNamespace(clear_rise=rises[units.values[0]])

    monkeypatch.setattr(search, "measure_insertion", measure)
    units = UnitSet("layer1", (0, 1), (1.5, 1.5))
    screened = SimpleNamespace(layer="layer1", order=torch.tensor([0, 1]), level=1.5, drawn=measure(0, 0, 0, units, 0))
    pool = observe(bench(), range(100, 130))
    assert Search(bench(), toy_dissection(), CHOICE, pool, Concept("object", "tree"))._level(screened) == 1.5


def test_drawing_where_a_concept_does_not_belong_counts_against_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def trial() -> search.Trial:
        pool = observe(bench(), range(100, 130))
        looking = Search(bench(), toy_dissection(), CHOICE, pool, Concept("object", "tree"))
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
    looking = Search(bench(), toy_dissection(), CHOICE, observe(bench(), range(100, 130)), Concept("object", "tree"))
    everywhere, nowhere = Insertion(torch.ones(4)), Insertion(torch.zeros(4))

    def measure(_bench: Any, _pool: Any, _concept: Any, units: UnitSet, places: Any) -> Insertion:
        away = any(places is there for there in looking.abroad)
        return nowhere if units.units == (1,) and away else everywhere

    monkeypatch.setattr(search, "measure_insertion", measure)
    assert looking._drawing("layer1", torch.tensor([0])) == pytest.approx(2.4 + 2 * 1.5 - 4 * 1.5)
    assert looking._drawing("layer1", torch.tensor([1])) == pytest.approx(2.4 + 2 * 1.5)


def test_only_doors_are_compared_on_backgrounds() -> None:
    assert [context.name for context in contexts_of(Concept("part", "door"))] == ["wall", "sky", "tree"]
    assert contexts_of(Concept("object", "door")) == contexts_of(Concept("object", "tree")) == ()


def test_an_interrupted_choice_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = choose_brushes(bench(), toy_dissection(), CHOICE)

    def stop(phase: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        choose_brushes(bench(), toy_dissection(), CHOICE, progress=stop, work=tmp_path)
    looked_at: list[str] = []
    verdict = Search.verdict
    monkeypatch.setattr(Search, "verdict", lambda self: looked_at.append(self.concept.name) or verdict(self))
    again, verdicts = choose_brushes(bench(), toy_dissection(), CHOICE, work=tmp_path)
    assert again == whole
    assert (len(verdicts), len(looked_at)) == (3, 1)  # two were decided before
    choose_brushes(bench(), toy_dissection(), replace(CHOICE, measured=11), work=tmp_path)
    assert len(looked_at) == 4  # another choice starts anew


def test_measuring_again_on_unseen_images_gives_the_toys_numbers_and_goals() -> None:
    only_trees = replace(BRUSHES, brushes=(replace(BRUSH, units=(0,), values=(1.0,), default_count=1),))
    spec = TrialSpec(images=20, first_id=500, habitat_images=16, chunk=7)
    measured = measure_brushes(bench(), only_trees, spec)
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


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    assert read_brushes(file) == BRUSHES
    assert read_brushes(file).brush("tree").target.category == "object"
    with pytest.raises(UnknownConcept) as caught:
        BRUSHES.brush("tre")
    assert caught.value.allowed == "one of tree"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 3),
        ("ranking", "luck"),
        ("units", []),
        ("units", [1, 1]),
        ("units", [-1, 2]),
        ("units", "0,2"),
        ("values", [1.0]),
        ("level", 0.0),
        ("level", 5.0),
        ("level", True),
        ("default_count", 3),
        ("example_seed", "7"),
        ("example_seed", 10**9),
        ("example_box", [0.3, 0.2, 1.1, 0.4]),
        ("values", [float("nan"), 1.0]),
        ("example_box", [0.3, 0.2, 0.1, 0.4]),
        ("measured", None),
    ],
)
def test_a_bad_field_is_named(tmp_path: Path, field: str, value: Any) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    document = json.loads(file.read_text())
    document["brushes"][0][field] = value
    file.write_text(json.dumps(document))
    with pytest.raises(ArtifactMismatch) as caught:
        read_brushes(file)
    assert caught.value.field.startswith(f"brushes[0].{field}")


@pytest.mark.parametrize(("field", "value"), [("schema", 2), ("model", None), ("brushes", {}), ("brushes", [{}])])
def test_a_bad_document_is_named(tmp_path: Path, field: str, value: Any) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    file.write_text(json.dumps({**json.loads(file.read_text()), field: value}))
    with pytest.raises(ArtifactMismatch) as caught:
        read_brushes(file)
    assert caught.value.field.startswith(field)
