"""A live preview of a painting with a history: what one costs over 1, 20, 100 and 500 strokes.

As the page does it: every message has all strokes, the masks of the older ones by their numbers, and the newest stroke
has grown.  From the message to the encoded picture, in one process, without a network in between.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from server.painting.preview import Preview
from server.services import load_services
from server.settings import Settings
from tests.benchmarks.turns import Row, compared, in_turns

LENGTHS = (1, 20, 100, 500)
SIDE = 64
GOAL = "at least 0.77 (1.3 times the time)"


def mask(row: int, column: int, radius: int = 4) -> str:
    """A disc as base64 of a PNG file."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inside = (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
    file = BytesIO()
    Image.fromarray(np.where(inside, 255, 0).astype(np.uint8)).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def painter(preview: Preview, arrived: list[bytes], model: str, brushes: list[str], length: int) -> Callable[[], None]:
    """A function that shows the painting once more, its newest stroke grown."""
    loop = asyncio.get_event_loop()
    old = [
        {"mask_id": 1000 * length + number, "concept": brushes[number % len(brushes)], "mode": "draw"}
        for number in range(length - 1)
    ]
    masks = [mask(8 + 7 * n % 48, 8 + 13 * n % 48) for n in range(length)]
    sent = "".join(json.dumps({**stroke, "mask": one}) + "," for stroke, one in zip(old, masks, strict=False))
    known = "".join(json.dumps(stroke) + "," for stroke in old)  # written once: that is the client's time
    frames = itertools.count(10_000 * length)

    def show(history: str = known) -> None:
        frame = next(frames)
        newest = json.dumps({"concept": brushes[0], "mode": "draw", "mask": mask(32, 32, 3 + frame % 4)})
        head = json.dumps({"id": frame, "model": model, "seed": 7, "format": "webp-lossless"}).removesuffix("}")
        message = f'{head}, "strokes": [{history}{newest}]}}'

        async def once() -> None:
            before = len(arrived)
            await preview.receive(message)
            while len(arrived) == before:
                await asyncio.sleep(0)

        loop.run_until_complete(once())

    show(sent)
    return show


def rows(repeats: int) -> list[Row]:
    """One row for each length, compared with one stroke."""
    settings = Settings(max_strokes=max(LENGTHS), device="cpu")
    services = load_services(settings)
    services.open()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    arrived: list[bytes] = []

    async def text(said: str) -> None:
        if json.loads(said)["type"] == "error":
            raise RuntimeError(said)

    async def data(picture: bytes) -> None:
        arrived.append(picture)

    model = next(iter(services.studio.catalog.models.values()))
    brushes = [name for name, brush in model.brushes.items() if brush.layer == model.card.paint_layers[-1]] or list(
        model.brushes
    )
    previews = {n: Preview(services.studio, f"painter of {n}", text, data) for n in LENGTHS}
    running = [loop.create_task(preview.run()) for preview in previews.values()]
    try:
        shows = {str(n): painter(preview, arrived, model.card.id, brushes, n) for n, preview in previews.items()}
        times = in_turns(shows, 5 * repeats, warm_up=5)
    finally:
        for task in running:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*running, return_exceptions=True))
        services.close()
        loop.close()
    goals = {n: GOAL if n > 1 else "" for n in LENGTHS}
    return [compared(f"live preview over {n} strokes", times[str(n)], times["1"], goal=goals[n]) for n in LENGTHS]
