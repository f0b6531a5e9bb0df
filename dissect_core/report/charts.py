"""Geometry of the report's charts, in pixels from the top left, for templates to draw as SVG.

The paper's two summaries: how many units of a layer stand for each concept (Bau et al. 2020, Fig. 1D and 3D), and how
many distinct concepts of each category the layers have (Fig. 1E and 3C).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dissect_core.concepts import Concept
from dissect_core.dissection import LayerSummary

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
    """A bar from y down to y + height.  name: what it stands for; count: how many; names: of what, where it is known."""

    name: str
    category: str
    count: int
    x: float
    y: float
    height: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Bars over a base line.  groups: what stands under the bars, with the middle of each."""

    width: float
    height: float
    base: float
    bars: tuple[Bar, ...]
    groups: tuple[tuple[str, float], ...]


def concept_chart(labels: Iterable[Concept], kinds: Sequence[str]) -> Chart:
    """Units per concept: a bar for each concept, grouped by category in the order of `kinds`, highest first."""
    units = Counter(labels)
    most = max(units.values(), default=1)
    bars, groups, x = [], [], 0.0
    for kind in kinds:
        found = sorted((c for c in units if c.category == kind), key=lambda c: (-units[c], c.name))
        if not found:
            continue
        groups.append((kind, x + len(found) * STEP / 2))
        for concept in found:
            height = TALL * units[concept] / most
            bars.append(Bar(concept.name, kind, units[concept], x, HEAD + TALL - height, height))
            x += STEP
        x += APART
    longest = max((len(concept.name) for concept in units), default=0)
    return Chart(max(x - APART, STEP), HEAD + TALL + longest * LETTER + 14, HEAD + TALL, tuple(bars), tuple(groups))


def category_chart(layers: Sequence[LayerSummary], names: Sequence[Iterable[Concept]], kinds: Sequence[str]) -> Chart:
    """Distinct concepts per layer: a column for each layer, the categories stacked, `kinds` from below.

    names: the distinct concepts of each layer.
    """
    most = max((sum(layer.concepts.values()) for layer in layers), default=0) or 1
    bars, groups = [], []
    for number, (layer, found) in enumerate(zip(layers, names, strict=True)):
        x, y = number * COLUMN, float(HEAD + TALL)
        groups.append((layer.layer, x + COLUMN / 2))
        concepts = sorted({(concept.category, concept.name) for concept in found})
        for kind in kinds:
            height = TALL * layer.concepts[kind] / most
            y -= height
            if height:
                told = tuple(name for category, name in concepts if category == kind)
                inset = x + (COLUMN - WIDE) / 2
                bars.append(Bar(layer.layer, kind, layer.concepts[kind], inset, y, height, told))
    return Chart(len(layers) * COLUMN, HEAD + TALL + 8, HEAD + TALL, tuple(bars), tuple(groups))


def histogram_path(counts: Sequence[int], tall: int) -> str:
    """The outline of a histogram as an SVG path, one unit wide per bin; heights are square roots, or tails would vanish.

    A bin with anything in it is at least half a unit high.
    """
    most = max(counts, default=0)
    if not most:
        return f"M0 {tall}H{len(counts)}"
    heights = [max(0.5, tall * math.sqrt(count / most)) if count else 0 for count in counts]
    steps = "".join(f"V{tall - height:.3g}h1" for height in heights)
    return f"M0 {tall}{steps}V{tall}z"
