"""Ranking the units of a layer by their causal effect on a concept, all units at once.

The idea of ACE (Bau et al. 2019, eq. 5): give every unit a dial d_u in [0, 1] and ask how

    effect(d) = evidence at plausible places where d is inserted - w * evidence at the concept where d is ablated

changes with each dial: w = 1 for the ranking "effect", more for "erasure" (a concept that many units draw is easily
inserted and hardly ablated).  Evidence is the log-odds of the concept against everything else in its category, averaged
over the pixels: unlike a probability it still has a slope where the concept is absent.  One backward pass gives the
slope for every unit of every layer:

    insertion  x' = x + d m (v - x)      m: a disc at a plausible place, v: the unit's 0.99 quantile
    ablation   x' = x (1 - d)            everywhere, in images that show the concept

A slope at d = 0 is only linear, so it is averaged over a path: each further round looks from a point on the way to
"the 20 units that are best so far fully on".  (ACE walks on by gradient descent for thousands of images; the averaged
slope needs a few hundred, and every set is measured for real before it becomes a brush.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.brushes import Ranking
from dissect_core.concepts import Concept
from dissect_core.effects import Bench, Places, Pool, discs, to_cells
from dissect_core.hooks import edited

ABLATION_WEIGHTS: dict[Ranking, float] = {"effect": 1.0, "erasure": 4.0}
"""How much ablation counts against insertion in each ranking."""

LEAST_SHARE = 0.01
"""Images in which the concept covers less of the picture do not tell about its ablation."""


@dataclass(frozen=True)
class EffectSpec:
    """How many images of each kind, how many points of the path, how many units are on at its end."""

    images: int = 48
    rounds: int = 2
    count: int = 20


def rank_by_effect(
    bench: Bench,
    pool: Pool,
    concept: Concept,
    places: Places,
    levels: Mapping[str, Tensor],
    spec: EffectSpec = EffectSpec(),
) -> dict[Ranking, dict[str, Tensor]]:
    """The mean slope of every unit, per ranking and layer (U,) float32, larger = more effect; levels: layer -> v (U,).

    All zeros where the pool has neither places nor images that show the concept.
    """
    places = places.first(spec.images)
    shares = pool.is_concept(bench.columns, concept).float().mean((1, 2))
    showing = [row for row in shares.argsort(descending=True, stable=True).tolist() if shares[row] >= LEAST_SHARE]
    showing = showing[:: max(1, len(showing) // spec.images)][: spec.images]  # the whole range of sizes
    start = {layer: torch.zeros_like(value) for layer, value in levels.items()}
    inserted, ablated = _slopes(bench, pool, concept, (places, showing), levels, start)  # every layer in the same pass
    found: dict[Ranking, dict[str, Tensor]] = {}
    for ranking, weight in ABLATION_WEIGHTS.items():
        found[ranking] = {}
        for layer in levels:
            total = inserted[layer] + weight * ablated[layer]
            for step in range(1, spec.rounds):
                dial = torch.zeros_like(levels[layer])
                dial[total.topk(min(spec.count, len(total))).indices] = step / spec.rounds
                one = {layer: levels[layer]}
                more = _slopes(bench, pool, concept, (places, showing), one, {layer: dial})
                total = total + more[0][layer] + weight * more[1][layer]
            found[ranking][layer] = (total / spec.rounds).cpu()
    return found


def _slopes(
    bench: Bench,
    pool: Pool,
    concept: Concept,
    images: tuple[Places, Sequence[int]],
    levels: Mapping[str, Tensor],
    dials: Mapping[str, Tensor],
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """How insertion and ablation serve at the given dials, per layer (U,): the slope of the evidence at the places, and
    minus the slope of the evidence at the concept, each a mean over its images."""
    places, showing = images
    size = next(iter(pool.labels.values())).shape[-1]
    inserted, ablated = ({layer: torch.zeros_like(value) for layer, value in levels.items()} for _ in range(2))
    grids = {layer: bench.generator.layers[layer].grid for layer in levels}

    def accumulate(
        total: dict[str, Tensor], ids: Sequence[int], where: Tensor, edits: Edits, knobs: Mapping[str, Tensor]
    ) -> None:
        with edited(bench.generator, edits):
            evidence = log_odds(bench, concept, bench.generator(bench.latents(ids)))
        mask = where.to(evidence)
        mean = ((evidence * mask).sum((1, 2)) / mask.sum((1, 2)).clamp(min=1)).sum()
        for layer, slope in zip(knobs, torch.autograd.grad(mean, list(knobs.values())), strict=True):
            total[layer] += slope

    for start in range(0, len(places), bench.batch):
        rows = places.rows[start : start + bench.batch].tolist()
        masks = discs(places.centres[start : start + bench.batch], places.radius, size)
        knobs = {layer: dial.clone().requires_grad_() for layer, dial in dials.items()}
        edits = {
            layer: _insertion(knob, levels[layer], to_cells(masks.float(), grids[layer]))
            for layer, knob in knobs.items()
        }
        accumulate(inserted, [pool.ids[row] for row in rows], masks, edits, knobs)
    here = pool.is_concept(bench.columns, concept)
    for start in range(0, len(showing), bench.batch):
        rows = list(showing[start : start + bench.batch])
        knobs = {layer: dial.clone().requires_grad_() for layer, dial in dials.items()}
        edits = {layer: _ablation(knob) for layer, knob in knobs.items()}
        accumulate(ablated, [pool.ids[row] for row in rows], here[rows], edits, knobs)
    return (
        {layer: slope / max(1, len(places)) for layer, slope in inserted.items()},
        {layer: slope / -max(1, len(showing)) for layer, slope in ablated.items()},
    )


Edits = Mapping[str, Callable[[Tensor], Tensor]]


def log_odds(bench: Bench, concept: Concept, images: Tensor) -> Tensor:
    """Log-odds of a concept against the rest of its category at every pixel, (N, R, R)."""
    logits = bench.segmenter(images)[concept.category]
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
