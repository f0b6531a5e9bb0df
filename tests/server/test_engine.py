"""The engine: batches of what waits, cancelled work skipped, overload refused, one failure alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

import pytest
import torch
from torch import Tensor

from dissect_core.painting.edits import LayerEdit
from dissect_core.render import Renderer, Request
from server.work.engine import Engine, Overloaded, Stopped
from tests.toy_precomputed import toy_generator

MODEL = "toy"


class HeldRenderer(Renderer):
    """A toy network's renderer that counts its passes and waits in each until it is let go."""

    def __init__(self) -> None:
        super().__init__(toy_generator(32, 1), dtype=torch.float32)
        self.batches: list[int] = []
        self.requests: list[Request] = []
        self.entered = threading.Event()
        self.go = threading.Event()

    def render(self, requests: Sequence[Request]) -> Tensor:
        self.batches.append(len(requests))
        self.requests += requests
        self.entered.set()
        assert self.go.wait(30)
        return super().render(requests)


@pytest.fixture
def held() -> HeldRenderer:
    return HeldRenderer()


@pytest.fixture
def engine(held: HeldRenderer) -> Iterator[Engine]:
    with Engine({MODEL: held}, max_batch=4, max_waiting=6, threads=1) as running:
        yield running
        held.go.set()


def edit(value: float, grid: int = 8) -> dict[str, LayerEdit]:
    alpha = torch.zeros(2, grid, grid)
    alpha[:, 2:5, 2:5] = 1
    return {"layer4": LayerEdit((1, 3), alpha, torch.full_like(alpha, value))}


def test_what_waits_becomes_one_pass(engine: Engine, held: HeldRenderer) -> None:
    first = engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    later = [engine.submit(MODEL, seed, edit(seed)) for seed in (1, 2, 3)]
    held.go.set()
    assert first.result(30).batch == 1
    assert [future.result(30).batch for future in later] == [3, 3, 3]
    assert held.batches == [1, 3]
    assert engine.tally(MODEL).passes == 2
    assert engine.tally(MODEL).pictures == 4


def test_a_batch_has_a_limit(engine: Engine, held: HeldRenderer) -> None:
    futures = [engine.submit(MODEL, 0, {})]
    assert held.entered.wait(10)
    futures += [engine.submit(MODEL, seed, {}) for seed in range(1, 7)]
    held.go.set()
    for future in futures:
        future.result(30)
    assert held.batches == [1, 4, 2]


def test_too_many_waiting_are_refused(engine: Engine, held: HeldRenderer) -> None:
    engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    for seed in range(6):
        engine.submit(MODEL, seed, {})
    with pytest.raises(Overloaded) as refused:
        engine.submit(MODEL, 7, {})
    assert refused.value.waiting == 6


def test_who_would_wait_too_long_is_refused_before_everybody_waits(held: HeldRenderer) -> None:
    with Engine({MODEL: held}, max_batch=4, max_wait_s=1.0, threads=1) as engine:
        engine.submit(MODEL, 0, {})
        assert held.entered.wait(10)
        engine.tally(MODEL).ms_per_picture = 400
        for seed in (1, 2, 3):  # the last of them expects to wait for two others, 0.8 s
            engine.submit(MODEL, seed, {})
        with pytest.raises(Overloaded) as refused:
            engine.submit(MODEL, 4, {})
        assert (refused.value.waiting, refused.value.expected_s) == (3, pytest.approx(1.2))
        held.go.set()


def test_drafts_are_refused_before_finished_strokes(held: HeldRenderer) -> None:
    with Engine({MODEL: held}, max_wait_s=5.0, max_draft_wait_s=1.0, threads=1) as engine:
        engine.submit(MODEL, 0, {})
        assert held.entered.wait(10)
        engine.tally(MODEL).ms_per_picture = 1500
        engine.submit(MODEL, 1, {}, draft=True)  # nobody waits yet
        with pytest.raises(Overloaded) as refused:
            engine.submit(MODEL, 2, {}, draft=True)
        assert "1 s" in refused.value.allowed
        engine.submit(MODEL, 2, {})
        held.go.set()


