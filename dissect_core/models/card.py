"""`ModelCard`: what a network is, where it comes from and how good it is.  One JSON file beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from dissect_core.system.artifacts import write_json
from dissect_core.system.documents import STRICT, checked, read_document

SCHEMA = 1
Kind = Literal["generator", "segmenter", "classifier"]
Domain = Literal["church", "kitchen", "both", "other"]


@dataclass(frozen=True)
class Weights:
    """The weights file, beside the card: its name, SHA-256 (64 hex digits), dtype of the tensors and size in bytes."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    file: Annotated[str, Field(pattern=r"^\w[\w.-]*\.safetensors$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    dtype: str
    bytes: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class ModelCard:
    """One network.  `architecture`, `training` and `quality` are free-form; the rest is fixed by the schema.

    resolution: side of the pictures in pixels.  paint_layers: the layers that brushes may use (none for a segmenter).
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[str, Field(pattern=r"^\w[\w.-]*$")]
    kind: Kind
    domain: Domain
    title: str
    resolution: Annotated[int, Field(ge=1)]
    weights: Weights
    licence: str
    origin: str
    paint_layers: tuple[str, ...] = ()
    architecture: Mapping[str, Any] = default(default_factory=dict)
    training: Mapping[str, Any] = default(default_factory=dict)
    quality: Mapping[str, Any] = default(default_factory=dict)


def read_card(path: Path) -> ModelCard:
    """The card of a JSON file, checked.  Raises ArtifactMismatch naming the file, the field and what is allowed."""
    return read_document(path, ModelCard, SCHEMA)


def write_card(card: ModelCard, path: Path) -> None:
    """Write the card as `read_card` reads it, atomically.  Raises ArtifactMismatch for a card that it would refuse."""
    content = asdict(card)
    checked(ModelCard, content, path.name)
    write_json(path, {"schema": SCHEMA, **content})
