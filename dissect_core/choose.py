"""Choosing brushes: for every concept that occurs, the layer and the ranking whose units measurably draw and erase it.

For each candidate concept (an object or a part that is seen often enough) every paint layer proposes three sets of 20
units: those of highest IoU and those of highest causal effect, once with ablation weighted up (see `ranking`).  All
sets are screened on a few images.  If none draws well, the layers that draw best propose sets for drawing alone, ranked
along a long path.  The best are ranked once more along a path if that makes them better; where erasing the best one
upsets another object, units that do so less are picked as well (see `selective`).  These sets are tried at several
levels (multiples of the 0.99 quantiles) and measured on more images at the lowest level that draws nearly as reliably
as their best, and the best of those becomes the brush if it works:

    score = min(clear_rise, 0.9) + min(removed, 0.6) - collateral - upset

any_rise, clear_rise: share of plausible places where drawing raises the concept at all, and by a tenth of the brush;
removed: share of its pixels that erasing everywhere takes away (not below 0); collateral: share of all other pixels
whose object erasing changes; upset: the largest relative change of another object with 5 % of the pixels.  More drawing
or erasing than enough is not worth damage elsewhere.  A concept gets no brush without a set whose any_rise is at least
0.7 and whose clear_rise is at least 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from dissect_core.artifacts import code_version
from dissect_core.brushes import DEFAULT_COUNT, LENGTH, Brush, BrushSet, Ranking
from dissect_core.concepts import Concept
from dissect_core.dissection import Dissection, Progress, silent
from dissect_core.effects import (
    Ablation,
    Bench,
    Insertion,
    Places,
    Pool,
    UnitSet,
    measure_ablation,
    measure_insertion,
    observe,
    upset,
)
from dissect_core.errors import UnitbrushError
from dissect_core.habitat import Habitat, learn_habitat, plausible_places
from dissect_core.ranking import EffectRanker, EffectSpec
from dissect_core.selective import measure_alone, pick
from dissect_core.trial import report, works

ENOUGH_DRAWN, ENOUGH_REMOVED = 0.9, 0.6
"""A set that draws so reliably and erases so much is preferred for leaving the rest alone, not for doing more."""
UPSETTING = 0.05
"""From here on units are picked that upset less."""
REFINED: tuple[Ranking, ...] = ("effect", "erasure")
"""The rankings of which the best sets are ranked once more along a path."""

Proposal = tuple[str, Ranking, Tensor]
"""A layer, how its units were ranked, and the units, best first."""


@dataclass(frozen=True)
class ChoiceSpec:
    """Which images, and how hard to look.

    A pool of `pool` images from first_id (disjoint from those of the dissection and of the trial).  A concept is a
    candidate if it is an object or a part, at least `least_images` of the images show it (on half of `least_share` of
    their pixels or more), and it covers `least_share` of the pixels of those on average.  Sets are screened on
    `screened` images, drawn at `screened_level`, one of `levels`; the best `finalists` are measured on `measured`.
    Where no set has a clear_rise of `drawn_well`, `drawing_layers` layers propose sets for drawing alone, ranked along
    `drawing_rounds` points; a concept is given up before that if the best clear_rise is below `hopeless`, and after it
    if below twice that.  The best sets are ranked once more along `rounds` points; where one upsets something,
    `tried_alone` units are looked at one by one in `alone_images` images.  Of `levels` the lowest is taken whose
    clear_rise is within `nearly` of the best.
    """

    layers: tuple[str, ...]
    first_id: int = 20_000
    pool: int = 768
    screened: int = 48
    measured: int = 192
    finalists: int = 2
    least_images: float = 0.15
    least_share: float = 0.005
    hopeless: float = 0.15
    drawn_well: float = 0.7
    drawing_layers: int = 2
    drawing_rounds: int = 4
    levels: tuple[float, ...] = (1.0, 1.5, 2.0)
    screened_level: float = 1.5
    tried_alone: int = 32
    alone_images: int = 24
    nearly: float = 0.03
    categories: tuple[str, ...] = ("object", "part")
    rounds: int = 2
    effect: EffectSpec = field(default_factory=EffectSpec)


@dataclass(frozen=True, eq=False)
class Trial:
    """A set of units for a concept and what it did."""

    layer: str
    ranking: Ranking
    level: float
    order: Tensor
    drawn: Insertion
    erased: Ablation
    removed: float
    upset: float

    @property
    def score(self) -> float:
        """See the module's docstring."""
        removed = min(max(0.0, self.removed), ENOUGH_REMOVED)
        return min(self.drawn.clear_rise, ENOUGH_DRAWN) + removed - self.erased.collateral - self.upset


@dataclass(frozen=True)
class Verdict:
    """What was decided about one candidate: the brush, or None, and the numbers of every measured set."""

    concept: Concept
    brush: Brush | None
    trials: tuple[Mapping[str, Any], ...]