class Clock:
    """A clock that stands still until it is moved, in place of the engine's `time`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = threading.Semaphore(0)

    def perf_counter(self) -> float:
        self.asked.release()
        return self.now


def test_the_pace_follows_the_latest_passes_and_counts_waiting_for_others(
    engine: Engine, held: HeldRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("server.work.engine.time", clock)
    tally, first = engine.tally(MODEL), engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    clock.now += 0.1
    held.go.set()
    assert first.result(30).render_ms == pytest.approx(100)
    assert tally.ms_per_picture == pytest.approx(0.2 * 100)
    while clock.asked.acquire(blocking=False):
        pass
    with engine.gate(held.device):  # somebody else uses the device
        second = engine.submit(MODEL, 0, {})
        assert clock.asked.acquire(timeout=10)  # from here on the second could have been rendered
        clock.now += 1
    assert second.result(30).render_ms == 0
    assert tally.ms_per_picture == pytest.approx(20 + 0.2 * (1000 - 20))


def test_a_cancelled_render_is_skipped(engine: Engine, held: HeldRenderer) -> None:
    engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    dropped, kept = engine.submit(MODEL, 1, {}), engine.submit(MODEL, 2, {})
    assert dropped.cancel()
    held.go.set()
    assert kept.result(30).batch == 1
    assert held.batches == [1, 1]
    assert engine.tally(MODEL).cancelled == 1
    with pytest.raises(CancelledError):
        dropped.result()


def test_cancelled_renders_leave_their_room_in_the_line_and_in_the_batch(engine: Engine, held: HeldRenderer) -> None:
    engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    for future in [engine.submit(MODEL, seed, {}, client="a") for seed in range(1, 7)]:
        assert future.cancel()
    assert engine.waiting(MODEL) == 0
    kept = [engine.submit(MODEL, seed, {}, client="b") for seed in range(7, 13)]
    held.go.set()
    assert [future.result(30).batch for future in kept] == [4, 4, 4, 4, 2, 2]
    assert engine.tally(MODEL).cancelled == 6


def test_one_bad_edit_does_not_spoil_the_batch(
    engine: Engine, held: HeldRenderer, caplog: pytest.LogCaptureFixture
) -> None:
    engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    good, bad = engine.submit(MODEL, 1, {}), engine.submit(MODEL, 2, edit(1.0, grid=5))
    held.go.set()
    assert good.result(30).picture.shape == (32, 32, 3)
    with pytest.raises(Exception, match="grid"):
        bad.result(30)
    assert engine.tally(MODEL).failed == 1
    assert engine.alive


def test_stopping_fails_what_waits() -> None:
    held = HeldRenderer()
    engine = Engine({MODEL: held}, max_batch=1, threads=1)
    engine.start()
    begun = engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    waiting = engine.submit(MODEL, 1, {})
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    with pytest.raises(Stopped):
        waiting.result(10)
    held.go.set()
    stopping.join(30)
    assert begun.result(1).picture.shape == (32, 32, 3)
    assert not engine.alive
    with pytest.raises(Stopped):
        engine.submit(MODEL, 2, {})


def test_a_picture_does_not_depend_on_what_it_was_batched_with(held: HeldRenderer) -> None:
    held.go.set()

    def pictures(max_batch: int) -> list[Tensor]:
        engine = Engine({MODEL: held}, max_batch=max_batch, threads=1)
        futures = [engine.submit(MODEL, seed, edit(3.0) if seed % 2 else {}) for seed in range(8)]  # wait for the start
        with engine:
            return [future.result(30).picture for future in futures]

    alone = pictures(1)
    for together in (pictures(3), pictures(8)):
        for one, other in zip(alone, together, strict=True):
            assert (one.int() - other.int()).abs().max() <= 1


def test_keeping_a_picture_does_not_keep_its_batch(engine: Engine, held: HeldRenderer) -> None:
    first = engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    later = [engine.submit(MODEL, seed, edit(seed)) for seed in (1, 2, 3)]
    held.go.set()
    pictures = [future.result(30).picture for future in (first, *later)]
    assert [picture.untyped_storage().nbytes() for picture in pictures] == [picture.nbytes for picture in pictures]
    assert len({picture.data_ptr() for picture in pictures}) == 4


def test_a_clients_paintings_of_an_image_are_one_session(engine: Engine, held: HeldRenderer) -> None:
    held.go.set()
    for client, seed in (("me", 5), ("you", 5), ("me", 6)):
        engine.submit(MODEL, seed, edit(1.0), client=client).result(30)
    assert [(request.picture, request.session) for request in held.requests] == [(5, "me"), (5, "you"), (6, "me")]


def test_networks_of_one_device_run_one_at_a_time() -> None:
    first, second = HeldRenderer(), HeldRenderer()
    with Engine({"a": first, "b": second}, threads=1) as engine:
        one = engine.submit("a", 0, {})
        assert first.entered.wait(10)
        other = engine.submit("b", 0, {})
        assert not second.entered.wait(0.1)
        first.go.set()
        second.go.set()
        results: list[Any] = [one.result(30), other.result(30)]
    assert [result.batch for result in results] == [1, 1]


class Dying(HeldRenderer):
    """A renderer whose thread does not survive it."""

    def render(self, requests: Sequence[Request]) -> Tensor:
        self.entered.set()
        assert self.go.wait(30)
        raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread dies on purpose
def test_a_thread_that_dies_leaves_nobody_waiting() -> None:
    dying = Dying()
    with Engine({MODEL: dying}, max_batch=1, threads=1) as engine:
        first, second = engine.submit(MODEL, 0, {}), engine.submit(MODEL, 1, {})
        assert dying.entered.wait(10)
        dying.go.set()
        for future in (first, second):
            with pytest.raises(Stopped):
                future.result(10)
        engine._workers[MODEL].thread.join(10)
        assert not engine.alive
        with pytest.raises(Stopped):
            engine.submit(MODEL, 2, {})


def test_pictures_of_one_pass_do_not_keep_each_other(engine: Engine, held: HeldRenderer) -> None:
    first = engine.submit(MODEL, 0, {})
    assert held.entered.wait(10)
    others = [engine.submit(MODEL, seed, {}) for seed in (1, 2, 3)]
    held.go.set()
    first.result(10)
    pictures = [future.result(10) for future in others]
    assert [rendered.batch for rendered in pictures] == [3, 3, 3]
    assert [rendered.first for rendered in pictures] == [True, False, False]
    for rendered in pictures:
        assert rendered.picture.untyped_storage().nbytes() == rendered.picture.nbytes
