"""A class that paints live over WebSockets, as the page does: strokes that grow, and paintings that grow by strokes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.networks import PRECOMPUTED, shipped
from tests.benchmarks.servers import unitbrush_server
from tests.benchmarks.serving import of_the_reference
from tests.benchmarks.turns import Row, figure, slowest, waiting
from tests.server.live import base64_text, mask_png

CLASSES = (1, 16)
STUDENTS = 30
STROKE_EVERY_S = 3.0
PREVIEWS = 20
PREVIEW_EVERY_S = 1 / 30
STROKES = 10
"""Of a painting; then the student takes another scene."""
MASK_SIDE = 128
SHORT_S = 30.0
SETTLED_S = 300.0
"""By then the caches are full; half of a shorter class."""


def rows(seconds: float) -> list[Row]:
    """The table's rows: some classes for half a minute, then one of STUDENTS for `seconds`, on the first network."""
    return [row for model in list(shipped())[:1] for row in live(model, seconds)]


def live(model: str, seconds: float) -> list[Row]:
    """Waiting times against one client of the reference server, errors, and memory."""
    alone = [wait for _, wait in of_the_reference(PRECOMPUTED, model, min(seconds, 10.0))]
    found = []
    with unitbrush_server(PRECOMPUTED) as (port, process):
        for students in CLASSES:
            waits, _ = asyncio.run(class_of(port, model, students, min(seconds, SHORT_S)))
            found.append(waiting(f"{model}: {students} students, stroke's end to pixels", waits, alone))
        (waits, errors), early = asyncio.run(watched(port, model, seconds, process))
        late = process.memory_info().rss / 2**20
    name = f"{model}: {STUDENTS} students"
    return [
        *found,
        waiting(f"{name}, stroke's end to pixels", waits, alone),
        slowest(f"{name}, stroke's end to pixels", [1000 * wait for wait in waits], "< 300"),
        figure(f"{name}, errors of {len(waits) + errors} strokes", "strokes", [errors], "0"),
        Row(f"{name}: memory at the end, and settled", "MiB", early, late, (late, late), early / late, goal="flat"),
    ]


async def watched(
    port: int, model: str, seconds: float, process: psutil.Process
) -> tuple[tuple[list[float], int], float]:
    """A class of STUDENTS, and the server's memory when its caches were full, MiB."""

    async def look() -> float:
        await asyncio.sleep(min(SETTLED_S, seconds / 2))
        return float(process.memory_info().rss / 2**20)

    found, early = await asyncio.gather(class_of(port, model, STUDENTS, seconds), look())
    return found, early


async def class_of(port: int, model: str, students: int, seconds: float) -> tuple[list[float], int]:
    """Seconds from the end of each stroke to its pixels, and how many strokes got none."""
    found = await asyncio.gather(*(student(port, model, n, students, seconds) for n in range(students)))
    waits = [wait for one, _ in found for wait in one]
    return waits, sum(errors for _, errors in found)


async def student(port: int, model: str, number: int, students: int, seconds: float) -> tuple[list[float], int]:
    """Paint strokes until the time is over, all students a little apart; a lost line is opened again."""
    waits: list[float] = []
    errors = 0
    await asyncio.sleep(STROKE_EVERY_S * number / students)
    until = time.perf_counter() + seconds
    address, origin = f"ws://127.0.0.1:{port}/api/paint", f"http://127.0.0.1:{port}"
    paintings, frames = paint(model, number), count(1)
    while time.perf_counter() < until:
        try:
            async with connect(address, origin=origin, max_size=None) as line:
                while (began := time.perf_counter()) < until:
                    waits.append(await one_stroke(line, next(paintings), frames))
                    await asyncio.sleep(max(0.0, began + STROKE_EVERY_S - time.perf_counter()))
        except (RuntimeError, TimeoutError, OSError, WebSocketException):
            errors += 1
            await asyncio.sleep(STROKE_EVERY_S)
    return waits, errors


Previews = list[dict[str, Any]]
"""The paintings of one stroke, from its beginning to its end."""


def paint(model: str, number: int) -> Iterator[Previews]:
    """The strokes of a student, each at a place of its own: a band that grows with every preview."""
    draw = random.Random(number)
    scene = number
    while True:
        done: list[dict[str, Any]] = []
        for _ in range(STROKES):
            left, top = draw.randrange(MASK_SIDE // 2), draw.randrange(MASK_SIDE - 16)
            layer = draw.choice(("layer4", "layer5"))
            bands = [(left, top, left + 2 * preview + 12, top + 11) for preview in range(PREVIEWS)]
            masks = [mask_png(MASK_SIDE, band) for band in bands]
            units = {"units": list(range(20)), "layer": layer, "mode": "draw"}
            growing = [{**units, "mask": base64_text(mask)} for mask in masks]
            yield [{"model": model, "seed": scene, "strokes": [*done, stroke]} for stroke in growing]
            done.append(growing[-1])
        scene += STUDENTS


async def one_stroke(line: ClientConnection, previews: Previews, frames: Iterator[int]) -> float:
    """Send the previews at the pace of a hand; seconds from the last to its picture."""
    frame = 0
    for number, painting in enumerate(previews):
        frame = next(frames)
        await line.send(json.dumps({"id": frame, "format": "webp-lossless", **painting}))
        await asyncio.sleep(PREVIEW_EVERY_S if number < len(previews) - 1 else 0)
    ended = time.perf_counter()
    await answer_to(line, frame)
    return time.perf_counter() - ended


async def answer_to(line: ClientConnection, frame: int) -> None:
    """Wait for the picture of a frame.  Raises RuntimeError for an error of the server."""
    while True:
        message = await asyncio.wait_for(line.recv(), 30)
        if isinstance(message, bytes):
            if int.from_bytes(message[:4], "big") == frame:
                return
        elif json.loads(message)["type"] == "error":
            raise RuntimeError(message)
