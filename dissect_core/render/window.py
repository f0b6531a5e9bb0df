"""Which cells of which layer an edit reaches, and which of them must be computed.

All operations of the generator are local: PixelNorm, the edit and the RGB output look at one cell, a block at the cells
beside it, after doubling the grid where it does.  So a change of one cell of an 8x8 layer reaches 156x156 pixels of
256x256 at most, and everything else of every layer stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.painting.edits import LayerEdit

MARGIN = 1
"""Cells around a window that its block looks at."""
SIZES = 64
"""A window's sides are multiples of 1/64 of its layer's: kernels are built for every new shape, so let there be few."""


@dataclass(frozen=True)
class Window:
    """Rows top to bottom and columns left to right of a grid of cells, the ends left out."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.height * self.width

    def of(self, x: Tensor) -> Tensor:
        """The view (..., height, width) of a map (..., h, w)."""
        return x[..., self.top : self.bottom, self.left : self.right]

    def within(self, other: Window) -> Window:
        """The same cells counted from the corner of another window."""
        return Window(self.top - other.top, self.left - other.left, self.bottom - other.top, self.right - other.left)

    def cut(self, other: Window) -> Window | None:
        """The cells in both, or None."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self.bottom, other.bottom), min(self.right, other.right)
        return Window(top, left, bottom, right) if top < bottom and left < right else None

    def join(self, other: Window | None) -> Window:
        """The smallest window around both."""
        if other is None:
            return self
        top, left = min(self.top, other.top), min(self.left, other.left)
        return Window(top, left, max(self.bottom, other.bottom), max(self.right, other.right))

    def grown(self, margin: int) -> Window:
        """With so many more cells on every side, also beyond the grid."""
        return Window(self.top - margin, self.left - margin, self.bottom + margin, self.right + margin)


def whole(grid: int) -> Window:
    """All cells of a layer."""
    return Window(0, 0, grid, grid)


@dataclass(frozen=True)
class Layer:
    """What matters here of a layer: its side in cells, and whether its block doubles the grid of the layer before."""

    grid: int
    doubles: bool


def reached(window: Window, layer: Layer) -> Window:
    """The cells of a layer that a change of `window` of the layer before can change."""
    if layer.doubles:
        window = Window(2 * window.top, 2 * window.left, 2 * window.bottom, 2 * window.right)
    found = window.grown(MARGIN).cut(whole(layer.grid))
    assert found is not None
    return found


def seen(window: Window, layer: Layer) -> Window:
    """The cells of the layer before that `window` of a layer is computed from, also beyond the grid (zeros).

    For a layer that doubles, the window must lie on even cells.
    """
    if layer.doubles:
        window = Window(window.top // 2, window.left // 2, window.bottom // 2, window.right // 2)
    return window.grown(MARGIN)


def fitted(window: Window, layer: Layer) -> Window:
    """A window of one of the few sizes around this one, inside the grid and on even cells where the layer doubles."""
    step = max(layer.grid // SIZES, 2 if layer.doubles else 1)
    top, bottom = _fitted(window.top, window.bottom, layer, step)
    left, right = _fitted(window.left, window.right, layer, step)
    return Window(top, left, bottom, right)


def _fitted(low: int, high: int, layer: Layer, step: int) -> tuple[int, int]:
    low -= low % 2 if layer.doubles else 0
    size = min(layer.grid, -(-(high - low) // step) * step)
    low = min(low, layer.grid - size)
    return low, low + size


def plan(layers: Sequence[Layer], changed: Sequence[Window | None], kept: int) -> list[Window | None]:
    """What must be computed of every layer, before its edit, and at last of the picture.

    changed: where the edit of each layer differs from the one that the known activations had.  kept: of so many layers,
    the first ones, the activations are known; of the later ones nothing is, so they are computed as far as the picture
    needs them.  Nothing (None) throughout means that the picture stays as it is.
    """
    dirty: list[Window | None] = []  # of each layer, before its edit
    after: Window | None = None
    for layer, edit in zip(layers, changed, strict=True):
        before = None if after is None else reached(after, layer)
        dirty.append(before)
        after = edit.join(before) if edit is not None else before
    windows: list[Window | None] = [*(None for _ in layers), after]
    wanted = after
    for number in reversed(range(len(layers))):
        if wanted is None:
            break
        layer, found = layers[number], dirty[number]
        if number >= kept:
            inside = wanted.cut(whole(layer.grid))
            assert inside is not None
            windows[number] = fitted(inside, layer)
        elif found is not None:
            windows[number] = fitted(found, layer)
        else:
            break
        computed = windows[number]
        assert computed is not None
        wanted = seen(computed, layer)
    return windows


def changed_cells(old: LayerEdit | None, new: LayerEdit | None) -> Window | None:
    """The smallest window around the cells that two edits of one layer (None: no edit) treat differently, or None.

    Where alpha is 0 nothing is painted, whatever the value.
    """
    if old is new:
        return None
    if old is None or new is None:
        one = new if old is None else old
        assert one is not None
        return _around((one.alpha > 0).any(dim=0))
    if old.units != new.units:
        units = sorted({*old.units, *new.units})
        old, new = _of_units(old, units), _of_units(new, units)
    differs = (old.alpha != new.alpha) | ((old.value != new.value) & (new.alpha > 0))
    return _around(differs.any(dim=0))


def _of_units(edit: LayerEdit, units: Sequence[int]) -> LayerEdit:
    """The same edit told for more units."""
    place = {unit: n for n, unit in enumerate(units)}
    rows = torch.tensor([place[unit] for unit in edit.units])
    shape = (len(units), *edit.alpha.shape[1:])
    alpha, value = (m.new_zeros(shape).index_copy_(0, rows, m) for m in (edit.alpha, edit.value))
    return LayerEdit(tuple(units), alpha, value)


def _around(cells: Tensor) -> Window | None:
    """The smallest window around the true cells of (h, w)."""
    rows, columns = cells.any(dim=1).nonzero(), cells.any(dim=0).nonzero()
    if not len(rows):
        return None
    return Window(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
