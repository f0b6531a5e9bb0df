"""A painting is composed from what is remembered of it: the same bits, whatever was asked before."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dissect_core.painting.edits import UnitStroke, compose
from server.painting.composer import Composer, Edits

Stroke = tuple[str, tuple[int, ...], float, int]
"""Layer, units, value, and the seed of its alpha; an alpha of seed 0 touches nothing."""

STROKES = st.tuples(
    st.sampled_from(["layer4", "layer5"]),
    st.sampled_from([(0,), (1, 2), (0, 2, 3)]),
    st.floats(-2, 2, width=32),
    st.integers(0, 4),
)


def unit_stroke(stroke: Stroke) -> UnitStroke | None:
    layer, units, value, seed = stroke
    if seed == 0:
        return None
    alpha = torch.rand(4, 4, generator=torch.Generator().manual_seed(seed))
    return UnitStroke(layer, units, (value,) * len(units), torch.where(alpha > 0.5, alpha, torch.zeros(1)))


def composed(composer: Composer, strokes: list[Stroke], read: list[int] | None = None) -> Edits:
    def one(number: int) -> UnitStroke | None:
        if read is not None:
            read.append(number)
        return unit_stroke(strokes[number])

    return composer.edits(tuple(strokes), one)


def same(found: Edits, strokes: list[Stroke]) -> bool:
    wanted = compose([stroke for one in strokes if (stroke := unit_stroke(one)) is not None])
    pairs: list[tuple[Tensor, Tensor]] = []
    for layer in wanted.keys() | found.keys():
        if layer not in wanted or layer not in found or wanted[layer].units != found[layer].units:
            return False
        pairs += [(wanted[layer].alpha, found[layer].alpha), (wanted[layer].value, found[layer].value)]
    return all(torch.equal(a, b) for a, b in pairs)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(STROKES, max_size=5), max_size=6), st.sampled_from([0, 3000, 10**6]))
def test_every_painting_has_the_bits_of_composing_all_of_its_strokes(
    paintings: list[list[Stroke]], most_bytes: int
) -> None:
    composer = Composer(most_bytes)
    for strokes in paintings:
        for length in range(len(strokes) + 1):  # as they are drawn, one after the other
            assert same(composed(composer, strokes[:length]), strokes[:length])


def test_a_newest_stroke_that_grows_reads_only_itself() -> None:
    composer, old = Composer(10**6), [("layer4", (0,), float(number), 1) for number in range(20)]
    composed(composer, [*old, ("layer4", (1, 2), 1.0, 2)])
    for seed in (3, 4):
        read: list[int] = []
        strokes = [*old, ("layer4", (1, 2), 1.0, seed)]
        assert same(composed(composer, strokes, read), strokes)
        assert read == [20]


def test_the_next_stroke_reads_only_itself_and_the_same_painting_nothing() -> None:
    composer, old = Composer(10**6), [("layer4", (0,), float(number), 1) for number in range(20)]
    composed(composer, old)
    read: list[int] = []
    composed(composer, [*old, ("layer5", (1,), 1.0, 2)], read)
    assert read == [20]
    composed(composer, [*old, ("layer5", (1,), 1.0, 2)], read)
    assert read == [20]


def test_without_room_everything_is_read_again() -> None:
    composer, strokes = Composer(0), [("layer4", (0,), 1.0, 1), ("layer4", (0,), 2.0, 2)]
    for _ in range(2):
        read: list[int] = []
        composed(composer, strokes, read)
        assert read == [0, 1]
