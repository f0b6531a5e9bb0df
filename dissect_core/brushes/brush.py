"""Brushes: a concept with the layer, the units and the values that draw and erase it, and how well that works.

`Brush` and its file are what the server reads; `choose` makes brushes by measurement and `trial` measures them again on
images that the choice never saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from dissect_core.concepts.columns import Concept
from dissect_core.errors import UnknownConcept
from dissect_core.system.artifacts import read_json, require, write_json

SCHEMA = 1
LENGTH = 64
"""How many units of its ranking a brush stores at most."""
DEFAULT_COUNT = 20
"""How many of them paint by default (Bau et al. 2020, "Semantic paint using a GAN")."""

MAX_LEVEL = 4.0
"""The highest value a brush may paint, in multiples of a unit's 0.99 quantile."""

Ranking = Literal["iou", "effect", "erasure", "selective", "drawing"]


@dataclass(frozen=True)
class Brush:
    """One brush.

    id: unique in its set, the concept's name where that is unambiguous.  units: best first, by `ranking`.  values:
    `level` times their 0.99 quantiles, activation units.  example_seed, example_box: an image in which the brush works
    visibly when painted as the disc inscribed in the box (x0, y0, x1, y1 in 0..1).  measured: see `trial.report`.
    """

    id: str
    concept: str
    category: str
    layer: str
    ranking: Ranking
    units: tuple[int, ...]
    values: tuple[float, ...]
    level: float
    example_seed: int
    example_box: tuple[float, float, float, float]
    default_count: int = DEFAULT_COUNT
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> Concept:
        """What it draws."""
        return Concept(self.category, self.concept)

    @property
    def digest(self) -> str:
        """Hexadecimal digits that are others for another brush, and so for another picture of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class BrushSet:
    """The brushes of one model and the inputs that made them."""

    model: str
    model_sha256: str
    segmenter_sha256: str
    brushes: tuple[Brush, ...]
    code_version: str

    def brush(self, name: str) -> Brush:
        """The brush of that id.  Raises UnknownConcept naming the brushes that there are."""
        for brush in self.brushes:
            if brush.id == name:
                return brush
        known = ", ".join(brush.id for brush in self.brushes)
        raise UnknownConcept(f"no brush {name!r}", field="concept", value=name, allowed=f"one of {known}")


def brush_file(root: Path, model: str) -> Path:
    """Where the brushes of a model are: <root>/<model>.json, root = precomputed/brushes."""
    return root / f"{model}.json"


def write_brushes(brushes: BrushSet, path: Path) -> None:
    """Write the file that `read_brushes` reads, atomically."""
    write_json(path, {"schema": SCHEMA, **asdict(brushes)})


def read_brushes(path: Path) -> BrushSet:
    """Read and check a file of brushes.  Raises ArtifactMismatch naming the file and the field."""
    data, file = read_json(path), path.name
    require(data.get("schema") == SCHEMA, file, field="schema", value=data.get("schema"), allowed=f"{SCHEMA}")
    for name in ("model", "model_sha256", "segmenter_sha256", "code_version"):
        require(isinstance(data.get(name), str), file, field=name, value=data.get(name), allowed="a text")
    entries = data.get("brushes")
    if not isinstance(entries, list):
        entries = []
        require(False, file, field="brushes", value=data.get("brushes"), allowed="a list")
    brushes = tuple(brush_of(entry, file, f"brushes[{n}]") for n, entry in enumerate(entries))
    ids = [brush.id for brush in brushes]
    require(len(set(ids)) == len(ids), file, field="brushes", value=ids, allowed="distinct ids")
    return BrushSet(data["model"], data["model_sha256"], data["segmenter_sha256"], brushes, data["code_version"])


def brush_of(entry: object, file: str, where: str) -> Brush:
    """The brush in a JSON object of a file, checked.  Raises ArtifactMismatch naming the file and the field."""
    names = {f.name for f in fields(Brush)}
    if not isinstance(entry, dict) or entry.keys() != names:
        keys = sorted(entry) if isinstance(entry, dict) else entry
        require(False, file, field=where, value=keys, allowed=f"an object with {', '.join(sorted(names))}")
        raise AssertionError
    for name in ("id", "concept", "category", "layer"):
        require(isinstance(entry[name], str), file, field=f"{where}.{name}", value=entry[name], allowed="a text")
    ranking, rankings = entry["ranking"], get_args(Ranking)
    require(ranking in rankings, file, field=f"{where}.ranking", value=ranking, allowed=" or ".join(rankings))
    units, values = _numbers(entry["units"], int), _numbers(entry["values"], float)
    good = 0 < len(units) <= LENGTH and len(set(units)) == len(units) and min(units, default=-1) >= 0
    require(good, file, field=f"{where}.units", value=entry["units"], allowed=f"1 to {LENGTH} distinct unit numbers")
    require(len(values) == len(units), file, field=f"{where}.values", value=len(values), allowed="one value per unit")
    level = _numbers([entry["level"]], float)
    fits = bool(level) and 0 < level[0] <= MAX_LEVEL
    require(fits, file, field=f"{where}.level", value=entry["level"], allowed=f"above 0, at most {MAX_LEVEL:g}")
    count, seed = _numbers([entry["default_count"]], int), _numbers([entry["example_seed"]], int)
    fits = bool(count) and 1 <= count[0] <= len(units)
    require(
        fits, file, field=f"{where}.default_count", value=entry["default_count"], allowed="1 to the number of units"
    )
    require(bool(seed), file, field=f"{where}.example_seed", value=entry["example_seed"], allowed="an image id")
    box = _numbers(entry["example_box"], float)
    fits = len(box) == 4 and 0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1
    require(fits, file, field=f"{where}.example_box", value=entry["example_box"], allowed="[x0, y0, x1, y1] in 0..1")
    measured = entry["measured"]
    require(isinstance(measured, dict), file, field=f"{where}.measured", value=measured, allowed="an object")
    texts = {name: entry[name] for name in ("id", "concept", "category", "layer")}
    return Brush(
        **texts,
        ranking=ranking,
        units=tuple(int(unit) for unit in units),
        values=values,
        level=level[0],
        example_seed=int(seed[0]),
        example_box=(box[0], box[1], box[2], box[3]),
        default_count=int(count[0]),
        measured=measured,
    )


def _numbers(value: object, kind: type) -> tuple[float, ...]:
    """The numbers of a JSON list, or () if it is no list of that kind of number."""
    allowed = (int, float) if kind is float else (int,)
    if not isinstance(value, list) or not all(isinstance(x, allowed) and not isinstance(x, bool) for x in value):
        return ()
    return tuple(value)
