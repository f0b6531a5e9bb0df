"""Light and sky: the sun and the season of a scene, the sky with its clouds, mountains and hills behind."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.puffs import puffs
from dissect_core.world.scene import RGB, Light, Scene, mix, pick, pick_colour, rgb
from dissect_core.world.shapes import ellipse
from dissect_core.world.texture import noise, sharpen

# noon, morning, golden hour, dusk, overcast
_TIMES = (0.38, 0.18, 0.2, 0.09, 0.15)
_ZENITH: tuple[RGB, ...] = (
    (0.20, 0.46, 0.84), (0.36, 0.60, 0.86), (0.36, 0.52, 0.80), (0.17, 0.19, 0.43), (0.58, 0.64, 0.71)
)  # fmt: skip
_HAZE: tuple[RGB, ...] = (
    (0.76, 0.88, 0.97), (0.97, 0.91, 0.83), (1.0, 0.82, 0.56), (0.97, 0.58, 0.44), (0.86, 0.88, 0.89)
)  # fmt: skip
_SUN: tuple[RGB, ...] = (
    (0.66, 0.63, 0.56), (0.68, 0.58, 0.44), (0.82, 0.55, 0.27), (0.36, 0.21, 0.17), (0.14, 0.14, 0.13)
)  # fmt: skip
_AMBIENT: tuple[RGB, ...] = (
    (0.46, 0.50, 0.58), (0.45, 0.46, 0.54), (0.43, 0.41, 0.50), (0.40, 0.38, 0.52), (0.68, 0.70, 0.73)
)  # fmt: skip
_SEASONS = (0.25, 0.38, 0.22, 0.15)  # spring, summer, autumn, winter
_SNOW: RGB = (0.94, 0.96, 1.0)


def daylight(dice: Dice) -> Light:
    """The time of day and the side on which the sun stands."""
    time = dice.choice("time", _TIMES)
    side = 1 - 2 * dice.chance("sun side", 0.5)
    up = pick(time, (0.72, 0.5, 0.34, 0.3, 0.7)) + dice.uniform("sun height", -0.06, 0.06)
    front = dice.uniform("sun front", 0.42, 0.56)
    right = side * torch.sqrt((1 - up * up - front * front).clamp(min=0.16))
    jitter = dice.uniform("sky tint", -0.03, 0.03).unsqueeze(1) * rgb((1.0, 0.3, -1.0), up)
    return Light(
        right, up, front, side, pick_colour(time, _SUN), pick_colour(time, _AMBIENT),
        pick_colour(time, _ZENITH) + jitter, (pick_colour(time, _HAZE) + jitter * 0.5).clamp(0, 1),
        pick(time, (0.5, 0.48, 0.5, 0.34, 0.2)), pick(time, (0, 0, 0, 1, 0)), pick(time, (0, 0, 0, 0, 1)),
    )  # fmt: skip


def begin(
    dice: Dice, canvas: Canvas, seasons: Sequence[float] = _SEASONS, horizon: tuple[float, float] = (0.65, 0.71),
    eye: float = 1.6,
) -> Scene:  # fmt: skip
    """Draw what the whole scene shares.

    seasons: weights of spring, summer, autumn and winter; horizon: range of its y; eye: height of the viewer, metres.
    """
    season = dice.choice("season", seasons)
    return Scene(
        dice, canvas, daylight(dice), season, (season == 3).float().view(-1, 1, 1), dice.uniform("horizon", *horizon),
        noise(dice, "coarse", canvas.size, (4, 8, 16)), noise(dice, "fine", canvas.size, (16, 32, 64), gain=0.6),
        noise(dice, "other", canvas.size, (12, 24, 48), gain=0.6), eye,
    )  # fmt: skip


def sky(scene: Scene) -> None:
    """The whole frame: blue above, hazy towards the horizon, glowing on the side of a low sun."""
    canvas, light = scene.canvas, scene.light
    height = (1 - canvas.y / scene.horizon).clamp(0, 1)
    colour = mix(light.haze, light.zenith, sharpen(height, -0.15, 0.85) ** 0.8)
    low = ((0.5 - light.up) * 4).clamp(0, 1)
    glow = canvas.soft(ellipse(canvas.x, canvas.y, 0.5 + 0.5 * light.side, scene.horizon - 0.04, 0.1, 0.06), 0.9)
    colour = colour + (glow * low).unsqueeze(1) * rgb((0.30, 0.17, 0.0), height)
    canvas.paint(torch.ones_like(scene.coarse), colour.clamp(0, 1), "sky")


def clouds(scene: Scene, lowest: float = 0.34) -> None:
    """Up to three heaps of cloud, flat below and bright on the side of the sun, their middles not below `lowest`."""
    scene = scene.within(0, 0, 1, 0.52)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    some = dice.chance("clouds", 0.72)
    wx = canvas.x + (scene.fine - 0.5) * 0.035
    wy = canvas.y + (scene.other - 0.5) * 0.03
    bright = mix(rgb((0.97, 0.98, 1.0), some), light.haze, 0.2 + 0.55 * light.warm)
    dark = mix(light.ambient * 1.25 + 0.1, light.haze, 0.3 + 0 * some)
    for slot, (low, high, chance) in enumerate(((0.05, 0.4, 0.85), (0.6, 0.95, 0.85), (0.3, 0.7, 0.4))):
        name = f"cloud {slot} "
        cx, cy = dice.uniform(name + "x", low, high), dice.uniform(name + "y", 0.1, lowest)
        size = dice.uniform(name + "size", 0.075, 0.115)
        lean = dice.uniform(name + "lean", -0.4, 0.4)
        spots = ((-1.55, 0.1, 0.55), (-0.75, -0.2, 0.85), (0.1, -0.42, 1.0), (0.95, -0.12, 0.8), (1.7, 0.14, 0.5))
        lobes = [(cx + size * (u + lean), cy + size * v * (1 - lean * u * 0.3), size * r) for u, v, r in spots]
        distance, right, up, front = puffs(wx, wy, lobes)
        distance = torch.maximum(distance, (wy - cy - size * 0.32) * 0.9)
        lit = (0.5 + 0.36 * up + 0.24 * right * light.side + 0.15 * front).clamp(0, 1)
        lit = lit * sharpen((cy + size * 0.45 - canvas.y) / size, 0.0, 1.1)
        present = some * dice.chance(name, chance)
        canvas.paint(canvas.soft(distance, 0.03, present), mix(dark, bright, lit).clamp(0, 1), "cloud")


def mountains(scene: Scene, chance: float = 0.55) -> None:
    """A far range: three peaks with a lit and a shaded flank, snow on top."""
    scene = scene.within(0, scene.horizon - 0.42, 1, scene.horizon + 0.04)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    present = dice.chance("mountain", chance)
    rough = (scene.fine - 0.5) * 0.05 + (scene.coarse - 0.5) * 0.05
    x = canvas.x + rough
    ridge = torch.full_like(x, -1.0)
    flank = torch.zeros_like(x)
    crest = torch.zeros_like(x)
    tall = dice.uniform("mountain tall", 0.22, 0.35)
    for slot, (low, high) in enumerate(((-0.02, 0.22), (0.4, 0.62), (0.78, 1.02))):
        name = f"peak {slot} "
        cx, height = dice.uniform(name + "x", low, high), tall * dice.uniform(name + "height", 0.62, 1.0)
        peak = height - (x - cx).abs() * dice.uniform(name + "slope", 0.5, 0.75)
        front = peak > ridge
        ridge = torch.where(front, peak, ridge)
        crest = torch.where(front, height.expand_as(peak), crest)
        flank = torch.where(front, torch.tanh((x - cx) * 30), flank)
    above = scene.horizon - canvas.y
    distance = torch.maximum((above - ridge + rough * 0.4) * 0.85, -above - 0.03)
    rock = dice.colour("rock", ((0.42, 0.45, 0.55), (0.40, 0.46, 0.50), (0.50, 0.45, 0.46)))
    cap = sharpen(above / crest.clamp(min=0.05) + (scene.other - 0.5) * 0.35, 0.62, 0.7)
    capped = dice.chance("mountain snow", 0.6).maximum(scene.winter)
    face = light.on(flank * 0.85, 0.35, 0.4)
    colour = mix(rock, rgb(_SNOW, x), cap * capped) * face
    veil = 0.34 + 0.3 * (1 - above / 0.2).clamp(0, 1)
    canvas.paint(canvas.cover(distance, present), mix(colour, light.haze, veil).clamp(0, 1), "mountain", None, "stone")


def hills(scene: Scene, chance: float = 1.0) -> None:
    """Rolling hills in front of the mountains, bluish with distance; fewer of them if `chance` is below 1."""
    scene = scene.within(0, scene.horizon - 0.3, 1, scene.horizon + 0.04)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    green = pick_colour(scene.season, ((0.42, 0.60, 0.32), (0.36, 0.52, 0.27), (0.60, 0.50, 0.26), (0.80, 0.84, 0.90)))
    for slot, (share, height, veil) in enumerate(((0.5, 0.2, 0.45), (0.6, 0.115, 0.28))):
        name = f"hill {slot} "
        wave = torch.zeros_like(canvas.x * scene.horizon)
        slope = torch.zeros_like(wave)
        for order, weight in ((0.8, 0.6), (1.7, 0.4)):
            phase = dice.uniform(f"{name}{order}", 0, 6.283)
            angle = canvas.x * 6.283 * order + phase
            wave = wave + weight * (0.5 + 0.5 * torch.sin(angle))
            slope = slope + weight * torch.cos(angle) * order
        top = height * (0.3 + dice.uniform(name + "height", 0.6, 1.0) * wave)
        distance = scene.horizon - top - canvas.y
        face = light.on(-slope * 0.45, 0.75, 0.4)
        deep = 1 - 0.16 * sharpen(scene.other, 0.45, 0.6) * (1 - scene.winter)
        colour = mix(green * face * deep.unsqueeze(1), light.haze * 0.92, torch.full_like(top, veil))
        colour = mix(colour, light.haze, 0.35 * (-distance / top.clamp(min=0.02)).clamp(0, 1))
        area = torch.maximum(distance, canvas.y - scene.horizon - 0.03)
        here = dice.chance(name, share * chance)
        canvas.paint(canvas.cover(area, here), colour.clamp(0, 1), "hill", None, "foliage")


def snow(scene: Scene) -> Tensor:
    """The colour of snow, (1, 3, 1, 1)."""
    return rgb(_SNOW, scene.horizon)
