"""Paintings as they were composed last, so that a preview costs what it changes, however long the painting is.

While somebody draws, every painting is the last one with another newest stroke, or with one stroke more.  So what all
strokes but the newest came to is remembered by their content, whoever asks, and the newest is painted over it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from cachetools import LRUCache

from dissect_core.painting.edits import LayerEdit, UnitStroke, compose

Edits = Mapping[str, LayerEdit]
Keys = tuple[Hashable, ...]
"""Strokes, earliest first; equal keys are strokes that do the same."""
Read = Callable[[int], UnitStroke | None]
"""The stroke of that number, None if it touches nothing."""

KEY_BYTES = 400
"""About what the key of a stroke takes in memory."""


@dataclass(frozen=True, eq=False)
class _Painting:
    """What all strokes but the newest came to, and with the newest."""

    below: Edits
    newest: Hashable
    whole: Edits
    bytes: int


class Composer:
    """Thread-safe; most_bytes: of memory for what is remembered, those not asked for longest are forgotten first."""

    def __init__(self, most_bytes: int) -> None:
        self._paintings: LRUCache[Keys, _Painting] = LRUCache(most_bytes, getsizeof=lambda painting: painting.bytes)
        self._lock = threading.Lock()

    def edits(self, keys: Keys, read: Read) -> Edits:
        """Layer name -> edit for all strokes together: the very bits that `compose` gives for all of them.

        Only strokes that are not remembered are read.
        """
        if not keys:
            return {}
        before, last = keys[:-1], len(keys) - 1
        known = self._known(before)
        if known is not None and known.newest == keys[-1]:
            return known.whole
        below = self._composed(before, read) if known is None else known.below
        whole = compose(_read([last], read), below)
        size = _size(below) + _size(whole) + KEY_BYTES * len(keys)
        with self._lock:
            if size <= self._paintings.maxsize:
                self._paintings[before] = _Painting(below, keys[-1], whole, size)
        return whole

    def _composed(self, keys: Keys, read: Read) -> Edits:
        """What these strokes came to as the newest of them was drawn, or composed now."""
        known = self._known(keys[:-1]) if keys else None
        if known is None:
            return compose(_read(range(len(keys)), read))
        if known.newest == keys[-1]:
            return known.whole
        return compose(_read([len(keys) - 1], read), known.below)

    def _known(self, keys: Keys) -> _Painting | None:
        with self._lock:
            return self._paintings.get(keys)


def _read(numbers: list[int] | range, read: Read) -> list[UnitStroke]:
    strokes = (read(number) for number in numbers)
    return [stroke for stroke in strokes if stroke is not None]


def _size(edits: Edits) -> int:
    return sum(edit.alpha.nbytes + edit.value.nbytes for edit in edits.values())
