"""A row of narrow coloured houses on the far side of the water."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, rgb
from dissect_core.world.texture import sharpen

_WALLS: tuple[RGB, ...] = (
    (0.86, 0.40, 0.30), (0.95, 0.82, 0.46), (0.94, 0.92, 0.86), (0.50, 0.66, 0.74), (0.90, 0.62, 0.44),
    (0.56, 0.68, 0.52),
    (0.78, 0.30, 0.26), (0.86, 0.74, 0.60),
)  # fmt: skip
_ROOFS: tuple[RGB, ...] = ((0.62, 0.30, 0.22), (0.40, 0.38, 0.42), (0.52, 0.36, 0.28))


def waterfront(
    scene: Scene, name: str, foot: Tensor, metre: Tensor, left: Tensor, right: Tensor, present: Tensor
) -> None:
    """Houses of two or three floors along y = `foot` from x = left to right, at this many image widths to a metre."""
    scene = scene.within(left, foot - metre * 15, right, foot + 0.02)
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    place = (canvas.x - left) / (metre * 7) + 0.0 * foot
    index, inside = torch.floor(place).clamp(0, 31), torch.frac(place.clamp(min=0))
    which = index.long()

    def lot(key: str) -> Tensor:
        """A number 0..1 for the house at each column, (B, 1, W)."""
        return dice.lattice(f"{name} {key}", 1, 32).gather(2, which)

    floors = torch.floor(2 + 1.9 * lot("floors"))
    eaves = floors * 2.9 + 0.5
    gabled = (lot("gable") < 0.6).float()
    peak = gabled * (0.5 - (inside - 0.5).abs()) * 5.4 + (1 - gabled) * 1.7
    up = (foot - canvas.y) / metre
    extent = torch.maximum(left + metre * 0.1 - canvas.x, canvas.x - right)
    wall_top = eaves + gabled * (peak - 0.5).clamp(min=0)
    table, tiles = torch.tensor(_WALLS, device=canvas.x.device), torch.tensor(_ROOFS, device=canvas.x.device)
    wall = table[(lot("wall") * len(_WALLS)).long().clamp(max=len(_WALLS) - 1)[:, 0]].movedim(2, 1).unsqueeze(2)
    roof = tiles[(lot("roof") * len(_ROOFS)).long().clamp(max=len(_ROOFS) - 1)[:, 0]].movedim(2, 1).unsqueeze(2)
    shape = torch.maximum(torch.maximum(up - eaves - peak, -up) * metre * 0.8, extent)
    snowy = torch.where(scene.winter > 0, MATERIALS.index("snow"), MATERIALS.index("tile")).to(torch.uint8)
    slope = light.on(0.0, 0.7, 0.6)
    cover = mix(roof, rgb((0.94, 0.96, 1.0), foot), scene.winter * 0.95) * slope
    paint_as(canvas, canvas.cover(shape, present), cover.clamp(0, 1), "house", "roof", snowy)
    front = torch.maximum(torch.maximum(up - wall_top, -up) * metre, extent)
    face = light.on(0.0, 0.0, 1.0) * (0.9 + 0.16 * lot("tone")).unsqueeze(1)
    seam = 1 - 0.3 * sharpen(torch.minimum(inside, 1 - inside), 0.03, 0.0)
    paint_as(
        canvas, canvas.cover(front, present), (wall * face * seam.unsqueeze(1)).clamp(0, 1), "house", "wall", "plaster"
    )
    level = torch.frac(((up - 0.3) / 2.9).clamp(min=0))
    row = torch.floor((up - 0.3) / 2.9)
    bay = torch.frac(inside * 3) - 0.5
    pane = torch.maximum(((bay.abs() - 0.24) * 2.3), ((level - 0.55).abs() * 2.9 - 0.72)) * metre
    pane = torch.maximum(torch.maximum(pane, front + 0.15 * metre), (up - eaves) * metre)
    some = torch.frac(torch.sin(torch.floor(place * 3) * 12.7 + row * 7.3) * 437.6).abs()
    dark = mix(rgb((0.20, 0.25, 0.33), foot), rgb((1.0, 0.80, 0.42), foot), light.warm * (some > 0.4).float())
    paint_as(
        canvas,
        canvas.cover(pane - 0.16 * metre, present),
        (rgb((0.96, 0.95, 0.91), foot) * face).clamp(0, 1),
        "house",
        "window",
        "wood",
    )
    paint_as(canvas, canvas.cover(pane, present), dark.expand_as(canvas.image), "house", "window", "glass")
    entry = torch.maximum(torch.maximum((bay.abs() - 0.26) * 2.3, (inside - 0.5).abs() * 7 - 1.1), up - 2.3) * metre
    entry = torch.maximum(entry, front)
    paint_as(
        canvas,
        canvas.cover(entry, present),
        (rgb((0.36, 0.26, 0.20), foot) * face).clamp(0, 1),
        "house",
        "door",
        "wood",
    )
