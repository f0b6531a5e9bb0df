"""`ModelCard`: what a network is, where it comes from and how good it is.  One JSON file beside its weights."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from dissect_core.errors import ArtifactMismatch

SCHEMA = 1
Kind = Literal["generator", "segmenter"]
Domain = Literal["church", "kitchen", "both", "other"]


@dataclass(frozen=True)
class Weights:
    """The weights file, beside the card: its name, SHA-256 (64 hex digits), dtype of the tensors and size in bytes."""

    file: str
    sha256: str
    dtype: str
    bytes: int


@dataclass(frozen=True)
class ModelCard:
    """One network.  `architecture`, `training` and `quality` are free-form; the rest is fixed by the schema.

    resolution: side of the pictures in pixels.  paint_layers: the layers that brushes may use (none for a segmenter).
    """

    id: str
    kind: Kind
    domain: Domain
    title: str
    resolution: int
    weights: Weights
    licence: str
    origin: str
    paint_layers: tuple[str, ...] = ()
    architecture: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)


def read_card(path: Path) -> ModelCard:
    """The card of a JSON file, checked.  Raises ArtifactMismatch naming the file, the field and what is allowed."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise ArtifactMismatch(
            f"cannot read the model card {path.name}: {cause}", field=path.name, value="no JSON", allowed="a JSON file"
        ) from cause
    return _card(data, path.name)


def write_card(card: ModelCard, path: Path) -> None:
    """Write the card as `read_card` reads it, atomically."""
    document = {"schema": SCHEMA, **asdict(card)}
    _card(json.loads(json.dumps(document)), path.name)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(path)


def _card(data: object, file: str) -> ModelCard:
    document = _table(data, file, "card", {"schema", *(f.name for f in fields(ModelCard))})
    if document["schema"] != SCHEMA:
        raise _bad(file, "schema", document["schema"], f"{SCHEMA}")
    raw = _table(document["weights"], file, "weights", {f.name for f in fields(Weights)})
    weights = Weights(**{key: _typed(raw, key, int if key == "bytes" else str, file) for key in raw})
    if not re.fullmatch(r"[0-9a-f]{64}", weights.sha256):
        raise _bad(file, "weights.sha256", weights.sha256, "64 hexadecimal digits")
    if not re.fullmatch(r"[\w.-]+\.safetensors", weights.file):
        raise _bad(file, "weights.file", weights.file, "the name of a .safetensors file in the card's folder")
    for name, allowed in (("kind", get_args(Kind)), ("domain", get_args(Domain))):
        if document[name] not in allowed:
            raise _bad(file, name, document[name], f"one of {', '.join(allowed)}")
    layers = _typed(document, "paint_layers", list, file)
    if not all(isinstance(layer, str) for layer in layers):
        raise _bad(file, "paint_layers", layers, "a list of layer names")
    texts = {name: _typed(document, name, str, file) for name in ("id", "kind", "domain", "title", "licence", "origin")}
    tables = {name: _typed(document, name, dict, file) for name in ("architecture", "training", "quality")}
    resolution = _typed(document, "resolution", int, file)
    return ModelCard(resolution=resolution, weights=weights, paint_layers=tuple(layers), **texts, **tables)


def _table(data: object, file: str, name: str, keys: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _bad(file, name, data, "an object")
    for key in sorted(keys - data.keys()):
        raise _bad(file, key, "missing", f"the field {key!r} of {name}")
    for key in sorted(data.keys() - keys):
        raise _bad(file, key, data[key], f"no such field in {name}; fields are {', '.join(sorted(keys))}")
    return data


def _typed(table: Mapping[str, Any], key: str, kind: type, file: str) -> Any:
    value = table[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _bad(file, key, value, {str: "a text", int: "a whole number", list: "a list", dict: "an object"}[kind])
    return value


def _bad(file: str, name: str, value: object, allowed: str) -> ArtifactMismatch:
    return ArtifactMismatch(f"model card {file}: bad {name}", field=name, value=value, allowed=allowed)
