"""Boats on the water: sailing boats, fishing boats and rowing boats, with their mirror image."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, rounded_box, union
from dissect_core.world.texture import sharpen

_HULLS: tuple[RGB, ...] = (
    (0.95, 0.95, 0.93), (0.16, 0.30, 0.52), (0.78, 0.22, 0.18), (0.22, 0.46, 0.44), (0.92, 0.76, 0.36),
    (0.26, 0.26, 0.30)
)  # fmt: skip
_SAILS: tuple[RGB, ...] = (
    (0.97, 0.96, 0.92),
    (0.97, 0.96, 0.92),
    (0.86, 0.40, 0.28),
    (0.94, 0.84, 0.60),
    (0.44, 0.62, 0.76),
)
_WOOD: tuple[RGB, ...] = ((0.60, 0.40, 0.24), (0.48, 0.31, 0.20), (0.72, 0.54, 0.34))


def _mirrored(boat: Figure, distance: Tensor, colour: Tensor, share: float) -> None:
    """A faint image of a shape in the water below; the labels stay those of the water."""
    cover = boat.scene.canvas.cover(distance * boat.scale, boat.present)
    boat.scene.canvas.paint((cover * share).clamp(max=0.49), colour.clamp(0, 1), None, None, "water")


def _hull(boat: Figure, colour: Tensor, length: float, bow: float, deck: float) -> Tensor:
    """A hull with a raking bow; `deck` is its height.  Returns its distance."""
    x, y = boat.x, boat.y
    sheer = -deck - 0.16 * bow * ((x / length).clamp(-1, 1) + 0.2).clamp(min=0) ** 2 * deck
    low = polygon(
        x, y, ((-length * 0.96, -3 * deck), (length * 1.06, -3 * deck), (length * 0.72, 0.0), (-length * 0.84, 0.0))
    )
    hull = intersect(low, sheer - y)
    up = (-y / deck).clamp(0, 1.2)
    face = boat.light.on((x / length).clamp(-1, 1) * 0.3, 0.1 + 0.25 * up, 0.8) * (0.72 + 0.3 * up).unsqueeze(1)
    boat.paint(hull, colour * face, "boat", "hull", "wood")
    strake = torch.maximum(hull, (y - sheer - deck * 0.16).abs() - deck * 0.09)
    trim = rgb((0.96, 0.93, 0.86), boat.scale) * (1 - (colour.mean(1, keepdim=True) > 0.8).float() * 0.62)
    boat.paint(strake, trim * face, "boat", "hull", "wood")
    boat.paint(torch.maximum(hull, -0.12 * deck - y), colour * face * 0.45, "boat", "hull", "wood")
    return hull


def _under(boat: Figure, colour: Tensor, length: float, deep: float) -> None:
    """Where the hull darkens and colours the water."""
    wave = 0.16 * torch.sin(boat.y * 14 + boat.x * 3)
    spot = ellipse(boat.x + wave, boat.y, 0.0, 0.0, length * 0.9, deep)
    _mirrored(boat, torch.maximum(spot, -boat.y), colour * 0.55 * boat.light.on(0, 0.3, 0.6), 0.48)


def sailing_boat(
    scene: Scene,
    name: str,
    spot: Spot,
    present: Tensor,
    facing: Tensor,
    sailing: float = 0.7,
) -> None:
    """A boat of about 6 metres with a mast of 7; its sails are up in this share of the scenes, else furled."""
    dice = scene.dice
    boat = place(scene, spot, present, (-3.4, -8.0, 3.6, 1.7), facing)
    if boat.absent:
        return
    x, y = boat.x, boat.y
    colour, cloth = dice.colour(name + "hull", _HULLS), dice.colour(name + "sail", _SAILS)
    up = dice.chance(name + "sailing", sailing)
    _under(boat, colour, 2.8, 0.85)
    wave = 0.14 * torch.sin(y * 10 + x * 2)
    below = polygon(x + wave, -y, ((-0.05, -1.5), (0.05, -1.5), (0.35, -0.4), (-1.7, -0.4)))
    _mirrored(boat, torch.maximum(below, -y), cloth * boat.light.on(0, 0.2, 0.8), 0.4)
    mast = capsule(x, y, 0.25, -0.8, 0.25, -7.4, 0.085)
    boat.paint(mast, rgb((0.74, 0.62, 0.46), spot.scale) * boat.light.on(0.2, 0, 0.8), "boat", "mast", "wood")
    bulge = 0.35 * torch.sin((-(y + 1.3) / 5.7).clamp(0, 1) * 3.1416)
    main = polygon(x + bulge * 0.4, y, ((0.02, -7.1), (0.12, -7.1), (0.12, -1.35), (-2.5, -1.35)))
    jib = polygon(x - bulge * 0.5, y, ((0.42, -6.5), (2.75, -1.15), (0.42, -1.3)))
    curve = boat.light.on(0.35 + 0.3 * (x / 2.5).clamp(-1, 1), 0.1, 0.75) * (1.03 - 0.1 * (x > 0.2).float()).unsqueeze(
        1
    )
    seams = 1 - 0.06 * (torch.frac(-y * 0.9) < 0.12).float()
    boat.paint(union(main, jib), cloth * curve * seams.unsqueeze(1), "boat", "sail", "fabric", up)
    furled = union(capsule(x, y, 0.2, -1.5, -2.4, -1.42, 0.2), capsule(x, y, 0.3, -6.6, 2.7, -1.0, 0.045))
    boat.paint(furled, cloth * 0.92 * boat.light.on(0, 0.5, 0.6), "boat", "sail", "fabric", 1 - up)
    cabin = rounded_box(x, y, -1.3, -1.2, 0.9, -0.6, 0.16)
    boat.paint(cabin, rgb((0.93, 0.92, 0.88), spot.scale) * boat.light.on(0, 0.3, 0.75), "boat", "cabin", "wood")
    pane = rounded_box(x, y, -0.95, -1.06, 0.5, -0.84, 0.08)
    boat.paint(pane, rgb((0.18, 0.24, 0.32), spot.scale), "boat", "window", "glass")
    _hull(boat, colour, 2.9, 1.0, 0.72)


def fishing_boat(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A cutter of 8 metres with a wheelhouse, a mast with its boom, and fenders of old tyres."""
    dice = scene.dice
    boat = place(scene, spot, present, (-4.4, -5.6, 4.6, 1.7), facing)
    if boat.absent:
        return
    x, y = boat.x, boat.y
    colour = dice.colour(name + "hull", _HULLS)
    _under(boat, colour, 3.9, 1.1)
    spars = union(
        capsule(x, y, 1.2, -1.0, 1.2, -4.9, 0.1), capsule(x, y, 1.2, -1.9, 3.4, -3.6, 0.075),
        capsule(x, y, 1.2, -4.7, 3.9, -1.3, 0.035), capsule(x, y, 1.2, -4.7, -3.6, -1.2, 0.035),
    )  # fmt: skip
    boat.paint(spars, rgb((0.56, 0.42, 0.28), spot.scale) * boat.light.on(0.2, 0, 0.8), "boat", "mast", "wood")
    house = union(rounded_box(x, y, -2.7, -3.0, -0.5, -0.9, 0.15), box(x, y, -2.9, -3.15, -0.2, -2.9))
    white = dice.colour(name + "house", ((0.95, 0.94, 0.90), (0.93, 0.88, 0.72), (0.80, 0.86, 0.88)))
    tone = 1.0 - 0.16 * sharpen(x, -1.2, -0.4)
    boat.paint(house, white * boat.light.on(0, 0.2, 0.8) * tone.unsqueeze(1), "boat", "cabin", "wood")
    panes = intersect((torch.remainder(x + 2.55, 0.68) - 0.34).abs() - 0.24, (y + 2.35).abs() - 0.3, house + 0.12)
    glow = mix(rgb((0.20, 0.27, 0.36), spot.scale), rgb((1.0, 0.82, 0.44), spot.scale), scene.light.warm)
    boat.paint(panes, glow, "boat", "window", "glass")
    _hull(boat, colour, 4.0, 2.4, 1.15)
    for at in (-2.2, -0.4, 1.4):
        ring = ellipse(x, y, at, -0.62, 0.26, 0.26).abs() - 0.09
        boat.paint(ring, rgb((0.13, 0.13, 0.14), spot.scale), "boat", "hull", "rubber")


