"""Blocks: boxes that stand parallel to the back wall, of which most furniture is built."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dissect_core.world.room_tools import tint
from dissect_core.world.scene import paint_as
from dissect_core.world.shapes import Number, box, intersect, polygon, rounded_box, union
from dissect_core.world.view import View

LIT_TOP = 1.08  # brightness of faces: the light comes from the left and from above
LIT_FRONT = 0.92


@dataclass(frozen=True)
class Block:
    """A box between two planes: left and right in metres from the camera axis, low and high above the floor."""

    view: View
    left: Number
    right: Number
    far: Number
    near: Number
    low: Number
    high: Number

    @property
    def edges(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Screen left, top, right and bottom of the front."""
        room = self.view.room
        return (
            room.metres(self.left, self.near), room.height(self.high, self.near),
            room.metres(self.right, self.near), room.height(self.low, self.near),
        )  # fmt: skip

    def front(self, radius: float = 0.0) -> Tensor:
        """Signed distance of the front, its corners rounded by so many image widths."""
        x, y = self.view.room.x, self.view.room.y
        if radius:
            return rounded_box(x, y, *self.edges, radius)
        return box(x, y, *self.edges)

    def top(self) -> Tensor:
        """Signed distance of the upper face; nothing where it is above the eye or nearly level with it."""
        room, left, right = self.view.room, self.left, self.right
        far_y, near_y = room.height(self.high, self.far), room.height(self.high, self.near)
        face = polygon(room.x, room.y, [
            (room.metres(left, self.far), far_y), (room.metres(right, self.far), far_y),
            (room.metres(right, self.near), near_y), (room.metres(left, self.near), near_y),
        ])  # fmt: skip
        face = intersect(face, far_y - room.y, room.y - near_y)
        return torch.where(near_y > far_y + 0.003, face, 1.0)

    def flank(self) -> Tensor:
        """Signed distance of the side that is turned to the camera axis; nothing where both sides are hidden."""
        room, x, y = self.view.room, self.view.room.x, self.view.room.y
        near_left, top, near_right, bottom = self.edges
        far_left, far_right = room.metres(self.left, self.far), room.metres(self.right, self.far)
        far_top, far_bottom = room.height(self.high, self.far), room.height(self.low, self.far)
        on_left = polygon(x, y, [(far_left, far_top), (near_left, top), (near_left, bottom), (far_left, far_bottom)])
        on_left = intersect(on_left, far_left - x, x - near_left)
        on_right = polygon(
            x, y, [(near_right, top), (far_right, far_top), (far_right, far_bottom), (near_right, bottom)]
        )
        on_right = intersect(on_right, near_right - x, x - far_right)
        seen = torch.minimum(
            torch.where(near_left > far_left + 0.003, on_left, 1.0),
            torch.where(near_right < far_right - 0.003, on_right, 1.0),
        )
        return intersect(seen, torch.minimum(top, far_top) - y, y - torch.maximum(bottom, far_bottom))

    def flank_tone(self) -> Tensor:
        """Brightness of the flank: what turns to the left is lit, what turns to the right is in shade."""
        return torch.where(self.view.room.x < self.view.room.vx, 0.66, 0.86)

    def paint(
        self, colour: Tensor, object: str, part: str, material: str | Tensor, here: Tensor | float = 1.0,
        grain: Tensor | float = 1.0, radius: float = 0.0,
    ) -> None:  # fmt: skip
        """Paint all visible faces in one colour (B, 3, 1, 1) times the brightness field `grain`.

        part: "none" for no part; material: a name, or one label per scene.
        """
        canvas, room = self.view.canvas, self.view.room
        _, top, _, bottom = self.edges
        front, upper, flank = self.front(radius), self.top(), self.flank()
        down = ((room.y - top) / (bottom - top)).clamp(0, 1)
        tone = torch.lerp(self.flank_tone() + 0 * down, torch.full_like(flank, LIT_TOP), canvas.cover(upper))
        tone = torch.lerp(tone, LIT_FRONT + 0.04 - 0.12 * down + 0 * tone, canvas.cover(front))
        cover = canvas.cover(union(front, upper, flank), here)
        paint_as(canvas, cover, tint(colour, tone * grain), object, part, material)

    def seen(self, margin: float = 0.08) -> Block:
        """The same box in a window around it."""
        return replace(
            self, view=self.view.around((self.left, self.right), (self.far, self.near), (self.low, self.high), margin)
        )

    def shadow(self, here: Tensor | float = 1.0) -> None:
        """What the block throws on the floor: a dark rim, longer to the right."""
        room = self.view.room
        far_y, near_y = room.height(0.0, self.far), room.height(0.0, self.near)
        ground = polygon(room.x, room.y, [
            (room.metres(self.left, self.far) - 0.01, far_y), (room.metres(self.right, self.far) + 0.045, far_y),
            (room.metres(self.right, self.near) + 0.05, near_y + 0.012),
            (room.metres(self.left, self.near) - 0.008, near_y + 0.012),
        ])  # fmt: skip
        self.view.canvas.shade(self.view.canvas.soft(ground, 0.045, here), 0.62)
