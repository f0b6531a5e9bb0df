"""Serving the application: the socket, the limits that the system sets, and the words when it is ready."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from dissect_core.errors import UnitbrushError
from server.http.protocol import BoundedConfig
from server.settings import Settings

BACKLOG = 512
"""Connections that wait in the system until they are accepted."""
ACCEPTED_AT_ONCE = 16
"""asyncio opens so many before it looks at any; with more it runs out of files before it can refuse one."""
OTHER_FILES = 64
"""Files that the process may have open beside connections."""
GRACE_SECONDS = 3
MESSAGES_READ = 2
"""Live-preview messages of up to so many times the limit are read, to be answered; a larger one ends the connection."""

log = logging.getLogger("unitbrush.server")


class WebServer(uvicorn.Server):
    """uvicorn with our limits.  ready: called once the pages can be opened."""

    def __init__(self, app: Any, settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
        config = BoundedConfig(
            app,
            settings,
            most_connections(settings),
            log_config=None,
            log_level=settings.log_level,
            access_log=settings.log_level in ("debug", "info"),
            proxy_headers=False,  # `proxy.py` reads them
            backlog=ACCEPTED_AT_ONCE,
            ws_max_size=MESSAGES_READ * settings.max_message_bytes,
            ws_ping_interval=settings.ping_seconds,
            ws_ping_timeout=settings.ping_seconds,
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)  # asyncio has set it to what it accepts at once
        if self.started:
            self._ready()


def most_connections(settings: Settings) -> int:
    """As many connections as the settings allow, or fewer where the system gives us fewer files."""
    most = settings.max_connections
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = most + OTHER_FILES
        if soft != resource.RLIM_INFINITY and soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = max(1, soft - OTHER_FILES)
            log.warning("only %d connections at once: this process may open no more than %d files", most, soft)
    return most


class OneASecond(logging.Filter):
    """Of one warning or error that comes again and again, a line a second, with how many were left out."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if record.levelno < logging.WARNING:
            return True
        key, now = (record.name, str(record.msg)[:200]), time.monotonic()
        last, left_out = self._seen.get(key, (float("-inf"), 0))
        if now - last < 1:
            self._seen[key] = (last, left_out + 1)
            return False
        if len(self._seen) > 1000:
            self._seen.clear()
        self._seen[key] = (now, 0)
        if left_out:
            record.msg = f"{record.msg}  (and {left_out} more like this)"
        return True


def set_up_logging(level: str) -> None:
    """One format for everything, on standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(OneASecond())
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s", handlers=[handler])


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on; taken before anything is loaded, so that a taken port is told at once.

    Raises UnitbrushError naming host or port.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise UnitbrushError(
            f"there is no address {settings.host} on this computer",
            field="host",
            value=settings.host,
            allowed="for this computer only --host 127.0.0.1, for all --host 0.0.0.0",
        ) from None
    listener = socket.socket(family, kind, protocol)  # protocol TCP told, or asyncio would not send without delay
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)  # or a second server could bind while this one is loading
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {settings.port} is taken, perhaps by another Unitbrush"
            allowed = f"stop that one, or take another port: --port {settings.port % 65535 + 1}"
        else:
            message = f"cannot listen on {settings.host} port {settings.port}: {error.strerror}"
            allowed = "an address of this computer and a free port"
        raise UnitbrushError(message, field="port", value=settings.port, allowed=allowed) from None
    return listener


def page_addresses(listener: socket.socket, root_path: str = "") -> list[str]:
    """The addresses of the painting page: for this computer first, then for others."""
    host, port = listener.getsockname()[:2]
    everywhere = {"0.0.0.0": ["127.0.0.1", *own_addresses()], "::": ["::1", *own_addresses()]}
    return [_page_address(shown, port, root_path) for shown in everywhere.get(host, [host])]


def own_addresses() -> list[str]:
    """The address of this computer that others in its network reach, as far as it is known."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks the system which address it would send from
            return [str(probe.getsockname()[0])]
        except OSError:
            return []


def _page_address(host: str, port: int, root_path: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}{root_path}/paint"
