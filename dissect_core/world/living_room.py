"""The living room: a sofa, or a fireplace or television to sit around, with books, lamps and pictures."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.hearth import fireplace, television
from dissect_core.world.furniture.lamps import floor_lamp, pendant, table_lamp
from dissect_core.world.furniture.office_things import books
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.seats import seat
from dissect_core.world.furniture.storage import bookshelf, cupboard
from dissect_core.world.furniture.table_and_chairs import coffee_table
from dissect_core.world.furniture.wall_things import clock, mirror, pictures
from dissect_core.world.room import Room
from dissect_core.world.room_shell import begin, finish, paint_rug, paint_sunlight, paint_walls
from dissect_core.world.view import View

SOFA, FIRE, SCREEN = 0, 1, 2  # what stands in the middle of the back wall
LEFT, MIDDLE, RIGHT = 0, 1, 2  # places along it


class Plan(Room):
    """What stands where along the back wall."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        self.main = dice.choice("main", [0.6, 0.22, 0.18]).view(-1, 1, 1)
        self.sofa, self.fire, self.screen = ((self.main == kind).float() for kind in (SOFA, FIRE, SCREEN))
        self.middle = dice.uniform("middle", -0.2, 0.35)  # metres
        self.left_x = self.axis(self.corner.clamp(min=0.0)) + dice.uniform("left slot", 0.55, 0.75)
        self.right_x = dice.uniform("right slot", 1.75, 2.05)
        place = dice.choice("window place", [0.3, 0.36, 0.34]).view(-1, 1, 1)
        place = torch.where((place == MIDDLE) & (self.main != SOFA), LEFT, place)
        self.window = dice.chance("window", 0.72)
        self.at_left, self.at_middle, self.at_right = (
            (place == slot).float() * self.window for slot in (LEFT, MIDDLE, RIGHT)
        )
        x = torch.where(place == LEFT, self.left_x, torch.where(place == MIDDLE, self.middle, self.right_x))
        self.window_x = self.metres(x, 1.0)
        self.window_half = dice.uniform("window half", 0.085, 0.11) + 0.05 * self.at_middle
        self.curtain = self.window * dice.chance("curtain", 0.7)
        self.side_window = self.side * dice.chance("side window", 0.5)
        self.rug, self.rug_x, self.rug_half = dice.chance("rug", 0.75), self.middle, dice.uniform("rug half", 1.1, 1.35)
        self.rug_far, self.rug_near = self.rug_far - 0.02, self.rug_near + 0.1
        self.lamp = dice.chance("lamp", torch.where(self.evening > 0, 0.45, 0.3))
        self.lamp_x = self.middle
        self.shelf = (1 - self.at_right) * dice.chance("bookshelf", 0.62)
        self.standing = dice.chance("floor lamp", torch.where(self.evening > 0, 0.75, 0.5))
        self.standing_x = self.middle - dice.uniform("floor lamp x", 1.15, 1.3)
        self.pools.append((self.metres(self.standing_x, 1.2), self.height(1.45, 1.2), self.standing))


def paint_living_room(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of living rooms on the canvas, labels included."""
    room = Plan(dice, canvas)
    view = begin(dice, canvas, room)
    style = view.style
    paint_walls(view)
    _on_the_wall(view, room)
    paint_rug(view)
    paint_sunlight(view)
    right = room.right_x + dice.uniform("shelf wide", 0.42, 0.52)
    tall = dice.uniform("shelf tall", 1.7, 2.25)
    bookshelf(view, "books", room.right_x - 0.5, right, tall, 5, room.shelf)
    chest = (1 - room.shelf) * dice.chance("chest", 0.6)
    cupboard(view, style.cabinet, room.right_x - 0.45, room.right_x + 0.45, 0.82, 2, 2, chest, 1.2)
    table_lamp(view, "chest lamp ", room.right_x + 0.1, 0.82, 1.12, chest * dice.chance("chest lamp", 0.6))
    _middle(view, room)
    floor_lamp(view, "floor lamp ", room.standing_x, 1.22, room.standing)
    spot = room.metres(room.left_x + 0.05, 1.2), room.height(0.0, 1.24), dice.uniform("plant size", 0.26, 0.34)
    Plant(view, spot).paint((1 - room.standing) * dice.chance("plant", 0.75))
    _foreground(view, room)
    pendant(view)
    finish(view)


def _on_the_wall(view: View, room: Plan) -> None:
    """Pictures, a clock or a mirror wherever no window is."""
    dice = view.dice
    free = 1 - room.at_middle
    pictures(view, [
        ("left", room.metres(room.left_x, 1.0), 0.062 + 0 * room.vx,
            (1 - room.at_left) * dice.chance("left picture", 0.55)),
        ("middle", room.metres(room.middle, 1.0), 0.1 + 0 * room.vx,
            free * room.sofa * dice.chance("middle picture", 0.8)),
        ("right", room.metres(room.right_x, 1.0), 0.065 + 0 * room.vx,
            (1 - room.at_right) * (1 - room.shelf) * dice.chance("right picture", 0.6)),
    ])  # fmt: skip
    here = (1 - room.at_left) * (1 - dice.chance("left picture", 0.55)) * dice.chance("clock", 0.6)
    clock(view, room.metres(room.left_x, 1.0), here)


def _middle(view: View, room: Plan) -> None:
    """The sofa, the fireplace or the television."""
    dice, style = view.dice, view.style
    seat(view, "sofa ", room.middle, 1.02, 1.06, room.sofa)
    fireplace(view, room.middle, room.fire)
    over = room.metres(room.middle, 1.08)
    glass = room.fire * dice.chance("mirror", 0.6)
    mirror(view, over, 0.3 + 0 * over, 0.075 + 0 * over, glass)
    pictures(view, [("mantel", over, 0.085 + 0 * over, room.fire - glass)])
    cupboard(view, style.cabinet, room.middle - 0.85, room.middle + 0.85, 0.5, 3, 0, room.screen, 1.22)
    television(view, room.middle, 0.56, 1.12, 0.66, room.screen)


def _foreground(view: View, room: Plan) -> None:
    """Armchairs and the low table with a book or a plant."""
    dice = view.dice
    turned = 1 - room.sofa
    right = room.middle + dice.uniform("armchair x", 1.3, 1.5)
    seat(view, "armchair ", right, 0.47, 1.42, dice.chance("armchair", 0.6), "armchair")
    left = room.middle - dice.uniform("second x", 1.2, 1.35)
    seat(view, "second ", left, 0.47, 1.4, dice.chance("second", 0.25 + 0.4 * turned), "armchair")
    table = dice.chance("coffee table", 0.8)
    coffee_table(view, room.middle, 0.58, 1.62, 1.86, table)
    books(view, "book ", room.middle - 0.24, 1.74, table * dice.chance("book", 0.55), 0.43)
    spot = room.metres(room.middle + 0.22, 1.75), room.height(0.42, 1.76), dice.uniform("small plant", 0.12, 0.15)
    Plant(view, spot, "table ").paint(table * dice.chance("table plant", 0.45))
