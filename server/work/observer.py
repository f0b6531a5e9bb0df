"""One thread that runs networks for whoever looks at units, in turn with the renders on the same device.

Looking is rarer than painting and takes longer, so it waits in a line of its own, one thing at a time, and never runs
while a picture is rendered.  Knows nothing of HTTP.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

import torch

from server.work.engine import Overloaded, Stopped
from server.work.fair_queue import Line, LineFull
from server.work.gate import Gate

log = logging.getLogger("unitbrush.observer")

T = TypeVar("T")


class Observer:
    """Call `start` and `stop`.

    gate: held while something runs.  threads: of a pass on a CPU.  max_waiting: most that wait.
    """

    def __init__(self, gate: Gate, threads: int, max_waiting: int) -> None:
        self._gate, self._threads = gate, threads
        self._line: Line[tuple[Callable[[], Any], Future[Any]]] = Line(max_waiting)
        self._thread = threading.Thread(target=self._run, name="observer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is running, fail what waits with Stopped, and end the thread."""
        self._close()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def submit(self, work: Callable[[], T], client: str = "") -> Future[T]:
        """Run `work`, without gradients, when its turn comes; clients take turns.

        Raises Overloaded or Stopped at once.
        """
        future: Future[T] = Future()
        if self._line.closed:
            raise Stopped
        try:
            self._line.put(client, (work, future))
        except LineFull:
            raise Overloaded(len(self._line), 0.0, f"at most {self._line.limit} waiting") from None
        future.add_done_callback(partial(self._done, client))
        return future

    def _done(self, client: str, future: Future[Any]) -> None:
        """Something was finished or cancelled: what is cancelled leaves the line at once."""
        if future.cancelled():
            self._line.drop(client, lambda task: task[1] is future)

    def _close(self) -> None:
        for _, future in self._line.close():
            if future.set_running_or_notify_cancel():
                future.set_exception(Stopped())

    def _run(self) -> None:
        torch.set_num_threads(self._threads)  # counted for each thread that calls into torch
        try:
            while self._turn():
                pass
        finally:
            self._close()  # a thread that dies leaves nobody waiting

    def _turn(self) -> bool:
        """Run what waits, once there is something; False when there will be no more."""
        self._line.wait()
        with self._gate:
            tasks = self._line.take(1)
            if not tasks and self._line.closed:
                return False
            for work, future in tasks:
                if future.set_running_or_notify_cancel():
                    self._do(work, future)
        return True

    def _do(self, work: Callable[[], T], future: Future[T]) -> None:
        try:
            with torch.no_grad():
                found = work()
        except Exception as error:
            log.exception("looking at units failed")
            future.set_exception(error)
        except BaseException:
            future.set_exception(Stopped())
            raise
        else:
            future.set_result(found)
