"""The mood of a picture: how bright, how warm and how colourful its air or its film is.  Labels stay."""

from __future__ import annotations

import torch

from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice


def set_mood(dice: Dice, canvas: Canvas) -> None:
    """Draw exposure, warmth and saturation of the finished scenes, so that colours alone do not tell where they are."""
    exposure = dice.uniform("exposure", 0.82, 1.10).unsqueeze(1)
    saturation = dice.uniform("saturation", 0.52, 1.15).unsqueeze(1)
    tint = torch.tensor((1.0, 0.1, -1.0), device=canvas.image.device).view(1, 3, 1, 1)
    warmth = 1 + dice.uniform("warmth", -0.08, 0.08).unsqueeze(1) * tint
    grey = canvas.image.mean(1, keepdim=True)
    canvas.image.sub_(grey).mul_(saturation).add_(grey).mul_(exposure * warmth).clamp_(0, 1)
