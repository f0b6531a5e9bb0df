"""Documents: JSON files whose fields are those of a dataclass, checked when they are read (pydantic)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from dissect_core.errors import ArtifactMismatch
from dissect_core.system.artifacts import read_json, require

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""For `__pydantic_config__` of such a dataclass: fields of their very type and no others; numbers are finite."""
Document = TypeVar("Document")


def read_document(path: Path, kind: type[Document], schema: int) -> Document:
    """The document in a file, which says its `schema` beside the fields of `kind`.

    Raises ArtifactMismatch naming the file, the field and what is allowed.
    """
    content = read_json(path)
    found = content.pop("schema", "missing")
    require(type(found) is int and found == schema, path.name, field="schema", value=found, allowed=f"{schema}")
    return checked(kind, content, path.name)


def checked(kind: type[Document], content: Mapping[str, Any], file: str, within: str = "") -> Document:
    """The document that a JSON object is.  within: the field of the file that holds it.  Raises ArtifactMismatch."""
    try:
        return TypeAdapter(kind).validate_json(json.dumps(content))
    except ValidationError as cause:
        problem = cause.errors(include_url=False)[0]
        where = [within, *problem["loc"]] if within else list(problem["loc"])
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")
        value = "missing" if problem["type"] == "missing" else problem["input"]
        raise ArtifactMismatch(
            f"{file}: bad {field or 'content'}", field=field, value=value, allowed=_allowed(problem)
        ) from cause


def _allowed(problem: Mapping[str, Any]) -> str:
    """What would have been accepted, as the end of a sentence."""
    if problem["type"] in ("missing", "extra_forbidden", "unexpected_keyword_argument"):
        return "a value" if problem["type"] == "missing" else "no such field"
    if problem["type"] == "string_pattern_mismatch":
        return f"a text like {problem['ctx']['pattern']}"
    message: str = problem["msg"]
    return message.removeprefix("Value error, ").removeprefix("Input should be ")
