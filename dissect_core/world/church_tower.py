"""A tower of the church, or the drum over its crossing, with the spire, dome or roof that crowns it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.church_style import Style, masonry
from dissect_core.world.church_window import window
from dissect_core.world.scene import Scene, mix, paint_as, pick, rgb
from dissect_core.world.shapes import box, facet, intersect, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

FRONT = (-0.3, 0.0, 0.95)  # normals of the walls: right, up, front (right is where the nave recedes)
SIDE = (0.92, 0.0, 0.38)

# radius of the crown from its foot (0) to its tip (1): spire, round dome, onion dome, bell dome, low pyramid
_HEIGHTS = (0.0, 0.08, 0.18, 0.32, 0.48, 0.64, 0.78, 0.88, 0.95, 1.0)
_PROFILES = (
    (1.08, 0.92, 0.80, 0.66, 0.50, 0.34, 0.205, 0.11, 0.05, 0.01),
    (1.02, 1.00, 0.984, 0.947, 0.877, 0.768, 0.626, 0.475, 0.312, 0.05),
    (0.80, 0.93, 1.04, 1.07, 0.94, 0.62, 0.32, 0.16, 0.07, 0.015),
    (1.10, 0.98, 0.94, 0.92, 0.84, 0.66, 0.36, 0.16, 0.12, 0.03),
    (1.12, 1.02, 0.90, 0.74, 0.56, 0.39, 0.24, 0.13, 0.055, 0.01),
)


@dataclass(frozen=True)
class Body:
    """Where a tower stands, in the mirrored x of the building."""

    left: Tensor
    right: Tensor  # edge between front and side
    depth: Tensor  # width of the side as seen
    base: Tensor
    top: Tensor
    recede: Tensor  # scale at the far edge of the side


def _crown(scene: Scene, style: Style, x: Tensor, body: Body, height: Tensor, present: Tensor) -> None:
    """The solid of revolution on top; spires and pyramids have flat faces."""
    y = scene.canvas.y
    far_right = body.right + body.depth
    cx, radius = (body.left + far_right) / 2, (far_right - body.left) / 2
    t = ((body.top - y) / height).clamp(0, 1)
    table = torch.tensor(_PROFILES, device=t.device)[style.top]
    profile = table[:, 0].view(-1, 1, 1) + torch.zeros_like(t)
    for i in range(len(_HEIGHTS) - 1):
        share = ((t - _HEIGHTS[i]) / (_HEIGHTS[i + 1] - _HEIGHTS[i])).clamp(0, 1)
        profile = profile + share * (table[:, i + 1] - table[:, i]).view(-1, 1, 1)
    r = profile * radius
    across = ((x - cx) / r.clamp(min=1e-4)).clamp(-1, 1)
    steep = pick(style.top, (0.95, 0.85, 0.85, 0.9, 0.8))
    distance = intersect(((x - cx).abs() - r) * steep, y - body.top, body.top - height - y)
    flat = pick(style.top, (1, 0, 0, 0, 1))
    split = (body.right - cx) / radius
    turned = sharpen(across - split, -0.03, 0.03)  # 0 on the front face, 1 on the side face
    bevel = sharpen(-across, 0.60, 0.66) * pick(style.top, (1, 0, 0, 0, 0))
    right = FRONT[0] + (SIDE[0] - FRONT[0]) * turned - 0.5 * bevel
    front = FRONT[2] + (SIDE[2] - FRONT[2]) * turned - 0.3 * bevel
    bulge = torch.sqrt(1 - across * across)
    rise = pick(style.top, (0.25, 0.1, -0.35, 0.1, 0.6)) + t * pick(style.top, (0, 0.9, 1.0, 0.5, 0))
    light = scene.light.on(
        across * 0.95 + (right - across * 0.95) * flat, rise, bulge * 0.75 + (front * 0.85 - bulge * 0.75) * flat
    )
    courses = torch.frac((body.top - y) / 0.03)
    rows = 1 - 0.14 * flat * (1 - sharpen(torch.minimum(courses, 1 - courses), 0.0, 0.3))
    ribs = 1 + 0.10 * (1 - flat) * torch.cos(torch.asin(across * 0.999) * 10)
    colour = style.crown * light * (rows * ribs).unsqueeze(1)
    shine = (across * scene.light.side - 0.42) ** 2 / 0.05 + (t - 0.42) ** 2 / 0.06
    colour = colour + (torch.exp(-shine) * style.metal * (1 - flat) * scene.light.strength * 0.62).unsqueeze(1)
    white = scene.winter * sharpen(t * 0.6 + 0.4 * bulge + (scene.other - 0.5) * 0.5, 0.5, 0.8) * (1 - 0.55 * flat)
    colour = mix(colour, snow(scene) * light, white * 0.9)
    tip = body.top - height
    cross = union(
        box(x, y, cx - 0.0065, tip - 0.046, cx + 0.0065, tip + 0.012),
        box(x, y, cx - 0.02, tip - 0.034, cx + 0.02, tip - 0.022),
    )
    gold = rgb((0.90, 0.72, 0.30), t) * scene.light.on(0.2, 0.2, 0.9)
    scene.canvas.paint(scene.canvas.cover(cross, present), gold.clamp(0, 1), "church", "cross", "metal")
    paint_as(
        scene.canvas,
        scene.canvas.cover(distance, present),
        colour.clamp(0, 1),
        "church",
        style.crown_part,
        style.crown_material,
    )


def tower(
    scene: Scene,
    style: Style,
    name: str,
    x: Tensor,
    body: Body,
    crown: Tensor,
    present: Tensor,
    opening: tuple[float, float] = (0.40, 0.13),
) -> None:
    """A square tower with a belfry window (share of the width, height), a cornice and a crown of the given height."""
    canvas, y = scene.canvas, scene.canvas.y
    width = body.right - body.left
    fall = 1 - 0.12 * ((y - body.top) / (body.base - body.top)).clamp(0, 1)
    far_right = body.right + body.depth
    top_far, base_far = scene.far(body.top, body.recede), scene.far(body.base, body.recede)
    side, u, v = facet(x, y, body.right, far_right, (body.top, top_far), (body.base, base_far))
    tall = body.base - body.top
    stones = masonry(scene, style, name, torch.where(x > body.right, u * body.depth * 1.6 + 5, x), v * tall + 0.007)
    stones_front = masonry(scene, style, name, x + 0 * y, y - body.top + 0.007)
    side_light = scene.light.on(*SIDE)
    paint_as(
        canvas,
        canvas.cover(side, present),
        (style.wall * side_light * (stones * fall).unsqueeze(1)).clamp(0, 1),
        "church",
        "tower",
        style.wall_material,
    )
    face = box(x, y, body.left, body.top, body.right, body.base)
    front_light = scene.light.on(*FRONT)
    paint_as(
        canvas,
        canvas.cover(face, present),
        (style.wall * front_light * (stones_front * fall).unsqueeze(1)).clamp(0, 1),
        "church",
        "tower",
        style.wall_material,
    )
    sill = body.top + 0.035 + opening[1]
    window(
        scene,
        style,
        x,
        y,
        (body.left + body.right) / 2,
        sill,
        width * opening[0],
        opening[1] + 0 * width,
        front_light,
        present,
    )
    window(
        scene,
        style,
        u * body.depth,
        v * tall,
        body.depth / 2,
        sill - body.top,
        body.depth * 0.46,
        opening[1] + 0 * width,
        side_light,
        present,
    )
    lip = 0.010
    bands = (body.top, body.top + (sill - body.top) + 0.022)
    for order, band in enumerate(bands):
        band_far = scene.far(band, body.recede)
        ledge, _, _ = facet(
            x, y, body.right, far_right + lip, (band - 0.011, band_far - 0.011), (band + 0.011, band_far + 0.010)
        )
        paint_as(
            canvas,
            canvas.cover(ledge, present),
            (style.trim * side_light).clamp(0, 1),
            "church",
            "tower",
            style.trim_material,
        )
        front = box(x, y, body.left - lip, band - 0.011, body.right + lip * (1 - order * 0.5), band + 0.011)
        paint_as(
            canvas,
            canvas.cover(front, present),
            (style.trim * front_light).clamp(0, 1),
            "church",
            "tower",
            style.trim_material,
        )
    under = box(x, y, body.left, body.top + 0.011, body.right, body.top + 0.026)
    canvas.shade(canvas.soft(under, 0.014, present * 0.45), 0.6)
    _crown(
        scene,
        style,
        x,
        Body(body.left, body.right, body.depth, body.base, body.top - 0.008, body.recede),
        crown,
        present,
    )
