"""The search for the brush of one concept: the layer and the ranking whose units measurably draw and erase it.

Every paint layer proposes three sets of 20 units: those of highest IoU and those of highest causal effect, once with
ablation weighted up (see `ranking`). All sets are screened on a few images. If none draws well, sets for drawing
alone are assembled in the layers that draw best, by trying many (see `assemble`); where a concept has a home, as doors
have on walls, drawing there counts too, and drawing elsewhere against it. The best, above all those that work
and otherwise the one that draws best, are ranked once more along a path if that makes them better; where erasing one of
them upsets another object, units that do so less are picked as well (see `selective`). These sets are tried at
several levels (multiples of the 0.99 quantiles) and measured on more images at the lowest level that draws nearly as
reliably as their best, and the best of those becomes the brush if it works:

    score = min(clear_rise, 0.9) + min(removed, 0.6) - collateral - upset - 4 astray

any_rise, clear_rise: share of plausible places where drawing raises the concept at all, and by a tenth of the brush;
removed: share of its pixels that erasing everywhere takes away (not below 0); collateral: share of all other pixels
whose object erasing changes; upset: the largest relative change of another object with 5 % of the pixels; astray: share
of the places where the concept does not belong (a door in the sky, see `trial.contexts_of`) where drawing raises it
clearly.  More drawing or erasing than enough is not worth damage elsewhere.  A concept gets no brush without a set
whose any_rise is at least 0.7 and whose clear_rise is at least 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from dissect_core.brushes.assemble import AssemblySpec, assemble
from dissect_core.brushes.brush import DEFAULT_COUNT, LENGTH, Brush, Ranking
from dissect_core.brushes.effects import (
    Ablation,
    Bench,
    Insertion,
    Places,
    Pool,
    UnitSet,
    measure_ablation,
    measure_insertion,
    upset,
)
from dissect_core.brushes.habitat import Habitat, context_places, learn_habitat, plausible_places
from dissect_core.brushes.ranking import EffectRanker, EffectSpec
from dissect_core.brushes.selective import measure_alone, pick
from dissect_core.brushes.trial import contexts_of, report, works
from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import Dissection
from dissect_core.system.code_version import code_version

ENOUGH_DRAWN, ENOUGH_REMOVED = 0.9, 0.6
"""A set that draws so reliably and erases so much is preferred for leaving the rest alone, not for doing more."""
PLENTY = 0.3
"""Drawing more of the brush than this is not worth more."""
FRONT = 16
"""Units of each ranking that sets for drawing are assembled from, twice as many of the one for drawing."""
HOME_WEIGHT, ASTRAY_WEIGHT = 2.0, 4.0
"""A door in the sky is worse than a wall without one."""
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
    their pixels or more), it covers `least_share` of the pixels of those on average, it is not `passed_over`, and
    its IoU with a candidate of another category is below `most_alike`.
    Sets are screened on `screened` images, drawn at `screened_level`, one of `levels`; the best `finalists` are
    measured on `measured`.  Where no set has a clear_rise of `drawn_well`, sets for drawing alone are assembled
    in `drawing_layers` layers; a concept is given up before that if the best clear_rise is
    below `hopeless`, and after it if below twice that.  The best sets are ranked once more along `rounds` points;
    where one upsets something, `tried_alone` of its units are looked at one by one in `alone_images` images.  Of
    `levels` the lowest is taken whose clear_rise is within `nearly` of the best.
    """

    layers: tuple[str, ...]
    first_id: int = 20_000
    pool: int = 768
    screened: int = 48
    measured: int = 192
    finalists: int = 3
    least_images: float = 0.25
    least_share: float = 0.01
    hopeless: float = 0.15
    drawn_well: float = 0.7
    drawing_layers: int = 2
    assembly: AssemblySpec = field(default_factory=AssemblySpec)
    levels: tuple[float, ...] = (1.0, 1.5, 2.0)
    screened_level: float = 1.5
    tried_alone: int = 32
    alone_images: int = 24
    nearly: float = 0.03
    categories: tuple[str, ...] = ("object", "part")
    passed_over: tuple[Concept, ...] = ()
    most_alike: float = 0.5
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
    astray: float

    @property
    def works(self) -> bool:
        """Whether the set draws its concept."""
        return works(self.drawn.any_rise, self.drawn.clear_rise)

    @property
    def score(self) -> float:
        """See the module's docstring."""
        removed = min(max(0.0, self.removed), ENOUGH_REMOVED)
        good = min(self.drawn.clear_rise, ENOUGH_DRAWN) + removed
        return good - self.erased.collateral - self.upset - ASTRAY_WEIGHT * self.astray


@dataclass(frozen=True)
class Verdict:
    """What was decided about one candidate: the brush, or None, and the numbers of every measured set."""

    concept: Concept
    brush: Brush | None
    trials: tuple[Mapping[str, Any], ...]


