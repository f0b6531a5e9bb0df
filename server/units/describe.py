"""What the dissections say of units, as the API gives it: layers in short, pages of units, everything of one unit.

Knows nothing of HTTP but the addresses of pictures, which change with everything that the pictures depend on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import MINIMUM_IOU, LayerStats
from dissect_core.errors import UnitbrushError, UnknownConcept
from dissect_core.stats.iqr import level_quantiles
from dissect_core.units.strongest import StrongUnit
from dissect_core.version import __version__
from server.catalog import DissectedModel
from server.units.unit_schemas import (
    BriefUnitOut,
    ConceptUnitsOut,
    HistogramOut,
    IclrOut,
    LabelOut,
    LayersOut,
    LayerSummaryOut,
    LevelsOut,
    NeighboursOut,
    Sort,
    StrongestOut,
    StrongUnitOut,
    TopImageOut,
    UnitDetailOut,
    UnitOut,
    UnitsOut,
)

LABELS_PER_UNIT = 3


@dataclass(frozen=True)
class UnitQuery:
    """Which units of a layer, in which order.

    concept, category: of the label.  above: its least IoU, exclusive (None: all units).  text: part of the label.
    limit: None for all.
    """

    concept: str | None = None
    category: str | None = None
    above: float | None = None
    text: str = ""
    sort: Sort = "unit"
    offset: int = 0
    limit: int | None = None


def layers_out(model: DissectedModel) -> LayersOut:
    """The dissected layers in short."""
    summaries = [_summary(model, name) for name in model.layers if name in model.dissection.layers]
    return LayersOut(model=model.card.id, minimum_iou=MINIMUM_IOU, layers=summaries)


def _summary(model: DissectedModel, layer: str) -> LayerSummaryOut:
    units = Counter(concept for _, concept, _ in model.dissection.labels(layer))
    kinds: dict[str, list[ConceptUnitsOut]] = {kind: [] for kind in model.dissection.columns.kinds}
    for concept, count in sorted(units.items(), key=lambda pair: (-pair[1], pair[0].name)):
        kinds[concept.category].append(ConceptUnitsOut(concept=concept.name, units=count))
    info = model.layer(layer)
    return LayerSummaryOut(
        layer=layer,
        units=info.units,
        grid=info.grid,
        labelled=units.total(),
        by_chance=model.stats(layer).by_chance(),
        concepts=kinds,
    )


def units_out(model: DissectedModel, layer: str, query: UnitQuery) -> UnitsOut:
    """The units of a layer that fit.  Raises UnknownLayer, and UnknownConcept for a concept that was not looked for."""
    _check(model, query)
    briefs = [unit for unit in briefs_out(model, layer) if _fits(unit, query)]
    if query.sort == "iou":
        briefs.sort(key=lambda unit: -unit.iou)
    elif query.sort == "label":
        briefs.sort(key=lambda unit: (unit.label is None, unit.label, -unit.iou))
    stop = None if query.limit is None else query.offset + query.limit
    page = briefs[query.offset : stop]
    units = _units(model, layer, page)
    grid = model.layer(layer).grid
    return UnitsOut(model=model.card.id, layer=layer, grid=grid, total=len(briefs), offset=query.offset, units=units)


def briefs_out(model: DissectedModel, layer: str) -> list[BriefUnitOut]:
    """All units of a layer in short."""
    stats, concepts = model.stats(layer), model.dissection.concepts
    shuffled = stats.chance.shape[1] > 0
    columns = (stats.label, stats.label_iou, stats.labelled(), stats.chance_level)
    labels = zip(*(column.tolist() for column in columns), strict=True)
    return [
        BriefUnitOut(
            unit=unit,
            label=concepts[column].name if iou > 0 else None,
            category=concepts[column].category if iou > 0 else None,
            iou=iou,
            labelled=counts,
            chance=chance if shuffled else None,
            strip=f"{_address(model, layer, unit)}/strip?v={picture_version(model, layer)}",
        )
        for unit, (column, iou, counts, chance) in enumerate(labels)
    ]


def unit_out(model: DissectedModel, layer: str, unit: int) -> UnitDetailOut:
    """Everything of one unit, which must be there.  Raises UnknownLayer."""
    stats, info, briefs = model.stats(layer), model.layer(layer), briefs_out(model, layer)
    brief = briefs[unit]
    same = [
        other
        for other in briefs
        if other.labelled and other.unit != unit and (other.label, other.category) == (brief.label, brief.category)
    ]
    last = info.units - 1
    levels = stats.levels[unit].tolist()
    return UnitDetailOut(
        **brief.model_dump(),
        model=model.card.id,
        layer=layer,
        grid=info.grid,
        units=info.units,
        minimum_iou=MINIMUM_IOU,
        threshold=float(stats.thresholds[unit]),
        mean=float(stats.mean[unit]),
        peak=float(stats.peak[unit]),
        levels=LevelsOut(quantiles=level_quantiles(len(levels)), values=levels),
        histogram=_histogram(stats, unit),
        concepts=_concepts(model.dissection.concepts, stats, unit),
        iclr=_iclr(model.dissection.concepts, stats, unit),
        images=int(model.dissection.manifest["images"]),
        top=_top(model, layer, unit),
        neighbours=NeighboursOut(
            same=sorted(same, key=lambda other: -other.iou),
            previous=unit - 1 if unit else None,
            next=unit + 1 if unit < last else None,
        ),
    )


def strongest_out(model: DissectedModel, layer: str, units: Sequence[StrongUnit]) -> StrongestOut:
    """Units that are strong at a place, with their labels."""
    briefs, thresholds = briefs_out(model, layer), model.stats(layer).thresholds
    found = [
        StrongUnitOut(
            **briefs[strong.unit].model_dump(),
            activation=strong.activation,
            quantile=strong.quantile,
            threshold=float(thresholds[strong.unit]),
        )
        for strong in units
    ]
    return StrongestOut(model=model.card.id, layer=layer, units=found)


def top_images(model: DissectedModel, layer: str, unit: int) -> list[int]:
    """The numbers of a unit's best images, best first."""
    return [image for image in model.stats(layer).top.images[unit].tolist() if image >= 0]


