"""The office: desks with computers, shelves and filing cabinets."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.lamps import floor_lamp, pendant, table_lamp
from dissect_core.world.furniture.office_things import books, computer, desk, swivel_chair
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.seats import seat
from dissect_core.world.furniture.storage import bookshelf, cupboard
from dissect_core.world.furniture.table_and_chairs import chair_behind
from dissect_core.world.furniture.wall_things import clock, pictures
from dissect_core.world.room import Room
from dissect_core.world.room_shell import begin, finish, paint_rug, paint_sunlight, paint_walls
from dissect_core.world.room_tools import blend
from dissect_core.world.view import View


class Plan(Room):
    """What stands where along the back wall."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        self.left_x = self.axis(self.corner.clamp(min=0.0)) + dice.uniform("left slot", 0.55, 0.65)
        self.desk_x = dice.uniform("desk x", -0.1, 0.5)
        self.right_x = dice.uniform("right slot", 1.9, 2.15)
        place = dice.choice("window place", [0.3, 0.45, 0.25]).view(-1, 1, 1)
        self.window = dice.chance("window", 0.74)
        self.at_left, self.at_desk, self.at_right = ((place == slot).float() * self.window for slot in range(3))
        x = torch.where(place == 0, self.left_x, torch.where(place == 1, self.desk_x, self.right_x - 0.1))
        self.window_x = self.metres(x, 1.0)
        self.window_half = dice.uniform("window half", 0.085, 0.11) + 0.06 * self.at_desk
        self.curtain = self.window * dice.chance("curtain", 0.45)
        self.side_window = self.side * dice.chance("side window", 0.55)
        self.rug, self.rug_x = dice.chance("rug", 0.45), self.desk_x
        self.rug_half = dice.uniform("rug half", 1.1, 1.4)
        self.lamp = dice.chance("lamp", torch.where(self.evening > 0, 0.6, 0.4))
        self.lamp_x = self.desk_x
        self.free = dice.chance("free desk", 0.4)  # the desk stands in the room and not at the wall
        self.light = dice.chance("desk lamp", torch.where(self.evening > 0, 0.85, 0.55))
        s = torch.where(self.free > 0, 1.62, 1.2)
        self.pools.append((self.metres(self.desk_x - 0.55, s), self.height(1.1, s), self.light))


def paint_office(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of offices on the canvas, labels included."""
    room = Plan(dice, canvas)
    view = begin(dice, canvas, room)
    style = view.style
    paint_walls(view)
    empty = 1 - room.at_desk
    shelf_left = (1 - room.at_left) * dice.chance("left shelf", 0.4)
    shelf_right = (1 - room.at_right) * dice.chance("right shelf", 0.6)
    pictures(view, [
        ("left", room.metres(room.left_x, 1.0), 0.06 + 0 * room.vx,
            (1 - room.at_left) * (1 - shelf_left) * dice.chance("left picture", 0.4)),
        ("desk", room.metres(room.desk_x, 1.0), 0.1 + 0 * room.vx, empty * dice.chance("desk picture", 0.6)),
        ("right", room.metres(room.right_x - 0.1, 1.0), 0.06 + 0 * room.vx,
            (1 - room.at_right) * (1 - shelf_right) * dice.chance("right picture", 0.5)),
    ])  # fmt: skip
    here = (1 - room.at_left) * (1 - shelf_left) * (1 - dice.chance("left picture", 0.4)) * dice.chance("clock", 0.8)
    clock(view, room.metres(room.left_x, 1.0), here)
    paint_rug(view)
    paint_sunlight(view)
    tall = dice.uniform("shelf tall", 1.7, 2.3)
    bookshelf(view, "left books", room.left_x - 0.42, room.left_x + 0.4, tall, 5, shelf_left)
    bookshelf(view, "right books", room.right_x - 0.5, room.right_x + 0.5, tall, 5, shelf_right)
    files = blend(style.cabinet, style.machine * 0.92, dice.chance("metal files", 0.6))
    cupboard(
        view,
        files,
        room.right_x - 0.45,
        room.right_x + 0.4,
        dice.uniform("files tall", 0.9, 1.4),
        2,
        4,
        (1 - shelf_right) * dice.chance("files", 0.7),
    )
    _back(view, room, shelf_left)
    _work(view, room)
    pendant(view)
    finish(view)


def _back(view: View, room: Plan, shelf: Tensor) -> None:
    """Behind a free desk: a sofa or a low cupboard; in the corner a plant or a floor lamp."""
    dice, style = view.dice, view.style
    lot = dice.choice("behind", [0.35, 0.3, 0.35]).view(-1, 1, 1)
    seat(view, "sofa ", room.desk_x + 0.2, 0.85, 1.05, room.free * (lot == 1).float())
    low = room.free * (lot == 2).float()
    cupboard(view, style.cabinet, room.desk_x - 0.7, room.desk_x + 0.8, 0.8, 3, 0, low)
    books(view, "low ", room.desk_x + 0.4, 1.12, low * dice.chance("low books", 0.6), 0.81)
    corner = dice.choice("corner lot", [0.1, 0.62, 0.28]).view(-1, 1, 1)
    spot = room.metres(room.left_x - 0.05, 1.22), room.height(0.0, 1.26), dice.uniform("plant size", 0.24, 0.34)
    Plant(view, spot).paint((1 - shelf) * (corner == 1).float())
    floor_lamp(view, "floor lamp ", room.left_x + 0.1, 1.22, (1 - shelf) * (corner == 2).float())


def _work(view: View, room: Plan) -> None:
    """The desk at the wall, or in the room, with computer, lamp and books; the chair before or behind it."""
    dice = view.dice
    half = dice.uniform("desk half", 0.78, 0.95)
    for name, here, far, near, seat_s in (
        ("wall ", 1 - room.free, 1.04, 1.4, 1.66),
        ("free ", room.free, 1.48, 1.84, 1.42),
    ):
        middle = (far + near) / 2 - 0.04
        behind = here * room.free
        swivel = dice.chance("swivel chair", 0.8)
        swivel_chair(view, "chair ", room.desk_x + 0.1, seat_s, behind * swivel)
        chair_behind(view, room.desk_x + 0.1, seat_s, behind * (1 - swivel))
        desk(view, "desk ", room.desk_x, half, far, near, here)
        computer(view, "computer ", room.desk_x + 0.08, middle, here)
        second = half - 0.32
        computer(view, "second ", room.desk_x + second + 0.1, middle, here * dice.chance("second screen", 0.25))
        table_lamp(view, "desk lamp ", room.desk_x - half + 0.2, 0.75, middle, here * room.light)
        books(
            view,
            name,
            room.desk_x + second,
            middle + 0.08,
            here * (1 - dice.chance("second screen", 0.25)) * dice.chance("desk books", 0.6),
        )
        swivel_chair(view, "chair ", room.desk_x + 0.02, seat_s, (here - behind) * swivel)
        chair_behind(view, room.desk_x + 0.02, seat_s, (here - behind) * (1 - swivel))
