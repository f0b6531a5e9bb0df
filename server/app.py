"""The application: `create_app(settings)`.  Importing this module does nothing; starting the application loads all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jinja2
from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.middleware.gzip import GZipMiddleware
from starlette.templating import Jinja2Templates

from dissect_core.errors import UnitbrushError
from dissect_core.version import __version__
from server.http.bodies import JSON_BODIES
from server.http.error_handlers import install_error_handlers
from server.http.headers import HeadAsGet, SecurityHeaders
from server.http.hosts import OwnHosts
from server.http.limits import BodyLimit
from server.http.proxy import BehindProxy
from server.http.routes import health, looking, models, pages, paint, render, units
from server.http.static import VersionedFiles
from server.schemas import ErrorOut
from server.services import Services, load_services
from server.settings import Settings

DESCRIPTION = "Paint with the units of a generative network. Every error has the same shape."


def create_app(settings: Settings | None = None, services: Services | None = None) -> FastAPI:
    """The application.

    settings: read from the environment where not given.  services: already loaded; else they are loaded when the
    application starts, which fails with UnitbrushError if anything in `precomputed` is missing or does not fit.
    """
    settings = settings or Settings()
    for needed in ("static/js", "templates/base.html"):
        if not (settings.frontend_path / needed).exists():
            raise UnitbrushError(
                f"there is no {settings.frontend_path / needed}",
                field="frontend_path",
                value=str(settings.frontend_path),
                allowed="the folder with templates and static",
            )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = await asyncio.to_thread(load_services, settings) if services is None else services
        await asyncio.to_thread(opened.open)
        app.state.studio, app.state.looking = opened.studio, opened.looking
        try:
            yield
        finally:
            del app.state.studio, app.state.looking
            await asyncio.to_thread(opened.close)

    app = FastAPI(
        title="Unitbrush",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # Starlette's redirects name the host that was asked for
        responses={"default": {"model": ErrorOut, "description": "What was wrong"}},
    )
    static = VersionedFiles(settings.frontend_path / "static", settings.development)
    app.state.settings = settings
    app.state.sockets, app.state.sockets_of, app.state.routes = 0, Counter[str](), []
    app.state.templates = _templates(settings, static)
    for module in (pages, models, units, looking, render, paint, health):
        app.include_router(module.router)
        app.state.routes += module.router.routes
    app.mount("/static", static, name="static")
    install_error_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)  # leaves pictures as they are
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(OwnHosts, settings=settings)
    app.add_middleware(BehindProxy, trusted=settings.trusted_proxies, root_path=settings.root_path)
    app.add_middleware(SecurityHeaders)  # added last, so outermost
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # the way that FastAPI documents
    return app


def _templates(settings: Settings, static: VersionedFiles) -> Jinja2Templates:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(settings.frontend_path / "templates"),
        autoescape=True,
        auto_reload=settings.development,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    @jinja2.pass_context
    def address(context: jinja2.runtime.Context, path: str) -> str:
        return f"{context['root']}{static.url(path)}"

    environment.globals["static"] = address
    return Jinja2Templates(env=environment, context_processors=[_root])


def _root(request: Request) -> dict[str, str]:
    """For templates: where a proxy shows us."""
    return {"root": request.scope["root_path"]}


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The schema, with the bodies that handlers read themselves."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        _, bodies = models_json_schema(
            [(kind, "validation") for kind in JSON_BODIES], ref_template="#/components/schemas/{model}"
        )
        schema["components"]["schemas"] |= bodies["$defs"]
        app.openapi_schema = schema
    return app.openapi_schema