def rowing_boat(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A wooden boat of 3.6 metres, seen a little from above so that its thwarts show."""
    boat = place(scene, spot, present, (-2.1, -1.2, 2.2, 1.0), facing)
    if boat.absent:
        return
    x, y = boat.x, boat.y
    wood = mix(
        scene.dice.colour(name + "wood", _WOOD), scene.dice.colour(name + "hull", _HULLS),
        scene.dice.chance(name + "painted", 0.5)
    )  # fmt: skip
    _under(boat, wood, 1.7, 0.6)
    side = intersect(
        polygon(x, y, ((-1.75, -0.62), (2.0, -0.70), (1.3, 0.0), (-1.45, 0.0))), -0.56 - 0.05 * x * x * 0.6 - y
    )
    rim = ellipse(x, y, 0.1, -0.58, 1.86, 0.2)
    up = (-y / 0.6).clamp(0, 1)
    planks = 1 - 0.18 * (torch.frac(-y * 6) < 0.2).float()
    boat.paint(
        side, wood * boat.light.on(0, 0.2, 0.8) * ((0.66 + 0.34 * up) * planks).unsqueeze(1), "boat", "hull", "wood"
    )
    boat.paint(rim, wood * 1.18 * boat.light.on(0, 0.7, 0.5), "boat", "hull", "wood")
    boat.paint(rim + 0.08, wood * 0.46 * boat.light.on(0, 0.4, 0.5), "boat", "hull", "wood")
    seats = torch.maximum(union((x + 0.8).abs(), (x - 0.15).abs(), (x - 1.05).abs()) - 0.15, rim + 0.06)
    boat.paint(seats, wood * 1.1 * boat.light.on(0, 0.7, 0.5), "boat", "hull", "wood")
    oar = capsule(x, y, -0.5, -0.85, 0.75, -0.05, 0.055)
    boat.paint(oar, rgb((0.80, 0.64, 0.42), spot.scale) * boat.light.on(0, 0.6, 0.6), "boat", "hull", "wood")
