"""`ModelCard`: what a network is, where it comes from and how good it is.  One JSON file beside its weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any, Literal, get_args

from dissect_core.system.artifacts import read_json, require, write_json

SCHEMA = 1
Kind = Literal["generator", "segmenter", "classifier"]
Domain = Literal["church", "kitchen", "both", "other"]

WEIGHTS_FIELDS: dict[str, type] = {"file": str, "sha256": str, "dtype": str, "bytes": int}
CARD_FIELDS: dict[str, type] = {
    "schema": int,
    "id": str,
    "kind": str,
    "domain": str,
    "title": str,
    "resolution": int,
    "architecture": dict,
    "paint_layers": list,
    "weights": dict,
    "licence": str,
    "origin": str,
    "training": dict,
    "quality": dict,
}
KINDS: dict[type, str] = {int: "a whole number", str: "a text", list: "a list", dict: "an object"}


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
    architecture: Mapping[str, Any] = default(default_factory=dict)
    training: Mapping[str, Any] = default(default_factory=dict)
    quality: Mapping[str, Any] = default(default_factory=dict)


def read_card(path: Path) -> ModelCard:
    """The card of a JSON file, checked.  Raises ArtifactMismatch naming the file, the field and what is allowed."""
    return _card(read_json(path), path.name)


def write_card(card: ModelCard, path: Path) -> None:
    """Write the card as `read_card` reads it, atomically.  Raises ArtifactMismatch for a card that it would refuse."""
    document = {"schema": SCHEMA, **asdict(card), "paint_layers": list(card.paint_layers)}
    _card(document, path.name)
    write_json(path, document)


def _card(document: Mapping[str, Any], file: str) -> ModelCard:
    _check_fields(document, CARD_FIELDS, file, "")
    _check(document["schema"] == SCHEMA, file, "schema", document["schema"], f"{SCHEMA}")
    _check_fields(document["weights"], WEIGHTS_FIELDS, file, "weights.")
    weights = Weights(**document["weights"])
    name = re.fullmatch(r"\w[\w.-]*\.safetensors", weights.file)
    _check(name is not None, file, "weights.file", weights.file, "the name of a .safetensors file in the card's folder")
    digits = re.fullmatch(r"[0-9a-f]{64}", weights.sha256)
    _check(digits is not None, file, "weights.sha256", weights.sha256, "64 hexadecimal digits")
    for field, allowed in (("kind", get_args(Kind)), ("domain", get_args(Domain))):
        _check(document[field] in allowed, file, field, document[field], f"one of {', '.join(allowed)}")
    layers = document["paint_layers"]
    _check(all(isinstance(layer, str) for layer in layers), file, "paint_layers", layers, "a list of layer names")
    values = {field: document[field] for field in CARD_FIELDS if field != "schema"}
    return ModelCard(**{**values, "weights": weights, "paint_layers": tuple(layers)})


def _check_fields(table: Mapping[str, Any], expected: Mapping[str, type], file: str, prefix: str) -> None:
    """Every field there, of its type, and no other."""
    for field, kind in expected.items():
        _check(field in table, file, prefix + field, "missing", f"{KINDS[kind]}")
        value = table[field]
        _check(type(value) is kind, file, prefix + field, value, KINDS[kind])
    for field in table.keys() - expected.keys():
        _check(False, file, prefix + field, table[field], f"only the fields {', '.join(expected)}")


def _check(condition: bool, file: str, field: str, value: object, allowed: str) -> None:
    require(condition, f"model card {file}", field=field, value=value, allowed=allowed)
