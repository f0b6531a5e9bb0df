"""Image id -> z, the numbers of the original demo.

Image i of a generator with latent size Z is row i of `numpy.random.RandomState(1).standard_normal((n, Z))` as float32,
for every n: the ids of GAN Dissection (Bau et al. 2019) and its GANPaint demo name the same pictures here.

The legacy generator cannot jump, so reaching row i means drawing all rows before it.  That is done once: the state is
remembered every STRIDE rows (2.5 kB each, 16 MB per latent size for all ids), never the rows themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dissect_core.errors import BadSeed, BadShape, UnitbrushError

LATENTS_RULE = "row i of numpy.random.RandomState(1).standard_normal((n, z)) as float32"
"""What a manifest says about where the latents come from."""
SEED = 1
MAX_ID = 100_000
"""The largest image id: reaching it the first time takes about three seconds, later half a millisecond."""
MAX_SIZE = 2048
"""The largest latent size."""
STRIDE = 16
SIZES_REMEMBERED = 4


def latents(ids: Sequence[int], size: int) -> Tensor:
    """The latents of the images `ids`, in that order: (N, size) float32.

    Raises BadSeed for an id that is no integer in 0..MAX_ID, BadShape for a size outside 1..MAX_SIZE.
    """
    if not 1 <= size <= MAX_SIZE:
        raise BadShape(f"no latents of size {size}", field="size", value=size, allowed=f"1 to {MAX_SIZE}")
    for i in ids:
        if isinstance(i, bool) or not isinstance(i, int | np.integer) or not 0 <= i <= MAX_ID:
            raise BadSeed(f"no image {i!r}", field="seed", value=i, allowed=f"a whole number from 0 to {MAX_ID}")
    stream = _stream(size)
    blocks = {block: stream.rows(block) for block in sorted({int(i) // STRIDE for i in ids})}
    out = np.empty((len(ids), size), np.float32)
    for n, i in enumerate(ids):
        out[n] = blocks[int(i) // STRIDE][int(i) % STRIDE]
    return torch.from_numpy(out)


def is_near(image: int, size: int) -> bool:
    """Whether `latents` gives this image at once, because the stream was drawn so far already."""
    return image // STRIDE < len(_stream(size).starts)


def check_ids(first: int, count: int) -> None:
    """Raise UnitbrushError about the number of images unless first ... first + count - 1 are image ids."""
    if not 0 <= first <= first + count - 1 <= MAX_ID:
        allowed = f"1 to {MAX_ID + 1 - first} from image {first} on"
        raise UnitbrushError("no such images", field="images", value=count, allowed=allowed)


class _Stream:
    """The rows of one latent size in blocks of STRIDE, and the generator's state at the start of each block so far."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.starts: list[Any] = [np.random.RandomState(SEED).get_state()]
        self.lock = threading.Lock()

    def rows(self, block: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Rows block * STRIDE ... of the stream: (STRIDE, size)."""
        if block >= len(self.starts):
            self._walk_to(block)
        return self._resumed(block).standard_normal((STRIDE, self.size))

    def _walk_to(self, block: int) -> None:
        with self.lock:
            random = self._resumed(len(self.starts) - 1)
            while block >= len(self.starts):
                random.standard_normal(STRIDE * self.size)
                self.starts.append(random.get_state())

    def _resumed(self, block: int) -> np.random.RandomState:
        random = np.random.RandomState()
        random.set_state(self.starts[block])
        return random


@lru_cache(maxsize=SIZES_REMEMBERED)
def _stream(size: int) -> _Stream:
    return _Stream(size)
