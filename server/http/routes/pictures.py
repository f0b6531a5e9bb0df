"""Pictures as HTTP answers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response

from dissect_core.images.pixels import media_type
from server.errors import ApiError
from server.http.static import FOR_EVER
from server.painting.studio import Picture
from server.settings import Settings

T = TypeVar("T")


def picture_response(picture: Picture, etag: str | None = None, settings: Settings | None = None) -> Response:
    """The file with its type, the network that made it and where the time went; cacheable if it has an ETag."""
    headers = {
        "X-Unitbrush-Model-Sha256": picture.model.weights.sha256,
        "Server-Timing": server_timing(picture.ms, picture.batch),
        "Cache-Control": "no-store",
    }
    if etag is not None and settings is not None:
        headers |= cache_headers(etag, settings)
    return Response(picture.data, media_type=media_type(picture.format), headers=headers)


def not_modified(request: Request, etag: str, settings: Settings, for_ever: bool = False) -> Response | None:
    """304 if the browser has this already; for_ever as in `cache_headers`."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if not {etag, "*"} & {*known}:
        return None
    return Response(status_code=304, headers=cache_headers(etag, settings, for_ever))


def cache_headers(etag: str, settings: Settings, for_ever: bool = False) -> dict[str, str]:
    """The browser may reuse the answer for a while and then asks whether it changed.

    for_ever: what the answer depends on is in its address, so the browser need never ask again.
    """
    lasting = FOR_EVER if for_ever else f"public, max-age={settings.picture_max_age_seconds}"
    return {"ETag": etag, "Cache-Control": lasting}


async def unless_client_leaves(request: Request, making: Coroutine[Any, Any, T]) -> T:
    """What is made; raises ApiError 499 once the client has closed the connection: then what waits is dropped."""
    work = asyncio.create_task(making)
    left = asyncio.create_task(_client_left(request))
    try:
        await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise ApiError(499, "client_left", "the client left", field="connection", value=None, allowed="an open one")
    finally:
        left.cancel()
        work.cancel()


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def server_timing(ms: Mapping[str, float], batch: int) -> str:
    """The Server-Timing header: queue;dur=0.1, render;dur=31.0, …, batch;desc="8"."""
    return ", ".join([*(f"{step};dur={value:g}" for step, value in ms.items()), f'batch;desc="{batch}"'])
