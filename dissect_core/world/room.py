"""A room: its camera, its walls, and what every room has or lacks: windows, curtains, a rug, a lamp.

The room is a box in one-point perspective.  Depth is the scale `s` of a plane parallel to the picture (1 = back wall,
larger = nearer), so a point of the back wall at screen offset d from the vanishing point lands at d * s.  Rooms are
planned for light from the left; half of the scenes are mirrored when they are finished.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice

EYE = 1.6  # height of the camera above the floor, metres


class Room:
    """Where everything is, as (B, 1, 1) tensors in screen units at the back wall unless said otherwise.

    The plan of each kind of room fills in what it has: presence is 1.0 or 0.0, and 0.0 to begin with.
    """

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        self.x, self.y = canvas.x.expand(dice.count, -1, -1), canvas.y  # (B, 1, W) and (1, H, 1)
        self.flip = dice.chance("flip", 0.5)
        self.vx, self.vy = dice.uniform("vx", 0.46, 0.54), dice.uniform("vy", 0.365, 0.395)
        self.ceiling, self.floor = dice.uniform("ceiling", 0.085, 0.12), dice.uniform("floor", 0.645, 0.675)
        self.metre = (self.floor - self.vy) / EYE  # on the back wall
        self.time = dice.choice("time", [0.47, 0.17, 0.17, 0.19])  # noon, soft morning, sunset, night
        self.evening = (self.time >= 2).float().view(-1, 1, 1)
        self.side = dice.chance("side wall", 0.6)  # whether the left wall is seen, with the corner at x = corner
        self.corner = torch.where(self.side > 0, dice.uniform("corner", 0.16, 0.21), -0.4)
        nothing = torch.zeros_like(self.vx)
        self.window, self.curtain, self.side_window = nothing, nothing, nothing
        self.window_x, self.window_half = nothing + 0.5, nothing + 0.12
        self.window_top = self.ceiling + dice.uniform("window top", 0.045, 0.06)
        self.window_bottom = self.height(dice.uniform("sill", 1.12, 1.2), 1.0)
        self.rug, self.rug_x, self.rug_half = nothing, nothing, nothing + 1.0  # metres from the camera axis
        self.rug_far, self.rug_near = nothing + 1.42, nothing + 1.98  # planes
        self.lamp, self.lamp_x = nothing, nothing  # a pendant; metres from the camera axis
        self.lit_floor = 1.25  # plane up to which furniture keeps the sun from the floor
        self.strip = nothing  # light under wall cabinets, broadcast to (B, H, W)
        self.pools: list[tuple[Tensor, Tensor, Tensor]] = []  # x, y and presence of standing lamps that shine at night

    def across(self, x: Tensor | float, s: Tensor | float) -> Tensor:
        """Screen x at plane s of what is at screen x on the back wall."""
        return self.vx + (x - self.vx) * s

    def height(self, metres: Tensor | float, s: Tensor | float) -> Tensor:
        """Screen y of a point so many metres above the floor at plane s."""
        return self.vy + (EYE - metres) * self.metre * s

    def metres(self, x: Tensor | float, s: Tensor | float) -> Tensor:
        """Screen x at plane s of what stands so many metres to the right of the camera axis."""
        return self.vx + x * self.metre * s

    def axis(self, x: Tensor | float) -> Tensor:
        """Metres to the right of the camera axis of what is at screen x on the back wall: the inverse of `metres`."""
        return (x - self.vx) / self.metre
