"""New things in free places: patches cut by hand, and a planted brush that always adds its tree."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dissect_core.brushes.brush import Brush
from dissect_core.brushes.effects import Bench, Places, observe
from dissect_core.brushes.habitat import learn_habitat, plausible_places
from dissect_core.evaluation import additions, stroke_sheet
from dissect_core.evaluation.additions import AdditionSpec, PaintedPool, measure_additions, patches, strokes
from dissect_core.evaluation.stroke_sheet import outlined
from tests.core.planted import BRUSH, ToyGenerator, ToyRenderer, ToySegmenter

SPEC = AdditionSpec("kitchen", images=30, scenes=60)


def bench() -> Bench:
    generator = ToyGenerator()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), 4)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench whose painted scenes are pictures of the toy generator, which are as it says they are."""
    b = bench()
    pool = observe(b, range(60))
    scenes = PaintedPool(b.generator(b.latents(range(60))), pool)
    for module in (additions, stroke_sheet):
        monkeypatch.setattr(module, "painted_pool", lambda *_: scenes)
    monkeypatch.setattr(additions, "CLEAR_OF", 1.0)  # the toy's pictures are too small for a brush's width
    monkeypatch.setattr(stroke_sheet, "CLEAR_OF", 1.0)
    return b


def colours(images: Tensor) -> Tensor:
    return torch.cat([images.mean((2, 3)), images.std((2, 3))], dim=1)


def test_a_patch_is_cut_around_its_centre_and_moved_inside() -> None:
    picture = torch.rand(1, 3, 128, 128)
    middle = patches(picture, torch.tensor([[0.5, 0.5]]), 0.25)
    torch.testing.assert_close(middle[0], picture[0, :, 32:96, 32:96], atol=1e-4, rtol=1e-4)
    corner = patches(picture, torch.tensor([[0.0, 1.0]]), 0.25)  # x, y: at the lower left
    torch.testing.assert_close(corner[0], picture[0, :, 64:, :64], atol=1e-4, rtol=1e-4)


def test_a_place_keeps_away_from_what_is_there_already() -> None:
    b = bench()
    pool = observe(b, range(40))
    habitat = learn_habitat(pool, b.columns, BRUSH.target)
    near = plausible_places(habitat, pool, b.columns)
    assert len(near) > 0
    assert len(plausible_places(habitat, pool, b.columns, clear=20.0)) == 0


def test_the_strokes_are_those_of_the_brush_at_the_places() -> None:
    b = bench()
    pool = observe(b, range(3))
    places = Places(torch.tensor([0, 2]), torch.tensor([[0.1, 0.9], [0.9, 0.9]]), 0.1)
    ((rows, before, after),) = strokes(b, BRUSH, pool, places)
    assert (rows.start, rows.stop) == (0, 2)
    assert torch.equal(before[1], b.generator(b.latents([2]))[0].clamp(-1, 1))
    red = (after - before)[:, 0].flatten(1).amax(1)
    assert red.tolist() == pytest.approx([2, 2])  # unit 0 is red


def test_a_brush_that_draws_what_it_should_adds_it_everywhere(painted: Bench) -> None:
    nothing = Brush("grass", "tree", "object", "layer1", "iou", (2,), (1.0,), 1.0, 7, (0.1, 0.2, 0.3, 0.4), 1)
    found = measure_additions(painted, [BRUSH, nothing], SPEC, colours)
    assert found["tree"]["places"] > 5
    assert (found["tree"]["clear_rise"], found["grass"]["clear_rise"]) == (1, 0)
    judged = found["tree"]["patches"]
    assert judged["painted_scenes"] > 0.7  # trees that all look alike, up to rounding
    assert found["grass"]["patches"]["edited"] == found["grass"]["patches"]["unedited"]


def test_a_sheet_has_a_row_of_pairs_for_every_brush_with_the_place_outlined(painted: Bench) -> None:
    sheet = stroke_sheet.stroke_sheet(painted, [BRUSH, BRUSH], SPEC, columns=2)
    assert sheet.shape[1:] == (4 * 16 + 3 * 2, 3)
    square = outlined(torch.zeros(10, 10, 3, dtype=torch.uint8), torch.tensor([0.5, 0.5]), 0.2)
    assert square[3, 3:8].min() == square[3:8, 7].min() == 255
    assert int(square[4:7, 4:7].max()) == 0
