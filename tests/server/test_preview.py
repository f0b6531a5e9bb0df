"""Newest wins, whatever order things happen in; no sockets here, only the state of one connection."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine
from typing import Any, cast

import numpy as np

from dissect_core.errors import BadSeed
from server.painting.masks import Mask, MaskStore
from server.painting.preview import Preview
from server.painting.strokes import StrokeReader
from server.painting.studio import Picture, Studio
from server.settings import Settings
from tests.server.live import base64_text, mask_png, painting, png, stroke


class HeldStudio:
    """A studio whose pictures come when the test lets them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.reader = StrokeReader(settings)
        self.begun: list[int] = []
        self.masks: list[list[Mask]] = []
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def in_pool(self, work: Any) -> Any:
        return work()

    async def paint(self, frame: Any, *, masks: list[Mask], client: str) -> Picture:
        self.begun.append(frame.id)
        self.masks.append(masks)
        await self.go.wait()
        if self.error:
            raise self.error
        card = type("Card", (), {"weights": type("Weights", (), {"sha256": "ab"})})
        return Picture(f"picture {frame.seed}".encode(), "png", cast("Any", card), {"total": 1.0}, 4)


class Line:
    """A connection whose answers are kept."""

    def __init__(self, **limits: Any) -> None:
        self.studio = HeldStudio(Settings(**limits))
        self.sent: list[Any] = []
        self.preview = Preview(cast("Studio", self.studio), "client", self._text, self._bytes)
        self.running = asyncio.create_task(self.preview.run())

    async def _text(self, text: str) -> None:
        self.sent.append(json.loads(text))
        await asyncio.sleep(0)

    async def _bytes(self, data: bytes) -> None:
        self.sent.append(data)
        await asyncio.sleep(0)

    async def say(self, frame_id: int, *strokes: dict[str, Any], **changes: Any) -> None:
        await self.preview.receive(json.dumps({"id": frame_id, **painting(*strokes, **changes)}))

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_only_the_newest_of_those_that_wait_is_rendered() -> None:
    async def scene() -> None:
        line = Line()
        await line.say(1, seed=11)
        await line.settle()
        for frame_id in (2, 3, 4):
            await line.say(frame_id, seed=10 + frame_id)
        assert line.sent == [{"id": 2, "type": "superseded"}, {"id": 3, "type": "superseded"}]
        line.studio.go.set()
        await line.settle()
        assert line.studio.begun == [1, 4]
        announced = [answer for answer in line.sent[2:] if isinstance(answer, dict)]
        assert [(answer["id"], answer["type"]) for answer in announced] == [(1, "image"), (4, "image")]
        assert announced[0]["format"] == "png"
        assert announced[0]["ms"] == {"total": 1.0}
        assert announced[0]["batch"] == 4
        assert line.sent[3] == b"\x00\x00\x00\x01picture 11"
        assert line.sent[5] == b"\x00\x00\x00\x04picture 14"
        line.running.cancel()

    run(scene())


def test_nothing_comes_between_an_image_and_its_announcement() -> None:
    async def scene() -> None:
        line = Line()
        line.studio.go.set()
        await line.say(1)
        while not line.sent:
            await asyncio.sleep(0)
        await asyncio.gather(line.say(2), line.say(3), line.preview.receive("{"))
        await line.settle()
        for place, answer in enumerate(line.sent):
            if isinstance(answer, dict) and answer["type"] == "image":
                assert line.sent[place + 1][:4] == answer["id"].to_bytes(4, "big")
        line.running.cancel()

    run(scene())


