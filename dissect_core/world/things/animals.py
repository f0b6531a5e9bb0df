"""Animals: cows, sheep, deer, and birds in the air and on the water."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.puffs import puffs
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import capsule, ellipse, polygon, rounded_box, union
from dissect_core.world.texture import sharpen

_COATS: tuple[RGB, ...] = ((0.95, 0.93, 0.90), (0.66, 0.42, 0.25), (0.93, 0.90, 0.84), (0.36, 0.25, 0.19))


def _legs(beast: Figure, object: str, at: tuple[float, ...], top: float, thick: float, colour: Tensor) -> None:
    """Far legs darker than near ones: those of even order are far."""
    for order, x in enumerate(at):
        leg = capsule(beast.x, beast.y, x, top, x + 0.02, -thick, thick)
        beast.paint(leg, colour * (0.62 if order % 2 == 0 else 0.88) * beast.light.on(0, 0, 0.8), object, "leg", "fur")


def _belly(beast: Figure, top: float, low: float) -> Tensor:
    """Light on a barrel between two heights."""
    up = ((top + low) / 2 - beast.y) / ((low - top) / 2)
    return beast.light.on(0.1, up.clamp(-1, 1) * 0.7, 0.65)


def cow(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A cow of 2.2 metres, spotted or plain, grazing or looking up."""
    dice = scene.dice
    cast(scene, spot, 1.0, 1.2, 0.18, present)
    beast = place(scene, spot, present, (-1.5, -1.9, 1.7, 0.1), facing)
    if beast.absent:
        return
    x, y = beast.x, beast.y
    coat = dice.colour(name + "coat", _COATS)
    _legs(beast, "cow", (-0.78, -0.6, 0.5, 0.68), -0.8, 0.1, coat)
    light = _belly(beast, -1.5, -0.6)
    tail = capsule(x, y, -1.0, -1.3, -1.12, -0.65, 0.045)
    beast.paint(tail, coat * 0.8 * light, "cow", "tail", "fur")
    barrel = union(rounded_box(x, y, -1.02, -1.48, 0.82, -0.66, 0.3), ellipse(x, y, -0.1, -0.85, 0.7, 0.32))
    spots = sharpen(
        torch.sin(x * 3.1 + dice.uniform(name + "a", 0, 6)) * torch.sin(y * 3.7 + x + dice.uniform(name + "b", 0, 6)),
        0.05,
        0.15,
    )
    marks = mix(
        coat,
        dice.colour(name + "spots", ((0.16, 0.14, 0.14), (0.45, 0.27, 0.17))),
        spots * dice.chance(name + "spotted", 0.7),
    )
    beast.paint(barrel, marks * light, "cow", "body", "fur")
    graze = dice.chance(name + "grazing", 0.5)
    hx, hy = 1.2 + 0.08 * graze, -1.5 + 1.05 * graze
    neck = capsule(x, y, 0.72, -1.22, hx - 0.1, hy, 0.21)
    beast.paint(neck, marks * light, "cow", "body", "fur")
    head = union(
        capsule(x, y, hx, hy, hx + 0.18, hy + 0.26, 0.155),
        capsule(x, y, hx - 0.2, hy - 0.16, hx + 0.04, hy - 0.1, 0.06),
    )
    beast.paint(head, marks * 0.92 * light, "cow", "head", "fur")
    muzzle = ellipse(x, y, hx + 0.23, hy + 0.34, 0.13, 0.11)
    beast.paint(muzzle, rgb((0.86, 0.66, 0.60), spot.scale) * light, "cow", "head", "fur")
    horns = capsule(x, y, hx - 0.02, hy - 0.16, hx + 0.1, hy - 0.3, 0.04)
    beast.paint(horns, rgb((0.88, 0.84, 0.72), spot.scale) * light, "cow", "head", "fur")


