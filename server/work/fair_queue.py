"""A waiting line that is fair between clients: whoever waits gets a turn before anybody gets a second one."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class LineFull(Exception):
    """The line holds as many as it may."""


class Line(Generic[T]):
    """Bounded, thread-safe; each client has a queue of its own and clients take turns.

    limit: most items waiting in total.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._queues: OrderedDict[str, deque[T]] = OrderedDict()
        self._waiting = 0
        self.closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """How many items wait."""
        return self._waiting

    def put(self, client: str, item: T) -> None:
        """Add to the end of the client's queue.  Raises LineFull when full or closed."""
        with self._changed:
            if self.closed or self._waiting >= self.limit:
                raise LineFull
            self._queues.setdefault(client, deque()).append(item)
            self._waiting += 1
            self._changed.notify()

    def drop(self, client: str, gone: Callable[[T], bool]) -> None:
        """Take out the client's items for which `gone` is true: they are never taken and leave their room to others."""
        with self._changed:
            queue = self._queues.get(client, deque())
            kept = [item for item in queue if not gone(item)]
            self._waiting -= len(queue) - len(kept)
            queue.clear()  # in place: the client keeps its turn
            queue.extend(kept)
            if not kept:
                self._queues.pop(client, None)

    def wait(self) -> None:
        """Wait until there is something or the line is closed."""
        with self._changed:
            while not self._waiting and not self.closed:
                self._changed.wait()

    def take(self, most: int) -> list[T]:
        """Take what is there, at most `most`, without waiting."""
        with self._changed:
            taken: list[T] = []
            while self._waiting and len(taken) < most:
                client, queue = self._queues.popitem(last=False)
                taken.append(queue.popleft())
                self._waiting -= 1
                if queue:
                    self._queues[client] = queue  # behind everybody who waits
            return taken

    def close(self) -> list[T]:
        """No more items: wake whoever waits and return what was still waiting."""
        with self._changed:
            self.closed = True
            left = [item for queue in self._queues.values() for item in queue]
            self._queues.clear()
            self._waiting = 0
            self._changed.notify_all()
            return left
