"""Houses seen over a corner: a gabled front, a long side and the roof over it, in the styles of many places."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, pick, pick_label, rgb
from dissect_core.world.shapes import arch, box, capsule, facet, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

# plaster, half-timbered, brick, stone, boards, logs
PLASTER, TIMBERED, BRICK, STONE, BOARDS, LOGS = range(6)
_WALLS: tuple[tuple[RGB, ...], ...] = (
    ((0.95, 0.91, 0.82), (0.94, 0.80, 0.52), (0.88, 0.64, 0.52), (0.70, 0.80, 0.84), (0.80, 0.84, 0.68)),
    ((0.95, 0.92, 0.84), (0.93, 0.86, 0.70), (0.90, 0.84, 0.78)),
    ((0.70, 0.36, 0.27), (0.76, 0.46, 0.34), (0.62, 0.32, 0.26)),
    ((0.70, 0.67, 0.62), (0.78, 0.71, 0.60), (0.62, 0.62, 0.63)),
    ((0.72, 0.24, 0.20), (0.94, 0.93, 0.89), (0.36, 0.50, 0.60), (0.90, 0.76, 0.42), (0.44, 0.54, 0.42)),
    ((0.52, 0.34, 0.21), (0.44, 0.29, 0.19), (0.60, 0.42, 0.27)),
)
_ROOFS: tuple[RGB, ...] = (
    (0.68, 0.32, 0.22),
    (0.37, 0.37, 0.42),
    (0.50, 0.34, 0.25),
    (0.58, 0.26, 0.20),
    (0.44, 0.42, 0.38),
)
_DOORS: tuple[RGB, ...] = ((0.40, 0.24, 0.14), (0.22, 0.38, 0.32), (0.56, 0.20, 0.16), (0.24, 0.34, 0.52))
_TRIM: RGB = (0.96, 0.95, 0.91)
FRONT, SIDE, ROOF = (-0.28, 0.0, 0.96), (0.88, 0.0, 0.48), (0.5, 0.75, 0.42)  # normals

# in metres: the corner, the ends of the front and of the side as seen, and how the side shrinks towards its far end
_LEFT, _CORNER, _END, _FAR = -3.4, 0.9, 4.2, 0.88
_APEX = (_LEFT + _CORNER) / 2


@dataclass(frozen=True)
class _Style:
    """The draws of one house in every scene of the batch."""

    kind: Tensor  # (B,)
    wall: Tensor
    roof: Tensor
    wall_material: Tensor
    roof_material: Tensor
    eaves: Tensor  # heights, metres
    ridge: Tensor


def _draw(scene: Scene, name: str, kinds: tuple[float, ...]) -> _Style:
    dice = scene.dice
    kind = dice.choice(name + "kind", kinds)
    every = torch.arange(dice.count, device=kind.device)
    wall = torch.stack([dice.colour(f"{name}wall {i}", table, 0.02) for i, table in enumerate(_WALLS)])[kind, every]
    tiled = pick_label(dice.choice(name + "tiles", (0.6, 0.4)), ("tile", "slate"), MATERIALS)
    white = torch.full_like(tiled, MATERIALS.index("snow"))
    eaves = dice.uniform(name + "eaves", 2.5, 3.2) + pick(kind, (0.3, 0.5, 0.2, 0.0, 0.0, -0.3))
    return _Style(
        kind, wall, dice.colour(name + "roof", _ROOFS, 0.03),
        pick_label(kind, ("plaster", "plaster", "brick", "stone", "wood", "wood"), MATERIALS),
        torch.where(scene.winter > 0, white, tiled), eaves, eaves + dice.uniform(name + "pitch", 1.7, 2.5),
    )  # fmt: skip


def _surface(home: Figure, name: str, style: _Style, u: Tensor, v: Tensor) -> Tensor:
    """Brightness of the wall at (u, v) metres: courses of brick or stone, boards, logs, or quiet plaster."""
    dice = home.scene.dice
    width, height = (
        pick(style.kind, (50.0, 50.0, 0.75, 1.1, 0.5, 50.0)),
        pick(style.kind, (50, 50, 0.36, 0.6, 50, 0.42)),
    )
    courses = joints(dice, name + "wall", u + 20, v + 20, width, height, gap=0.4, depth=0.3, vary=0.1)
    boards = torch.frac((u + 20) / 0.45)
    upright = 1 - 0.2 * (1 - sharpen(torch.minimum(boards, 1 - boards), 0.0, 0.25))
    courses = torch.where(pick(style.kind, (0, 0, 0, 0, 1, 0)) > 0, upright, courses)
    plain = pick(style.kind, (1, 1, 0, 0, 0, 0))
    return (1 + (courses - 1) * (1 - plain)) * (1 + 0.10 * (home.scene.coarse - 0.5))


def _beams(home: Figure, style: _Style, light: Tensor, shape: Tensor, u: Tensor, v: Tensor, wide: float) -> None:
    """The dark timbers of a half-timbered wall: posts, a rail and braces; u, v metres from its upper left corner."""
    timbered = pick(style.kind, (0, 1, 0, 0, 0, 0))
    cell = torch.frac(u / wide + 10)
    post = torch.minimum(cell, 1 - cell) * wide
    rail = (torch.remainder(v + 20, 1.45) - 0.1).abs()
    brace = ((cell - 0.5).abs() * wide - (v.clamp(0, 1.4) * 0.55)).abs() + (v > 1.3) * 9
    bars = torch.minimum(torch.minimum(post, rail), brace) - 0.12
    brown = rgb((0.36, 0.24, 0.16), timbered) * light
    home.paint(torch.maximum(bars, shape), brown, "house", "wall", "wood", timbered)


def _window(
    home: Figure, name: str, x: Tensor, y: Tensor, cx: float, cy: Tensor, light: Tensor, half: float = 0.42
) -> None:
    """A window with frame, cross and shutters; x, y metres on its wall."""
    dice, sky = home.scene.dice, home.scene.light
    shutters = dice.chance(name + "shutters", 0.4)
    leaf = ((x - cx).abs() - half - 0.24).abs() - 0.2
    wings = torch.maximum(leaf, (y - cy).abs() - 0.6)
    home.paint(wings, dice.colour(name + "shutter", _DOORS) * light * 1.15, "house", "window", "wood", shutters)
    pane = box(x, y, cx - half, cy - 0.58, cx + half, cy + 0.58)
    home.paint(pane - 0.11, rgb(_TRIM, cy) * light, "house", "window", "wood")
    up = ((cy + 0.58 - y) / 1.16).clamp(0, 1)
    day = mix(rgb((0.16, 0.22, 0.31), cy), rgb((0.44, 0.56, 0.68), cy), up) * (0.5 + 0.5 * light)
    glass = mix(day, rgb((1.0, 0.80, 0.40), cy), sky.warm * 0.95)
    cross = torch.minimum((x - cx).abs(), (y - cy + 0.1).abs()) - 0.045
    glass = mix(glass, rgb(_TRIM, cy) * light * 0.9, sharpen(-cross, -0.03, 0.03) * 0.7)
    home.paint(pane, glass, "house", "window", "glass")


def _side(home: Figure, name: str, style: _Style) -> None:
    """The long wall that recedes to the right, with two windows, and the roof over it."""
    x, y, eaves, ridge = home.x, home.y, style.eaves, style.ridge
    light = home.light.on(*SIDE)
    wall, u, v = facet(x, y, _CORNER, _END, (-eaves, -eaves * _FAR - 0.3), (0 * eaves, 0 * eaves - 0.3))
    along, down = u * 5.2, v * eaves
    tone = _surface(home, name, style, along, down) * (1.02 - 0.16 * v.clamp(0, 1))
    home.paint(wall, style.wall * light * tone.unsqueeze(1), "house", "wall", style.wall_material)
    _beams(home, style, light, wall, along, down, 1.3)
    for cx in (1.45, 3.75):
        _window(home, name, torch.where(wall < 0, along, -9.0), down, cx, eaves * 0.5, light)
    over = 0.4
    far_apex = _APEX + 3.0
    roof = polygon(x, y, (
        (_APEX, -ridge), (far_apex + over, -ridge * _FAR - 0.34), (_END + over, -eaves * _FAR - 0.14),
        (_CORNER + over * 0.8, -eaves + 0.3),
    ))  # fmt: skip
    fall = (y + ridge) / (ridge - eaves + 0.3)
    tiles = joints(home.scene.dice, name + "tiles", x - fall * 2.1 + 30, fall * 3 + 30, 0.6, 0.5, gap=0.5, depth=0.26)
    white = home.scene.winter * sharpen(home.scene.other - fall * 0.25, 0.05, 0.25)
    shine = mix(style.roof * tiles.unsqueeze(1), snow(home.scene), white * 0.95)
    home.paint(roof, shine * home.light.on(*ROOF), "house", "roof", style.roof_material)
    home.shade(torch.maximum(wall, y + eaves - 0.55), 0.72, 0.4)


def _front(home: Figure, name: str, style: _Style, storeys: Tensor) -> None:
    """The gabled front with its door and windows."""
    x, y, eaves, ridge = home.x, home.y, style.eaves, style.ridge
    light = home.light.on(*FRONT)
    wall = polygon(
        x, y, ((_LEFT, 0 * eaves), (_LEFT, -eaves), (_APEX, -ridge), (_CORNER, -eaves), (_CORNER, 0 * eaves))
    )
    fall = 1.02 - 0.16 * (1 + y / ridge).clamp(0, 1)
    tone = _surface(home, name, style, x, y) * fall
    home.paint(wall, style.wall * light * tone.unsqueeze(1), "house", "wall", style.wall_material)
    _beams(home, style, light, wall, x - _LEFT, y + eaves, 1.43)
    rake = union(
        capsule(x, y, _LEFT - 0.4, -eaves + 0.42, _APEX, -ridge - 0.05, 0.2),
        capsule(x, y, _CORNER + 0.4, -eaves + 0.42, _APEX, -ridge - 0.05, 0.2),
    )
    home.shade(torch.maximum(rake - 0.3, wall), 0.75, 0.35)
    verge = mix(style.roof * 1.12, snow(home.scene), home.scene.winter * 0.95) * home.light.on(0, 0.5, 0.75)
    home.paint(rake, verge, "house", "roof", style.roof_material)
    side = 1 - 2 * home.scene.dice.chance(name + "door side", 0.5)
    door_x = _APEX + side * 0.95
    door = arch(x, y, door_x, 0.0, 1.05, 2.1)
    home.paint(torch.maximum(door - 0.13, y), rgb(_TRIM, eaves) * light * 0.95, "house", "wall", "stone")
    colour = home.scene.dice.colour(name + "door", _DOORS)
    plank = torch.frac((x - door_x) * 3 + 20)
    home.paint(door, colour * light * (1.0 - 0.16 * (plank < 0.2).float()).unsqueeze(1), "house", "door", "wood")
    near = torch.where(wall < 0.3, x - _APEX, 9.0) * -side
    _window(home, name, near, y, 1.05, -eaves * 0.5, light)
    _window(home, name, torch.where(storeys > 0, x - _APEX, 9.0), y, 0.0, -eaves - 0.45, light, 0.36)


def house(
    scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor | float = 1.0,
    kinds: tuple[float, ...] = (0.3, 0.15, 0.2, 0.15, 0.2, 0.0),
) -> None:  # fmt: skip
    """A house about 8 metres wide and 5 high; `facing` -1 turns its long side to the left.

    kinds: weights of plaster, half-timber, brick, stone, boards and logs.
    """
    style = _draw(scene, name, kinds)
    cast(scene, spot, 3.9, 4.0, 0.5, present, back=0.1)
    home = place(scene, spot, present, (-4.6, -6.9, 4.8, 0.3), facing)
    if home.absent:
        return
    stack = box(home.x, home.y, 1.1, -style.ridge - 0.75, 1.75, -style.eaves - 0.6)
    home.paint(stack, rgb((0.60, 0.36, 0.28), spot.scale) * home.light.on(0.3, 0, 0.9), "house", "chimney", "brick")
    cap = box(home.x, home.y, 1.0, -style.ridge - 0.9, 1.85, -style.ridge - 0.7)
    cap_colour = mix(rgb((0.5, 0.46, 0.44), spot.scale), snow(scene), scene.winter)
    home.paint(cap, cap_colour * home.light.on(0, 0.5, 0.7), "house", "chimney", "brick")
    _side(home, name, style)
    _front(home, name, style, scene.dice.chance(name + "attic", 0.7))
