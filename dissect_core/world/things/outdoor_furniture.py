"""What stands in streets, parks and at the water's edge: benches, lamps, umbrellas, fountains, flower beds."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, union
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_BLOSSOMS: tuple[RGB, ...] = (
    (0.92, 0.26, 0.32), (0.96, 0.78, 0.22), (0.94, 0.56, 0.72), (0.62, 0.40, 0.78), (0.96, 0.95, 0.92),
    (0.94, 0.50, 0.20)
)  # fmt: skip
_CLOTHS: tuple[RGB, ...] = (
    (0.86, 0.24, 0.20), (0.20, 0.48, 0.70), (0.95, 0.74, 0.22), (0.24, 0.56, 0.46), (0.92, 0.50, 0.56),
    (0.94, 0.92, 0.86)
)  # fmt: skip


def bench(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A wooden bench of 1.8 metres on iron feet, seen from before."""
    cast(scene, spot, 0.95, 0.8, 0.2, present)
    seat = place(scene, spot, present, (-1.1, -1.1, 1.1, 0.1))
    if seat.absent:
        return
    x, y = seat.x, seat.y
    iron = rgb((0.22, 0.23, 0.25), spot.scale) * seat.light.on(0, 0, 0.9)
    feet = union(
        *(box(x, y, at - 0.06, -0.95, at + 0.06, 0.0) for at in (-0.72, 0.72)),
        (torch.maximum((x.abs() - 0.86).abs() - 0.05, (y + 0.35).abs() - 0.3)),
    )
    seat.paint(feet, iron, "bench", "leg", "metal")
    wood = scene.dice.colour(
        name + "wood", ((0.62, 0.40, 0.23), (0.52, 0.34, 0.21), (0.30, 0.44, 0.34), (0.80, 0.30, 0.22))
    )
    back = intersect(x.abs() - 0.95, torch.minimum((y + 0.92).abs() - 0.085, (y + 0.69).abs() - 0.085))
    seat.paint(back, wood * seat.light.on(0, 0.15, 0.9), "bench", "backrest", "wood")
    slab = polygon(x, y, ((-0.9, -0.55), (0.9, -0.55), (1.0, -0.4), (-1.0, -0.4)))
    slab = union(slab, box(x, y, -1.0, -0.42, 1.0, -0.33))
    white = mix(wood, snow(scene), scene.winter * 0.9)
    seat.paint(slab, white * seat.light.on(0, 0.8, 0.4), "bench", "seat", "wood")


