"""The server end to end: paintings over HTTP against the reference server, and a class that paints live.

Both servers are processes of their own, and so are measured with the network, the parsing and the encoding; whoever
asks runs beside them on the same cores.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.networks import PRECOMPUTED, PUBLISHED, shipped, write_published
from tests.benchmarks.turns import NOTHING, Row, figure, spread_of
from tests.server.live import base64_text, mask_png

CLIENTS = (1, 16, 30)
STUDENTS = 30
STROKE_EVERY_S = 3.0
PREVIEWS = 20
PREVIEW_EVERY_S = 1 / 30
MASK_SIDE = 64
READY_S = 120


def rows(seconds: float, class_seconds: float) -> list[Row]:
    """The table's rows: each HTTP case lasts `seconds` a server, the class `class_seconds`."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        published = write_published(Path(folder))
        found += over_http(PUBLISHED, Path(folder), published, seconds)
    for model in shipped():
        found += over_http(model, PRECOMPUTED, model, seconds)
    for model in list(shipped())[:1]:
        found += live(model, class_seconds)
    return found


def over_http(name: str, precomputed: Path, model: str, seconds: float) -> list[Row]:
    """Pictures a second with 1, 16 and 30 clients, against one client of the reference server."""
    with reference_server(precomputed, model) as port:
        alone = asyncio.run(clients_of(port, model, 1, seconds))
    reference = len(alone) / seconds
    found = []
    with unitbrush_server(precomputed) as (port, _):
        asyncio.run(clients_of(port, model, 1, min(2.0, seconds)))  # the first strokes build kernels
        for count in CLIENTS:
            waits = asyncio.run(clients_of(port, model, count, seconds))
            rate = len(waits) / seconds
            goal = "at least 8 times" if name == PUBLISHED and count == 16 else ""
            what = f"{name}: {count} clients over HTTP"
            found.append(Row(what, "pictures/s", reference, rate, (rate, rate), rate / reference, goal=goal))
            found.append(in_milliseconds(f"{what}, stroke to picture", waits, alone))
    return found


def in_milliseconds(what: str, waits: Sequence[float], reference: Sequence[float], goal: str = "") -> Row:
    """A row of waiting times in seconds."""
    median, before = (statistics.median(times) * 1000 if times else NOTHING for times in (waits, reference))
    spread = spread_of([1000 * wait for wait in waits])
    return Row(what, "ms", round(before, 1), round(median, 1), spread, round(before / median, 2), goal=goal)


async def clients_of(port: int, model: str, count: int, seconds: float) -> list[float]:
    """How long each picture took of `count` clients that ask one after the other for so long, in seconds."""
    until = time.perf_counter() + seconds
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        found = await asyncio.gather(*(one_client(http, model, number, until) for number in range(count)))
    return [wait for waits in found for wait in waits]


async def one_client(http: httpx.AsyncClient, model: str, number: int, until: float) -> list[float]:
    """Paint another cell each time on one image."""
    waits: list[float] = []
    while time.perf_counter() < until:
        step = len(waits) + 3 * number
        body = {"model": model, "seed": number, "strokes": [stroke("layer4" if step % 2 else "layer5", step)]}
        began = time.perf_counter()
        answer = await http.post("/api/render", json=body)
        answer.raise_for_status()
        waits.append(time.perf_counter() - began)
    return waits


def stroke(layer: str, step: int, cells: int = 1) -> dict[str, Any]:
    """A stroke over `cells` neighbouring eighths of the picture."""
    cell = MASK_SIDE // 8
    row, column = step // 8 % 8, step % 8
    box = (max(0, column - cells + 1) * cell, row * cell, (column + 1) * cell - 1, (row + 1) * cell - 1)
    mask = base64_text(mask_png(MASK_SIDE, box))
    return {"units": list(range(20)), "layer": layer, "mode": "draw", "mask": mask}


def live(model: str, seconds: float) -> list[Row]:
    """A class over WebSockets: every student paints a stroke of PREVIEWS previews every STROKE_EVERY_S seconds."""
    with unitbrush_server(PRECOMPUTED) as (port, process):
        asyncio.run(class_of(port, model, 1, STROKE_EVERY_S))
        before = process.memory_info().rss / 2**20
        alone, _ = asyncio.run(class_of(port, model, 1, min(seconds, 30.0)))
        waits, errors = asyncio.run(class_of(port, model, STUDENTS, seconds))
        after = process.memory_info().rss / 2**20
    waits.sort()
    name = f"{model}: {STUDENTS} students"
    return [
        in_milliseconds(f"{model}: one student, stroke's end to pixels", alone, []),
        in_milliseconds(f"{name}, stroke's end to pixels", waits, []),
        figure(f"{name}, 95th percentile of that", "ms", [1000 * waits[int(0.95 * len(waits))]], "< 300"),
        figure(f"{name}, errors", "of strokes", [errors], "0"),
        Row(f"{name}: memory after {seconds:g} s, and before", "MiB", before, after, (after, after), before / after),
    ]


async def class_of(port: int, model: str, students: int, seconds: float) -> tuple[list[float], int]:
    """Seconds from the end of each stroke to its pixels, and how many strokes got none."""
    found = await asyncio.gather(*(student(port, model, n, students, seconds) for n in range(students)))
    waits = [wait for one, _ in found for wait in one]
    return waits, sum(errors for _, errors in found)


async def student(port: int, model: str, number: int, students: int, seconds: float) -> tuple[list[float], int]:
    """Paint strokes until the time is over, all students a little apart."""
    waits, errors, frame = [], 0, 0
    await asyncio.sleep(STROKE_EVERY_S * number / students)
    until = time.perf_counter() + seconds
    address = f"ws://127.0.0.1:{port}/api/paint"
    async with connect(address, origin=f"http://127.0.0.1:{port}", max_size=None) as line:
        while (began := time.perf_counter()) < until:
            for preview in range(PREVIEWS):
                painting = {"model": model, "seed": number, "strokes": [stroke("layer4", number, 1 + preview // 5)]}
                frame += 1
                await line.send(json.dumps({"id": frame, "format": "webp", **painting}))
                await asyncio.sleep(PREVIEW_EVERY_S if preview < PREVIEWS - 1 else 0)
            ended = time.perf_counter()
            try:
                await answer_to(line, frame)
                waits.append(time.perf_counter() - ended)
            except (RuntimeError, TimeoutError):
                errors += 1
            await asyncio.sleep(max(0.0, began + STROKE_EVERY_S - time.perf_counter()))
    return waits, errors


async def answer_to(line: ClientConnection, frame: int) -> None:
    """Wait for the picture of a frame.  Raises RuntimeError for an error of the server."""
    while True:
        message = await asyncio.wait_for(line.recv(), 30)
        if isinstance(message, bytes):
            if int.from_bytes(message[:4], "big") == frame:
                return
        elif json.loads(message)["type"] == "error":
            raise RuntimeError(message)


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
