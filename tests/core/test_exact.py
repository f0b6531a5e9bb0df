"""Quantiles to the last bit, by counting around where half precision says that they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.stats.exact import FINE, Bracket, Narrowing, bracket, keys, values_of
from dissect_core.stats.quantile import BLOCK, HalfCounts
from tests.refused import refused

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def found(values: Tensor, q: float, pieces: int = 1) -> tuple[Tensor, int]:
    """The quantiles of values (N, U), and how many more looks they took; the looks are at pieces, and merged."""
    counts = HalfCounts(values.shape[1])
    counts.add(values)
    where, looks = bracket(counts, q), 0
    while bool(where.open.any()):
        looks += 1
        parts = []
        for piece in values.chunk(pieces):
            part = Narrowing(where)
            place, unit = (piece > part.limits).nonzero(as_tuple=True)
            part.add(unit, piece[place, unit])
            again = Narrowing(where)
            again.load_state_dict(part.state_dict())
            parts.append(again)
        for part in parts[1:]:
            parts[0].merge(part)
        where = parts[0].narrowed()
    return where.values, looks


def exact(values: Tensor, q: float) -> Tensor:
    return torch.from_numpy(np.quantile(values.numpy(), q, axis=0, method="inverted_cdf")) + 0.0


@given(value=FLOATS, other=FLOATS)
def test_keys_are_in_the_order_of_the_numbers(value: float, other: float) -> None:
    first, second = torch.tensor([value]), torch.tensor([other])
    assert bool(keys(first) < keys(second)) is (value < other)
    assert values_of(keys(first)).item() == value
    above = torch.nextafter(first, torch.tensor([torch.inf]))
    if value != 0 and above.item() != 0:  # -0 has a key of its own that no number has
        assert int(keys(above)) == int(keys(first)) + 1


@settings(max_examples=25, deadline=None)
@given(values=st.lists(FLOATS, min_size=1, max_size=40), q=st.sampled_from([0.0, 0.3, 0.5, 0.99, 1.0]))
def test_the_quantile_of_any_numbers_is_exact(values: list[float], q: float) -> None:
    given_values = torch.tensor(values)[:, None]
    assert found(given_values, q, pieces=3)[0].tolist() == exact(given_values, q).tolist()


@pytest.mark.parametrize("q", [0.0, 0.5, 0.99, 1.0])
@pytest.mark.parametrize(("scale", "most"), [(1e-6, 2), (1e-3, 1), (1.0, 1), (1e4, 1)])
def test_usual_numbers_take_one_look(q: float, scale: float, most: int) -> None:
    values = torch.randn(500, BLOCK + 3, generator=torch.Generator().manual_seed(3)).relu_() * scale + 0.5 * scale
    answer, looks = found(values, q, pieces=2)
    assert torch.equal(answer, exact(values, q))
    assert looks <= most


def test_by_hand_numbers_that_half_precision_cannot_tell_apart() -> None:
    values = torch.tensor([[1000.3], [1000.3], [1000.45], [1000.46]])
    assert [found(values, q)[0].item() for q in (0.5, 0.75, 1.0)] == values[1:, 0].tolist()


def test_zeros_and_constants_are_known_without_another_look() -> None:
    values = torch.zeros(100, 3)
    values[:, 1] = 0.1
    values[:5, 2] = 3.7
    answer, looks = found(values, 0.9)
    assert answer.tolist() == [0, torch.tensor(0.1).item(), 0]
    assert looks == 0


def test_values_beyond_half_precision_take_more_looks_and_are_exact() -> None:
    draw = torch.Generator().manual_seed(5)
    values = 10 ** (torch.rand(500, 2, generator=draw) * 30 + 5) * torch.tensor([1.0, -1.0])
    answer, looks = found(values, 0.99)
    assert torch.equal(answer, exact(values, 0.99))
    assert looks == 3


def test_a_network_that_does_not_repeat_itself_gets_the_last_value_seen() -> None:
    closer = Narrowing(Bracket(torch.tensor([10, 10]), torch.tensor([20, 20]), torch.tensor([3, 3])))
    closer.add(torch.tensor([0, 0]), values_of(torch.tensor([12, 15])))
    after = closer.narrowed()
    assert after.low.tolist() == [15, 20]  # of the second unit none was seen
    assert not after.open.any()


def test_counts_of_other_brackets_are_not_merged() -> None:
    one, two = (Narrowing(Bracket(torch.tensor([low]), torch.tensor([99]), torch.tensor([1]))) for low in (3, 4))
    with refused(BadShape, "another quantile", field="found", value="other brackets", allowed="the same brackets"):
        one.merge(two)
    with refused(BadShape, "counts of other units", field="counts", value=2, allowed="1"):
        one.load_state_dict({"bins": torch.zeros(0), "counts": torch.zeros(2, 0)})
    assert one.counts.shape == (1, FINE)


def test_a_look_counts_on_its_device() -> None:
    where = Bracket(torch.tensor([3]), torch.tensor([99]), torch.tensor([1]))
    here, elsewhere = Narrowing(where), Narrowing(where, "meta")
    assert (elsewhere.counts.device.type, elsewhere.limits.device.type) == ("meta", "meta")
    assert {tensor.device.type for tensor in here.state_dict().values()} == {"cpu"}
    elsewhere.merge(here)
    elsewhere.load_state_dict(here.state_dict())
    assert (elsewhere.counts.dtype, elsewhere.counts.device.type) == (torch.int64, "meta")
