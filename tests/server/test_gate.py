"""Turns on a device: first come, first served."""

from __future__ import annotations

import threading
import time

from server.work.gate import Gate


def test_the_gate_is_handed_over_in_the_order_in_which_it_was_asked_for() -> None:
    gate, order = Gate(), list[int]()

    def take(number: int) -> None:
        with gate:
            order.append(number)

    with gate:
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            while len(gate._turns) <= number:
                time.sleep(0.001)
        assert not order
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4]


def test_a_busy_thread_lets_others_in_after_each_turn() -> None:
    gate, order, stop = Gate(), list[str](), threading.Event()

    def busy() -> None:
        while not stop.is_set():
            with gate:
                order.append("busy")
                time.sleep(0.002)

    thread = threading.Thread(target=busy)
    thread.start()
    while not order:
        time.sleep(0.001)
    for _ in range(5):
        before = len(order)
        with gate:
            order.append("other")
        assert len(order) - before <= 3  # the turn that was on, and perhaps one that began while we asked
    stop.set()
    thread.join(10)


def test_an_error_inside_hands_over_too() -> None:
    gate = Gate()
    try:
        with gate:
            raise ValueError
    except ValueError:
        pass
    with gate:
        assert gate._held
