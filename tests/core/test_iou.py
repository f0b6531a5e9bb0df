"""Counts worked out on paper, and against the dense product."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dissect_core.concepts.columns import LEFT_OR_RIGHT, UPPER_OR_LOWER, Columns, Concept
from dissect_core.errors import BadShape, UnknownConcept
from dissect_core.stats.codes import Codes
from dissect_core.stats.iou import STATE, IouCounts
from tests.refused import refused

COLUMNS = Columns({"object": ("none", "sky", "tree"), "part": ("none", "crown", "door")})


def by_hand() -> tuple[Tensor, Tensor]:
    """One 3x3 image, two units: masks (1, 2, 3, 3) and labels (1, 2, 3, 3).

    object  sky  sky  sky      part  .      .      .      unit 0  1 1 0    unit 1  0 0 0
            tree tree sky            crown  crown  .              1 1 0            0 0 0
            .    tree .              .      door   .              0 0 0            0 1 0
    """
    objects = torch.tensor([[[1, 1, 1], [2, 2, 1], [0, 2, 0]]], dtype=torch.uint8)
    parts = torch.tensor([[[0, 0, 0], [1, 1, 0], [0, 2, 0]]], dtype=torch.uint8)
    active = torch.zeros(1, 2, 3, 3, dtype=torch.bool)
    active[0, 0, :2, :2] = True
    active[0, 1, 2, 1] = True
    return active, torch.stack([objects, parts], 1)


def test_iou_worked_out_on_paper() -> None:
    active, labels = by_hand()
    counts = IouCounts(2, COLUMNS)
    counts.add(active, labels)
    assert counts.active.tolist() == [4, 1]
    assert counts.seen.tolist() == [4, 3, 2, 1]  # sky, tree, crown, door
    assert counts.both.tolist() == [[2, 2, 2, 0], [0, 1, 0, 1]]
    expected = [[2 / 6, 2 / 5, 2 / 4, 0], [0, 1 / 3, 0, 1]]
    assert torch.allclose(counts.iou(), torch.tensor(expected))


def dense_iou(active: Tensor, labels: Tensor) -> Tensor:
    """The definition, written densely."""
    columns = [
        labels[:, place] == index
        for place, names in enumerate(COLUMNS.categories.values())
        for index in range(1, len(names))
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
    labels = torch.randint(0, 3, (6, 2, 5, 5), generator=random, dtype=torch.uint8)
    whole, left, right = (IouCounts(4, COLUMNS) for _ in range(3))
    whole.add(active, labels)
    right.add(active[split:], labels[split:])
    left.add(active[:split], labels[:split])
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


def test_units_may_be_counted_some_at_a_time() -> None:
    active, labels = by_hand()
    whole, pieces = IouCounts(2, COLUMNS), IouCounts(2, COLUMNS)
    whole.add(active, labels)
    codes = pieces.codes.of(labels)
    pieces.add_labels(codes)
    for unit in range(2):
        place = active[0, unit].flatten().nonzero()[:, 0]
        pieces.add_active(torch.full_like(place, unit), codes[place], range(unit, unit + 1))
    assert torch.equal(pieces.iou(), whole.iou())


def test_what_is_counted_twice_counts_twice_and_each_map_has_its_own_size() -> None:
    columns = Columns({"object": ("none", "sky"), "part": ("none", "crown", "door")})
    counts = IouCounts(1, columns)
    labels = torch.tensor([[[[0, 1, 1, 0]], [[2, 2, 1, 0]]]])  # (1, 2, 1, 4)
    for _ in range(2):
        counts.add(torch.tensor([[[[True, True, False, True]]]]), labels)
    assert (counts.positions.tolist(), counts.active.tolist()) == ([8], [6])
    assert (counts.seen.tolist(), counts.both.tolist()) == ([4, 2, 4], [[2, 0, 4]])
    assert counts.iou().tolist() == [[2 / 8, 0, pytest.approx(4 / 6)]]


def test_a_positions_code_is_its_label_behind_those_of_the_maps_before() -> None:
    codes = Codes(COLUMNS).of(torch.tensor([[[[0, 2]], [[1, 0]]]], dtype=torch.uint8))
    assert (codes.tolist(), codes.dtype) == ([[0, 4], [2, 3]], torch.int32)
    assert Codes(COLUMNS).of(torch.zeros(1, 2, 1, 1, dtype=torch.int64)).dtype == torch.int32


def test_counts_are_whole_numbers_on_their_own_device() -> None:
    here, elsewhere = IouCounts(2, COLUMNS), IouCounts(2, COLUMNS, "meta")
    assert {getattr(here, name).dtype for name in STATE} == {torch.int64}
    assert here.state_dict()["codes"].dtype == torch.int32
    elsewhere.merge(here)
    for counts in (elsewhere, IouCounts(2, COLUMNS, "meta")):
        counts.load_state_dict(here.state_dict())
        devices = {name: getattr(counts, name).device.type for name in STATE}
        assert devices == {"active": "meta", "codes_seen": "meta", "codes_both": "meta", "positions": "cpu"}
    assert Codes(COLUMNS).of(torch.zeros(1, 2, 3, 3, dtype=torch.uint8)[:0].to("meta")).device.type == "meta"


def test_what_does_not_fit_is_refused() -> None:
    active, labels = by_hand()
    with refused(BadShape, "a label outside its map", field="labels.part", value=3, allowed="0 to 2"):
        IouCounts(2, COLUMNS).add(active, labels + torch.tensor([0, 1], dtype=torch.uint8)[:, None, None])
    for least in (0, 1):
        outside = torch.tensor([least, 7]).expand(1, 2, 1, 2)
        with refused(BadShape, "a label outside its map", field="labels.object", value=7, allowed="0 to 2"):
            IouCounts(2, COLUMNS).add(torch.zeros(1, 2, 1, 2, dtype=torch.bool), outside)
    with refused(BadShape, "a label outside its map", field="labels.object", value=-1, allowed="0 to 2"):
        IouCounts(2, COLUMNS).add(active, labels.int() - 1)
    with refused(BadShape, "label maps differ", field="labels", value="(1, 1, 3, 3)", allowed="(N, 2, h, w)"):
        IouCounts(2, COLUMNS).add(active, labels[:, :1])
    with refused(BadShape, "masks do not fit", field="active", value="(1, 2, 3, 3)", allowed="(N, 3, h, w)"):
        IouCounts(3, COLUMNS).add(active, labels)
    with refused(BadShape, "counts of other units", field="both", value="(3, 6)", allowed="(2, 6)"):
        IouCounts(2, COLUMNS).merge(IouCounts(3, COLUMNS))


def test_columns_and_labels_name_each_other() -> None:
    assert [str(concept) for concept in COLUMNS.concepts] == [
        "sky (object)", "tree (object)", "crown (part)", "door (part)",
    ]  # fmt: skip
    for column, concept in enumerate(COLUMNS.concepts):
        assert COLUMNS.column(concept) == column
    assert COLUMNS.label(Concept("part", "door")) == 2
    with pytest.raises(UnknownConcept, match="moon"):
        COLUMNS.column(Concept("object", "moon"))
    with pytest.raises(UnknownConcept, match="texture") as caught:
        COLUMNS.label(Concept("texture", "striped"))
    assert caught.value.allowed == "one of object, part"


def test_the_two_maps_of_halves_are_one_category() -> None:
    halves = {UPPER_OR_LOWER: ("none", "top of sky", "bottom of sky"), LEFT_OR_RIGHT: ("none", "left of sky")}
    columns = Columns({"object": ("none", "sky"), **halves})
    assert columns.kinds == ("object", "half")
    assert [str(concept) for concept in columns.concepts[1:]] == [
        "top of sky (half)", "bottom of sky (half)", "left of sky (half)",
    ]  # fmt: skip
    assert [columns.label(concept) for concept in columns.concepts] == [1, 1, 2, 1]
