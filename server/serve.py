"""The command `unitbrush serve`: takes the port, loads the networks, serves."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import torch
import typer
import uvicorn
from pydantic import ValidationError

from dissect_core.errors import UnitbrushError
from dissect_core.system.devices import pick_device
from dissect_core.system.memory import keep_freed_memory, keep_kernels
from server.app import create_app
from server.services import load_services
from server.settings import Settings

BACKLOG = 512
GRACE_SECONDS = 3
MESSAGES_READ = 2
"""Live-preview messages of up to so many times the limit are read, to be answered; a larger one ends the connection."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 is this computer only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.  [default: 8000]")] = None,
    precomputed: Annotated[Path | None, typer.Option(help="Folder of the networks and their brushes.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:1.  [default: auto]")] = None,
    development: Annotated[bool, typer.Option("--development", help="Reload changed templates and files.")] = False,
) -> None:
    """Start the server and print the address of the painting page."""
    given = {
        "host": host,
        "port": port,
        "precomputed_path": precomputed,
        "device": device,
        "development": development or None,
    }
    keep_freed_memory()
    keep_kernels()
    settings = _settings({name: value for name, value in given.items() if value is not None})
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    listener = _listen(settings)
    try:
        chosen = pick_device(settings.device)
        typer.echo(device_line(chosen))
        app_to_serve = create_app(settings, load_services(settings))
    except UnitbrushError as error:
        listener.close()
        _stop(f"Cannot start: {error.message} ({error.field}: {error.value}; allowed: {error.allowed})")
    config = uvicorn.Config(
        app_to_serve,
        log_level=settings.log_level,
        access_log=settings.log_level in ("debug", "info"),
        backlog=BACKLOG,
        ws_max_size=MESSAGES_READ * settings.max_message_bytes,
        ws_ping_interval=settings.ping_seconds,
        ws_ping_timeout=settings.ping_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    _AnnouncedServer(config, page_address(listener)).run(sockets=[listener])


class _AnnouncedServer(uvicorn.Server):
    """Says where the page is once it can be opened."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets=sockets)
        if self.started:
            typer.echo(f"Ready{seconds_since_start()}. Paint at {self.address}  (Ctrl+C stops)")
            sys.stdout.flush()


def seconds_since_start() -> str:
    """The words " after 2.1 s" since the process began, imports included; empty where the system does not tell."""
    try:
        ticks = int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[19])
        uptime_s = float(Path("/proc/uptime").read_text("ascii").split()[0])
        return f" after {uptime_s - ticks / os.sysconf('SC_CLK_TCK'):.1f} s"
    except (OSError, ValueError, IndexError):
        return ""


def device_line(device: torch.device) -> str:
    """What the networks run on, in one line."""
    if device.type == "cuda":
        return f"Running on the GPU: {torch.cuda.get_device_name(device)}."
    cores = f"{torch.get_num_threads()} thread{'s' if torch.get_num_threads() > 1 else ''}"
    if torch.cuda.is_available():
        return f"Running on the CPU ({cores}), as asked."
    return f"No GPU found: running on the CPU ({cores})."


def page_address(listener: socket.socket) -> str:
    """The address of the page for a browser on this computer."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/paint"


def _settings(given: dict[str, Any]) -> Settings:
    """Settings from the options and the environment; a bad one is told by its name."""
    try:
        return Settings(**given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = ".".join(map(str, problem["loc"]))
        _stop(f"Cannot start: the setting {name} is {problem['input']!r}: {problem['msg']}")


def _listen(settings: Settings) -> socket.socket:
    """The socket to serve on; taken before anything is loaded, so that a taken port is told at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        _stop(f"There is no address {settings.host} on this computer; the usual one is --host 127.0.0.1.")
    listener = socket.socket(family, kind, protocol)  # protocol TCP told, or asyncio would not send without delay
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)  # or a second server could bind while this one is loading
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            _stop(
                f"Port {settings.port} is taken, perhaps by another Unitbrush. "
                f"Stop that one, or take another port: --port {settings.port % 65535 + 1}"
            )
        _stop(f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.")
    return listener


def _stop(message: str) -> NoReturn:
    """Say why and leave with status 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
