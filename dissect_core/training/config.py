"""Training configurations: one committed TOML file per network (a generator's: `generator_config`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from dissect_core.errors import UnitbrushError


@dataclass(frozen=True)
class SegmenterConfig:
    """Everything that determines the segmenter's training (with the code version).

    worlds: pictures of each in a batch.  scenes: painted scenes to learn from, for each picture that a world has in a
    batch; held_out: per world to measure on.  history: what the settings do not tell, in words.
    """

    id: str
    history: str
    worlds: Mapping[str, int]
    seed: int
    widths: tuple[int, ...]
    size: int
    scenes: int
    held_out: int
    steps: int
    learning_rate: float

    @property
    def painted(self) -> dict[str, int]:
        """How many scenes of each world there are to learn from."""
        return {world: share * self.scenes for world, share in self.worlds.items()}

    def as_dict(self) -> dict[str, Any]:
        """Plain data for model cards and checkpoints."""
        return asdict(self)


@dataclass(frozen=True)
class Sitting:
    """So many steps of the classifier's training on pictures shrunk to `size` pixels a side."""

    size: int
    steps: int


@dataclass(frozen=True)
class ClassifierConfig:
    """Everything that determines the scene classifier's training (with the code version).

    classes: worlds, each a class.  widths: units of the 13 convolutions; hidden: of the two hidden layers; pooled: side
    of the map before them.  scenes: painted scenes per class to learn from; held_out: per class to measure on.
    sittings: small pictures first, a quarter of the cost for most of what there is to learn, full size last.
    learning_rate: AdamW's, after a warm-up falling to zero along a half cosine.  smoothing: of the labels.
    """

    id: str
    classes: tuple[str, ...]
    seed: int
    widths: tuple[int, ...]
    hidden: tuple[int, ...]
    pooled: int
    scenes: int
    held_out: int
    sittings: tuple[Sitting, ...]
    batch: int
    learning_rate: float
    weight_decay: float
    smoothing: float

    @property
    def size(self) -> int:
        """Side of the pictures at the end, and of those that it is for."""
        return self.sittings[-1].size

    @property
    def steps(self) -> int:
        """Of all sittings."""
        return sum(sitting.steps for sitting in self.sittings)

    def size_at(self, step: int) -> int:
        """Side of the pictures in a step, 0 … steps - 1."""
        for sitting in self.sittings:
            if step < sitting.steps:
                return sitting.size
            step -= sitting.steps
        return self.size

    def as_dict(self) -> dict[str, Any]:
        """Plain data for model cards and checkpoints."""
        return asdict(self)


def read_settings(path: Path, kind: type) -> dict[str, Any]:
    """The settings of a file: fields of `kind`, all that have no default.  Raises UnitbrushError naming what is wrong.

    base: another file of the same folder, whose settings are taken over where this one says nothing.
    """
    settings = _settings(path)
    names = {field.name for field in fields(kind)}
    required = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}
    if wrong := ", ".join(sorted((settings.keys() - names) | (required - settings.keys()))):
        raise UnitbrushError(
            f"{path}: missing or unknown settings: {wrong}",
            field="config",
            value=wrong,
            allowed="exactly " + ", ".join(sorted(names)),
        )
    return settings


def _settings(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    if path in seen:
        raise UnitbrushError(f"{path} is its own base", field="base", value=path, allowed="another configuration")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnitbrushError(
            f"no training configuration {path}", field="config", value=path, allowed="an existing TOML file"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UnitbrushError(f"{path}: {error}", field="config", value=path, allowed="valid TOML") from error
    base = settings.pop("base", None)
    return settings if base is None else _settings(path.with_name(str(base)), (*seen, path)) | settings


def read_segmenter_config(path: Path) -> SegmenterConfig:
    """Read and check the segmenter's configuration; the error names the setting."""
    raw = read_settings(path, SegmenterConfig)
    wrong = {world: share for world, share in raw["worlds"].items() if not isinstance(share, int) or share < 1}
    if wrong or not raw["worlds"]:
        raise UnitbrushError(
            f"{path}: every world needs a number of pictures in a batch",
            field="worlds",
            value=wrong,
            allowed="whole numbers from 1, for one world or more",
        )
    return SegmenterConfig(**{**raw, "widths": tuple(raw["widths"])})


def read_classifier_config(path: Path) -> ClassifierConfig:
    """Read and check the scene classifier's configuration; the error names the setting."""
    raw = read_settings(path, ClassifierConfig)
    lists = {key: tuple(raw[key]) for key in ("classes", "widths", "hidden")}
    sittings = tuple(Sitting(**sitting) for sitting in raw["sittings"])
    config = ClassifierConfig(**{**raw, **lists, "sittings": sittings})
    if [sitting.size for sitting in sittings] != sorted({sitting.size for sitting in sittings}) or not sittings:
        raise UnitbrushError(
            f"{path}: the sittings do not grow",
            field="sittings",
            value=[sitting.size for sitting in sittings],
            allowed="one or more, each with larger pictures than the one before",
        )
    if len(set(config.classes)) < 2 or len(set(config.classes)) != len(config.classes):
        raise UnitbrushError(
            f"{path}: two or more different classes",
            field="classes",
            value=list(config.classes),
            allowed="different worlds, two or more",
        )
    return config
