"""How much of a picture each concept takes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns


def pixels(columns: Columns, labels: Mapping[str, Tensor]) -> Tensor:
    """How many pixels show each concept, (K,) int64; labels: category -> whole numbers, the indices of its names."""
    counted = [
        torch.bincount(labels[category].reshape(-1), minlength=len(names))[1:]
        for category, names in columns.categories.items()
    ]
    return torch.cat(counted)
