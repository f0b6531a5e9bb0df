"""How far an edit reaches, layer by layer, in numbers computed by hand."""

from __future__ import annotations

import pytest
import torch

from dissect_core.painting.edits import LayerEdit
from dissect_core.render.window import Layer, Window, changed_cells, fitted, plan, reached, seen, whole

# the published 256x256 generators: layer1 … layer14
CHURCH = [Layer(4 * 2**level, doubles=level > 0 and odd) for level in range(7) for odd in (True, False)]
KEPT = 10
"""Layers up to 64x64."""


def square(top: int, left: int, side: int) -> Window:
    return Window(top, left, top + side, left + side)


def changed(layer: int, window: Window) -> list[Window | None]:
    return [window if number == layer else None for number in range(1, len(CHURCH) + 1)]


def spreading(layer: int, window: Window) -> list[Window]:
    """The window of each layer after `layer` that a change there reaches."""
    windows = [window]
    for shape in CHURCH[layer:]:
        windows.append(reached(windows[-1], shape))
    return windows[1:]


def test_the_layers_are_those_of_the_published_networks():
    assert [layer.grid for layer in CHURCH] == [4, 4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128, 256, 256]
    assert [layer.doubles for layer in CHURCH] == [False, False, *[True, False] * 6]


def test_a_block_reaches_one_cell_further_on_the_doubled_grid_or_on_its_own():
    # cell 3 doubled is cells 6 and 7; a 3x3 convolution carries them to 5 … 8
    assert reached(square(3, 3, 1), Layer(16, doubles=True)) == square(5, 5, 4)
    assert reached(square(3, 3, 1), Layer(8, doubles=False)) == square(2, 2, 3)
    assert reached(square(0, 7, 1), Layer(8, doubles=False)) == Window(0, 6, 2, 8)  # not beyond the grid


def test_a_cell_of_an_8x8_layer_reaches_156_pixels_of_256_and_one_of_a_16x16_layer_76_or_108():
    # 4x4 cells on layer5's grid, then +2, x2 + 2, +2, …
    assert [w.width for w in spreading(4, square(4, 4, 1))] == [4, 6, 14, 16, 34, 36, 74, 76, 154, 156]
    assert [w.width for w in spreading(5, square(8, 8, 1))] == [3, 8, 10, 22, 24, 50, 52, 106, 108]
    assert [w.width for w in spreading(6, square(8, 8, 1))] == [4, 6, 14, 16, 34, 36, 74, 76]
    # at the border: cells 0 and 1 of layer5, 0 … 2, then 2 n + 1, + 1, …
    assert [w.width for w in spreading(4, square(0, 0, 1))] == [3, 4, 9, 10, 21, 22, 45, 46, 93, 94]


def test_a_window_sees_a_margin_of_one_cell_of_the_layer_before():
    assert seen(Window(2, 4, 5, 6), Layer(8, doubles=False)) == Window(1, 3, 6, 7)
    assert seen(Window(2, 4, 6, 8), Layer(8, doubles=True)) == Window(0, 1, 4, 5)
    assert seen(whole(8), Layer(8, doubles=False)) == Window(-1, -1, 9, 9)
    assert seen(whole(8), Layer(8, doubles=True)) == Window(-1, -1, 5, 5)


