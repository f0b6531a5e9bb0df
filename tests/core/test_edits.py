"""The edit and the stacking of strokes: numbers computed by hand, and the algebra."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dissect_core.errors import BadShape, BadStroke
from dissect_core.painting.edits import LayerEdit, UnitStroke, apply_edit, compose, over
from tests.refused import refused

unit_interval = st.floats(0, 1, width=32)
activation = st.floats(-100, 100, width=32)
paint = st.tuples(unit_interval, activation)


def cells(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows)


def stroke(alpha: torch.Tensor, units: tuple[int, ...] = (0,), value: float = 1.0, layer: str = "a") -> UnitStroke:
    return UnitStroke(layer, units, (value,) * len(units), alpha)


def numbers(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


# --- the edit, by hand -------------------------------------------------------------------------------------------


def test_an_edit_mixes_the_activation_and_the_value_by_alpha():
    x = torch.tensor([[[[4.0, 4.0], [4.0, 4.0]], [[7.0, 7.0], [7.0, 7.0]]]])  # (1, 2, 2, 2)
    edit = LayerEdit((1,), cells([0.0, 0.25], [0.5, 1.0])[None], torch.full((1, 2, 2), 3.0))
    # 7 (1 - a) + 3 a
    assert apply_edit(x, edit).tolist() == [[[[4, 4], [4, 4]], [[7, 6], [5, 3]]]]


def test_erasing_paints_zero():
    edit = compose([stroke(torch.ones(1, 1), units=(0, 2), value=0.0)])["a"]
    assert apply_edit(torch.tensor([5.0, 6.0, 7.0]).view(1, 3, 1, 1), edit).flatten().tolist() == [0, 6, 0]


def test_two_strokes_on_one_unit_stack_by_the_published_rule():
    # first a = .5, v = 2, then a = .5, v = 10:
    # a' = 1 - (1 - .5)(1 - .5) = .75;  v' = (2 * .5 * .5 + 10 * .5) / .75 = 5.5 / .75 = 22 / 3
    edit = compose([stroke(cells([0.5]), value=2.0), stroke(cells([0.5]), value=10.0)])["a"]
    assert edit.units == (0,)
    assert edit.alpha.tolist() == [[[0.75]]]
    assert edit.value.item() == pytest.approx(22 / 3, rel=1e-6)
    # on x = 4: 4 * .25 + 5.5 = 6.5, as stroke after stroke: 4 -> 3 -> 6.5
    assert apply_edit(torch.full((1, 1, 1, 1), 4.0), edit).item() == pytest.approx(6.5)


def test_the_order_of_strokes_matters_and_full_strength_hides_what_is_below():
    first, second = stroke(cells([0.5]), value=2.0), stroke(cells([1.0]), value=10.0)
    covered = compose([first, second])["a"]
    assert (covered.alpha.item(), covered.value.item()) == (1.0, 10.0)
    # other way round: a' = 1, v' = 10 * .5 + 2 * .5 = 6
    mixed = compose([second, first])["a"]
    assert (mixed.alpha.item(), mixed.value.item()) == (1.0, 6.0)


def test_strokes_on_different_units_do_not_hide_each_other():
    edit = compose([stroke(cells([1.0]), units=(7, 3), value=2.0), stroke(cells([0.5]), units=(3, 5), value=8.0)])["a"]
    assert edit.units == (3, 5, 7)
    assert edit.alpha.flatten().tolist() == [1.0, 0.5, 1.0]
    assert edit.value.flatten().tolist() == [5.0, 8.0, 2.0]  # 3: 2 * .5 + 8 * .5


def test_units_keep_their_own_values():
    edit = compose([UnitStroke("a", (4, 1), (40.0, 10.0), cells([1.0, 0.5]))])["a"]
    assert edit.units == (1, 4)
    assert edit.value.tolist() == [[[10, 10]], [[40, 40]]]
    assert edit.alpha.tolist() == [[[1, 0.5]], [[1, 0.5]]]


def test_several_layers_at_once_keep_their_grids():
    edits = compose(
        [stroke(torch.ones(2, 2), layer="b"), stroke(torch.ones(1, 1), layer="a"), stroke(torch.ones(2, 2), layer="b")]
    )
    assert list(edits) == ["b", "a"]
    assert edits["b"].alpha.shape == (1, 2, 2)
    assert edits["a"].alpha.shape == (1, 1, 1)


def test_no_strokes_are_no_edits():
    assert compose([]) == {}


def test_cells_that_nobody_painted_are_exactly_as_before():
    edit = compose([stroke(cells([0.0, 1e-45, 1.0]), value=9.0), stroke(cells([0.0, 0.0, 0.0]), value=-9.0)])["a"]
    assert bool(edit.value.isfinite().all())
    assert edit.value[0, 0, 0] == 0
    x = torch.tensor([0.1, 0.2, 0.3]).view(1, 1, 1, 3)
    assert torch.equal(apply_edit(x, edit)[..., :2], x[..., :2])


def test_values_beyond_a_types_range_become_the_largest_of_that_range():
    edit = compose([UnitStroke("a", (0, 1), (1e6, -1e6), cells([1.0]))])["a"]
    assert apply_edit(torch.zeros(1, 2, 1, 1, dtype=torch.float16), edit).flatten().tolist() == [65504, -65504]
    assert apply_edit(torch.zeros(1, 2, 1, 1), edit).flatten().tolist() == [1e6, -1e6]


def test_a_strokes_own_precision_does_not_matter():
    edit = compose([stroke(cells([0.5]).double(), value=2.0), stroke(cells([0.5]), value=10.0)])["a"]
    assert (edit.alpha.dtype, edit.value.dtype) == (torch.float32, torch.float32)
    assert edit.alpha.tolist() == [[[0.75]]]


# --- storage -----------------------------------------------------------------------------------------------------


def test_applying_makes_new_storage_and_leaves_the_input_alone():
    x = torch.rand(2, 3, 2, 2)
    before = x.clone()
    out = apply_edit(x, compose([stroke(torch.ones(2, 2), units=(1,))])["a"])
    assert torch.equal(x, before)
    assert out.untyped_storage().data_ptr() != x.untyped_storage().data_ptr()


def test_composing_does_not_share_storage_with_a_stroke():
    alpha = torch.full((2, 2), 0.5)
    edit = compose([stroke(alpha)])["a"]
    alpha.fill_(1.0)
    assert edit.alpha.max() == 0.5


def test_the_memory_format_is_kept():
    x = torch.rand(2, 4, 3, 3).to(memory_format=torch.channels_last)
    out = apply_edit(x, compose([stroke(torch.ones(3, 3))])["a"])
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_edits_are_frozen():
    one = stroke(torch.ones(1, 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.layer = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        compose([one])["a"].units = (1,)


# --- the algebra -------------------------------------------------------------------------------------------------


@given(old=paint, new=paint)
def test_alpha_stays_in_range_only_grows_and_the_value_stays_between(
    old: tuple[float, float], new: tuple[float, float]
):
    alpha, value = (x.item() for x in over(*map(torch.tensor, old), *map(torch.tensor, new)))
    assert max(old[0], new[0]) <= alpha + 1e-7
    assert alpha <= 1
    slack = 1e-4
    assert min(old[1], new[1]) - slack <= value <= max(old[1], new[1]) + slack


@given(old=paint, new=paint)
def test_the_rule_is_the_published_one(old: tuple[float, float], new: tuple[float, float]):
    alpha, value = over(*map(numbers, old), *map(numbers, new))
    published = 1 - (1 - new[0]) * (1 - old[0])
    assert alpha.item() == pytest.approx(published, abs=1e-12)
    assert (alpha * value).item() == pytest.approx(old[1] * old[0] * (1 - new[0]) + new[1] * new[0], abs=1e-9)


@given(a=paint, b=paint, c=paint)
def test_stacking_is_associative(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]):
    a_, b_, c_ = (tuple(map(numbers, layer)) for layer in (a, b, c))
    left = over(*over(*a_, *b_), *c_)
    right = over(*a_, *over(*b_, *c_))
    assert left[0].item() == pytest.approx(right[0].item(), abs=1e-12)
    assert (left[0] * left[1]).item() == pytest.approx((right[0] * right[1]).item(), abs=1e-9)


@given(below=paint, new=paint)
def test_nothing_over_and_nothing_below_change_nothing(below: tuple[float, float], new: tuple[float, float]):
    old = tuple(map(torch.tensor, below))
    kept = over(*old, torch.tensor(0.0), torch.tensor(new[1]))
    assert torch.equal(kept[0], old[0])
    assert torch.equal(kept[1], old[1])
    if new[0] > 0:
        painted = over(torch.tensor(0.0), torch.tensor(below[1]), *map(torch.tensor, new))
        assert painted[0].item() == new[0]
        assert painted[1].item() == new[1]


@given(below=paint, value=activation)
def test_at_full_strength_painting_twice_is_painting_once(below: tuple[float, float], value: float):
    new = (torch.tensor(1.0), torch.tensor(value))
    once = over(*map(torch.tensor, below), *new)
    assert (once[0].item(), once[1].item()) == (1.0, value)
    twice = over(*once, *new)
    assert (twice[0].item(), twice[1].item()) == (1.0, value)


@given(
    strokes=st.lists(st.tuples(st.sets(st.integers(0, 3), min_size=1), paint), min_size=1, max_size=6),
    seed=st.integers(0, 99),
)
@settings(max_examples=50, deadline=None)
def test_the_stack_does_what_its_strokes_do_one_after_the_other(
    strokes: list[tuple[set[int], tuple[float, float]]], seed: int
):
    x = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(seed))
    stack = [
        stroke(torch.linspace(0, alpha, 9).view(3, 3), units=tuple(units), value=value)
        for units, (alpha, value) in strokes
    ]
    expected = x
    for one in stack:
        expected = apply_edit(expected, compose([one])["a"])
    torch.testing.assert_close(apply_edit(x, compose(stack)["a"]), expected, rtol=1e-5, atol=1e-4)


# --- errors ------------------------------------------------------------------------------------------------------

UNITS = "distinct unit numbers from 0"
VALUES = "finite numbers from -1e+06 to 1e+06"
MAP = "(h, w) floating point"
RANGE = "0 to 1 in every cell"


@pytest.mark.parametrize(
    ("field", "given", "message", "value", "allowed"),
    [
        ("units", (), "no usable units", "()", UNITS),
        ("units", (1, 1), "no usable units", "(1, 1)", UNITS),
        ("units", (-1, 1), "no usable units", "(-1, 1)", UNITS),
        ("values", (1.0,), "1 values for 2 units", "1 values for 2 units", "one value per unit"),
        ("values", (float("inf"), 1.0), "cannot paint the value inf", float("inf"), VALUES),
        ("values", (1.0, 1e7), "cannot paint the value 10000000.0", 1e7, VALUES),
        ("values", (1.0, -1000000.5), "cannot paint the value -1000000.5", -1000000.5, VALUES),
        ("alpha", torch.ones(1, 2, 2), "alpha is not a map", "(1, 2, 2) torch.float32", MAP),
        ("alpha", torch.ones(2, 2, dtype=torch.int64), "alpha is not a map", "(2, 2) torch.int64", MAP),
        ("alpha", cells([0.0, 1.5]), "alpha outside its range", "a map", RANGE),
        ("alpha", cells([-0.1, 1.0]), "alpha outside its range", "a map", RANGE),
        ("alpha", cells([float("nan"), 1.0]), "alpha outside its range", "a map", RANGE),
    ],
)
def test_a_stroke_that_cannot_be_applied_says_why(field: str, given: object, message: str, value: object, allowed: str):
    good = {"layer": "a", "units": (0, 1), "values": (1e6, -1e6), "alpha": cells([0.0, 1.0])}
    UnitStroke(**good)
    with refused(BadStroke, message, field=field, value=value, allowed=allowed):
        UnitStroke(**{**good, field: given})


def test_a_value_that_is_no_number_cannot_be_painted():
    with pytest.raises(BadStroke, match="cannot paint the value nan"):
        stroke(cells([1.0]), value=float("nan"))


def test_strokes_that_disagree_about_the_grid_are_an_error():
    with refused(BadStroke, "two grids on a", field="alpha", value="(4, 4)", allowed="(2, 2) as before"):
        compose([stroke(torch.ones(2, 2)), stroke(torch.ones(4, 4))])


def test_an_edit_for_another_grid_or_for_units_the_layer_lacks_is_an_error():
    edit = compose([stroke(torch.ones(2, 3), units=(4,))])["a"]
    assert apply_edit(torch.zeros(1, 5, 2, 3), edit).sum() == 6
    for grid in ((4, 3), (2, 4), (3, 2)):
        with refused(BadShape, "the edit is for another grid", field="alpha", value="(2, 3)", allowed=f"{grid}"):
            apply_edit(torch.zeros(1, 5, *grid), edit)
    with refused(BadStroke, "no unit 4", field="units", value=4, allowed="0 to 3"):
        apply_edit(torch.zeros(1, 4, 2, 3), edit)
    with refused(BadShape, "no feature maps: (4, 2, 3)", field="x", value="(4, 2, 3)", allowed="(N, C, h, w)"):
        apply_edit(torch.zeros(4, 2, 3), edit)


MAPS = torch.full((2, 3, 3), 0.5)


@pytest.mark.parametrize(
    ("units", "alpha", "value", "field"),
    [
        ((), MAPS[:0], MAPS[:0], "units"),
        ((1, 1), MAPS, MAPS, "units"),
        ((-1, 2), MAPS, MAPS, "units"),
        ((1, 2, 3), MAPS, MAPS, "alpha"),
        ((1, 2), MAPS[0], MAPS[0], "alpha"),
        ((1, 2), MAPS, MAPS[:1], "value"),
        ((1, 2), MAPS, MAPS[:, :2], "value"),
        ((1, 2), MAPS.long(), MAPS, "alpha"),
        ((1, 2), MAPS * float("nan"), MAPS, "alpha"),
        ((1, 2), MAPS * 3, MAPS, "alpha"),
        ((1, 2), MAPS, MAPS * float("nan"), "value"),
        ((1, 2), MAPS, MAPS * float("inf"), "value"),
    ],
)
def test_a_layer_edit_is_checked_when_it_is_made(
    units: tuple[int, ...], alpha: torch.Tensor, value: torch.Tensor, field: str
) -> None:
    with pytest.raises(BadStroke) as caught:
        LayerEdit(units, alpha, value)
    assert caught.value.field == field


def test_strokes_over_an_edit_are_the_same_bits_as_all_of_them_together() -> None:
    torch.manual_seed(0)
    strokes = [
        UnitStroke(layer, units, tuple(torch.randn(len(units)).tolist()), torch.rand(4, 4).round(decimals=1))
        for layer, units in (("a", (0, 2)), ("b", (1,)), ("a", (1, 2)), ("a", (0,)), ("c", (3,)))
    ]
    whole = compose(strokes)
    for cut in range(len(strokes) + 1):
        parts = compose(strokes[cut:], compose(strokes[:cut]))
        assert parts.keys() == whole.keys()
        for layer, edit in whole.items():
            assert parts[layer].units == edit.units
            assert torch.equal(parts[layer].alpha, edit.alpha)
            assert torch.equal(parts[layer].value, edit.value)
