"""What docs/networks.md says of the networks is what was measured on them, and the goals that they must reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from scipy.stats import binomtest

from dissect_core.brushes.brush import Brush, BrushSet, brush_file, read_brushes
from dissect_core.brushes.choose import LEAST_SEEN
from dissect_core.brushes.effects import Bench
from dissect_core.brushes.trial import TrialSpec, check_goals, measure_brushes
from dissect_core.dissection.files import read_dissection
from dissect_core.evaluation.quality import failing_objects
from dissect_core.models.card import ModelCard, read_card
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer
from tests.source import ROOT
from tests.test_precomputed import MODELS, PRECOMPUTED, shipped

DOCUMENT = (ROOT / "docs" / "networks.md").read_text()
CARDS = {path.stem: read_card(path) for path in shipped(MODELS, "*.json")}
GENERATORS = [card for card in CARDS.values() if card.kind == "generator"]
CLASSIFIER = CARDS["storybook-classifier"]
LEAST_OBJECT_IOU = 0.85
LEAST_TOP1, LEAST_OF_A_CLASS = 0.90, 0.75
SCENES_PER_CLASS = 200
LEAST_OBJECTS = 12
SOME = 32
"""Images on which brushes are measured anew."""
RARE = 0.001
"""Counts are accepted unless they, or rarer ones, came up once in a thousand such samples."""
MEAN_ERROR = 0.25
"""How far the mean of 32 numbers in 0..1 may be off: three and a half standard errors, if they deviate by 0.4."""


def brushes_of(card: ModelCard) -> BrushSet:
    return read_brushes(brush_file(PRECOMPUTED / "brushes", card.id))


def row(card: ModelCard, brush: Brush) -> str:
    """A brush in the document's table."""
    draw, erase = brush.measured["draw"], brush.measured["erase"]
    shares = (draw["any_rise"], draw["clear_rise"], erase["removed"])
    cells = (card.domain, brush.id, brush.layer, f"{brush.level:g}", *(f"{share:.0%}" for share in shares))
    return f"| {' | '.join(cells)} |"


def rows_of_the_document(first: str, cells: int) -> Iterator[str]:
    """Rows of the document's tables that begin with this cell and have so many."""
    for line in DOCUMENT.splitlines():
        if re.match(rf"\| {first} \|", line) and line.count("|") == cells + 1:
            yield line


def test_there_is_a_church_and_a_kitchen_to_paint() -> None:
    assert {card.domain for card in GENERATORS} == {"church", "kitchen"}


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_a_generator_is_large_and_all_its_layers_are_dissected_on_many_images(card: ModelCard) -> None:
    assert card.resolution >= 128
    dissection = read_dissection(PRECOMPUTED / "dissection", card.id)
    assert dissection.manifest["images"] >= 10_000
    layers = card.architecture["layers"]
    assert list(dissection.layers) == [layer["name"] for layer in layers]
    assert all(layer["units"] >= 128 for layer in layers if layer["grid"] <= 16)


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_a_generator_draws_objects_as_often_as_its_world_has_them(card: ModelCard) -> None:
    assert card.quality["images"] >= 10_000
    assert card.quality["model_sha256"] == card.weights.sha256
    assert failing_objects(card.quality["objects"]) == []
    assert sum(row["within"] is not None for row in card.quality["objects"]) >= 10


def test_the_classifier_knows_its_scenes_and_shares_objects_between_them() -> None:
    quality, layers = CLASSIFIER.quality, CLASSIFIER.architecture["layers"]
    assert len(quality["classes"]) >= 16
    assert quality["images"] >= SCENES_PER_CLASS * len(quality["classes"])
    assert quality["top1"] >= LEAST_TOP1
    assert min(quality["classes"].values()) >= LEAST_OF_A_CLASS
    assert all(layer["units"] >= 256 for layer in layers if layer["name"].startswith("conv5"))