def test_errors_name_their_message_and_the_next_one_works() -> None:
    async def scene() -> None:
        line = Line(max_strokes=2)
        for message in ("", "[]", '{"id": "x"}', b"\x00\x01", "[" * 50_000):
            await line.preview.receive(message)
        await line.preview.receive('{"id": 5, "model": "storybook-church"}')
        await line.say(6, stroke(), stroke(), stroke())
        await line.say(7, stroke(mask="?"))
        await line.say(2**32)
        errors = [(answer["id"], answer["error"]["code"], answer["error"]["field"]) for answer in line.sent]
        assert errors[:5] == [
            (None, "bad_json", "body"),
            (None, "bad_input", "body"),
            (None, "bad_input", "model"),
            (None, "bad_frame", "message"),
            (None, "too_many_parts", "body"),
        ]
        assert errors[5:] == [
            (5, "bad_input", "seed"),
            (6, "too_many_strokes", "strokes"),
            (7, "bad_mask", "strokes[0].mask"),
            (None, "bad_input", "id"),
        ]
        line.studio.error = BadSeed("no such image", field="seed", value=9, allowed="less")
        line.studio.go.set()
        await line.say(8)
        await line.settle()
        assert (line.sent[-1]["id"], line.sent[-1]["error"]["code"]) == (8, "bad_seed")
        line.studio.error = RuntimeError("secret")
        await line.say(9)
        await line.settle()
        assert line.sent[-1]["error"]["code"] == "internal"
        assert "secret" not in str(line.sent)
        line.studio.error = None
        await line.say(10)
        await line.settle()
        assert line.sent[-1].endswith(b"picture 3")
        line.running.cancel()

    run(scene())


def test_a_mask_is_sent_once_even_if_its_painting_was_superseded() -> None:
    async def scene() -> None:
        line = Line()
        data = mask_png()
        await line.say(1)
        await line.settle()
        await line.say(2, stroke(mask=base64_text(data), mask_id=7))
        await line.say(3, stroke(mask=None, mask_id=7))
        line.studio.go.set()
        await line.settle()
        assert line.studio.begun == [1, 3]
        assert line.studio.masks[1] == [Mask(data, hashlib.sha256(data).hexdigest())]
        await line.say(4, stroke(mask=None, mask_id=8))
        assert line.sent[-1]["error"]["code"] == "unknown_mask"
        assert line.sent[-1]["error"]["field"] == "strokes[0].mask_id"
        line.running.cancel()

    run(scene())


def test_a_number_names_the_mask_that_it_was_said_with_last() -> None:
    async def scene() -> None:
        line = Line()
        line.studio.go.set()
        for frame_id, side in ((1, 16), (2, 32)):
            await line.say(frame_id, stroke(mask=base64_text(mask_png(side)), mask_id=0), stroke(mask=None, mask_id=0))
            await line.settle()
            assert [mask.data for mask in line.studio.masks[-1]] == [mask_png(side)] * 2
        line.running.cancel()

    run(scene())


def test_a_mask_that_was_forgotten_is_unknown_until_it_is_sent_again() -> None:
    async def scene() -> None:
        line = Line(max_socket_mask_bytes=1024)
        line.studio.go.set()
        sent = {number: stroke(mask=base64_text(noise_png(number)), mask_id=number) for number in range(4)}
        await line.say(1, *sent.values())  # about 400 bytes each: they do not all fit
        await line.settle()
        assert len(line.studio.masks[0]) == 4  # but this painting has all of them
        await line.say(2, stroke(mask=None, mask_id=0))
        assert line.sent[-1]["error"]["code"] == "unknown_mask"
        await line.say(3, sent[0])
        await line.say(4, stroke(mask=None, mask_id=0))
        await line.settle()
        assert line.studio.masks[-1][0].data == noise_png(0)
        line.running.cancel()

    run(scene())


def noise_png(seed: int) -> bytes:
    """A mask whose file is about 400 bytes."""
    draw = np.random.default_rng(seed)
    return png(draw.integers(0, 2, (9, 9, 4), np.uint8) * draw.integers(1, 255, (9, 9, 4), np.uint8))


def test_the_store_forgets_what_was_not_used_for_longest_and_keeps_its_limit() -> None:
    store = MaskStore(most_bytes=100)
    masks = [Mask(bytes([n]) * 40, str(n)) for n in range(3)]
    store.keep(0, masks[0])
    store.keep(1, masks[1])
    assert store.get(0) is masks[0]
    store.keep(2, masks[2])
    assert [store.get(number) for number in range(3)] == [masks[0], None, masks[2]]
    store.keep(3, Mask(bytes(101), "too large"))
    assert store.get(3) is None
    assert store.get(2) is masks[2]
