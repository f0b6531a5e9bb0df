"""The church world: a procedural landscape with a church, and exact label maps."""

from __future__ import annotations

from dissect_core.world.canvas import Canvas
from dissect_core.world.church_building import church, draw_plan
from dissect_core.world.church_style import draw_style
from dissect_core.world.dice import Dice
from dissect_core.world.ground import building_shadow, course, grass, path
from dissect_core.world.sky import begin, clouds, hills, mountains, sky
from dissect_core.world.trees import bush, tree, treeline
from dissect_core.world.yard import fence, gravestones, house, person


def paint_church(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas)
    style = draw_style(scene)
    plan = draw_plan(scene, style)
    sky(scene)
    clouds(scene)
    mountains(scene)
    hills(scene)
    grass(scene)
    treeline(scene, dice.chance("treeline", 0.3))
    at = 0.5 + plan.flip * (plan.door_x - 0.5)
    ends = [0.5 + plan.flip * (end - 0.5) for end in plan.outer]
    left, right = ends[0].minimum(ends[1]), ends[0].maximum(ends[1])
    house(scene, 0.5 - plan.flip * dice.uniform("house x", 0.36, 0.42), dice.chance("house", 0.28))
    back = dice.uniform("back tree", 0.28, 0.36)
    behind = 0.5 + plan.flip * (plan.end - 0.5 + dice.uniform("back x", -0.05, 0.06))
    tree(scene, "back ", behind, scene.horizon + 0.05, back, dice.chance("back", 0.4))
    building_shadow(scene, left, right, plan.base, plan.base - plan.ridge)
    path(scene, at, plan.base, plan.door_width)
    church(scene, style, plan)
    shrubs = dice.chance("bushes", 0.6)
    for name, offset, chance in (("bush a ", -0.135, 0.85), ("bush b ", 0.135, 0.85), ("bush c ", 0.33, 0.7)):
        x = at + plan.flip * (offset + dice.uniform(name + "x", -0.02, 0.02))
        size = dice.uniform(name + "size", 0.056, 0.07)
        bush(scene, name, x, plan.base + 0.016, size, shrubs * dice.chance(name, chance))
    some = dice.chance("trees", 0.78)
    gravestones(scene, at + plan.flip * 0.27, plan.base + 0.075, dice.chance("graves", 0.16))
    for name, edge, out in (("left ", left, -1), ("right ", right, 1)):
        x = edge + out * dice.uniform(name + "x", -0.02, 0.08)
        x = at + out * ((x - at) * out).clamp(min=0.22)  # never before the door
        foot = plan.base + dice.uniform(name + "base", -0.01, 0.07)
        tree(scene, name, x, foot, dice.uniform(name + "tall", 0.3, 0.42), some * dice.chance(name, 0.68))
    aside = 0.075 * (1 - 2 * dice.chance("person side", 0.5))
    person(scene, course(scene, at, plan.base, plan.base + 0.07) + aside, plan.base + 0.07, dice.chance("person", 0.16))
    middle = course(scene, at, plan.base, 0.955)
    fence(scene, middle, dice.uniform("fence gap", 0.12, 0.14), 0.965 + 0 * at, dice.chance("fence", 0.34))
    canvas.image.clamp_(0, 1)
