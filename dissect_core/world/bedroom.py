"""The bedroom: a bed between its tables, a wardrobe or a chest, a window."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.bed import bed
from dissect_core.world.furniture.hearth import television
from dissect_core.world.furniture.lamps import pendant, table_lamp
from dissect_core.world.furniture.office_things import books, computer, desk
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.seats import seat
from dissect_core.world.furniture.storage import bookshelf, cupboard
from dissect_core.world.furniture.table_and_chairs import chair_behind
from dissect_core.world.furniture.wall_things import clock, mirror, pictures
from dissect_core.world.room import Room
from dissect_core.world.room_shell import begin, finish, paint_rug, paint_sunlight, paint_walls
from dissect_core.world.view import View


class Plan(Room):
    """What stands where along the back wall."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        self.half = dice.uniform("bed half", 0.62, 0.86)  # metres
        self.bed_x = dice.uniform("bed x", -0.42, 0.3) + 0.1 * self.side
        self.left_x = self.axis(self.corner.clamp(min=0.0)) + dice.uniform("left slot", 0.5, 0.62)
        self.right_x = dice.uniform("right slot", 1.85, 2.1)
        place = dice.choice("window place", [0.2, 0.35, 0.45]).view(-1, 1, 1)  # over the bed, left, right
        self.window = dice.chance("window", 0.74)
        self.at_bed, self.at_left, self.at_right = ((place == slot).float() * self.window for slot in range(3))
        x = torch.where(place == 0, self.bed_x, torch.where(place == 1, self.left_x - 0.05, self.right_x - 0.1))
        self.window_x = self.metres(x, 1.0)
        self.window_half = dice.uniform("window half", 0.085, 0.105) + 0.045 * self.at_bed
        self.window_bottom = self.window_bottom - 0.035 * self.at_bed
        self.curtain = self.window * dice.chance("curtain", 0.78)
        self.side_window = self.side * dice.chance("side window", 0.5)
        self.rug, self.rug_half = dice.chance("rug", 0.68), dice.uniform("rug half", 1.25, 1.5)
        self.rug_x, self.rug_far, self.rug_near = self.bed_x, self.rug_far - 0.05, self.rug_near - 0.02
        self.lamp = dice.chance("lamp", torch.where(self.evening > 0, 0.3, 0.35))
        self.lamp_x = self.bed_x
        self.night_left, self.night_right = dice.chance("night left", 0.75), dice.chance("night right", 0.85)
        self.lamp_left = self.night_left * dice.chance("left lamp", torch.where(self.evening > 0, 0.9, 0.7))
        self.lamp_right = self.night_right * dice.chance("right lamp", torch.where(self.evening > 0, 0.9, 0.7))
        for side, here in ((-1.0, self.lamp_left), (1.0, self.lamp_right)):
            self.pools.append((self.metres(self.bed_x + side * (self.half + 0.38), 1.1), self.height(0.95, 1.1), here))


def paint_bedroom(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of bedrooms on the canvas, labels included."""
    room = Plan(dice, canvas)
    view = begin(dice, canvas, room)
    style = view.style
    paint_walls(view)
    large = (1 - room.at_bed) * dice.chance("bed picture", 0.75)
    pictures(view, [
        ("left", room.metres(room.left_x, 1.0), 0.06 + 0 * room.vx,
            (1 - room.at_left) * dice.chance("left picture", 0.4)),
        ("bed", room.metres(room.bed_x, 1.0), 0.092 + 0 * room.vx, large),
    ])  # fmt: skip
    clock(view, room.metres(room.bed_x, 1.0), (1 - room.at_bed) * (1 - large) * dice.chance("clock", 0.4))
    bare = (1 - room.at_left) * (1 - dice.chance("left picture", 0.4)) * dice.chance("left mirror", 0.4)
    level = room.height(1.62, 1.0)
    mirror(view, room.metres(room.left_x, 1.0), level, 0.06 + 0 * level, bare)
    paint_rug(view)
    paint_sunlight(view)
    _right(view, room)
    for name, side, here, lit in (
        ("left ", -1.0, room.night_left, room.lamp_left),
        ("right ", 1.0, room.night_right, room.lamp_right),
    ):
        at = room.bed_x + side * (room.half + 0.38)
        cupboard(view, style.table * 0.96, at - 0.25, at + 0.25, 0.52, 1, 2, here, 1.17)
        table_lamp(view, name, at - side * 0.02, 0.52, 1.09, lit)
        books(view, name, at, 1.12, here * (1 - lit) * dice.chance(name + "books", 0.6), 0.53)
    bed(view, room.bed_x, room.half)
    _front(view, room)
    pendant(view)
    finish(view)


def _right(view: View, room: Plan) -> None:
    """At the end of the wall: a wardrobe, a chest with a mirror or a television, a bookshelf or a desk."""
    dice, style = view.dice, view.style
    low = room.at_right  # nothing tall before the window
    lot = dice.choice("right lot", [0.28, 0.32, 0.14, 0.26]).view(-1, 1, 1)
    lot = torch.where((low > 0) & ((lot == 0) | (lot == 2)), 1, lot)
    wardrobe, chest, shelf, table = ((lot == kind).float() for kind in range(4))
    x = room.right_x
    painted = torch.where(dice.uniform("wardrobe colour").unsqueeze(1) < 0.5, style.cabinet, style.table * 1.02)
    cupboard(view, painted, x - 0.5, x + 0.6, dice.uniform("wardrobe tall", 1.95, 2.25), 2, 0, wardrobe, 1.3)
    cupboard(view, painted, x - 0.45, x + 0.55, 0.86, 2, 3, chest, 1.2)
    bookshelf(view, "shelf", x - 0.4, x + 0.5, dice.uniform("shelf tall", 1.5, 2.0), 5, shelf)
    over = dice.choice("over", [0.45, 0.4, 0.15]).view(-1, 1, 1)
    at = room.metres(x + 0.05, 1.0)
    mirror(view, at, room.height(1.62, 1.0), 0.058 + 0 * at, chest * (1 - low) * (over == 0).float())
    television(view, x + 0.05, 0.9, 1.1, 0.42, chest * (over == 1).float() * (1 - low))
    desk(view, "desk ", x, 0.6 + 0 * x, 1.02, 1.3, table)
    computer(view, "computer ", x + 0.1, 1.12, table * dice.chance("computer", 0.6))
    chair_behind(view, x - 0.05, 1.5, table * dice.chance("desk chair", 0.7))


def _front(view: View, room: Plan) -> None:
    """A plant in the corner, an armchair or a bench at the foot of the bed."""
    dice = view.dice
    spot = room.metres(room.left_x - 0.1, 1.25), room.height(0.0, 1.28), dice.uniform("plant size", 0.22, 0.3)
    Plant(view, spot).paint((1 - room.night_left) * dice.chance("plant", 0.8))
    x = room.bed_x + room.half + dice.uniform("chair x", 0.55, 0.7)
    seat(view, "armchair ", x, 0.42, 1.5, dice.chance("armchair", 0.28), "armchair")
    pot = (
        room.metres(room.bed_x - room.half - 0.75, 1.55),
        room.height(0.0, 1.6),
        dice.uniform("near plant", 0.24, 0.32),
    )
    Plant(view, pot, "near ").paint(dice.chance("near plant", 0.4))
