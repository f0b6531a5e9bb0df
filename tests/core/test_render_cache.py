"""The memory of rendered pictures: bounded in bytes, shared tensors counted once."""

from __future__ import annotations

import torch

from dissect_core.painting.edits import LayerEdit
from dissect_core.render.cache import Activations, State, States, own
from dissect_core.render.window import Window, whole

NINE = Activations(torch.arange(9.0).view(1, 1, 3, 3))


def state(*bases: torch.Tensor) -> State:
    """40 bytes of picture and the activations."""
    return State({}, tuple(map(Activations, bases)), torch.zeros(10))


def numbers(activations: Activations, window: Window) -> list[list[float]]:
    return activations.part(window)[0, 0].tolist()


def test_a_change_is_laid_over_the_base_which_stays_as_it_was():
    corner = NINE.changed(Window(1, 1, 3, 3), torch.tensor([[[[40.0, 50.0], [70.0, 80.0]]]]))
    assert numbers(corner, whole(3)) == [[0, 1, 2], [3, 40, 50], [6, 70, 80]]
    assert numbers(corner, Window(1, 1, 2, 3)) == [[40, 50]]
    assert numbers(corner, Window(0, 0, 1, 3)) == [[0, 1, 2]]
    assert numbers(corner, Window(0, 2, 3, 3)) == [[2], [50], [80]]
    assert numbers(NINE, whole(3)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert corner.base is NINE.base


def test_a_later_change_goes_over_an_earlier_one():
    first = NINE.changed(Window(0, 0, 2, 2), torch.tensor([[[[10.0, 11.0], [13.0, 14.0]]]]))
    second = first.changed(Window(1, 1, 2, 3), torch.tensor([[[[24.0, 25.0]]]]))
    assert numbers(second, whole(3)) == [[10, 11, 2], [13, 24, 25], [6, 7, 8]]
    assert numbers(first, whole(3)) == [[10, 11, 2], [13, 14, 5], [6, 7, 8]]
    assert (second.window, second.base) == (Window(0, 0, 2, 3), NINE.base)


def test_a_change_of_every_cell_forgets_the_base():
    everything = NINE.changed(Window(0, 0, 2, 3), torch.ones(1, 1, 2, 3)).changed(
        Window(2, 0, 3, 3), torch.zeros(1, 1, 1, 3)
    )
    assert numbers(everything, whole(3)) == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]
    assert [tensor.nbytes for tensor in everything.tensors] == [36]


def test_a_row_of_a_batch_is_kept_without_the_others():
    batch = torch.arange(6.0).view(3, 2)
    assert own(batch[1:2]).untyped_storage().nbytes() == 8
    assert own(batch) is batch


def test_the_least_recently_used_leaves_when_the_bytes_are_used_up():
    states = States(100)
    first, second, third = state(), state(), state()
    states.put((1, None), first)
    states.put((2, None), second)
    assert states.get((1, None)) is first
    states.put((3, None), third)
    assert (states.get((1, None)), states.get((2, None)), states.get((3, None))) == (first, None, third)
    assert (states.bytes, len(states)) == (80, 2)


def test_a_tensor_of_two_states_is_counted_once_and_until_the_last_one_leaves():
    states, shared = States(1000), torch.zeros(100)
    states.put((1, None), state(shared))
    states.put((1, "me"), state(shared, torch.zeros(5)))
    assert states.bytes == 400 + 40 + 40 + 20
    states.put((1, None), state())
    assert states.bytes == 400 + 40 + 40 + 20
    states.put((1, "me"), state())
    assert states.bytes == 80


def test_the_edits_of_a_state_are_counted_too():
    states = States(1000)
    edit = LayerEdit((0, 1), torch.ones(2, 2, 2), torch.ones(2, 2, 2))
    states.put((1, "somebody"), State({"layer3": edit}, (), torch.zeros(10)))
    assert states.bytes == 40 + 2 * 32


def test_a_state_larger_than_everything_is_not_kept():
    states = States(100)
    states.put((1, None), state())
    states.put((2, None), state(torch.zeros(1000)))
    assert (states.bytes, len(states)) == (0, 0)
