"""The command `unitbrush bench`: runs the benchmarks of the source code."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.errors import UnitbrushError
from dissect_core.system.places import REPOSITORY

NEEDED = ("httpx", "playwright", "psutil")
"""Packages that the benchmarks import and that only the tests install."""


def bench(
    only: Annotated[list[str] | None, typer.Option(help="A part: see docs/commands.md.  May be given again.")] = None,
    repeats: Annotated[int, typer.Option(min=2, help="Runs of every case, taking turns.")] = 10,
    seconds: Annotated[float, typer.Option(min=1, help="Of every case over HTTP.")] = 10,
    class_seconds: Annotated[float, typer.Option(min=1, help="That 30 students paint.")] = 300,
    device: Annotated[str, typer.Option(help="cpu or cuda; where the part render runs.")] = "cpu",
    out: Annotated[Path | None, typer.Option(help="Write the rows as JSON to this file too.")] = None,
) -> None:
    """Measure how fast Unitbrush is on this machine, against a plain reference: one table.

    Needs the source code, and the packages that `make test` installs.
    """
    check_can_measure(REPOSITORY)
    numbers = ["--repeats", repeats, "--seconds", seconds, "--class-seconds", class_seconds, "--device", device]
    words = [
        *numbers,
        *(["--out", out.resolve()] if out else []),
        *(w for part in only or [] for w in ("--only", part)),
    ]
    command = [sys.executable, "-m", "tests.benchmarks", *map(str, words)]
    raise typer.Exit(subprocess.run(command, check=False, cwd=REPOSITORY).returncode)


def check_can_measure(repository: Path) -> None:
    """Raise UnitbrushError unless the benchmarks and what they import are there."""
    if not (repository / "tests" / "benchmarks").is_dir():
        raise UnitbrushError(
            "cannot measure: the benchmarks are part of the source code",
            field="folder",
            value=str(repository),
            allowed="a checkout of the repository",
        )
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UnitbrushError(
            f"cannot measure: the benchmarks need {' and '.join(missing)}",
            field="packages",
            value="not installed",
            allowed="`make bench`, which installs what is missing, or pip install --editable '.[test]'",
        )
