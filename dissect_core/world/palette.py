"""A fixed colour for every concept, so that label maps can be looked at."""

from __future__ import annotations

import colorsys

import torch
from torch import Tensor

from dissect_core.world.concepts import CATEGORIES

GOLDEN_ANGLE = 0.618034  # successive hues far apart


def label_colours(category: str) -> Tensor:
    """uint8 (K, 3): the colour of each concept of a category; "none" is black."""
    count = len(CATEGORIES[category])
    rows = [colorsys.hls_to_rgb(index * GOLDEN_ANGLE % 1, 0.45 + 0.2 * (index % 2), 0.75) for index in range(1, count)]
    return (torch.tensor([(0.0, 0.0, 0.0), *rows]) * 255).round().to(torch.uint8)
