"""The example notebook runs from its first cell to its last."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from tests.source import ROOT

NOTEBOOK = ROOT / "docs" / "dissect.ipynb"
LIMIT_S = 600


@pytest.mark.slow
def test_the_example_notebook_runs_and_shows_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=LIMIT_S, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 6
    words = "".join(output.get("text", "") for output in outputs)
    assert "IoU" in words
    assert "painting" in words


def test_the_notebook_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
