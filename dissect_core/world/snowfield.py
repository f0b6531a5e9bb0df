"""Snow on the ground: what winter makes of meadows, and the piste of a ski slope."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.world.concepts import OBJECTS
from dissect_core.world.scene import Scene, mix
from dissect_core.world.sky import snow
from dissect_core.world.texture import sharpen

_GRASS, _SNOW = OBJECTS.index("grass"), OBJECTS.index("snow")


def snowed_in(scene: Scene) -> None:
    """Call the meadow of winter what it is: its label becomes snow, the picture stays."""
    meadow = (scene.canvas.object == _GRASS) & (scene.winter > 0)
    scene.canvas.object.masked_fill_(meadow, _SNOW)


def piste(scene: Scene, crest: Tensor, slant: Tensor, name: str, tracks: Tensor) -> None:
    """A snowfield below the line `crest` (y, broadcast to (B, H, W)) that falls towards `slant` (-1 left, 1 right).

    tracks: 1 where skis and the groomer have left their lines.
    """
    canvas, light = scene.canvas, scene.light
    below = canvas.y - crest
    swell = torch.sin(canvas.x * 7 + below * 9 + scene.dice.uniform(name + " swell", 0, 6.28)) + 2 * (
        scene.coarse - 0.5
    )
    face = light.on(slant * 0.22 + 0.2 * swell, 0.82, 0.35)
    blue = mix(snow(scene) * face, light.zenith * 0.5 + 0.42, 0.16 - 0.1 * swell.clamp(-1, 1))
    rim = 1 + 0.06 * sharpen(below, 0.05, 0.0)
    along = canvas.x + slant * below * 1.4
    groomed = torch.sin(along * 190) * sharpen(below, 0.08, 0.25) * sharpen(scene.coarse, 0.45, 0.6)
    sparkle = 1 + 0.08 * (scene.fine - 0.5) + 0.022 * groomed * tracks
    for slot in range(3):
        phase = scene.dice.uniform(f"{name} track {slot}", 0, 6.28)
        at = scene.dice.uniform(f"{name} track x {slot}", 0.15, 0.85)
        wide = 0.012 + 0.085 * below.clamp(min=0)
        middle = at + slant * 0.5 * below + wide * torch.sin(torch.log(below.clamp(min=0) + 0.06) * 11 + phase)
        groove = sharpen((canvas.x - middle).abs(), 0.004 + 0.012 * below.clamp(min=0), 0.0)
        sparkle = sparkle * (1 - 0.15 * groove * tracks * sharpen(below, 0.0, 0.03))
    colour = blue * (rim * sparkle).unsqueeze(1)
    canvas.paint(canvas.cover(-below), colour.clamp(0, 1), "snow", None, "snow")
