"""WS /api/paint: pictures while the pointer moves.

The client sends text messages, a painting with an `id` each.  Every message is answered, by the same `id`:

    {"id": 7, "type": "image", "format": "png", …}           and one binary message: id as big-endian uint32, the file
    {"id": 6, "type": "superseded"}                           a newer painting came before this one was begun
    {"id": 5, "type": "error", "error": {…}}                  the one error shape; the connection stays
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from dissect_core.errors import UnitbrushError
from server.errors import ApiError, error_body
from server.http.deps import get_client, get_settings, get_studio
from server.painting.preview import Preview
from server.settings import Settings

router = APIRouter(tags=["painting"])

TRY_AGAIN_LATER = 1013
NOT_ALLOWED = 1008
INTERNAL_ERROR = 1011


@router.websocket("/api/paint")
async def paint(socket: WebSocket) -> None:
    """One live-preview connection."""
    settings = get_settings(socket)
    await socket.accept()
    try:
        _check_origin(socket, settings)
        studio = get_studio(socket)
        with _counted(socket, settings):
            await _serve(socket, Preview(studio, get_client(socket), socket.send_text, socket.send_bytes))
    except UnitbrushError as error:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(json.dumps({"id": None, "type": "error", **error_body(error)}))
            await socket.close(NOT_ALLOWED if error.code == "bad_origin" else TRY_AGAIN_LATER)


async def _serve(socket: WebSocket, preview: Preview) -> None:
    """Read and render at the same time, until the client leaves or there is nothing left to render with."""
    reading, rendering = asyncio.create_task(_read(socket, preview)), asyncio.create_task(preview.run())
    tasks = (reading, rendering)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            await socket.close(INTERNAL_ERROR)
    except RuntimeError:
        return  # it has left already
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(socket: WebSocket, preview: Preview) -> None:
    """Hand over what comes until the client leaves."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it left while we were answering
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            await preview.receive(text if text is not None else message.get("bytes") or b"")


@contextlib.contextmanager
def _counted(socket: WebSocket, settings: Settings) -> Iterator[None]:
    """Count the connection while it lasts; refuse it when there are too many."""
    state = socket.app.state
    address = socket.client.host if socket.client else ""
    if state.sockets_of[address] >= settings.max_sockets_per_address:
        raise ApiError(
            503,
            "too_many_connections",
            "too many live previews from one address at once",
            field="server",
            value=state.sockets_of[address],
            allowed=f"at most {settings.max_sockets_per_address}; POST /api/render still works",
        )
    if state.sockets >= settings.max_sockets:
        raise ApiError(
            503,
            "too_many_connections",
            "too many live previews at once",
            field="server",
            value=state.sockets,
            allowed=f"at most {settings.max_sockets}; POST /api/render still works",
        )
    state.sockets += 1
    state.sockets_of[address] += 1
    try:
        yield
    finally:
        state.sockets -= 1
        state.sockets_of[address] -= 1
        state.sockets_of += Counter()  # forgets those who have none


def _check_origin(socket: WebSocket, settings: Settings) -> None:
    """Browsers let any page open a socket to any server; only our own pages may."""
    origin = socket.headers.get("origin")
    if origin is None or origin in settings.allowed_origins:
        return
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:  # such as "http://["
        host = ""
    if not host or host != socket.headers.get("host", "").lower():
        raise ApiError(
            403,
            "bad_origin",
            "this page belongs to another site",
            field="Origin",
            value=origin,
            allowed="a page of this server, or a site in the setting allowed_origins",
        )
