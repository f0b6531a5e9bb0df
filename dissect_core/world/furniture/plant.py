"""Plants in pots, on the floor or on furniture."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.room_tools import bevel, rgb, tint
from dissect_core.world.shapes import box, ellipse, polygon, union
from dissect_core.world.texture import sharpen
from dissect_core.world.view import View


def _leaf(x: Tensor, y: Tensor, ax: Tensor, ay: Tensor, angle: Tensor, length: Tensor, width: Tensor) -> Tensor:
    """A leaf from (ax, ay) in a direction (0 = up, positive to the right)."""
    sin, cos = torch.sin(angle), torch.cos(angle)
    rx, ry = length / 2, width / 2
    along = ((x - ax) * sin / rx - 1) - (y - ay) * cos / rx
    across = (x - ax) * cos / ry + (y - ay) * sin / ry
    first, square = along * along, across * across
    square = square + first + 1e-9  # the square of the elliptic radius
    slope = first * (1 / rx**2 - 1 / ry**2) + square * (1 / ry**2)
    return (square - torch.sqrt(square)) * torch.rsqrt(slope)


class Plant:
    """Broad leaves, long blades or a bunch of flowers in a pot.

    A scene has one plant at most, so its shape is computed once and `paint` is called at each depth where it may stand.
    """

    def __init__(self, view: View, place: tuple[Tensor, Tensor, Tensor], name: str = "") -> None:
        """place: x and y of its foot on the screen, and its height; name: what its draws begin with."""
        cx, base, size = place
        view = view.within(cx - size * 0.85, base - size * 1.25, cx + size * 0.85, base + size * 0.15)
        dice, room, self.canvas = view.dice, view.room, view.canvas
        canvas, x, y = self.canvas, room.x, room.y
        kind = dice.choice(name + "plant kind", [0.45, 0.3, 0.25]).view(-1, 1, 1)
        pot_high, pot_half = size * 0.34, size * 0.19
        root = base - pot_high
        green = dice.colour(name + "plant green", [(0.27, 0.52, 0.24), (0.36, 0.58, 0.30), (0.22, 0.46, 0.32)], 0.03)
        blade = torch.where(kind == 1, 0.13, 0.27)
        lean = torch.where(kind == 1, 0.72, 1.0)
        self.layers: list[tuple[Tensor, Tensor]] = []  # coverage and colour of the leaves, back to front
        tips = []
        for layer, (count, tone, fan, reach) in enumerate(((5, 0.66, 1.35, 0.62), (4, 0.92, 1.0, 0.58),
                                                           (3, 1.22, 0.6, 0.46))):  # fmt: skip
            leaves = []
            for index in range(count):
                angle = (index / (count - 1) - 0.5) * 2 * fan * lean
                angle = angle + dice.uniform(f"{name}plant leaf {layer} {index}", -0.16, 0.16)
                length = size * reach * dice.uniform(f"{name}plant long {layer} {index}", 0.88, 1.1)
                leaves.append(_leaf(x, y, cx, root + 0.01, angle, length, size * blade))
                if layer == 0:
                    tips.append((cx + torch.sin(angle) * length * 0.92, root + 0.01 - torch.cos(angle) * length * 0.92))
            crown = union(*leaves)
            volume = 0.80 + 0.26 * bevel(crown, 0.022) - 0.5 * (x - cx)
            self.layers.append((canvas.cover(crown), tint(green, tone * volume)))
        petals = dice.colour(
            name + "petals", [(0.93, 0.36, 0.40), (0.98, 0.80, 0.28), (0.96, 0.94, 0.92), (0.72, 0.48, 0.80)]
        )
        flowering = (kind == 2).float()
        centres = union(*[ellipse(x, y, tx, ty, size * 0.105, size * 0.105) for tx, ty in tips])
        self.layers.append((canvas.cover(centres, flowering), petals))
        eyes = canvas.cover(centres + size * 0.065, flowering)
        self.layers.append((eyes, rgb(canvas, 0.85, 0.62, 0.2)))
        pot = polygon(x, y, [(cx - pot_half, root), (cx + pot_half, root), (cx + pot_half * 0.74, base),
                             (cx - pot_half * 0.74, base)])  # fmt: skip
        rim = box(x, y, cx - pot_half * 1.08, root - 0.002, cx + pot_half * 1.08, root + pot_high * 0.22)
        self.pot = canvas.cover(union(pot, rim))
        colour = dice.colour(name + "flowerpot", [(0.78, 0.42, 0.28), (0.93, 0.92, 0.88), (0.36, 0.52, 0.62)], 0.03)
        self.pot_colour = tint(colour, 1.10 - 0.42 * sharpen((x - cx) / pot_half, -0.7, 1.1))
        self.shadow = canvas.soft(ellipse(x, y, cx + size * 0.14, base, size * 0.3, size * 0.06), 0.03)

    def paint(self, here: Tensor) -> None:
        """Paint it in the scenes where `here` (B, 1, 1) is 1."""
        canvas = self.canvas
        canvas.shade(self.shadow * here, 0.66)
        for cover, colour in self.layers:
            canvas.paint(cover * here, colour, "plant", "leaves", "foliage")
        canvas.paint(self.pot * here, self.pot_colour, "plant", "flowerpot", "ceramic")
