"""Aeroplanes seen from the side: airliners, and small ones with a propeller; on their wheels or in flight."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import box, capsule, ellipse, intersect, polygon, rounded_box, union
from dissect_core.world.texture import sharpen

_LIVERIES: tuple[RGB, ...] = (
    (0.16, 0.34, 0.66), (0.82, 0.20, 0.18), (0.95, 0.70, 0.18), (0.20, 0.50, 0.42), (0.42, 0.26, 0.56),
    (0.92, 0.46, 0.20)
)  # fmt: skip
_BODIES: tuple[RGB, ...] = ((0.96, 0.96, 0.96), (0.90, 0.92, 0.94), (0.97, 0.94, 0.86))


def _gear(plane: Figure, places: tuple[float, ...], radius: float, top: float, grounded: Tensor) -> None:
    """Legs and wheels, out of sight in flight."""
    legs = union(*(box(plane.x, plane.y, at - radius * 0.25, top, at + radius * 0.25, -radius) for at in places))
    plane.paint(legs, rgb((0.45, 0.46, 0.50), plane.scale), "aeroplane", "wheel", "metal", grounded)
    wheels = union(*(ellipse(plane.x, plane.y, at, -radius, radius, radius) for at in places))
    plane.paint(wheels, rgb((0.12, 0.12, 0.13), plane.scale), "aeroplane", "wheel", "rubber", grounded)


def _round(plane: Figure, middle: float, radius: float) -> Tensor:
    """Light on a lying tube around the height `middle`."""
    up = ((middle - plane.y) / radius).clamp(-1, 1)
    return plane.light.on(0.1, up * 0.75, torch.sqrt(1 - up * up) * 0.75 + 0.12)


def airliner(
    scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor,
    grounded: Tensor | float = 1.0,
) -> None:  # fmt: skip
    """A jet of the given length (image widths), nose towards `facing`; in the air where `grounded` is 0."""
    dice = scene.dice
    on = torch.as_tensor(grounded, device=spot.scale.device) * torch.ones_like(spot.scale)
    cast(scene, spot, 0.46, 0.16, 0.035, present * on)
    plane = place(scene, spot, present, (-0.56, -0.44, 0.56, 0.04), facing)
    if plane.absent:
        return
    x, y = plane.x, plane.y
    body, livery = dice.colour(name + "body", _BODIES, 0.02), dice.colour(name + "livery", _LIVERIES)
    far_wing = polygon(x, y, ((-0.09, -0.235), (-0.04, -0.235), (0.04, -0.145), (-0.06, -0.145)))
    plane.paint(far_wing, body * 0.62 * plane.light.on(0, 0.3, 0.5), "aeroplane", "wing", "metal")
    _gear(plane, (0.34, -0.06), 0.023, -0.08, on)
    fin = polygon(x, y, ((-0.50, -0.37), (-0.42, -0.37), (-0.30, -0.17), (-0.46, -0.17)))
    plane.paint(fin, livery * plane.light.on(0, 0.1, 0.85), "aeroplane", "tail", "metal")
    tube = union(
        capsule(x, y, -0.22, -0.135, 0.36, -0.135, 0.063),
        ellipse(x, y, 0.36, -0.125, 0.14, 0.053),
        polygon(x, y, ((-0.5, -0.195), (-0.2, -0.198), (-0.2, -0.072), (-0.49, -0.165))),
    )
    light = _round(plane, -0.135, 0.065)
    plane.paint(tube, body * light, "aeroplane", "body", "metal")
    belly = torch.maximum(tube, -0.105 - y - 0.02 * torch.sin(x * 6))
    plane.paint(belly, livery * light, "aeroplane", "body", "metal")
    row = intersect(
        (torch.remainder(x + 0.5, 0.042) - 0.021).abs() - 0.0105, (y + 0.152).abs() - 0.0125, (x - 0.03).abs() - 0.32
    )
    panes = mix(rgb((0.16, 0.22, 0.32), spot.scale), rgb((1.0, 0.86, 0.50), spot.scale), scene.light.warm)
    plane.paint(row, panes, "aeroplane", "window", "glass")
    cockpit = polygon(x, y, ((0.385, -0.178), (0.43, -0.160), (0.435, -0.140), (0.385, -0.140)))
    plane.paint(cockpit, rgb((0.13, 0.18, 0.26), spot.scale), "aeroplane", "window", "glass")
    plane.shade(polygon(x, y, ((-0.02, -0.12), (0.15, -0.12), (-0.05, -0.02), (-0.22, -0.02))), 0.7, 0.05)
    engine = rounded_box(x, y, -0.03, -0.085, 0.10, -0.028, 0.026)
    plane.paint(engine, livery * _round(plane, -0.056, 0.03), "aeroplane", "engine", "metal")
    intake = ellipse(x, y, 0.093, -0.056, 0.009, 0.026)
    plane.paint(intake, rgb((0.15, 0.15, 0.18), spot.scale), "aeroplane", "engine", "metal")
    wing = polygon(x, y, ((-0.03, -0.115), (0.14, -0.115), (-0.13, -0.052), (-0.20, -0.052)))
    plane.paint(wing, body * 0.9 * plane.light.on(0, 0.75, 0.4), "aeroplane", "wing", "metal")
    stabiliser = polygon(x, y, ((-0.46, -0.185), (-0.36, -0.185), (-0.46, -0.145), (-0.53, -0.145)))
    plane.paint(stabiliser, body * 0.86 * plane.light.on(0, 0.7, 0.4), "aeroplane", "tail", "metal")


def propeller_plane(
    scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor,
    grounded: Tensor | float = 1.0,
) -> None:  # fmt: skip
    """A small high-winged aeroplane of the given length (image widths)."""
    dice = scene.dice
    on = torch.as_tensor(grounded, device=spot.scale.device) * torch.ones_like(spot.scale)
    cast(scene, spot, 0.44, 0.2, 0.04, present * on)
    plane = place(scene, spot, present, (-0.58, -0.46, 0.58, 0.05), facing)
    if plane.absent:
        return
    x, y = plane.x, plane.y
    body, livery = dice.colour(name + "livery", _LIVERIES), dice.colour(name + "body", _BODIES, 0.02)
    _gear(plane, (0.3, 0.02), 0.036, -0.14, on)
    fin = polygon(x, y, ((-0.52, -0.36), (-0.42, -0.36), (-0.30, -0.2), (-0.5, -0.2)))
    plane.paint(fin, body * plane.light.on(0, 0.1, 0.85), "aeroplane", "tail", "metal")
    hull = union(
        rounded_box(x, y, -0.12, -0.275, 0.42, -0.1, 0.07),
        polygon(x, y, ((-0.51, -0.235), (-0.05, -0.275), (-0.05, -0.1), (-0.49, -0.19))),
        polygon(x, y, ((-0.1, -0.345), (0.1, -0.345), (0.22, -0.25), (-0.22, -0.25))),
    )
    light = _round(plane, -0.2, 0.12)
    plane.paint(hull, body * light, "aeroplane", "body", "metal")
    stripe = torch.maximum(hull, (y + 0.185 + 0.04 * x).abs() - 0.02)
    plane.paint(stripe, livery * light, "aeroplane", "body", "metal")
    cabin = polygon(x, y, ((-0.07, -0.325), (0.085, -0.325), (0.17, -0.245), (-0.14, -0.245)))
    pane = torch.maximum(cabin, 0.008 - (x - 0.01).abs())
    sky = mix(
        rgb((0.16, 0.22, 0.30), spot.scale), rgb((0.58, 0.72, 0.84), spot.scale), ((-0.24 - y) / 0.08).clamp(0, 1)
    )
    plane.paint(pane, sky * plane.light.on(0, 0.4, 0.6), "aeroplane", "window", "glass")
    strut = capsule(x, y, 0.02, -0.13, -0.02, -0.345, 0.009)
    plane.paint(strut, livery * plane.light.on(0, 0, 0.9), "aeroplane", "wing", "metal")
    wing = polygon(x, y, ((-0.16, -0.375), (0.17, -0.375), (0.13, -0.335), (-0.20, -0.335)))
    plane.paint(
        wing,
        livery * plane.light.on(0, 0.8, 0.35) * (1 - 0.2 * sharpen(y + 0.35, 0, 0.01)).unsqueeze(1),
        "aeroplane",
        "wing",
        "metal",
    )
    flat = polygon(x, y, ((-0.52, -0.235), (-0.36, -0.235), (-0.42, -0.205), (-0.56, -0.205)))
    plane.paint(flat, livery * plane.light.on(0, 0.7, 0.4), "aeroplane", "tail", "metal")
    spinner = ellipse(x, y, 0.43, -0.2, 0.035, 0.035)
    blades = ellipse(x, y, 0.455, -0.2, 0.0125, 0.15)
    grey = mix(rgb((0.30, 0.30, 0.32), spot.scale), rgb((0.75, 0.76, 0.78), spot.scale), sharpen(-y, 0.18, 0.22))
    plane.paint(blades, grey, "aeroplane", "propeller", "metal")
    plane.paint(spinner, livery * light, "aeroplane", "propeller", "metal")
