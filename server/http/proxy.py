"""Behind a proxy: who asked, over what, and under which path, as far as the proxy is trusted to say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class BehindProxy:
    """ASGI middleware: takes `X-Forwarded-For`, `-Proto` and `-Prefix` from trusted proxies, and from nobody else.

    The port of the client stays the one that the proxy connects from: students who share an address stay apart, each
    connection with a turn of its own.  root_path: where a proxy shows us that does not say it.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str], root_path: str) -> None:
        self.app = app
        self.root_path = root_path
        self._known = ProxyHeadersMiddleware(cast("Any", self._run), list(trusted))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application as if the client had asked it directly."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        peer = scope.get("client")
        prefix = self.root_path
        if peer and peer[0] in self._known.trusted_hosts:
            given = Headers(scope=scope).get("x-forwarded-prefix", "").rstrip("/")
            prefix = given if given and PREFIX.fullmatch(given) else prefix
        path = scope["path"]
        if prefix and not path.startswith(f"{prefix}/"):  # the proxy has taken it away
            path = prefix + path
        inside = {**scope, "root_path": prefix, "path": path, "peer": peer}
        await self._known(cast("Any", inside), cast("Any", receive), cast("Any", send))

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        client, peer = scope.get("client"), scope.pop("peer")
        if client and peer:
            scope["client"] = (client[0], client[1] or peer[1])
        await self.app(scope, receive, send)
