"""The kitchen world: a room in one-point perspective, painted back to front, lit by its window or its lamp."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.furniture.lamps import pendant
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.kitchen_dining import paint_dining
from dissect_core.world.kitchen_furniture import paint_fridge, paint_run, paint_splash, paint_uppers
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.kitchen_stove import paint_hood, paint_sink, paint_stove
from dissect_core.world.kitchen_things import paint_counter_things, paint_wall_things
from dissect_core.world.room_shell import (
    begin,
    paint_curtains,
    paint_rug,
    paint_shell,
    paint_sunlight,
    paint_windows,
)


def paint_kitchen(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of kitchens on the canvas, labels included."""
    plan = Plan(dice, canvas)
    view = begin(dice, canvas, plan)
    style, mottle = view.style, view.mottle
    paint_shell(view)
    paint_splash(dice, canvas, plan, style)
    paint_windows(view)
    paint_curtains(view)
    paint_wall_things(view, plan)
    paint_rug(view)
    paint_sunlight(view)
    paint_run(dice, canvas, plan, style, mottle)
    paint_stove(dice, canvas, plan, style)
    paint_sink(dice, canvas, plan, style)
    paint_uppers(canvas, plan, style)
    paint_hood(canvas, plan, style)
    paint_counter_things(dice, canvas, plan, style)
    paint_fridge(dice, canvas, plan, style)
    plant = Plant(view, plan.plant_place(dice))
    plant.paint(torch.maximum(plan.plant_floor, plan.plant_counter))
    paint_dining(view, plan, plant)
    pendant(view)
    canvas.image.mul_(style.light).clamp_(0, 1)
