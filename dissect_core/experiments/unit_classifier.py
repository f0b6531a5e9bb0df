"""A single unit as a classifier of a concept (Bau et al. 2020, Fig. 1F, 3F and 3G).

The peak of the unit's feature map over all places of a picture is compared with a threshold.  The paper's threshold is
where both errors are equal: the share of the pictures with the concept that fall below it, and the share of the others
that do not.  It reports the balanced accuracy there, (TPR + TNR) / 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError

LARGE_SHARE = 0.05
"""A large thing is there when it covers more of the picture than this (Bau et al. 2020: 204 of 4,096 places)."""
SMALL_SHARE = 0.002
"""A thing that is never so large is there when it covers more than this, eight of 4,096 places."""
LARGE_IN = 0.05
"""A concept counts as large if at least this share of the pictures has LARGE_SHARE of it."""


@dataclass(frozen=True)
class Accuracy:
    """How a threshold tells pictures with a concept from others: `peak >= threshold` says that it is there.

    tpr: share of the pictures with it that are recognised.  tnr: share of the others that are.
    """

    threshold: float
    tpr: float
    tnr: float

    @property
    def balanced(self) -> float:
        """The mean of both shares; 0.5 is chance."""
        return (self.tpr + self.tnr) / 2


def least_share(shares: Tensor) -> float:
    """Above which share of a picture the concept counts as there, from its shares (N,) in all pictures."""
    large = bool((shares > LARGE_SHARE).double().mean() >= LARGE_IN)
    return LARGE_SHARE if large else SMALL_SHARE


def accuracy(positives: Tensor, negatives: Tensor, threshold: float) -> Accuracy:
    """Of the peaks (P,) with and (Q,) without the concept.  Raises UnitbrushError if one of them is empty."""
    _both(positives, negatives)
    return Accuracy(
        threshold,
        float((positives >= threshold).double().mean()),
        float((negatives < threshold).double().mean()),
    )


def equal_error(positives: Tensor, negatives: Tensor) -> Accuracy:
    """At the threshold where both errors are equal, by the rule of the original.

    The positives rise, the negatives, as many of them at equal steps, fall; the threshold is the first positive that is
    not below its negative.  Raises UnitbrushError if one of them is empty.
    """
    _both(positives, negatives)
    rising = positives.sort().values
    falling = negatives.sort(descending=True).values
    steps = torch.arange(len(rising), dtype=torch.int64) * len(falling) // len(rising)
    crossing = int((rising < falling[steps]).sum())
    return accuracy(positives, negatives, float(rising[min(crossing, len(rising) - 1)]))


def _both(positives: Tensor, negatives: Tensor) -> None:
    for name, peaks in (("with", positives), ("without", negatives)):
        if not len(peaks):
            raise UnitbrushError(
                f"no pictures {name} the concept", field=f"pictures {name} the concept", value=0, allowed="one or more"
            )
