"""Every error of a request as an answer in the one shape.  Tracebacks go to the log, never to the client."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.templating import Jinja2Templates

from dissect_core.errors import UnitbrushError
from server.errors import (
    SERVER_FAULTS,
    ApiError,
    error_body,
    from_validation,
    retry_after_s,
    status_of,
    unexpected,
)
from server.http.headers import SECURITY_HEADERS

log = logging.getLogger("unitbrush.server")


def error_response(error: UnitbrushError) -> JSONResponse:
    """The response of an error."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, ApiError):
        headers |= error.headers
    if (again_s := retry_after_s(error)) is not None:
        headers["Retry-After"] = str(again_s)
    return JSONResponse(error_body(error), status_of(error), headers)


def install_error_handlers(app: FastAPI) -> None:
    """Give every error of `app` the one shape."""
    app.add_exception_handler(UnitbrushError, _core_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def _core_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnitbrushError)
    if isinstance(error, SERVER_FAULTS):
        log.error("a request met a bad file", exc_info=error)
    return error_response(error)


def _validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_response(from_validation(error.errors()))


def _unexpected_error(_request: Request, _error: Exception) -> Response:
    """Starlette raises the error again once this is sent, and the server logs it; no middleware adds headers to it."""
    response = error_response(unexpected())
    response.headers.update(SECURITY_HEADERS)
    return response


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    known = {
        400: ("bad_body", "body", "unreadable", "JSON in UTF-8, not nested too deeply", "the body cannot be read"),
        404: ("not_found", "path", path, "see /docs", "there is nothing at this address"),
        405: ("method_not_allowed", "method", request.method, "see /docs", "this address has no such method"),
    }
    code, field, value, allowed, message = known.get(
        error.status_code, ("http_error", "request", path, "see /docs", str(error.detail))
    )
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = allowed = ", ".join(_methods(request))
    found = ApiError(error.status_code, code, message, field=field, value=value, allowed=allowed, headers=headers)
    return _error_page(request) if error.status_code == 404 and _wants_page(request) else error_response(found)


def _methods(request: Request) -> list[str]:
    """What the address answers to: several routes may share it, one for each method."""
    found = {
        method
        for route in request.app.state.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }
    return sorted(found | {"HEAD"} if "GET" in found else found) or ["GET", "HEAD"]  # static files


def _wants_page(request: Request) -> bool:
    """A person with a browser looks for a page, not a program for data."""
    path = request.url.path.removeprefix(request.scope["root_path"])
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/static/"))


def _error_page(request: Request) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, "error.html", {"title": None, "message": None}, status_code=404)
