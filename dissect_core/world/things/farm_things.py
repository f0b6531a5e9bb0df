"""What a farm has: barn, tractor, bales of hay, and fields in rows."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, paint_as, rgb
from dissect_core.world.shapes import box, capsule, ellipse, facet, intersect, polygon, rounded_box, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

# the front of a barn, metres: its ends, and the heights of eaves, knee and ridge
_LEFT, _CORNER, _EAVES, _KNEE, _RIDGE = -4.6, 0.6, 3.4, 5.5, 7.0
_BARNS: tuple[RGB, ...] = ((0.70, 0.20, 0.16), (0.62, 0.24, 0.18), (0.52, 0.36, 0.24), (0.36, 0.44, 0.50))
_ROOFS: tuple[RGB, ...] = ((0.42, 0.42, 0.46), (0.56, 0.32, 0.24), (0.34, 0.34, 0.38))
_TRACTORS: tuple[RGB, ...] = ((0.20, 0.48, 0.22), (0.80, 0.20, 0.16), (0.18, 0.40, 0.66), (0.92, 0.62, 0.16))
_CROPS: tuple[tuple[RGB, ...], ...] = (
    ((0.50, 0.64, 0.28), (0.58, 0.66, 0.30), (0.52, 0.40, 0.28)),
    ((0.90, 0.76, 0.36), (0.42, 0.58, 0.22), (0.94, 0.84, 0.28)),
    ((0.80, 0.64, 0.32), (0.54, 0.42, 0.30), (0.66, 0.54, 0.34)),
    ((0.88, 0.90, 0.95), (0.90, 0.92, 0.96), (0.84, 0.86, 0.90)),
)


def barn(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A barn of 12 metres with a gambrel roof, big white-edged doors, and a silo behind it in most scenes."""
    dice = scene.dice
    cast(scene, spot, 6.0, 5.0, 0.7, present, back=0.1)
    shed = place(scene, spot, present, (-7.2, -11.2, 7.2, 0.4), facing)
    if shed.absent:
        return
    x, y, light = shed.x, shed.y, shed.light
    wood, roof = dice.colour(name + "boards", _BARNS), dice.colour(name + "roof", _ROOFS)
    white = rgb((0.95, 0.94, 0.90), spot.scale)
    winter = shed.scene.winter
    _silo(shed, roof, dice.chance(name + "silo", 0.75))
    corner, end, eaves, knee, ridge, apex, far = _CORNER, 6.2, _EAVES, _KNEE, _RIDGE, (_LEFT + _CORNER) / 2, 0.86
    side_light = light.on(0.9, 0, 0.45)
    wall, u, v = facet(x, y, corner, end, (-eaves, -eaves * far - 0.35), (0.0, -0.35))
    plank = torch.frac(u * 14)
    tone = (1 - 0.2 * (plank < 0.16).float()) * (1.04 - 0.16 * v.clamp(0, 1))
    shed.paint(wall, wood * side_light * tone.unsqueeze(1), "barn", "wall", "wood")
    hatch = intersect((torch.remainder(u, 0.34) - 0.17).abs() * 5.6 - 0.5, (v - 0.42).abs() * eaves - 0.5, wall + 0.2)
    shed.paint(hatch - 0.13, white * side_light, "barn", "window", "wood")
    glass = mix(rgb((0.16, 0.19, 0.24), spot.scale), rgb((1.0, 0.80, 0.42), spot.scale), scene.light.warm)
    shed.paint(hatch, glass, "barn", "window", "glass")
    slate = joints(dice, name + "tiles", x + 40, y + 40, 0.9, 0.62, gap=0.3, depth=0.22, vary=0.08)
    white_roof = mix(roof * slate.unsqueeze(1), snow(scene), winter * sharpen(shed.scene.other, 0.15, 0.4))
    top = polygon(
        x, y, ((apex, -ridge), (apex + 5.6, -ridge * far - 0.4), (end - 1.0, -knee * far - 0.4), (corner - 1.0, -knee))
    )
    low = polygon(
        x,
        y,
        (
            (corner - 1.0, -knee),
            (end - 1.0, -knee * far - 0.4),
            (end + 0.4, -eaves * far - 0.1),
            (corner + 0.3, -eaves + 0.3),
        ),
    )
    shed.paint(top, white_roof * light.on(0.35, 0.85, 0.3), "barn", "roof", _roofing(winter))
    shed.paint(low, white_roof * light.on(0.75, 0.45, 0.45), "barn", "roof", _roofing(winter))
    _gable(shed, wood)


