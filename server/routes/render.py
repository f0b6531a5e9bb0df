"""POST /api/render: a painting in, its picture out."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from server.deps import ClientDep, SettingsDep, StudioDep
from server.errors import ApiError
from server.routes.pictures import picture_response
from server.schemas import Painting, parse
from server.studio import Picture, Studio

router = APIRouter(prefix="/api", tags=["painting"])

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Painting"}}},
    }
}


@router.post(
    "/render",
    summary="Render a painting",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/webp": {}}}},
    openapi_extra=BODY,
)
async def render(request: Request, studio: StudioDep, settings: SettingsDep, client: ClientDep) -> Response:
    """The picture itself, with the hash of the network and the time of each step in its headers."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise ApiError(
            415,
            "bad_content_type",
            "the body must be JSON",
            field="Content-Type",
            value=content_type or "missing",
            allowed="application/json",
        )
    painting = parse(Painting, await request.body(), settings.max_strokes)
    picture = await _unless_client_leaves(request, studio, painting, client)
    return Response(status_code=499) if picture is None else picture_response(picture)


async def _unless_client_leaves(request: Request, studio: Studio, painting: Painting, client: str) -> Picture | None:
    """The picture, or None once the client has closed the connection: then what waits is dropped."""
    work = asyncio.create_task(studio.paint(painting, client=client))
    left = asyncio.create_task(_client_left(request))
    try:
        await asyncio.wait((work, left), return_when=asyncio.FIRST_COMPLETED)
        return await work if work.done() else None
    finally:
        left.cancel()
        work.cancel()


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
