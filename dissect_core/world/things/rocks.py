"""Rocks and boulders, snow-capped in winter."""

from __future__ import annotations

from torch import Tensor

from dissect_core.world.figures import cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix
from dissect_core.world.shapes import ellipse, intersect, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

GREY: tuple[RGB, ...] = ((0.56, 0.56, 0.58), (0.48, 0.48, 0.50), (0.62, 0.58, 0.54))
RED: tuple[RGB, ...] = ((0.74, 0.46, 0.32), (0.66, 0.40, 0.30), (0.78, 0.56, 0.40))


def rock(scene: Scene, name: str, spot: Spot, present: Tensor, colours: tuple[RGB, ...] = GREY) -> None:
    """A boulder `half` wide to each side: a lit top, a bright and a dark face."""
    dice = scene.dice
    cast(scene, spot, 1.0, 0.9, 0.2, present)
    boulder = place(scene, spot, present, (-1.25, -1.3, 1.25, 0.2), 1 - 2 * dice.chance(name + "way", 0.5))
    if boulder.absent:
        return
    x = boulder.x + (boulder.scene.fine - 0.5) * 0.3
    y = boulder.y + (boulder.scene.other - 0.5) * 0.25
    tall = dice.uniform(name + "tall", 0.7, 1.1)
    y = y / tall
    shape = union(
        polygon(x, y, ((-0.5, -0.86), (0.14, -1.0), (0.98, -0.34), (1.0, 0.1), (-1.0, 0.1), (-0.94, -0.4))),
        ellipse(x, y, 0.46, -0.2, 0.62, 0.36),
    )
    shape = intersect(shape, boulder.y - 0.06)
    edge = x - 0.12 + 0.35 * y  # the dark face begins here
    top = sharpen(-y - 0.62 - 0.3 * x.abs(), -0.1, 0.14)
    right = mix(-0.55 + 0 * x, 0.8 + 0 * x, sharpen(edge, -0.08, 0.08))
    face = boulder.light.on(right * (1 - 0.6 * top), 0.15 + 0.6 * top, 0.5)
    colour = dice.colour(name + "rock", colours) * face * (0.94 + 0.4 * (boulder.scene.fine - 0.5)).unsqueeze(1)
    white = sharpen(-y + 0.9 * (boulder.scene.other - 0.5), 0.45, 0.62) * boulder.scene.winter
    colour = mix(colour, snow(boulder.scene) * boulder.light.on(0, 0.8, 0.4), white)
    boulder.paint(shape, colour, "rock", "none", "stone")
