"""A ski lift: pylons up the slope, the cable between them, and the cabins that hang from it."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from dissect_core.world.figures import place
from dissect_core.world.scene import RGB, Scene, Spot, rgb
from dissect_core.world.shapes import box, capsule, rounded_box, union

_ARM = 0.14  # from the post to a cable, in heights of the pylon
_DARK: RGB = (0.20, 0.21, 0.24)
_CABINS: tuple[RGB, ...] = (
    (0.86, 0.22, 0.18),
    (0.18, 0.40, 0.68),
    (0.95, 0.74, 0.20),
    (0.24, 0.50, 0.38),
    (0.92, 0.92, 0.92),
)


def ski_lift(scene: Scene, name: str, near: Spot, far: tuple[Tensor, Tensor], present: Tensor) -> None:
    """From a pylon at `near`, as high as its scale, up to one with its foot at (x, y) = far, seen a third as large."""
    if not bool(present.any()):
        return
    dice = scene.dice
    steel = dice.colour(name + "steel", ((0.46, 0.48, 0.52), (0.28, 0.36, 0.40), (0.60, 0.58, 0.54)))

    def at(t: float) -> Spot:
        """What stands at the share t of the way up: equal steps on the slope shrink with distance."""
        close = (1 - t) / (1 - t + t * 3.0)
        x, foot = far[0] + (near.x - far[0]) * close, far[1] + (near.foot - far[1]) * close
        return Spot(x, foot, near.scale * (0.33 + 0.67 * close))

    stops = [at(t) for t in (1.0, 0.62, 0.0)]
    for stop in stops:
        _pylon(scene, stop, steel, present)
    for below, above in pairwise(stops):
        _cables(scene, below, above, present)
    paint, shift = dice.colour(name + "cabins", _CABINS), dice.uniform(name + "shift", 0.0, 0.06)
    for side, t in ((-1.0, 0.76), (1.0, 0.46), (-1.0, 0.22)):
        pylon = at(t)
        x = pylon.x + side * _ARM * pylon.scale + (near.x - far[0]) * shift
        _cabin(scene, Spot(x, pylon.foot - pylon.scale + (near.foot - far[1]) * shift, pylon.scale), paint, present)


def _pylon(scene: Scene, spot: Spot, steel: Tensor, present: Tensor) -> None:
    """A post with a crossbar, 1 high."""
    mast = place(scene, spot, present, (-0.25, -1.1, 0.25, 0.05))
    half = 0.028 + 0.002 / mast.scale
    post = box(mast.x, mast.y, -half, -1.0, half, 0.0)
    bar = box(mast.x, mast.y, -0.17, -1.0 - half, 0.17, -1.0 + half)
    face = mast.light.on((mast.x / half).clamp(-1, 1) * 0.7, 0.1, 0.7)
    mast.paint(union(post, bar), steel * face, "ski lift", "post", "metal")


def _cables(scene: Scene, below: Spot, above: Spot, present: Tensor) -> None:
    """The two cables between two pylons."""
    ends = [(spot.x, spot.foot - spot.scale, spot.scale * _ARM) for spot in (below, above)]
    (ax, ay, a), (bx, by, b) = ends
    left = torch.minimum(torch.as_tensor(ax - a), torch.as_tensor(bx - b))
    right = torch.maximum(torch.as_tensor(ax + a), torch.as_tensor(bx + b))
    scene = scene.within(left - 0.01, torch.minimum(ay, by) - 0.01, right + 0.01, torch.maximum(ay, by) + 0.01)
    canvas = scene.canvas
    lines = [capsule(canvas.x, canvas.y, ax + s * a, ay, bx + s * b, by, 0.0034) for s in (-1.0, 1.0)]
    canvas.paint(canvas.cover(union(*lines), present), rgb(_DARK, ay), "ski lift", "cable", "metal")


def _cabin(scene: Scene, spot: Spot, paint: Tensor, present: Tensor) -> None:
    """A gondola that hangs from the point (x, foot) of its spot."""
    cabin = place(scene, spot, present, (-0.2, -0.05, 0.2, 0.5))
    x, y = cabin.x, cabin.y
    wire = 0.004 + 0.001 / cabin.scale
    cabin.paint(box(x, y, -wire, 0.0, wire, 0.16), rgb(_DARK, spot.scale), "ski lift", "cable", "metal")
    up = ((0.28 - y) / 0.14).clamp(-1, 1)
    hull = rounded_box(x, y, -0.125, 0.14, 0.125, 0.42, 0.06)
    cabin.paint(hull, paint * cabin.light.on(0, 0.4 * up, 0.8), "ski lift", "cabin", "metal")
    pane = rounded_box(x, y, -0.09, 0.185, 0.09, 0.285, 0.03)
    cabin.paint(pane, rgb((0.46, 0.62, 0.74), spot.scale) * cabin.light.on(0, 0.5, 0.6), "ski lift", "window", "glass")
