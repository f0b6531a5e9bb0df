"""Progress: what long work calls while it goes on, and a bar on the terminal with the time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Never, Protocol

from tqdm import tqdm


class Report(Protocol):
    """What long work is given to call: how much is done, how much there is, and in a word what is being done."""

    def __call__(self, done: int, total: int, text: str = "", /) -> object: ...


def silent(done: int, total: int, text: str = "") -> None:
    """The report that says nothing."""


class Progress:
    """A bar that appears with its first report; use as a context manager and pass `bar.to` as the callback."""

    def __init__(self, title: str, unit: str) -> None:
        self.title, self.unit = title, unit
        self._bar: tqdm[Never] | None = None

    def to(self, done: int, total: int, text: str = "") -> None:
        """`done` of `total`, with a few words behind the bar; a new total starts a new bar."""
        bar = self._bar
        if bar is None or bar.total != total or done < bar.n:
            self.close()
            shape = None if self.unit else "{l_bar}{bar}| {elapsed} < {remaining} {postfix}"
            bar = self._bar = tqdm(
                total=total, initial=done, desc=self.title, unit=self.unit, bar_format=shape, mininterval=1.0
            )
        if text:
            bar.set_postfix_str(text, refresh=False)
        bar.update(done - bar.n)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Speed:
    """Items per second over the last few seconds."""

    WINDOW_S = 20.0

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def of(self, count: int) -> float:
        """The speed, given how many items are done now."""
        now = time.monotonic()
        self._marks.append((now, count))
        while now - self._marks[0][0] > self.WINDOW_S:
            self._marks.pop(0)
        seconds = now - self._marks[0][0]
        return (count - self._marks[0][1]) / seconds if seconds > 0 else 0.0
