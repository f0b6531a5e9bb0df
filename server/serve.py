"""The command `unitbrush serve`: takes the port, loads the networks, serves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import torch
import typer
from pydantic import ValidationError

from dissect_core.errors import UnitbrushError
from dissect_core.system.devices import pick_device
from dissect_core.system.memory import keep_freed_memory, keep_kernels
from server.app import create_app
from server.http.web_server import WebServer, listen, page_addresses, set_up_logging
from server.services import load_services
from server.settings import Settings, check_variables


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
    try:
        check_variables(os.environ)
        _run(_settings({name: value for name, value in given.items() if value is not None}))
    except UnitbrushError as error:
        _stop(f"Cannot start: {error.message} ({error.field}: {error.value}; allowed: {error.allowed})")


def _run(settings: Settings) -> None:
    """Load all, then serve until told to stop.  Raises UnitbrushError for what keeps it from starting."""
    set_up_logging(settings.log_level)
    with listen(settings) as listener:
        typer.echo(device_line(pick_device(settings.device)))
        app = create_app(settings, load_services(settings))
        here, *elsewhere = page_addresses(listener, settings.root_path)

        def announce() -> None:
            typer.echo(f"Ready{seconds_since_start()}. Paint at {here}  (Ctrl+C stops)")
            for address in elsewhere:
                typer.echo(f"From other computers: {address}")
            sys.stdout.flush()

        WebServer(app, settings, announce).run(sockets=[listener])


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


def _settings(given: dict[str, Any]) -> Settings:
    """Settings from the options and the environment; a bad one is told by its name."""
    try:
        return Settings(**given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = ".".join(map(str, problem["loc"]))
        _stop(f"Cannot start: the setting {name} is {problem['input']!r}: {problem['msg']}")


def _stop(message: str) -> NoReturn:
    """Say why and leave with status 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
