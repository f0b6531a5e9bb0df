"""A lock that is handed over in the order in which it was asked for.

A plain lock goes to whoever is quickest, which is the thread that has just released it: a busy network would keep the
device, and whoever looks at units would wait for as long as others paint.
"""

from __future__ import annotations

import threading
from collections import deque


class Gate:
    """Use as a context manager."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = False
        self._turns: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._turns)

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._lock:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._turns.append(turn)
        turn.wait()

    def __exit__(self, *_: object) -> None:
        """Hand over to whoever has waited longest."""
        with self._lock:
            if self._turns:
                self._turns.popleft().set()
            else:
                self._held = False
