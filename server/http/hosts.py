"""Whom requests are for: pages of other names must not reach a server that listens on this computer only.

A page of evil.example can let its name point to 127.0.0.1 afterwards (DNS rebinding), and the browser then takes us for
its own server.  The name in the Host header gives it away.  An IP address cannot be rebound, so all of them are ours.
"""

from __future__ import annotations

import ipaddress
import socket

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from server.errors import ApiError
from server.http.error_handlers import error_response
from server.settings import Settings

NOT_ALLOWED = 1008


class OwnHosts:
    """ASGI middleware: answers only to addresses, localhost, this computer's name, and the names in the settings."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        own = socket.gethostname().lower()
        self.names = {"localhost", own, f"{own}.local", *map(str.lower, settings.allowed_hosts)}
        if settings.host not in ("0.0.0.0", "::", ""):
            self.names.add(settings.host.lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application on a request that is for us."""
        if scope["type"] == "lifespan" or self.ours(host := Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(NOT_ALLOWED)(scope, receive, send)
        else:
            error = ApiError(
                421,
                "bad_host",
                "this server does not answer to that name",
                field="Host",
                value=host,
                allowed="an IP address, localhost, or a name in the setting allowed_hosts",
            )
            await error_response(error)(scope, receive, send)

    def ours(self, host: str) -> bool:
        """Whether a Host header, a name or an address with or without a port, is one of ours."""
        name = host.lower().rstrip(".")
        if not name.endswith("]"):
            name = name.rpartition(":")[0] if ":" in name else name
        name = name.strip("[]").rstrip(".")
        if not name:  # a probe that speaks HTTP/1.0; browsers always say where they go
            return True
        if name in self.names or "*" in self.names or name.endswith(".localhost"):
            return True
        if any(known.startswith("*.") and name.endswith(known[1:]) for known in self.names):
            return True
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return False
