"""Results name the code they depend on, no more and no less."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dissect_core.system.code_version import PACKAGE, _digest, code_version, depends_on

DISSECTION = "dissect_core.dissection.run"
SEARCH = "dissect_core.brushes.search"
TRAINING = "dissect_core.training.generator"


def versions_with_a_changed(file: str, folder: Path) -> dict[str, tuple[str, str]]:
    """Of each kind of result: the digest as the code is, and with a line added to one file of a copy of it."""
    copy = folder / "dissect_core"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    target = copy / file
    target.write_text(target.read_text() + "\nCHANGED = True\n")
    roots = {name: frozenset({name}) for name in (DISSECTION, SEARCH, TRAINING)}
    return {name: (_digest(root, PACKAGE), _digest(root, copy)) for name, root in roots.items()}


def changed(versions: dict[str, tuple[str, str]]) -> set[str]:
    return {name for name, (before, after) in versions.items() if before != after}


def test_the_version_holds_the_release_and_a_digest() -> None:
    version, digest = code_version(DISSECTION).split("+")
    assert version.count(".") == 2
    assert len(digest) == 12


def test_a_changed_edit_changes_what_brushes_and_dissections_depend_on(tmp_path: Path) -> None:
    assert changed(versions_with_a_changed("painting/edits.py", tmp_path)) >= {SEARCH, DISSECTION}


def test_a_changed_contact_sheet_changes_no_result(tmp_path: Path) -> None:
    assert not changed(versions_with_a_changed("images/sheets.py", tmp_path))


def test_a_changed_statistic_changes_the_dissection_and_not_the_training(tmp_path: Path) -> None:
    found = changed(versions_with_a_changed("stats/iou.py", tmp_path))
    assert DISSECTION in found
    assert TRAINING not in found


def test_a_changed_world_changes_what_is_trained_on_it(tmp_path: Path) -> None:
    assert TRAINING in changed(versions_with_a_changed("world/trees.py", tmp_path))


def test_imports_inside_of_functions_count(tmp_path: Path) -> None:
    package = tmp_path / "dissect_core"
    package.mkdir()
    (package / "a.py").write_text("def f():\n    from dissect_core import b\n    return b\n")
    (package / "b.py").write_text("import dissect_core.c\n")
    (package / "c.py").write_text("import json\n")
    (package / "d.py").write_text("")
    found = depends_on(frozenset({"dissect_core.a"}), package)
    assert list(found) == ["dissect_core.a", "dissect_core.b", "dissect_core.c"]


@pytest.mark.parametrize("name", ["dissect_core.nowhere", "json", "dissect_core"])
def test_a_name_that_is_no_module_is_refused(name: str) -> None:
    with pytest.raises(LookupError, match=name):
        code_version(name)
