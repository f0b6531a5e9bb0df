"""Limits on requests before any of it is parsed: the size of the body, whatever the client says about it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import ApiError, error_response


class BodyLimit:
    """ASGI middleware: reads the body up to a limit before the application runs; beyond it the answer is 413.

    It counts the bytes that arrive, so a chunked body without a Content-Length is held to the same limit.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application on a request whose body is at most `max_body_bytes` long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.max_body_bytes:
            await self._refuse(int(declared), scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > self.max_body_bytes:
                await self._refuse(len(body), scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        await self.app(scope, _replay(bytes(body), receive), send)

    async def _refuse(self, size: int, scope: Scope, receive: Receive, send: Send) -> None:
        error = ApiError(
            413,
            "body_too_large",
            "the body of the request is too large",
            field="body",
            value=f"{size} bytes or more",
            allowed=f"at most {self.max_body_bytes} bytes",
        )
        response = error_response(error)
        response.headers["Connection"] = "close"  # what is left of the body is not read
        await response(scope, receive, send)


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
