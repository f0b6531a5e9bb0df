"""The waiting line: bounded and fair."""

from __future__ import annotations

import threading

import pytest

from server.work.fair_queue import Line, LineFull


def test_clients_take_turns() -> None:
    line: Line[str] = Line(10)
    for item in ("a1", "a2", "a3"):
        line.put("a", item)
    line.put("b", "b1")
    line.put("c", "c1")
    assert line.take(4) == ["a1", "b1", "c1", "a2"]
    line.put("b", "b2")
    assert line.take(4) == ["a3", "b2"]


def test_a_full_line_refuses() -> None:
    line: Line[int] = Line(2)
    line.put("a", 1)
    line.put("b", 2)
    with pytest.raises(LineFull):
        line.put("c", 3)
    line.take(1)
    line.put("c", 3)
    assert len(line) == 2


def test_what_is_dropped_leaves_its_room_but_not_the_clients_turn() -> None:
    line: Line[str] = Line(3)
    for client, item in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        line.put(client, item)
    line.drop("a", lambda item: item == "a1")
    line.drop("c", lambda item: True)
    assert len(line) == 2
    line.put("c", "c1")
    line.drop("b", lambda item: True)
    assert line.take(3) == ["a2", "c1"]
    line.put("b", "b2")
    assert line.take(3) == ["b2"]


def test_closing_wakes_whoever_waits_and_returns_the_rest() -> None:
    line: Line[int] = Line(2)
    waiting = threading.Thread(target=line.wait)
    waiting.start()
    assert line.close() == []
    waiting.join(5)
    assert not waiting.is_alive()
    with pytest.raises(LineFull):
        line.put("a", 1)


def test_closing_returns_what_was_still_waiting() -> None:
    line: Line[int] = Line(5)
    line.put("a", 1)
    line.put("b", 2)
    assert sorted(line.close()) == [1, 2]
    assert line.take(5) == []
