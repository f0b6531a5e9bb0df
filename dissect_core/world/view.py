"""What the painters of a room share: its dice, canvas, plan, style and mottling."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.room import Room
from dissect_core.world.room_style import Style


@dataclass(frozen=True)
class View:
    """Everything common to the objects of one batch of rooms."""

    dice: Dice
    canvas: Canvas
    room: Room
    style: Style
    mottle: Tensor  # (B, H, W) one gentle cloudy field that all large surfaces share

    def within(self, left: Tensor | float, top: Tensor | float, right: Tensor | float, bottom: Tensor | float) -> View:
        """The same rooms seen through a window that holds these bounds, in the x and y of the room, in every scene."""
        inside = ((self.room.x > left) & (self.room.x < right)).any(0).flatten().nonzero()
        first, last = (int(inside.min()), int(inside.max())) if len(inside) else (0, 0)
        rows, columns = self.canvas.span(top, bottom, self.canvas.y), slice(max(first - 1, 0), last + 2)
        room, style = copy.copy(self.room), copy.copy(self.style)
        room.x, room.y = room.x[:, :, columns], room.y[:, rows]
        style.light = style.light[:, :, rows, columns]
        canvas = self.canvas.part_of(rows, columns)
        return replace(self, canvas=canvas, room=room, style=style, mottle=self.mottle[:, rows, columns])

    def around(
        self, x: tuple[Tensor | float, Tensor | float], planes: tuple[Tensor | float, Tensor | float],
        heights: tuple[Tensor | float, Tensor | float], margin: float = 0.08,
    ) -> View:  # fmt: skip
        """The window that holds a box in the room: x from left to right and heights from low to high in metres, between
        two planes, with a margin (image widths) for its shadow."""
        room = self.room
        (left, right), (far, near), (low, high) = x, planes, heights
        return self.within(
            torch.minimum(room.metres(left, far), room.metres(left, near)) - margin,
            torch.minimum(room.height(high, far), room.height(high, near)) - margin,
            torch.maximum(room.metres(right, far), room.metres(right, near)) + margin,
            torch.maximum(room.height(low, far), room.height(low, near)) + margin,
        )
