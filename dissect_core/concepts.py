"""The concepts that a segmenter can see, as one flat list of columns.

A segmenter answers with one label map per category (object, part, material), each with its own index space in which 0
means none.  Statistics want one column per (category, name); this is the only place that knows both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dissect_core.errors import UnknownConcept


@dataclass(frozen=True)
class Concept:
    """A thing that can be seen at a pixel: the category ("object", "part", "material") and its name there."""

    category: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.category})"


@dataclass(frozen=True)
class Columns:
    """Category label maps <-> concept columns.

    categories: per category the names in index order, index 0 = none, as `Segmenter.categories` has them.
    Column order: categories in the order given, within each the indices from 1.
    """

    categories: Mapping[str, Sequence[str]]

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The concept of every column."""
        return tuple(Concept(category, name) for category, names in self.categories.items() for name in names[1:])

    @property
    def offsets(self) -> dict[str, int]:
        """Per category the column of its index 0, which is none and has no column: column = offset + index."""
        offsets, first = {}, 0
        for category, names in self.categories.items():
            offsets[category] = first - 1
            first += len(names) - 1
        return offsets

    def label(self, concept: Concept) -> int:
        """The index of the concept in its category's label map.  Raises UnknownConcept."""
        names = list(self.categories.get(concept.category, ()))[1:]
        if concept.name not in names:
            raise UnknownConcept(
                f"no concept {concept}", field="concept", value=str(concept), allowed=f"one of {', '.join(names)}"
            )
        return names.index(concept.name) + 1

    def column(self, concept: Concept) -> int:
        """The column of the concept.  Raises UnknownConcept."""
        return self.label(concept) + self.offsets[concept.category]
