"""Cars: from the side, and from behind or before as they stand in a street."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, ellipse, intersect, polygon, rounded_box, union
from dissect_core.world.texture import sharpen

_PAINT: tuple[RGB, ...] = (
    (0.80, 0.18, 0.16), (0.16, 0.36, 0.68), (0.93, 0.93, 0.92), (0.22, 0.23, 0.26), (0.95, 0.76, 0.20),
    (0.66, 0.68, 0.70), (0.22, 0.48, 0.36), (0.90, 0.52, 0.24), (0.56, 0.76, 0.80),
)  # fmt: skip
_TYRE: RGB = (0.12, 0.12, 0.13)


def _glass(car: Figure, height: Tensor) -> Tensor:
    """Window glass that mirrors the sky towards its top; height 0..1 from below."""
    like = car.scale
    day = mix(rgb((0.16, 0.21, 0.28), like), rgb((0.62, 0.76, 0.86), like), height.clamp(0, 1) ** 1.5)
    return day * car.light.on(0, 0.4, 0.6)


def _wheels(car: Figure, places: tuple[float, ...], radius: float) -> None:
    for cx in places:
        wheel = ellipse(car.x, car.y, cx, -radius, radius, radius)
        car.paint(wheel, rgb(_TYRE, car.scale), "car", "wheel", "rubber")
        hub = ellipse(car.x, car.y, cx, -radius, radius * 0.52, radius * 0.52)
        car.paint(hub, rgb((0.72, 0.73, 0.75), car.scale) * car.light.on(0, 0.3, 0.8), "car", "wheel", "metal")


def car_beside(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A saloon or a van seen from its side, 4.4 metres long; `facing` 1 drives to the right."""
    dice = scene.dice
    cast(scene, spot, 2.1, 1.5, 0.22, present)
    car = place(scene, spot, present, (-2.4, -2.4, 2.4, 0.1), facing)
    if car.absent:
        return
    x, y = car.x, car.y
    van = dice.chance(name + "van", 0.25)
    top = -1.5 - 0.55 * van
    paint = dice.colour(name, _PAINT)
    back, front = -1.55 - 0.5 * van, 0.62 + 0.15 * van
    cabin = polygon(
        x, y, ((back + 0.45 - 0.4 * van, top), (front, top), (1.42, -0.85), (back - 0.3 + 0.3 * van, -0.85))
    )
    lower = union(
        rounded_box(x, y, -2.15, -0.98, 2.15, -0.28, 0.22),
        polygon(x, y, ((-2.1, -0.95), (1.2, -0.98), (2.05, -0.72), (2.1, -0.4))),
    )
    body = union(cabin, lower)
    up = (-y / 1.6).clamp(0, 1)
    face = car.light.on(0, 0.15 + 0.5 * up, 0.8) * (0.8 + 0.28 * sharpen(-y, 0.35, 1.0)).unsqueeze(1)
    car.paint(body, paint * face, "car", "body", "metal")
    car.shade(torch.maximum(lower, -0.45 - y), 0.62, 0.12)
    pane = cabin + 0.13
    post = (x + 0.32 + 0.5 * van).abs() - 0.06
    windows = torch.maximum(torch.maximum(pane, -post), y + 0.9)
    rear = van * (x < -0.3).float() * 9  # a van has no window behind
    car.paint(windows + rear, _glass(car, (-y - 0.85) / 0.6), "car", "window", "glass")
    line = torch.maximum((y + 0.72).abs() - 0.03, lower + 0.06)
    car.shade(line, 0.75, 0.05)
    lamps = mix(rgb((0.98, 0.94, 0.74), spot.scale), rgb((0.80, 0.12, 0.10), spot.scale), (x < 0).float())
    ends = torch.maximum((x.abs() - 2.02).abs() - 0.12, (y + 0.72).abs() - 0.09)
    car.paint(torch.maximum(ends, body), lamps * (0.7 + 0.3 * car.light.on(0, 0, 1)), "car", "body", "plastic")
    arches = union(*(ellipse(x, y, at, -0.34, 0.43, 0.43) for at in (-1.3, 1.32)))
    car.paint(intersect(arches, lower), rgb((0.10, 0.10, 0.11), spot.scale), "car", "body", "metal")
    _wheels(car, (-1.3, 1.32), 0.34)


def car_before(scene: Scene, name: str, spot: Spot, present: Tensor, coming: Tensor) -> None:
    """A car seen from behind, or from before where `coming` is 1: 1.8 metres wide."""
    dice = scene.dice
    cast(scene, spot, 1.0, 0.7, 0.16, present)
    car = place(scene, spot, present, (-1.2, -2.0, 1.2, 0.1))
    if car.absent:
        return
    x, y = car.x, car.y
    paint = dice.colour(name, _PAINT)
    tall = dice.uniform(name + "tall", 1.42, 1.75)
    tyres = union(box(x, y, -0.86, -0.5, -0.58, 0.0), box(x, y, 0.58, -0.5, 0.86, 0.0))
    car.paint(tyres, rgb(_TYRE, spot.scale), "car", "wheel", "rubber")
    cabin = polygon(x, y, ((-0.62, -tall), (0.62, -tall), (0.84, -0.85), (-0.84, -0.85)))
    lower = rounded_box(x, y, -0.93, -1.0, 0.93, -0.24, 0.18)
    up = (-y / tall).clamp(0, 1)
    face = car.light.on((x / 0.9) * 0.5, 0.1 + 0.5 * up, 0.75) * (0.86 + 0.2 * sharpen(-y, 0.4, 0.95)).unsqueeze(1)
    car.paint(union(cabin, lower), paint * face, "car", "body", "metal")
    pane = polygon(x, y, ((-0.52, -tall + 0.12), (0.52, -tall + 0.12), (0.70, -0.95), (-0.70, -0.95)))
    car.paint(pane, _glass(car, (-y - 0.9) / 0.6), "car", "window", "glass")
    lit = mix(rgb((0.82, 0.12, 0.10), spot.scale), rgb((1.0, 0.96, 0.78), spot.scale), coming)
    lamps = torch.maximum((x.abs() - 0.72).abs() - 0.16, (y + 0.72).abs() - 0.1)
    car.paint(lamps, lit * (0.75 + 0.25 * scene.light.on(0, 0, 1)), "car", "body", "plastic")
    plate = box(x, y, -0.26, -0.56, 0.26, -0.4)
    car.paint(plate, rgb((0.93, 0.92, 0.86), spot.scale) * face, "car", "body", "metal")
    bumper = torch.maximum(lower, -0.36 - y)
    car.paint(bumper, rgb((0.20, 0.20, 0.22), spot.scale) * face, "car", "body", "plastic")
    halo = ellipse(x, y, 0.72 * torch.sign(x), -0.72, 0.3, 0.26)
    car.shade(halo, rgb((1.5, 1.35, 1.15), spot.scale), 0.5, scene.light.warm * coming)
