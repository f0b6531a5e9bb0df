"""Table and chairs of a kitchen, in the foreground."""

from __future__ import annotations

import torch

from dissect_core.world.furniture.dishes import bowl_or_cup
from dissect_core.world.furniture.plant import Plant
from dissect_core.world.furniture.table_and_chairs import Table, chair_behind, chair_beside, paint_table, table_shadow
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.view import View


def paint_dining(view: View, plan: Plan, plant: Plant) -> None:
    """Chairs beyond and beside the table, the table with its things, and a chair before it."""
    dice = view.dice
    table = Table(plan.table, plan.round, plan.table_x, plan.table_half, plan.table_far, plan.table_near)
    alone = (1 - plan.table) * dice.chance("lone chair", 0.35)
    sides = dice.choice("chairs", [0.12, 0.2, 0.2, 0.48]).view(-1, 1, 1)
    on_left, on_right = (sides % 2 == 1).float(), (sides >= 2).float()
    table_shadow(view, table)
    reach = plan.table_half + 0.16
    chair_s = (plan.table_near + plan.table_far) / 2 + 0.06
    chair_behind(view, plan.table_x, 1.46, plan.table * dice.chance("far chair", 0.3))
    chair_beside(view, plan.table_x - reach, chair_s, 1.0, plan.table * on_left)
    chair_beside(view, plan.table_x + reach, chair_s, -1.0, plan.table * on_right)
    paint_table(view, table)
    bowl_or_cup(view, table, plan.bowl_side)
    plant.paint(plan.plant_table)
    here = torch.maximum(alone, plan.table * dice.chance("near chair", 0.35))
    place = plan.table_x + dice.uniform("near chair x", -0.25, 0.25)
    chair_behind(view, place, 2.12 - 0.16 * alone, here)
