"""Edits of feature maps: frozen data and pure functions.

The edit (Bau et al. 2020; peer `nethook.py:193-207`) acts on a layer's output, after the activation and before the
next block's normalisation, unit by unit and cell by cell:

    x' = x (1 - a) + v a          a in [0, 1]: how much;  v: the value painted, in activation units

Strokes stack like paint, later over earlier (peer `serverstate.py:425-439`):

    a' = 1 - (1 - a_new)(1 - a_old)
    v' = (v_old a_old (1 - a_new) + v_new a_new) / a'

so applying the stack is the same as applying one stroke after the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.errors import BadShape, BadStroke

MAX_VALUE = 1e6
"""The largest value painted; activations are below a hundred, and much larger ones overflow the next PixelNorm."""


@dataclass(frozen=True, eq=False)
class UnitStroke:
    """Units of one layer painted with one value each, in one shape.

    units: distinct channel numbers.  values: one per unit, activation units (0 erases).  alpha: (h, w) float on the
    layer's grid, strength * pooled mask, in [0, 1].  Raises BadStroke.
    """

    layer: str
    units: tuple[int, ...]
    values: tuple[float, ...]
    alpha: Tensor

    def __post_init__(self) -> None:
        _check_units(self.units)
        if len(self.values) != len(self.units):
            counts = f"{len(self.values)} values for {len(self.units)} units"
            raise BadStroke(counts, field="values", value=counts, allowed="one value per unit")
        if bad := [value for value in self.values if not math.isfinite(value) or abs(value) > MAX_VALUE]:
            raise BadStroke(
                f"cannot paint the value {bad[0]}",
                field="values",
                value=bad[0],
                allowed=f"finite numbers from -{MAX_VALUE:g} to {MAX_VALUE:g}",
            )
        if self.alpha.dim() != 2 or not self.alpha.is_floating_point():
            shape = f"{tuple(self.alpha.shape)} {self.alpha.dtype}"
            raise BadStroke("alpha is not a map", field="alpha", value=shape, allowed="(h, w) floating point")
        _check_share(self.alpha)


@dataclass(frozen=True, eq=False)
class LayerEdit:
    """What happens to one layer: for each unit a map of how much and a map of the value.

    units: distinct channel numbers.  alpha: (U, h, w) in [0, 1].  value: (U, h, w), finite.  Raises BadStroke.
    """

    units: tuple[int, ...]
    alpha: Tensor
    value: Tensor

    def __post_init__(self) -> None:
        _check_units(self.units)
        for name, maps in (("alpha", self.alpha), ("value", self.value)):
            if maps.dim() != 3 or len(maps) != len(self.units) or not maps.is_floating_point():
                shape = f"{tuple(maps.shape)} {maps.dtype}"
                raise BadStroke("not a map per unit", field=name, value=shape, allowed="(units, h, w) floating point")
        if self.alpha.shape != self.value.shape:
            shapes = f"{tuple(self.value.shape)} for alpha {tuple(self.alpha.shape)}"
            raise BadStroke("alpha and value have two grids", field="value", value=shapes, allowed="one grid")
        _check_share(self.alpha)
        if not all(math.isfinite(bound) for bound in _range(self.value)):
            raise BadStroke("a value that is no number", field="value", value="maps", allowed="finite in every cell")


def _check_units(units: tuple[int, ...]) -> None:
    if not units or len(set(units)) != len(units) or min(units) < 0:
        raise BadStroke("no usable units", field="units", value=units, allowed="distinct unit numbers from 0")


def _check_share(alpha: Tensor) -> None:
    """Every cell is in [0, 1]; NaN is not."""
    low, high = _range(alpha)
    if not 0 <= low <= high <= 1:
        raise BadStroke("alpha outside its range", field="alpha", value="a map", allowed="0 to 1 in every cell")


def _range(x: Tensor) -> tuple[float, float]:
    """The smallest and the largest number; NaN if one is NaN, 0 if there are none."""
    if not x.numel():
        return 0.0, 0.0
    low, high = x.aminmax()
    return float(low), float(high)


def over(alpha_old: Tensor, value_old: Tensor, alpha: Tensor, value: Tensor | float) -> tuple[Tensor, Tensor]:
    """Paint (alpha, value) over (alpha_old, value_old): the stacking rule, elementwise.

    Written as a' = a_new + a_old (1 - a_new) and a weighted mean with weight w = a_new / a', which are the published
    formulas rearranged: they are exact for a_new = 0 (nothing changes) and a_new = 1 (the new value), never leave the
    range of the two values, and need no term against division by zero: where a' is 0 nothing was painted.
    """
    total = alpha + alpha_old * (1 - alpha)
    weight = torch.where(total > 0, alpha / total, torch.zeros_like(total))
    return total, value_old * (1 - weight) + value * weight


def compose(strokes: Sequence[UnitStroke], below: Mapping[str, LayerEdit] | None = None) -> dict[str, LayerEdit]:
    """Strokes, earliest first -> one edit per layer they touch.

    below: strokes composed before, over which these are painted; the same bits as if all were composed together.
    Every unit stacks for itself: strokes with different units on the same cells do not hide each other.  The units of
    an edit are sorted.  Raises BadStroke where two strokes disagree about a layer's grid.
    """
    edits = dict(below or {})
    for layer in dict.fromkeys(stroke.layer for stroke in strokes):
        edits[layer] = _compose_layer([stroke for stroke in strokes if stroke.layer == layer], edits.get(layer))
    return edits


def _compose_layer(strokes: Sequence[UnitStroke], below: LayerEdit | None) -> LayerEdit:
    first = strokes[0].alpha if below is None else below.alpha[0]
    grid = tuple(first.shape)
    painted = {unit for stroke in strokes for unit in stroke.units}
    units = tuple(sorted(painted.union(() if below is None else below.units)))
    row = {unit: n for n, unit in enumerate(units)}
    alpha = torch.zeros(len(units), *grid)
    value = torch.zeros(len(units), *grid)
    if below is not None:
        rows = torch.tensor([row[unit] for unit in below.units])
        alpha.index_copy_(0, rows, below.alpha)  # unlike alpha[rows] = …, which wakes every thread for a few numbers
        value.index_copy_(0, rows, below.value)
    for stroke in strokes:
        if tuple(stroke.alpha.shape) != grid:
            other = tuple(stroke.alpha.shape)
            raise BadStroke(f"two grids on {stroke.layer}", field="alpha", value=other, allowed=f"{grid} as before")
        rows = torch.tensor([row[unit] for unit in stroke.units])
        values = torch.tensor(stroke.values, dtype=torch.float32)[:, None, None]  # (U, 1, 1)
        much = stroke.alpha.to("cpu", torch.float32).expand(len(rows), *grid)  # (U, h, w)
        total, mixed = over(alpha.index_select(0, rows), value.index_select(0, rows), much, values)
        alpha.index_copy_(0, rows, total)
        value.index_copy_(0, rows, mixed)
    return LayerEdit(units, alpha, value)


def check_edit(edit: LayerEdit, units: int, grid: tuple[int, int]) -> None:
    """Raise BadShape unless the edit is for this grid, BadStroke unless a layer of so many units has all of them."""
    if tuple(edit.alpha.shape[1:]) != grid:
        given = tuple(edit.alpha.shape[1:])
        raise BadShape("the edit is for another grid", field="alpha", value=given, allowed=f"{grid}")
    if max(edit.units) >= units:
        unit = max(edit.units)
        raise BadStroke(f"no unit {unit}", field="units", value=unit, allowed=f"0 to {units - 1}")


def apply_edit(x: Tensor, edit: LayerEdit) -> Tensor:
    """x (1 - a) + v a on the edit's units: (N, C, h, w) -> (N, C, h, w), always new storage.

    A value beyond the range of x's type becomes the largest of that range.
    Raises BadShape if the grid is another, BadStroke if the layer has fewer units.
    """
    if x.dim() != 4:
        shape = tuple(x.shape)
        raise BadShape(f"no feature maps: {shape}", field="x", value=shape, allowed="(N, C, h, w)")
    check_edit(edit, x.shape[1], (x.shape[2], x.shape[3]))
    units, most = torch.tensor(edit.units, device=x.device), torch.finfo(x.dtype).max
    alpha, value = edit.alpha.to(x), edit.value.to(x).clamp(-most, most)
    return x.clone().index_copy_(1, units, x.index_select(1, units) * (1 - alpha) + value * alpha)
