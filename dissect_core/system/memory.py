"""What a process keeps instead of getting it anew: freed memory, and kernels built for shapes of windows.

On virtual machines fresh pages cost more than the arithmetic done on them.  Measured on one, 16 images of 128 pixels at
once: 27 ms an image and 95,000 page faults a pass without, 16 ms and none with it.
"""

from __future__ import annotations

import ctypes
import os
import sys

KERNELS = 4096
"""oneDNN's kernels, one for each layer, size of window and number of windows, 0.2 MiB each.

It keeps 1024 by itself, fewer than a class that paints has use for: with more it gets a sixth more pictures.
"""
_KERNELS = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8  # names of glibc's mallopt(3)


def keep_freed_memory() -> None:
    """Tell glibc never to return memory to the system; elsewhere do nothing.  Call before the first large tensor."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in ((_ARENA_MAX, 1), (_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 2**26)):
        mallopt(option, value)


def keep_kernels() -> None:
    """Tell oneDNN how many kernels to keep, unless the user has.  Call before the first convolution."""
    os.environ.setdefault(_KERNELS, str(KERNELS))