class Search:
    """The search for one concept's brush in the images of a pool; `verdict` is its result."""

    def __init__(self, bench: Bench, dissection: Dissection, spec: ChoiceSpec, pool: Pool, concept: Concept) -> None:
        self.bench, self.dissection, self.spec, self.pool, self.concept = bench, dissection, spec, pool, concept
        self.habitat: Habitat = learn_habitat(pool, bench.columns, concept)
        places = plausible_places(self.habitat, pool, bench.columns)
        self.enough = len(places) >= spec.screened // 2
        self.screen = places.first(spec.screened)
        rest = Places(places.rows[spec.screened :], places.centres[spec.screened :], places.radius)
        self.rest = rest.first(spec.measured)
        contexts = (context_places(one, pool, bench.columns, places.radius) for one in contexts_of(concept))
        some = [there.first(spec.screened // 2) for there in contexts]
        self.home, self.abroad = some[:1], some[1:]
        levels = {layer: dissection.layers[layer].thresholds.clone().to(bench.device) for layer in spec.layers}
        self.ranker = EffectRanker(bench, pool, concept, places, levels, spec.effect)

    def verdict(self) -> Verdict:
        """Look for the best set, and make it a brush if it works."""
        if not self.enough:
            return Verdict(self.concept, None, ())
        effects = self.ranker.first()
        trials = [self._screened(one) for one in self._proposals(effects)]
        if self.spec.hopeless <= _draws_best(trials) < self.spec.drawn_well:
            trials += self._for_drawing(effects, trials)
        if _draws_best(trials) < 2 * self.spec.hopeless:
            return Verdict(self.concept, None, tuple(_summary(trial) for trial in trials))
        measured = [self._measured(trial) for trial in self._finalists(effects, trials)]
        winner = max(measured, key=lambda trial: (trial.works, trial.score))
        return Verdict(
            self.concept,
            self._brush(winner) if winner.works else None,
            tuple(_summary(trial) for trial in [*trials, *measured]),
        )

    def _proposals(self, effects: Mapping[Ranking, Mapping[str, Tensor]]) -> list[Proposal]:
        column = self.dissection.concepts.index(self.concept)
        sets: list[Proposal] = []
        for layer in self.spec.layers:
            sets.append((layer, "iou", _order(self.dissection.layers[layer].iou[:, column])))
            sets += [(layer, ranking, _order(effects[ranking][layer])) for ranking in REFINED]
        return sets

    def _for_drawing(self, effects: Mapping[Ranking, Mapping[str, Tensor]], trials: Sequence[Trial]) -> list[Trial]:
        """The sets for drawing alone, of the layers that draw best so far."""
        ranked = dict.fromkeys(trial.layer for trial in sorted(trials, key=lambda trial: -trial.drawn.clear_rise))
        found = []
        for layer in list(ranked)[: self.spec.drawing_layers]:
            front = _order(effects["drawing"][layer])[: 2 * FRONT].tolist()
            front += [unit for trial in trials if trial.layer == layer for unit in trial.order[:FRONT].tolist()]
            order = assemble(
                list(dict.fromkeys(front)), DEFAULT_COUNT, partial(self._drawing, layer), self.spec.assembly
            )
            found.append(self._screened((layer, "drawing", order)))
        return found

    def _drawing(self, layer: str, units: Tensor) -> float:
        """What a set of a layer, at the highest level, is worth for drawing.

        How often it draws, how often clearly and how much; the same at home, twice, less the same where the concept
        does not belong, four times.
        """
        set_ = self._unit_set(layer, units, max(self.spec.levels))
        drawn = self._drawn(set_, self.screen)
        worth = min(drawn.clear_rise, ENOUGH_DRAWN) + drawn.any_rise / 2 + _much(drawn)
        home, astray = (self._most(set_, places, _clearly_and_much) for places in (self.home, self.abroad))
        return worth + HOME_WEIGHT * home - ASTRAY_WEIGHT * astray

    def _drawn(self, units: UnitSet, places: Places) -> Insertion:
        return measure_insertion(self.bench, self.pool, self.concept, units, places)

    def _astray(self, units: UnitSet) -> float:
        """How often a set draws the concept clearly where it does not belong; 0 where nobody asks."""
        return self._most(units, self.abroad, lambda drawn: drawn.clear_rise)

    def _most(self, units: UnitSet, contexts: Sequence[Places], how: Callable[[Insertion], float]) -> float:
        """The most that a set draws in one of some contexts; 0 without any."""
        return max((how(self._drawn(units, there)) for there in contexts), default=0.0)

    def _finalists(self, effects: Mapping[Ranking, Mapping[str, Tensor]], trials: Sequence[Trial]) -> list[Trial]:
        """The best sets, above all those that work; ranked once more if that is better; and some that upset less."""
        best = sorted(trials, key=lambda trial: (trial.works, trial.score), reverse=True)[: self.spec.finalists]
        if not best[0].works:  # at another level the one that draws best may
            best[-1] = max(trials, key=lambda trial: trial.drawn.clear_rise)
        for n, trial in enumerate(best):
            if trial.ranking in REFINED:
                first = effects[trial.ranking][trial.layer]
                scores = self.ranker.further(trial.ranking, trial.layer, first, self.spec.rounds)
                again = self._screened((trial.layer, trial.ranking, _order(scores)))
                best[n] = max(trial, again, key=lambda one: one.score)
        for trial in [trial for trial in best if trial.upset > UPSETTING]:
            best.append(self._screened((trial.layer, "selective", self._selective(trial))))
        return best

    def _selective(self, trial: Trial) -> Tensor:
        """The order of a set with the units in front that erase the concept and upset little else."""
        front = trial.order[: self.spec.tried_alone].tolist()
        some = self.pool.part(slice(self.spec.alone_images))
        alone = measure_alone(self.bench, some, self.concept, trial.layer, front)
        picked = [front[place] for place in pick(self.bench, self.concept, alone, DEFAULT_COUNT)]
        return torch.tensor([*picked, *(unit for unit in trial.order.tolist() if unit not in picked)])

    def _screened(self, proposal: Proposal) -> Trial:
        return self._try(proposal, self.screen, self.spec.screened, self.spec.screened_level)

    def _measured(self, trial: Trial) -> Trial:
        one = (trial.layer, trial.ranking, trial.order)
        return self._try(one, self.rest, self.spec.measured, self._level(trial))

    def _try(self, proposal: Proposal, places: Places, images: int, level: float) -> Trial:
        layer, ranking, order = proposal
        units = self._unit_set(layer, order[:DEFAULT_COUNT], level)
        drawn = self._drawn(units, places)
        erased = measure_ablation(self.bench, self.pool.part(slice(-images, None)), self.concept, units)
        removed = -erased.change([self.bench.columns.column(self.concept)])
        damage = upset(self.bench.columns, self.concept, erased)
        return Trial(layer, ranking, level, order, drawn, erased, removed, damage, self._astray(units))

    def _level(self, trial: Trial) -> float:
        """The lowest level that draws nearly as reliably as the best one, for a screened trial."""
        rises = {trial.level: trial.drawn.clear_rise}
        for level in {*self.spec.levels} - {trial.level}:
            units = self._unit_set(trial.layer, trial.order[:DEFAULT_COUNT], level)
            rises[level] = self._drawn(units, self.screen).clear_rise
        return min(level for level, rise in rises.items() if rise >= max(rises.values()) - self.spec.nearly)

    def _unit_set(self, layer: str, order: Tensor, level: float) -> UnitSet:
        values = self.dissection.layers[layer].thresholds[order] * level
        return UnitSet(layer, tuple(order.tolist()), tuple(values.tolist()))

    def _brush(self, trial: Trial) -> Brush:
        places, radius = self.rest, self.habitat.radius
        inside = ((places.centres > radius) & (places.centres < 1 - radius)).all(1)
        best = int(torch.where(inside, trial.drawn.gain, trial.drawn.gain - 2).argmax())
        x, y = places.centres[best].tolist()
        box = tuple(round(min(max(e, 0.0), 1.0), 4) for e in (x - radius, y - radius, x + radius, y + radius))
        units = self._unit_set(trial.layer, trial.order, trial.level)
        source = {"images": self.spec.pool, "first_id": self.spec.first_id, "code_version": code_version(__name__)}
        return Brush(
            id=self.concept.name,
            concept=self.concept.name,
            category=self.concept.category,
            layer=trial.layer,
            ranking=trial.ranking,
            units=units.units,
            values=units.values,
            level=trial.level,
            example_seed=self.pool.ids[int(places.rows[best])],
            example_box=(box[0], box[1], box[2], box[3]),
            default_count=min(DEFAULT_COUNT, len(units.units)),
            measured=source | report(self.bench.columns, self.habitat, trial.drawn, trial.erased),
        )


def _order(scores: Tensor) -> Tensor:
    return scores.argsort(descending=True, stable=True)[:LENGTH]


def _much(drawn: Insertion) -> float:
    """How much of the brush it draws on average, in parts of plenty; below 0 where it erases."""
    return float(drawn.gain.clamp(max=PLENTY).mean()) / PLENTY


def _clearly_and_much(drawn: Insertion) -> float:
    return drawn.clear_rise + _much(drawn) / 2


def _draws_best(trials: Sequence[Trial]) -> float:
    return max(trial.drawn.clear_rise for trial in trials)


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
        "astray": round(trial.astray, 4),
        "score": round(trial.score, 4),
    }
