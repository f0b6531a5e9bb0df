"""Buildings of a city: the rows on both sides of a street, and a skyline far away."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, rgb
from dissect_core.world.texture import joints, sharpen

_WALLS: tuple[RGB, ...] = (
    (0.86, 0.78, 0.64), (0.74, 0.40, 0.30), (0.92, 0.90, 0.84), (0.66, 0.70, 0.72), (0.88, 0.62, 0.42), (0.60, 0.34, 0.28),
    (0.72, 0.78, 0.68), (0.92, 0.80, 0.54), (0.78, 0.62, 0.60), (0.56, 0.62, 0.70),
)  # fmt: skip
_BRICK = (0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_AWNINGS: tuple[RGB, ...] = ((0.80, 0.22, 0.20), (0.20, 0.46, 0.36), (0.20, 0.36, 0.62), (0.92, 0.66, 0.22))
STOREY = 3.2  # metres
EYE = 3.0  # height of the viewer, metres


def skyline(scene: Scene, name: str, foot: Tensor, tall: tuple[float, float], veil: float, present: Tensor | float = 1.0) -> None:
    """Towers of a far city along y = `foot`, with lit windows at dusk."""
    scene = scene.within(0, foot - tall[1] * 1.6, 1, foot + 0.02)
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    high = dice.uniform(name + " tall", *tall)
    phase = dice.uniform(name + " phase", 0, 50)
    distance = torch.full_like(scene.coarse, 9.0)
    colour = torch.zeros_like(canvas.image)
    for layer, (wide, share, tone) in enumerate(((0.075, 1.0, 0.86), (0.105, 0.62, 1.0))):
        place = canvas.x / wide + phase + layer * 0.4
        column, inside = torch.floor(place), torch.frac(place)
        lot = torch.frac(torch.sin(column * 12.99 + phase * 3 + layer) * 437.6).abs()
        other = torch.frac(torch.sin(column * 78.23 + phase + layer) * 237.6).abs()
        top = foot - high * share * (0.35 + 0.95 * lot * lot)
        edge = (0.5 - inside).abs() - 0.40 - 0.1 * other
        block = torch.maximum(edge * wide, top - canvas.y)
        right = sharpen(inside, 0.62, 0.66)
        face = mix(light.on(-0.35, 0, 0.9), light.on(0.9, 0, 0.4), right)
        base = mix(rgb((0.62, 0.66, 0.72), place), rgb((0.78, 0.66, 0.56), place), other)
        rows = torch.frac((canvas.y - top) / 0.0165 + 0.3) - 0.5
        panes = torch.frac(place * 6) - 0.5
        pane = ((rows.abs() < 0.26) & (panes.abs() < 0.3)).float()
        lit = (torch.frac(torch.sin(torch.floor(place * 6) * 3.7 + torch.floor((canvas.y - top) / 0.0165) * 9.1) * 437.6).abs() > 0.5).float()
        wall = base * tone * face * (1 - 0.22 * pane).unsqueeze(1)
        wall = mix(wall, rgb((1.0, 0.82, 0.46), place), pane * lit * light.warm * 0.8)
        near = block < 0.002
        colour = torch.where(near.unsqueeze(1), wall, colour)
        distance = torch.minimum(distance, block)
    distance = torch.maximum(distance, canvas.y - foot)
    colour = mix(colour, light.haze, veil + 0 * distance)
    paint_as(canvas, canvas.cover(distance, present), colour.clamp(0, 1), "building", "wall", "concrete")


def row(scene: Scene, name: str, side: float, edge: Tensor, vanishing: Tensor, lane: Tensor) -> None:
    """The houses on one side of a street in one-point perspective (side -1 left, 1 right).

    edge: where the foot of the houses meets the edge of the picture's plane, as |x - vanishing| at scale 1; the wall
    at |x - vanishing| = edge * s is seen at scale s.  lane: image widths to a metre at scale 1.
    """
    ends = (0.0 * vanishing, vanishing) if side < 0 else (vanishing, 1 + 0.0 * vanishing)
    scene = scene.within(ends[0], 0, ends[1], scene.horizon + EYE * lane * 1.5)
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    x, y = canvas.x, canvas.y
    out = ((x - vanishing) * side).clamp(min=1e-3)
    s = out / edge  # scale of the wall at this column
    metre = (lane * s).clamp(min=1e-4)
    up = (scene.horizon + EYE * metre - y) / metre  # metres above the pavement
    depth = 1 / s.clamp(min=0.08)
    house = depth * dice.uniform(name + " pace", 1.25, 1.6) + dice.uniform(name + " shift", 0, 1)
    index, inside = torch.floor(house).clamp(0, 15), torch.frac(house)
    which = index.long()

    def lot(key: str) -> Tensor:
        """A number 0..1 for the house at each column, (B, 1, W)."""
        return dice.lattice(f"{name} {key}", 1, 16).gather(2, which)

    storeys = torch.floor(2 + 2.6 * lot("storeys") + dice.uniform(name + " rise", 0, 1.6))
    tall = storeys * STOREY + 1.0
    table = torch.tensor(_WALLS, device=x.device)
    choice = (lot("wall") * len(_WALLS)).long().clamp(max=len(_WALLS) - 1)
    wall = table[choice[:, 0]].movedim(2, 1).unsqueeze(2)  # (B, 3, 1, W)
    brick = torch.tensor(_BRICK, device=x.device)[choice]
    face = light.on(-side * 0.92, 0.0, 0.38)
    run = house * 9.0  # metres along the wall, roughly
    courses = joints(dice, name + " courses", run, up + 40, 1.1, 0.5, gap=0.3, depth=0.24, vary=0.08)
    near = sharpen(metre, 0.02, 0.05)
    tone = 1 + (courses - 1) * brick * near + 0.08 * (scene.coarse - 0.5) - 0.12 * sharpen(up, 2.0, 0.0)
    colour = wall * face * tone.unsqueeze(1)
    seam = torch.minimum(inside, 1 - inside)
    colour = colour * (1 - 0.4 * sharpen(seam, 0.02, 0.0)).unsqueeze(1)
    distance = torch.maximum((up - tall) * metre * 0.8, torch.maximum(-up * metre, 0.004 - (x - vanishing) * side))
    distance = torch.maximum(distance, (0.16 - s) * edge)
    material = torch.where(brick > 0, MATERIALS.index("brick"), MATERIALS.index("plaster")).to(torch.uint8)
    paint_as(canvas, canvas.cover(distance), colour.clamp(0, 1), "building", "wall", material)
    _openings(scene, name, side, distance, up, house, metre, face, lot)
    cornice = torch.maximum((up - tall + 0.28).abs() * metre - 0.32 * metre, distance)
    ledge = mix(rgb((0.90, 0.87, 0.80), s) * face, rgb((0.95, 0.97, 1.0), s), scene.winter)
    paint_as(canvas, canvas.cover(cornice), ledge.clamp(0, 1), "building", "roof", "stone")


def _openings(scene: Scene, name: str, side: float, distance: Tensor, up: Tensor, house: Tensor, metre: Tensor, face: Tensor, lot) -> None:  # type: ignore[no-untyped-def]
    """Windows on the upper floors; shop windows, doors and awnings at the street."""
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    inside = torch.frac(house)
    count = torch.floor(2 + 2 * lot("windows"))
    bay = torch.frac(inside * count) - 0.5
    row_, level = torch.floor(up / STOREY), torch.frac((up / STOREY).clamp(min=0))
    upper = (row_ >= 1).float()
    wide = metre * 9 / count  # image widths to a bay, before foreshortening
    pane = torch.maximum((bay.abs() - 0.24) * wide, ((level - 0.5).abs() - 0.27) * STOREY * metre)
    pane = torch.maximum(pane, distance + 0.3 * metre) + (1 - upper) * 9
    frame = rgb((0.94, 0.92, 0.87), upper) * face
    paint_as(canvas, canvas.cover(pane - 0.16 * metre), frame.clamp(0, 1), "building", "window", "wood")
    some = torch.frac(torch.sin(torch.floor(house * count) * 12.7 + row_ * 7.3 + dice.uniform(name + " lit", 0, 9)) * 437.6).abs()
    day = mix(rgb((0.15, 0.20, 0.28), upper), rgb((0.52, 0.64, 0.74), upper), level) * (0.45 + 0.55 * face)
    warm = (some > 0.45).float() * light.warm
    cross = sharpen((bay.abs() * wide - 0.05 * metre), 0.004, 0.0) * sharpen(metre, 0.02, 0.04)
    glass = mix(mix(day, rgb((1.0, 0.82, 0.46), upper), warm * 0.95), frame, cross * 0.6)
    paint_as(canvas, canvas.cover(pane), glass.clamp(0, 1), "building", "window", "glass")
    shop = (lot("shop") < 0.6).float()
    ground = 1 - upper
    centre = (torch.frac(inside * 2) - 0.5).abs()
    front = torch.maximum((centre - 0.36) * metre * 4.5, torch.maximum(up - 2.3, 0.5 - up) * metre)
    front = torch.maximum(front, distance) + (1 - ground * shop) * 9
    paint_as(canvas, canvas.cover(front - 0.14 * metre), (frame * 0.7).clamp(0, 1), "building", "window", "wood")
    goods = mix(rgb((0.24, 0.28, 0.34), upper), rgb((1.0, 0.84, 0.54), upper), 0.18 + 0.75 * light.warm)
    paint_as(canvas, canvas.cover(front), (goods * (0.8 + 0.3 * scene.fine).unsqueeze(1)).clamp(0, 1), "building", "window", "glass")
    entry = torch.maximum(((inside - 0.5).abs() - 0.075) * metre * 9, torch.maximum(up - 2.5, -up) * metre)
    entry = torch.maximum(entry, distance)
    door = dice.colour(name + " door", ((0.36, 0.22, 0.14), (0.20, 0.34, 0.30), (0.50, 0.18, 0.16))) * face
    paint_as(canvas, canvas.cover(entry), door.clamp(0, 1), "building", "door", "wood")
    awning = torch.maximum((centre - 0.42) * metre * 4.5, torch.maximum(up - 3.0, 2.35 - up) * metre)
    awning = torch.maximum(awning, distance) + (1 - ground * shop) * 9
    striped = sharpen(torch.sin(inside * 75.4), -0.2, 0.2)
    cloth = mix(dice.colour(name + " awning", _AWNINGS), rgb((0.95, 0.93, 0.87), upper), striped * 0.85)
    bright = light.on(-side * 0.5, 0.7, 0.4) * (0.85 + 0.25 * (up - 2.3).clamp(0, 1)).unsqueeze(1)
    paint_as(canvas, canvas.cover(awning), (cloth * bright).clamp(0, 1), "building", "awning", "fabric")
