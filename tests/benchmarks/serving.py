"""Paintings over HTTP, with the network, the parsing and the encoding, against the reference server.

Whoever asks runs beside the servers on the same cores.  Pictures come without loss: ours as the page asks for them,
those of the reference as PNG.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from dissect_core.images.pixels import Format
from tests.benchmarks.networks import PRECOMPUTED, PUBLISHED, shipped, write_published
from tests.benchmarks.servers import reference_server, unitbrush_server
from tests.benchmarks.turns import Row, rate_row, waiting
from tests.server.live import base64_text, mask_png

CLIENTS = (1, 16, 30)
MASK_SIDE = 64

Answers = list[tuple[float, float]]
"""Of every picture: when it came, and how long it took, seconds."""


def rows(seconds: float) -> list[Row]:
    """The table's rows: each case lasts `seconds` a server."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        published = write_published(Path(folder))
        found += over_http(PUBLISHED, Path(folder), published, seconds)
    for model in shipped():
        found += over_http(model, PRECOMPUTED, model, seconds)
    return found


def over_http(name: str, precomputed: Path, model: str, seconds: float) -> list[Row]:
    """Pictures a second with 1, 16 and 30 clients, against one client of the reference server."""
    alone = of_the_reference(precomputed, model, seconds)
    found = []
    with unitbrush_server(precomputed) as (port, _):
        asyncio.run(clients_of(port, model, 1, min(2.0, seconds)))  # the first strokes build kernels
        for clients in CLIENTS:
            answers = asyncio.run(clients_of(port, model, clients, seconds))
            goal = "at least 8 times" if name == PUBLISHED and clients == 16 else ""
            what = f"{name}: {clients} clients over HTTP"
            found.append(rate_row(what, "pictures/s", [at for at, _ in answers], [at for at, _ in alone], goal))
            found.append(waiting(f"{what}, stroke to picture", [w for _, w in answers], [w for _, w in alone]))
    return found


def of_the_reference(precomputed: Path, model: str, seconds: float) -> Answers:
    """What one client gets from the reference server."""
    with reference_server(precomputed, model) as port:
        return asyncio.run(clients_of(port, model, 1, seconds, "png"))


async def clients_of(port: int, model: str, clients: int, seconds: float, format: Format = "webp-lossless") -> Answers:
    """The pictures of clients that ask one after the other for so long."""
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(one_client(port, model, number, until, format) for number in range(clients)))
    return sorted(answer for answers in found for answer in answers)


async def one_client(port: int, model: str, number: int, until: float, format: Format) -> Answers:
    """Open an image and paint another cell each time, over a connection of its own."""
    answers: Answers = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        opened = {"model": model, "seed": number, "strokes": [], "format": format}
        (await http.post("/api/render", json=opened)).raise_for_status()
        for step in count(3 * number):
            if (began := time.perf_counter()) >= until:
                return answers
            strokes = [stroke("layer4" if step % 2 else "layer5", step)]
            body = {"model": model, "seed": number, "strokes": strokes, "format": format}
            answer = await http.post("/api/render", json=body)
            answer.raise_for_status()
            answers.append((time.perf_counter(), time.perf_counter() - began))
    return answers


def stroke(layer: str, step: int) -> dict[str, Any]:
    """A stroke over one eighth of the picture each way."""
    cell = MASK_SIDE // 8
    row, column = step // 8 % 8, step % 8
    box = (column * cell, row * cell, (column + 1) * cell - 1, (row + 1) * cell - 1)
    return {"units": list(range(20)), "layer": layer, "mode": "draw", "mask": base64_text(mask_png(MASK_SIDE, box))}
