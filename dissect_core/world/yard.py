"""Around the church: a cottage, a fence, gravestones and a visitor."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, pick, pick_colour, pick_label
from dissect_core.world.shapes import arch, box, ellipse, intersect, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints

_COTTAGES: tuple[RGB, ...] = ((0.92, 0.88, 0.78), (0.85, 0.62, 0.42), (0.72, 0.36, 0.28), (0.88, 0.80, 0.55))
_ROOFS: tuple[RGB, ...] = ((0.62, 0.28, 0.20), (0.36, 0.34, 0.37), (0.48, 0.32, 0.22))
_FENCES: tuple[RGB, ...] = ((0.93, 0.92, 0.88), (0.55, 0.40, 0.26), (0.64, 0.61, 0.57))


def house(scene: Scene, cx: Tensor, present: Tensor) -> None:
    """A cottage in the middle distance, its long side towards the viewer."""
    scene = scene.within(cx - 0.15, scene.horizon - 0.24, cx + 0.15, scene.horizon + 0.1)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    x, y = canvas.x, canvas.y
    half = dice.uniform("house half", 0.085, 0.11)
    base = scene.horizon + dice.uniform("house base", 0.045, 0.065)
    top, ridge = base - dice.uniform("house wall", 0.09, 0.11), dice.uniform("house roof", 0.075, 0.1)
    canvas.shade(canvas.soft(box(x, y, cx - half, base - 0.02, cx + half, base + 0.006), 0.03, present * 0.5), 0.6)
    chimney = box(x, y, cx + half * 0.4, top - ridge - 0.035, cx + half * 0.4 + 0.032, top)
    canvas.paint(
        canvas.cover(chimney, present),
        dice.colour("chimney", _COTTAGES[2:3]) * light.on(0, 0, 1),
        "house",
        "chimney",
        "brick",
    )
    face = light.on(0, 0, 1)
    wall = dice.colour("house colour", _COTTAGES) * face * (1.03 - 0.15 * ((y - top) / (base - top)).unsqueeze(1))
    wall = mix(wall, light.haze, 0.1 + 0 * half)
    canvas.paint(
        canvas.cover(box(x, y, cx - half, top, cx + half, base), present), wall.clamp(0, 1), "house", "wall", "plaster"
    )
    canvas.shade(canvas.soft(box(x, y, cx - half, top, cx + half, top + 0.014), 0.012, present * 0.4), 0.55)
    over = half + 0.014
    roof = polygon(
        x,
        y,
        (
            (cx - over * 0.72, top - ridge),
            (cx + over * 0.72, top - ridge),
            (cx + over, top + 0.008),
            (cx - over, top + 0.008),
        ),
    )
    rows = joints(dice, "house tiles", x + 9, y - top + 4, 0.03, 0.024, gap=0.5, depth=0.22, vary=0.08)
    colour = mix(dice.colour("house roof colour", _ROOFS) * rows.unsqueeze(1), snow(scene), scene.winter * 0.85)
    canvas.paint(canvas.cover(roof, present), (colour * light.on(0, 0.75, 0.6)).clamp(0, 1), "house", "roof", "tile")
    door_x = cx - half * 0.1
    canvas.paint(
        canvas.cover(box(x, y, door_x - 0.02, base - 0.068, door_x + 0.02, base), present),
        dice.colour("house door", ((0.36, 0.22, 0.14), (0.24, 0.36, 0.30), (0.52, 0.20, 0.16))) * face,
        "house",
        "door",
        "wood",
    )
    panes = union(
        *(box(x, y, cx + half * s - 0.02, top + 0.026, cx + half * s + 0.02, top + 0.066) for s in (-0.58, 0.52))
    )
    frame = canvas.cover(panes - 0.006, present)
    canvas.paint(frame, dice.colour("house frame", ((0.95, 0.94, 0.9),)) * face, "house", "window", "wood")
    glass = mix(
        pick_colour(scene.season * 0, ((0.22, 0.29, 0.38),)),
        pick_colour(scene.season * 0, ((1.0, 0.8, 0.4),)),
        light.warm,
    )
    canvas.paint(canvas.cover(panes, present), glass, "house", "window", "glass")


def gravestones(scene: Scene, cx: Tensor, base: Tensor, present: Tensor) -> None:
    """Three headstones in a row."""
    scene = scene.within(cx - 0.16, base - 0.11, cx + 0.16, base + 0.04)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    for slot in range(3):
        name = f"grave {slot} "
        x = cx + (slot - 1) * 0.075
        foot = base + dice.uniform(name + "foot", -0.012, 0.012)
        tall = dice.uniform(name + "tall", 0.055, 0.075)
        spot = ellipse(canvas.x, canvas.y, x - light.side * 0.025, foot, 0.045, 0.009)
        canvas.shade(canvas.soft(spot, 0.015, present * 0.6), 0.5)
        stone = arch(canvas.x, canvas.y, x, foot, 0.045, tall)
        rim = ((canvas.x - x) * light.side / 0.022).clamp(-1, 1)
        colour = dice.colour(name, ((0.66, 0.66, 0.64), (0.56, 0.57, 0.60))) * light.on(rim * light.side * 0.6, 0, 0.8)
        canvas.paint(canvas.cover(stone, present), colour.clamp(0, 1), "gravestone", None, "stone")


def person(scene: Scene, cx: Tensor, base: Tensor, present: Tensor) -> None:
    """A visitor on the path, seen small."""
    scene = scene.within(cx - 0.1, base - 0.14, cx + 0.1, base + 0.03)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    x, y = canvas.x, canvas.y
    tall = dice.uniform("person tall", 0.105, 0.125)
    spot = ellipse(x, y, cx - light.side * 0.03, base, 0.045, 0.009)
    canvas.shade(canvas.soft(spot, 0.015, present * 0.6), 0.5)
    round_x = ((x - cx) / 0.02).clamp(-1, 1)
    face = light.on(round_x * 0.8, 0.2, 0.6)
    legs = box(x, y, cx - 0.013, base - tall * 0.45, cx + 0.013, base)
    canvas.paint(
        canvas.cover(legs, present),
        dice.colour("trousers", ((0.2, 0.2, 0.28), (0.3, 0.22, 0.18))) * face,
        "person",
        "body",
        "fabric",
    )
    coat = polygon(
        x,
        y,
        (
            (cx - 0.015, base - tall * 0.8),
            (cx + 0.015, base - tall * 0.8),
            (cx + 0.023, base - tall * 0.36),
            (cx - 0.023, base - tall * 0.36),
        ),
    )
    cloth = dice.colour("coat", ((0.75, 0.2, 0.18), (0.2, 0.36, 0.62), (0.85, 0.66, 0.2), (0.3, 0.45, 0.3)))
    canvas.paint(canvas.cover(coat, present), (cloth * face).clamp(0, 1), "person", "body", "fabric")
    head = ellipse(x, y, cx, base - tall * 0.9, 0.014, 0.016)
    canvas.paint(
        canvas.cover(head, present),
        dice.colour("skin", ((0.86, 0.66, 0.54), (0.5, 0.34, 0.26))) * face,
        "person",
        "head",
        "skin",
    )


def fence(scene: Scene, gap_x: Tensor, gap: Tensor, base: Tensor, present: Tensor) -> None:
    """Across the foreground with a gap for the path: pickets, rails or a low wall."""
    scene = scene.within(0, base - 0.11, 1, base + 0.03)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    x, y = canvas.x, canvas.y
    kind = dice.choice("fence kind", (0.45, 0.3, 0.25))
    pickets, rails, wall = (pick(kind, [float(i == k) for i in range(3)]) for k in range(3))
    tall = 0.085 + 0.0 * base
    opening = gap - (x - gap_x).abs()
    band = intersect(opening, y - base, base - tall - y)
    canvas.shade(canvas.soft(intersect(opening, (y - base - 0.004).abs() - 0.008), 0.02, present * 0.5), 0.6)
    step = 0.05
    cell = torch.remainder(x - gap_x, step) - step / 2
    picket = intersect(cell.abs() - 0.0155, base - tall - y + (cell.abs() * 0.9), y - base, opening)
    post_cell = torch.remainder(x - gap_x - gap + 0.08, 0.2) - 0.1
    post = intersect(post_cell.abs() - 0.018, band)
    bars = intersect(union((y - base + tall * 0.32).abs(), (y - base + tall * 0.74).abs()) - 0.011, opening)
    low_wall = intersect(band, base - tall * 0.8 - y)
    cover = (
        canvas.cover(union(picket, bars)) * pickets
        + canvas.cover(union(post, bars)) * rails
        + canvas.cover(low_wall) * wall
    ) * present
    stones = joints(dice, "fence stones", x + 7, y - base + 3, 0.07, 0.034, gap=0.4, depth=0.35, vary=0.14)
    front = 1 - 0.14 * (canvas.cover(bars) * (1 - canvas.cover(picket))) * pickets
    tone = (1 + (stones - 1) * wall) * front * (0.82 + 0.22 * ((base - y) / tall).clamp(0, 1))
    colour = pick_colour(kind, _FENCES) * light.on(0, 0.15, 0.95) * tone.unsqueeze(1)
    white_wood = mix(
        pick_colour(kind, _FENCES[1:2] * 3) * light.on(0, 0.15, 0.95) * tone.unsqueeze(1),
        colour,
        dice.chance("fence white", 0.65).maximum(wall),
    )
    caps = (base - tall * 0.8 - y).abs() - 0.008
    topped = mix(white_wood, snow(scene) * light.on(0, 0.8, 0.4), canvas.cover(caps) * scene.winter * wall)
    material = pick_label(kind, ("wood", "wood", "stone"), MATERIALS)
    paint_as(canvas, cover, topped.clamp(0, 1), "fence", "none", material)
