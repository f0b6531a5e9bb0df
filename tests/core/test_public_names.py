"""`import dissect_core`: cheap, and everything that a notebook needs is one attribute away."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import dissect_core
from tests.source import ROOT, modules, parsed


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, dissect_core; print(sorted(n for n in sys.modules if n.startswith(('dissect_core.', 'torch'))))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_every_public_name_is_where_it_is_said_to_be() -> None:
    for name, home in dissect_core.HOMES.items():
        found = getattr(dissect_core, name)
        assert getattr(found, "__module__", f"dissect_core.{home}") == f"dissect_core.{home}", name
        assert name in dir(dissect_core)
    unknown = "disect"
    with pytest.raises(AttributeError, match=unknown):
        getattr(dissect_core, unknown)


def test_type_checkers_are_told_of_the_same_names() -> None:
    told = {
        alias.name: node.module
        for node in ast.walk(parsed(modules()["dissect_core"]))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dissect_core")
        for alias in node.names
    }
    assert told == {name: f"dissect_core.{home}" for name, home in dissect_core.HOMES.items()}


def test_no_public_name_is_hidden_by_a_module() -> None:
    assert not {f"dissect_core.{name}" for name in dissect_core.HOMES} & modules().keys()
