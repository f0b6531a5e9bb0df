"""From a painting to the bytes of its picture: strokes, engine, caches and encoding put together.

Everything that computes runs in threads: the networks in the engine's, masks and encoding in a small pool, so the
event loop only waits.  Unedited pictures come from one cache whoever asks, so that undoing every stroke gives back the
very bytes of the original.  Knows nothing of HTTP but the errors it raises.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.images import pixels
from dissect_core.models.card import ModelCard
from dissect_core.models.latents import MAX_ID, is_near, latents
from dissect_core.painting.edits import UnitStroke, compose
from dissect_core.painting.masks import to_grid
from dissect_core.render import Renderer
from dissect_core.version import __version__
from server.catalog import Catalog, Networks, PaintModel
from server.painting.masks import Mask, masks_of
from server.painting.strokes import StrokeReader
from server.schemas import Painting
from server.settings import Settings
from server.work.engine import Edits, Engine, Rendered
from server.work.metrics import Metrics
from server.work.recent import Recent
from server.work.single_flight import Shared
from server.work.waiting import finished

T = TypeVar("T")

EXAMPLE_SIDE_PX = 96
"""Side of the example picture of a brush."""
EXAMPLE_MARGIN = 0.3
"""What an example shows around what was painted, as a share of the painted box's longer side, on each side."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture: the file, its format, the network, and where the time went (milliseconds, by step).

    batch: pictures in its forward pass, 0 for one that was remembered.
    """

    data: bytes
    format: pixels.Format
    model: ModelCard
    ms: Mapping[str, float]
    batch: int


class Studio:
    """The catalogue and the running engine of one server."""

    def __init__(self, settings: Settings, catalog: Catalog, engine: Engine) -> None:
        self.settings = settings
        self.catalog = catalog
        self.engine = engine
        self.metrics = Metrics(engine)
        self.reader = StrokeReader(settings)
        self._pool = ThreadPoolExecutor(settings.encode_threads, thread_name_prefix="encode")
        self._far = ThreadPoolExecutor(1, thread_name_prefix="latents")
        self._originals: Recent[tuple[str, int], Tensor] = Recent(settings.cached_pictures)
        self._coming: Shared[tuple[str, int], Rendered] = Shared()  # one render, however many ask for it
        self._examples: Recent[tuple[str, str, pixels.Format], Picture] = Recent(settings.cached_examples)

    def open(self) -> None:
        """Start the engine and render one picture of each network, so that the first stroke is as fast as the rest."""
        self.engine.start()
        for model_id in self.catalog.models:
            rendered = self.engine.submit(model_id, 0, {}).result()
            self._originals.put((model_id, 0), rendered.picture)

    def close(self) -> None:
        """Stop the engine and the pool."""
        self.engine.stop()
        for pool in (self._pool, self._far):
            pool.shutdown(cancel_futures=True)

    def picture_version(self, model: PaintModel) -> str:
        """Changes with everything that a picture of a network depends on but what was asked for."""
        return f"{model.card.weights.sha256[:16]}-{self.engine.precision(model.card.id)}-{__version__}"

    async def paint(self, painting: Painting, *, masks: Sequence[Mask] | None = None, client: str = "") -> Picture:
        """The picture of a painting.

        masks: those of the strokes; without, every stroke has its own.  client: who asks (clients take turns).
        Raises UnitbrushError for a bad painting, ApiError 503 or 504 when there is too much to do.
        """
        started = time.perf_counter()
        model = self.catalog.model(painting.model)
        self._check_scale(painting.scale, model.card)
        await self.known_seed(model.card.id, painting.seed)
        edits = await self.in_pool(lambda: self._prepared(model, painting, masks))
        rendered = await self._rendered(model.card.id, painting.seed, edits, client, painting.draft)
        return await self._encoded(model.card, rendered, painting.format, started, scale=painting.scale)

    async def image(
        self, model: PaintModel, seed: int, format: pixels.Format, side: int | None = None, client: str = ""
    ) -> Picture:
        """Image `seed` unedited, at full size or as a thumbnail of `side` pixels."""
        started = time.perf_counter()
        await self.known_seed(model.card.id, seed)
        rendered = await self._rendered(model.card.id, seed, {}, client)
        return await self._encoded(model.card, rendered, format, started, side)

    async def example(self, model: PaintModel, brush_id: str, format: pixels.Format) -> Picture:
        """What a brush does: a corner of its example image, painted."""
        brush = model.brush(brush_id)
        key = (model.card.id, brush.id, format)
        if found := self._examples.get(key):
            return found
        started = time.perf_counter()
        side = model.card.resolution
        units = brush.units[: brush.default_count]
        alpha = to_grid(disc(brush.example_box, side), model.layers[brush.layer].grid)
        stroke = UnitStroke(brush.layer, units, brush.values[: brush.default_count], alpha)
        rendered = await self._rendered(model.card.id, brush.example_seed, compose([stroke]), "")
        rows, columns = window(brush.example_box, side)
        cropped = replace(rendered, picture=rendered.picture[rows, columns].contiguous())
        picture = await self._encoded(model.card, cropped, format, started, EXAMPLE_SIDE_PX)
        self._examples.put(key, picture)
        return picture

    def _prepared(self, model: PaintModel, painting: Painting, masks: Sequence[Mask] | None) -> Edits:
        found = masks_of(painting.strokes, self.settings) if masks is None else masks
        return self.reader.edits(model, painting.strokes, found)

    async def original(self, model_id: str, seed: int, client: str = "") -> Tensor:
        """Image `seed` of a generator, unedited: (R, R, 3) uint8."""
        return (await self._rendered(model_id, seed, {}, client)).picture

    async def known_seed(self, model_id: str, seed: int) -> None:
        """There is such an image, or BadSeed.

        Reaching a far one takes seconds once, in a thread of its own: nobody who paints waits for it.
        """
        size = self.engine.latent_size(model_id)
        if not 0 <= seed <= MAX_ID or is_near(seed, size):
            latents([seed], size)
        else:
            await asyncio.get_running_loop().run_in_executor(self._far, lambda: latents([seed], size))

    async def _rendered(self, model_id: str, seed: int, edits: Edits, client: str, draft: bool = False) -> Rendered:
        if edits:
            return await self._from_engine(model_id, seed, edits, client, draft)
        key = (model_id, seed)
        if (picture := self._originals.get(key)) is not None:
            return Rendered(picture, 0.0, 0.0, 0, first=False)
        rendered = await self._coming.wait(key, lambda: self._from_engine(model_id, seed, {}, client))
        self._originals.put(key, rendered.picture)
        return rendered

    async def _from_engine(self, model_id: str, seed: int, edits: Edits, client: str, draft: bool = False) -> Rendered:
        return await finished(
            self.settings,
            lambda: self.engine.submit(model_id, seed, edits, client=client, draft=draft),
            lambda: self.metrics.refused(model_id),
        )

    def _check_scale(self, scale: int, card: ModelCard) -> None:
        most = max(1, self.settings.max_picture_side_px // card.resolution)
        if scale > most:
            raise UnitbrushError(
                "the picture would be too large", field="scale", value=scale, allowed=f"1 to {most} for {card.id}"
            )

    async def _encoded(
        self,
        card: ModelCard,
        rendered: Rendered,
        format: pixels.Format,
        started: float,
        side: int | None = None,
        scale: int = 1,
    ) -> Picture:
        picture = rendered.picture

        def encode() -> tuple[bytes, float]:
            begun = time.perf_counter()
            sized = pixels.enlarged(picture, scale) if side is None else pixels.resized(picture, side)
            data = pixels.encode(sized, format)
            return data, (time.perf_counter() - begun) * 1000

        data, encode_ms = await self.in_pool(encode)
        ms = {
            "queue": rendered.queue_ms,
            "render": rendered.render_ms,
            "encode": encode_ms,
            "total": (time.perf_counter() - started) * 1000,
        }
        self.metrics.finished(card.id, ms, rendered)
        return Picture(data, format, card, {step: round(value, 2) for step, value in ms.items()}, rendered.batch)

    async def in_pool(self, work: Callable[[], T]) -> T:
        """What `work` gives, done in a thread: decoding and encoding."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture's side."""


