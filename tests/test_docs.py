"""Documents cannot rot: commands, settings, routes, the version and links in them are checked against the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from dissect_core.commands.lazy import LazyCommand
from dissect_core.system.places import REPOSITORY
from dissect_core.version import __version__
from server.app import create_app
from server.cli import command_line
from server.settings import Settings
from tests.source import ROOT, files, modules, relative

DOCUMENTS = [path for path in files() if path.suffix == ".md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def commands_in(path: Path, program: str) -> Iterator[str]:
    """Command lines of a program in a document: lines of code blocks and `inline code`."""
    text = path.read_text().replace("\\\n", " ")
    lines = [line.strip().removeprefix("$ ") for _, block in FENCE.findall(text) for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    for line in lines:
        if re.match(rf"(?:\.venv/bin/)?{program}(\s|$)", line):
            yield re.split(r"\s+#|\s*(?:&&|\|)", line)[0]


@cache
def root_command() -> Any:
    """The whole command line as click sees it."""
    return typer.main.get_command(command_line())


def all_commands(group: Any, prefix: str = "unitbrush") -> Iterator[str]:
    """ "unitbrush serve", "unitbrush train generator", …"""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from all_commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def check_command(line: str) -> None:
    """Assert that the verbs and options of a `unitbrush …` line exist."""
    command = root_command()
    for word in shlex.split(line)[1:]:
        if hasattr(command, "commands") and not word.startswith("-"):
            assert word in command.commands, f"`{line}`: there is no command {word}"
            command = command.commands[word]
            command = command.loaded() if isinstance(command, LazyCommand) else command
        elif word.startswith("--"):
            options = {"--help"}.union(*(parameter.opts for parameter in command.params))
            assert word.split("=")[0] in options, f"`{line}`: there is no option {word}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_unitbrush_command_in_a_document_exists(document: Path) -> None:
    for line in commands_in(document, "unitbrush"):
        check_command(line)


def test_every_unitbrush_command_is_in_a_document() -> None:
    lines = {line for document in DOCUMENTS for line in commands_in(document, "unitbrush")}
    missing = [
        name for name in all_commands(root_command()) if not any((line + " ").startswith(name + " ") for line in lines)
    ]
    assert not missing, "describe them in docs/commands.md"


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for line in commands_in(document, "make"):
        words = [word for word in shlex.split(line)[1:] if "=" not in word]
        assert set(words) <= targets, line


def test_the_readme_gives_the_commands_that_matter() -> None:
    lines = set(commands_in(ROOT / "README.md", "make"))
    assert {"make run", "make test"} <= lines


def settings_table() -> str:
    """docs/settings.md's table, from the settings themselves."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(REPOSITORY)
        shown = "none" if default in ((), "") else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        rows.append(f"| `UNITBRUSH_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_every_setting_is_documented_with_its_default_and_sentence() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(), (
        f"docs/settings.md needs\n{settings_table()}"
    )


def test_every_setting_is_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert re.fullmatch(r"[A-Z].*\.", field.description or ""), name


def test_every_route_of_the_server_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    documented = set(re.findall(r"^#+ `(?:GET|POST|WS) ([^`]+)`", text, flags=re.MULTILINE))
    schema = create_app(Settings()).openapi()
    assert set(schema["paths"]) | {"/api/paint"} == documented


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    known = set(re.findall(r"(\w+)\.py", text)) | set(re.findall(r"`(\w+)/`", text))
    known |= {name for group in re.findall(r"\{([\w,]+)\}\.py", text) for name in group.split(",")}
    tops = {name.split(".")[1] for name in modules() if "." in name} - {"routes"}
    assert not tops - known, "give each a line in docs/architecture.md"


def test_the_version_is_the_changelogs_newest() -> None:
    headings = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert headings[0] == __version__


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_relative_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", document.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{link}: no such file"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: no such heading"


def test_every_document_is_reachable_from_the_readme() -> None:
    found: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in found or document.suffix != ".md" or not document.is_file():
            continue
        found.add(document)
        links = (
            link.partition("#")[0] for link in LINK.findall(document.read_text()) if not re.match(r"[a-z]+:", link)
        )
        waiting += [(document.parent / link).resolve() for link in links if link]
    assert not {relative(path) for path in DOCUMENTS} - {relative(path) for path in found}
