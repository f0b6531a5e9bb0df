"""Trying brushes: draw at plausible places, erase everywhere, draw on different backgrounds; and what must hold.

Works through images in chunks, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

import torch
from torch import Tensor

from dissect_core.brushes.brush import Brush, BrushSet
from dissect_core.brushes.effects import (
    CLEAR_RISE,
    Ablation,
    Bench,
    Insertion,
    Pool,
    UnitSet,
    measure_ablation,
    measure_insertion,
    observe,
)
from dissect_core.brushes.habitat import Context, Habitat, context_places, learn_habitat, plausible_places
from dissect_core.concepts.columns import Columns, Concept
from dissect_core.models.latents import check_ids
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report, silent

BUILDINGS = ("church", "house")
NOTABLE_SHARE = 0.005
DOOR = Concept("part", "door")
DOOR_CONTEXTS = (
    Context("wall", (Concept("part", "wall"),)),
    Context("sky", (Concept("object", "sky"), Concept("object", "cloud"))),
    Context("tree", (Concept("object", "tree"),)),
)
"""Where doors belong, first, and where they do not."""

LEAST_RAISED, LEAST_CLEAR = 0.70, 0.50
"""A brush works if drawing raises its concept at all, and clearly, in at least these shares of the places."""
LEAST_BRUSHES = 8
LEAST_TREE_REMOVED = 0.533  # Bau et al. 2020, Fig. 4
MOST_BUILDING_CHANGE = 0.10
LEAST_DOOR_RATIO = 5.0


@dataclass(frozen=True)
class TrialSpec:
    """Which images: `images` of them from first_id for erasing and for each brush's drawing.

    Drawing needs a plausible place; to find enough images that have one, up to `reach` times as many are looked at.
    The habitats are learnt from the first `habitat_images`.
    """

    images: int = 2_000
    first_id: int = 40_000
    habitat_images: int = 512
    reach: int = 3
    chunk: int = 256

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images * self.reach)


@dataclass(frozen=True)
class Goal:
    """Something that must hold: its name, what was measured, what is required, and whether that is met."""

    name: str
    value: float
    required: str
    met: bool


@dataclass(eq=False)
class _Tally:
    """What one brush has collected so far."""

    brush: Brush
    habitat: Habitat
    gains: list[Tensor]
    contexts: dict[str, list[Tensor]]
    ablations: list[Ablation]

    def full(self, images: int) -> bool:
        return all(_count(gains) >= images for gains in (self.gains, *self.contexts.values()))


def measure_brushes(bench: Bench, brushes: BrushSet, spec: TrialSpec, *, progress: Report = silent) -> BrushSet:
    """The same brushes with `measured` replaced by what these images say.  See `report` for its fields."""
    columns = bench.columns
    sample = observe(bench, range(spec.first_id, spec.first_id + spec.habitat_images))
    tallies = [
        _Tally(brush, learn_habitat(sample, columns, brush.target), [], _empty(brush), []) for brush in brushes.brushes
    ]
    for pool, offset in _pools(bench, spec):
        if offset >= spec.images and all(tally.full(spec.images) for tally in tallies):
            break
        for n, tally in enumerate(tallies):
            _collect(bench, pool, tally, spec, erase=offset < spec.images)
            done = offset * len(tallies) + (n + 1) * len(pool.ids)
            progress(done, max(spec.images, offset + len(pool.ids)) * len(tallies), "trial")
    source = {"images": spec.images, "first_id": spec.first_id, "code_version": code_version(__name__)}
    measured = (
        replace(
            tally.brush,
            measured=source
            | report(
                columns,
                tally.habitat,
                _joined(tally.gains),
                reduce(add, tally.ablations),
                {name: _joined(gains) for name, gains in tally.contexts.items()},
            ),
        )
        for tally in tallies
    )
    return replace(brushes, brushes=tuple(measured), code_version=code_version(__name__))


def report(
    columns: Columns,
    habitat: Habitat,
    drawn: Insertion,
    erased: Ablation,
    contexts: Mapping[str, Insertion] | None = None,
) -> dict[str, Any]:
    """What was measured, as it is stored with a brush.

    draw: images with a plausible place, brush radius (0..1), any_rise and clear_rise (shares of the images where the
    concept's pixels under the brush rise at all, by at least `clear_at` of the brush), mean_gain (share of the brush).
    erase: images, removed (share of the concept's pixels that vanish when the units are zero everywhere), collateral
    (share of the other pixels whose object changes), buildings (relative change of church and house together), changes
    (relative change of every object with more than 0.5 % of the pixels).
    contexts: per background the images and the two shares.
    """
    objects = next(iter(columns.categories))
    names = {concept.name: column for column, concept in enumerate(columns.concepts) if concept.category == objects}
    seen = int(erased.before[list(names.values())].sum())
    notable = {name: column for name, column in names.items() if int(erased.before[column]) > NOTABLE_SHARE * seen}
    result: dict[str, Any] = {
        "draw": {"radius": round(habitat.radius, 4), "clear_at": CLEAR_RISE, **_draw_numbers(drawn)},
        "erase": {
            "images": erased.images,
            "removed": round(-erased.change([columns.column(habitat.concept)]), 4),
            "collateral": round(erased.collateral, 4),
            "buildings": round(erased.change([names[name] for name in BUILDINGS if name in names]), 4),
            "changes": {name: round(erased.change([column]), 4) for name, column in notable.items()},
        },
    }
    if contexts:
        result["contexts"] = {name: _draw_numbers(insertion) for name, insertion in contexts.items()}
    return result


def works(any_rise: float, clear_rise: float) -> bool:
    """Does a brush that raises its concept so often draw it?"""
    return any_rise >= LEAST_RAISED and clear_rise >= LEAST_CLEAR


def working(brushes: BrushSet) -> BrushSet:
    """Those of measured brushes that work in enough places: what is offered, those first that do most."""
    good = [brush for brush in brushes.brushes if _works(brush)]
    return replace(brushes, brushes=tuple(sorted(good, key=_power, reverse=True)))


def _works(brush: Brush) -> bool:
    draw = brush.measured["draw"]
    return works(draw["any_rise"], draw["clear_rise"]) and int(draw["images"]) >= int(brush.measured["images"])


def _power(brush: Brush) -> float:
    """How much more there is where it draws, and how much less of it, but of nothing else, where it erases."""
    draw, erase = brush.measured["draw"], brush.measured["erase"]
    return float(draw["mean_gain"] + erase["removed"] - erase["collateral"])


def check_goals(brushes: BrushSet) -> list[Goal]:
    """What must hold of measured brushes: their number, drawing in enough images, erasing trees, doors on walls."""
    goals = [_at_least("brushes", len(brushes.brushes), LEAST_BRUSHES)]
    for brush in brushes.brushes:
        draw = brush.measured["draw"]
        goals.append(_at_least(f"draw {brush.id}: images", draw["images"], brush.measured["images"]))
        goals.append(_at_least(f"draw {brush.id}: any rise", draw["any_rise"], LEAST_RAISED))
        goals.append(_at_least(f"draw {brush.id}: clear rise", draw["clear_rise"], LEAST_CLEAR))
        if brush.id == "tree":
            erase = brush.measured["erase"]
            goals.append(_at_least("erase tree: pixels removed", erase["removed"], LEAST_TREE_REMOVED))
            change = abs(float(erase["buildings"]))
            below = f"< {MOST_BUILDING_CHANGE:g}"
            goals.append(Goal("erase tree: change of buildings", change, below, change < MOST_BUILDING_CHANGE))
        if contexts := brush.measured.get("contexts"):
            wall, *others = (contexts[context.name] for context in DOOR_CONTEXTS)
            elsewhere = max((float(other["clear_rise"]) for other in others), default=0.0)
            one = 1 / max(1, *(int(other["images"]) for other in others))  # never seen counts as seen once
            ratio = float(wall["clear_rise"]) / max(elsewhere, one)
            goals.append(_at_least(f"draw {brush.id}: wall against sky and trees", ratio, LEAST_DOOR_RATIO))
    return goals


def contexts_of(concept: Concept) -> tuple[Context, ...]:
    """The backgrounds on which drawing a concept is compared; none for most."""
    return DOOR_CONTEXTS if concept == DOOR else ()


def paint_set(brush: Brush) -> UnitSet:
    """The units that the brush paints by default."""
    return UnitSet(brush.layer, brush.units[: brush.default_count], brush.values[: brush.default_count])


def _collect(bench: Bench, pool: Pool, tally: _Tally, spec: TrialSpec, *, erase: bool) -> None:
    units, target = paint_set(tally.brush), tally.brush.target
    places = plausible_places(tally.habitat, pool, bench.columns).first(spec.images - _count(tally.gains))
    tally.gains.append(measure_insertion(bench, pool, target, units, places).gain)
    for context in contexts_of(target):
        gains = tally.contexts[context.name]
        there = context_places(context, pool, bench.columns, tally.habitat.radius)
        there = there.first(spec.images - _count(gains))
        gains.append(measure_insertion(bench, pool, target, units, there).gain)
    if erase:
        tally.ablations.append(measure_ablation(bench, pool, target, units))


def _pools(bench: Bench, spec: TrialSpec) -> Iterator[tuple[Pool, int]]:
    """(pool, number of images before it); the erased images end exactly at `images`."""
    offset = 0
    while offset < spec.images * spec.reach:
        stop = offset + spec.chunk
        if offset < spec.images:
            stop = min(stop, spec.images)
        yield observe(bench, range(spec.first_id + offset, spec.first_id + stop)), offset
        offset = stop


def _empty(brush: Brush) -> dict[str, list[Tensor]]:
    return {context.name: [] for context in contexts_of(brush.target)}


def _draw_numbers(drawn: Insertion) -> dict[str, Any]:
    mean = float(drawn.gain.mean()) if len(drawn.gain) else 0.0
    return {
        "images": len(drawn.gain),
        "any_rise": round(drawn.any_rise, 4),
        "clear_rise": round(drawn.clear_rise, 4),
        "mean_gain": round(mean, 4),
    }


def _joined(gains: Sequence[Tensor]) -> Insertion:
    return Insertion(torch.cat(list(gains)) if gains else torch.zeros(0))


def _count(gains: Sequence[Tensor]) -> int:
    return sum(len(gain) for gain in gains)


def _at_least(name: str, value: float, least: float) -> Goal:
    return Goal(name, float(value), f">= {least:g}", value >= least)
