"""The counts give the exact quantile, rounded to half precision, whatever the batches."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.stats.quantile import BLOCK, RELATIVE_ERROR, HalfCounts, ranks
from tests.refused import refused


def rounded(x: Tensor) -> Tensor:
    """Rounded to half precision, but what is not 0 stays that."""
    halves = x.half().float()
    return torch.where((halves == 0) & (x != 0), x.sign() * 2.0**-24, halves) + 0.0


QS = (0.0, 0.01, 0.5, 0.9, 0.99, 0.995, 1.0)


def activations(seed: int, images: int = 12, units: int = 3) -> Tensor:
    """Heavy-tailed values with many zeros and negatives, (N, U, 5, 5)."""
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(images, units, 5, 5, generator=random) ** 3
    return torch.nn.functional.leaky_relu(x, 0.2) * torch.tensor([1e-2, 1.0, 300.0])[:units, None, None]


def exact(x: Tensor, q: float) -> Tensor:
    """The inverted-CDF quantile of each unit."""
    flat = x.transpose(0, 1).reshape(x.shape[1], -1).numpy()
    return torch.from_numpy(np.quantile(flat, q, axis=1, method="inverted_cdf"))


@pytest.mark.parametrize("q", QS)
def test_the_answer_is_the_exact_quantile_rounded_to_half_precision(q: float) -> None:
    x = activations(0, images=40)
    counts = HalfCounts(3)
    counts.add(x)
    assert torch.equal(counts.quantile(q), rounded(exact(x, q)))


@pytest.mark.parametrize("q", QS)
def test_the_stated_bound_holds_against_torch_quantile(q: float) -> None:
    x = activations(1, images=400)
    counts = HalfCounts(3)
    counts.add(x)
    flat = x.transpose(0, 1).reshape(3, -1)
    low, high = (torch.quantile(flat, q, dim=1, interpolation=way) for way in ("lower", "higher"))
    slack = RELATIVE_ERROR * torch.maximum(low.abs(), high.abs()) + 2.0**-24
    assert bool((counts.quantile(q) >= low - slack).all())
    assert bool((counts.quantile(q) <= high + slack).all())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 12), max_size=4), shuffle=st.randoms())
def test_any_split_order_and_merge_gives_the_same_bits(seed: int, cuts: list[int], shuffle: object) -> None:
    x = activations(seed)
    whole = HalfCounts(3)
    whole.add(x)
    edges = [0, *sorted(cuts), 12]
    pieces = [x[a:b] for a, b in pairwise(edges)]
    shuffle.shuffle(pieces)
    parts = []
    for piece in pieces:
        part = HalfCounts(3)
        for unit in range(3):
            part.add(piece[:, unit : unit + 1], unit)
        parts.append(part)
    merged = parts[0]
    for part in parts[1:]:
        merged.merge(part)
    assert torch.equal(merged.counts, whole.counts)
    assert torch.equal(merged.peak, whole.peak)
    assert torch.equal(merged.mean(), whole.mean())


def test_a_saved_counts_goes_on_where_it_stopped() -> None:
    x = activations(2)
    whole, first, second = HalfCounts(3), HalfCounts(3), HalfCounts(3)
    whole.add(x)
    first.add(x[:5])
    second.load_state_dict(first.state_dict())
    second.add(x[5:])
    assert torch.equal(second.counts, whole.counts)
    assert torch.equal(second.quantile(0.99), whole.quantile(0.99))


def test_by_hand_the_99th_of_a_hundred_whole_numbers() -> None:
    counts = HalfCounts(1)
    counts.add(torch.arange(1.0, 101.0).view(100, 1))
    assert counts.quantile(0.99).tolist() == [99.0]
    assert counts.quantile(0.0).tolist() == [1.0]
    assert counts.mean().tolist() == [50.5]
    assert counts.peak.tolist() == [100.0]
    assert counts.size().tolist() == [100]


def test_many_quantiles_at_once_and_more_units_than_a_block() -> None:
    x = torch.randn(30, BLOCK + 3, generator=torch.Generator().manual_seed(4))
    counts = HalfCounts(BLOCK + 3)
    counts.add(x)
    found = counts.quantiles([0.1, 0.5, 0.99])
    for column, q in enumerate((0.1, 0.5, 0.99)):
        assert torch.equal(found[:, column], rounded(exact(x[:, :, None], q)))
    assert torch.allclose(counts.mean(), x.half().float().mean(0), atol=1e-6)
    before = counts.counts.clone()
    counts.counts = counts.counts.long()
    counts.quantiles([0.5])
    assert torch.equal(counts.counts.int(), before)  # reading changes nothing, whatever the width of the counters


def test_values_beyond_half_precision_count_as_the_largest() -> None:
    counts = HalfCounts(1)
    counts.add(torch.tensor([[1e9], [-1e9], [0.0]]))
    assert counts.quantile(1.0).tolist() == [65504.0]
    assert counts.quantile(0.0).tolist() == [-65504.0]
    assert counts.peak.tolist() == [1e9]


def test_they_count_with_the_largest_and_looking_does_not_move_them() -> None:
    counts = HalfCounts(2)
    counts.add(torch.tensor([[0.0, 0.0], [65504.0, -65504.0], [65504.0, -65504.0], [1e9, -1e9]]))
    for dtype in (torch.int32, torch.int64):
        counts.counts = counts.counts.to(dtype)
        for _ in range(2):
            assert counts.mean().tolist() == [49128, -49128]  # 3/4 of 65504


def test_zero_is_a_bin_of_its_own() -> None:
    counts = HalfCounts(1)
    counts.add(torch.tensor([[0.0], [-0.0], [1e-40], [1e-9], [-1e-9], [2.0**-25]]))
    (codes,) = counts.counts[0].nonzero(as_tuple=True)
    assert codes.tolist() == [0, 1, 0x8001]
    assert counts.counts[0, codes].tolist() == [2, 3, 1]


@pytest.mark.parametrize(("value", "code"), [(1e-45, 1), (-1e-45, 0x8001), (2.0**-25, 1), (2.0**-24, 1), (0.0, 0)])
def test_a_number_alone_is_zero_only_if_it_is(value: float, code: int) -> None:
    counts = HalfCounts(1)
    counts.add(torch.tensor([[value]]))
    assert counts.counts[0].nonzero().tolist() == [[code]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="a GPU counts all units at once, a processor one by one")
def test_a_gpu_counts_the_same() -> None:
    here, there = HalfCounts(4), HalfCounts(4, "cuda")
    for first, units in ((0, 3), (1, 3)):
        x = activations(7, units=units)
        here.add(x, first)
        there.add(x.cuda(), first)
    assert torch.equal(there.counts.cpu(), here.counts)
    assert torch.equal(there.peak.cpu(), here.peak)


def test_units_that_are_not_finite_are_marked_and_leave_the_others_alone() -> None:
    counts = HalfCounts(4)
    counts.add(torch.tensor([[1.0, torch.nan, 3.0, 4.0], [5.0, 6.0, -torch.inf, 8.0]]))
    counts.add(torch.ones(1, 4))
    counts.add(torch.tensor([[torch.inf]]), 2)  # again
    assert counts.unusable.tolist() == [False, True, True, False]
    assert counts.peak[[0, 3]].tolist() == [5, 8]
    assert counts.low[[0, 3]].tolist() == [1, 1]
    assert counts.size().tolist() == [3, 3, 4, 3]
    counts.add(torch.tensor([[torch.nan, 1.0, 1.0, 1.0]]))  # one more, and no other becomes usable again
    assert counts.unusable.tolist() == [True, True, True, False]
    again = HalfCounts(4)
    again.load_state_dict(counts.state_dict())
    assert torch.equal(again.unusable, counts.unusable)
    other = HalfCounts(4)
    other.merge(counts)
    assert torch.equal(other.unusable, counts.unusable)
    counts.merge(HalfCounts(4))
    assert torch.equal(other.unusable, counts.unusable)


def test_counters_grow_before_they_overflow() -> None:
    counts, other = HalfCounts(1), HalfCounts(1)
    counts.counts[0, 0], counts._added[0] = 2**31 - 1, 2**31 - 1
    other.add(torch.zeros(5, 1))
    counts.merge(other)
    assert counts.size().tolist() == [2**31 + 4]


def test_values_of_many_units_do_not_make_the_counters_of_each_larger() -> None:
    counts = HalfCounts(3)
    counts._added[:] = 2**31 - 1 - 8
    for unit in range(3):
        for _ in range(2):
            counts.add(torch.zeros(4, 1), unit)
    assert counts.counts.dtype == torch.int32
    counts.add(torch.zeros(1, 1), 2)
    assert counts.counts.dtype == torch.int64


def test_counters_are_whole_numbers_until_the_last_value_that_fits() -> None:
    counts = HalfCounts(1)
    counts._added[0] = 2**31 - 1 - 4
    counts.add(torch.zeros(4, 1))
    assert (counts._added.tolist(), counts.counts.dtype) == ([2**31 - 1], torch.int32)
    counts.add(torch.zeros(1, 1))
    assert (counts._added.tolist(), counts.counts.dtype) == ([2**31], torch.int64)
    HalfCounts(0).merge(HalfCounts(0))


def test_units_without_values_have_no_size_and_a_mean_of_zero() -> None:
    counts = HalfCounts(2)
    counts.add(torch.zeros(0, 2))
    assert (counts.size().tolist(), counts.mean().tolist()) == ([0, 0], [0, 0])
    assert (counts.low.tolist(), counts.peak.tolist()) == ([math.inf] * 2, [-math.inf] * 2)
    counts.add(torch.tensor([[[1.0, 3.0]], [[5.0, 7.0]]]), 1)
    assert (counts.size().tolist(), counts.mean().tolist()) == ([0, 4], [0, 4])
    counts.add(torch.tensor([[5.0]]))
    assert counts.mean().tolist() == [5, 4]


def test_ranks_are_those_of_the_decimal_that_is_written() -> None:
    # 0.07 * 100 is 7.000000000000001 in binary: its ceiling would be 8
    assert ranks(torch.tensor([100, 1]), [0.0, 0.07, 0.995, 1.0]).tolist() == [[1, 7, 100, 100], [1, 1, 1, 1]]


def test_counts_stay_on_their_device() -> None:
    here, elsewhere = HalfCounts(2), HalfCounts(2, "meta")
    names = ("counts", "low", "peak", "unusable")
    assert {getattr(elsewhere, name).device.type for name in names} == {"meta"}
    elsewhere.merge(here)
    assert {getattr(elsewhere, name).device.type for name in names} == {"meta"}
    assert {tensor.device.type for tensor in here.state_dict().values()} == {"cpu"}


def test_unfit_values_are_refused() -> None:
    counts = HalfCounts(2)
    for first, unfit in ((0, (4, 3)), (1, (4, 2)), (-1, (4, 1)), (0, (4,)), (0, (4, 0))):
        message, allowed = (
            f"values of shape {unfit} from unit {first} do not fit",
            "(N, U', ...) with units inside 0..1",
        )
        with refused(BadShape, message, field="values", value=f"{unfit}", allowed=allowed):
            counts.add(torch.zeros(unfit), first)
    with refused(BadShape, "a unit has no values", field="values", value=0, allowed="at least one value per unit"):
        counts.quantile(0.5)
    counts.add(torch.ones(1, 2))
    for q in (1.5, -0.5):
        with refused(BadShape, f"no quantile {q}", field="q", value=q, allowed="0 to 1"):
            counts.quantile(q)
    with refused(BadShape, "counts of other units", field="units", value=3, allowed="2"):
        counts.merge(HalfCounts(3))
    with refused(BadShape, "counts of other units", field="units", value=3, allowed="2"):
        counts.load_state_dict(HalfCounts(3).state_dict())
