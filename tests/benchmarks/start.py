"""Starting: the time until the page can be opened, and the memory of a server that has nothing to do."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from tests.benchmarks.networks import PRECOMPUTED
from tests.benchmarks.servers import free_port, wait_until_ready
from tests.benchmarks.turns import Row, figure


def rows(repeats: int) -> list[Row]:
    """The table's rows; the first start, which reads the files from the disk, does not count."""
    seconds, memory = [], []
    for turn in range(repeats + 1):
        port = free_port()
        command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port), "--precomputed", str(PRECOMPUTED)]
        began = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(process, port)
                if turn:
                    seconds.append(time.perf_counter() - began)
                    memory.append(psutil.Process(process.pid).memory_info().rss / 2**20)
            finally:
                process.terminate()
    return [figure("start to ready", "s", seconds), figure("memory of an idle server", "MiB", memory)]