def disc(box: Box, side: int) -> Tensor:
    """(side, side), 1 inside the ellipse inscribed in the box and 0 elsewhere."""
    left, top, right, bottom = box
    centres = (torch.arange(side) + 0.5) / side
    x = (centres - (left + right) / 2) / ((right - left) / 2)
    y = (centres - (top + bottom) / 2) / ((bottom - top) / 2)
    return (x[None, :].square() + y[:, None].square() <= 1).float()


def window(box: Box, side: int) -> tuple[slice, slice]:
    """(rows, columns) of a square around the box with a margin, at least a third of the picture; in pixels."""
    left, top, right, bottom = box
    longer = max(right - left, bottom - top)
    extent = min(side, round(side * max(longer * (1 + 2 * EXAMPLE_MARGIN), 1 / 3)))
    corners = [round(side * (low + high) / 2 - extent / 2) for low, high in ((top, bottom), (left, right))]
    row, column = (min(max(corner, 0), side - extent) for corner in corners)
    return slice(row, row + extent), slice(column, column + extent)


def make_studio(settings: Settings, catalog: Catalog, networks: Networks) -> Studio:
    """The studio of these networks, not open yet."""
    cache_bytes = settings.render_cache_mebibytes * 2**20
    engine = Engine(
        {name: Renderer(generator, cache_bytes=cache_bytes) for name, generator in networks.generators.items()},
        max_batch=settings.max_batch_images,
        max_waiting=settings.max_waiting_renders,
        max_wait_s=settings.max_wait_seconds,
        max_draft_wait_s=settings.max_draft_wait_seconds,
        threads=settings.torch_threads,
    )
    return Studio(settings, catalog, engine)
