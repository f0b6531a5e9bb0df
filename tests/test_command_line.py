"""`unitbrush` says what it can do without loading what it can do it with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from dissect_core.commands.lazy import LazyCommand
from dissect_core.errors import UnitbrushError
from server.bench import check_can_measure
from server.cli import command_line
from tests.source import ROOT, imports, modules, relative

HEAVY = ("torch", "torchvision", "numpy", "scipy", "fastapi", "uvicorn", "pydantic_settings", "PIL", "safetensors")


def loaded_by(*words: str) -> list[str]:
    """Which heavy packages a process has loaded that ran `unitbrush` with these words."""
    code = (
        "import sys; from server.cli import command_line\n"
        f"command_line()({list(words)!r}, standalone_mode=False)\n"
        f"print('loaded', *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return said.splitlines()[-1].split()[1:]


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("train", "--help")])
def test_the_version_and_the_list_of_commands_load_no_heavy_package(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) == []


def test_no_module_of_ours_loads_torchvision() -> None:
    assert not [relative(path) for path in modules().values() if "torchvision" in roots(path)]


def roots(path: Path) -> set[str]:
    """The packages that a file imports from."""
    return {name.split(".")[0] for name in imports(path)}


def lazy_commands() -> list[LazyCommand]:
    group = typer.main.get_command(command_line())
    both = [*group.commands.values(), *group.commands["train"].commands.values()]  # type: ignore[attr-defined]
    return [command for command in both if isinstance(command, LazyCommand)]


@pytest.mark.parametrize("command", lazy_commands(), ids=lambda command: command.home.function)
def test_the_list_of_commands_says_what_each_says_itself(command: LazyCommand) -> None:
    help = command.loaded().help
    assert help is not None
    assert " ".join(help.split("\n\n")[0].split()).startswith(command.home.sentence)


def test_the_networks_are_found_from_any_folder(tmp_path: Path) -> None:
    code = "from server.cli import main; main()"
    words = ["units", "church", "--count", "1"]
    said = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert "IoU" in said.stdout


def test_what_the_benchmarks_need_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnitbrushError, match="source code"):
        check_can_measure(tmp_path)
    monkeypatch.setattr("server.bench.NEEDED", ("httpx", "a_package_that_nobody_has"))
    with pytest.raises(UnitbrushError, match="need a_package_that_nobody_has") as caught:
        check_can_measure(ROOT)
    assert "make bench" in caught.value.allowed
