"""The second scoring, worked out on paper and against a dense search over all levels."""

import math

import pytest
import torch

from dissect_core.concepts.columns import Columns
from dissect_core.errors import BadShape
from dissect_core.stats.iqr import (
    BLOCK,
    LEAST_AGREEMENT,
    LEAST_SEEN,
    LEVELS,
    LevelCounts,
    information_quality_ratio,
    level_quantiles,
)
from tests.refused import refused

COLUMNS = Columns({"object": ("none", "sky", "tree"), "part": ("none", "crown")})


def test_the_ratio_of_two_events_worked_out_on_paper() -> None:
    # the same event at half of the positions: H = I = log 2; independent halves: I = 0;
    # P(A) = 1/2, B only within A, P(B) = 1/4: H(A, B) = 3/2 log 2, I = H(A) + H(B) - H(A, B)
    both, first, second, neither = (
        torch.tensor([[0.5, 0.0, 0.0, 0.5], [0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.0, 0.5], [0.0, 0.0, 0.0, 1.0]])
        .double()
        .T
    )
    ratio = information_quality_ratio(both, first, second, neither).tolist()
    of_b = 2 * math.log(2) - 0.75 * math.log(3)  # H(B) = -(1/4) log(1/4) - (3/4) log(3/4)
    inside = (math.log(2) + of_b - 1.5 * math.log(2)) / (1.5 * math.log(2))
    assert ratio == pytest.approx([1, 0, inside, 0], abs=1e-12)


