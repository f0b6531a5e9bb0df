"""The house rules that `make lint` cannot check; who may import whom in Python is in pyproject.toml."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.source import (
    JAVASCRIPT,
    PACKAGES,
    ROOT,
    circle,
    files,
    imports,
    js_imports,
    modules,
    named,
    parsed,
    relative,
)

FRAMEWORKS = {"fastapi", "starlette"}

# frontend/static/js, from the ground up; a module of the top folder is in the second line.
JS_LEVELS = ("lib", "", "views", "pages")

MADE_LATE = {"FastAPI", "Settings", "Registry", "Catalog", "create_app"}
"""What is made by functions only, never while a module is imported."""

MAX_LINES = 400
"""300 is the aim; no file may pass this."""


def distribution(requirement: str) -> str:
    """The normalised name at the start of a requirement: "Pydantic_settings>=2" -> "pydantic-settings"."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def roots(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_no_server_module_touches_both_http_and_tensors() -> None:
    wrong = [
        name
        for name, path in modules().items()
        if name.startswith("server") and roots(imports(path)) & FRAMEWORKS and "torch" in roots(imports(path))
    ]
    assert not wrong


def test_only_hooks_py_registers_hooks() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for name, path in modules().items()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and re.fullmatch(r"register_\w*hook\w*", node.attr)
        if name != "dissect_core.models.hooks"
    ]
    assert not wrong


def test_nothing_is_done_at_import() -> None:
    """A module defines; only functions and `if __name__ == "__main__"` act."""
    wrong = []
    for path in modules().values():
        for node in parsed(path).body:
            call = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
            called = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            acts = isinstance(node, ast.For | ast.While | ast.With) or (called and isinstance(node, ast.Expr))
            if called in MADE_LATE or (acts and not called.endswith((".add_typer", ".include_router"))):
                wrong.append(f"{relative(path)}:{node.lineno}")
    assert not wrong


def test_third_party_imports_and_declared_dependencies_are_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {distribution(requirement) for requirement in project["dependencies"]}
    distributions = packages_distributions()
    imported = set().union(*(roots(imports(path)) for path in modules().values()))
    third_party = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    needed = {distribution(distributions[name][0]) for name in third_party}
    # uvicorn finds websockets by itself; torchvision has the networks that people dissect
    assert needed | {"websockets", "torchvision"} == declared


def test_constraints_pin_every_declared_dependency_exactly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    declared = sum(project["optional-dependencies"].values(), project["dependencies"])
    assert {distribution(line) for line in declared} <= {distribution(line) for line in lines}


def test_javascript_imports_point_down_and_stay_inside() -> None:
    wrong = []
    for path in named(".js", under="frontend/static/js"):
        for written, target in js_imports(path):
            if not written.startswith(("./", "../")) or not target.is_file() or JAVASCRIPT not in target.parents:
                wrong.append(f"{relative(path)}: {written!r} is no file of frontend/static/js")
            elif js_level(path) < js_level(target):
                wrong.append(f"{relative(path)} imports {relative(target)}, which is above it")
    assert not wrong


def js_level(path: Path) -> int:
    """The line of JS_LEVELS that a module stands in."""
    parts = path.relative_to(JAVASCRIPT).parts
    return JS_LEVELS.index(parts[0] if len(parts) > 1 else "")


def test_javascript_modules_import_in_no_circle() -> None:
    graph = {
        relative(path): {relative(target) for _, target in js_imports(path) if target.is_file()}
        for path in named(".js", under="frontend/static/js")
    }
    assert not circle(graph)


def test_the_page_contacts_no_other_host() -> None:
    """No absolute address in what a browser loads, except the names of XML vocabularies, which nobody fetches."""
    address = re.compile(r"""(?:\b(?:https?|wss?|ftp)://|["'(=]\s*//)(?!www\.w3\.org/)[\w.\[-]+""")
    wrong = [
        f"{relative(path)}:{number}: {found.group()}"
        for path in named(".js", ".css", ".html", ".svg", ".webmanifest", under="frontend")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if (found := address.search(line))
    ]
    assert not wrong


def test_files_stay_small() -> None:
    long = {
        relative(path): length
        for path in files()
        if path.suffix in {".py", ".js", ".css", ".html"}
        if (length := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert not long, "one idea per file"
