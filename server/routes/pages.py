"""The pages: Jinja2 templates with what a page needs to start already inside."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from dissect_core.latents import MAX_ID
from dissect_core.pixels import FORMATS
from dissect_core.version import __version__
from server.deps import SettingsDep, StudioDep
from server.docs_page import ERROR_EXAMPLE, LIVE_PREVIEW, sections
from server.routes.models import model_out
from server.settings import Settings
from server.studio import Studio

router = APIRouter(include_in_schema=False)

PAGE_HEADERS = {"Cache-Control": "no-cache"}


@router.get("/")
async def home() -> Response:
    """The painting page is the front door."""
    return RedirectResponse("/paint", status_code=307)


@router.api_route("/paint", methods=["GET", "HEAD"])
async def paint(request: Request, studio: StudioDep, settings: SettingsDep) -> Response:
    """The painting page."""
    return _page(request, "paint.html", {"bootstrap": bootstrap(studio, settings), "version": __version__})


@router.api_route("/docs", methods=["GET", "HEAD"])
async def docs(request: Request) -> Response:
    """The API, described from its own schema, without anything from another host."""
    schema = request.app.openapi()
    context = {
        "sections": sections(schema),
        "info": schema["info"],
        "live": LIVE_PREVIEW,
        "error_example": ERROR_EXAMPLE,
        "version": __version__,
    }
    return _page(request, "docs.html", context)


def bootstrap(studio: Studio, settings: Settings) -> dict[str, object]:
    """What the painting page starts with: its generators, the limits to respect, and the version."""
    catalog = studio.catalog
    return {
        "models": [model_out(model.card, catalog).model_dump() for model in catalog.models.values()],
        "limits": {
            "strokes": settings.max_strokes,
            "seed": MAX_ID,
            "units": settings.max_units_per_stroke,
            "level": settings.max_level,
            "mask_bytes": settings.max_mask_bytes,
            "mask_side_px": settings.max_mask_side_px,
            "message_bytes": settings.max_message_bytes,
            "formats": list(FORMATS),
        },
        "version": __version__,
    }


def _page(request: Request, template: str, context: dict[str, object]) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, template, context, headers=PAGE_HEADERS)
