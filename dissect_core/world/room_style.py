"""Styles and times of day of a room: one consistent palette and one light per scene."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.room import Room

Colour = tuple[float, float, float]

# white shaker, warm wood, dark modern, green country, blue, cream retro, rose, teal
CABINET: list[Colour] = [
    (0.93, 0.91, 0.87), (0.70, 0.45, 0.25), (0.24, 0.27, 0.31), (0.53, 0.64, 0.48),
    (0.27, 0.42, 0.60), (0.95, 0.83, 0.55), (0.82, 0.53, 0.46), (0.20, 0.50, 0.50),
]  # fmt: skip
WALL: list[Colour] = [
    (0.68, 0.79, 0.83), (0.93, 0.87, 0.72), (0.86, 0.84, 0.80), (0.95, 0.92, 0.82),
    (0.93, 0.90, 0.83), (0.70, 0.85, 0.79), (0.95, 0.89, 0.82), (0.95, 0.86, 0.74),
]  # fmt: skip
SPLASH: list[Colour] = [
    (0.93, 0.94, 0.93), (0.90, 0.82, 0.66), (0.74, 0.77, 0.78), (0.93, 0.92, 0.85),
    (0.80, 0.88, 0.93), (0.95, 0.94, 0.88), (0.93, 0.86, 0.80), (0.88, 0.93, 0.90),
]  # fmt: skip
COUNTER: list[Colour] = [
    (0.70, 0.47, 0.27), (0.50, 0.47, 0.45), (0.80, 0.60, 0.38), (0.68, 0.46, 0.27),
    (0.90, 0.89, 0.87), (0.62, 0.36, 0.28), (0.86, 0.84, 0.81), (0.74, 0.52, 0.31),
]  # fmt: skip
FLOOR: list[Colour] = [
    (0.74, 0.56, 0.38), (0.76, 0.47, 0.33), (0.72, 0.69, 0.65), (0.66, 0.47, 0.31),
    (0.86, 0.85, 0.82), (0.90, 0.87, 0.80), (0.70, 0.52, 0.38), (0.56, 0.39, 0.27),
]  # fmt: skip
CHECK: list[Colour] = [(0.36, 0.44, 0.52), (0.55, 0.30, 0.22), (0.30, 0.31, 0.33), (0.42, 0.50, 0.38),
                       (0.30, 0.40, 0.52), (0.62, 0.25, 0.22), (0.66, 0.40, 0.36), (0.22, 0.36, 0.36)]  # fmt: skip
TABLE: list[Colour] = [
    (0.78, 0.57, 0.36), (0.55, 0.33, 0.18), (0.80, 0.62, 0.42), (0.74, 0.52, 0.32),
    (0.82, 0.64, 0.44), (0.93, 0.92, 0.88), (0.66, 0.44, 0.28), (0.62, 0.42, 0.27),
]  # fmt: skip
CHAIR: list[Colour] = [
    (0.30, 0.42, 0.52), (0.50, 0.29, 0.16), (0.90, 0.66, 0.20), (0.93, 0.90, 0.82),
    (0.93, 0.92, 0.89), (0.78, 0.28, 0.24), (0.45, 0.28, 0.20), (0.88, 0.48, 0.30),
]  # fmt: skip
ACCENT: list[Colour] = [
    (0.78, 0.26, 0.22), (0.34, 0.48, 0.32), (0.92, 0.62, 0.16), (0.86, 0.50, 0.34),
    (0.94, 0.74, 0.30), (0.80, 0.30, 0.28), (0.36, 0.50, 0.52), (0.93, 0.62, 0.38),
]  # fmt: skip
# a share of each style: shaker doors (else flat), wooden counter (else stone)
SHAKER = [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]
WOODEN_COUNTER = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0]
WOODEN_DOORS = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
# floor kinds by style: 0 planks, 1 tiles, 2 chequered
FLOOR_KIND = [0.0, 1.0, 1.0, 0.0, 2.0, 2.0, 0.0, 0.0]

# times of day: clear noon, soft morning, sunset, night
AMBIENT: list[Colour] = [(0.96, 0.96, 0.97), (1.00, 0.96, 0.90), (0.88, 0.76, 0.68), (0.52, 0.49, 0.55)]
SKY_TOP: list[Colour] = [(0.33, 0.60, 0.94), (0.70, 0.82, 0.92), (0.42, 0.42, 0.68), (0.05, 0.08, 0.20)]
SKY_LOW: list[Colour] = [(0.76, 0.89, 0.98), (0.96, 0.95, 0.88), (1.00, 0.66, 0.38), (0.16, 0.22, 0.42)]
FAR: list[Colour] = [(0.45, 0.66, 0.48), (0.62, 0.75, 0.62), (0.52, 0.36, 0.40), (0.07, 0.12, 0.20)]
NEAR: list[Colour] = [(0.25, 0.52, 0.20), (0.38, 0.58, 0.30), (0.26, 0.26, 0.20), (0.03, 0.07, 0.10)]
BEAM: list[Colour] = [(0.16, 0.15, 0.12), (0.13, 0.12, 0.10), (0.34, 0.17, 0.04), (0.00, 0.01, 0.05)]
SUN = [1.0, 0.35, 1.0, 0.0]
LAMP_ON = [0.0, 0.0, 1.0, 1.0]
BULB = [0.0, 0.0, 0.26, 0.62]


class Style:
    """The palette (each (B, 3, 1, 1)) and the light of each scene."""

    def __init__(self, dice: Dice, canvas: Canvas, room: Room) -> None:
        self.kind = dice.choice("style", [1.2, 1.0, 0.9, 1.0, 1.0, 0.8, 0.8, 0.9])
        self.time = room.time
        self.cabinet, self.wall = self._pick(dice, "cabinet", CABINET), self._pick(dice, "wall", WALL)
        self.splash, self.counter = self._pick(dice, "splash", SPLASH), self._pick(dice, "counter", COUNTER)
        self.floor, self.check = self._pick(dice, "floor", FLOOR), self._pick(dice, "check", CHECK)
        self.table, self.chair = self._pick(dice, "table", TABLE), self._pick(dice, "chair", CHAIR)
        self.accent = self._pick(dice, "accent", ACCENT)
        self.shaker, self.wooden_counter = self._number(SHAKER, self.kind), self._number(WOODEN_COUNTER, self.kind)
        self.wooden_doors, self.floor_kind = self._number(WOODEN_DOORS, self.kind), self._number(FLOOR_KIND, self.kind)
        self.white = dice.colour("white", [(0.95, 0.94, 0.91)], 0.02)
        self.metal = dice.colour("metal", [(0.74, 0.76, 0.78), (0.72, 0.60, 0.38), (0.30, 0.31, 0.33)], 0.02)
        self.machine = dice.colour("machine", [(0.93, 0.93, 0.92), (0.70, 0.73, 0.76), (0.70, 0.73, 0.76)], 0.02)
        self.sky_top, self.sky_low = self._pick(dice, "sky top", SKY_TOP, True), self._pick(dice, "sky", SKY_LOW, True)
        self.far, self.near = self._pick(dice, "far", FAR, True), self._pick(dice, "near", NEAR, True)
        self.sun, self.lamp_on = self._number(SUN, self.time), self._number(LAMP_ON, self.time)
        self.night = (self.time == 3).float().view(-1, 1, 1)
        self.light = self._light(canvas, room)

    def _pick(self, dice: Dice, name: str, table: list[Colour], by_time: bool = False) -> Tensor:
        index = self.time if by_time else self.kind
        wobble = dice.colour("wobble " + name, [(0.5, 0.5, 0.5)], 0.02) - 0.5
        return (torch.tensor(table, device=dice.device)[index].view(-1, 3, 1, 1) + wobble).clamp(0.01, 1)

    def _number(self, table: list[float], index: Tensor) -> Tensor:
        return torch.tensor(table, device=index.device)[index].view(-1, 1, 1)

    def _light(self, canvas: Canvas, room: Room) -> Tensor:
        """What the whole picture is multiplied by at the end, (B, 3, H, W): ambient, window light and lamps."""
        x, y = room.x, room.y
        ambient, beam = (torch.tensor(t, device=x.device)[self.time].view(-1, 3, 1, 1) for t in (AMBIENT, BEAM))
        bulb = self._number(BULB, self.time)
        fall = 1.07 - 0.20 * x * (1 - 0.7 * self.night) - 0.30 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
        wx = room.window_x * room.window + 0.05 * (1 - room.window)
        day = torch.exp(-(((x - wx) / 0.36) ** 2) - ((y - 0.42) / 0.34) ** 2) * (
            room.window + (1 - room.window) * room.side_window
        )
        lx = room.metres(room.lamp_x, 1.8) * room.lamp + 0.5 * (1 - room.lamp)
        pool = torch.exp(-(((x - lx) / 0.42) ** 2) - ((y - 0.44) / 0.38) ** 2)
        for at_x, at_y, here in room.pools:
            pool = pool + 0.9 * here * torch.exp(-(((x - at_x) / 0.2) ** 2) - ((y - at_y) / 0.2) ** 2)
        warm = torch.tensor((1.0, 0.80, 0.52), device=x.device).view(1, 3, 1, 1)
        strip = 0.20 * self.night * room.strip
        light = ambient * fall.unsqueeze(1) + beam * day.unsqueeze(1) + warm * (bulb * pool + strip).unsqueeze(1)
        return light.clamp(0.2, 1.5)

    def glowing(self, colour: Tensor) -> Tensor:
        """The colour to paint so that it still is this colour after the light has been multiplied in."""
        return colour / self.light
