"""Starting: the time until the page can be opened, and the memory of a server that has nothing to do."""

from __future__ import annotations

import time

from tests.benchmarks.networks import PRECOMPUTED
from tests.benchmarks.servers import unitbrush_server
from tests.benchmarks.turns import Row, figure


def rows(repeats: int) -> list[Row]:
    """The table's rows; the first start, which reads the files from the disk, does not count."""
    seconds, memory = [], []
    for turn in range(repeats + 1):
        began = time.perf_counter()
        with unitbrush_server(PRECOMPUTED) as (_, process):
            if turn:
                seconds.append(time.perf_counter() - began)
                memory.append(process.memory_info().rss / 2**20)
    return [figure("start to ready", "s", seconds), figure("memory of an idle server", "MiB", memory)]
