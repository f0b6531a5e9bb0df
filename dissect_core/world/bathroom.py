"""The bathroom: bath, toilet and wash basin along a tiled wall, with mirror and towels."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.concepts import OBJECTS
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.bathroom_things import bath, hung_towel, shower_curtain, toilet, washstand
from dissect_core.world.furniture.lamps import pendant
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.storage import cupboard
from dissect_core.world.furniture.table_and_chairs import chair_behind
from dissect_core.world.furniture.wall_things import mirror, pictures
from dissect_core.world.room import Room
from dissect_core.world.room_shell import begin, finish, paint_rug, paint_sunlight, paint_walls
from dissect_core.world.room_tools import tint
from dissect_core.world.shapes import intersect
from dissect_core.world.texture import joints, sharpen
from dissect_core.world.view import View

_WALL = OBJECTS.index("wall")


class Plan(Room):
    """What stands where along the back wall: the bath at one end, wash basin and toilet at the other."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        start = self.axis(self.corner.clamp(min=0.02))
        self.bath = dice.chance("bath", 0.86)
        left_bath = dice.chance("bath left", 0.5)
        self.bath_left = torch.where(left_bath > 0, start + 0.12, dice.uniform("bath from", 0.55, 0.7))
        self.bath_right = self.bath_left + dice.uniform("bath long", 1.65, 1.8)
        first = torch.where(left_bath > 0, self.bath_right + 0.42, start + 0.55)
        second = first + dice.uniform("apart", 0.92, 1.02)
        swap = dice.chance("swap", 0.5)
        self.toilet_x, self.wash_x = torch.where(swap > 0, first, second), torch.where(swap > 0, second, first)
        self.toilet = torch.maximum(dice.chance("toilet", 0.86), 1 - self.bath)
        self.window = dice.chance("window", 0.62)
        at_bath = dice.chance("window at bath", 0.6)
        middle = (self.bath_left + self.bath_right) / 2
        self.at_bath, self.at_toilet = self.window * at_bath, self.window * (1 - at_bath)
        self.window_x = self.metres(torch.where(at_bath > 0, middle, self.toilet_x), 1.0)
        self.window_half = dice.uniform("window half", 0.062, 0.078) + 0.03 * self.at_bath
        self.window_bottom = self.height(1.3, 1.0)
        self.curtain = self.window * dice.chance("curtain", 0.35)
        self.side_window = self.side * dice.chance("side window", 0.35)
        self.rug, self.rug_half = dice.chance("rug", 0.62), dice.uniform("rug half", 0.55, 0.8)
        self.rug_x, self.rug_far, self.rug_near = (
            dice.uniform("rug x", -0.4, 0.5),
            self.rug_far + 0.12,
            self.rug_near - 0.1,
        )
        self.lamp, self.lamp_x = (
            dice.chance("lamp", torch.where(self.evening > 0, 0.85, 0.45)),
            dice.uniform("lamp x", -0.2, 0.3),
        )


def paint_bathroom(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of bathrooms on the canvas, labels included."""
    room = Plan(dice, canvas)
    view = begin(dice, canvas, room)
    style = view.style
    paint_walls(view)
    _tiles(view)
    middle = (room.bath_left + room.bath_right) / 2
    free = dice.chance("toilet picture", 0.45) * (1 - room.at_toilet)
    pictures(view, [
        ("toilet", room.metres(room.toilet_x, 1.0), 0.052 + 0 * room.vx, free),
        ("bath", room.metres(middle, 1.0), 0.07 + 0 * room.vx, (1 - room.at_bath) * dice.chance("bath picture", 0.4)),
    ])  # fmt: skip
    over = room.metres(room.wash_x, 1.0)
    mirror(view, over, room.height(1.66, 1.0), dice.uniform("mirror half", 0.06, 0.078), dice.chance("mirror", 0.92))
    for name, x, chance in (
        ("first ", room.bath_left + 0.3, 0.4 * (1 - room.at_bath)),
        ("second ", (room.toilet_x + room.wash_x) / 2, 0.55),
    ):
        hung_towel(view, name, x, 1.42, dice.chance(name + "towel", chance))
    paint_rug(view)
    paint_sunlight(view)
    tall = (1 - room.bath) * dice.chance("tall cupboard", 0.7)
    cupboard(view, style.cabinet, middle - 0.4, middle + 0.4, dice.uniform("cupboard tall", 1.2, 2.0), 2, 0, tall)
    toilet(view, room.toilet_x, room.toilet)
    washstand(view, room.wash_x, 0.42, torch.ones_like(room.vx))
    bath(view, room.bath_left, room.bath_right, room.bath)
    shower = room.bath * dice.chance("shower curtain", 0.4)
    shower_curtain(view, room.bath_left + 0.02, room.bath_left + dice.uniform("drawn", 0.4, 0.65), shower)
    spot = (
        room.metres(dice.uniform("plant x", -1.5, -1.2), 1.5),
        room.height(0.0, 1.52),
        dice.uniform("plant size", 0.2, 0.3),
    )
    Plant(view, spot).paint(dice.chance("plant", 0.52))
    stool = dice.uniform("chair x", 0.5, 1.1)
    chair_behind(view, stool, 1.75, dice.chance("chair", 0.16))
    pendant(view)
    finish(view)


def _tiles(view: View) -> None:
    """Tiles on the back wall, to breast height or up to the ceiling, with a border; what hangs there comes later."""
    dice, canvas, style = view.dice, view.canvas, view.style
    room = view.room
    x, y = room.x, room.y
    full = dice.chance("tiled to the ceiling", 0.35)
    top = torch.where(full > 0, room.ceiling + 0.012, room.height(1.28, 1.0))
    wall = intersect(room.corner - x, top - y, y - room.floor)
    keep = (canvas.object == _WALL).float()
    wide = torch.where(dice.chance("square tiles", 0.5) > 0, 0.042, 0.07)
    blocks = joints(
        dice, "tiles", x - room.corner, room.floor - y, wide, 0.042, gap=0.16, depth=0.18, vary=0.05, stagger=0.0
    )
    checked = dice.chance("checked tiles", 0.25)
    odd = torch.remainder(torch.floor((x - room.corner) / wide) + torch.floor((room.floor - y) / 0.042), 2) * checked
    colour: Tensor = style.splash * (1 - 0.16 * odd).unsqueeze(1)
    canvas.paint(canvas.cover(wall) * keep, colour * blocks.unsqueeze(1), "wall", None, "tile")
    band = intersect(wall, (y - top - 0.014).abs() - 0.012)
    canvas.paint(
        canvas.cover(band) * keep * (1 - full),
        tint(style.accent, 0.95 + 0.1 * sharpen(torch.sin(x * 150), -0.2, 0.2)),
        "wall",
        None,
        "tile",
    )
