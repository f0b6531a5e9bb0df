"""What the tests about our own source and documents read: the files git knows or would add, parsed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dissect_core", "server")
JAVASCRIPT = ROOT / "frontend" / "static" / "js"

JS_IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']""")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project that is there: tracked, or new and not ignored."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(path for name in sorted(set(names)) if name and (path := ROOT / name).is_file())


def named(*suffixes: str, under: str = "") -> list[Path]:
    """The files with one of these suffixes in a folder of the project."""
    return [path for path in files() if path.suffix in suffixes and (ROOT / under) in path.parents]


def relative(path: Path) -> str:
    """The path as a reader of a failing test wants it."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(), filename=str(path))


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, for every module of our packages."""
    table = {}
    for package in PACKAGES:
        for path in named(".py", under=package):
            parts = path.relative_to(ROOT).with_suffix("").parts
            table[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return table


def imports(path: Path) -> set[str]:
    """Dotted names of what a Python file imports, at any depth; `from package import module` names the module."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}:{node.lineno}: imports are absolute here"
            assert node.module
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & modules().keys()) or {node.module}
    return found


def js_imports(path: Path) -> Iterator[tuple[str, Path]]:
    """What an ES module imports (types included): as written, and the file that is."""
    for written in JS_IMPORT.findall(path.read_text()):
        yield written, (path.parent / written).resolve()


def circle(graph: Mapping[str, Set[str]]) -> list[str]:
    """The nodes of one import circle, or none.  graph: name -> the names it imports."""
    state: dict[str, bool] = {}  # False: on the path, True: done
    path: list[str] = []

    def visit(name: str) -> list[str]:
        state[name] = False
        path.append(name)
        for other in sorted(graph[name] & graph.keys()):
            if state.get(other) is False:
                return [*path[path.index(other) :], other]
            if other not in state and (found := visit(other)):
                return found
        state[name] = True
        path.pop()
        return []

    for name in graph:
        if name not in state and (found := visit(name)):
            return found
    return []
