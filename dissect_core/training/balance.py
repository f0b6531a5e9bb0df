"""Show the rare more often: what a generator draws too seldom, its training should see more of.

Adversarial training draws small things less often than they are, so a configuration may ask that the scenes shown have
a multiple of the world's share of some objects (oversampling the under-represented: Lee et al. 2021, who find them by
the critic; here the world knows them).  Only how often a scene is shown changes: no label reaches a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from torch import Tensor

from dissect_core.training.dataset import PaintedScenes
from dissect_core.world.concepts import OBJECTS

RIDGE = 1e-3
"""How strongly weights are held together; it costs less than a hundredth of a multiple."""
EVERY = 2
"""Shares are counted on every second pixel of every second row."""


def scene_weights(scenes: PaintedScenes, balance: Mapping[str, float]) -> Tensor:
    """How often each scene is shown, float64 (N,) of sum 1: the most even weights that have the asked mean shares.

    balance: object -> multiple of its mean share of the pixels, above 0.
    """
    columns = [OBJECTS.index(name) for name in balance]
    maps = scenes.labels[:, 0, ::EVERY, ::EVERY]
    shares = np.stack([(maps == column).mean(axis=(1, 2)) for column in columns], axis=1)
    return torch.from_numpy(most_even(shares, np.array(list(balance.values()))))


def most_even(shares: NDArray[Any], multiples: NDArray[Any]) -> NDArray[Any]:
    """The weights w of largest entropy with w @ shares = multiples * mean share, of sum 1.

    shares: (N, C), each column of mean above 0.  They are exp(shares @ slopes) up to a factor (Jaynes 1957), and the
    slopes minimise a convex function, the logarithm of that factor.
    """
    offsets = shares / shares.mean(axis=0) - multiples

    def dual(slopes: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        exponents = offsets @ slopes
        total = logsumexp(exponents)
        gradient = np.exp(exponents - total) @ offsets
        return float(total + RIDGE / 2 * slopes @ slopes), gradient + RIDGE * slopes

    slopes = minimize(dual, np.zeros(len(multiples)), jac=True, method="BFGS").x
    exponents = offsets @ slopes
    weights: NDArray[Any] = np.exp(exponents - logsumexp(exponents))
    return weights