def _silo(shed: Figure, roof: Tensor, here: Tensor) -> None:
    """A round tower of tin beside the barn."""
    x, y, scene = shed.x, shed.y, shed.scene
    silo = union(box(x, y, -6.6, -8.6, -4.2, -0.2), ellipse(x, y, -5.4, -8.6, 1.2, 1.25))
    round_x = ((x + 5.4) / 1.2).clamp(-1, 1)
    hoops = 1 - 0.12 * (torch.frac(-y / 0.9) < 0.14).float()
    tin = mix(rgb((0.76, 0.77, 0.78), shed.scale), roof * 1.1, sharpen(-y, 8.5, 8.7))
    tin = mix(tin, snow(scene), scene.winter * sharpen(-y, 8.9, 9.3))
    shed.paint(
        silo, tin * shed.light.on(round_x * 0.95, 0.1, 0.55) * hoops.unsqueeze(1), "barn", "tower", "metal", here
    )


def _gable(shed: Figure, wood: Tensor) -> None:
    """The front of the barn with its doors, white-edged."""
    x, y, scene = shed.x, shed.y, shed.scene
    left, corner, eaves, knee, ridge = _LEFT, _CORNER, _EAVES, _KNEE, _RIDGE
    apex, white = (left + corner) / 2, rgb((0.95, 0.94, 0.90), shed.scale)
    front = shed.light.on(-0.28, 0, 0.96)
    gable = polygon(x, y, (
        (left, 0.0), (left, -eaves), (left + 1.1, -knee), (apex, -ridge), (corner - 1.1, -knee), (corner, -eaves),
        (corner, 0.0)
    ))  # fmt: skip
    plank = torch.frac(x / 0.5 + 20)
    tone = (1 - 0.2 * (plank < 0.18).float()) * (1.02 - 0.14 * (1 + y / ridge).clamp(0, 1))
    shed.paint(gable, wood * front * tone.unsqueeze(1), "barn", "wall", "wood")
    edge = union(
        capsule(x, y, left - 0.15, -eaves + 0.15, left + 1.1, -knee - 0.1, 0.16),
        capsule(x, y, left + 1.1, -knee - 0.1, apex, -ridge - 0.1, 0.16),
        capsule(x, y, corner + 0.15, -eaves + 0.15, corner - 1.1, -knee - 0.1, 0.16),
        capsule(x, y, corner - 1.1, -knee - 0.1, apex, -ridge - 0.1, 0.16),
    )  # fmt: skip
    shed.paint(edge, mix(white, snow(scene), scene.winter) * shed.light.on(0, 0.4, 0.85), "barn", "roof", "wood")
    door = box(x, y, apex - 1.45, -2.9, apex + 1.45, 0.0)
    loft = box(x, y, apex - 0.65, -5.5, apex + 0.65, -4.2)
    for opening, half, middle, tall in ((door, 1.45, -1.45, 1.45), (loft, 0.65, -4.85, 0.65)):
        shed.paint(opening - 0.16, white * front, "barn", "door", "wood")
        shed.paint(opening, wood * 0.8 * front * tone.unsqueeze(1), "barn", "door", "wood")
        cross = torch.minimum(
            ((x - apex) / half - (y - middle) / tall).abs(), ((x - apex) / half + (y - middle) / tall).abs()
        ) * half - 0.14  # fmt: skip
        shed.paint(torch.maximum(cross, opening), white * front, "barn", "door", "wood")


def _roofing(winter: Tensor) -> Tensor:
    """Label of a tin roof, or of the snow on it."""
    names = torch.where(winter > 0, MATERIALS.index("snow"), MATERIALS.index("metal"))
    return names.to(torch.uint8)


