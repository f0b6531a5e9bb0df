"""Turns on a device: first come, first served."""

from __future__ import annotations

import threading
import time

from server.work.gate import Gate

WAIT_S = 10.0


def asked(gate: Gate, order: list[str], name: str) -> threading.Thread:
    """A thread that takes the gate once and says so; it waits for the gate when this returns."""
    before = gate.waiting

    def take() -> None:
        with gate:
            order.append(name)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    deadline = time.monotonic() + WAIT_S
    while gate.waiting == before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert gate.waiting == before + 1
    return thread


def test_the_gate_is_handed_over_in_the_order_in_which_it_was_asked_for() -> None:
    gate, order = Gate(), list[str]()
    with gate:
        threads = [asked(gate, order, name) for name in "abcde"]
        assert not order
    for thread in threads:
        thread.join(WAIT_S)
    assert order == list("abcde")


def test_whoever_waits_comes_before_whoever_has_just_let_go() -> None:
    """A plain lock would go to the thread that has just released it, which asks again at once."""
    for _ in range(20):
        gate, order = Gate(), list[str]()
        with gate:
            thread = asked(gate, order, "other")
        with gate:
            order.append("again")
        thread.join(WAIT_S)
        assert order == ["other", "again"]


def test_an_error_inside_hands_over_too() -> None:
    gate = Gate()
    try:
        with gate:
            raise ValueError
    except ValueError:
        pass
    with gate:
        assert gate._held
