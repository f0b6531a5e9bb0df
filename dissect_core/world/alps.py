"""High mountains close by: ridges in light and shadow, snow above the rock, woods at their foot."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.scene import RGB, Scene, mix
from dissect_core.world.shapes import Number
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

_ROCK: tuple[RGB, ...] = ((0.46, 0.48, 0.56), (0.44, 0.45, 0.47), (0.56, 0.50, 0.48), (0.42, 0.48, 0.54))


def _ridge(
    scene: Scene, name: str, peaks: tuple[tuple[float, float], ...], tall: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Height of the crest over its foot at every pixel, the flank (-1 left, 1 right of a ridge), height of its peak."""
    dice, canvas = scene.dice, scene.canvas
    x = canvas.x + (scene.fine - 0.5) * 0.05 + (scene.coarse - 0.5) * 0.08
    ridge, flank = torch.full_like(x, -1.0), torch.zeros_like(x)
    crest = torch.zeros_like(x)
    for slot, (low, high) in enumerate(peaks):
        own = f"{name} peak {slot} "
        cx, height = dice.uniform(own + "x", low, high), tall * dice.uniform(own + "height", 0.66, 1.0)
        steep = dice.uniform(own + "slope", 0.75, 1.15)
        lean = dice.uniform(own + "lean", -0.3, 0.3)
        offset = x - cx
        peak = height - offset.abs() * steep * (1 + lean * torch.sign(offset))
        front = peak > ridge
        ridge = torch.where(front, peak, ridge)
        crest = torch.where(front, height.expand_as(peak), crest)
        flank = torch.where(front, torch.tanh((offset + 0.3 * lean * (height - peak)) * 40), flank)
    return ridge, flank, crest


def alps(
    scene: Scene, name: str, foot: Tensor, tall: tuple[float, float], veil: float, snowline: tuple[float, float],
    peaks: tuple[tuple[float, float], ...] = ((-0.05, 0.2), (0.3, 0.55), (0.65, 0.8), (0.9, 1.1)),
    present: Tensor | float = 1.0,
) -> None:  # fmt: skip
    """A range whose foot is at the height y = `foot`.

    tall: range of the height of its highest peak; veil: share of haze; snowline: range of the share of the height
    above which snow lies (all of it is white in winter); peaks: ranges of the x of its peaks.
    """
    scene = scene.within(0, foot - tall[1] * 1.15 - 0.02, 1, foot + 0.03)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    ridge, flank, crest = _ridge(scene, name, peaks, dice.uniform(name + " tall", *tall))
    above = foot - canvas.y
    distance = torch.maximum((above - ridge) * 0.75, -above - 0.02)
    down = (crest - above).clamp(min=0)
    gully = torch.sin(canvas.x * 46 + 14 * (scene.coarse - 0.5) + flank * down * 26 + 9 * (scene.fine - 0.5))
    gully = gully * (0.25 + 0.75 * sharpen(down, 0.0, 0.12))
    face = light.on((flank * 0.72 + gully * 0.4).clamp(-1, 1), 0.32, 0.42)
    rock = dice.colour(name + " rock", _ROCK) * (1 + 0.16 * (scene.other - 0.5)).unsqueeze(1)
    line = dice.uniform(name + " snowline", *snowline) - 0.5 * scene.winter
    height = above / crest.clamp(min=0.05) + (scene.other - 0.5) * 0.5 - gully * 0.09
    white = sharpen(height, line, line + 0.1)
    haze = (veil + 0.22 * (1 - above / 0.16).clamp(0, 1)).expand_as(down)
    stone = mix(rock * face, light.haze, haze).clamp(0, 1)
    canvas.paint(canvas.cover(distance, present), stone, "mountain", None, "stone")
    cap = mix(snow(scene) * (face * 1.04), light.haze, haze * 0.7).clamp(0, 1)
    patch = torch.maximum(distance, (0.5 - white) * 0.04)
    canvas.paint(canvas.cover(patch, present), cap, "mountain", None, "snow")


def wooded_slope(
    scene: Scene, name: str, foot: Number, tall: tuple[float, float], veil: float, present: Tensor
) -> None:
    """A hill grown over with firs, its upper edge toothed by their tips."""
    scene = scene.within(0, torch.as_tensor(foot) - tall[1] * 1.1 - 0.05, 1, torch.as_tensor(foot) + 0.01)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    high = dice.uniform(name + " tall", *tall)
    phase = dice.uniform(name + " phase", 0, 6.283)
    wave = 0.55 + 0.45 * torch.sin(canvas.x * 5.2 + phase) * torch.cos(canvas.x * 2.1 + phase * 2)
    size = 0.021
    cell = torch.frac(canvas.x / size + phase * 7 + 20)
    lot = torch.frac(torch.sin(torch.floor(canvas.x / size + phase * 7 + 20) * 78.2) * 437.6).abs()
    tip = (0.5 - (cell - 0.5).abs()) * 2 * (0.55 + 0.6 * lot) * 0.032
    above = torch.as_tensor(foot) - canvas.y
    top = high * wave + tip
    distance = torch.maximum((above - top) * 0.5, -above)
    rows = torch.sin(above * 150 + 6.283 * lot + 12 * (scene.fine - 0.5))
    green = dice.colour(name + " green", ((0.17, 0.34, 0.22), (0.20, 0.37, 0.21), (0.15, 0.31, 0.25)))
    leaf = green * light.on(0.25 * rows, 0.45, 0.5) * (0.95 + 0.3 * (scene.other - 0.5) + 0.1 * rows).unsqueeze(1)
    white = scene.winter * sharpen(rows + 1.6 * (scene.other - 0.5), -0.1, 0.5) * 0.85
    colour = mix(leaf, snow(scene) * light.on(0.2, 0.6, 0.5), white)
    colour = mix(colour, light.haze, veil + 0.25 * (1 - above / 0.1).clamp(0, 1))
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "crown", "foliage")
