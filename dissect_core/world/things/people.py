"""People out of doors: walkers, bathers and skiers."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from dissect_core.world.figures import Figure, cast, place
from dissect_core.world.scene import RGB, Scene, Spot, mix, rgb
from dissect_core.world.shapes import Number, capsule, ellipse, intersect, polygon, rounded_box, union

_SKIN: tuple[RGB, ...] = ((0.92, 0.72, 0.58), (0.86, 0.64, 0.50), (0.62, 0.42, 0.30), (0.42, 0.28, 0.20))
_HAIR: tuple[RGB, ...] = ((0.20, 0.14, 0.10), (0.42, 0.26, 0.14), (0.80, 0.64, 0.34), (0.34, 0.32, 0.32))
_CLOTHES: tuple[RGB, ...] = (
    (0.80, 0.22, 0.20), (0.20, 0.38, 0.66), (0.90, 0.70, 0.22), (0.26, 0.50, 0.36), (0.90, 0.88, 0.84),
    (0.62, 0.34, 0.60), (0.92, 0.52, 0.24),
)  # fmt: skip
_TROUSERS: tuple[RGB, ...] = ((0.18, 0.20, 0.30), (0.34, 0.28, 0.24), (0.30, 0.36, 0.48), (0.58, 0.54, 0.48))


def _head(man: Figure, name: str, x: Number, y: float, face: Tensor) -> None:
    """Head and hair, or a hat in winter."""
    dice = man.scene.dice
    skin = dice.colour(name + "skin", _SKIN)
    man.paint(ellipse(man.x, man.y, x, y, 0.125, 0.15), skin * face, "person", "head", "skin")
    cap = intersect(ellipse(man.x, man.y, x, y - 0.02, 0.145, 0.165), man.y - y + 0.04)
    hat = mix(dice.colour(name + "hair", _HAIR), dice.colour(name + "hat", _CLOTHES), man.scene.winter)
    man.paint(cap, hat * face, "person", "head", "fabric")


def person(scene: Scene, name: str, spot: Spot, present: Tensor, bathing: bool = False) -> None:
    """Somebody 1.7 metres tall who stands or walks; in a coat in winter, in bathing clothes if `bathing`."""
    dice = scene.dice
    cast(scene, spot, 0.28, 1.7, 0.13, present)
    tall = dice.uniform(name + "tall", 0.92, 1.06)
    man = place(
        scene,
        replace(spot, scale=spot.scale * tall),
        present,
        (-0.55, -1.9, 0.55, 0.1),
        1 - 2 * dice.chance(name + "way", 0.5),
    )
    if man.absent:
        return
    x, y = man.x, man.y
    face = man.light.on((x / 0.25).clamp(-1, 1) * 0.8, 0.2, 0.6)
    step = dice.uniform(name + "step", 0.02, 0.2)
    skin, shirt = dice.colour(name + "skin", _SKIN), dice.colour(name + "shirt", _CLOTHES)
    trousers = dice.colour(name + "trousers", _TROUSERS)
    legs = union(
        capsule(x, y, -0.08, -0.85, -0.06 - step, -0.07, 0.085), capsule(x, y, 0.08, -0.85, 0.06 + step, -0.07, 0.085)
    )
    man.paint(legs, (skin if bathing else trousers) * face * 0.94, "person", "body", "skin" if bathing else "fabric")
    arms = union(
        capsule(x, y, -0.2, -1.32, -0.27 - step * 0.4, -0.86, 0.06),
        capsule(x, y, 0.2, -1.32, 0.27 + step * 0.4, -0.86, 0.06),
    )
    man.paint(arms, (skin if bathing else shirt * 0.88) * face, "person", "body", "skin" if bathing else "fabric")
    low = -0.78 + 0.26 * scene.winter
    torso = union(
        rounded_box(x, y, -0.22, -1.44, 0.22, -0.8, 0.09),
        polygon(x, y, ((-0.19, -1.1), (0.19, -1.1), (0.25, low), (-0.25, low))),
    )
    man.paint(torso, shirt * face, "person", "body", "fabric")
    _head(man, name, 0.0, -1.6, face)


def skier(scene: Scene, name: str, spot: Spot, present: Tensor, facing: Tensor) -> None:
    """Somebody who skis downhill towards his facing, crouched, with poles."""
    dice = scene.dice
    cast(scene, spot, 0.7, 1.5, 0.15, present)
    man = place(scene, spot, present, (-1.2, -1.9, 1.2, 0.35), facing)
    if man.absent:
        return
    x, y = man.x, man.y
    face = man.light.on((x / 0.3).clamp(-1, 1) * 0.6, 0.35, 0.6)
    board = dice.colour(name + "skis", ((0.86, 0.24, 0.16), (0.18, 0.30, 0.62), (0.94, 0.78, 0.20), (0.20, 0.20, 0.22)))
    skis = union(capsule(x, y, -0.85, -0.16, 0.95, 0.18, 0.055), capsule(x, y, -0.7, -0.02, 1.05, 0.31, 0.055))
    man.paint(skis, board * man.light.on(0, 0.6, 0.5), "skis", "none", "plastic")
    sticks = union(capsule(x, y, 0.4, -0.95, -0.55, -0.1, 0.035), capsule(x, y, 0.15, -0.85, -0.75, -0.2, 0.035))
    man.paint(sticks, rgb((0.25, 0.25, 0.28), spot.scale) * face, "skis", "none", "metal")
    suit, trousers = dice.colour(name + "shirt", _CLOTHES), dice.colour(name + "trousers", _TROUSERS)
    legs = union(
        capsule(x, y, -0.22, -0.82, 0.16, -0.5, 0.12), capsule(x, y, 0.16, -0.5, -0.02, -0.1, 0.1),
        capsule(x, y, -0.1, -0.8, 0.3, -0.42, 0.12), capsule(x, y, 0.3, -0.42, 0.16, 0.02, 0.1),
    )  # fmt: skip
    man.paint(legs, trousers * face, "person", "body", "fabric")
    body = union(capsule(x, y, -0.16, -0.86, 0.16, -1.26, 0.19), capsule(x, y, 0.14, -1.24, 0.42, -0.95, 0.08))
    man.paint(body, suit * face, "person", "body", "fabric")
    _head(man, name, 0.26, -1.5, face)
