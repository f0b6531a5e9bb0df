"""Trees and bushes, rooted in the grass, in the leaf colours of the season."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.puffs import puffs
from dissect_core.world.scene import RGB, Scene, mix, rgb
from dissect_core.world.shapes import Number, ellipse, polygon
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

_LEAVES: tuple[tuple[RGB, ...], ...] = (
    ((0.45, 0.66, 0.24), (0.52, 0.70, 0.28), (0.90, 0.66, 0.74), (0.38, 0.60, 0.25)),
    ((0.25, 0.47, 0.17), (0.33, 0.53, 0.18), (0.22, 0.42, 0.20), (0.38, 0.52, 0.20)),
    ((0.85, 0.50, 0.14), (0.78, 0.30, 0.14), (0.88, 0.68, 0.20), (0.62, 0.44, 0.16)),
    ((0.46, 0.38, 0.34), (0.42, 0.36, 0.36), (0.50, 0.42, 0.34), (0.44, 0.40, 0.38)),
)
_NEEDLES: tuple[RGB, ...] = ((0.15, 0.36, 0.22), (0.19, 0.40, 0.20), (0.16, 0.34, 0.28))
_SHRUBS: tuple[RGB, ...] = ((0.26, 0.46, 0.18), (0.20, 0.40, 0.19), (0.36, 0.52, 0.22))
_CROWN = (
    (-0.62, 0.28, 0.50),
    (0.62, 0.26, 0.50),
    (-0.50, -0.30, 0.54),
    (0.48, -0.34, 0.54),
    (0.0, -0.58, 0.52),
    (-0.12, 0.34, 0.52),
    (0.10, -0.05, 0.62),
)
_BUSH = ((-0.58, 0.16, 0.56), (0.60, 0.18, 0.54), (-0.06, -0.06, 0.72))


def leaves(scene: Scene, name: str) -> Tensor:
    """The leaf colour of one broad-leaved tree, after the season."""
    palettes = [scene.dice.colour(f"{name}leaf {i}", palette) for i, palette in enumerate(_LEAVES)]
    return torch.stack(palettes)[scene.season, torch.arange(scene.dice.count, device=scene.season.device)]


def cast(scene: Scene, x: Number, base: Tensor, width: Tensor, length: Tensor, present: Tensor) -> None:
    """The shadow of a tree on the ground: contact below it, a long ellipse away from the sun."""
    light = scene.light
    reach = (length * (1.05 - light.up)).clamp(max=0.3)
    scene = scene.within(x - width - reach, base - 0.04, x + width + reach, base + 0.05)
    canvas = scene.canvas
    ground = canvas.cover(scene.horizon + 0.03 - canvas.y)
    spot = ellipse(canvas.x, canvas.y, x - light.side * reach * 0.6, base + 0.002, width * 0.5 + reach * 0.5, 0.02)
    canvas.shade(canvas.soft(spot, 0.03, present) * ground, 1 - light.strength.unsqueeze(1))
    near = ellipse(canvas.x, canvas.y, x, base, width * 0.42, 0.016)
    canvas.shade(canvas.soft(near, 0.03, present * 0.45), 0.55)


def _round(scene: Scene, name: str, cx: Tensor, base: Tensor, height: Tensor, present: Tensor) -> None:
    """A broad-leaved tree: heap of leaf balls on a trunk."""
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    radius = height * dice.uniform(name + "radius", 0.36, 0.42)
    squash = dice.uniform(name + "squash", 0.85, 1.0)
    cy = base - height + radius
    half = 0.012 + height * 0.032
    trunk = polygon(
        canvas.x,
        canvas.y,
        ((cx - half * 0.7, cy), (cx + half * 0.7, cy), (cx + half * 1.15, base), (cx - half * 1.15, base)),
    )
    round_x = ((canvas.x - cx) / half).clamp(-1, 1)
    bark = rgb((0.42, 0.31, 0.22), cx) * light.on(round_x * 0.9, 0.1, 0.5)
    under = 1 - 0.45 * sharpen((cy + radius * 1.35 - canvas.y) / radius, 0.0, 0.6)
    canvas.paint(canvas.cover(trunk, present), bark * under.unsqueeze(1), "tree", "trunk", "wood")
    x = (canvas.x + (scene.fine - 0.5) * 0.04 - cx) * squash + cx
    y = canvas.y + (scene.other - 0.5) * 0.04
    turn = dice.uniform(name + "turn", -0.16, 0.16)
    lobes = [(cx + radius * (u + turn * v * 2), cy + radius * (v - turn * u), radius * r) for u, v, r in _CROWN]
    distance, right, up, front = puffs(x, y, lobes)
    whole_x, whole_y = (canvas.x - cx) / radius, (cy - canvas.y) / radius
    face = light.on(0.5 * right + 0.5 * whole_x.clamp(-1, 1), 0.45 * up + 0.5 * whole_y.clamp(-1, 1) + 0.1, front * 0.5)
    clumps = 0.92 + 0.5 * (scene.fine - 0.5) + 0.1 * whole_y.clamp(-1, 1)
    colour = leaves(scene, name) * face * clumps.unsqueeze(1)
    white = sharpen(up * 0.6 + whole_y * 0.4 + (scene.other - 0.5) * 0.8, 0.1, 0.4) * scene.winter
    colour = mix(colour, snow(scene) * light.on(0, 0.8, 0.4), white)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "crown", "foliage")


def _tall(scene: Scene, name: str, cx: Tensor, base: Tensor, height: Tensor, poplar: Tensor, present: Tensor) -> None:
    """A conifer in tiers, or a slender poplar."""
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    foot = 0.035 + 0.02 * poplar
    half = 0.014
    trunk = torch.maximum((canvas.x - cx).abs() - half, (canvas.y - base).maximum(base - foot - 0.04 - canvas.y))
    bark = rgb((0.38, 0.28, 0.21), cx) * light.on(((canvas.x - cx) / half).clamp(-1, 1) * 0.9, 0.0, 0.4) * 0.8
    canvas.paint(canvas.cover(trunk, present), bark, "tree", "trunk", "wood")
    y = canvas.y + (scene.other - 0.5) * 0.025
    t = ((y - base + height) / (height - foot)).clamp(0, 1)
    tier = torch.frac(t * 4.0)
    fir = height * 0.31 * (0.8 * t + 0.26 * (tier - 0.35) * (0.35 + t)).clamp(min=0)
    slim = height * 0.17 * torch.sqrt((t * (1.12 - t)).clamp(min=0)) * 2
    radius = fir + (slim - fir) * poplar
    x = canvas.x + (scene.fine - 0.5) * 0.03
    across = ((x - cx) / radius.clamp(min=0.01)).clamp(-1, 1)
    distance = torch.maximum(((x - cx).abs() - radius) * 0.85, (y - base + foot).maximum(base - height - y))
    front = torch.sqrt(1 - across * across)
    face = light.on(across * 0.9, 0.3, front * 0.5)
    depth = 1 - (0.3 * (1 - sharpen(tier, 0.0, 0.5))) * (1 - poplar) + 0.35 * (scene.fine - 0.5)
    leaf = mix(dice.colour(name + "needles", _NEEDLES), leaves(scene, name), poplar)
    colour = leaf * face * depth.unsqueeze(1)
    white = sharpen(tier + (scene.other - 0.5) * 0.7 + across * light.side * 0.15, 0.45, 0.7) * scene.winter
    colour = mix(colour, snow(scene) * light.on(across * 0.6, 0.6, 0.4), white)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "crown", "foliage")


def tree(scene: Scene, name: str, cx: Tensor, base: Tensor, height: Tensor, present: Tensor, firs: float = 0.0) -> None:
    """One tree of a kind drawn by lot, with its shadow; `firs` from 0 to 1 makes conifers likelier up to certainty."""
    kind = scene.dice.uniform(name + "kind") - 0.3 * scene.winter
    kind = torch.where(scene.dice.uniform(name + "fir") < firs, 0.2, kind)
    if not bool(present.any()):
        return
    whole, scene = scene, scene.within(cx - height * 0.66, base - height * 1.12 - 0.02, cx + height * 0.66, base + 0.02)
    broad = (kind > 0.36).float()
    poplar = (kind < 0.08).float() * (1 - scene.winter)
    cast(whole, cx, base, height * (0.3 + 0.35 * broad), height, present)
    slender, spreading = present * (1 - broad), present * broad
    if bool(slender.any()):
        _tall(scene, name, cx, base, height * 1.05, poplar, slender)
    if bool(spreading.any()):
        _round(scene, name, cx, base, height, spreading)


def treeline(scene: Scene, present: Tensor, tall: tuple[float, float] = (0.035, 0.06)) -> None:
    """A far wood along the horizon; tall: range of its height."""
    scene = scene.within(0, scene.horizon - 2 * tall[1], 1, scene.horizon + 0.03)
    canvas, light = scene.canvas, scene.light
    top = scene.dice.uniform("treeline height", *tall)
    swell = 0.6 + 0.8 * (scene.coarse - 0.5) + 0.7 * (scene.fine - 0.5)
    base = scene.horizon + 0.012
    distance = torch.maximum(base - top * swell * 1.3 - canvas.y, canvas.y - base)
    leaf = mix(scene.dice.colour("treeline", _NEEDLES), leaves(scene, "treeline"), 0.5 + 0 * top)
    shaded = light.on(0.2 * light.side, 0.45, 0.4) * (0.85 + 0.5 * (scene.other - 0.5)).unsqueeze(1)
    colour = mix(leaf * shaded, light.haze, 0.3 + 0 * top)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "crown", "foliage")


def bush(scene: Scene, name: str, cx: Tensor, base: Tensor, size: Tensor, present: Tensor) -> None:
    """A round shrub; sometimes in blossom."""
    if not bool(present.any()):
        return
    scene = scene.within(cx - size * 1.8, base - size * 1.7, cx + size * 1.8, base + 0.04)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    near = ellipse(canvas.x, canvas.y, cx - light.side * size * 0.35, base - 0.002, size * 1.15, 0.016)
    canvas.shade(canvas.soft(near, 0.03, present * 0.6), 0.5)
    x, y = canvas.x + (scene.other - 0.5) * 0.025, canvas.y + (scene.fine - 0.5) * 0.025
    cy = base - size * 0.6
    distance, right, up, front = puffs(x, y, [(cx + size * u, cy + size * v, size * r) for u, v, r in _BUSH])
    distance = torch.maximum(distance, canvas.y - base)
    face = light.on(right * 0.8, 0.1 + 0.7 * up, front * 0.5)
    leaf = dice.colour(name + "leaf", _SHRUBS)
    turned = (scene.season == 2).float().view(-1, 1, 1) * dice.chance(name + "turned", 0.6)
    leaf = mix(leaf, leaves(scene, name), turned * 0.8)
    bloom = dice.chance(name + "bloom", 0.4) * (scene.season <= 1).float().view(-1, 1, 1)
    flower = dice.colour(name + "flower", ((0.93, 0.45, 0.55), (0.80, 0.62, 0.90), (0.95, 0.80, 0.35)))
    leaf = mix(leaf, flower, bloom * sharpen(scene.other, 0.56, 0.64) * 0.8)
    colour = leaf * face * (0.95 + 0.4 * (scene.fine - 0.5)).unsqueeze(1)
    white = sharpen(up + (scene.other - 0.5) * 0.6, 0.15, 0.4) * scene.winter
    colour = mix(colour, snow(scene) * light.on(0, 0.8, 0.4), white)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "bush", None, "foliage")
