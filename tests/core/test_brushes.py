"""The file of brushes is checked field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from dissect_core.brushes.brush import brush_file, read_brushes, write_brushes
from dissect_core.errors import ArtifactMismatch, UnknownConcept
from tests.core.planted import BRUSHES


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    assert read_brushes(file) == BRUSHES
    assert read_brushes(file).brush("tree").target.category == "object"
    with pytest.raises(UnknownConcept) as caught:
        BRUSHES.brush("tre")
    assert caught.value.allowed == "one of tree"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 3),
        ("ranking", "luck"),
        ("units", []),
        ("units", [1, 1]),
        ("units", [-1, 2]),
        ("units", "0,2"),
        ("values", [1.0]),
        ("level", 0.0),
        ("level", 5.0),
        ("level", True),
        ("default_count", 3),
        ("example_seed", "7"),
        ("example_seed", 10**9),
        ("example_box", [0.3, 0.2, 1.1, 0.4]),
        ("values", [float("nan"), 1.0]),
        ("example_box", [0.3, 0.2, 0.1, 0.4]),
        ("measured", None),
    ],
)
def test_a_bad_field_is_named(tmp_path: Path, field: str, value: Any) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    document = json.loads(file.read_text())
    document["brushes"][0][field] = value
    file.write_text(json.dumps(document))
    with pytest.raises(ArtifactMismatch) as caught:
        read_brushes(file)
    assert caught.value.field.startswith(f"brushes[0].{field}")


@pytest.mark.parametrize(("field", "value"), [("schema", 2), ("model", None), ("brushes", {}), ("brushes", [{}])])
def test_a_bad_document_is_named(tmp_path: Path, field: str, value: Any) -> None:
    file = brush_file(tmp_path, "toy")
    write_brushes(BRUSHES, file)
    file.write_text(json.dumps({**json.loads(file.read_text()), field: value}))
    with pytest.raises(ArtifactMismatch) as caught:
        read_brushes(file)
    assert caught.value.field.startswith(field)
