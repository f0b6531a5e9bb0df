"""The precision to train in: half the bits where this processor is faster with them for this network, else float32.

Without instructions for bfloat16 a processor is several times slower in it, so nothing is assumed: both are measured.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch

from dissect_core.system.race import fastest

log = logging.getLogger("unitbrush.training")

WORTH = 1.15
"""How many times as fast bfloat16 must be: it is a little less exact, and a near tie must not fall by chance."""
SECONDS = 20.0


def faster_precision(work: Callable[[torch.dtype], object], device: torch.device) -> torch.dtype:
    """float32 or bfloat16, whichever does `work`, a small piece of the training, faster."""

    def way(dtype: torch.dtype) -> Callable[[], object]:
        def run() -> None:
            work(dtype)
            if device.type == "cuda":
                torch.cuda.synchronize(device)

        return run

    choices = (torch.float32, torch.bfloat16)
    chosen = choices[fastest([way(dtype) for dtype in choices], SECONDS, WORTH)]
    log.info("training in %s on %s", chosen, device)
    return chosen


def half_precision(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Within it torch computes in `dtype` what it can, for modules that know nothing of precisions."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)
