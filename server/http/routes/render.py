"""POST /api/render: a painting in, its picture out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from server.http.bodies import json_body, json_schema_of
from server.http.deps import ClientDep, StudioDep
from server.http.routes.pictures import picture_response, unless_client_leaves
from server.schemas import Painting

router = APIRouter(prefix="/api", tags=["painting"])


@router.post(
    "/render",
    summary="Render a painting",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/webp": {}}}},
    openapi_extra=json_schema_of(Painting),
)
async def render(request: Request, studio: StudioDep, client: ClientDep) -> Response:
    """The picture itself, with the hash of the network and the time of each step in its headers."""
    painting = await json_body(request, studio, Painting)
    picture = await unless_client_leaves(request, studio.paint(painting, client=client))
    return picture_response(picture)
