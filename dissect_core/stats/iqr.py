"""The other way to label a unit: the threshold and the concept that tell most about each other.

Bau et al. 2019 ("GAN Dissection", ICLR, section 3.1, and its code) choose for each unit the threshold t and the concept
c of the best information quality ratio

    IQR(u, c, t) = I(a_u > t; c) / H(a_u > t, c)           mutual information over joint entropy, in 0..1

and only then ask for the IoU.  Thresholds are the levels that a unit exceeds at a share of 10^-3 ... 1 of all
positions, in equal steps of the logarithm (50; the code has 100).  As there, a pair does not count where the concept
has less than 10^-3 of the positions, where unit and concept agree at 80 % of the positions or less, or where the
threshold is not positive.

This needs the joint counts of (level, concept) at every position, many times what the IoU at one threshold needs, so it
is done on a sample of the images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.errors import BadShape
from dissect_core.stats.codes import Codes

LEVELS = 50
LEAST_EXCEEDED = 1e-3
LEAST_SEEN = 1e-3
LEAST_AGREEMENT = 0.8
BLOCK = 16
STATE = ("counts", "codes_seen", "positions")
MOST_POSITIONS = 2**31 - 1
TINY = 1e-300


def level_quantiles(levels: int = LEVELS) -> list[float]:
    """The quantiles whose values are the levels, rising; the share of positions above is one minus each."""
    return [round(1 - LEAST_EXCEEDED ** (step / levels), 9) for step in range(1, levels + 1)]


@dataclass(frozen=True, eq=False)
class IqrScores:
    """Per unit, all (U,): iqr and iou of the best pair, its threshold, and the column of its concept, -1 if none."""

    iqr: Tensor
    iou: Tensor
    threshold: Tensor
    concept: Tensor


class LevelCounts:
    """Counts of (unit, level, concept): levels (U, L) float32, rising.

    A value counts for the highest level that it exceeds; values that exceed no positive level are not counted.
    """

    def __init__(self, levels: Tensor, columns: Columns, device: torch.device | str = "cpu") -> None:
        self.levels, self.codes = levels.clamp(min=0).to(device), Codes(columns)
        shape = (*levels.shape, self.codes.width)
        self.counts = torch.zeros(shape, dtype=torch.int32, device=device)
        self.codes_seen = torch.zeros(self.codes.width, dtype=torch.int64, device=device)
        self.positions = torch.zeros(1, dtype=torch.int64)

    def add_labels(self, codes: Tensor) -> None:
        """Count the concepts of positions, once per image: codes (P, M) of `Codes.of`."""
        self.codes_seen += torch.bincount(codes.reshape(-1), minlength=self.codes.width)
        self.positions += len(codes)
        if int(self.positions) > MOST_POSITIONS:
            raise BadShape(
                "too many positions", field="positions", value=int(self.positions), allowed=f"at most {MOST_POSITIONS}"
            )

    def add(self, unit: int, values: Tensor, codes: Tensor) -> None:
        """Count the values (P,) of one unit at all those positions."""
        levels = self.levels[unit]
        exceeded = torch.bucketize(values, levels, out_int32=True)  # how many levels each value is strictly above
        pairs = exceeded[:, None] * self.codes.width + codes
        counted = torch.bincount(pairs.reshape(-1), minlength=(len(levels) + 1) * self.codes.width)
        self.counts[unit] += counted.view(len(levels) + 1, self.codes.width)[1:].to(torch.int32)

    def merge(self, other: LevelCounts) -> None:
        """Add the counts of other images, with the same levels."""
        if not torch.equal(other.levels.cpu(), self.levels.cpu()):
            raise BadShape("counts of other levels", field="levels", value="other levels", allowed="the same levels")
        for name in STATE:
            mine: Tensor = getattr(self, name)
            mine += getattr(other, name).to(mine.device)

    def best(self) -> IqrScores:
        """The best pair of every unit, on the CPU; of equal ones that of the lowest level, then the first concept."""
        units = len(self.levels)
        scores = IqrScores(torch.zeros(units), torch.zeros(units), torch.zeros(units), torch.full((units,), -1))
        total = float(self.positions.clamp(min=1))
        named = self.codes.named
        seen = self.codes_seen.cpu()[named].double() / total  # (K,)
        for first in range(0, units, BLOCK):
            block = slice(first, min(first + BLOCK, units))
            levels = self.levels[block].cpu()
            above = self.counts[block].cpu().long().flip(1).cumsum(1).flip(1)  # (U', L, W), above each level
            active = above[:, :, : self.codes.sizes[0]].sum(2, keepdim=True).double() / total  # (U', L, 1)
            both = above[:, :, named].double() / total  # (U', L, K)
            neither = 1 - active - seen + both
            ratio = information_quality_ratio(both, active - both, seen - both, neither)
            trusted = (seen >= LEAST_SEEN) & (both + neither > LEAST_AGREEMENT) & (levels > 0)[:, :, None]
            value, place = torch.where(trusted, ratio, 0).flatten(1).max(dim=1)
            level, concept = place // len(named), place % len(named)
            row = torch.arange(len(place))
            joint = both[row, level, concept]
            union = active[row, level, 0] + seen[concept] - joint
            scores.iqr[block] = value.float()
            scores.iou[block] = torch.where(value > 0, joint / union.clamp(min=1 / total), 0).float()
            scores.threshold[block] = torch.where(value > 0, levels[row, level], 0)
            scores.concept[block] = torch.where(value > 0, concept, -1)
        return scores

    def state_dict(self) -> dict[str, Tensor]:
        """The counts as tensors for a safetensors file."""
        return {name: getattr(self, name).cpu() for name in STATE}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Replace the counts by saved ones, of the same levels."""
        if state["counts"].shape != self.counts.shape:
            shape = tuple(state["counts"].shape)
            raise BadShape("counts of other units", field="counts", value=shape, allowed=f"{tuple(self.counts.shape)}")
        for name in STATE:
            setattr(self, name, state[name].to(getattr(self, name).device).clone())


def information_quality_ratio(both: Tensor, only_first: Tensor, only_second: Tensor, neither: Tensor) -> Tensor:
    """I(A; B) / H(A, B) of two events, from the four joint probabilities (float64, any shape); 0 where H is 0."""
    joint = [part.clamp(min=0) for part in (both, only_first, only_second, neither)]
    first, second = joint[0] + joint[1], joint[0] + joint[2]
    alone = [part.clamp(min=0) for part in (first, 1 - first, second, 1 - second)]
    entropy = -torch.stack([torch.xlogy(part, part) for part in joint]).sum(0)
    information = -torch.stack([torch.xlogy(part, part) for part in alone]).sum(0) - entropy  # H(A) + H(B) - H(A, B)
    return torch.where(entropy > 0, information.clamp(min=0) / entropy.clamp(min=TINY), 0)
