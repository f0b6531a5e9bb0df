"""The best images of every unit, whatever the order in which they come."""

import math
from itertools import pairwise

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dissect_core.errors import BadShape
from dissect_core.stats.top import NOBODY, STATE, TopImages
from tests.refused import refused


def some_maps(seed: int, images: int) -> torch.Tensor:
    """Maps (images, 3, 2, 2) of few distinct values, so that there are ties."""
    return torch.randint(0, 4, (images, 3, 2, 2), generator=torch.Generator().manual_seed(seed)).float()


def test_by_hand_three_images_and_two_places() -> None:
    top = TopImages(1, 2)
    maps = torch.tensor([[[1.0, 5.0], [0.0, 5.0]], [[7.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [5.0, 0.0]]])
    top.add(torch.tensor([30, 10, 20]), maps[:, None])
    assert top.scores.tolist() == [[7, 5]]
    assert top.images.tolist() == [[10, 20]]  # 20 and 30 peak alike: the smaller number first
    assert top.places.tolist() == [[0, 2]]


def test_fewer_images_than_places_leave_the_rest_empty() -> None:
    top = TopImages(1, 3)
    top.add(torch.tensor([4]), torch.full((1, 1, 2, 2), -1.0))
    assert top.images.tolist() == [[4, NOBODY, NOBODY]]
    assert top.scores.tolist()[0][0] == -1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 12), max_size=4), shuffle=st.randoms())
def test_any_split_order_and_merge_gives_the_same_list(seed: int, cuts: list[int], shuffle: object) -> None:
    maps, numbers = some_maps(seed, 12), list(range(100, 112))
    best = sorted(range(12), key=lambda n: (-float(maps[n, 1].max()), n))[:4]
    shuffle.shuffle(numbers)
    parts = []
    for a, b in pairwise([0, *sorted(cuts), 12]):
        part = TopImages(3, 4)
        for unit in range(3):
            chosen = [number - 100 for number in numbers[a:b]]
            part.add(torch.tensor(numbers[a:b], dtype=torch.int64), maps[chosen, unit : unit + 1], unit)
        parts.append(part)
    for part in parts[1:]:
        parts[0].merge(part)
    assert parts[0].images[1].tolist() == [100 + n for n in best]
    assert parts[0].scores[1].tolist() == [float(maps[n, 1].max()) for n in best]
    assert parts[0].places[1].tolist() == [int(maps[n, 1].flatten().argmax()) for n in best]


def test_a_saved_list_goes_on_where_it_stopped() -> None:
    maps = some_maps(5, 8)
    whole, first, second = (TopImages(3, 2) for _ in range(3))
    whole.add(torch.arange(8), maps)
    first.add(torch.arange(5), maps[:5])
    second.load_state_dict(first.state_dict())
    second.add(torch.arange(5, 8), maps[5:])
    assert all(torch.equal(getattr(whole, name), getattr(second, name)) for name in STATE)


def test_whoever_is_better_than_the_last_gets_in_or_as_good_with_a_smaller_number() -> None:
    top = TopImages(1, 3)
    for image, score in ((1, 9.0), (2, 5.0), (3, 1.0), (4, 3.0)):
        top.add(torch.tensor([image]), torch.full((1, 1, 1, 1), score))
    assert (top.images.tolist(), top.scores.tolist()) == ([[1, 2, 4]], [[9, 5, 3]])
    top.add(torch.tensor([0]), torch.full((1, 1, 1, 1), 3.0))
    assert (top.images.tolist(), top.scores.tolist()) == ([[1, 2, 0]], [[9, 5, 3]])


def test_units_can_be_left_out_and_the_list_stays() -> None:
    top = TopImages(3, 2)
    top.add(torch.arange(5), some_maps(6, 5))
    before = {name: getattr(top, name).clone() for name in STATE}
    kept = top.without(torch.tensor([False, True, False]))
    assert (kept.images[1].tolist(), kept.places[1].tolist()) == ([NOBODY, NOBODY], [NOBODY, NOBODY])
    assert kept.scores[1].tolist() == [-math.inf, -math.inf]
    for name in STATE:
        assert torch.equal(getattr(kept, name)[::2], before[name][::2])
        assert torch.equal(getattr(top, name), before[name])


def test_a_list_stays_on_its_device() -> None:
    here, elsewhere = TopImages(2, 3), TopImages(2, 3, "meta")
    elsewhere.merge(here)
    for top in (elsewhere, TopImages(2, 3, "meta")):
        top.load_state_dict(here.state_dict())
        assert {getattr(top, name).device.type for name in STATE} == {"meta"}


def test_other_units_are_refused() -> None:
    for first, unfit in ((0, (1, 3, 2, 2)), (1, (1, 2, 2, 2)), (-1, (1, 2, 2, 2)), (0, (2, 2, 2, 2))):
        message, allowed = f"maps of shape {unfit} from unit {first} do not fit", "(1, U', G, G) with units inside 0..1"
        with refused(BadShape, message, field="maps", value=f"{unfit}", allowed=allowed):
            TopImages(2, 3).add(torch.arange(1), torch.zeros(unfit), first)
    with refused(BadShape, "a list of other units", field="scores", value="(2, 4)", allowed="(2, 3)"):
        TopImages(2, 3).merge(TopImages(2, 4))
    with refused(BadShape, "a list of other units", field="scores", value="(1, 3)", allowed="(2, 3)"):
        TopImages(2, 3).load_state_dict(TopImages(1, 3).state_dict())
