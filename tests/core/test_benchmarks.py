"""What the benchmark prints is what it measured."""

from __future__ import annotations

import math

from tests.benchmarks.turns import compared, figure, in_turns, table


def test_a_row_compares_medians_by_both_clocks() -> None:
    ours, reference = [(2.0, 1.0), (4.0, 3.0), (3.0, 2.0)], [(30.0, 8.0), (12.0, 8.0), (90.0, 8.0)]
    row = compared("stroke", ours, reference, each=3, goal="fast")
    assert (row.reference, row.ours, row.times, row.goal) == (30, 1, 30, "fast")
    assert row.cpu == 12  # 8 ms against 2 ms for three
    assert row.spread == (0.733, 1.267)  # a tenth of the way from the ends: 2.2 and 3.8, for three


def test_every_case_takes_its_turn_and_warming_up_does_not_count() -> None:
    order: list[str] = []
    times = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3, warm_up=1)
    assert order == list("abababab")
    assert [len(runs) for runs in times.values()] == [3, 3]


def test_what_the_reference_does_not_have_is_left_empty() -> None:
    row = figure("memory", "MiB", [3.0, 1.0, 2.0])
    assert row.ours == 2
    assert math.isnan(row.reference)
    assert row.as_dict()["reference"] is None
    assert "nan" not in table([row])
