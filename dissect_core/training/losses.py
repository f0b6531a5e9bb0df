"""What a critic and the generator follow, as functions of the critic's logits on painted and generated pictures.

Each takes two lists of logits of equal shapes, one tensor for the pictures and maybe more for places or scales; the
means of all are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Logits = Sequence[Tensor]


@dataclass(frozen=True)
class Loss:
    """critic, generator: (logits of painted pictures, of generated ones) -> what each of them makes small.

    paired: whether the generator's loss depends on the painted pictures, too.
    """

    critic: Callable[[Logits, Logits], Tensor]
    generator: Callable[[Logits, Logits], Tensor]
    paired: bool = False


def surprise(logits: Logits, real: bool) -> Tensor:
    """-log of the probability that a critic's logits give to all being real, or all generated."""
    return _sum(F.softplus(-logit if real else logit) for logit in logits)


def _sum(values: Iterable[Tensor]) -> Tensor:
    return torch.stack([value.mean() for value in values]).sum()


def _pairs(better: Logits, worse: Logits) -> Tensor:
    """-log of the probability that each of `better` is the real one of a pair."""
    return _sum(F.softplus(b - a) for a, b in zip(better, worse, strict=True))


LOSSES = {
    # non-saturating, Goodfellow et al. 2014
    "logistic": Loss(
        lambda real, fake: surprise(real, real=True) + surprise(fake, real=False),
        lambda real, fake: surprise(fake, real=True),
    ),
    # of pairs, Jolicoeur-Martineau 2019; with R1 and R2 the loss of Huang et al. 2024 (R3GAN)
    "relativistic": Loss(_pairs, lambda real, fake: _pairs(fake, real), paired=True),
    # Lim & Ye 2017
    "hinge": Loss(
        lambda real, fake: _sum(F.relu(1 - logit) for logit in real) + _sum(F.relu(1 + logit) for logit in fake),
        lambda real, fake: _sum(-logit for logit in fake),
    ),
}
