"""Looking at units: their strips and best images, their activation in any picture, and what a classifier says of it.

Networks run in the observer's thread and encoding in the studio's, so the event loop only waits.  Uploaded pictures are
kept nowhere; of the pictures that were looked at last the activations are, under a digest, so that one unit after
another can be looked at.  So are the scenes that a classifier's units were shown in last.  Knows nothing of HTTP but
the errors it raises.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.images import pixels
from dissect_core.images.decoding import decode_picture, square
from dissect_core.models.latents import MAX_ID
from dissect_core.sources.bundled import SceneSource
from dissect_core.sources.networks import GeneratorSource, Source
from dissect_core.sources.scenes import ScenePictures
from dissect_core.units.gallery import draw_strip
from dissect_core.units.highlight import lit, regions
from dissect_core.units.rarity import grey_map, threshold_grey
from dissect_core.units.strongest import StrongUnit, strongest
from server.catalog import DissectedModel, Networks
from server.errors import ApiError
from server.painting.studio import Studio
from server.work.decoding import DecodingLane
from server.work.observer import Observer
from server.work.recent import Recent
from server.work.waiting import finished

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture that a network is to look at: row `row` of `source`.  key: names it."""

    key: Hashable
    source: Source
    row: int


@dataclass(frozen=True, eq=False)
class OnePicture:
    """A picture (1, 3, R, R) as a list of pictures."""

    picture: Tensor
    inputs: Mapping[str, Any]

    def __len__(self) -> int:
        return 1

    def load(self, rows: Sequence[int]) -> Tensor:
        """The picture."""
        return self.picture


class RecentPictures:
    """Scenes, of which the `size` last ones are kept as bytes: painting one takes longer than looking at it."""

    def __init__(self, pictures: ScenePictures, size: int) -> None:
        self._pictures = pictures
        self._kept: Recent[int, Tensor] = Recent(size)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Those of the list."""
        return self._pictures.inputs

    def __len__(self) -> int:
        return len(self._pictures)

    def paint(self, row: int) -> Tensor:
        """Picture `row`, (R, R, 3) uint8."""
        return self._kept.get_or_make(row, lambda: self._pictures.paint([row])[0])

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, R, R) float32 in [-1, 1]."""
        return pixels.from_bytes(torch.stack([self.paint(row) for row in rows]))


@dataclass(frozen=True, eq=False)
class GreyMap:
    """The activation of a unit in a picture as a grey PNG file, and its scale.

    threshold: t_u; what is whiter than threshold_grey is above it.  highest: the largest activation in the picture.
    """

    data: bytes
    threshold: float
    threshold_grey: int
    highest: float


