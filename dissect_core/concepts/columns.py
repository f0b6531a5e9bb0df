"""The concepts that can be seen in a picture, as one flat list of columns.

What is seen comes as label maps (objects, parts, materials, colours, halves of objects), each with its own index space
in which 0 means none.  Statistics want one column per concept; this is the only place that knows both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dissect_core.errors import UnknownConcept

COLOUR = "colour"
HALF = "half"
UPPER_OR_LOWER, LEFT_OR_RIGHT = "upper or lower half", "left or right half"
"""Two maps, one category: every place of an object is in its upper or lower half, and in its left or right one."""


@dataclass(frozen=True)
class Concept:
    """A thing that can be seen at a pixel: its category ("object", "part", "material", "colour", "half") and name."""

    category: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.category})"


@dataclass(frozen=True)
class Columns:
    """Label maps <-> concept columns.

    categories: per label map the names in index order, index 0 = none, as `Segmenter.categories` has them.  A map is a
    category of its own, but for the two maps of halves.
    Column order: maps in the order given, within each the indices from 1.
    """

    categories: Mapping[str, Sequence[str]]

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        """The concept of every column."""
        return tuple(
            Concept(_category(name), concept) for name, names in self.categories.items() for concept in names[1:]
        )

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Per map the column of its index 0, which is none and has no column: column = offset + index."""
        offsets, first = {}, 0
        for name, names in self.categories.items():
            offsets[name] = first - 1
            first += len(names) - 1
        return offsets

    @cached_property
    def _columns(self) -> dict[Concept, int]:
        return {concept: column for column, concept in enumerate(self.concepts)}

    def label(self, concept: Concept) -> int:
        """The index of the concept in its label map.  Raises UnknownConcept."""
        column = self.column(concept)
        return column - max(offset for offset in self.offsets.values() if offset < column)

    def column(self, concept: Concept) -> int:
        """The column of the concept.  Raises UnknownConcept."""
        if concept not in self._columns:
            names = [known.name for known in self.concepts if known.category == concept.category]
            raise UnknownConcept(
                f"no concept {concept}",
                field="concept",
                value=str(concept),
                allowed=f"one of {', '.join(names or self.kinds)}",
            )
        return self._columns[concept]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The categories, each once."""
        return tuple(dict.fromkeys(_category(name) for name in self.categories))


def _category(name: str) -> str:
    return HALF if name in (UPPER_OR_LOWER, LEFT_OR_RIGHT) else name
