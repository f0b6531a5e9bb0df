"""POST /api/render: a painting in, its picture out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from server.errors import ApiError
from server.http.deps import ClientDep, SettingsDep, StudioDep
from server.http.routes.pictures import picture_response, unless_client_leaves
from server.schemas import Painting, parse

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
    picture = await unless_client_leaves(request, studio.paint(painting, client=client))
    return picture_response(picture)
