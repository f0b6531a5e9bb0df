"""The dining room: a large table with its chairs under a lamp, a sideboard, pictures."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.dishes import bowl_or_cup, settings
from dissect_core.world.furniture.hearth import fireplace
from dissect_core.world.furniture.lamps import pendant, table_lamp
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.storage import bookshelf, cupboard
from dissect_core.world.furniture.table_and_chairs import Table, chair_behind, chair_beside, paint_table, table_shadow
from dissect_core.world.furniture.wall_things import clock, mirror, pictures
from dissect_core.world.room import Room
from dissect_core.world.room_shell import begin, finish, paint_rug, paint_sunlight, paint_walls
from dissect_core.world.view import View


class Plan(Room):
    """What stands where."""

    def __init__(self, dice: Dice, canvas: Canvas) -> None:
        super().__init__(dice, canvas)
        x = dice.uniform("table x", -0.3, 0.3)
        round_ = dice.chance("round table", 0.3)
        half = torch.where(round_ > 0, dice.uniform("round half", 0.78, 0.88), dice.uniform("table half", 0.92, 1.18))
        self.table = Table(
            torch.ones_like(x),
            round_,
            x,
            half,
            dice.uniform("table far", 1.48, 1.56),
            dice.uniform("table near", 1.98, 2.1),
        )
        self.left_x = self.axis(self.corner.clamp(min=0.0)) + dice.uniform("left slot", 0.6, 0.75)
        self.middle, self.right_x = dice.uniform("middle", 0.1, 0.4), dice.uniform("right slot", 1.85, 2.1)
        place = dice.choice("window place", [0.35, 0.3, 0.35]).view(-1, 1, 1)
        self.window = dice.chance("window", 0.72)
        self.at_left, self.at_middle, self.at_right = ((place == slot).float() * self.window for slot in range(3))
        at = torch.where(place == 0, self.left_x, torch.where(place == 1, self.middle, self.right_x - 0.1))
        self.window_x = self.metres(at, 1.0)
        self.window_half = dice.uniform("window half", 0.085, 0.11) + 0.05 * self.at_middle
        self.curtain = self.window * dice.chance("curtain", 0.7)
        self.side_window = self.side * dice.chance("side window", 0.5)
        self.rug, self.rug_x, self.rug_half = dice.chance("rug", 0.6), x, half + dice.uniform("rug half", 0.3, 0.45)
        self.rug_far, self.rug_near = self.rug_far + 0.03, self.rug_near + 0.2
        self.lamp, self.lamp_x = dice.chance("lamp", torch.where(self.evening > 0, 0.95, 0.8)), x
        self.board = dice.choice("sideboard", [0.22, 0.48, 0.3]).view(-1, 1, 1)  # none, sideboard, fireplace
        self.fire = (self.board == 2).float() * (1 - self.at_middle)
        self.chest = (self.board > 0).float() - self.fire
        self.shelf = (1 - self.at_right) * dice.chance("bookshelf", 0.3)


def paint_dining_room(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of dining rooms on the canvas, labels included."""
    room = Plan(dice, canvas)
    view = begin(dice, canvas, room)
    style = view.style
    paint_walls(view)
    _on_the_wall(view, room)
    paint_rug(view)
    paint_sunlight(view)
    bookshelf(
        view, "shelf", room.right_x - 0.45, room.right_x + 0.5, dice.uniform("shelf tall", 1.6, 2.2), 5, room.shelf
    )
    fireplace(view, room.middle, room.fire)
    over = room.metres(room.middle, 1.08)
    pictures(view, [("mantel", over, 0.085 + 0 * over, room.fire)])
    wide = dice.uniform("chest wide", 0.75, 0.95)
    cupboard(view, style.cabinet, room.middle - wide, room.middle + wide, 0.88, 4, 0, room.chest)
    lit = room.chest * dice.chance("chest lamp", 0.35)
    table_lamp(view, "chest lamp ", room.middle - 0.5, 0.88, 1.12, lit)
    spot = room.metres(room.middle + 0.45, 1.12), room.height(0.88, 1.13), dice.uniform("chest plant", 0.14, 0.17)
    Plant(view, spot, "chest ").paint(room.chest * dice.chance("chest plant", 0.4))
    spot = room.metres(room.left_x - 0.1, 1.2), room.height(0.0, 1.24), dice.uniform("plant size", 0.28, 0.36)
    Plant(view, spot, "floor ").paint(dice.chance("plant", 0.55))
    _meal(view, room)
    pendant(view)
    finish(view)


def _on_the_wall(view: View, room: Plan) -> None:
    """Pictures, a mirror and a clock wherever no window is."""
    dice = view.dice
    empty = (1 - room.at_middle) * (1 - room.fire)
    glass = empty * room.chest * dice.chance("mirror", 0.3)
    pictures(view, [
        ("left", room.metres(room.left_x, 1.0), 0.062 + 0 * room.vx,
            (1 - room.at_left) * dice.chance("left picture", 0.5)),
        ("middle", room.metres(room.middle, 1.0), 0.1 + 0 * room.vx,
            empty * (1 - glass) * dice.chance("middle picture", 0.8)),
        ("right", room.metres(room.right_x - 0.1, 1.0), 0.07 + 0 * room.vx,
            (1 - room.at_right) * (1 - room.shelf) * dice.chance("right picture", 0.6)),
    ])  # fmt: skip
    mirror(view, room.metres(room.middle, 1.0), room.height(1.72, 1.0), 0.075 + 0 * room.vx, glass)
    here = (1 - room.at_left) * (1 - dice.chance("left picture", 0.5)) * dice.chance("clock", 0.7)
    clock(view, room.metres(room.left_x, 1.0), here)


def _meal(view: View, room: Plan) -> None:
    """The table, its chairs on all sides, and what is laid on it."""
    dice = view.dice
    table = room.table
    table_shadow(view, table)
    reach = table.half + 0.14
    s = (table.near + table.far) / 2
    square = 1 - table.round
    for side in (-1.0, 1.0):
        chair_behind(view, table.x + side * table.half * 0.46, table.far - 0.05, dice.chance(f"far chair {side}", 0.8))
    for side in (-1.0, 1.0):
        here = dice.chance(f"side chair {side}", 0.85)
        chair_beside(
            view, table.x + side * reach, s - 0.06, -side, here * square * dice.chance(f"second chair {side}", 0.6)
        )
        chair_beside(view, table.x + side * reach, s + 0.12, -side, here)
    paint_table(view, table)
    laid = square * dice.chance("laid", 0.55)
    settings(view, table, laid)
    bowl_or_cup(view, table, 0 * room.vx)
    near = table.x + dice.uniform("near chair x", -0.4, 0.4)
    chair_behind(view, near, 2.2 + 0 * near, dice.chance("near chair", 0.35))