@pytest.mark.parametrize("layer", [Layer(8, doubles=False), Layer(16, doubles=True)], ids=str)
def test_a_window_sees_exactly_the_cells_that_reach_it(layer: Layer):
    step = 2 if layer.doubles else 1
    for row in range(0, layer.grid, step):
        window = Window(row, 4, row + step, 4 + step)
        for cell in range(8):
            reaches = reached(square(cell, 4 // step, 1), layer).cut(window) is not None
            assert reaches == (seen(window, layer).cut(square(cell, 4 // step, 1)) is not None)


def test_windows_have_few_sizes_lie_on_even_cells_and_stay_inside():
    assert fitted(Window(3, 3, 5, 6), Layer(16, doubles=True)) == Window(2, 2, 6, 6)
    assert fitted(Window(3, 3, 5, 6), Layer(16, doubles=False)) == Window(3, 3, 5, 6)
    # multiples of 256 / 64 = 4: 155 -> 156 and 157 -> 160, moved inside at the border
    assert fitted(Window(10, 99, 165, 256), Layer(256, doubles=False)) == Window(10, 96, 166, 256)
    assert fitted(whole(256), Layer(256, doubles=True)) == whole(256)


def test_a_plan_computes_what_changed_where_activations_are_known_and_what_is_needed_where_not():
    windows = plan(CHURCH, changed(4, square(4, 4, 1)), KEPT)
    assert windows[:4] == [None] * 4
    sizes = [window.width for window in windows[4:] if window]
    # known up to 64x64: as far as the change reaches.  Then backwards from the 156 pixels of the picture:
    # 156 need 158, fitted to 160 of layer13; these see 82 of layer12, which see 84 of layer11
    assert sizes == [6, 6, 16, 16, 36, 36, 84, 82, 160, 156, 156]


def test_a_plan_starts_below_the_edit_where_its_layer_is_not_known():
    windows = plan(CHURCH, changed(14, square(100, 100, 1)), KEPT)
    assert windows[:10] == [None] * 10
    # the pixel itself, fitted to 100 … 103; these need 99 … 104 of layer13, fitted to 98 … 105; 48 … 53 of layer12;
    # 47 … 54 of layer11, on even cells 46 … 55
    assert [window.width for window in windows[10:] if window] == [10, 6, 8, 4, 1]


def test_without_changes_there_is_nothing_to_compute():
    assert plan(CHURCH, [None] * len(CHURCH), KEPT) == [None] * 15


def test_every_layer_changed_everywhere_is_the_whole_picture_from_the_second_layer_on():
    windows = plan(CHURCH, [whole(layer.grid) for layer in CHURCH], KEPT)
    assert windows == [None, *(whole(layer.grid) for layer in CHURCH[1:]), whole(256)]


def edit(units: tuple[int, ...], alpha: list[list[float]], value: float) -> LayerEdit:
    one = torch.tensor(alpha, dtype=torch.float32)
    maps = one.expand(len(units), *one.shape).clone()
    return LayerEdit(units, maps, maps.sign() * value)


A = edit((1, 2), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 5.0)


@pytest.mark.parametrize(
    ("old", "new", "window"),
    [
        (None, None, None),
        (None, A, Window(1, 1, 2, 2)),
        (A, None, Window(1, 1, 2, 2)),
        (A, edit((1, 2), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 5.0), None),
        (A, edit((1, 2), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], 5.0), Window(2, 3, 3, 4)),
        (A, edit((1, 2), [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0.5]], 5.0), Window(0, 0, 3, 4)),
        (A, edit((1, 2), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 6.0), Window(1, 1, 2, 2)),
        (A, edit((1, 3), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 5.0), Window(1, 1, 2, 2)),
        (A, edit((1, 2, 3), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 5.0), Window(1, 1, 2, 2)),
        (edit((7,), [[0.0, 0.0]], 3.0), edit((7,), [[0.0, 0.0]], 4.0), None),
    ],
    ids=[
        "nothing",
        "painted",
        "erased",
        "the same again",
        "one cell more",
        "two cells more",
        "other value",
        "other unit",
        "one unit more",
        "no cell at all",
    ],
)
def test_cells_that_two_edits_treat_differently(old: LayerEdit | None, new: LayerEdit | None, window: Window | None):
    assert changed_cells(old, new) == window


def test_a_value_where_nothing_is_painted_is_no_change():
    there, nothing = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[2.0, 9.0]]])
    assert changed_cells(LayerEdit((0,), there, there * 2), LayerEdit((0,), there, nothing)) is None
