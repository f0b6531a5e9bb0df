"""The openings of a church: arched windows, the rose window and the portal."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.church_style import Style
from dissect_core.world.scene import Scene, mix, paint_as, rgb
from dissect_core.world.shapes import Number, arch, box, ellipse, union
from dissect_core.world.texture import sharpen


def _glass(scene: Scene, height: Tensor) -> Tensor:
    """Dark glass that reflects the sky towards its top, or lamplight at dusk; height 0..1 from the sill."""
    dark, pale = rgb((0.13, 0.18, 0.27), height), rgb((0.36, 0.47, 0.60), height)
    day = mix(dark, pale, height.clamp(0, 1) ** 1.5) * (0.4 + 0.6 * scene.light.on(0, 0.3, 0.7))
    glow = mix(rgb((1.0, 0.70, 0.28), height), rgb((1.0, 0.88, 0.50), height), height.clamp(0, 1))
    return mix(day, glow, scene.light.warm)


def window(
    scene: Scene,
    style: Style,
    x: Tensor,
    y: Tensor,
    cx: Number,
    sill: Number,
    width: Tensor,
    height: Tensor,
    light: Tensor,
    present: Tensor | float = 1.0,
    frame: float = 0.009,
) -> None:
    """An arched window; x, y may be coordinates on a wall.  Its frame belongs to it."""
    canvas = scene.canvas
    distance = arch(x, y, cx, sill, width, height, style.point)
    paint_as(
        canvas,
        canvas.cover(distance - frame, present),
        (style.trim * light).clamp(0, 1),
        None,
        "window",
        style.trim_material,
    )
    rise = (sill - y) / height
    bar = torch.minimum((x - cx).abs() - 0.0035, (rise - 0.52).abs() * height - 0.0035)
    colour = mix(_glass(scene, rise), style.trim * light * 0.75, canvas.cover(bar) * 0.55)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), None, "window", "glass")


def rose(
    scene: Scene,
    style: Style,
    x: Tensor,
    y: Tensor,
    cx: Tensor,
    cy: Tensor,
    radius: Tensor,
    light: Tensor,
    present: Tensor,
) -> None:
    """A round window with spokes, of coloured glass."""
    canvas = scene.canvas
    distance = ellipse(x, y, cx, cy, radius, radius)
    paint_as(
        canvas,
        canvas.cover(distance - 0.011, present),
        (style.trim * light).clamp(0, 1),
        None,
        "window",
        style.trim_material,
    )
    turn = torch.atan2(y - cy, x - cx)
    length = distance / radius + 1
    spokes = torch.maximum(
        sharpen(torch.cos(turn * 6), 0.72, 1.0) * (length > 0.3), sharpen((length - 0.36).abs(), 0.14, 0.0)
    )
    tint = scene.dice.colour("rose", ((0.20, 0.34, 0.62), (0.50, 0.20, 0.34), (0.20, 0.44, 0.46)))
    glass = mix(
        tint * (0.5 + 0.5 * scene.light.on(0, 0, 1)),
        _glass(scene, (cy - y) / radius * 0.5 + 0.5),
        0.3 + 0.6 * scene.light.warm,
    )
    colour = mix(glass, style.trim * light, spokes * 0.75)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), None, "window", "glass")


def portal(
    scene: Scene, style: Style, x: Tensor, cx: Tensor, base: Tensor, width: Tensor, height: Tensor, light: Tensor
) -> None:
    """The door in its stone frame, with a step before it."""
    canvas, y = scene.canvas, scene.canvas.y
    opening = arch(x, y, cx, base, width, height, style.point * 0.8)
    outer = torch.maximum(opening - 0.02, y - base)
    paint_as(canvas, canvas.cover(outer), (style.trim * light).clamp(0, 1), None, "wall", style.trim_material)
    ring = (opening - 0.010).abs() - 0.0035
    canvas.shade(canvas.cover(torch.maximum(ring, y - base)) * 0.35, 0.6)
    across = (x - cx) / width
    plank = torch.frac(across * 4 + 8)
    seam = sharpen(torch.minimum(plank, 1 - plank), 0.0, 0.22)
    middle = sharpen(across.abs(), 0.015, 0.06)
    rails = union(*((base - height * s - y).abs() for s in (0.2, 0.56)))
    tone = (0.8 + 0.2 * seam) * (0.55 + 0.45 * middle) * (1 - 0.22 * canvas.cover(rails - 0.006))
    deep = 1 - 0.35 * sharpen(opening, -0.018, 0.0)  # in the shadow of the frame
    colour = style.door * (0.25 + 0.85 * light) * (tone * deep).unsqueeze(1)
    knob = ellipse(x, y, cx + width * 0.1, base - height * 0.36, 0.006, 0.007)
    colour = mix(colour, rgb((0.95, 0.82, 0.45), tone), canvas.cover(knob) * 0.8)
    canvas.paint(canvas.cover(opening), colour.clamp(0, 1), None, "door", "wood")
    step = box(x, y, cx - width * 0.62 - 0.014, base - 0.004, cx + width * 0.62 + 0.014, base + 0.013)
    stone = style.trim * 0.92 * scene.light.on(0, 0.6, 0.6)
    canvas.paint(canvas.cover(step), stone.clamp(0, 1), "church", "wall", "stone")
