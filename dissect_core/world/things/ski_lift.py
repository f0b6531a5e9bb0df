"""A ski lift: pylons up the slope, the cable between them, and the cabins that hang from it."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from dissect_core.world.scene import RGB, Scene, rgb
from dissect_core.world.shapes import box, capsule, rounded_box, union

_CABINS: tuple[RGB, ...] = (
    (0.86, 0.22, 0.18),
    (0.18, 0.40, 0.68),
    (0.95, 0.74, 0.20),
    (0.24, 0.50, 0.38),
    (0.92, 0.92, 0.92),
)


def ski_lift(
    scene: Scene, name: str, near: tuple[Tensor, Tensor], far: tuple[Tensor, Tensor], tall: Tensor, present: Tensor
) -> None:
    """From a pylon with its foot at (x, y) = near, `tall` high (image widths), up to one at far, a third as large."""
    if not bool(present.any()):
        return
    (near_x, near_y), (far_x, far_y) = near, far
    low_x, high_x = torch.minimum(near_x, far_x), torch.maximum(near_x, far_x)
    scene = scene.within(
        low_x - tall * 0.3, torch.minimum(near_y, far_y) - tall * 1.1, high_x + tall * 0.3, near_y + 0.02
    )
    canvas, light, dice = scene.canvas, scene.light, scene.dice
    x, y = canvas.x, canvas.y
    steel = dice.colour(name + "steel", ((0.46, 0.48, 0.52), (0.28, 0.36, 0.40), (0.60, 0.58, 0.54)))

    def at(t: float) -> tuple[Tensor, Tensor, float]:
        """Foot and scale of what stands at the share t of the way up: equal steps on the slope shrink with distance."""
        near_by = (1 - t) / (1 - t + t * 3.0)
        return far_x + (near_x - far_x) * near_by, far_y + (near_y - far_y) * near_by, 0.33 + 0.67 * near_by

    stops = [at(t) for t in (1.0, 0.62, 0.0)]
    for foot_x, foot_y, scale in stops:
        half = tall * scale * 0.028 + 0.002
        post = box(x, y, foot_x - half, foot_y - tall * scale, foot_x + half, foot_y)
        bar = box(
            x,
            y,
            foot_x - tall * scale * 0.16,
            foot_y - tall * scale - half,
            foot_x + tall * scale * 0.16,
            foot_y - tall * scale + half,
        )
        face = light.on(((x - foot_x) / half).clamp(-1, 1) * 0.7, 0.1, 0.7)
        canvas.paint(canvas.cover(union(post, bar), present), (steel * face).clamp(0, 1), "ski lift", "post", "metal")
    for side in (-1.0, 1.0):
        lines = []
        for (ax, ay, a), (bx, by, b) in pairwise(stops):
            lines.append(
                capsule(
                    x, y, ax + side * tall * a * 0.14, ay - tall * a, bx + side * tall * b * 0.14, by - tall * b, 0.0034
                )
            )
        dark = rgb((0.20, 0.21, 0.24), tall)
        canvas.paint(canvas.cover(union(*lines), present), dark, "ski lift", "cable", "metal")
    paint = dice.colour(name + "cabins", _CABINS)
    shift = dice.uniform(name + "shift", 0.0, 0.1)
    for order, t in enumerate((0.78, 0.46, 0.2)):
        side = 1.0 if order % 2 else -1.0
        foot_x, foot_y, scale = at(t)
        size = tall * scale
        cx, top = (
            foot_x + side * size * 0.14 + (near_x - far_x) * shift * scale,
            foot_y - size + (near_y - far_y) * shift * scale,
        )
        hanger = box(x, y, cx - 0.004 * scale - 0.001, top, cx + 0.004 * scale + 0.001, top + size * 0.16)
        canvas.paint(canvas.cover(hanger, present), dark, "ski lift", "cable", "metal")
        half = size * 0.125
        cabin = rounded_box(x, y, cx - half, top + size * 0.14, cx + half, top + size * 0.42, half * 0.5)
        up = ((top + size * 0.28 - y) / (size * 0.14)).clamp(-1, 1)
        canvas.paint(
            canvas.cover(cabin, present), (paint * light.on(0, 0.4 * up, 0.8)).clamp(0, 1), "ski lift", "cabin", "metal"
        )
        pane = rounded_box(
            x, y, cx - half * 0.72, top + size * 0.185, cx + half * 0.72, top + size * 0.285, half * 0.25
        )
        glass = rgb((0.46, 0.62, 0.74), tall) * light.on(0, 0.5, 0.6)
        canvas.paint(canvas.cover(pane, present), glass.clamp(0, 1), "ski lift", "window", "glass")
