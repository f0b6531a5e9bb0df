"""Plants of dry and warm places: palms and cacti."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import Scene, Spot, rgb
from dissect_core.world.shapes import capsule, ellipse, union


def _frond(palm: Figure, ax: Tensor, ay: Tensor, reach: float, droop: float, thick: float) -> Tensor:
    """A leaf that leaves (ax, ay) sideways and hangs down at its end: the area between two parabolas, with a comb."""
    t = ((palm.x - ax) / reach).clamp(0, 1)
    rise = 0.5 * abs(reach) * (t - (1.0 + droop) * t * t)
    spine = ay - rise
    half = thick * torch.sin((t * 0.94 + 0.06) * 3.1416).clamp(min=0) ** 0.7
    comb = 0.62 + 0.38 * torch.cos(t * 44).abs()
    offset = palm.y - spine
    leaf = torch.maximum(offset - half * comb * 1.15, -offset - half * 0.5)
    ends = torch.maximum(-(palm.x - ax) / reach, (palm.x - ax) / reach - 1) * abs(reach)
    return torch.maximum(leaf * 0.8, ends)


def palm(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A palm of the given height (image widths) on a curved, ringed trunk."""
    dice = scene.dice
    cast(scene, spot, 0.1, 0.8, 0.035, present)
    tree = place(scene, spot, present, (-0.62, -1.25, 0.62, 0.04), 1 - 2 * dice.chance(name + "way", 0.5))
    if tree.absent:
        return
    x, y = tree.x, tree.y
    lean = dice.uniform(name + "lean", 0.04, 0.24)
    t = (-y).clamp(0, 1)
    spine = lean * t * t
    half = 0.042 - 0.018 * t + 0.02 * (0.12 - t).clamp(min=0) * 4
    across = ((x - spine) / half).clamp(-1, 1)
    rings = 1 - 0.22 * (torch.frac(t * 15) < 0.3).float()
    bark = rgb((0.62, 0.49, 0.34), spot.scale) * tree.light.on(across * 0.85, 0.05, 0.55) * rings.unsqueeze(1)
    trunk = torch.maximum((x - spine).abs() - half, torch.maximum(y, -0.97 - y))
    tree.paint(trunk, bark, "palm", "trunk", "wood")
    green = dice.colour(name + "green", ((0.26, 0.50, 0.20), (0.34, 0.56, 0.22), (0.22, 0.44, 0.22)))
    top = -0.97 + 0 * spot.scale
    for reach, droop, lift, tone in (
        (0.44, 0.75, 0.0, 0.62), (-0.44, 0.8, 0.0, 0.66), (0.36, 1.5, 0.0, 0.78), (-0.36, 1.6, 0.0, 0.82),
        (0.40, 0.15, 0.02, 1.02), (-0.40, 0.1, 0.02, 1.06), (0.24, -0.7, 0.03, 1.12), (-0.22, -0.9, 0.03, 1.15),
    ):  # fmt: skip
        blade = _frond(tree, lean + 0 * spot.scale, top - lift, reach, droop, 0.075)
        side = 0.6 if reach > 0 else -0.6
        tree.paint(blade, green * tone * tree.light.on(side, 0.55, 0.4), "palm", "crown", "foliage")
    nuts = union(*(ellipse(x, y, lean + u, top + 0.035, 0.032, 0.036) for u in (-0.035, 0.03)))
    tree.paint(
        nuts,
        rgb((0.50, 0.34, 0.20), spot.scale) * tree.light.on(0, 0.3, 0.7),
        "palm",
        "crown",
        "none",
        dice.chance(name + "nuts", 0.6),
    )


def cactus(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A saguaro of the given height (image widths) with up to two arms, or a round barrel cactus at its foot."""
    dice = scene.dice
    cast(scene, spot, 0.14, 0.9, 0.045, present)
    plant = place(scene, spot, present, (-0.5, -1.05, 0.5, 0.05), 1 - 2 * dice.chance(name + "way", 0.5))
    if plant.absent:
        return
    x, y = plant.x, plant.y
    green = dice.colour(name + "green", ((0.32, 0.50, 0.28), (0.38, 0.54, 0.30), (0.30, 0.46, 0.34)))
    thick = dice.uniform(name + "thick", 0.088, 0.115)

    def limb(distance: Tensor, across: Tensor, radius: Tensor | float) -> None:
        round_x = (across / radius).clamp(-1, 1)
        ribs = 1 + 0.16 * torch.cos(torch.asin(round_x * 0.999) * 9)
        plant.paint(
            distance, green * plant.light.on(round_x * 0.9, 0.12, 0.55) * ribs.unsqueeze(1), "cactus", "none", "foliage"
        )

    left, right = dice.uniform(name + "left", 0.32, 0.5), dice.uniform(name + "right", 0.4, 0.6)
    for side, level, rise, chance in ((-1.0, left, 0.3, 0.75), (1.0, right, 0.22, 0.85)):
        out, wide = side * 0.27, thick * 0.68
        elbow = capsule(x, y, 0.0, -level, out, -level, wide)
        upper = capsule(x, y, out, -level, out, -level - rise, wide)
        here = torch.where(dice.chance(f"{name}arm {side}", chance) > 0, 0.0, 9.0)
        limb(union(elbow, upper) + here, torch.where((x - out).abs() < wide, x - out, 0.7 * (y + level)), wide)
    stem = torch.maximum(capsule(x, y, 0.0, 0.0, 0.0, -1.0 + 0.115, thick), y - 0.01)
    limb(stem, x, thick)
    bloom = union(*(ellipse(x, y, u, -0.98, 0.035, 0.03) for u in (-0.05, 0.05)))
    plant.paint(
        bloom, rgb((0.95, 0.45, 0.55), spot.scale), "cactus", "none", "foliage", dice.chance(name + "bloom", 0.4)
    )
