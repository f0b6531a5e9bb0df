"""Roads and lanes that wind from afar to the viewer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS
from dissect_core.world.scene import RGB, Scene, mix, paint_as, pick, pick_colour, pick_label, rgb
from dissect_core.world.sky import snow
from dissect_core.world.texture import joints, sharpen

_EARTH: tuple[RGB, ...] = ((0.74, 0.60, 0.42), (0.66, 0.56, 0.44), (0.62, 0.58, 0.55))
_ASPHALT: tuple[RGB, ...] = ((0.40, 0.41, 0.44), (0.34, 0.34, 0.37), (0.50, 0.48, 0.47))


@dataclass(frozen=True)
class Course:
    """Where a road runs: from (far_x, far_y) to near_x at the lower edge, with a bend between."""

    far_x: Tensor
    far_y: Tensor
    near_x: Tensor
    bend: Tensor
    half_far: Tensor  # half widths at both ends
    half_near: Tensor

    def along(self, y: Tensor | float) -> Tensor:
        """0 at the far end, 1 at the lower edge."""
        return ((y - self.far_y) / (1 - self.far_y)).clamp(0, 1)

    def middle(self, y: Tensor | float) -> Tensor:
        """The x of its middle at height y."""
        t = self.along(y)
        return self.far_x + (self.near_x - self.far_x) * t * (0.45 + 0.55 * t) + self.bend * torch.sin(t * 3.1416)

    def half(self, y: Tensor | float) -> Tensor:
        """Half its width at height y."""
        return self.half_far + (self.half_near - self.half_far) * self.along(y)


def _distance(scene: Scene, course: Course, rough: float) -> Tensor:
    """Signed distance to the road, its edge rough by so many image widths at the viewer."""
    canvas = scene.canvas
    wobble = (scene.fine - 0.5) * rough * course.along(canvas.y)
    beside = (canvas.x - course.middle(canvas.y)).abs() - course.half(canvas.y) + wobble
    return torch.maximum(beside * 0.8, course.far_y - canvas.y)


def lane(scene: Scene, course: Course, present: Tensor) -> None:
    """A path of trodden earth, gravel or cobbles; trodden snow in winter."""
    scene = scene.within(0, course.far_y - 0.01, 1, 1)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    distance = _distance(scene, course, 0.05)
    kind = dice.choice("lane kind", (0.5, 0.25, 0.25))
    t = course.along(canvas.y)
    across = (canvas.x - course.middle(canvas.y)) / course.half(canvas.y)
    cobbles = joints(dice, "cobbles", across + 40, torch.log(t + 0.25) * 2.2, 0.5, 0.24, gap=0.35, depth=0.3)
    tone = 1 + 0.2 * (scene.other - 0.5) + (cobbles - 1) * pick(kind, (0, 0, 1))
    colour = pick_colour(kind, _EARTH) * light.on(0, 0.8, 0.35) * tone.unsqueeze(1)
    dust = scene.winter * (0.35 + 0.5 * sharpen(scene.coarse, 0.4, 0.65))
    colour = mix(colour, snow(scene) * light.on(0, 0.75, 0.35), dust * 0.7)
    canvas.shade(canvas.soft(distance - 0.006, 0.02, present) * 0.35, 0.7)
    material = pick_label(kind, ("earth", "earth", "stone"), MATERIALS)
    paint_as(canvas, canvas.cover(distance, present), colour.clamp(0, 1), "path", "none", material)


def road(scene: Scene, course: Course, present: Tensor) -> None:
    """A road of asphalt with a dashed line in its middle and pale verges."""
    scene = scene.within(0, course.far_y - 0.01, 1, 1)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    distance = _distance(scene, course, 0.012)
    t = course.along(canvas.y)
    ground = light.on(0, 0.85, 0.3)
    tone = 1 + 0.12 * (scene.other - 0.5) + 0.14 * (scene.coarse - 0.5)
    colour = dice.colour("asphalt", _ASPHALT) * ground * tone.unsqueeze(1)
    across = (canvas.x - course.middle(canvas.y)) / course.half(canvas.y)
    rut = sharpen((across.abs() - 0.45).abs(), 0.28, 0.05) * (1 - 0.55 * scene.winter)
    slush = scene.winter * (1 - rut) * 0.75
    colour = mix(colour * (1 - 0.08 * rut).unsqueeze(1), snow(scene) * ground * 0.94, slush)
    canvas.shade(canvas.soft(distance - 0.012, 0.03, present) * 0.4, 0.72)
    paint_as(canvas, canvas.cover(distance, present), colour.clamp(0, 1), "road", "none", "asphalt")
    white = rgb((0.92, 0.90, 0.84), t) * ground
    dash = torch.sin(torch.log(t + 0.12) * 22 + dice.uniform("dashes", 0, 6.28))
    line = torch.maximum(canvas.x.sub(course.middle(canvas.y)).abs() - course.half(canvas.y) * 0.055, -dash * 0.02)
    marked = torch.maximum(line, distance + 0.004)
    shown = canvas.cover(marked - 0.001, present * (1 - 0.8 * scene.winter))
    paint_as(canvas, shown, white.clamp(0, 1), "road", "marking", "asphalt")
    edge = torch.maximum((across.abs() - 0.9).abs() * course.half(canvas.y) - 0.003, distance)
    paint_as(
        canvas, canvas.cover(edge, present * (1 - scene.winter)) * 0.8, white.clamp(0, 1), "road", "marking", "asphalt"
    )
