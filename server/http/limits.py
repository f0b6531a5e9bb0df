"""Limits on requests before any of it is parsed: the size of the body, its time, and all bodies together."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import ApiError
from server.http.error_handlers import error_response
from server.settings import Settings

SMALL_BODY_BYTES = 256 * 1024
"""Bodies up to here, as those of nearly all paintings, are read however many large ones wait."""


class BodyLimit:
    """ASGI middleware: reads the body up to a limit before the application runs; beyond it the answer is 413.

    It counts the bytes that arrive, so a chunked body without a Content-Length is held to the same limit.  A body that
    takes too long is answered 408, one for which there is no memory 503.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self._large_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application on a request whose body is at most `max_body_bytes` long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(self.settings.body_timeout_seconds):
                    error = self._declared(scope) or await self._read(body, receive)
            except TimeoutError:
                error = self._too_slow(len(body))
            except ClientDisconnect:
                return
            if error is not None:
                await self._refuse(error, scope, receive, send)
            else:
                await self.app(scope, _replay(bytes(body), receive), send)
        finally:
            self._large_bytes -= _large(len(body))

    def _declared(self, scope: Scope) -> ApiError | None:
        """What is wrong with the size that the client says."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")[:20]
        if declared.isdigit() and int(declared) > self.settings.max_body_bytes:
            return self._too_large(int(declared))
        return None

    async def _read(self, body: bytearray, receive: Receive) -> ApiError | None:
        """Read into `body`; what is wrong with it, if anything is."""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            before = _large(len(body))
            body += message.get("body", b"")
            self._large_bytes += _large(len(body)) - before
            if len(body) > self.settings.max_body_bytes:
                return self._too_large(len(body))
            if _large(len(body)) and self._large_bytes > self.settings.max_bodies_mebibytes * 2**20:
                return self._too_many()
            if not message.get("more_body", False):
                return None

    async def _refuse(self, error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
        response = error_response(error)
        response.headers["Connection"] = "close"  # what is left of the body is not read
        await response(scope, receive, send)

    def _too_large(self, size: int) -> ApiError:
        return ApiError(
            413,
            "body_too_large",
            "the body of the request is too large",
            field="body",
            value=f"{size} bytes or more",
            allowed=f"at most {self.settings.max_body_bytes} bytes",
        )

    def _too_slow(self, size: int) -> ApiError:
        return ApiError(
            408,
            "too_slow",
            "the body of the request took too long to arrive",
            field="body",
            value=f"{size} bytes so far",
            allowed=f"all of it within {self.settings.body_timeout_seconds:g} s",
        )

    def _too_many(self) -> ApiError:
        return ApiError(
            503,
            "overloaded",
            "too many large requests at once; please try again",
            field="server",
            value=f"{self._large_bytes} bytes in memory",
            allowed=f"at most {self.settings.max_bodies_mebibytes} MiB of large bodies together",
            retry_after_s=2,
        )


def _large(size: int) -> int:
    """What a body of that size counts against the memory of all."""
    return size if size > SMALL_BODY_BYTES else 0


def _replay(body: bytes, receive: Receive) -> Receive:
    """`receive` that gives the body once and then whatever the connection says (that the client left)."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