class Looking:
    """What the pages about units show, for the networks of one server.  Call `open` and `close`."""

    def __init__(self, studio: Studio, networks: Networks) -> None:
        self.settings = studio.settings
        self._studio, self._networks = studio, networks
        engine = studio.engine
        self.observer = Observer(engine.gate(networks.device), engine.threads, self.settings.max_waiting_looks)
        self._decoding = DecodingLane(self.settings.max_waiting_looks)
        self._scenes: dict[str, RecentPictures] = {}
        dissected = studio.catalog.dissected.values()
        self._sources = {model.card.id: self._source(model) for model in dissected if model.dissection.layers}
        self._strips: Recent[tuple[str, str, int], bytes] = Recent(self.settings.cached_strips)
        self._activations: Recent[tuple[str, str, Hashable], Tensor] = Recent(self.settings.cached_activations)

    def open(self) -> None:
        """Start the observer."""
        self.observer.start()

    def close(self) -> None:
        """Stop the observer, and decoding."""
        self._decoding.stop()
        self.observer.stop()

    async def strip(self, model: DissectedModel, layer: str, unit: int, client: str = "") -> bytes:
        """The best images of a unit as one WebP file: from the gallery, or drawn now."""
        if (gallery := model.galleries.get(layer)) is not None:
            return gallery.strip(unit)
        key = (model.card.id, layer, unit)
        if (found := self._strips.get(key)) is not None:
            return found
        source = self._sources[model.card.id]
        drawn = await self._observed(model, lambda: draw_strip(source, model.dissection, layer, unit), client)
        self._strips.put(key, drawn)
        return drawn

    async def top_image(
        self, model: DissectedModel, layer: str, unit: int, image: int, format: pixels.Format, client: str = ""
    ) -> bytes:
        """Image `image` with the region where the unit is above t_u lit."""
        seen = self._known(model, image)
        picture = await self._picture(model, image, client)
        maps = await self._maps(model, layer, seen, client)
        threshold = model.stats(layer).thresholds[[unit]]

        def encoded() -> bytes:
            inside = regions(maps[[unit]], threshold, len(picture))
            return pixels.encode(lit(picture[None], inside)[0], format)

        return await self._studio.in_pool(encoded)

    async def image(self, model: DissectedModel, image: int, format: pixels.Format, client: str = "") -> bytes:
        """Image `image` as it is."""
        picture = await self._picture(model, image, client)
        return await self._studio.in_pool(lambda: pixels.encode(picture, format))

    def of_seed(self, model: DissectedModel, seed: int) -> Seen:
        """Image `seed` of a generator.  Call `known_seed` before.  Raises UnitbrushError for another network."""
        _must_be(model, "generator", "seed", "a picture: a classifier makes none of its own")
        return self._known(model, seed)

    async def known_seed(self, model: DissectedModel, seed: int) -> None:
        """There is such an image of a generator, or BadSeed; a far one is waited for."""
        if model.card.kind == "generator":
            await self._studio.known_seed(model.card.id, seed)

    def of_file(self, model: DissectedModel, data: bytes) -> Seen:
        """A picture file for a classifier: its middle square.

        Raises ApiError for another network or too large a file, BadPicture for one that is no usable picture.
        """
        key, picture = self._decoded(model, data)
        network, card = self._networks.classifiers[model.card.id], model.card
        return Seen(key, SceneSource(network, OnePicture(picture, {}), card.id, card.weights.sha256), 0)

    async def activation(
        self, model: DissectedModel, layer: str, unit: int, see: Callable[[], Seen], client: str = ""
    ) -> GreyMap:
        """The activation of a unit in a picture, at the size of the network's pictures."""
        maps = await self._maps(model, layer, await self._read(model, see), client)
        dissection, side = model.dissection, model.card.resolution
        threshold, highest = float(model.stats(layer).thresholds[unit]), float(maps[unit].max())

        def encoded() -> bytes:
            return pixels.encode_grey(grey_map(dissection, layer, unit, maps[unit], side))

        return GreyMap(await self._studio.in_pool(encoded), threshold, threshold_grey(dissection), highest)

    async def strongest(
        self,
        model: DissectedModel,
        layer: str,
        ask: Callable[[], tuple[Seen, Tensor]],
        count: int,
        client: str = "",
    ) -> list[StrongUnit]:
        """The units of a layer that are strongest in a picture at a place (R, R)."""
        seen, place = await self._read(model, ask)
        maps = await self._maps(model, layer, seen, client)
        return await self._studio.in_pool(lambda: strongest(model.dissection, layer, maps, place, count))

    async def classes(self, model: DissectedModel, data: bytes, client: str = "") -> list[tuple[str, float]]:
        """What a classifier says of a picture file: its classes with their probabilities, best first."""
        _, picture = await self._read(model, lambda: self._decoded(model, data))
        network = self._networks.classifiers[model.card.id]

        def classified() -> list[float]:
            logits: Tensor = network(picture.to(self._networks.device))
            chances: list[float] = logits[0].softmax(0).tolist()
            return chances

        chances = await self._observed(model, classified, client)
        return sorted(zip(network.classes, chances, strict=True), key=lambda pair: -pair[1])

    def _source(self, model: DissectedModel) -> Source:
        """The network with the images that it was dissected on; of a generator, with all."""
        card = model.card
        if card.id in self._networks.generators:
            return GeneratorSource(self._networks.generators[card.id], card.id, card.weights.sha256, MAX_ID + 1)
        painted = ScenePictures.of(model.dissection.manifest, f"dissection/{card.id}/manifest.json")
        scenes = self._scenes[card.id] = RecentPictures(painted, self.settings.cached_pictures)
        return SceneSource(self._networks.classifiers[card.id], scenes, card.id, card.weights.sha256)

    def _known(self, model: DissectedModel, image: int) -> Seen:
        source = self._sources[model.card.id]
        return Seen(image, source, image - source.first_id)

    async def _read(self, model: DissectedModel, ask: Callable[[], T]) -> T:
        """What is asked about: a classifier's pictures are uploads, which wait in a line of their own."""
        if model.card.kind != "classifier":
            return await self._studio.in_pool(ask)
        metrics = self._studio.metrics
        return await finished(self.settings, lambda: self._decoding.submit(ask), lambda: metrics.refused(model.card.id))

    def _decoded(self, model: DissectedModel, data: bytes) -> tuple[str, Tensor]:
        """A picture file's SHA-256, and its middle square (1, 3, R, R) as the classifier sees it."""
        _must_be(model, "classifier", "picture", "a seed: a generator looks at what it makes")
        most = self.settings.max_picture_bytes
        if len(data) > most:
            value, allowed = f"{len(data)} bytes", f"at most {most} bytes"
            raise ApiError(
                413, "picture_too_large", "the picture file is too large", field="picture", value=value, allowed=allowed
            )
        side = model.card.resolution
        image = square(decode_picture(data, self.settings.max_picture_pixels, field="picture", side=side), side)
        return hashlib.sha256(data).hexdigest(), pixels.from_bytes(pixels.of_image(image)[None])

    async def _picture(self, model: DissectedModel, image: int, client: str) -> Tensor:
        """Image `image`, (R, R, 3) uint8; a generator's is the renderer's, as everywhere, a classifier's is a scene."""
        if model.card.kind == "generator":
            return await self._studio.original(model.card.id, image, client)
        scenes, row = self._scenes[model.card.id], self._known(model, image).row
        return await self._studio.in_pool(lambda: scenes.paint(row))

    async def _maps(self, model: DissectedModel, layer: str, seen: Seen, client: str) -> Tensor:
        """The activations of a layer in a picture, (U, h, w) on the CPU."""
        key = (model.card.id, layer, seen.key)
        if (found := self._activations.get(key)) is not None:
            return found
        maps = await self._observed(model, lambda: seen.source.activate([seen.row], [layer])[layer][0].cpu(), client)
        self._activations.put(key, maps)
        return maps

    async def _observed(self, model: DissectedModel, work: Callable[[], T], client: str) -> T:
        metrics, began = self._studio.metrics, time.perf_counter()
        found = await finished(
            self.settings, lambda: self.observer.submit(work, client), lambda: metrics.refused(model.card.id)
        )
        metrics.looked(model.card.id, time.perf_counter() - began)
        return found


def _must_be(model: DissectedModel, kind: str, field: str, allowed: str) -> None:
    if model.card.kind != kind:
        raise UnitbrushError(
            f"{model.card.id} is no {kind}", field=field, value=f"for a {model.card.kind}", allowed=allowed
        )
