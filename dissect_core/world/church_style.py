"""Styles of church: what belongs together in colour, material, form and proportion."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS, PARTS
from dissect_core.world.scene import RGB, Scene, pick, pick_colour, pick_label
from dissect_core.world.texture import joints

# white wooden chapel, brick, warm ashlar (romanesque), grey stone (gothic), plaster (baroque, orthodox)
_WALLS: tuple[tuple[RGB, ...], ...] = (
    ((0.93, 0.92, 0.88), (0.92, 0.90, 0.82), (0.74, 0.83, 0.88)),
    ((0.72, 0.36, 0.26), (0.66, 0.31, 0.24), (0.78, 0.46, 0.32)),
    ((0.88, 0.74, 0.52), (0.84, 0.68, 0.47), (0.90, 0.80, 0.62)),
    ((0.66, 0.65, 0.63), (0.60, 0.61, 0.63), (0.70, 0.66, 0.60)),
    ((0.96, 0.93, 0.86), (0.95, 0.80, 0.48), (0.90, 0.66, 0.56)),
)
_TRIMS: tuple[RGB, ...] = (
    (0.98, 0.97, 0.94), (0.90, 0.84, 0.74), (0.95, 0.86, 0.70), (0.82, 0.80, 0.76), (0.99, 0.97, 0.93)
)  # fmt: skip
_ROOFS: tuple[tuple[RGB, ...], ...] = (
    ((0.34, 0.36, 0.42), (0.55, 0.24, 0.20), (0.40, 0.30, 0.25)),
    ((0.34, 0.36, 0.42), (0.46, 0.34, 0.28), (0.30, 0.38, 0.42)),
    ((0.72, 0.38, 0.24), (0.64, 0.34, 0.24), (0.56, 0.36, 0.28)),
    ((0.30, 0.34, 0.42), (0.36, 0.38, 0.42), (0.42, 0.30, 0.26)),
    ((0.68, 0.33, 0.24), (0.34, 0.44, 0.42), (0.36, 0.36, 0.42)),
)
_DOMES: tuple[RGB, ...] = (
    (0.90, 0.70, 0.24),
    (0.38, 0.66, 0.58),
    (0.24, 0.42, 0.70),
    (0.30, 0.50, 0.42),
    (0.92, 0.74, 0.30),
)
_DOORS: tuple[RGB, ...] = ((0.46, 0.27, 0.14), (0.36, 0.21, 0.13), (0.62, 0.18, 0.13), (0.20, 0.36, 0.30))
#          spire, round dome, onion dome, bell dome, low pyramid
_TOPS = (
    (0.62, 0.08, 0.04, 0.06, 0.20), (0.46, 0.16, 0.06, 0.14, 0.18), (0.30, 0.36, 0.02, 0.08, 0.24),
    (0.84, 0.02, 0.00, 0.02, 0.12), (0.06, 0.18, 0.44, 0.30, 0.02),
)  # fmt: skip
#          tower: middle, left, right, twin towers, dome on the crossing
_PLANS = (
    (0.5, 0.2, 0.2, 0.0, 0.1), (0.3, 0.2, 0.2, 0.12, 0.18), (0.16, 0.18, 0.18, 0.18, 0.3),
    (0.26, 0.2, 0.2, 0.26, 0.08), (0.26, 0.12, 0.12, 0.2, 0.3),
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """The draws of one batch of churches: plans, colours and labels."""

    plan: Tensor  # (B,) which of the five plans
    top: Tensor  # (B,) what crowns the towers
    point: Tensor  # 0 round arches, 1 pointed
    pitch: Tensor  # of the roof
    wall: Tensor  # colours (B, 3, 1, 1)
    trim: Tensor
    roof: Tensor
    crown: Tensor  # of the spire or dome
    door: Tensor
    metal: Tensor  # 1 where the crown shines
    block_width: Tensor
    block_height: Tensor
    relief: Tensor  # strength of the wall texture
    wall_material: Tensor  # labels, uint8 (B, 1, 1)
    trim_material: Tensor
    roof_material: Tensor
    crown_material: Tensor
    crown_part: Tensor


def _rows(scene: Scene, style: Tensor, name: str, table: tuple[tuple[float, ...], ...]) -> Tensor:
    """A choice whose weights depend on the style, (B,)."""
    weights = torch.tensor(table, device=style.device)[style]
    edges = weights.cumsum(1)
    drawn = scene.dice.uniform(name).view(-1, 1) * edges[:, -1:]
    return (drawn >= edges[:, :-1]).sum(1)


def draw_style(scene: Scene) -> Style:
    """Choose the style and everything that follows from it."""
    dice = scene.dice
    style = dice.choice("style", (0.24, 0.2, 0.18, 0.18, 0.2))
    every = torch.arange(dice.count, device=style.device)
    wall = torch.stack([dice.colour(f"wall {i}", palette, 0.02) for i, palette in enumerate(_WALLS)])[style, every]
    roof = torch.stack([dice.colour(f"roof {i}", palette, 0.02) for i, palette in enumerate(_ROOFS)])[style, every]
    plan = _rows(scene, style, "plan", _PLANS)
    top = _rows(scene, style, "top", _TOPS)
    on_crossing = torch.where(style == 4, 1 + (dice.uniform("crossing").view(-1) < 0.6).long(), 1)
    top = torch.where(plan == 4, on_crossing, top)
    domed = (top >= 1) & (top <= 3)
    dome = dice.colour("dome", _DOMES, 0.02)
    crown = torch.where(domed.view(-1, 1, 1, 1), dome, roof * 0.92)
    copper = (dice.uniform("copper spire").view(-1, 1, 1, 1) < 0.25) & (top == 0).view(-1, 1, 1, 1)
    crown = torch.where(copper, dome.new_tensor((0.42, 0.66, 0.58)).view(1, 3, 1, 1), crown)
    roofing = ("slate", "slate", "tile", "slate", "tile")
    slate = pick_label(style, roofing, MATERIALS)
    metal = domed.view(-1, 1, 1) | copper[:, 0]
    return Style(
        plan, top,
        pick(style, (1, 0, 0, 1, 0)) * (1 - pick(style, (1, 0, 0, 0, 0)) * dice.chance("round chapel", 0.35)),
        pick(style, (0.95, 0.95, 0.75, 1.15, 0.8)) * dice.uniform("pitch", 0.9, 1.1),
        wall, pick_colour(style, _TRIMS), roof, crown, dice.colour("door", _DOORS, 0.02), metal.float(),
        pick(style, (90.0, 0.062, 0.095, 0.085, 90.0)), pick(style, (0.026, 0.0275, 0.046, 0.042, 0.09)),
        pick(style, (0.85, 0.95, 0.75, 0.9, 0.0)),
        pick_label(style, ("wood", "brick", "stone", "stone", "plaster"), MATERIALS),
        pick_label(style, ("wood", "stone", "stone", "stone", "plaster"), MATERIALS),
        torch.where(scene.winter > 0, torch.full_like(slate, MATERIALS.index("snow")), slate),
        torch.where(metal, torch.full_like(slate, MATERIALS.index("metal")), slate),
        pick_label(top, ("spire", "dome", "dome", "dome", "roof"), PARTS),
    )  # fmt: skip


def masonry(scene: Scene, style: Style, name: str, u: Tensor, v: Tensor) -> Tensor:
    """Brightness of the wall's bricks, ashlar, boards or plaster at (u, v), in picture widths."""
    blocks = joints(
        scene.dice, name, u + 37.31, v + 11.17, style.block_width, style.block_height, gap=0.45, depth=0.3, vary=0.11
    )
    return 1 + (blocks - 1) * style.relief + 0.1 * (scene.coarse - 0.5) + 0.05 * (scene.fine - 0.5)
