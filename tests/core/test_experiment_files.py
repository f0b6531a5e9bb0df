"""Results of experiments answer only the question that they were made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dissect_core.errors import ArtifactMismatch
from dissect_core.experiments.files import changed_input, read_result, result_file, write_result

INPUTS = {"model_sha256": "a" * 64, "units": (1, 2), "concept": {"category": "object", "name": "tree"}}


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    path = result_file(tmp_path, "toy", "remove-layer4-tree")
    write_result(path, INPUTS, {"rows": [1.5]})
    assert read_result(path, INPUTS) == {"rows": [1.5]}
    assert read_result(path) == {"rows": [1.5]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model_sha256": "b" * 64}, "model_sha256"),
        ({"units": (2, 1)}, "units"),
        ({"images": 5}, "images"),
        ({"concept": {"category": "part", "name": "tree"}}, "concept"),
    ],
)
def test_a_changed_input_never_gets_an_old_answer(tmp_path: Path, change: dict[str, object], field: str) -> None:
    path = result_file(tmp_path, "toy", "remove")
    write_result(path, INPUTS, {})
    with pytest.raises(ArtifactMismatch, match=field) as caught:
        read_result(path, {**INPUTS, **change})
    assert caught.value.field == field


def test_an_input_that_is_gone_counts_as_changed() -> None:
    assert changed_input({"a": 1, "b": 2}, {"a": 1}) == "b"
    assert changed_input({"a": 1}, {"a": 1}) is None


def test_names_of_files_are_plain_and_stay_inside_of_the_folder(tmp_path: Path) -> None:
    assert result_file(tmp_path, "toy", "remove-layer4-Oven door").name == "remove-layer4-oven-door.json"
    assert result_file(tmp_path, "toy", "../x").parent == tmp_path / "toy"
    with pytest.raises(ArtifactMismatch):
        result_file(tmp_path, "toy", "../")


@pytest.mark.parametrize("text", ["[]", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "inputs": {}}', "{"])
def test_a_damaged_file_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(ArtifactMismatch):
        read_result(path)
