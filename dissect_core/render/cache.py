"""What is remembered of rendered pictures, within a number of bytes.

A picture is remembered in two ways: unedited, for everybody, and as the last painting of each session, so that the next
stroke starts from it.  A painting keeps only the window of each layer that it changed; the rest are the tensors of the
unedited picture, which are counted once.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from torch import Tensor

from dissect_core.painting.edits import LayerEdit
from dissect_core.render.window import Window, whole

Key = tuple[Hashable, Hashable]
"""Which picture, and whose painting of it (None: unedited)."""


@dataclass(frozen=True, eq=False)
class Activations:
    """The output of a layer, (1, U, g, g): `base` with `patch` over the cells of `window`; nobody changes them."""

    base: Tensor
    window: Window | None = None
    patch: Tensor | None = None

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What it consists of."""
        return (self.base,) if self.patch is None else (self.base, self.patch)

    def part(self, window: Window) -> Tensor:
        """The cells of a window, (1, U, h, w); not to be changed."""
        both = self.window.cut(window) if self.window else None
        if both is None:
            return window.of(self.base)
        assert self.window is not None
        assert self.patch is not None
        if both == window:
            return window.within(self.window).of(self.patch)
        cells = window.of(self.base).clone()
        both.within(window).of(cells).copy_(both.within(self.window).of(self.patch))
        return cells

    def changed(self, window: Window, output: Tensor) -> Activations:
        """The same with `output`, (1, U, h, w), over the cells of `window`."""
        joined = window.join(self.window)
        if joined != window:
            cells = self.part(joined).clone()
            window.within(joined).of(cells).copy_(output)
        else:
            cells = own(output)
        return Activations(cells) if joined == whole(self.base.shape[2]) else Activations(self.base, joined, cells)


def own(row: Tensor) -> Tensor:
    """The tensor, or a copy if it is part of a larger one, so that keeping it does not keep the rest."""
    return row if row.untyped_storage().nbytes() == row.nbytes else row.clone()


@dataclass(frozen=True, eq=False)
class State:
    """A rendered picture; nobody changes its tensors.

    edits: by layer.  activations: of the first layers, each before its edit.  picture: (1, 3, R, R).
    """

    edits: Mapping[str, LayerEdit]
    activations: tuple[Activations, ...]
    picture: Tensor

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What it consists of."""
        edits = (tensor for edit in self.edits.values() for tensor in (edit.alpha, edit.value))
        return (*(tensor for layer in self.activations for tensor in layer.tensors), *edits, self.picture)


class States:
    """The states used most recently, of `most_bytes` together; one alone that is larger is not kept."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._states: OrderedDict[Key, State] = OrderedDict()
        self._uses: Counter[int] = Counter()  # of each tensor, by the address of its memory

    def __len__(self) -> int:
        """How many there are."""
        return len(self._states)

    def get(self, key: Key) -> State | None:
        """The state, now the most recently used, or None."""
        if key not in self._states:
            return None
        self._states.move_to_end(key)
        return self._states[key]

    def put(self, key: Key, state: State) -> None:
        """Keep a state in place of the key's former one."""
        if key in self._states:
            self._drop(key)
        self._states[key] = state
        for tensor in state.tensors:
            self._uses[tensor.data_ptr()] += 1
            if self._uses[tensor.data_ptr()] == 1:
                self.bytes += tensor.nbytes
        while self.bytes > self.most_bytes:
            self._drop(next(iter(self._states)))

    def _drop(self, key: Key) -> None:
        for tensor in self._states.pop(key).tensors:
            self._uses[tensor.data_ptr()] -= 1
            if not self._uses[tensor.data_ptr()]:
                del self._uses[tensor.data_ptr()]
                self.bytes -= tensor.nbytes
