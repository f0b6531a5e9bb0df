"""The plan of a kitchen: layout in slots along the counter line, and what is present, drawn from the dice."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.room import Room

BASE, UPPER, TALL = 1.25, 1.13, 1.27  # planes of the base cabinets, of the upper cabinets and of the refrigerator


class Plan(Room):
    """Where everything stands, as (B, 1, 1) tensors in screen units at the back wall unless said otherwise."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        self.x = torch.where(self.flip > 0, 1 - canvas.x, canvas.x)  # mirrored from the first: its noises stay in place
        self._slots(dice)
        self._wall(dice)
        self._dining(dice)
        under = torch.exp(-(((self.y - 0.455) / 0.085) ** 2))
        self.strip = under * ((self.x > self.left - 0.03) & (self.x < self.right)).float() * self.uppers

    def _slots(self, dice: Dice) -> None:
        """The run of the counter: [gap] sink under the window, stove (or the other way round), [refrigerator]."""
        self.gap = dice.chance("gap", 0.45)
        corner = dice.uniform("corner", 0.16, 0.21) - 0.07 * self.gap
        self.corner = torch.where(self.side > 0, corner, -0.4)
        self.fridge = dice.chance("fridge", 0.52)
        start = torch.where(self.side > 0, self.corner, -0.12)
        self.left = torch.where(self.gap > 0, dice.uniform("gap width", 0.26, 0.29), start)
        self.right = torch.where(self.fridge > 0, dice.uniform("fridge left", 0.735, 0.755), 1.15)
        first, last = self.left.clamp(min=0.09), self.right.clamp(max=0.92)
        span = last - first
        swap = dice.chance("swap", 0.45)
        self.sink_x = first + span * torch.where(swap > 0, 0.70, 0.27)
        self.stove_x = first + span * torch.where(swap > 0, 0.22, 0.78)
        self.swap = swap
        self.stove_half = 0.082 + 0.02 * (span - 0.45)
        self.window_x = self.sink_x
        self.window_half = 0.102 + 0.11 * (span - 0.45) + dice.uniform("window width", -0.006, 0.008)
        self.stove, self.sink = dice.chance("stove", 0.66), dice.chance("sink", 0.75)
        self.hood = self.stove * dice.chance("hood", 0.82)

    def _wall(self, dice: Dice) -> None:
        """What hangs on the wall: the window bay, the stove bay, the gap, and the upper cabinets between them."""
        self.window = dice.chance("window", 0.62)
        self.curtain = self.window * dice.chance("curtain", 0.6)
        self.side_window = self.side * dice.chance("side window", 0.6)
        bare = (1 - self.window) * dice.chance("bare bay", 0.75)  # no window, no cabinet: a picture hangs there
        self.uppers = dice.chance("uppers", 0.85)
        self.window_bay_upper = (1 - self.window) * (1 - bare) * self.uppers
        open_stove = (1 - self.stove) * dice.chance("bare stove bay", 0.6)
        self.stove_bay_upper = (1 - self.hood) * (1 - open_stove) * self.uppers
        self.bare_bay, self.bare_stove_bay = bare, open_stove
        self.gap_picture = self.gap * dice.chance("gap picture", 0.6)
        self.gap_clock = (self.gap - self.gap_picture) * dice.chance("gap clock", 0.8)
        self.upper_top, self.upper_bottom = self.height(3.0, UPPER), self.height(1.72, UPPER)
        self.upper_top = torch.maximum(self.upper_top, self.ceiling + 0.015)

    def _dining(self, dice: Dice) -> None:
        """Table, chairs, rug, lamp, plant."""
        self.table = dice.chance("table", 0.6)
        self.round = dice.chance("round table", 0.35)
        self.table_x = dice.uniform("table x", -0.6, 0.5)  # metres from the axis of the camera
        self.table_half = torch.where(self.round > 0, 0.62, dice.uniform("table half", 0.68, 0.82))
        self.table_near, self.table_far = dice.uniform("table near", 1.98, 2.08), dice.uniform("table far", 1.55, 1.62)
        self.bowl_side = torch.where(dice.chance("bowl side", 0.5) > 0, 1.0, -1.0)  # the plant stands on the other
        self.rug, self.rug_half = dice.chance("rug", 0.42), dice.uniform("rug half", 0.95, 1.15)
        self.rug_x = torch.where(self.table > 0, self.table_x, dice.uniform("rug x", -0.5, 0.5))
        self.rug_far, self.rug_near = torch.where(self.table > 0, 1.5, 1.42), torch.where(self.table > 0, 2.16, 1.98)
        self.lamp_x = self.table_x
        self.lamp = dice.chance("lamp", torch.where(self.evening > 0, 0.85, 0.48))
        spot = dice.choice("plant place", [0.25, 0.4, 0.35]).view(-1, 1, 1)
        plant = dice.chance("plant", 0.62)
        on_floor = self.gap * (dice.uniform("floor plant") < 0.65).float()
        self.plant_floor = plant * on_floor
        self.plant_table = plant * (1 - on_floor) * self.table * (spot < 2).float()
        self.plant_counter = plant * (1 - on_floor) * (1 - self.plant_table)

    def plant_place(self, dice: Dice) -> tuple[Tensor, Tensor, Tensor]:
        """Where the foot of the plant is (x, y on the screen) and how high the plant is."""
        on_floor, on_table = self.plant_floor > 0, self.plant_table > 0
        floor_x = self.across((self.corner.clamp(min=0.0) + self.left) / 2, 1.16) - 0.012
        counter_x = self.across((self.sink_x + self.stove_x) / 2, 1.1)
        s = (self.table_near + self.table_far) / 2 - 0.02
        table_x = self.metres(self.table_x - self.bowl_side * 0.24, s)
        cx = torch.where(on_floor, floor_x, torch.where(on_table, table_x, counter_x))
        floor, counter, table = self.height(0.0, 1.2), self.height(0.88, 1.13), self.height(0.76, s)
        base = torch.where(on_floor, floor, torch.where(on_table, table, counter))
        small = torch.where(on_table, 0.19, 0.17) + dice.uniform("plant size", 0.0, 0.03)
        return cx, base, torch.where(on_floor, dice.uniform("floor plant size", 0.30, 0.36), small)