def picture_version(model: DissectedModel, layer: str) -> str:
    """Changes with everything that pictures of units of a layer depend on."""
    return f"{model.evidence[layer][:12]}-{__version__}"


def _address(model: DissectedModel, layer: str, unit: int) -> str:
    return f"/api/models/{quote(model.card.id, safe='')}/layers/{quote(layer, safe='')}/units/{unit}"


def _check(model: DissectedModel, query: UnitQuery) -> None:
    """The concept and the category are among those looked for."""
    kinds = model.dissection.columns.kinds
    if query.category is not None and query.category not in kinds:
        raise UnitbrushError(
            f"no category {query.category!r}",
            field="category",
            value=query.category,
            allowed=f"one of {', '.join(kinds)}",
        )
    names = {concept.name for concept in model.dissection.concepts if query.category in (None, concept.category)}
    if query.concept is not None and query.concept not in names:
        raise UnknownConcept(
            f"no concept {query.concept!r}",
            field="concept",
            value=query.concept,
            allowed=f"one of the {len(names)} {query.category or 'concept'} names that were looked for",
        )


def _fits(unit: BriefUnitOut, query: UnitQuery) -> bool:
    return (
        query.concept in (None, unit.label)
        and query.category in (None, unit.category)
        and (query.above is None or unit.iou > query.above)
        and query.text.casefold() in (unit.label or "").casefold()
    )


def _units(model: DissectedModel, layer: str, briefs: Sequence[BriefUnitOut]) -> list[UnitOut]:
    stats, concepts = model.stats(layer), model.dissection.concepts
    rows = [brief.unit for brief in briefs]
    best, columns = stats.iou[rows].topk(min(LABELS_PER_UNIT, len(concepts)), dim=1)
    tables = (stats.thresholds[rows], stats.mean[rows], stats.peak[rows], best, columns)
    numbers = zip(*(table.tolist() for table in tables), strict=True)
    return [
        UnitOut(
            **brief.model_dump(),
            threshold=threshold,
            mean=mean,
            peak=peak,
            labels=[_label(concepts[column], iou) for iou, column in zip(ious, places, strict=True) if iou > 0],
        )
        for brief, (threshold, mean, peak, ious, places) in zip(briefs, numbers, strict=True)
    ]


def _label(concept: Concept, iou: float) -> LabelOut:
    return LabelOut(concept=concept.name, category=concept.category, iou=iou)


def _concepts(concepts: Sequence[Concept], stats: LayerStats, unit: int) -> list[LabelOut]:
    """The concepts that some unit of the layer overlaps at all, which are those that were seen."""
    row = stats.iou[unit].tolist()
    (seen,) = stats.iou.any(dim=0).nonzero(as_tuple=True)
    return [_label(concepts[column], row[column]) for column in sorted(seen.tolist(), key=lambda column: -row[column])]


def _histogram(stats: LayerStats, unit: int) -> HistogramOut:
    bars = stats.histogram
    low, high, counts = float(bars.low[unit]), float(bars.high[unit]), bars.counts[unit].tolist()
    edges = [low + step * (high - low) / len(counts) for step in range(len(counts) + 1)]
    return HistogramOut(edges=edges, counts=counts)


def _iclr(concepts: Sequence[Concept], stats: LayerStats, unit: int) -> IclrOut | None:
    scores, column = stats.iqr, int(stats.iqr.concept[unit])
    if column < 0:
        return None
    return IclrOut(
        concept=concepts[column].name,
        category=concepts[column].category,
        iqr=float(scores.iqr[unit]),
        iou=float(scores.iou[unit]),
        threshold=float(scores.threshold[unit]),
    )


def _top(model: DissectedModel, layer: str, unit: int) -> list[TopImageOut]:
    top, grid = model.stats(layer).top, int(model.dissection.manifest["grid"])
    address, version = _address(model, layer, unit), picture_version(model, layer)
    images = top_images(model, layer, unit)
    rows = zip(images, top.scores[unit].tolist(), top.places[unit].tolist(), strict=False)  # missing ones are last
    return [
        TopImageOut(
            rank=rank,
            image=image,
            score=score,
            place=[(place % grid + 0.5) / grid, (place // grid + 0.5) / grid],
            url=f"{address}/images/{rank}?v={version}",
            masked_url=f"{address}/images/{rank}?mask=true&v={version}",
        )
        for rank, (image, score, place) in enumerate(rows)
    ]