def tractor(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A tractor of 3.6 metres seen from its side, its bonnet towards `facing`."""
    cast(scene, spot, 1.8, 1.8, 0.25, present)
    rig = place(scene, spot, present, (-2.3, -3.1, 2.4, 0.1), facing)
    if rig.absent:
        return
    x, y = rig.x, rig.y
    paint = scene.dice.colour(name, _TRACTORS)
    up = (-y / 2.0).clamp(0, 1)
    face = rig.light.on(0, 0.2 + 0.4 * up, 0.8)
    dark = rgb((0.14, 0.14, 0.15), spot.scale)
    pipe = box(x, y, 0.95, -2.35, 1.1, -1.5)
    rig.paint(pipe, dark * 1.4, "tractor", "engine", "metal")
    cab = polygon(x, y, ((-1.05, -2.65), (0.2, -2.65), (0.35, -1.3), (-1.1, -1.3)))
    rig.paint(cab, paint * face * 0.9, "tractor", "cabin", "metal")
    pane = torch.maximum(cab + 0.13, 0.05 - (x + 0.45).abs())
    glass = mix(
        rgb((0.20, 0.27, 0.34), spot.scale), rgb((0.64, 0.78, 0.86), spot.scale), ((-y - 1.4) / 1.2).clamp(0, 1)
    )
    rig.paint(pane, glass * rig.light.on(0, 0.4, 0.6), "tractor", "window", "glass")
    roof = rounded_box(x, y, -1.25, -2.85, 0.4, -2.6, 0.1)
    rig.paint(
        roof,
        mix(paint * 1.05, snow(scene), scene.winter * 0.8) * rig.light.on(0, 0.7, 0.5),
        "tractor",
        "cabin",
        "metal",
    )
    bonnet = union(rounded_box(x, y, 0.1, -1.6, 1.95, -0.75, 0.18), box(x, y, -1.0, -1.35, 0.4, -0.7))
    rig.paint(bonnet, paint * face, "tractor", "body", "metal")
    grill = intersect(
        (x - 1.15).abs() - 0.5, (torch.remainder(y + 1.4, 0.17) - 0.085).abs() - 0.04, (y + 1.2).abs() - 0.24
    )
    rig.paint(grill, dark, "tractor", "engine", "metal")
    guard = intersect(ellipse(x, y, -0.85, -0.92, 1.12, 1.12), y + 0.9)
    rig.paint(guard, paint * face * 0.86, "tractor", "body", "metal")
    for cx_own, radius in ((-0.85, 0.92), (1.45, 0.55)):
        wheel = ellipse(x, y, cx_own, -radius, radius, radius)
        turn = torch.atan2(y + radius, x - cx_own)
        tread = wheel - 0.03 * torch.sign(torch.sin(turn * 14))
        rig.paint(tread, dark, "tractor", "wheel", "rubber")
        hub = ellipse(x, y, cx_own, -radius, radius * 0.55, radius * 0.55)
        rig.paint(hub, rgb((0.94, 0.80, 0.32), spot.scale) * face, "tractor", "wheel", "metal")
        rig.paint(hub + radius * 0.36, dark * 1.6, "tractor", "wheel", "metal")


def hay(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A round bale of 1.5 metres, its coiled end towards the viewer."""
    cast(scene, spot, 0.9, 1.2, 0.2, present)
    bale = place(scene, spot, present, (-1.1, -1.7, 1.5, 0.1), 1 - 2 * scene.dice.chance(name + "way", 0.5))
    if bale.absent:
        return
    x, y = bale.x, bale.y
    straw = scene.dice.colour(name + "straw", ((0.86, 0.70, 0.36), (0.80, 0.66, 0.40), (0.90, 0.78, 0.46)))
    straw = straw * (1 + 0.3 * (bale.scene.fine - 0.5)).unsqueeze(1)
    roll = capsule(x, y, 0.0, -0.78, 0.5, -0.86, 0.72)
    up = ((-0.8 - y) / 0.75).clamp(-1, 1)
    coat = mix(straw, snow(scene), scene.winter * sharpen(up, 0.3, 0.6))
    bale.paint(roll, coat * bale.light.on(0.5, up * 0.8, 0.3), "hay", "none", "straw")
    end = ellipse(x, y, -0.08, -0.76, 0.66, 0.74)
    coil = 1 + 0.14 * torch.sin((end + 0.75) * 34 + torch.atan2(y + 0.76, x + 0.08))
    bale.paint(end, straw * 1.04 * bale.light.on(-0.45, 0.15, 0.85) * coil.unsqueeze(1), "hay", "none", "straw")


def field(scene: Scene, name: str, area: Tensor, vanishing: Tensor, present: Tensor | float = 1.0) -> None:
    """Sown land in rows that run together at (vanishing, horizon); stubble in autumn, under snow in winter.

    area: signed distance, broadcast to the whole canvas.
    """
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    every = torch.arange(dice.count, device=canvas.image.device)
    crops = torch.stack([dice.colour(f"{name} crop {i}", table, 0.03) for i, table in enumerate(_CROPS)])
    colour = crops[scene.season, every]
    depth = (canvas.y - scene.horizon).clamp(min=0.012)
    across = (canvas.x - vanishing) / depth
    pace = dice.uniform(name + " rows", 1.3, 2.0)
    rows = torch.sin(across * 6.283 * pace)
    strength = sharpen(depth / pace, 0.035, 0.11)
    blur = (1 + 0.5 * (scene.fine - 0.5) * strength) * (1 + 0.16 * (scene.coarse - 0.5))
    lit = light.on(0.35 * rows * strength, 0.8, 0.35)
    soil = mix(rgb((0.42, 0.31, 0.21), colour), rgb((0.80, 0.80, 0.84), colour), scene.winter * 0.6)
    colour = mix(colour * (1 - 0.1 * strength).unsqueeze(1), soil, sharpen(-rows, 0.15, 0.85) * strength * 0.75)
    colour = mix(colour * lit * blur.unsqueeze(1), light.haze * 0.95, 0.3 * (1 - depth * 5).clamp(0, 1))
    white = torch.where(scene.winter > 0, MATERIALS.index("snow"), MATERIALS.index("foliage")).to(torch.uint8)
    paint_as(canvas, canvas.cover(area, present), colour.clamp(0, 1), "field", "none", white)
