"""Ranking the units of a layer by their causal effect on a concept, all units at once.

The idea of ACE (Bau et al. 2019, eq. 5): give every unit a dial d_u in [0, 1] and ask how

    effect(d) = evidence at plausible places where d is inserted - w * evidence at the concept where d is ablated

changes with each dial: w = 1 for the ranking "effect", more for "erasure" (a concept that many units draw is easily
inserted and hardly ablated), 0 for "drawing" (the reverse).  Evidence is the log-odds of the concept against everything
else in its category, averaged over the pixels: unlike a probability it still has a slope where the concept is absent.
One backward pass gives the slope for every unit of every layer:

    insertion  x' = x + d m (v - x)      m: a disc at a plausible place, v: the unit's 0.99 quantile
    ablation   x' = x (1 - d)            everywhere, in images that show the concept

A slope at d = 0 is only linear, so `EffectRanker.further` averages it over a path: each further round looks from a
point on the way to "the 20 units that are best so far fully on".  (ACE walks on by gradient descent for thousands of
images; the averaged slope needs a few hundred, and every set is measured for real before it becomes a brush.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.brushes.brush import Ranking
from dissect_core.brushes.effects import Bench, Places, Pool, discs, to_cells
from dissect_core.concepts.columns import Concept
from dissect_core.models.hooks import edited

ABLATION_WEIGHTS: dict[Ranking, float] = {"effect": 1.0, "erasure": 4.0, "drawing": 0.0}
"""How much ablation counts against insertion in each ranking."""

Edits = Mapping[str, Callable[[Tensor], Tensor]]

LEAST_SHARE = 0.01
"""Images in which the concept covers less of the picture do not tell about its ablation."""


@dataclass(frozen=True)
class EffectSpec:
    """How many images of each kind, and how many units are on at the end of the path."""

    images: int = 48
    count: int = 20


class EffectRanker:
    """Ranks the units of some layers by their effect on one concept.

    levels: layer -> v (U,).  Where the pool has neither places nor images that show the concept, every slope is 0.
    """

    def __init__(
        self,
        bench: Bench,
        pool: Pool,
        concept: Concept,
        places: Places,
        levels: Mapping[str, Tensor],
        spec: EffectSpec = EffectSpec(),
    ) -> None:
        self._bench, self._pool, self._concept, self._levels, self._spec = bench, pool, concept, levels, spec
        self._places = places.first(spec.images)
        self._here = pool.is_concept(bench.columns, concept)
        shares = self._here.float().mean((1, 2))
        showing = [row for row in shares.argsort(descending=True, stable=True).tolist() if shares[row] >= LEAST_SHARE]
        self._showing = showing[:: max(1, len(showing) // spec.images)][: spec.images]  # the whole range of sizes

    def first(self) -> dict[Ranking, dict[str, Tensor]]:
        """The slope of every unit where nothing is on yet, per ranking and layer (U,) float32, larger = more effect.

        Every layer is looked at in the same passes.
        """
        inserted, ablated = self._slopes({layer: torch.zeros_like(level) for layer, level in self._levels.items()})
        return {
            ranking: {layer: (inserted[layer] + weight * ablated[layer]).cpu() for layer in self._levels}
            for ranking, weight in ABLATION_WEIGHTS.items()
        }

    def further(self, ranking: Ranking, layer: str, first: Tensor, rounds: int) -> Tensor:
        """The mean slope at `rounds` points of the path that begins with the slopes `first` of `layer`, (U,)."""
        weight = ABLATION_WEIGHTS[ranking]
        total = first.to(self._levels[layer])
        for step in range(1, rounds):
            dial = torch.zeros_like(total)
            dial[total.topk(min(self._spec.count, len(total))).indices] = step / rounds
            inserted, ablated = self._slopes({layer: dial})
            total = total + inserted[layer] + weight * ablated[layer]
        return (total / rounds).cpu()

    def _slopes(self, dials: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """How insertion and ablation serve at the given dials, per layer (U,).

        The slope of the evidence at the places, and minus the slope of the evidence at the concept, each a mean over
        its images.
        """
        inserted, ablated = ({layer: torch.zeros_like(dial) for layer, dial in dials.items()} for _ in range(2))
        batch, size = self._bench.batch, self._here.shape[-1]
        for start in range(0, len(self._places), batch):
            rows = self._places.rows[start : start + batch].tolist()
            masks = discs(self._places.centres[start : start + batch], self._places.radius, size)
            cells = {layer: to_cells(masks.float(), self._bench.generator.layers[layer].grid) for layer in dials}
            knobs = _knobs(dials)
            edits = {layer: _insertion(knob, self._levels[layer], cells[layer]) for layer, knob in knobs.items()}
            self._accumulate(inserted, rows, masks, edits, knobs)
        for start in range(0, len(self._showing), batch):
            rows = self._showing[start : start + batch]
            knobs = _knobs(dials)
            self._accumulate(ablated, rows, self._here[rows], {name: _ablation(k) for name, k in knobs.items()}, knobs)
        return (
            {layer: slope / max(1, len(self._places)) for layer, slope in inserted.items()},
            {layer: slope / -max(1, len(self._showing)) for layer, slope in ablated.items()},
        )

    def _accumulate(
        self, total: dict[str, Tensor], rows: Sequence[int], where: Tensor, edits: Edits, knobs: Mapping[str, Tensor]
    ) -> None:
        """Add the slopes of the evidence in some images of the pool, a mean over the pixels `where` of each."""
        ids = [self._pool.ids[row] for row in rows]
        with edited(self._bench.generator, edits):
            evidence = log_odds(self._bench, self._concept, self._bench.generator(self._bench.latents(ids)))
        mask = where.to(evidence)
        mean = ((evidence * mask).sum((1, 2)) / mask.sum((1, 2)).clamp(min=1)).sum()
        for layer, slope in zip(knobs, torch.autograd.grad(mean, list(knobs.values())), strict=True):
            total[layer] += slope


def _knobs(dials: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {layer: dial.clone().requires_grad_() for layer, dial in dials.items()}


def log_odds(bench: Bench, concept: Concept, images: Tensor) -> Tensor:
    """Log-odds of a concept against the rest of its category at every pixel, (N, R, R)."""
    logits: Tensor = bench.segmenter(images)[concept.category]
    label = bench.columns.label(concept)
    others = torch.cat([logits[:, :label], logits[:, label + 1 :]], 1)
    return logits[:, label] - others.logsumexp(1)


def _insertion(knob: Tensor, level: Tensor, mask: Tensor) -> Callable[[Tensor], Tensor]:
    """x + d m (v - x): knob, level (U,), mask (N, 1, h, w)."""

    def edit(x: Tensor) -> Tensor:
        dial = knob.to(x)[:, None, None] * mask.to(x)
        return x + dial * (level.to(x)[:, None, None] - x)

    return edit


def _ablation(knob: Tensor) -> Callable[[Tensor], Tensor]:
    """x (1 - d): knob (U,)."""
    return lambda x: x * (1 - knob.to(x)[:, None, None])
