"""The web server's end of a connection, with an end to everything: how many, how slow, and errors in the one shape.

uvicorn waits for ever for the rest of a request's head and for a client that does not read its answer.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from server.errors import ApiError, error_body
from server.settings import Settings


class BoundedConfig(uvicorn.Config):
    """uvicorn's configuration with our settings.

    max_connections: how many are served at once, as far as the system lets us.
    """

    def __init__(self, app: Any, settings: Settings, max_connections: int, **options: Any) -> None:
        super().__init__(app, http=BoundedProtocol, **options)
        self.settings = settings
        self.max_connections = max_connections


class BoundedProtocol(H11Protocol):
    """One connection over which requests come, until it becomes a live preview."""

    config: BoundedConfig

    def __init__(self, config: BoundedConfig, *args: Any, **options: Any) -> None:
        super().__init__(config, *args, **options)
        self._head: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refuse a connection too many at once; wait for the first request of the others."""
        super().connection_made(transport)
        most = self.config.max_connections
        if len(self.connections) > most:
            self._answer(
                ApiError(
                    503,
                    "too_many_connections",
                    "too many connections at once",
                    field="server",
                    value=len(self.connections) - 1,
                    allowed=f"at most {most}; try again in a moment",
                    retry_after_s=1,
                )
            )
        else:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that has begun must end in time."""
        super().data_received(data)
        self._await_head()

    def on_response_complete(self) -> None:
        """A request that came while this one was answered may have begun."""
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._await_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on the live preview's own pings watch over it."""
        self._forget_timers()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write: it has so long to begin again."""
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(self.config.settings.answer_timeout_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._forget_timers()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._answer(
            ApiError(400, "bad_request", "the request is no HTTP", field="request", value=None, allowed="HTTP/1.1")
        )

    def _await_head(self) -> None:
        """Start or stop the clock: it runs from a connection's or a head's first byte until the head is complete."""
        waiting = self.conn.their_state is h11.IDLE and not self.transport.is_closing()
        if not waiting:
            self._forget_head()
        elif self._head is None:
            self._head = self.loop.call_later(self.config.settings.head_timeout_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._answer(
            ApiError(
                408,
                "too_slow",
                "the request took too long to arrive",
                field="request",
                value=None,
                allowed=f"its head within {self.config.settings.head_timeout_seconds:g} s",
            )
        )

    def _answer(self, error: ApiError) -> None:
        """Tell an error, outside of any request, and end the connection."""
        self._forget_timers()
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps(error_body(error)).encode()
            headers = [
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            if error.retry_after_s is not None:
                headers.append(("retry-after", str(error.retry_after_s)))
            head = h11.Response(status_code=error.status, headers=headers, reason=STATUS_PHRASES[error.status])
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _forget_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _forget_timers(self) -> None:
        self._forget_head()
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
