"""Brushes: a concept with the layer, the units and the values that draw and erase it, and how well that works.

`Brush` and its file are what the server reads; `choose` makes brushes by measurement and `trial` measures them again on
images that the choice never saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from dissect_core.concepts.columns import Concept
from dissect_core.errors import UnknownConcept
from dissect_core.models.latents import MAX_ID
from dissect_core.system.artifacts import require, write_json
from dissect_core.system.documents import STRICT, checked, read_document

SCHEMA = 1
LENGTH = 64
"""How many units of its ranking a brush stores at most."""
DEFAULT_COUNT = 20
"""How many of them paint by default (Bau et al. 2020, "Semantic paint using a GAN")."""

MAX_LEVEL = 4.0
"""The highest value a brush may paint, in multiples of a unit's 0.99 quantile."""

Ranking = Literal["iou", "effect", "erasure", "selective", "drawing"]
UnitNumber = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
"""Of the width or height of a picture."""


@dataclass(frozen=True)
class Brush:
    """One brush.

    id: unique in its set, the concept's name where that is unambiguous.  units: best first, by `ranking`.  values:
    `level` times their 0.99 quantiles, activation units.  example_seed, example_box: an image in which the brush works
    visibly when painted as the disc inscribed in the box (x0, y0, x1, y1 in 0..1).  measured: see `trial.report`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: str
    concept: str
    category: str
    layer: str
    ranking: Ranking
    units: Annotated[tuple[UnitNumber, ...], Field(min_length=1, max_length=LENGTH)]
    values: tuple[float, ...]
    level: Annotated[float, Field(gt=0, le=MAX_LEVEL)]
    example_seed: Annotated[int, Field(ge=0, le=MAX_ID)]
    example_box: tuple[Share, Share, Share, Share]
    default_count: Annotated[int, Field(ge=1)] = DEFAULT_COUNT
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

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

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
    found = read_document(path, BrushSet, SCHEMA)
    for number, brush in enumerate(found.brushes):
        check_brush(brush, path.name, f"brushes[{number}]")
    ids = [brush.id for brush in found.brushes]
    require(len(set(ids)) == len(ids), path.name, field="brushes", value=ids, allowed="distinct ids")
    return found


def brush_of(content: Mapping[str, Any], file: str, where: str) -> Brush:
    """The brush in a JSON object of a file, checked.  Raises ArtifactMismatch naming the file and the field."""
    brush = checked(Brush, content, file, where)
    check_brush(brush, file, where)
    return brush


def check_brush(brush: Brush, file: str, where: str) -> None:
    """Raise ArtifactMismatch unless the fields of a brush, each of which is right, belong together."""
    units, values, (left, top, right, bottom) = brush.units, brush.values, brush.example_box
    distinct = len(set(units)) == len(units)
    require(distinct, file, field=f"{where}.units", value=units, allowed="distinct unit numbers")
    require(len(values) == len(units), file, field=f"{where}.values", value=len(values), allowed="one value per unit")
    fits, allowed = brush.default_count <= len(units), "1 to the number of units"
    require(fits, file, field=f"{where}.default_count", value=brush.default_count, allowed=allowed)
    box, allowed = left < right and top < bottom, "[x0, y0, x1, y1] in 0..1, x0 below x1 and y0 below y1"
    require(box, file, field=f"{where}.example_box", value=brush.example_box, allowed=allowed)
