"""Geometry of the report's charts, in pixels from the top left, for templates to draw as SVG.

The paper's two summaries: how many units of a layer stand for each concept (Bau et al. 2020, Fig. 1D and 3D), and how
many distinct concepts of each category the layers have (Fig. 1E and 3C).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.result import LayerSummary

TALL = 120
"""Height of the highest bar."""
HEAD = 20
"""Room above it for its number."""
STEP, BAR = 22, 16
"""From one bar to the next, and how wide a bar is."""
APART = 18
"""Extra room between categories."""
LETTER = 6.8
"""Width of a letter of a name, about."""
COLUMN, WIDE = 76, 44
"""The same for the columns of layers."""


@dataclass(frozen=True)
class Bar:
    """A bar from y down to y + height.  name: what it stands for; count: how many; names: of what, if known."""

    name: str
    category: str
    count: int
    x: float
    y: float
    height: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """Bars on top of each other, from x on, up to y.  count: of all of them."""

    name: str
    count: int
    x: float
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """Bars, or columns of bars, over a base line.  upright: whether the names below it are written upright."""

    width: float
    height: float
    base: float
    bars: tuple[Bar, ...] = ()
    columns: tuple[Column, ...] = ()
    upright: bool = False


def concept_chart(labels: Iterable[Concept], kinds: Sequence[str]) -> Chart:
    """Units per concept: a bar for each concept, grouped by category in the order of `kinds`, highest first."""
    units = Counter(labels)
    most = max(units.values(), default=1)
    bars, x = [], 0.0
    for kind in kinds:
        found = sorted((c for c in units if c.category == kind), key=lambda c: (-units[c], c.name))
        for concept in found:
            height = TALL * units[concept] / most
            bars.append(Bar(concept.name, kind, units[concept], x, HEAD + TALL - height, height))
            x += STEP
        x += APART if found else 0
    below = _room((concept.name for concept in units), upright=True)
    return Chart(max(x - APART, STEP), HEAD + TALL + below, HEAD + TALL, bars=tuple(bars), upright=True)


def category_chart(layers: Sequence[LayerSummary], names: Sequence[Iterable[Concept]], kinds: Sequence[str]) -> Chart:
    """Distinct concepts per layer: a column for each layer, the categories stacked, `kinds` from below.

    names: the distinct concepts of each layer.
    """
    most = max((sum(layer.concepts.values()) for layer in layers), default=0) or 1
    columns = []
    for number, (layer, found) in enumerate(zip(layers, names, strict=True)):
        x, y, bars = number * COLUMN, float(HEAD + TALL), []
        concepts = sorted({(concept.category, concept.name) for concept in found})
        for kind in kinds:
            if count := layer.concepts[kind]:
                height = TALL * count / most
                y -= height
                told = tuple(name for category, name in concepts if category == kind)
                bars.append(Bar(layer.layer, kind, count, x + (COLUMN - WIDE) / 2, y, height, told))
        columns.append(Column(layer.layer, sum(layer.concepts.values()), x, y, tuple(bars)))
    upright = any(len(layer.layer) * LETTER > COLUMN for layer in layers)
    below = _room((layer.layer for layer in layers), upright)
    return Chart(len(layers) * COLUMN, HEAD + TALL + below, HEAD + TALL, columns=tuple(columns), upright=upright)


def _room(names: Iterable[str], upright: bool) -> float:
    """Height of the names below a chart."""
    return 14 + (max((len(name) for name in names), default=0) * LETTER if upright else 12)


def histogram_path(counts: Sequence[int], tall: int) -> str:
    """The outline of a histogram as an SVG path, one unit wide per bin, `tall` high.

    Heights are square roots and no bin with anything in it is less than half a unit high, or tails would vanish.
    """
    most = max(counts, default=0)
    if not most:
        return f"M0 {tall}H{len(counts)}"
    heights = [max(0.5, tall * math.sqrt(count / most)) if count else 0 for count in counts]
    steps = "".join(f"V{tall - height:.3g}h1" for height in heights)
    return f"M0 {tall}{steps}V{tall}z"