def street_lamp(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A lamp post of 4 metres with an old lantern; it glows at dusk."""
    cast(scene, spot, 0.2, 3.0, 0.14, present)
    lamp = place(scene, spot, present, (-1.3, -5.0, 1.3, 0.1))
    if lamp.absent:
        return
    x, y = lamp.x, lamp.y
    iron = scene.dice.colour(name + "iron", ((0.18, 0.20, 0.22), (0.20, 0.34, 0.30), (0.24, 0.24, 0.30)))
    face = lamp.light.on((x / 0.1).clamp(-1, 1) * 0.7, 0, 0.7)
    post = union(
        box(x, y, -0.085, -3.4, 0.085, 0.0), box(x, y, -0.16, -0.5, 0.16, 0.0), box(x, y, -0.34, -3.05, 0.34, -2.96)
    )
    lamp.paint(post, iron * face, "street lamp", "post", "metal")
    warm = scene.light.warm
    lantern = polygon(x, y, ((-0.36, -4.1), (0.36, -4.1), (0.2, -3.38), (-0.2, -3.38)))
    lamp.shade(ellipse(x, y, 0.0, -3.75, 0.6, 0.6), rgb((1.7, 1.5, 1.15), spot.scale), 1.2, warm)
    bright = mix(rgb((0.90, 0.92, 0.86), spot.scale) * face, rgb((1.0, 0.90, 0.58), spot.scale), warm)
    lamp.paint(lantern, iron * face, "street lamp", "lantern", "metal")
    lamp.paint(torch.maximum(lantern + 0.085, 0.03 - x.abs()), bright, "street lamp", "lantern", "glass")
    roof = polygon(x, y, ((-0.08, -4.45), (0.08, -4.45), (0.46, -4.06), (-0.46, -4.06)))
    lamp.paint(
        roof, mix(iron, snow(scene), scene.winter * 0.8) * lamp.light.on(0, 0.5, 0.6), "street lamp", "lantern", "metal"
    )


def umbrella(scene: Scene, name: str, spot: Spot, present: Tensor, lean: Tensor | float = 0.0) -> None:
    """A sunshade of 2.6 metres with panels in two colours; `lean` tips it, metres at the top."""
    cast(scene, spot, 0.9, 1.4, 0.26, present)
    shade = place(scene, spot, present, (-2.4, -3.0, 2.4, 0.1))
    if shade.absent:
        return
    y = shade.y
    x = shade.x + lean * y / 2.4
    pole = box(x, y, -0.055, -2.5, 0.055, 0.0)
    shade.paint(pole, rgb((0.90, 0.88, 0.82), spot.scale) * shade.light.on(0.3, 0, 0.8), "umbrella", "post", "wood")
    dome = intersect(ellipse(x, y, 0.0, -1.75, 1.55, 0.98), y + 1.78 - 0.09 * torch.cos(x * 8.1))
    across = (x / 1.6).clamp(-1, 1)
    panel = torch.sin(torch.asin(across * 0.999) * 4.5 + 1.57)
    one, two = (
        scene.dice.colour(name + "one", _CLOTHS),
        scene.dice.colour(name + "two", ((0.96, 0.95, 0.90), (0.96, 0.90, 0.70))),
    )
    cloth = mix(one, two, sharpen(panel, -0.1, 0.1))
    up = ((-1.7 - y) / 1.0).clamp(0, 1)
    shade.paint(dome, cloth * shade.light.on(across * 0.75, 0.25 + 0.5 * up, 0.55), "umbrella", "none", "fabric")


def flowers(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A bed of flowers, `half` wide to each side and as deep as the ground shows it; withered in winter."""
    present = present * (1 - scene.winter)
    bed = place(scene, spot, present, (-1.3, -0.8, 1.3, 0.4))
    if bed.absent:
        return
    x, y = bed.x + (bed.scene.fine - 0.5) * 0.3, bed.y + (bed.scene.other - 0.5) * 0.22
    bed.shade(ellipse(x, y, 0.0, 0.06, 1.06, 0.26), 0.6, 0.15)
    patch = union(
        ellipse(x, y, -0.42, -0.18, 0.56, 0.34),
        ellipse(x, y, 0.42, -0.2, 0.56, 0.36),
        ellipse(x, y, 0.0, -0.12, 0.9, 0.36),
    )
    up = (-y / 0.5).clamp(0, 1)
    leaf = (
        rgb((0.25, 0.46, 0.19), spot.scale)
        * bed.light.on(0, 0.2 + 0.6 * up, 0.5)
        * (0.8 + 0.5 * bed.scene.fine).unsqueeze(1)
    )
    bed.paint(patch, leaf, "flowers", "none", "foliage")
    row = torch.floor(bed.y / 0.23 + 40)
    across = bed.x / 0.27 + 0.5 * torch.remainder(row, 2) + 40
    cell_x, cell_y = torch.frac(across) - 0.5, torch.frac(bed.y / 0.23 + 40) - 0.5
    lot = torch.frac(
        torch.sin(row * 12.99 + torch.floor(across) * 78.23 + scene.dice.uniform(name + "lot", 0, 50)) * 437.6
    ).abs()
    dots = torch.maximum((torch.sqrt(cell_x**2 + cell_y**2 + 1e-9) - 0.44) * 0.25, patch + 0.02)
    petals = mix(
        scene.dice.colour(name + "one", _BLOSSOMS), scene.dice.colour(name + "two", _BLOSSOMS), (lot > 0.6).float()
    )
    bed.paint(dots, petals * bed.light.on(0, 0.7, 0.5), "flowers", "none", "foliage")


def fountain(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A stone basin of 4 metres with a column and falling water; dry under snow in winter."""
    cast(scene, spot, 2.1, 1.4, 0.45, present)
    well = place(scene, spot, present, (-2.4, -3.4, 2.4, 0.4))
    if well.absent:
        return
    x, y = well.x, well.y
    stone = scene.dice.colour(name + "stone", ((0.78, 0.74, 0.66), (0.66, 0.66, 0.67), (0.84, 0.80, 0.74)))
    face = well.light.on((x / 2.0).clamp(-1, 1) * 0.85, 0.05, 0.75)
    blocks = joints(scene.dice, name + "blocks", x + 20, y + 20, 0.8, 0.35, gap=0.3, depth=0.25)
    body = union(torch.maximum(x.abs() - 2.0, torch.maximum(-0.7 - y, y)), ellipse(x, y, 0.0, 0.0, 2.0, 0.36))
    well.paint(body, stone * face * blocks.unsqueeze(1), "fountain", "none", "stone")
    rim = ellipse(x, y, 0.0, -0.7, 2.12, 0.42)
    top = well.light.on(0, 0.85, 0.3)
    well.paint(rim, mix(stone * 1.05, snow(scene), scene.winter) * top, "fountain", "none", "stone")
    pool = ellipse(x, y, 0.0, -0.7, 1.82, 0.31)
    ripple = 1 + 0.16 * torch.sin(torch.sqrt((x / 1.8) ** 2 + ((y + 0.7) / 0.31) ** 2 + 1e-6) * 16)
    water = mix(rgb((0.36, 0.60, 0.68), spot.scale) * top * ripple.unsqueeze(1), snow(scene) * top, scene.winter * 0.9)
    well.paint(pool, water, "fountain", "basin", "water")
    column = union(
        box(x, y, -0.2, -2.1, 0.2, -0.65), ellipse(x, y, 0.0, -0.68, 0.5, 0.14), ellipse(x, y, 0.0, -2.05, 0.85, 0.2)
    )
    well.paint(column, stone * well.light.on((x / 0.4).clamp(-1, 1) * 0.8, 0.1, 0.65), "fountain", "none", "stone")
    arc = union(
        (torch.sqrt(((x.abs() - 0.5) / 0.5) ** 2 + ((y + 1.7) / 1.1) ** 2 + 1e-6) - 1).abs() * 0.5
        - 0.05
        + (y > -0.75) * 9,
        capsule(x, y, 0.0, -2.1, 0.0, -3.0, 0.07),
    )
    shown = well.present * (1 - scene.winter)
    spray = rgb((0.90, 0.96, 1.0), spot.scale) * well.light.on(0, 0.4, 0.7)
    well.paint(arc, spray, "fountain", "none", "water", shown)
