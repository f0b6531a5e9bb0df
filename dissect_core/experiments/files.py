"""Results of experiments on disk: `<root>/<model>/<experiment>.json`, with every input that decided them.

A result answers only the question it was made for: with other weights, another segmenter, other images or other code
behind it, it is refused, naming what changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dissect_core.errors import ArtifactMismatch
from dissect_core.system.artifacts import read_json, require, write_json

SCHEMA = 1
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


def result_file(root: Path, model: str, experiment: str) -> Path:
    """Where a result is kept.  experiment: its name and what tells two of its kind apart, "remove-layer4-tree".

    Characters that are no part of a file's name become "-".  Raises ArtifactMismatch for a name without any.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", experiment.lower()).strip(".-")
    require(NAME.fullmatch(name) is not None, "experiments", field="experiment", value=experiment, allowed="a name")
    return root / model / f"{name}.json"


def write_result(path: Path, inputs: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Write a result with its inputs, whole or not at all."""
    write_json(path, {"schema": SCHEMA, "inputs": dict(inputs), "result": dict(result)})


def read_result(path: Path, inputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The result in a file.

    inputs: what it must have been made with; None takes any.  Raises ArtifactMismatch naming the file and the input
    that changed.
    """
    document = read_json(path)
    require(
        document.get("schema") == SCHEMA, path.name, field="schema", value=document.get("schema"), allowed=f"{SCHEMA}"
    )
    for field in ("inputs", "result"):
        require(isinstance(document.get(field), dict), path.name, field=field, value="missing", allowed="an object")
    made: dict[str, Any] = document["inputs"]
    if inputs is not None and (changed := changed_input(made, inputs)):
        raise ArtifactMismatch(
            f"{path.name} was made with another {changed}; run the experiment again",
            field=changed,
            value=made.get(changed),
            allowed=str(inputs.get(changed)),
        )
    result: dict[str, Any] = document["result"]
    return result


def changed_input(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """The name of the first input that is not the same in both, or none."""
    plain = {name: _plain(value) for name, value in wanted.items()}
    return next((name for name in sorted({*made, *plain}) if made.get(name) != plain.get(name)), None)


def _plain(value: Any) -> Any:
    """As JSON would bring it back: tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
