"""What the benchmark prints is what it measured."""

from __future__ import annotations

import math

from tests.benchmarks.classroom import PREVIEWS, STROKES, paint
from tests.benchmarks.turns import compared, figure, in_turns, rate_row, rates, table, waiting


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


def test_rates_are_those_of_the_tenths_of_a_run() -> None:
    steady = [n / 10 for n in range(41)]
    assert [round(rate) for rate in rates(steady)] == [10] * 10
    slowing = [*range(5), *range(6, 14, 2)]  # one a second, then one in two
    assert rates(slowing) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]
    row = rate_row("strokes", "strokes/s", steady, slowing, goal="fast")
    assert (row.reference, row.ours, row.times) == (0.8, 10, 13.33)


def test_waiting_is_shown_in_milliseconds() -> None:
    row = waiting("answer", [0.010, 0.020, 0.030], [0.080])
    assert (row.reference, row.ours, row.times) == (80, 20, 4)


def test_a_student_never_sends_the_same_painting_twice_and_paintings_grow() -> None:
    strokes = [previews for previews, _ in zip(paint("church", 3), range(STROKES + 1), strict=False)]
    sent = [str(painting) for previews in strokes for painting in previews]
    assert len(sent) == len(set(sent)) == (STROKES + 1) * PREVIEWS
    assert [len(previews[-1]["strokes"]) for previews in strokes] == [*range(1, STROKES + 1), 1]
    assert strokes[0][0]["seed"] != strokes[STROKES][0]["seed"]
