"""Request strokes -> edits: which units, which values, which cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dissect_core.errors import UnitbrushError
from dissect_core.painting.edits import LayerEdit
from server.catalog import PaintModel, load_catalog
from server.painting.masks import masks_of
from server.painting.strokes import StrokeReader
from server.schemas import Stroke
from server.settings import Settings
from tests.server.live import base64_text, mask_png, png, stroke


@pytest.fixture(scope="module")
def model(precomputed: Path) -> PaintModel:
    catalog, _ = load_catalog(precomputed, torch.device("cpu"))
    return catalog.model("storybook-church")


@pytest.fixture
def reader(settings: Settings) -> StrokeReader:
    return StrokeReader(settings)


def made(**changes: Any) -> Stroke:
    return Stroke.model_validate(stroke(**changes))


def read(reader: StrokeReader, model: PaintModel, strokes: list[Stroke]) -> dict[str, LayerEdit]:
    return reader.edits(model, strokes, masks_of(strokes, reader.settings))


def test_a_brush_draws_its_first_units_at_their_quantiles(reader: StrokeReader, model: PaintModel) -> None:
    brush = model.brush("tree")
    edits = read(reader, model, [made()])
    assert list(edits) == [brush.layer]
    edit = edits[brush.layer]
    assert set(edit.units) == set(brush.units[:20])
    for row, unit in enumerate(edit.units):
        painted = edit.alpha[row] > 0
        want = brush.values[brush.units.index(unit)]
        assert torch.allclose(edit.value[row][painted], torch.tensor(want))


def test_the_mask_becomes_cells_and_strength_their_alpha(reader: StrokeReader, model: PaintModel) -> None:
    mask = base64_text(mask_png(32, (8, 8, 20, 9)))  # one row of pixels in cells 2..4 of 8 (4 pixels each)
    edit = read(reader, model, [made(concept="door", strength=0.25, mask=mask)])["layer4"]
    want = torch.zeros(8, 8)
    want[2, 2:5] = 0.25
    assert torch.equal(edit.alpha[0], want)
    soft = read(reader, model, [made(concept="door", pooling="mean", mask=mask)])["layer4"]
    assert torch.equal(soft.alpha[0], want)  # a quarter of each cell's pixels


def test_level_multiplies_the_quantiles_and_erasing_is_zero(reader: StrokeReader, model: PaintModel) -> None:
    plain = read(reader, model, [made(concept="door")])["layer4"]
    doubled = read(reader, model, [made(concept="door", level=2.0)])["layer4"]
    erased = read(reader, model, [made(concept="door", mode="erase")])["layer4"]
    assert torch.allclose(doubled.value, plain.value * 2)
    assert not erased.value.any()
    assert torch.equal(erased.alpha, plain.alpha)


def test_count_takes_the_best_units(reader: StrokeReader, model: PaintModel) -> None:
    brush = model.brush("door")
    assert read(reader, model, [made(concept="door", count=3)])["layer4"].units == tuple(sorted(brush.units[:3]))
    listed = made(concept=None, units=[9, 4, 7], layer="layer3", count=2)
    assert read(reader, model, [listed])["layer3"].units == (4, 9)


def test_the_limit_on_units_holds_for_a_brushs_own_number_too(settings: Settings, model: PaintModel) -> None:
    few = StrokeReader(settings.model_copy(update={"max_units_per_stroke": 5}))
    (edit,) = read(few, model, [made()]).values()
    assert set(edit.units) == set(model.brush("tree").units[:5])


def test_a_concept_in_another_layer_takes_that_layers_ranking(reader: StrokeReader, model: PaintModel) -> None:
    column = next(n for n, concept in enumerate(model.dissection.concepts) if concept.name == "tree")
    best = model.dissection.layers["layer6"].iou[:, column].argmax()
    assert read(reader, model, [made(layer="layer6", count=1)])["layer6"].units == (int(best),)
    assert len(read(reader, model, [made(layer="layer6")])["layer6"].units) == 20


def test_a_concept_without_a_brush_can_be_painted_in_a_named_layer(reader: StrokeReader, model: PaintModel) -> None:
    assert list(read(reader, model, [made(concept="stone", layer="layer3")])) == ["layer3"]
    with pytest.raises(UnitbrushError, match="no brush 'stone'"):
        read(reader, model, [made(concept="stone")])


def test_strokes_on_several_layers_stack(reader: StrokeReader, model: PaintModel) -> None:
    edits = read(reader, model, [made(concept="door"), made(concept="tree"), made(concept="door", mode="erase")])
    assert set(edits) == {"layer4", "layer5"}
    assert not edits["layer4"].value.any()  # the eraser came last


def test_empty_strokes_leave_no_trace(reader: StrokeReader, model: PaintModel) -> None:
    empty = base64_text(mask_png(16, (0, 0, 0, 0)))
    assert read(reader, model, []) == {}
    assert read(reader, model, [made(mask=empty), made(strength=0.0)]) == {}


def test_opaque_masks_paint_where_they_are_dark(reader: StrokeReader, model: PaintModel) -> None:
    white = np.full((8, 8, 3), 255, np.uint8)
    white[0, 0] = 0
    edit = read(reader, model, [made(concept="door", mask=base64_text(png(white)))])["layer4"]
    assert edit.alpha[0].sum() == 1
    assert edit.alpha[0, 0, 0] == 1


def test_a_data_url_is_a_mask_too(reader: StrokeReader, model: PaintModel) -> None:
    assert read(reader, model, [made(mask="data:image/png;base64," + base64_text(mask_png()))])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"concept": "tre"}, "concept"),
        ({"concept": None}, "concept"),
        ({"units": [1], "layer": "layer4"}, "concept"),
        ({"concept": None, "units": [1]}, "layer"),
        ({"concept": None, "units": [1], "layer": "layer1"}, "layer"),
        ({"concept": None, "units": [], "layer": "layer4"}, "units"),
        ({"concept": None, "units": [32], "layer": "layer4"}, "units"),
        ({"concept": None, "units": [-1], "layer": "layer4"}, "units"),
        ({"concept": None, "units": [1, 1], "layer": "layer4"}, "units"),
        ({"concept": None, "units": list(range(65)), "layer": "layer4"}, "units"),
        ({"layer": "layer99"}, "layer"),
        ({"count": 65}, "count"),
        ({"level": 4.5}, "level"),
        ({"level": 2.0, "mode": "erase"}, "level"),
        ({"mask": None}, "mask"),
        ({"mask": None, "mask_id": 7}, "mask_id"),
        ({"mask": "no base64!"}, "mask"),
        ({"mask": base64_text(b"GIF89a")}, "mask"),
        ({"mask": base64_text(mask_png()[:60])}, "mask"),
        ({"mask": base64_text(mask_png(513))}, "mask"),
        ({"mask": "A" * 400_000}, "mask"),
    ],
)
def test_a_bad_stroke_is_named(reader: StrokeReader, model: PaintModel, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(UnitbrushError) as caught:
        read(reader, model, [made(), made(**changes)])
    assert caught.value.field == f"strokes[1].{field}"
    assert caught.value.allowed


def test_a_mask_that_was_pooled_before_is_not_decoded_again(
    reader: StrokeReader, model: PaintModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(reader, model, [made()])
    monkeypatch.setattr("server.painting.strokes.decode_mask", None)
    again = read(reader, model, [made(), made()])
    assert torch.equal(first["layer5"].alpha, again["layer5"].alpha)


def test_level_and_count_are_those_of_the_brush_that_was_named(reader: StrokeReader, model: PaintModel) -> None:
    tree = model.brush("tree")
    whole = replace(tree, id="window", concept="window", category="object", level=1.0, default_count=5)
    part = replace(tree, id="window-part", concept="window", category="part", level=3.0, default_count=9)
    for order in ((whole, part), (part, whole)):
        both = replace(model, brushes={brush.id: brush for brush in order})
        for layer in (None, tree.layer):
            found = StrokeReader(reader.settings).edits(
                both, [made(concept="window", layer=layer)], masks_of([made(concept="window")], reader.settings)
            )[tree.layer]
            assert len(found.units) == 5
            painted = found.alpha[0] > 0
            (want,) = both.values(tree.layer, found.units[:1])  # once, not three times
            assert torch.allclose(found.value[0][painted], torch.tensor(want))
