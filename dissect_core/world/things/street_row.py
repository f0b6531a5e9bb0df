"""The row of houses on one side of a street, in one-point perspective."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, rgb
from dissect_core.world.texture import joints, sharpen

_WALLS: tuple[RGB, ...] = (
    (0.86, 0.78, 0.64), (0.74, 0.40, 0.30), (0.92, 0.90, 0.84), (0.66, 0.70, 0.72), (0.88, 0.62, 0.42),
    (0.60, 0.34, 0.28), (0.72, 0.78, 0.68), (0.92, 0.80, 0.54), (0.78, 0.62, 0.60), (0.56, 0.62, 0.70),
)  # fmt: skip
_BRICK = (0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_AWNINGS: tuple[RGB, ...] = ((0.80, 0.22, 0.20), (0.20, 0.46, 0.36), (0.20, 0.36, 0.62), (0.92, 0.66, 0.22))
_DOORS: tuple[RGB, ...] = ((0.36, 0.22, 0.14), (0.20, 0.34, 0.30), (0.50, 0.18, 0.16))
_FRAME: RGB = (0.94, 0.92, 0.87)
STOREY = 3.2  # metres
HOUSE = 9.0  # width of a house, metres
MOST = 16  # houses in a row
FARTHEST = 0.16  # scale at which the row ends
EYE = 3.0  # height of the viewer, metres


@dataclass(frozen=True)
class _Wall:
    """The coordinates of a street front, broadcast to (B, H, W)."""

    scene: Scene  # seen through the window of this side
    name: str
    side: float
    metre: Tensor  # image widths to a metre at each column
    up: Tensor  # metres above the pavement
    house: Tensor  # number of the house, and how far along it, at each column
    face: Tensor  # light on the wall

    def lot(self, key: str) -> Tensor:
        """A number 0..1 for the house at each column, (B, 1, W)."""
        which = torch.floor(self.house).clamp(0, MOST - 1).long()
        return self.scene.dice.lattice(f"{self.name} {key}", 1, MOST).gather(2, which)

    def paint(self, distance: Tensor, colour: Tensor, part: str, material: Tensor | str) -> None:
        """Paint a part of the buildings."""
        canvas = self.scene.canvas
        paint_as(canvas, canvas.cover(distance), colour.clamp(0, 1), "building", part, material)


def street_row(scene: Scene, name: str, side: float, vanishing: Tensor, wall: float, lane: float) -> None:
    """The houses on the left (side -1) or on the right (side 1) of a street that runs to x = vanishing.

    wall: metres from the middle of the street to the houses; lane: image widths to a metre at scale 1.  What is at
    |x - vanishing| = wall * lane * s is seen at scale s.
    """
    ends = (0.0 * vanishing, vanishing) if side < 0 else (vanishing, 1 + 0.0 * vanishing)
    scene = scene.within(ends[0], 0, ends[1], scene.horizon + EYE * lane * 1.5)
    canvas, dice = scene.canvas, scene.dice
    out = ((canvas.x - vanishing) * side).clamp(min=1e-3)
    s = out / (wall * lane)
    metre = (lane * s).clamp(min=1e-4)
    up = (scene.horizon + EYE * metre - canvas.y) / metre
    pace, shift = dice.uniform(name + " pace", 1.25, 1.6), dice.uniform(name + " shift", 0, 1)
    front = _Wall(scene, name, side, metre, up, pace / s.clamp(min=0.08) + shift, scene.light.on(-side * 0.92, 0, 0.38))
    storeys = torch.floor(2 + 2.6 * front.lot("storeys") + dice.uniform(name + " rise", 0, 1.6))
    tall = storeys * STOREY + 1.0
    distance = torch.maximum((up - tall) * metre * 0.8, torch.maximum(-up * metre, (FARTHEST - s) * wall * lane))
    _masonry(front, distance)
    _windows(front, distance)
    _ground_floor(front, distance)
    cornice = torch.maximum((up - tall + 0.28).abs() * metre - 0.32 * metre, distance)
    ledge = mix(rgb((0.90, 0.87, 0.80), s) * front.face, rgb((0.95, 0.97, 1.0), s), scene.winter)
    front.paint(cornice, ledge, "roof", "stone")


def _masonry(front: _Wall, distance: Tensor) -> None:
    """Walls of brick or plaster, house by house in another colour, with a seam between them."""
    scene, inside = front.scene, torch.frac(front.house)
    table = torch.tensor(_WALLS, device=distance.device)
    choice = (front.lot("wall") * len(_WALLS)).long().clamp(max=len(_WALLS) - 1)
    wall = table[choice[:, 0]].movedim(2, 1).unsqueeze(2)  # (B, 3, 1, W)
    brick = torch.tensor(_BRICK, device=distance.device)[choice]
    along = front.house * HOUSE
    courses = joints(scene.dice, front.name + " courses", along, front.up + 40, 1.1, 0.5, 0.3, 0.24, 0.08)
    near = sharpen(front.metre, 0.02, 0.05)
    tone = 1 + (courses - 1) * brick * near + 0.08 * (scene.coarse - 0.5) - 0.12 * sharpen(front.up, 2.0, 0.0)
    seam = 1 - 0.4 * sharpen(torch.minimum(inside, 1 - inside), 0.02, 0.0)
    material = torch.where(brick > 0, MATERIALS.index("brick"), MATERIALS.index("plaster")).to(torch.uint8)
    front.paint(distance, wall * front.face * (tone * seam).unsqueeze(1), "wall", material)


def _windows(front: _Wall, distance: Tensor) -> None:
    """Two or three windows on every upper floor of a house; some are lit at dusk."""
    dice, light, metre = front.scene.dice, front.scene.light, front.metre
    count = torch.floor(2 + 2 * front.lot("windows"))
    bay = torch.frac(torch.frac(front.house) * count) - 0.5
    floor, level = torch.floor(front.up / STOREY), torch.frac((front.up / STOREY).clamp(min=0))
    wide = metre * HOUSE / count
    pane = torch.maximum((bay.abs() - 0.24) * wide, ((level - 0.5).abs() - 0.27) * STOREY * metre)
    pane = torch.maximum(pane, distance + 0.3 * metre) + (floor < 1) * 9
    frame = rgb(_FRAME, metre) * front.face
    front.paint(pane - 0.16 * metre, frame, "window", "wood")
    seed = torch.floor(front.house * count) * 12.7 + floor * 7.3 + dice.uniform(front.name + " lit", 0, 9)
    lit = (torch.frac(torch.sin(seed) * 437.6).abs() > 0.45).float() * light.warm
    day = mix(rgb((0.15, 0.20, 0.28), metre), rgb((0.52, 0.64, 0.74), metre), level) * (0.45 + 0.55 * front.face)
    cross = sharpen(bay.abs() * wide - 0.05 * metre, 0.004, 0.0) * sharpen(metre, 0.02, 0.04)
    glass = mix(mix(day, rgb((1.0, 0.82, 0.46), metre), lit * 0.95), frame, cross * 0.6)
    front.paint(pane, glass, "window", "glass")


def _ground_floor(front: _Wall, distance: Tensor) -> None:
    """Doors, and in most houses shop windows under striped awnings."""
    scene, dice, light = front.scene, front.scene.dice, front.scene.light
    metre, up, inside = front.metre, front.up, torch.frac(front.house)
    none = 9.0 * (front.lot("shop") > 0.6).float()
    centre = (torch.frac(inside * 2) - 0.5).abs()
    shop = torch.maximum((centre - 0.36) * metre * HOUSE / 2, torch.maximum(up - 2.3, 0.5 - up) * metre)
    shop = torch.maximum(shop, distance) + none
    front.paint(shop - 0.14 * metre, rgb(_FRAME, metre) * front.face * 0.7, "window", "wood")
    goods = mix(rgb((0.24, 0.28, 0.34), metre), rgb((1.0, 0.84, 0.54), metre), 0.18 + 0.75 * light.warm)
    front.paint(shop, goods * (0.8 + 0.3 * scene.fine).unsqueeze(1), "window", "glass")
    entry = torch.maximum(((inside - 0.5).abs() - 0.075) * metre * HOUSE, torch.maximum(up - 2.5, -up) * metre)
    front.paint(torch.maximum(entry, distance), dice.colour(front.name + " door", _DOORS) * front.face, "door", "wood")
    awning = torch.maximum((centre - 0.42) * metre * HOUSE / 2, torch.maximum(up - 3.0, 2.35 - up) * metre)
    awning = torch.maximum(awning, distance) + none
    stripes = sharpen(torch.sin(inside * 75.4), -0.2, 0.2) * 0.85
    cloth = mix(dice.colour(front.name + " awning", _AWNINGS), rgb((0.95, 0.93, 0.87), metre), stripes)
    bright = light.on(-front.side * 0.5, 0.7, 0.4) * (0.85 + 0.25 * (up - 2.3).clamp(0, 1)).unsqueeze(1)
    front.paint(awning, cloth * bright, "awning", "fabric")