def sheep(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A woolly sheep of 1.3 metres with a dark or a pale face."""
    dice = scene.dice
    cast(scene, spot, 0.6, 0.8, 0.14, present)
    beast = place(scene, spot, present, (-0.9, -1.3, 1.0, 0.1), facing)
    if beast.absent:
        return
    x, y = beast.x, beast.y
    dark = dice.colour(name + "face", ((0.20, 0.18, 0.18), (0.30, 0.25, 0.22), (0.80, 0.74, 0.66)))
    _legs(beast, "sheep", (-0.36, -0.24, 0.2, 0.32), -0.45, 0.06, dark)
    curls = 0.05 * torch.sin(x * 17) * torch.sin(y * 19)
    balls = [(-0.42, -0.62, 0.28), (0.34, -0.66, 0.27), (-0.05, -0.78, 0.34), (-0.02, -0.52, 0.3)]
    distance, right, up, front = puffs(x, y, balls)
    wool = rgb((0.94, 0.91, 0.85), spot.scale) * (1 + curls * 2.2).unsqueeze(1)
    beast.paint(
        distance + curls, wool * beast.light.on(right * 0.7, up * 0.7 + 0.15, front * 0.6), "sheep", "body", "fur"
    )
    low = 0.28 * dice.chance(name + "grazing", 0.6)
    face = union(
        capsule(x, y, 0.56, -0.84 + low, 0.74, -0.68 + low, 0.115), ellipse(x, y, 0.47, -0.86 + low, 0.12, 0.05)
    )
    beast.paint(face, dark * beast.light.on(0.2, 0.2, 0.7), "sheep", "head", "fur")


def deer(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A stag or a hind of 1.8 metres, head raised."""
    dice = scene.dice
    cast(scene, spot, 0.7, 1.3, 0.16, present)
    beast = place(scene, spot, present, (-1.1, -2.6, 1.3, 0.1), facing)
    if beast.absent:
        return
    x, y = beast.x, beast.y
    coat = dice.colour(name + "coat", ((0.66, 0.42, 0.24), (0.58, 0.36, 0.22), (0.50, 0.37, 0.27)))
    _legs(beast, "deer", (-0.62, -0.46, 0.36, 0.5), -0.8, 0.065, coat)
    light = _belly(beast, -1.35, -0.7)
    barrel = union(rounded_box(x, y, -0.8, -1.3, 0.62, -0.76, 0.24), capsule(x, y, 0.46, -1.12, 0.8, -1.66, 0.16))
    pale = mix(coat, rgb((0.93, 0.86, 0.76), spot.scale), sharpen(y, -0.92, -0.74) * 0.8)
    beast.paint(barrel, pale * light, "deer", "body", "fur")
    rump = ellipse(x, y, -0.8, -1.12, 0.1, 0.16)
    beast.paint(rump, rgb((0.95, 0.92, 0.86), spot.scale) * light, "deer", "tail", "fur")
    head = union(capsule(x, y, 0.84, -1.74, 1.06, -1.62, 0.115), capsule(x, y, 0.72, -1.84, 0.62, -1.98, 0.05))
    beast.paint(head, coat * beast.light.on(0.2, 0.2, 0.7), "deer", "head", "fur")
    antlers = union(
        capsule(x, y, 0.8, -1.84, 0.62, -2.3, 0.042), capsule(x, y, 0.7, -2.1, 0.9, -2.34, 0.036),
        capsule(x, y, 0.62, -2.3, 0.74, -2.5, 0.036), capsule(x, y, 0.66, -2.2, 0.44, -2.36, 0.036),
    )  # fmt: skip
    beast.paint(
        antlers, rgb((0.50, 0.38, 0.27), spot.scale) * light, "deer", "head", "fur", dice.chance(name + "stag", 0.6)
    )


def gull(scene: Scene, name: str, spot: Spot, present: Tensor) -> None:
    """A bird in the air with a span of two sizes, one wing nearer than the other."""
    bird = place(scene, spot, present, (-1.2, -0.9, 1.2, 0.5), 1 - 2 * scene.dice.chance(name + "way", 0.5))
    if bird.absent:
        return
    x, y = bird.x, bird.y
    beat = scene.dice.uniform(name + "beat", 0.15, 0.5)
    left = polygon(x, y, ((-0.5, -0.05 - beat), (0.12, -0.05), (-0.1, 0.12), (-1.05, 0.06 - beat * 0.9)))
    right = polygon(x, y, ((0.4, -0.12 - beat * 1.2), (1.0, -0.05 - beat), (0.2, 0.12), (-0.05, -0.02)))
    light = bird.light.on(0, 0.5, 0.6)
    feather = scene.dice.colour(name + "feather", ((0.95, 0.95, 0.95), (0.86, 0.87, 0.90), (0.34, 0.34, 0.38)))
    bird.paint(union(left, right), feather * 0.88 * light, "bird", "wing", "none")
    body = union(ellipse(x, y, 0.08, 0.04, 0.34, 0.12), ellipse(x, y, 0.36, -0.02, 0.12, 0.1))
    bird.paint(body, feather * light, "bird", "body", "none")


def duck(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """A duck or a swan on the water, 1 metre long."""
    bird = place(scene, spot, present, (-0.8, -0.95, 0.9, 0.3), facing)
    if bird.absent:
        return
    x, y = bird.x, bird.y
    swan = scene.dice.chance(name + "swan", 0.5)
    white, brown = rgb((0.97, 0.97, 0.95), spot.scale), rgb((0.55, 0.42, 0.30), spot.scale)
    feather = mix(brown, white, swan)
    light = bird.light.on(0, 0.4, 0.7)
    bird.shade(ellipse(x, y, 0.0, 0.06, 0.62, 0.12), 0.7, 0.15)
    body = union(
        ellipse(x, y, 0.0, -0.15, 0.52, 0.24), polygon(x, y, ((-0.72, -0.4), (-0.3, -0.35), (-0.3, -0.1), (-0.5, -0.1)))
    )
    bird.paint(torch.maximum(body, y - 0.02), feather * light, "bird", "body", "none")
    top = -0.46 - 0.3 * swan
    neck = union(capsule(x, y, 0.38, -0.2, 0.42, top, 0.09), ellipse(x, y, 0.48, top, 0.15, 0.115))
    bird.paint(neck, mix(rgb((0.16, 0.42, 0.30), spot.scale), white, swan) * light, "bird", "head", "none")
    beak = polygon(x, y, ((0.58, top - 0.05), (0.8, top + 0.04), (0.58, top + 0.08)))
    bird.paint(beak, rgb((0.95, 0.62, 0.18), spot.scale) * light, "bird", "head", "none")
