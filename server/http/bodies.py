"""The bodies of requests: JSON that is parsed off the event loop, and picture files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel

from server.errors import ApiError
from server.painting.studio import Studio
from server.schemas import Painting, parse
from server.units.unit_schemas import Question

M = TypeVar("M", bound=BaseModel)

JSON_BODIES: tuple[type[BaseModel], ...] = (Painting, Question)
"""What handlers read with `json_body`, for the OpenAPI schema."""
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in PICTURES},
    }
}
"""OpenAPI of a body that is a picture file."""


def json_schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """OpenAPI of a body that `json_body` reads."""
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def json_body(request: Request, studio: Studio, kind: type[M]) -> M:
    """The body as a model.  Raises ApiError 415 for another content type, 422 for a body that does not fit."""
    _check_type(request, ("application/json",), "the body must be JSON")
    body = await request.body()
    return await studio.in_pool(lambda: parse(kind, body, studio.settings))


async def picture_body(request: Request) -> bytes:
    """The body as a file.  Raises ApiError 415 unless it claims to be a picture of a kind that is read."""
    _check_type(request, PICTURES, "the body must be a picture file")
    return await request.body()


def _check_type(request: Request, allowed: Sequence[str], message: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in allowed:
        raise ApiError(
            415, "bad_content_type", message, field="Content-Type", value=given or "missing", allowed=", ".join(allowed)
        )
