"""One stack of labels: what the segmenter sees, colours, halves."""

from typing import ClassVar

import pytest
import torch

from dissect_core.concepts import halves
from dissect_core.concepts.columns import Concept
from dissect_core.concepts.segments import Segments
from dissect_core.errors import BadShape
from tests.core.planted import ToyGenerator, ToySegmenter


def toy_picture() -> torch.Tensor:
    """A tree (red) at rows 8 to 11, columns 4 to 7 of 16; sky (green) in rows 0 to 3; the rest is black."""
    return ToyGenerator()(torch.tensor([[-1.0, -1.0, 0.0, 0.0]]))


def test_everything_is_labelled_at_the_positions() -> None:
    segments = Segments(ToySegmenter(), "b" * 64)
    labels = segments.label(toy_picture(), 8)
    assert labels.shape == (1, 5, 8, 8)
    assert segments.columns.kinds == ("object", "part", "colour", "half")
    seen = dict(zip(segments.columns.categories, labels[0], strict=True))
    names = segments.columns.categories

    def named(name: str, row: int, column: int) -> str:
        return names[name][int(seen[name][row, column])]

    # positions are two pixels apart: the tree is at rows 4 and 5, columns 2 and 3
    assert [named(name, 4, 2) for name in names] == ["tree", "crown", "red", "top of tree", "left of tree"]
    assert [named(name, 5, 3) for name in names] == ["tree", "crown", "red", "bottom of tree", "right of tree"]
    assert [named(name, 1, 7) for name in names] == ["sky", "none", "green", "bottom of sky", "right of sky"]
    assert [named(name, 7, 0) for name in names] == ["grass", "none", "black", "bottom of grass", "left of grass"]


def test_what_decides_the_labels_is_named() -> None:
    ours, original = Segments(ToySegmenter(), "b" * 64), Segments(ToySegmenter(), "b" * 64, leave_last=True)
    assert ours.inputs["segmenter_sha256"] == "b" * 64
    assert (ours.inputs["halves"], original.inputs["halves"]) == (halves.RULE, halves.RULE_OF_THE_ORIGINAL)
    upper = list(ours.columns.categories).index("upper or lower half")
    picture = toy_picture()
    # the tree is the last component: sky and grass begin above it
    tree = ours.label(picture, 8)[0, 0] == 2
    assert bool((ours.label(picture, 8)[0, upper][tree] > 0).all())
    assert not bool((original.label(picture, 8)[0, upper][tree] > 0).any())


def test_a_segmenter_without_objects_has_no_halves() -> None:
    class Textures:
        categories: ClassVar = {"texture": ("none", "dotted")}

        def label(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"texture": torch.ones(len(images), *images.shape[2:], dtype=torch.uint8)}

    segments = Segments(Textures(), "c" * 64)
    assert segments.columns.concepts[0] == Concept("texture", "dotted")
    assert segments.label(toy_picture(), 4).shape == (1, 2, 4, 4)
    assert "halves" not in segments.inputs


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        ({}, "missing"),
        ({"texture": torch.zeros(1, 8, 8, dtype=torch.uint8)}, "(1, 8, 8)"),
        ({"texture": torch.zeros(1, 16, 16)}, "float32"),
        ({"texture": torch.full((1, 16, 16), 2)}, "2"),
        ({"texture": torch.full((1, 16, 16), -1)}, "-1"),
    ],
)
def test_labels_that_are_none_are_refused_by_category(maps: dict[str, torch.Tensor], said: str) -> None:
    class Broken:
        categories: ClassVar = {"texture": ("none", "dotted")}

        def label(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
            return maps

    with pytest.raises(BadShape) as caught:
        Segments(Broken(), "c" * 64).label(toy_picture(), 4)
    assert caught.value.field == "labels.texture"
    assert said in str(caught.value.value)
