"""The version of the code that a result depends on: the module that made it, and everything that this imports.

A result that can be resumed asks for the version of its own module, so that a change of a contact sheet throws nothing
away and a change of an edit does.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

from dissect_core.version import __version__

PACKAGE = Path(__file__).parents[1]
SHOW_ONLY = frozenset({"dissect_core.errors", "dissect_core.system.progress", "dissect_core.images.sheets"})
"""They word and show what others compute: no number depends on them."""


def code_version(*roots: str) -> str:
    """Version of the package and a digest of the sources behind `roots`, dotted module names: "0.1.0+3f9c2a71d0be".

    The digest is over these modules and, at any depth, the modules of `dissect_core` that they import, also inside of
    functions.  Raises LookupError for a name that is no module of `dissect_core`.
    """
    return f"{__version__}+{_digest(frozenset(roots), PACKAGE)}"


def depends_on(roots: frozenset[str], package: Path = PACKAGE) -> dict[str, Path]:
    """Dotted name -> file, of every module that `roots` need, themselves included, sorted by name."""
    found: dict[str, Path] = {}
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        file = _file(name, package)
        if file is None:
            raise LookupError(f"no module {name!r} in {package.name}")
        found[name] = file
        waiting |= _imports(file, package) - found.keys() - SHOW_ONLY
    return dict(sorted(found.items()))


@cache
def _digest(roots: frozenset[str], package: Path) -> str:
    digest = hashlib.sha256()
    for name, file in depends_on(roots, package).items():
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _file(name: str, package: Path) -> Path | None:
    """The file of a dotted name, if it is a module of the package."""
    root, *parts = name.split(".")
    if root != package.name:
        return None
    path = package.joinpath(*parts)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if parts and file.is_file()), None)


def _imports(file: Path, package: Path) -> set[str]:
    """The modules of the package that a file imports; `from package import module` names the module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes(), filename=str(file))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if _file(name, package)}
