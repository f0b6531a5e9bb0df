"""Inside a wood: trunks near and far, the canopy over them, leaves on the ground, shafts of light."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import cast
from dissect_core.world.scene import RGB, Scene, Spot, mix, pick, pick_colour
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen
from dissect_core.world.trees import leaves

# oak, birch, pine, beech
_BARK: tuple[RGB, ...] = ((0.42, 0.32, 0.23), (0.90, 0.88, 0.84), (0.58, 0.38, 0.26), (0.56, 0.53, 0.48))
_LITTER: tuple[RGB, ...] = ((0.40, 0.54, 0.22), (0.34, 0.46, 0.20), (0.76, 0.44, 0.18), (0.92, 0.94, 0.98))


def thicket(scene: Scene) -> None:
    """What closes the view between the trunks: pale leaves far away, with the sky through their gaps."""
    scene = scene.within(0, 0, 1, scene.horizon + 0.03)
    canvas, light = scene.canvas, scene.light
    height = (1 - canvas.y / scene.horizon).clamp(0, 1)
    dense = scene.coarse + 0.7 * (scene.fine - 0.5) + 0.5 * (scene.other - 0.5) + 0.34 - 0.42 * height
    distance = torch.maximum((0.5 - dense) * 0.12, canvas.y - scene.horizon - 0.02)
    face = light.on(0.5 * light.side, 0.5, 0.4) * (0.85 + 0.6 * (scene.fine - 0.5)).unsqueeze(1)
    veil = 0.42 + 0.2 * scene.other - 0.1 * height
    colour = mix(leaves(scene, "thicket ") * face, light.haze * 0.97, veil)
    canvas.paint(canvas.cover(distance), colour.clamp(0, 1), "tree", "crown", "foliage")


def far_trunks(scene: Scene, name: str, foot: Tensor, pitch: float, veil: float, bark: Tensor) -> None:
    """A screen of trunks at one distance, `pitch` apart, their feet along y = `foot`; bark: (B,) which kind."""
    scene = scene.within(0, 0, 1, foot + 0.03)
    canvas, light = scene.canvas, scene.light
    place = (canvas.x + 0.004 * torch.sin(canvas.y * 9)) / pitch + scene.dice.uniform(name, 0, 50)
    column, inside = torch.floor(place), torch.frac(place)
    lot = torch.frac(torch.sin(column * 12.99) * 437.6).abs()
    other = torch.frac(torch.sin(column * 78.23) * 237.6).abs()
    half = 0.07 + 0.09 * lot
    across = (inside - 0.3 - 0.4 * other) / half
    distance = torch.maximum((across.abs() - 1) * half * pitch, canvas.y - foot - 0.02 * (lot - 0.5))
    distance = distance + (other > 0.72) * 9.0
    face = light.on(across.clamp(-1, 1) * 0.9, 0.05, 0.5)
    colour = mix(pick_colour(bark, _BARK) * 0.8 * face, light.haze * 0.96, veil + 0 * half)
    canvas.paint(canvas.cover(distance), colour.clamp(0, 1), "tree", "trunk", "wood")


def trunk(scene: Scene, name: str, cx: Tensor, foot: Tensor, half: Tensor, present: Tensor, bark: Tensor) -> None:
    """A trunk whose crown is above the picture; half: half its width at the height of the chest."""
    dice = scene.dice
    cast(scene, Spot(cx, foot, half), 1.3, 9.0, 0.5, present)
    scene = scene.within(cx - half * 3.2, 0, cx + half * 3.2, foot + half)
    canvas, light = scene.canvas, scene.light
    up = (foot - canvas.y).clamp(min=0)
    lean = dice.uniform(name + "lean", -0.06, 0.06)
    radius = half * (1 - 0.42 * (up / foot)) + half * 0.7 * torch.exp(-up / (half * 0.6))
    middle = cx + lean * up + 0.008 * torch.sin(canvas.y * 11 + lean * 90)
    across = ((canvas.x - middle) / radius).clamp(-1, 1)
    spread = half * 0.35 * torch.sin(across * 7)
    distance = torch.maximum((canvas.x - middle).abs() - radius, canvas.y - foot - spread.clamp(min=0) * 0.5)
    furrow = torch.sin(across * 11 + 5 * (scene.fine - 0.5) + 3 * torch.sin(canvas.y * 30)) * 0.13
    rough = furrow * pick(bark, (1.0, 0.0, 0.8, 0.15)) + 0.3 * (scene.fine - 0.5)
    flecks = sharpen(
        torch.sin(canvas.y * 150 + 9 * (scene.other - 0.5)) + torch.sin(canvas.y * 47 + across * 2), 1.1, 1.5
    )
    flecks = flecks * pick(bark, (0, 1, 0, 0)) * 0.75
    face = light.on(across * 0.9, 0.08, 0.5)
    colour = pick_colour(bark, _BARK) * face * ((1 + rough) * (1 - flecks)).unsqueeze(1)
    moss = sharpen(scene.coarse + (0.25 - up), 0.5, 0.75) * pick(bark, (0.6, 0.2, 0.4, 0.5)) * (1 - scene.winter)
    colour = mix(colour, torch.tensor((0.34, 0.44, 0.16), device=cx.device).view(1, 3, 1, 1) * face, moss * 0.6)
    white = scene.winter * sharpen(across * -light.side + 1.4 * (scene.other - 0.5), 0.55, 0.8) * 0.9
    colour = mix(colour, snow(scene) * face, white)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "trunk", "wood")


def canopy(scene: Scene, name: str, level: Tensor, veil: float, present: Tensor) -> None:
    """Leaves and twigs that hang into the picture from above down to about y = `level`."""
    scene = scene.within(0, 0, 1, level + 0.2)
    dice, canvas, light = scene.dice, scene.canvas, scene.light
    phase = dice.uniform(name + " phase", 0, 6.28)
    lumps = 0.055 * torch.sin(canvas.x * 13 + phase) + 0.03 * torch.sin(canvas.x * 29 + phase * 2)
    lumps = lumps + 0.22 * (scene.fine - 0.5) + 0.12 * (scene.other - 0.5)
    distance = (canvas.y - level - lumps) * 0.6
    gaps = sharpen(scene.other + 1.2 * distance, 0.30, 0.26)  # the sky between the leaves
    distance = torch.maximum(distance, (gaps - 0.5) * 0.05)
    tufts = torch.sin(canvas.y * 70 + canvas.x * 40 + 14 * (scene.fine - 0.5))
    face = light.on(0.4 * tufts, 0.3 + 0.4 * tufts, 0.45)
    leaf = leaves(scene, name + " ") * face * (0.8 + 0.7 * (scene.fine - 0.3)).unsqueeze(1)
    colour = mix(
        leaf, snow(scene) * light.on(0, 0.7, 0.4), scene.winter * sharpen(tufts + scene.other - 0.5, 0.0, 0.5) * 0.9
    )
    colour = mix(colour, light.haze, veil + 0 * level)
    canvas.paint(canvas.cover(distance, present), colour.clamp(0, 1), "tree", "crown", "foliage")


def litter(scene: Scene) -> None:
    """Fallen leaves, moss and dapples of light on the floor of the wood."""
    scene = scene.within(0, scene.horizon, 1, 1)
    canvas, light = scene.canvas, scene.light
    depth = ((canvas.y - scene.horizon) / (1 - scene.horizon)).clamp(0, 1)
    specks = sharpen(scene.other + 0.5 * (scene.coarse - 0.5), 0.46, 0.60) * (0.35 + 0.65 * depth)
    floor = pick_colour(scene.season, _LITTER) * light.on(0, 0.8, 0.35) * (0.85 + 0.4 * scene.fine).unsqueeze(1)
    share = specks * 0.85 * (1 - 0.7 * scene.winter)
    canvas.image.copy_(mix(canvas.image, floor, share * canvas.cover(scene.horizon - canvas.y)))
    shade = sharpen(scene.coarse + 0.3 * (scene.fine - 0.5), 0.56, 0.46)
    canvas.shade(shade * canvas.cover(scene.horizon - canvas.y) * light.strength * 1.1, 0.62)


def shafts(scene: Scene) -> None:
    """Broad beams of sunlight that fall through the canopy, from the side of the sun."""
    canvas, light = scene.canvas, scene.light
    some = scene.dice.chance("shafts", 0.6) * (1 - light.overcast) * (1 - light.warm)
    along = canvas.x * light.side + canvas.y * 0.55 + scene.dice.uniform("shaft place", 0, 3)
    beam = sharpen(torch.sin(along * 15) + 0.5 * torch.sin(along * 37), 0.55, 1.35)
    fade = (1 - canvas.y * 0.8).clamp(0, 1) * some
    glow = (light.sun * 0.55 + 0.45).clamp(0, 1)
    canvas.image.copy_(mix(canvas.image, glow, beam * fade * 0.34))
