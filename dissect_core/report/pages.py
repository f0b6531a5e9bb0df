"""The pages of a report: an index and one page per layer, in a folder that opens from disk.

Nothing is fetched: links are relative, pictures are files beside the pages, and the one script is a plain file, which
browsers run from disk too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jinja2 import Environment, PackageLoader, StrictUndefined

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import MINIMUM_IOU, Dissection
from dissect_core.report.charts import category_chart, concept_chart, histogram_path
from dissect_core.system.artifacts import write_bytes
from dissect_core.units.gallery import Gallery
from dissect_core.version import __version__

FILES = Path(__file__).parent / "files"
STYLE, SCRIPT = "report.css", "report.js"
ALSO = 3
"""How many concepts are named beside the best one."""
SHOWCASE = 12
"""Units on the index: the best one of so many different concepts, objects first."""
COMMON = 4
"""Concepts that the index names for each layer: those that most units stand for."""
HISTOGRAM_TALL = 16


@dataclass(frozen=True)
class Card:
    """What a page says of a unit.

    label: the best concept, None if nothing overlaps.  mark: t_u as a share of the histogram's range, 0 to 1.
    """

    layer: str
    unit: int
    label: Concept | None
    iou: float
    counts: bool
    also: tuple[tuple[str, float], ...]
    picture: str
    path: str
    bins: int
    mark: float
    threshold: float
    peak: float


def page_of(layer: str) -> str:
    """The file of a layer's page."""
    return f"units-{_file_name(layer)}.html"


def picture_of(layer: str, unit: int) -> str:
    """The file of a unit's strip, from the folder of the report."""
    return f"pictures/{_file_name(layer)}/{unit}.webp"


def write_report(dissection: Dissection, galleries: Mapping[str, Gallery], out: Path) -> Path:
    """Write the pages and all that belongs to them into a folder, the index last; returns the index.

    galleries: the strips of every layer.
    """
    environment = Environment(
        loader=PackageLoader("dissect_core", "report/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"page_of": page_of, "minimum": MINIMUM_IOU, "version": __version__, "tall": HISTOGRAM_TALL}
    cards = {layer: cards_of(dissection, layer) for layer in dissection.layers}
    common: dict[str, Any] = {
        "model": str(dissection.manifest["model"]),
        "manifest": dissection.manifest,
        "summaries": [dissection.summary(layer) for layer in dissection.layers],
        "kinds": dissection.columns.kinds,
    }
    for layer, units in cards.items():
        for card in units:
            write_bytes(out / card.picture, galleries[layer].strip(card.unit))
        page = environment.get_template("layer.html").render(common | _layer(dissection, layer, units))
        write_bytes(out / page_of(layer), page.encode())
    for name in (STYLE, SCRIPT):
        write_bytes(out / name, (FILES / name).read_bytes())
    index = environment.get_template("index.html").render(common | _index(dissection, cards))
    write_bytes(out / "index.html", index.encode())
    return out / "index.html"


def cards_of(dissection: Dissection, layer: str) -> list[Card]:
    """The units of a layer, highest IoU first."""
    stats, concepts = dissection.layer(layer), dissection.concepts
    labelled = stats.labelled().tolist()
    best, columns = stats.iou.topk(min(ALSO + 1, len(concepts)), dim=1)
    histogram = stats.histogram
    span = histogram.high - histogram.low
    marks = torch.where(span > 0, (stats.thresholds - histogram.low) / torch.where(span > 0, span, 1), 0).clamp(0, 1)
    cards = []
    for unit in stats.label_iou.argsort(descending=True, stable=True).tolist():
        iou, label = float(stats.label_iou[unit]), int(stats.label[unit])
        others = zip(columns[unit].tolist(), best[unit].tolist(), strict=True)
        also = tuple((concepts[column].name, value) for column, value in others if column != label and value > 0)
        counts = histogram.counts[unit].tolist()
        cards.append(
            Card(
                layer=layer,
                unit=unit,
                label=concepts[label] if iou > 0 else None,
                iou=iou,
                counts=labelled[unit],
                also=also[:ALSO],
                picture=picture_of(layer, unit),
                path=histogram_path(counts, HISTOGRAM_TALL),
                bins=len(counts),
                mark=float(marks[unit]),
                threshold=float(stats.thresholds[unit]),
                peak=float(stats.peak[unit]),
            )
        )
    return cards


def _layer(dissection: Dissection, layer: str, cards: list[Card]) -> dict[str, Any]:
    """What only the page of this layer shows."""
    names, summary = list(dissection.layers), dissection.summary(layer)
    place = names.index(layer)
    return {
        "summary": summary,
        "cards": cards,
        "chart": concept_chart((concept for _, concept, _ in dissection.labels(layer)), dissection.columns.kinds),
        "most": max(summary.concepts.values()) or 1,
        "before": names[place - 1] if place else None,
        "after": names[place + 1] if place + 1 < len(names) else None,
    }


def _index(dissection: Dissection, cards: Mapping[str, list[Card]]) -> dict[str, Any]:
    """What only the index shows."""
    kinds = dissection.columns.kinds
    units = {layer: Counter(concept for _, concept, _ in dissection.labels(layer)) for layer in dissection.layers}
    best = dissection.best_units()
    by_kind = sorted(best, key=lambda one: kinds.index(one.concept.category))[:SHOWCASE]
    by_chance = [dissection.summary(layer).by_chance for layer in units]
    shown = {(card.layer, card.unit): card for some in cards.values() for card in some}
    return {
        "chart": category_chart([dissection.summary(layer) for layer in units], list(units.values()), kinds),
        "common": {layer: [concept.name for concept, _ in found.most_common(COMMON)] for layer, found in units.items()},
        "showcase": [shown[one.layer, one.unit] for one in sorted(by_kind, key=lambda one: -one.iou)],
        "distinct": {kind: sum(one.concept.category == kind for one in best) for kind in kinds},
        "units": sum(map(len, cards.values())),
        "labelled": sum(found.total() for found in units.values()),
        "by_chance": None if None in by_chance else sum(count for count in by_chance if count),
        "shuffles": next((stats.chance.shape[1] for stats in dissection.layers.values()), 0),
        "facts": [(name.replace("_", " "), _told(value)) for name, value in dissection.manifest.items()],
    }


def _told(value: object) -> str:
    """A value of the manifest in a line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_told(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return str(value)


def _file_name(layer: str) -> str:
    """A layer's name as part of a file name: what is no letter, digit, dot, dash or underscore becomes a dash."""
    return re.sub(r"[^\w.-]", "-", layer)
