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
MAPS, VALUES = 64, 1 << 18
"""Maps, and values in meshes, that are looked at at a time: about a megabyte, which stays in a processor's cache."""


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


def above(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Where `upsample(activations, grid)`, (N, U, G, G), exceeds limits (U,), some of it at a time.

    Yields (unit, position), both (A,) int64, with position = (n G + row) G + column, every place once.
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


def _above_anywhere(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor]]:
    """`above` by upsampling every map."""
    maps, units = activations.flatten(0, 1).unsqueeze(1), activations.shape[1]
    numbers = torch.arange(len(maps), device=maps.device)
    for some, number in zip(maps.split(MAPS), numbers.split(MAPS), strict=True):
        row, place = where(upsample(some, grid).flatten(1) > limits[number % units][:, None])
        number = number.index_select(0, row)
        yield number % units, number // units * grid**2 + place


def _above_in_meshes(activations: Tensor, limits: Tensor, grid: int) -> Iterator[tuple[Tensor, Tensor]]:
    """`above` for grids with a whole number of positions a cell, by looking only next to cells above the limit.

    Mesh (i, j) lies between the centres of cell rows i - 1 and i and of columns j - 1 and j; the outer meshes are half
    outside.  Interpolation never exceeds the four cells that it mixes (a margin covers rounding), so only meshes with
    one above the limit are interpolated, with the arithmetic of `upsample`.
    """
    units, height, width = activations.shape[1:]
    hot = activations > (limits - MARGIN * limits.abs())[:, None, None]
    rows = F.pad(hot, (0, 0, 1, 0)) | F.pad(hot, (0, 0, 0, 1))
    spare = -(width + 1) % 8  # `where` likes eights
    meshes = F.pad(rows, (1, spare)) | F.pad(rows, (0, 1 + spare))  # (N, U, h + 1, w + 1 + spare)
    lines, columns = where(meshes.flatten(0, 2))
    across, down = (_meshes(cells, grid, activations.device) for cells in (width, height))
    steps = grid // height, grid // width
    offsets = torch.arange(steps[0])[:, None] * grid + torch.arange(steps[1])
    inside = offsets.flatten().to(lines.device)
    flat = activations.reshape(-1)
    size = max(1, VALUES // len(inside))
    for line, j in zip(lines.split(size), columns.split(size), strict=True):
        number = line // (height + 1)  # n U + u
        i, unit = line - number * (height + 1), number % units
        ends = []
        for cell_row in (down.before, down.after):
            base = (number * height + cell_row.index_select(0, i)) * width
            first = flat.index_select(0, base + across.before.index_select(0, j))[:, None]
            last = flat.index_select(0, base + across.after.index_select(0, j))[:, None]
            share = across.share.index_select(0, j)
            ends.append((first * (1 - share)).add_(last * share)[:, None, :])  # (Q, 1, positions across)
        share = down.share.index_select(0, i)[:, :, None]
        values = (ends[0] * (1 - share)).add_(ends[1] * share)  # (Q, positions down, positions across)
        mesh, place = where((values > limits.index_select(0, unit)[:, None, None]).flatten(1))
        start = (number // units * grid + down.start.index_select(0, i)) * grid + across.start.index_select(0, j)
        yield unit.index_select(0, mesh), start.index_select(0, mesh) + inside.index_select(0, place)


def _along(x: Tensor, axis: int, grid: int) -> Tensor:
    """Interpolated along axis 2 or 3."""
    cells = x.shape[axis]
    if cells == grid:
        return x
    if grid % cells:
        before, after, share = _taps(cells, grid, x.device)
        share = share.to(x.dtype).view(-1, *[1] * (3 - axis))
        return x.index_select(axis, before).mul_(1 - share).add_(x.index_select(axis, after).mul_(share))
    before, after, _, share = _meshes(cells, grid, x.device)
    share = share.to(x.dtype).view(*share.shape, *[1] * (3 - axis))
    first, last = (x.index_select(axis, cell).unsqueeze(axis + 1) for cell in (before, after))
    inside = (first * (1 - share)).add_(last * share).flatten(axis, axis + 1)
    return inside.narrow(axis, (inside.shape[axis] - grid + 1) // 2, grid)


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
