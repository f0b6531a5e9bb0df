"""What chance labels: the same counting with every picture's labels replaced by those of another picture.

A unit that is always active at the top of pictures overlaps "top of sky" without looking for it.  In a shuffled
counting, everything is as it was (where the unit is active, where concepts usually are) but for what the unit could
have reacted to.  A unit's best overlap in such a counting is what it reaches by chance, and a label counts only if its
IoU is above that of every one of them: with S shuffles this happens by chance to one of S + 1 units (a permutation
test; for pictures that are independent of each other).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

RULE = "numpy.random.RandomState(s).permutation(images) for s from 0; each picture has the labels of the one after it"


def partners(images: int, shuffles: int) -> Tensor:
    """Whose labels each picture is compared with in every shuffle: (shuffles, images) int64, never its own.

    One picture has no partner: (0, 1).
    """
    found = torch.zeros(shuffles if images > 1 else 0, images, dtype=torch.int64)
    for seed, row in enumerate(found):
        order = torch.from_numpy(np.random.RandomState(seed).permutation(images))
        row[order] = order.roll(-1)  # one circle through all pictures
    return found


def rate(shuffles: int) -> float:
    """How many of the units that look for nothing are labelled nevertheless, as a share of them, at most."""
    return 1 / (shuffles + 1)
