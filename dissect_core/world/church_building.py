"""The church: a gabled front, a nave that recedes to one side, towers or a dome on the crossing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dissect_core.world.church_style import Style, masonry
from dissect_core.world.church_tower import FRONT, SIDE, Body, tower
from dissect_core.world.church_window import portal, rose, window
from dissect_core.world.concepts import OBJECTS
from dissect_core.world.scene import Scene, mix, paint_as, pick
from dissect_core.world.shapes import box, capsule, facet, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_CHURCH = OBJECTS.index("church")
ROOF = (0.55, 0.72, 0.35)


@dataclass(frozen=True)
class Plan:
    """Measures of the building in its own x (the nave recedes to the right)."""

    flip: Tensor  # +1 or -1: x of the picture = 0.5 + flip * (x - 0.5)
    left: Tensor  # the front
    right: Tensor
    end: Tensor  # of the nave as seen
    base: Tensor
    eaves: Tensor
    ridge: Tensor
    recede: Tensor  # scale at the end of the nave
    thick: Tensor  # width of a tower
    door_x: Tensor
    door_width: Tensor
    outer: tuple[Tensor, Tensor]  # left and right end of everything


def shares(style: Style) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """1 for the plan of each scene: tower in the middle, left, right, twin towers, dome on the crossing."""
    middle, left, right, twin, crossing = (pick(style.plan, [float(i == k) for i in range(5)]) for k in range(5))
    return middle, left, right, twin, crossing


def draw_plan(scene: Scene, style: Style) -> Plan:
    """Proportions, then everything centred in the picture."""
    dice = scene.dice
    _, at_left, at_right, twin, _ = shares(style)
    width = dice.uniform("front width", 0.30, 0.355) + 0.09 * twin
    thick = dice.uniform("tower width", 0.178, 0.21) - 0.052 * twin
    length = dice.uniform("nave length", 0.25, 0.33) - 0.03 * twin - 0.035 * at_left + 0.02 * at_right
    before = at_left * thick * 0.82 + twin * thick * 0.2
    total = before + width + length
    start = (1 - total) / 2 + dice.uniform("church shift", -0.04, 0.04)
    left = start + before
    right = left + width
    base = scene.horizon + dice.uniform("church base", 0.085, 0.115)
    eaves = base - dice.uniform("wall height", 0.235, 0.275)
    ridge = eaves - width / 2 * style.pitch * (1 - 0.25 * twin)
    centre = (left + right) / 2 - at_right * thick * 0.26
    return Plan(
        1 - 2 * dice.chance("flip", 0.5),
        left,
        right,
        right + length,
        base,
        eaves,
        ridge,
        dice.uniform("recede", 0.70, 0.78),
        thick,
        centre,
        dice.uniform("door width", 0.092, 0.108),
        (start, start + total),
    )


def _view(scene: Scene, left: Tensor, top: Tensor, right: Tensor, bottom: Tensor, plan: Plan) -> tuple[Scene, Tensor]:
    """A window of the scene around bounds given in the x of the building, and that x."""
    ends = 0.5 + plan.flip * (left - 0.5), 0.5 + plan.flip * (right - 0.5)
    view = scene.within(torch.minimum(*ends), top, torch.maximum(*ends), bottom)
    return view, 0.5 + plan.flip * (view.canvas.x - 0.5)


def _nave(scene: Scene, style: Style, plan: Plan) -> None:
    """The long wall with its windows and buttresses, and the roof over it."""
    scene, x = _view(
        scene, plan.left, scene.far(plan.ridge, 0.7).minimum(plan.ridge), plan.end + 0.04, plan.base + 0.03, plan
    )
    canvas, y = scene.canvas, scene.canvas.y
    length = plan.end - plan.right
    light = scene.light.on(*SIDE)
    wall, u, v = facet(
        x,
        y,
        plan.right,
        plan.end,
        (plan.eaves, scene.far(plan.eaves, plan.recede)),
        (plan.base, scene.far(plan.base, plan.recede)),
    )
    tall = plan.base - plan.eaves
    stretched = u * (1.22 - 0.22 * u) * length * 1.25  # evenly spaced blocks crowd with distance
    blocks = masonry(scene, style, "nave", stretched, v * tall)
    fall = 1 - 0.14 * v.clamp(0, 1)
    paint_as(
        canvas,
        canvas.cover(wall),
        (style.wall * light * (blocks * fall).unsqueeze(1)).clamp(0, 1),
        "church",
        "wall",
        style.wall_material,
    )
    plinth = torch.maximum(wall, (0.90 - v) * tall)
    paint_as(
        canvas, canvas.cover(plinth), (style.trim * 0.86 * light).clamp(0, 1), "church", "wall", style.trim_material
    )
    count = torch.round(length / 0.098).clamp(2, 3)
    bay = u * count
    cell = (torch.frac(bay.clamp(0.001, 2.999)) - 0.5) * length / count
    cell = torch.where(wall < 0, cell, 1.0)
    window(scene, style, cell, v * tall, 0.0, tall * 0.80, length / count * 0.46, tall * 0.60, light)
    edge = torch.minimum(torch.frac(bay.clamp(0.001, 2.999)), 1 - torch.frac(bay.clamp(0.001, 2.999))) * length / count
    pier = torch.maximum(wall, torch.maximum(edge - 0.009, (0.12 - v) * tall))
    canvas.shade(canvas.cover(pier) * 0.5, 1.22)
    canvas.shade(canvas.soft(torch.maximum(wall, (v - 0.09) * tall), 0.02) * 0.5, 0.55)
    over = 0.014
    slope = (scene.far(plan.eaves, plan.recede) - plan.eaves) / length
    apex = (plan.left + plan.right) / 2
    far_apex = plan.end - (plan.right - plan.left) * plan.recede / 2
    far_ridge = scene.far(plan.ridge, plan.recede)
    roof = polygon(
        x,
        y,
        (
            (apex, plan.ridge),
            (far_apex + over, far_ridge),
            (plan.end + over, plan.eaves + slope * (length + over) + 0.006),
            (plan.right + over, plan.eaves + 0.012),
        ),
    )
    ridge_line = plan.ridge + (far_ridge - plan.ridge) * (x - apex) / (far_apex - apex)
    eaves_line = plan.eaves + 0.01 + slope * (x - plan.right)
    down = (y - ridge_line) / (eaves_line - ridge_line)
    along = x - down * (plan.right - apex)
    tiles = joints(scene.dice, "tiles", along + 3.07, down * 0.2 + 5, 0.05, 0.0286, gap=0.5, depth=0.26, vary=0.09)
    tiles = tiles * (1.05 - 0.14 * down) * (1 + 0.16 * (scene.coarse - 0.5))
    colour = mix(
        style.roof * tiles.unsqueeze(1), snow(scene), scene.winter * sharpen(scene.other - down * 0.25, 0.1, 0.3) * 0.95
    )
    paint_as(
        canvas, canvas.cover(roof), (colour * scene.light.on(*ROOF)).clamp(0, 1), "church", "roof", style.roof_material
    )


def _front(scene: Scene, style: Style, plan: Plan) -> None:
    """The gabled facade with its windows."""
    scene, x = _view(scene, plan.left - 0.04, plan.ridge - 0.03, plan.right + 0.04, plan.base + 0.03, plan)
    canvas, y = scene.canvas, scene.canvas.y
    light = scene.light.on(*FRONT)
    apex = (plan.left + plan.right) / 2
    width = plan.right - plan.left
    wall = polygon(
        x,
        y,
        (
            (plan.left, plan.base),
            (plan.left, plan.eaves),
            (apex, plan.ridge),
            (plan.right, plan.eaves),
            (plan.right, plan.base),
        ),
    )
    blocks = masonry(scene, style, "front", x + 0 * y, y - plan.eaves)
    fall = 1.02 - 0.16 * ((y - plan.ridge) / (plan.base - plan.ridge)).clamp(0, 1)
    paint_as(
        canvas,
        canvas.cover(wall),
        (style.wall * light * (blocks * fall).unsqueeze(1)).clamp(0, 1),
        "church",
        "wall",
        style.wall_material,
    )
    plinth = torch.maximum(wall, plan.base - 0.024 - y)
    paint_as(
        canvas, canvas.cover(plinth), (style.trim * 0.86 * light).clamp(0, 1), "church", "wall", style.trim_material
    )
    over = 0.016
    drop = over * (plan.eaves - plan.ridge) / (width / 2)
    rake = union(
        capsule(x, y, plan.left - over, plan.eaves + drop, apex, plan.ridge - 0.004, 0.0105),
        capsule(x, y, plan.right + over, plan.eaves + drop, apex, plan.ridge - 0.004, 0.0105),
    )
    below = torch.maximum(rake - 0.014, wall)
    canvas.shade(canvas.soft(below + 0.004, 0.018) * 0.45, 0.55)
    verge = mix(style.roof * 1.12, snow(scene), scene.winter * 0.9) * scene.light.on(0, 0.5, 0.75)
    paint_as(canvas, canvas.cover(rake), verge.clamp(0, 1), "church", "roof", style.roof_material)
    middle, _, at_right, twin, _ = shares(style)
    radius = 0.042 + 0.014 * twin
    crown = plan.eaves - 0.006 + 0.02 * twin
    rose(scene, style, x, y, plan.door_x * (1 - at_right) + apex * at_right, crown, radius, light, 1 - middle)
    step = width / 2 - 0.052 - 0.004 * middle
    sill = plan.base - 0.065
    for side, shown in ((-1, 1 - twin), (1, 1 - twin - at_right)):
        window(
            scene,
            style,
            x,
            y,
            apex + side * step,
            sill,
            torch.full_like(width, 0.042),
            torch.full_like(width, 0.115),
            light,
            shown,
        )


def _shade_beside(scene: Scene, plan: Plan, body: Body, present: Tensor) -> None:
    """The shadow that a tower throws on the front, on the side away from the sun."""
    scene, x = _view(scene, plan.left, plan.ridge, plan.right, plan.base, plan)
    canvas, side = scene.canvas, scene.light.side
    y = canvas.y
    away = box(x, y, body.right - 0.01, body.top, body.right + 0.05, plan.base)
    before = box(x, y, body.left - 0.04, body.top, body.left + 0.01, plan.base)
    shadow = canvas.soft(away, 0.02) * (side < 0) + canvas.soft(before, 0.02) * (side > 0)
    front = canvas.cover(box(x, y, plan.left, plan.ridge, plan.right, plan.base)) * (canvas.object == _CHURCH)
    canvas.shade(shadow * front * present * scene.light.strength, 0.45)


def church(scene: Scene, style: Style, plan: Plan) -> None:
    """Paint the whole building, back to front."""
    scene = replace(scene, light=scene.light.mirrored(plan.flip))
    middle, at_left, at_right, twin, crossing = shares(style)
    apex = (plan.left + plan.right) / 2
    length = plan.end - plan.right
    slim = (1 - plan.recede) / length  # loss of scale per width of receding wall
    squat = pick(style.top, (2.6, 1.02, 1.6, 1.25, 1.1))  # height of the crown in its radii

    def raise_tower(name: str, body: Body, crown: Tensor, present: Tensor, opening: tuple[float, float]) -> None:
        view, x = _view(
            scene, body.left - 0.04, body.top - crown - 0.07, body.right + body.depth + 0.04, body.base + 0.02, plan
        )
        tower(view, style, name, x, body, crown, present, opening)

    _nave(scene, style, plan)
    half = scene.dice.uniform("drum half", 0.108, 0.126)
    along = apex + length * 0.42
    foot, depth = plan.ridge + 0.03, half * 0.62
    drum = Body(along - half, along + half - depth, depth, foot + 0.02, foot - 0.11, 1 - slim * depth)
    raise_tower("drum", drum, half * squat, crossing, (0.36, 0.06))
    _front(scene, style, plan)
    tall = plan.ridge - scene.dice.uniform("tower rise", -0.045, 0.02) - 0.03 * (squat < 2).float()
    across = plan.thick
    depth = across * 0.36
    first = (
        (apex - across / 2) * middle
        + (plan.left - across * 0.82 * at_left - across * 0.2 * twin) * (at_left + twin)
        + (plan.right - across * 0.62) * at_right
    )
    room = (tall - 0.062).clamp(min=0.08)
    crown = torch.minimum((across + depth) / 2 * squat * scene.dice.uniform("crown height", 0.95, 1.12), room)
    for name, left, present, step in (
        ("tower b", plan.right - across * 0.88, twin, 0.0 * twin),
        ("tower a", first, 1 - crossing, 0.008 * (1 - twin)),
    ):
        body = Body(left, left + across, depth, plan.base + step, tall, 1 - slim * depth)
        _shade_beside(scene, plan, body, present)
        raise_tower(name, body, crown, present, (0.40, 0.13))
    light = scene.light.on(*FRONT)
    beside = first + across / 2
    view, x = _view(scene, beside - 0.06, plan.base - 0.24, beside + 0.06, plan.base, plan)
    window(
        view,
        style,
        x,
        view.canvas.y,
        beside,
        plan.base - 0.10,
        across * 0 + 0.052,
        across * 0 + 0.105,
        light,
        at_left + at_right,
    )
    view, x = _view(scene, plan.door_x - 0.12, plan.base - 0.26, plan.door_x + 0.12, plan.base + 0.04, plan)
    portal(
        view,
        style,
        x,
        plan.door_x,
        plan.base + 0.008 * middle,
        plan.door_width,
        plan.door_width * scene.dice.uniform("door height", 1.62, 1.78),
        light,
    )
