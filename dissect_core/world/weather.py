"""Weather over a finished scene: mist in the distance, rain or falling snow under a closed sky.  Labels stay."""

from __future__ import annotations

import torch

from dissect_core.world.mood import set_mood
from dissect_core.world.scene import Scene, mix, rgb
from dissect_core.world.texture import noise, sharpen


def finish(scene: Scene, misty: float = 0.18) -> None:
    """Let the weather of the scene come over it: mist with the given chance, rain, snowfall; then its mood."""
    _mist(scene, misty)
    _falling(scene)
    scene.canvas.image.clamp_(0, 1)
    set_mood(scene.dice, scene.canvas)


def _mist(scene: Scene, chance: float) -> None:
    """A veil that lies on the horizon and thins towards the viewer and the sky."""
    canvas, light = scene.canvas, scene.light
    some = scene.dice.chance("mist", chance) * scene.dice.uniform("mist share", 0.35, 0.75)
    near = ((canvas.y - scene.horizon) / (1 - scene.horizon)).clamp(0, 1)
    high = ((scene.horizon - canvas.y) / scene.horizon).clamp(0, 1)
    veil = some * (1 - near) ** 2 * (1 - high) ** 1.5 * (0.8 + 0.4 * scene.coarse)
    canvas.image.copy_(mix(canvas.image, light.haze.clamp(0, 1), veil.clamp(0, 0.85)))


def _falling(scene: Scene) -> None:
    """Rain, or flakes in winter, in some of the scenes with a closed sky."""
    dice, canvas = scene.dice, scene.canvas
    some = dice.chance("falling", 0.6) * scene.light.overcast
    if not bool(some.any()):
        return
    streaks = sharpen(noise(dice, "rain", canvas.size, (9,), stretch=9.4).transpose(1, 2), 0.78, 0.94)
    flakes = sharpen(noise(dice, "flakes", canvas.size, (72,)), 0.92, 0.98)
    drops = streaks * 0.34 * (1 - scene.winter) + flakes * 0.85 * scene.winter
    pale = mix(rgb((0.80, 0.84, 0.90), some), rgb((0.98, 0.98, 1.0), some), scene.winter)
    canvas.image.copy_(mix(canvas.image, pale, torch.clamp(drops * some, 0, 1)))
