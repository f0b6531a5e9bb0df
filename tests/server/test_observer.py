"""The thread that looks at units: one thing at a time, never while a picture is rendered, and it ends in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from server.work.engine import Overloaded, Stopped
from server.work.gate import Gate
from server.work.observer import Observer


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def observer(gate: Gate) -> Iterator[Observer]:
    observer = Observer(gate, threads=1, max_waiting=2)
    observer.start()
    yield observer
    observer.stop()
    assert not observer.alive


def test_what_was_found_comes_back_and_so_do_errors(observer: Observer, caplog: pytest.LogCaptureFixture) -> None:
    assert observer.submit(lambda: 6 * 7).result(10) == 42
    with pytest.raises(ZeroDivisionError):
        observer.submit(lambda: 1 // 0).result(10)
    assert "looking at units failed" in caplog.text
    assert observer.submit(lambda: "still here").result(10) == "still here"
    assert observer.alive


def test_networks_run_without_gradients(observer: Observer) -> None:
    weight = torch.ones(1, requires_grad=True)
    assert not observer.submit(lambda: (weight * 2).requires_grad).result(10)


def test_nothing_runs_while_the_gate_is_held_and_no_more_than_the_limit_wait(observer: Observer, gate: Gate) -> None:
    with gate:
        first, second = observer.submit(lambda: 1), observer.submit(lambda: 2)
        with pytest.raises(Overloaded):
            observer.submit(lambda: 3)
        assert not first.done()
    assert (first.result(10), second.result(10)) == (1, 2)


def test_what_was_cancelled_is_not_run(observer: Observer, gate: Gate) -> None:
    ran: list[int] = []
    with gate:
        cancelled, other = observer.submit(lambda: ran.append(1)), observer.submit(lambda: ran.append(2))
        assert cancelled.cancel()
    other.result(10)
    assert ran == [2]


def test_what_waits_fails_when_the_observer_stops(gate: Gate) -> None:
    observer = Observer(gate, threads=1, max_waiting=2)
    waiting = observer.submit(lambda: 1)
    observer.stop()
    with pytest.raises(Stopped):
        waiting.result(10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread dies on purpose
def test_a_thread_that_dies_leaves_nobody_waiting(gate: Gate) -> None:
    observer = Observer(gate, threads=1, max_waiting=2)
    observer.start()

    def die() -> None:
        raise KeyboardInterrupt

    with gate:
        dying, waiting = observer.submit(die), observer.submit(lambda: 1)
    for future in (dying, waiting):
        with pytest.raises(Stopped):
            future.result(10)
    with pytest.raises(Stopped):
        observer.submit(lambda: 2)
    observer.stop()
    assert not observer.alive
