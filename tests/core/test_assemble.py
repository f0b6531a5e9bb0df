"""Sets are assembled by what they are worth together."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.brushes.assemble import AssemblySpec, assemble

SPEC = AssemblySpec(rounds=12, sets=32, pull=0.6)


def test_units_that_are_worth_something_only_together_are_found() -> None:
    def worth(units: Tensor) -> float:
        return float({30, 31, 32} <= set(units.tolist())) + 0.1 * len({30, 31, 32} & set(units.tolist()))

    found = assemble(range(10, 40), 6, worth, SPEC)
    assert {30, 31, 32} <= set(found[:6].tolist())
    assert sorted(found.tolist()) == list(range(10, 40))


def test_the_same_worths_give_the_same_order() -> None:
    orders = [assemble(range(20), 4, lambda units: float(units.sum()), SPEC) for _ in range(2)]
    assert torch.equal(*orders)
    assert set(orders[0][:4].tolist()) == {16, 17, 18, 19}


def test_the_set_that_was_worth_most_comes_first() -> None:
    tried: dict[tuple[int, ...], float] = {}

    def worth(units: Tensor) -> float:
        return tried.setdefault(tuple(sorted(units.tolist())), float(len(tried) == 3))  # the fourth one, by luck

    found = assemble(range(20), 4, worth, AssemblySpec(rounds=3, sets=4))
    assert tuple(sorted(found[:4].tolist())) == list(tried)[3]


def test_sets_are_no_larger_than_what_there_is() -> None:
    sizes: list[int] = []
    found = assemble([5, 3], 20, lambda units: float(sizes.append(len(units)) or 0), AssemblySpec(rounds=1, sets=2))
    assert sorted(found.tolist()) == [3, 5]
    assert sizes == [2, 2, 2]  # two at random, and at last the likeliest


def test_without_rounds_the_first_stay_first() -> None:
    assert assemble([9, 4, 7], 2, lambda units: 0.0, AssemblySpec(rounds=0)).tolist()[:2] == [9, 4]
