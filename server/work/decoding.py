"""Where uploaded pictures are decoded: one thread of its own, and a line that is counted before anything is decoded.

A large picture takes seconds: in the pool that reads strokes and encodes pictures, a few would stop all painting.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from server.work.engine import Overloaded, Stopped

T = TypeVar("T")


class DecodingLane:
    """One thread, for the event loop only.  max_waiting: most uploads in it, with the one that is being decoded."""

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._open: set[Future[object]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decode")

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` when its turn comes.  Raises Overloaded at once, and Stopped after `stop`."""
        self._open = {future for future in self._open if not future.done()}
        if len(self._open) >= self._max_waiting:
            raise Overloaded(len(self._open), 0.0, f"at most {self._max_waiting} pictures waiting")
        try:
            future = self._thread.submit(work)
        except RuntimeError:
            raise Stopped from None
        self._open.add(future)  # type: ignore[arg-type]  # only asked whether it is done
        return future

    def stop(self) -> None:
        """Finish what is decoded now, and drop what waits."""
        self._thread.shutdown(cancel_futures=True)
