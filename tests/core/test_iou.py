"""Counts worked out on paper, and against the dense product."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dissect_core.concepts import Columns, Concept
from dissect_core.errors import BadShape, UnknownConcept
from dissect_core.stats.iou import IouCounts

COLUMNS = Columns({"object": ("none", "sky", "tree"), "part": ("none", "crown", "door")})


def by_hand() -> tuple[Tensor, dict[str, Tensor]]:
    """One 3x3 image, two units.

    object  sky  sky  sky      part  .      .      .      unit 0  1 1 0    unit 1  0 0 0
            tree tree sky            crown  crown  .              1 1 0            0 0 0
            .    tree .              .      door   .              0 0 0            0 1 0
    """
    objects = torch.tensor([[[1, 1, 1], [2, 2, 1], [0, 2, 0]]], dtype=torch.uint8)
    parts = torch.tensor([[[0, 0, 0], [1, 1, 0], [0, 2, 0]]], dtype=torch.uint8)
    active = torch.zeros(1, 2, 3, 3, dtype=torch.bool)
    active[0, 0, :2, :2] = True
    active[0, 1, 2, 1] = True
    return active, {"object": objects, "part": parts}


def test_iou_worked_out_on_paper() -> None:
    active, labels = by_hand()
    counts = IouCounts(2, COLUMNS)
    counts.add(active, labels)
    assert counts.active.tolist() == [4, 1]
    assert counts.seen.tolist() == [4, 3, 2, 1]  # sky, tree, crown, door
    assert counts.both.tolist() == [[2, 2, 2, 0], [0, 1, 0, 1]]
    expected = [[2 / 6, 2 / 5, 2 / 4, 0], [0, 1 / 3, 0, 1]]
    assert torch.allclose(counts.iou(), torch.tensor(expected))


def dense_iou(active: Tensor, labels: dict[str, Tensor]) -> Tensor:
    """The definition, written densely."""
    columns = [
        labels[category] == index for category, names in COLUMNS.categories.items() for index in range(1, len(names))
    ]
    concept = torch.stack(columns, 1).double()  # (N, K, h, w)
    both = torch.einsum("nuhw,nkhw->uk", active.double(), concept)
    union = active.double().sum((0, 2, 3))[:, None] + concept.sum((0, 2, 3))[None] - both
    return torch.where(union > 0, both / union.clamp(min=1), 0.0).float()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), split=st.integers(0, 6))
def test_counting_agrees_with_the_dense_product_and_merges_exactly(seed: int, split: int) -> None:
    random = torch.Generator().manual_seed(seed)
    active = torch.rand(6, 4, 5, 5, generator=random) > 0.8
    labels = {
        category: torch.randint(0, len(names), (6, 5, 5), generator=random, dtype=torch.uint8)
        for category, names in COLUMNS.categories.items()
    }
    whole, left, right = (IouCounts(4, COLUMNS) for _ in range(3))
    whole.add(active, labels)
    right.add(active[split:], {category: maps[split:] for category, maps in labels.items()})
    left.add(active[:split], {category: maps[:split] for category, maps in labels.items()})
    right.merge(left)
    assert torch.equal(whole.iou(), dense_iou(active, labels))
    assert all(torch.equal(a, right.state_dict()[name]) for name, a in whole.state_dict().items())


def test_saved_counts_come_back() -> None:
    active, labels = by_hand()
    counts, again = IouCounts(2, COLUMNS), IouCounts(2, COLUMNS)
    counts.add(active, labels)
    again.load_state_dict(counts.state_dict())
    assert torch.equal(again.iou(), counts.iou())
    assert again.positions == 9


def test_labels_outside_their_category_are_refused() -> None:
    active, labels = by_hand()
    labels["part"] = labels["part"] + 1
    with pytest.raises(BadShape, match="outside its category"):
        IouCounts(2, COLUMNS).add(active, labels)


def test_columns_and_labels_name_each_other() -> None:
    assert [str(concept) for concept in COLUMNS.concepts] == [
        "sky (object)", "tree (object)", "crown (part)", "door (part)",
    ]  # fmt: skip
    for column, concept in enumerate(COLUMNS.concepts):
        assert COLUMNS.column(concept) == column
    assert COLUMNS.label(Concept("part", "door")) == 2
    with pytest.raises(UnknownConcept, match="moon"):
        COLUMNS.column(Concept("object", "moon"))
