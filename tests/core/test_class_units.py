"""Units that matter to a class: rankings, sets removed together, importance and meaning."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnitbrushError
from dissect_core.experiments.class_units import (
    Predictions,
    correlations,
    curves,
    importance,
    importance_groups,
    ranking,
)
from dissect_core.experiments.sweep import ClassEffects, sweep
from dissect_core.models.hooks import edited


class Sums(nn.Sequential):
    """Pictures (N, 4, 1, 1), whose four numbers are the units; logits (2 u0 + u1, u2, 0.5 u3)."""

    def __init__(self) -> None:
        total = nn.Linear(4, 3, bias=False)
        super().__init__(nn.Conv2d(4, 4, 1, bias=False), nn.ReLU(), nn.Flatten(), total)
        self[0].weight.data = torch.eye(4)[:, :, None, None]
        total.weight.data = torch.tensor([[2.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.5]])
        self.eval().requires_grad_(False)


IMAGES = torch.tensor([[1.0, 2, 3, 0], [1, 0, 1, 0], [0, 0, 3, 1], [0, 1, 2, 0], [0, 0, 1, 4]])[:, :, None, None]
LABELS = torch.tensor([0, 0, 1, 1, 2])


def without(network: nn.Module, units: list[int]) -> Tensor:
    """The plain way: one forward pass with the units zeroed by a hook."""
    index = torch.tensor(units, dtype=torch.int64)
    with edited(network, {"1": lambda maps: maps.index_fill(1, index, 0.0)}):
        return network(IMAGES).argmax(1)


def balanced(predicted: Tensor, label: int) -> float:
    tpr = (predicted[label == LABELS] == label).double().mean()
    tnr = (predicted[label != LABELS] != label).double().mean()
    return float(tpr + tnr) / 2


def test_units_are_ranked_by_what_a_class_loses_without_them() -> None:
    # All units: predictions 0 0 1 1 2, all right.  Without u0: logits 0 are 2 0 0 1 0, so the first two pictures are
    # taken for 1.  Without u1 the first picture has 2 against 3: taken for 1.  Without u2: 1 is never said.  Without u3
    # the last picture is taken for 1.
    effects = sweep(Sums(), "1", [(IMAGES, LABELS)])
    order = ranking(effects)
    assert order[0, :2].tolist() == [0, 1]
    assert order[1, 0] == 2
    assert order[2, 0] == 3


def test_ties_are_broken_by_the_probability_that_is_lost() -> None:
    hits, claimed = torch.tensor([[2, 2]] * 4), torch.tensor([[2, 2]] * 4)
    surprise = torch.tensor([[1.0, 1.0], [1.5, 1.0], [3.0, 0.5], [1.2, 4.0]], dtype=torch.float64)
    effects = ClassEffects((0, 1, 2), torch.tensor([2, 2]), claimed, hits, surprise)
    torch.testing.assert_close(effects.doubt[:, 0], torch.tensor([0.25, 1.0, 0.1], dtype=torch.float64))
    assert ranking(effects).tolist() == [[1, 0, 2], [2, 0, 1]]


def test_the_surprise_is_counted_in_the_images_of_each_class() -> None:
    effects = sweep(Sums(), "1", [(IMAGES[:1], LABELS[:1]), (IMAGES[4:], LABELS[4:])])
    logits = torch.tensor([[4.0, 3.0, 0.0], [0.0, 1.0, 2.0]], dtype=torch.float64)
    own = -logits.log_softmax(1)
    torch.testing.assert_close(effects.surprise[0], torch.stack([own[0, 0], own[0, 0] * 0, own[1, 2]]))


def test_curves_are_those_of_the_naive_loop() -> None:
    network = Sums()
    order = ranking(sweep(network, "1", [(IMAGES, LABELS)]))
    removed = [0, 1, 2, 3, 4]
    found = curves(network, "1", [(IMAGES[:2], LABELS[:2]), (IMAGES[2:], LABELS[2:])], order, removed)
    for label in range(3):
        for number, count in enumerate(removed):
            first = without(network, order[label, :count].tolist())
            last = without(network, order[label, 4 - count :].tolist())
            assert float(found.most[label, number]) == pytest.approx(balanced(first, label))
            assert float(found.least[label, number]) == pytest.approx(balanced(last, label))
            recall = [float((first[label_ == LABELS] == label_).double().mean()) for label_ in range(3)]
            assert float(found.all_most[label, number]) == pytest.approx(sum(recall) / 3)
    assert found.baseline.tolist() == [1.0, 1.0, 1.0]
    assert found.all_baseline == 1.0
    assert found.most[:, 4].tolist() == [0.5, 0.5, 0.5]  # without units every picture is taken for one class


def test_balanced_accuracy_of_a_table_computed_by_hand() -> None:
    # four images of a and one of b; three taken for a, all rightly: TPR 3/4, TNR 1; of b: TPR 1, TNR 3/4
    found = Predictions(torch.tensor([4, 1]), torch.tensor([3, 2]), torch.tensor([3, 1]))
    assert found.balanced_accuracy.tolist() == [0.875, 0.875]
    assert float(found.accuracy) == 0.875


def test_importance_is_the_number_of_classes_that_have_a_unit_among_their_first_four() -> None:
    order = torch.tensor([[0, 1, 2, 3, 4, 5], [0, 5, 2, 4, 1, 3], [0, 1, 3, 4, 2, 5]])
    assert importance(order).tolist() == [3, 2, 2, 2, 2, 1]
    iou = torch.tensor([0.3, 0.1, 0.2, 0.1, 0.2, 0.05])
    groups = importance_groups(order, iou, most=2)
    assert [(group.classes, group.units) for group in groups] == [(1, 1), (2, 5)]
    assert groups[1].mean_iou == pytest.approx(0.18)
    # sample deviation of .3 .1 .2 .1 .2 is .083666, over sqrt(5)
    assert groups[1].error == pytest.approx(0.0374166, abs=1e-6)
    assert groups[0].error == 0.0


def test_correlations_are_pearsons() -> None:
    peaks = torch.tensor([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    probabilities = torch.tensor([[0.2, 0.9], [0.4, 0.5], [0.6, 0.1]])
    torch.testing.assert_close(
        correlations(peaks, probabilities), torch.tensor([[1.0, -1.0], [0.0, 0.0]], dtype=torch.float64)
    )


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: curves(Sums(), "1", [], torch.zeros(3, 4, dtype=torch.int64), [0]), BadShape),
        (lambda: curves(Sums(), "1", [(IMAGES, LABELS)], torch.zeros(3, 4, dtype=torch.int64), [5]), BadShape),
        (lambda: curves(Sums(), "1", [(IMAGES, LABELS)], torch.zeros(2, 4, dtype=torch.int64), [1]), BadShape),
        (lambda: importance_groups(torch.zeros(1, 4, dtype=torch.int64), torch.zeros(3), 2), BadShape),
        (lambda: correlations(torch.zeros(1, 2), torch.zeros(1, 2)), UnitbrushError),
    ],
    ids=["no images", "too many", "other classes", "other units", "one picture"],
)
def test_what_cannot_be_counted_is_refused(call: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()
