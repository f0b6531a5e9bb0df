"""Where a generator's training stands: its level, how far the level has faded in, and how fast it learns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dissect_core.training.generator_config import GeneratorConfig


@dataclass(frozen=True)
class Moment:
    """Where in the schedule a run is: level, share of the newest level, batch size, factor on the learning rate."""

    level: int
    fade: float
    batch: int
    rate: float


def schedule(config: GeneratorConfig, shown: int) -> Moment:
    """The moment after `shown` images; the last stage has no end, but the rate is 0 there."""
    start, last = 0, len(config.stages) - 1
    for level, stage in enumerate(config.stages):
        length = stage.fade_images + stage.images
        if shown < start + length or level == last:
            inside = shown - start
            fade = 1.0 if level == 0 or not stage.fade_images else min(1.0, (inside + stage.batch) / stage.fade_images)
            rate = falling(inside / length, config.decay_share) if level == last else 1.0
            return Moment(level, fade, stage.batch, rate)
        start += length
    raise AssertionError("a configuration has at least one stage")


def falling(progress: float, share: float) -> float:
    """1, and over the last `share` of the way (progress 0 to 1) along a half cosine down to 0."""
    past = (progress - (1 - share)) / share
    return 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, past))))


@dataclass
class Allowance:
    """So many seconds for a run, counted on a clock from when this object is made; `before` were spent already.

    The clock is `time.monotonic`, or `time.process_time` where others use the machine, too.
    """

    seconds: float
    clock: Callable[[], float] = time.monotonic
    before: float = 0.0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Start to count."""
        self._began = self.clock()

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return self.before + self.clock() - self._began

    @property
    def left(self) -> float:
        """Seconds that remain, below 0 when they are over."""
        return self.seconds - self.spent


def cost_per_image(config: GeneratorConfig, level: int) -> float:
    """Relative arithmetic of one training image at a level, for the time-left estimate."""
    cost = 0.0
    for index in range(level + 1):
        cells = (4 * 2**index) ** 2
        for sizes in (config.sizes[1:], config.pixels.sizes):
            before = sizes[max(0, index - 1)]
            cost += cells * (9 * sizes[index] ** 2 + 4 * sizes[index] * before)
    return cost


def remaining_cost(config: GeneratorConfig, shown: int) -> float:
    """Cost of the images that are still to be shown after `shown`."""
    total, start = 0.0, 0
    for level, stage in enumerate(config.stages):
        length = stage.fade_images + stage.images
        left = min(length, max(0, start + length - shown))
        total += left * cost_per_image(config, level)
        start += length
    return total