def choose_brushes(
    bench: Bench, dissection: Dissection, spec: ChoiceSpec, *, progress: Progress = silent
) -> tuple[BrushSet, list[Verdict]]:
    """The brushes that work, and the verdict on every candidate.  Progress counts candidates.

    Raises UnitbrushError if images of the dissection are among those of the choice.
    """
    _check_unseen(dissection, spec)
    pool = observe(bench, range(spec.first_id, spec.first_id + spec.pool))
    concepts = candidates(bench, pool, spec)
    verdicts = []
    for n, concept in enumerate(concepts):
        verdicts.append(_choose(bench, dissection, spec, pool, concept))
        progress(f"{concept}", n + 1, len(concepts))
    brushes = _named([verdict.brush for verdict in verdicts if verdict.brush])
    manifest = dissection.manifest
    model, model_sha256, segmenter_sha256 = (
        str(manifest[key]) for key in ("model", "model_sha256", "segmenter_sha256")
    )
    return BrushSet(model, model_sha256, segmenter_sha256, tuple(brushes)), verdicts


def _check_unseen(dissection: Dissection, spec: ChoiceSpec) -> None:
    first, count = (int(dissection.manifest[key]) for key in ("first_id", "images"))
    if first < spec.first_id + spec.pool and spec.first_id < first + count:
        raise UnitbrushError(
            "the brushes must be chosen on images that were not dissected",
            field="images",
            value=f"{first} to {first + count - 1} dissected",
            allowed=f"none of {spec.first_id} to {spec.first_id + spec.pool - 1}",
        )


def candidates(bench: Bench, pool: Pool, spec: ChoiceSpec) -> list[Concept]:
    """The concepts of the pool that are seen often and largely enough, most frequent first."""
    found = []
    for concept in bench.columns.concepts:
        if concept.category in spec.categories:
            shares = pool.is_concept(bench.columns, concept).flatten(1).float().mean(1)
            showing = shares[shares >= spec.least_share / 2]  # more than a speck
            often = len(showing) / len(shares)
            if often >= spec.least_images and float(showing.mean()) >= spec.least_share:
                found.append((often, concept))
    return [concept for _, concept in sorted(found, key=lambda pair: -pair[0])]


def _choose(bench: Bench, dissection: Dissection, spec: ChoiceSpec, pool: Pool, concept: Concept) -> Verdict:
    habitat = learn_habitat(pool, bench.columns, concept)
    places = plausible_places(habitat, pool, bench.columns)
    if len(places) < spec.screened // 2:
        return Verdict(concept, None, ())
    levels = {layer: dissection.layers[layer].thresholds.clone().to(bench.device) for layer in spec.layers}
    ranker = EffectRanker(bench, pool, concept, places, levels, spec.effect)
    effects = ranker.first()
    column = dissection.concepts.index(concept)
    sets: list[Proposal] = []
    for layer in spec.layers:
        sets.append((layer, "iou", _order(dissection.layers[layer].iou[:, column])))
        sets += [(layer, ranking, _order(effects[ranking][layer])) for ranking in REFINED]
    screen = places.first(spec.screened)

    def screened(proposal: Proposal) -> Trial:
        return _try(bench, dissection, pool, concept, proposal, screen, spec.screened, spec.screened_level)

    def draws_best(trials: Sequence[Trial]) -> float:
        return max(trial.drawn.clear_rise for trial in trials)

    trials = [screened(one) for one in sets]
    if spec.hopeless <= draws_best(trials) < spec.drawn_well:
        layers = dict.fromkeys(trial.layer for trial in sorted(trials, key=lambda trial: -trial.drawn.clear_rise))
        for layer in list(layers)[: spec.drawing_layers]:
            scores = ranker.further("drawing", layer, effects["drawing"][layer], spec.drawing_rounds)
            trials.append(screened((layer, "drawing", _order(scores))))
    if draws_best(trials) < 2 * spec.hopeless:
        return Verdict(concept, None, tuple(_summary(trial) for trial in trials))
    best = sorted(trials, key=lambda trial: -trial.score)[: spec.finalists]
    for n, trial in enumerate(best):
        if trial.ranking in REFINED:
            scores = ranker.further(trial.ranking, trial.layer, effects[trial.ranking][trial.layer], spec.rounds)
            best[n] = max(trial, screened((trial.layer, trial.ranking, _order(scores))), key=lambda one: one.score)
    first = max(best, key=lambda trial: trial.score)
    if first.upset > UPSETTING:
        best.append(screened((first.layer, "selective", _selective(bench, pool, concept, first, spec))))
    rest = Places(places.rows[spec.screened :], places.centres[spec.screened :], places.radius).first(spec.measured)
    measured = []
    for trial in best:
        level = _level(bench, dissection, spec, pool, concept, trial, screen)
        one = (trial.layer, trial.ranking, trial.order)
        measured.append(_try(bench, dissection, pool, concept, one, rest, spec.measured, level))
    winner = max(measured, key=lambda trial: (works(trial.drawn.any_rise, trial.drawn.clear_rise), trial.score))
    summaries = tuple(_summary(trial) for trial in [*trials, *measured])
    if not works(winner.drawn.any_rise, winner.drawn.clear_rise):
        return Verdict(concept, None, summaries)
    return Verdict(concept, _brush(bench, dissection, spec, pool, habitat, winner, rest), summaries)


