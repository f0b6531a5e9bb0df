"""Bridges over streams and ponds."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.figures import place
from dissect_core.world.scene import Scene, Spot, mix, pick_label, rgb
from dissect_core.world.shapes import ellipse, intersect
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints


def footbridge(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """An arched bridge of wood or stone from bank to bank, `half` wide to each side, seen from its side."""
    bridge = place(scene, spot, present, (-1.35, -0.95, 1.35, 0.2))
    if bridge.absent:
        return
    x, y = bridge.x, bridge.y
    dice = scene.dice
    stony = dice.chance(name + "stone", 0.5)
    wood = dice.colour(name + "wood", ((0.62, 0.36, 0.22), (0.74, 0.26, 0.20), (0.54, 0.42, 0.30)))
    stone = rgb((0.68, 0.65, 0.60), spot.scale) * joints(
        dice, name + "stones", x + 20, y + 20, 0.3, 0.14, gap=0.3, depth=0.3
    ).unsqueeze(1)
    colour = mix(wood + 0 * stone, stone, stony)
    stuff = pick_label(stony.view(-1).long(), ("wood", "stone"), MATERIALS)
    deck = -0.18 - 0.26 * torch.cos(x * 1.25).clamp(min=0)  # height of the way over it
    vault = ellipse(x, y, 0.0, 0.12, 0.82, 0.42)
    side = intersect(deck - y, y - 0.14, x.abs() - 1.22, -vault)
    light = bridge.light.on(-0.1, 0.1, 0.9)
    bridge.shade(ellipse(x, y, 0.0, 0.16, 1.1, 0.1), 0.6, 0.15)
    bridge.paint(side, colour * light, "bridge", "none", stuff)
    posts = intersect((torch.remainder(x + 1.3, 0.4) - 0.2).abs() - 0.035, deck - 0.3 - y, y - deck)
    rail = intersect((y - deck + 0.3).abs() - 0.045, x.abs() - 1.25)
    wall = intersect(deck - 0.2 - y, y - deck, x.abs() - 1.25) + (1 - stony) * 9
    bars = torch.minimum(posts, rail) + stony * 9
    bridge.paint(torch.minimum(bars, wall), colour * 1.06 * light, "bridge", "none", stuff)
    white = torch.maximum((y - deck + 0.27).abs() - 0.06, x.abs() - 1.25)
    bridge.paint(white, snow(scene) * bridge.light.on(0, 0.7, 0.5), "bridge", "none", "snow", scene.winter)