def test_the_classifier_is_dissected_and_its_last_layer_stands_for_many_objects() -> None:
    dissection = read_dissection(PRECOMPUTED / "dissection", CLASSIFIER.id)
    assert list(dissection.layers) == [layer["name"] for layer in CLASSIFIER.architecture["layers"]]
    assert dissection.manifest["images"] >= SCENES_PER_CLASS * len(CLASSIFIER.quality["classes"])
    objects = {layer: dissection.summary(layer).concepts["object"] for layer in dissection.layers}
    assert objects["conv5_3"] >= LEAST_OBJECTS
    assert max(objects, key=lambda layer: objects[layer]).startswith("conv5")


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_objects_peak_in_the_middle_of_a_generator(card: ModelCard) -> None:
    dissection = read_dissection(PRECOMPUTED / "dissection", card.id)
    objects = [dissection.summary(layer).concepts["object"] for layer in dissection.layers]
    quarter = len(objects) // 4
    assert max(objects) == max(objects[quarter:-quarter])
    assert max(objects) > max(objects[0], objects[-1])


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_the_brushes_of_a_generator_hold_their_goals(card: ModelCard) -> None:
    brushes = brushes_of(card)
    assert [goal for goal in check_goals(brushes) if not goal.met] == []
    assert all(brush.measured["images"] >= 2_000 for brush in brushes.brushes)
    if card.domain == "church":
        assert {"tree", "door"} <= {brush.id for brush in brushes.brushes}


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_a_brush_does_on_other_images_what_its_file_says(card: ModelCard) -> None:
    """The brush in the middle of the list, measured anew with the networks that ship."""
    registry = Registry(PRECOMPUTED)
    generator = registry.generator(card.id, torch.device("cpu"))
    segmenter = registry.segmenter("storybook-segmenter", torch.device("cpu"))
    bench = Bench(generator, Renderer(generator, dtype=torch.float32), segmenter)
    brushes = brushes_of(card)
    brush = brushes.brushes[len(brushes.brushes) // 2]
    first_id = brush.measured["first_id"] + 20_000  # far behind the images that the file speaks of
    spec = TrialSpec(images=SOME, first_id=first_id, habitat_images=2 * SOME, chunk=SOME)
    now = measure_brushes(bench, replace(brushes, brushes=(brush,)), spec).brush(brush.id).measured
    assert now["draw"]["images"] == now["erase"]["images"] == SOME
    for share in ("any_rise", "clear_rise"):
        found, promised = now["draw"][share], brush.measured["draw"][share]
        assert binomtest(round(found * SOME), SOME, promised).pvalue > RARE, (brush.id, share, found, promised)
    assert abs(now["draw"]["mean_gain"] - brush.measured["draw"]["mean_gain"]) < MEAN_ERROR, brush.id
    assert abs(now["erase"]["removed"] - brush.measured["erase"]["removed"]) < MEAN_ERROR, brush.id


def test_the_document_shows_all_brushes_as_they_were_measured() -> None:
    shown = list(rows_of_the_document("(?:church|kitchen)", cells=7))
    assert shown == [row(card, brush) for card in GENERATORS for brush in brushes_of(card).brushes]


def test_the_document_names_every_rare_object() -> None:
    expected = [
        f"| {card.domain} | {entry['name']} | {entry['world']:.2%} | {entry['ratio']:.2f} |"
        for card in GENERATORS
        for entry in card.quality["objects"]
        if entry["world"] > 0 and entry["within"] is None
    ]
    assert list(rows_of_the_document("(?:church|kitchen)", cells=4)) == expected


def test_the_document_shows_how_real_the_pictures_are() -> None:
    expected = [
        f"| {card.domain} generator | {card.quality['frechet']:.2f} | {card.quality['precision']:.3f} | "
        f"{card.quality['recall']:.3f} |"
        for card in GENERATORS
    ]
    assert list(rows_of_the_document("(?:church|kitchen) generator", cells=4)) == expected


@pytest.mark.parametrize("card", GENERATORS, ids=lambda card: card.id)
def test_the_segmenter_sees_what_brushes_paint(card: ModelCard) -> None:
    seen = CARDS["storybook-segmenter"].quality["worlds"][card.domain]
    assert seen["object"]["mean_iou"] >= LEAST_OBJECT_IOU
    for brush in brushes_of(card).brushes:
        assert seen[brush.category]["iou"][brush.concept] >= LEAST_SEEN, brush.id
