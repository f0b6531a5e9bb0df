"""Where activations and labels are compared: a grid of positions over the picture, whatever the layer's own grid.

The picture is the unit square.  Positions are the centres of a G x G grid, position (i, j) at ((j + 0.5) / G,
(i + 0.5) / G); cell centres of a layer's h x w map lie at ((j + 0.5) / w, (i + 0.5) / h).  Activations are interpolated
bilinearly between cell centres and continued as constants beyond the outermost ones: bilinear, align_corners=False,
border.  (The original fades to zero beyond the outermost centres; a layer finer than the grid is interpolated at the
positions too, not averaged, as there.)  The label of a position is the label of the pixel that contains it; when it
falls on a corner of four pixels (128 pixels, G = 64), of the lower right.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

UPSAMPLING = "bilinear, align_corners=False, border"
MARGIN = 1e-5
CELLS, VALUES = 1 << 20, 1 << 18
"""Cells, and interpolated values, that are looked at at a time: a few megabytes, which stay in a processor's cache."""


def at_positions(maps: Tensor, grid: int) -> Tensor:
    """Pixel maps (..., H, W) at the centres of a grid: the pixel that contains the centre, (..., grid, grid)."""
    height, width = maps.shape[-2:]
    centres = 2 * torch.arange(grid, device=maps.device) + 1  # in half cells
    return maps[..., centres * height // (2 * grid), :][..., centres * width // (2 * grid)]


def upsample(activations: Tensor, grid: int) -> Tensor:
    """(N, U, h, w) -> (N, U, grid, grid), bilinear between cell centres, constant beyond them.

    Products and sums of single numbers, so that a value never depends on what is computed beside it; `F.interpolate`
    and matrix products round differently for batches of different shapes.
    """
    return _along(_along(activations, 3, grid), 2, grid)


def above(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Where `upsample(activations, grid)`, (N, U, G, G), exceeds limits (U,), some of it at a time; infinity is none.

    Yields (unit, position, value), all (A,), the first two int64, with position = (n G + row) G + column, every place
    once.
    """
    height, width = activations.shape[2:]
    whole = grid % height == 0 and grid % width == 0 and grid not in (height, width)
    yield from (_above_in_meshes if whole else _above_anywhere)(activations, limits, grid)


def where(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and columns of the true entries of a mask (M, P), row by row.

    `nonzero`, but eight entries are looked at as one number first, since hardly any is true.
    """
    columns = mask.shape[1]
    if columns % 8:
        flat = mask.reshape(-1).nonzero()[:, 0]
    else:
        words = mask.contiguous().view(-1).view(torch.int64)
        used = words.nonzero()[:, 0]
        word, byte = words.index_select(0, used).view(torch.bool).view(-1, 8).nonzero().unbind(1)
        flat = used.index_select(0, word) * 8 + byte
    row = flat // columns
    return row, flat - row * columns


def _above_anywhere(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """`above` for every grid, by looking only at positions that mix a cell above the limit.

    As in `_above_in_meshes` a margin covers rounding, and the arithmetic is that of `upsample`.
    """
    units, height, width = activations.shape[1:]
    maps, lowest = activations.flatten(0, 1), _lowest(limits)
    unit = torch.arange(units, device=maps.device).repeat(len(activations))  # of every map
    size = max(1, CELLS // max(height * width, grid**2))
    found = []
    for start in range(0, len(maps), size):
        most = maps[start : start + size]  # of the cells that a position mixes
        for axis in (1, 2):
            first, last = _ends(most, axis, grid)
            most = first if last is first else torch.maximum(first, last)
        row, place = where(most.flatten(1) > lowest.index_select(0, unit[start : start + size])[:, None])
        found.append((row + start, place))
    rows, places = (torch.cat(parts) for parts in zip(*found, strict=True))
    for row, place in zip(rows.split(VALUES), places.split(VALUES), strict=True):
        values = _mixed(maps, row, place, grid)
        true = (values > limits.index_select(0, unit.index_select(0, row))).nonzero()[:, 0]
        row, place = row.index_select(0, true), place.index_select(0, true)
        yield unit.index_select(0, row), row // units * grid**2 + place, values.index_select(0, true)


def _lowest(limits: Tensor) -> Tensor:
    """What a cell has to exceed so that a mixture of it may exceed a limit; infinity less infinity would be NaN."""
    return limits.where(limits.isinf(), limits - MARGIN * limits.abs())


def _mixed(maps: Tensor, row: Tensor, place: Tensor, grid: int) -> Tensor:
    """The values of `upsample` at some places (A,) of the grid, each in one of the maps (M, h, w)."""
    height, width = maps.shape[1:]
    flat, i = maps.reshape(-1), place // grid
    across, down = (_taps(cells, grid, maps.device) for cells in (width, height))
    before, after, share = (taps.index_select(0, place - i * grid) for taps in across)
    share = share.to(maps.dtype)
    ends = []
    for cell_row in down[:2]:
        start = (row * height + cell_row.index_select(0, i)) * width
        first, last = flat.index_select(0, start + before), flat.index_select(0, start + after)
        ends.append(_between(first, last, share))
    share = down[2].index_select(0, i).to(maps.dtype)
    return _between(ends[0], ends[1], share)


def _above_in_meshes(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """`above` for grids with a whole number of positions a cell, by looking only next to cells above the limit.

    Mesh (i, j) lies between the centres of cell rows i - 1 and i and of columns j - 1 and j; the outer meshes are half
    outside.  Interpolation never exceeds the four cells that it mixes (a margin covers rounding), so only meshes with
    one above the limit are interpolated, with the arithmetic of `upsample`.
    """
    units, height, width = activations.shape[1:]
    hot = activations > _lowest(limits)[:, None, None]
    rows = F.pad(hot, (0, 0, 1, 0)) | F.pad(hot, (0, 0, 0, 1))
    spare = -(width + 1) % 8  # `where` likes eights
    meshes = F.pad(rows, (1, spare)) | F.pad(rows, (0, 1 + spare))  # (N, U, h + 1, w + 1 + spare)
    lines, columns = where(meshes.flatten(0, 2))
    across, down = (_meshes(cells, grid, activations.device) for cells in (width, height))
    steps = grid // height, grid // width
    offsets = torch.arange(steps[0])[:, None] * grid + torch.arange(steps[1])
    inside = offsets.flatten().to(lines.device)
    flat = activations.reshape(-1)
    shares = [along.share.to(flat.dtype) for along in (across, down)]
    size = max(1, VALUES // len(inside))
    for line, j in zip(lines.split(size), columns.split(size), strict=True):
        number = line // (height + 1)  # n U + u
        i, unit = line - number * (height + 1), number % units
        ends = []
        for cell_row in (down.before, down.after):
            base = (number * height + cell_row.index_select(0, i)) * width
            first = flat.index_select(0, base + across.before.index_select(0, j))[:, None]
            last = flat.index_select(0, base + across.after.index_select(0, j))[:, None]
            share = shares[0].index_select(0, j)
            ends.append(_between(first, last, share)[:, None, :])  # (Q, 1, positions across)
        share = shares[1].index_select(0, i)[:, :, None]
        values = _between(ends[0], ends[1], share)  # (Q, positions down, positions across)
        mesh, place = where((values > limits.index_select(0, unit)[:, None, None]).flatten(1))
        start = (number // units * grid + down.start.index_select(0, i)) * grid + across.start.index_select(0, j)
        position = start.index_select(0, mesh) + inside.index_select(0, place)
        yield unit.index_select(0, mesh), position, values.reshape(-1).index_select(0, mesh * len(inside) + place)


def _along(x: Tensor, axis: int, grid: int) -> Tensor:
    """Interpolated along axis 2 or 3."""
    cells = x.shape[axis]
    if cells == grid:
        return x
    if grid % cells:
        share = _taps(cells, grid, x.device)[2].to(x.dtype).view(-1, *[1] * (3 - axis))
        first, last = _ends(x, axis, grid)
        return _between(first, last, share)
    before, after, _, share = _meshes(cells, grid, x.device)
    share = share.to(x.dtype).view(*share.shape, *[1] * (3 - axis))
    first, last = (x.index_select(axis, cell).unsqueeze(axis + 1) for cell in (before, after))
    inside = _between(first, last, share).flatten(axis, axis + 1)
    return inside.narrow(axis, (inside.shape[axis] - grid + 1) // 2, grid)


def _between(first: Tensor, last: Tensor, share: Tensor) -> Tensor:
    """The value `share` of the way from one cell to the next: always these three operations, so always these bits."""
    return (first * (1 - share)).add_(last * share)


def _ends(x: Tensor, axis: int, grid: int) -> tuple[Tensor, Tensor]:
    """Along an axis, the cell before and the cell after each position of the grid; the same object if they are one."""
    cells = x.shape[axis]
    if cells == grid:
        return x, x
    if cells % grid:
        before, after, _ = _taps(cells, grid, x.device)
        return x.index_select(axis, before), x.index_select(axis, after)
    step, ahead = cells // grid, (slice(None),) * axis  # a view is faster than an index
    first = x[*ahead, (step - 1) // 2 :: step]
    return first, first if step % 2 else x[*ahead, step // 2 :: step]


class Meshes(NamedTuple):
    """Along one axis, for each of cells + 1 meshes: the cells before and after it (int64), its first position (int64;
    negative where that is outside), and the share of the cell after at its positions, NaN outside, (cells + 1, step).
    """

    before: Tensor
    after: Tensor
    start: Tensor
    share: Tensor


@lru_cache
def _meshes(cells: int, grid: int, device: torch.device) -> Meshes:
    step = grid // cells
    start = torch.arange(cells + 1) * step - (step + 1) // 2
    position = start[:, None] + torch.arange(step)
    outside = (position < 0) | (position >= grid)
    share = _taps(cells, grid, torch.device("cpu"))[2][position.clamp(0, grid - 1)].masked_fill(outside, torch.nan)
    number = torch.arange(cells + 1)
    tensors = ((number - 1).clamp(min=0), number.clamp(max=cells - 1), start, share)
    return Meshes(*(tensor.to(device) for tensor in tensors))


@lru_cache
def _taps(cells: int, grid: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The cells before and after each position, (grid,) int64, and the share of the one after, (grid,) float32."""
    places = ((torch.arange(grid, dtype=torch.float64) + 0.5) * cells / grid - 0.5).clamp(0, cells - 1)
    before = places.floor().long()
    after, share = (before + 1).clamp(max=cells - 1), (places - before).float()
    return before.to(device), after.to(device), share.to(device)
