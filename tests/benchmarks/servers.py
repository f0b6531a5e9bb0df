"""Unitbrush and the server to compare with, each in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

READY_S = 120


@contextmanager
def unitbrush_server(precomputed: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`unitbrush serve` on a free port."""
    port = free_port()
    command = ["server.cli", "serve", "--port", str(port), "--precomputed", str(precomputed)]
    with served(command, port) as process:
        yield port, process


@contextmanager
def reference_server(precomputed: Path, model: str) -> Iterator[int]:
    """The server to compare with on a free port."""
    port = free_port()
    with served(["tests.benchmarks.reference_server", str(precomputed), model, str(port)], port):
        yield port


@contextmanager
def served(module: list[str], port: int) -> Iterator[psutil.Process]:
    """A server in a process of its own, once it is ready."""
    with subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until_ready(process, port)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server answers that it is ready."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"a server stopped with {process.returncode} while starting")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    sys.exit(f"no server was ready within {READY_S} s")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