def test_the_best_threshold_and_concept_by_hand() -> None:
    # Ten positions, levels 1 and 2.  Above 1: positions 0 to 3.  Above 2: positions 0 and 1, exactly the tree.
    values = torch.tensor([3.0, 2.5, 1.5, 2.0, 1.0, 0.5, 0.0, -1.0, 0.3, 0.9])
    labels = torch.tensor([[2, 2, 1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]).view(1, 2, 1, 10)
    counts = LevelCounts(torch.tensor([[1.0, 2.0]]), COLUMNS)
    codes = counts.codes.of(labels)
    counts.add_labels(codes)
    counts.add(0, values, codes)
    best = counts.best()
    assert best.concept.tolist() == [COLUMNS.concepts.index(COLUMNS.concepts[1])]  # the tree
    assert (best.iqr.tolist(), best.iou.tolist(), best.threshold.tolist()) == ([1], [1], [2])


def test_levels_are_equal_steps_of_the_logarithm_down_to_a_thousandth() -> None:
    quantiles = level_quantiles()
    assert len(quantiles) == LEVELS
    assert quantiles == sorted(quantiles)
    assert quantiles[-1] == 0.999
    assert (1 - quantiles[24]) ** 2 == pytest.approx(1e-3, rel=1e-6)

    steps = [quantiles[step - 1] for step in (1, 2, 25, 49)]  # 1 - 10^(-3 step / 50), nine digits of it
    assert steps == [0.12903641, 0.241422425, 0.968377223, 0.998851846]
    assert level_quantiles(3) == [0.9, 0.99, 0.999]


def counted(values: list[float], places: list[int], *levels: float, label: int = 2) -> LevelCounts:
    """One unit's values at as many positions, those at `places` showing a tree (1: the sky), with these levels."""
    counts = LevelCounts(torch.tensor([levels]), COLUMNS)
    labels = torch.zeros(1, 2, 1, len(values), dtype=torch.int64)
    labels[0, 0, 0, places] = label
    codes = counts.codes.of(labels)
    counts.add_labels(codes)
    counts.add(0, torch.tensor(values), codes)
    return counts


def best(counts: LevelCounts) -> tuple[float, float, float, int]:
    """(iqr, iou, threshold, concept) of its only unit."""
    found = counts.best()
    return found.iqr.item(), found.iou.item(), found.threshold.item(), int(found.concept)


NOTHING = (0, 0, 0, -1)


def test_any_positive_level_counts_and_zero_does_not() -> None:
    assert best(counted([0.75, 0.5, 0.25, 0, 0], [0], 0.25, 0.5)) == (1, 1, 0.5, 1)
    assert best(counted([0.75, 0, 0, 0, 0], [0], -1.0, 0.0)) == NOTHING


def test_a_concept_must_be_seen_at_a_thousandth_of_the_positions() -> None:
    assert best(counted([1.0] + [0.0] * 999, [0], 0.5)) == (1, 1, 0.5, 1)
    assert best(counted([1.0] + [0.0] * 1000, [0], 0.5)) == NOTHING


def test_unit_and_concept_must_agree_at_more_than_four_fifths_of_the_positions() -> None:
    for label in (1, 2):
        assert best(counted([1.0, 0, 0, 0, 0], [0, 1], 0.5, label=label)) == NOTHING
    iqr, iou, threshold, concept = best(counted([1.0, 0, 0, 0, 0, 0], [0, 1], 0.5))
    assert (iou, threshold, concept) == (0.5, 0.5, 1)
    # H(A, B) of 1/6, 1/6, 4/6; I = H(1/6) + H(1/3) - H(A, B)
    one, two, four = (share * math.log(share) for share in (1 / 6, 2 / 6, 4 / 6))
    five = 5 / 6 * math.log(5 / 6)
    assert iqr == pytest.approx((-(one + five) - (two + four) + (2 * one + four)) / -(2 * one + four), rel=1e-6)


def test_a_single_position_tells_nothing_and_none_tells_nothing() -> None:
    assert best(counted([1.0], [0], 0.5)) == NOTHING
    assert best(LevelCounts(torch.ones(1, 1), COLUMNS)) == NOTHING


def test_what_is_counted_twice_counts_twice() -> None:
    counts = counted([0.75, 0.5, 0, 0], [0, 1], 0.25, 0.6)
    codes = counts.codes.of(torch.tensor([[[[2, 0]], [[1, 0]]]]))
    counts.add_labels(codes)
    counts.add(0, torch.tensor([9.0, 0.5]), codes)
    assert counts.positions.tolist() == [6]
    assert counts.codes_seen.tolist() == [3, 0, 3, 5, 1]  # none, sky, tree; none, crown
    assert counts.counts.tolist() == [[[1, 0, 1, 2, 0], [0, 0, 2, 1, 1]]]  # only above 0.25; above 0.6


def test_more_units_than_a_block_are_each_scored_for_themselves() -> None:
    units = 2 * BLOCK + 2
    counts = LevelCounts(torch.arange(1.0, units + 1)[:, None], COLUMNS)
    codes = counts.codes.of(torch.tensor([[[[2, 0, 0, 0, 0, 0]], [[0, 0, 0, 0, 0, 0]]]]))
    counts.add_labels(codes)
    for unit in range(units):
        counts.add(unit, torch.tensor([unit + 2.0, 0, 0, 0, 0, 0]), codes)
    found = counts.best()
    assert found.threshold.tolist() == list(range(1, units + 1))
    assert found.concept.tolist() == found.iqr.tolist() == found.iou.tolist() == [1] * units


def test_counts_stay_on_their_device() -> None:
    here, elsewhere = (LevelCounts(torch.ones(2, 3), COLUMNS, device) for device in ("cpu", "meta"))
    assert elsewhere.levels.device.type == "meta"
    elsewhere.load_state_dict(here.state_dict())
    for counts, device in ((here, "cpu"), (elsewhere, "meta")):
        assert (counts.counts.dtype, counts.codes_seen.dtype) == (torch.int32, torch.int64)
        assert {counts.counts.device.type, counts.codes_seen.device.type} == {device}
        assert (counts.positions.dtype, counts.positions.device.type) == (torch.int64, "cpu")


def test_more_positions_than_can_be_counted_are_refused() -> None:
    counts = LevelCounts(torch.ones(1, 1), COLUMNS)
    counts.positions[0] = 2**31 - 2
    codes = counts.codes.of(torch.zeros(1, 2, 1, 1, dtype=torch.int64))
    counts.add_labels(codes)
    with refused(BadShape, "too many positions", field="positions", value=2147483648, allowed="at most 2147483647"):
        counts.add_labels(codes)


def random_case(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """values (3, 400), labels (1, 2, 20, 20) and levels (3, 5); unit 0 follows the tree, unit 2 is never positive."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 2, (1, 2, 20, 20), generator=random)
    labels[0, 0, :3] = 2
    values = torch.randn(3, 400, generator=random)
    values[0] += 2.5 * (labels[0, 0].flatten() == 2)
    values[2] = -values[2].abs()
    levels = torch.quantile(values, torch.tensor([0.5, 0.8, 0.9, 0.97, 0.99]), dim=1).T.contiguous()
    return values, labels, levels


def dense_best(values: torch.Tensor, labels: torch.Tensor, levels: torch.Tensor) -> list[tuple[float, ...]]:
    """(iqr, iou, threshold, concept) of every unit, by trying everything."""
    seen = torch.stack([labels[0, m].flatten() == k for m, k in ((0, 1), (0, 2), (1, 1))])
    found = []
    for unit, row in enumerate(values):
        best = (0.0, 0.0, 0.0, -1)
        for level in levels[unit].tolist():
            for concept, here in enumerate(seen):
                active = row > level
                share = [float(x.double().mean()) for x in (active & here, active & ~here, ~active & here)]
                both, first, second = share
                neither = 1 - sum(share)
                cells = (both, first, second, neither)
                sums = (both + first, 1 - both - first, both + second, 1 - both - second)
                entropy = -sum(p * math.log(p) for p in cells if p > 0)
                alone = -sum(p * math.log(p) for p in sums if p > 0)
                ratio = (alone - entropy) / entropy if entropy else 0.0
                trusted = both + second >= LEAST_SEEN and both + neither > LEAST_AGREEMENT and level > 0
                if trusted and ratio > best[0] + 1e-12:
                    best = (ratio, both / (both + first + second), level, concept)
        found.append(best)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_counting_agrees_with_trying_everything(seed: int) -> None:
    values, labels, levels = random_case(seed)
    counts = LevelCounts(levels, COLUMNS)
    codes = counts.codes.of(labels)
    counts.add_labels(codes)
    for unit in range(3):
        counts.add(unit, values[unit], codes)
    best = counts.best()
    found = list(zip(best.iqr.tolist(), best.iou.tolist(), best.threshold.tolist(), best.concept.tolist(), strict=True))
    expected = dense_best(values, labels, levels)
    assert [entry[3] for entry in found] == [entry[3] for entry in expected]
    for mine, theirs in zip(found, expected, strict=True):
        assert mine[:3] == pytest.approx(theirs[:3], abs=1e-6)
    assert found[0][3] == 1  # the tree
    assert found[2] == (0, 0, 0, -1)


def test_parts_merge_and_saved_counts_go_on() -> None:
    values, labels, levels = random_case(9)
    whole, left, right, again = (LevelCounts(levels, COLUMNS) for _ in range(4))
    codes = whole.codes.of(labels)
    for counts, part in ((whole, slice(None)), (left, slice(0, 150)), (right, slice(150, None))):
        counts.add_labels(codes[part])
        for unit in range(3):
            counts.add(unit, values[unit, part], codes[part])
    again.load_state_dict(left.state_dict())
    again.merge(right)
    assert torch.equal(again.counts, whole.counts)
    assert torch.equal(again.best().iqr, whole.best().iqr)
    with refused(BadShape, "counts of other levels", field="levels", value="other levels", allowed="the same levels"):
        again.merge(LevelCounts(levels + 1, COLUMNS))
    with refused(BadShape, "counts of other units", field="counts", value="(2, 5, 5)", allowed="(3, 5, 5)"):
        again.load_state_dict(LevelCounts(levels[:2], COLUMNS).state_dict())
