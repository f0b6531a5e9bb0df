"""The pages: Jinja2 templates with what a page needs to start already inside."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from dissect_core.images.pixels import FORMATS
from dissect_core.models.latents import MAX_ID
from dissect_core.version import __version__
from server.catalog import DissectedModel
from server.http.deps import SettingsDep, StudioDep
from server.http.docs_page import ERROR_EXAMPLE, LIVE_PREVIEW, sections
from server.http.routes.models import model_out
from server.painting.studio import Studio
from server.settings import Settings
from server.units.describe import layers_out, unit_out

router = APIRouter(include_in_schema=False)

PAGE_HEADERS = {"Cache-Control": "no-cache"}
PAGES = ("paint", "units", "layers", "look", "about", "docs")


@router.get("/")
async def home(request: Request) -> Response:
    """The painting page is the front door."""
    return _redirect(request, "/paint")


@router.get("/paint")
async def paint(request: Request, studio: StudioDep, settings: SettingsDep) -> Response:
    """The painting page."""
    return _page(request, "paint.html", {"bootstrap": bootstrap(studio, settings)})


@router.get("/units")
async def units(request: Request, studio: StudioDep, settings: SettingsDep) -> Response:
    """The wall of units; which ones is for the page to read from the query, the layers are already inside."""
    found = studio.catalog.dissected
    model = found.get(request.query_params.get("model") or next(iter(found), ""))
    summary = None if model is None else layers_out(model).model_dump()
    return _page(request, "units.html", {"bootstrap": bootstrap(studio, settings, layers=summary)})


@router.get("/units/{model}/{layer}")
async def units_of_layer(request: Request, studio: StudioDep, model: str, layer: str) -> Response:
    """Somebody who leaves the unit out of an address wants all of them."""
    _dissected(studio, model)
    return _wall_of(request, model, layer)


@router.get("/units/{model}/{layer}/{unit}")
async def one_unit(
    request: Request, studio: StudioDep, settings: SettingsDep, model: str, layer: str, unit: str
) -> Response:
    """One unit with its evidence already inside."""
    found = _dissected(studio, model)
    units = found.layers[layer].units if layer in found.layers else 0
    if unit not in map(str, range(units)):  # a text, because numbers of thousands of digits are refused with a crash
        raise HTTPException(404)
    if layer not in found.dissection.layers:  # the wall says what to do about it
        return _wall_of(request, model, layer)
    evidence = unit_out(found, layer, int(unit)).model_dump()
    start = bootstrap(studio, settings, unit=evidence)
    return _page(request, "unit.html", {"bootstrap": start, "kind": found.card.kind})


@router.get("/layers")
async def all_layers(request: Request, studio: StudioDep, model: str = "") -> Response:
    """The comparison of layers of one network, or else the first that is dissected, beside one of another kind."""
    catalog = studio.catalog.dissected
    names = [name for name, found in catalog.items() if found.dissection.layers] or list(catalog)
    first, *others = sorted(names, key=lambda name: name != model)  # the wanted one first, the others in order
    kind = catalog[first].card.kind
    others.sort(key=lambda name: catalog[name].card.kind == kind)  # the other kinds first, in order
    query = f"?{urlencode({'with': others[0]})}" if others else ""
    return _redirect(request, f"/layers/{first}{query}")


@router.get("/layers/{model}")
async def layers(request: Request, studio: StudioDep, settings: SettingsDep, model: str) -> Response:
    """The comparison of the layers of one network, or with `?with=` of two."""
    names = [model, *request.query_params.getlist("with")[:1]]
    summaries = [layers_out(_dissected(studio, name)).model_dump() for name in names]
    return _page(request, "layers.html", {"bootstrap": bootstrap(studio, settings, layers=summaries)})


@router.get("/look")
async def look(request: Request, studio: StudioDep, settings: SettingsDep) -> Response:
    """Which units are strongest at a place of a picture."""
    return _page(request, "look.html", {"bootstrap": bootstrap(studio, settings)})


@router.get("/about")
async def about(request: Request, studio: StudioDep) -> Response:
    """What this is, in plain words, and what each network was trained on."""
    models = [model_out(card, studio.catalog) for card in studio.catalog.cards.values()]
    painted = any("procedural" in model.origin for model in models)
    return _page(request, "about.html", {"bootstrap": {}, "models": models, "painted": painted})


@router.get("/{page}/")
async def with_slash(request: Request, page: str) -> Response:
    """Somebody wrote a slash too many after the name of a page."""
    if page not in PAGES:
        raise HTTPException(404)
    query = request.url.query
    return _redirect(request, f"/{page}?{query}" if query else f"/{page}")


@router.get("/docs")
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


def bootstrap(studio: Studio, settings: Settings, **more: object) -> dict[str, object]:
    """What a page starts with: the networks that have units, the limits to respect, the version, and its own."""
    catalog = studio.catalog
    return {
        "models": [model_out(model.card, catalog).model_dump() for model in catalog.dissected.values()],
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
        **more,
    }


def _dissected(studio: Studio, model: str) -> DissectedModel:
    """The network that a page is about, or the error page."""
    if model not in studio.catalog.dissected:
        raise HTTPException(404)
    return studio.catalog.dissected[model]


def _wall_of(request: Request, model: str, layer: str) -> Response:
    return _redirect(request, f"/units?{urlencode({'model': model, 'layer': layer})}")


def _redirect(request: Request, path: str) -> Response:
    """To another page; without the host, whose name only the client and its proxies know."""
    return RedirectResponse(request.scope["root_path"] + path, status_code=307)


def _page(request: Request, template: str, context: dict[str, object]) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, template, context, headers=PAGE_HEADERS)