def _selective(bench: Bench, pool: Pool, concept: Concept, trial: Trial, spec: ChoiceSpec) -> Tensor:
    """The order of a set with the units in front that erase the concept and upset little else."""
    front = trial.order[: spec.tried_alone].tolist()
    some = Pool(pool.ids[: spec.alone_images], {name: maps[: spec.alone_images] for name, maps in pool.labels.items()})
    alone = measure_alone(bench, some, concept, trial.layer, front)
    picked = [front[place] for place in pick(bench, concept, alone, DEFAULT_COUNT)]
    return torch.tensor([*picked, *(unit for unit in trial.order.tolist() if unit not in picked)])


def _order(scores: Tensor) -> Tensor:
    return scores.argsort(descending=True, stable=True)[:LENGTH]


def _try(
    bench: Bench,
    dissection: Dissection,
    pool: Pool,
    concept: Concept,
    proposal: Proposal,
    places: Places,
    images: int,
    level: float = 1.0,
) -> Trial:
    layer, ranking, order = proposal
    units = _unit_set(dissection, layer, order[:DEFAULT_COUNT], level)
    drawn = measure_insertion(bench, pool, concept, units, places)
    part = Pool(pool.ids[-images:], {name: maps[-images:] for name, maps in pool.labels.items()})
    erased = measure_ablation(bench, part, concept, units)
    removed = -erased.change([bench.columns.column(concept)])
    return Trial(layer, ranking, level, order, drawn, erased, removed, upset(bench.columns, concept, erased))


def _level(
    bench: Bench,
    dissection: Dissection,
    spec: ChoiceSpec,
    pool: Pool,
    concept: Concept,
    trial: Trial,
    places: Places,
) -> float:
    """The lowest level that draws nearly as reliably as the best one; the places are those of the trial."""
    rises = {trial.level: trial.drawn.clear_rise}
    for level in {*spec.levels} - {trial.level}:
        units = _unit_set(dissection, trial.layer, trial.order[:DEFAULT_COUNT], level)
        rises[level] = measure_insertion(bench, pool, concept, units, places).clear_rise
    return min(level for level, rise in rises.items() if rise >= max(rises.values()) - spec.nearly)


def _unit_set(dissection: Dissection, layer: str, order: Tensor, level: float) -> UnitSet:
    values = dissection.layers[layer].thresholds[order] * level
    return UnitSet(layer, tuple(order.tolist()), tuple(values.tolist()))


def _brush(
    bench: Bench,
    dissection: Dissection,
    spec: ChoiceSpec,
    pool: Pool,
    habitat: Habitat,
    trial: Trial,
    places: Places,
) -> Brush:
    inside = ((places.centres > habitat.radius) & (places.centres < 1 - habitat.radius)).all(1)
    best = int(torch.where(inside, trial.drawn.gain, trial.drawn.gain - 2).argmax())
    x, y = places.centres[best].tolist()
    box = tuple(
        round(min(max(edge, 0.0), 1.0), 4)
        for edge in (x - habitat.radius, y - habitat.radius, x + habitat.radius, y + habitat.radius)
    )
    units = _unit_set(dissection, trial.layer, trial.order, trial.level)
    source = {"images": spec.pool, "first_id": spec.first_id, "code_version": code_version()}
    return Brush(
        id=habitat.concept.name,
        concept=habitat.concept.name,
        category=habitat.concept.category,
        layer=trial.layer,
        ranking=trial.ranking,
        units=units.units,
        values=units.values,
        level=trial.level,
        example_seed=pool.ids[int(places.rows[best])],
        example_box=(box[0], box[1], box[2], box[3]),
        default_count=min(DEFAULT_COUNT, len(units.units)),
        measured=source | report(bench.columns, habitat, trial.drawn, trial.erased),
    )


def _named(brushes: Sequence[Brush]) -> list[Brush]:
    """Distinct ids: a name that two categories share gets its category for the second."""
    taken: set[str] = set()
    named = []
    for brush in brushes:
        name = brush.id if brush.id not in taken else f"{brush.id}-{brush.category}"
        taken.add(name)
        named.append(Brush(**{**brush.__dict__, "id": name}))
    return named


def _summary(trial: Trial) -> dict[str, Any]:
    return {
        "layer": trial.layer,
        "ranking": trial.ranking,
        "level": trial.level,
        "images": len(trial.drawn.gain),
        "any_rise": round(trial.drawn.any_rise, 4),
        "clear_rise": round(trial.drawn.clear_rise, 4),
        "removed": round(trial.removed, 4),
        "collateral": round(trial.erased.collateral, 4),
        "upset": round(trial.upset, 4),
        "score": round(trial.score, 4),
    }
