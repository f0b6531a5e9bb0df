"""One live-preview connection: the newest painting wins, and every answer names the message that it answers.

While a painting is rendered only the newest of those that arrive waits; the others are answered "superseded".  A mask
is sent once and named by a number from then on, so a drag does not send the whole history again and again.
Knows nothing of sockets: it is given two functions that send.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dissect_core.errors import UnitbrushError
from server.errors import ApiError, error_body, unexpected
from server.painting.masks import Mask, MaskStore, masks_of
from server.painting.studio import Studio
from server.schemas import PaintFrame, check_parts, parse
from server.settings import Settings
from server.work.waiting import STOPPING

log = logging.getLogger("unitbrush.server")


@dataclass(frozen=True)
class _Waiting:
    frame: PaintFrame
    masks: list[Mask]


class Preview:
    """The state of one connection.  Call `receive` with every message and keep `run` running."""

    def __init__(
        self,
        studio: Studio,
        client: str,
        send_text: Callable[[str], Awaitable[None]],
        send_bytes: Callable[[bytes], Awaitable[None]],
    ) -> None:
        settings: Settings = studio.settings
        self.studio = studio
        self.client = client
        self.masks = MaskStore(settings.max_socket_mask_bytes)
        self._send_text = send_text
        self._send_bytes = send_bytes
        self._sending = asyncio.Lock()  # an image and its announcement are never parted
        self._waiting: _Waiting | None = None
        self._arrived = asyncio.Event()

    async def receive(self, message: str | bytes) -> None:
        """Take a message: it becomes the painting that waits, or is answered with an error."""
        try:
            waiting = await self.studio.in_pool(lambda: self._read(message))
        except UnitbrushError as error:
            await self._refuse(_id_of(message, self.studio.settings), error)
            return
        older, self._waiting = self._waiting, waiting
        self._arrived.set()
        if older is not None:
            await self._say({"id": older.frame.id, "type": "superseded"})

    async def run(self) -> None:
        """Render what waits, one after the other, until cancelled or until the network is served no more."""
        served = True
        while served:
            await self._arrived.wait()
            self._arrived.clear()
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                served = await self._answer(waiting)

    async def _answer(self, waiting: _Waiting) -> bool:
        """Send the picture or what is wrong; False when no more pictures will come."""
        frame = waiting.frame
        try:
            picture = await self.studio.paint(frame, masks=waiting.masks, client=self.client)
        except UnitbrushError as error:
            await self._refuse(frame.id, error)
            return error.code != STOPPING
        except Exception:
            log.exception("unexpected error on a live-preview connection")
            await self._refuse(frame.id, unexpected())
            return True
        head = {
            "id": frame.id,
            "type": "image",
            "format": picture.format,
            "ms": dict(picture.ms),
            "batch": picture.batch,
            "model_sha256": picture.model.weights.sha256,
        }
        async with self._sending:
            await self._send_text(json.dumps(head))
            await self._send_bytes(frame.id.to_bytes(4, "big") + picture.data)
        return True

    def _read(self, message: str | bytes) -> _Waiting:
        """The painting of a message, with all its masks."""
        settings = self.studio.settings
        if isinstance(message, bytes):
            raise ApiError(
                422,
                "bad_frame",
                "binary messages are not understood",
                field="message",
                value=f"{len(message)} bytes",
                allowed="JSON as a text message",
            )
        if (size := len(message.encode())) > settings.max_message_bytes:
            raise ApiError(
                413,
                "message_too_large",
                "the message is too large",
                field="message",
                value=f"{size} bytes",
                allowed=f"at most {settings.max_message_bytes} bytes",
            )
        frame = parse(PaintFrame, message, settings)
        return _Waiting(frame, masks_of(frame.strokes, settings, self.masks))

    async def _refuse(self, frame_id: int | None, error: UnitbrushError) -> None:
        await self._say({"id": frame_id, "type": "error", **error_body(error)})

    async def _say(self, answer: dict[str, object]) -> None:
        async with self._sending:
            await self._send_text(json.dumps(answer))


def _id_of(message: str | bytes, settings: Settings) -> int | None:
    """The number of a message that could not be read as a whole, if it says one."""
    try:
        check_parts(message, settings)
        frame_id = json.loads(message)["id"]
    except (UnitbrushError, ValueError, TypeError, KeyError, RecursionError):
        return None
    good = isinstance(frame_id, int) and not isinstance(frame_id, bool) and 0 <= frame_id < 2**32
    return frame_id if good else None
