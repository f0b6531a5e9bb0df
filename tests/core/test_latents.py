"""Image ids name the same latents as in the original, and only those that exist."""

import hashlib
import threading

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dissect_core.errors import BadSeed, BadShape
from dissect_core.models import latents as module
from dissect_core.models.latents import MAX_ID, STRIDE, latents


def reference(count: int, size: int) -> np.ndarray:
    return np.random.RandomState(1).standard_normal((count, size)).astype(np.float32)


def test_the_first_ids_are_the_originals_numbers():
    z = latents(range(10), 512)
    assert z.shape == (10, 512)
    assert z.dtype == torch.float32
    # zdataset.standard_z_sample(10, 512, seed=1), the z of the original's image ids
    assert z[0, :4].tolist() == pytest.approx([1.6243454, -0.6117564, -0.5281718, -1.0729686], abs=1e-6)
    assert hashlib.sha256(z.numpy().tobytes()).hexdigest() == GOLDEN_512
    assert np.array_equal(z.numpy(), reference(10, 512))


def test_the_demo_image_1362_is_its_row_of_a_long_sample():
    assert np.array_equal(latents([1362, 104], 512).numpy(), reference(1363, 512)[[1362, 104]])


@given(ids=st.lists(st.integers(0, 5 * STRIDE), max_size=20), size=st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_a_row_depends_on_its_id_only(ids: list[int], size: int):
    assert np.array_equal(latents(ids, size).numpy(), reference(5 * STRIDE + 1, size)[np.array(ids, int)])


def test_an_odd_size_keeps_the_spare_gaussian_between_blocks():
    assert np.array_equal(latents(range(3 * STRIDE), 7).numpy(), reference(3 * STRIDE, 7))


def test_no_ids_give_no_rows():
    assert latents([], 16).shape == (0, 16)


def test_numpy_ids_are_ids():
    assert torch.equal(latents(np.arange(3), 4), latents([0, 1, 2], 4))


def test_the_last_id_is_reachable_and_then_remembered():
    first = latents([MAX_ID], 4)
    assert np.array_equal(first[0].numpy(), reference(MAX_ID + 1, 4)[MAX_ID])
    remembered = len(module._stream(4).starts)
    assert remembered == MAX_ID // STRIDE + 1
    assert torch.equal(latents([MAX_ID], 4), first)
    assert len(module._stream(4).starts) == remembered


def test_threads_agree_while_the_stream_is_walked_for_the_first_time():
    size, results = 11, {}

    def work(start: int) -> None:
        results[start] = latents(range(start, 3000, 7), size)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = reference(3000, size)
    for start, rows in results.items():
        assert np.array_equal(rows.numpy(), expected[start:3000:7])


def test_numpys_global_generator_is_left_alone():
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    latents([3], 6)
    assert np.array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize("bad", [-1, MAX_ID + 1, 10**30, 1.0, True, "3", None, float("nan")])
def test_a_bad_id_is_named(bad: object):
    with pytest.raises(BadSeed) as caught:
        latents([0, bad], 8)
    assert caught.value.field == "seed"
    assert str(MAX_ID) in caught.value.allowed


@pytest.mark.parametrize("size", [0, -1, 10**6])
def test_a_bad_size_is_named(size: int):
    with pytest.raises(BadShape, match="size"):
        latents([0], size)


GOLDEN_512 = "0eeac0c1ceb8030ea84f92133124a95a12ff9b809375cbaedbb01fa13ca6fd50"


def test_an_image_is_near_once_the_stream_was_drawn_so_far() -> None:
    size = 7  # of no network here
    assert module.is_near(module.STRIDE - 1, size)
    assert not module.is_near(40 * module.STRIDE, size)
    module.latents([40 * module.STRIDE], size)
    assert module.is_near(40 * module.STRIDE, size)
    assert not module.is_near(41 * module.STRIDE, size)
