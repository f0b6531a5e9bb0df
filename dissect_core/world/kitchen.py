"""The kitchen world: a room in one-point perspective, painted back to front, lit by its window or its lamp."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen_dining import paint_dining
from dissect_core.world.kitchen_furniture import paint_fridge, paint_run, paint_uppers
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.kitchen_plant import Plant
from dissect_core.world.kitchen_room import (
    mottling,
    paint_curtains,
    paint_rug,
    paint_shell,
    paint_splash,
    paint_sunlight,
    paint_windows,
)
from dissect_core.world.kitchen_stove import paint_hood, paint_sink, paint_stove
from dissect_core.world.kitchen_style import Style
from dissect_core.world.kitchen_things import paint_counter_things, paint_lamp, paint_wall_things


def paint_kitchen(dice: Dice, canvas: Canvas) -> None:
    """Paint a batch of kitchens on the canvas, labels included."""
    plan = Plan(dice, canvas)
    style = Style(dice, canvas, plan)
    mottle = mottling(dice, canvas)
    paint_shell(dice, canvas, plan, style, mottle)
    paint_splash(dice, canvas, plan, style)
    paint_windows(dice, canvas, plan, style, mottle)
    paint_curtains(dice, canvas, plan, style)
    paint_wall_things(dice, canvas, plan, style)
    paint_rug(dice, canvas, plan, style)
    paint_sunlight(canvas, plan, style)
    paint_run(dice, canvas, plan, style, mottle)
    paint_stove(dice, canvas, plan, style)
    paint_sink(dice, canvas, plan, style)
    paint_uppers(canvas, plan, style)
    paint_hood(canvas, plan, style)
    paint_counter_things(dice, canvas, plan, style)
    paint_fridge(dice, canvas, plan, style)
    plant = Plant(dice, canvas, plan)
    plant.paint(canvas, torch.maximum(plan.plant_floor, plan.plant_counter))
    paint_dining(dice, canvas, plan, style, mottle, plant)
    paint_lamp(dice, canvas, plan, style)
    canvas.image.mul_(style.light).clamp_(0, 1)
