"""Training configurations: one committed TOML file per network."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from dissect_core.errors import UnitbrushError
from dissect_core.world.concepts import OBJECTS


@dataclass(frozen=True)
class Stage:
    """One resolution of progressive growing: images shown while it fades in, then images at full strength."""

    resolution: int
    fade_images: int
    images: int
    batch: int


@dataclass(frozen=True)
class GeneratorConfig:
    """Everything that determines a generator's training (with the code version).

    sizes: [z, units at 4x4, 8x8, …].  critic_sizes: the discriminator's channels at 4x4, 8x8, ….  critic_places: sides
    of the grids on which it also judges places, maybe none.  history: what the settings do not tell, in words.
    scenes: painted scenes to learn from (and their mirror images).  balance: objects of which the scenes shown have a
    multiple of the world's share (`balance.scene_weights`).  learning_rate: Adam's, for both networks, falling to zero
    along a half cosine over the last `decay_share` of the last stage.  r1_weight: gamma of the gradient
    penalty (Mescheder et al. 2018), applied every r1_every steps.  average_images: half-life of the running average
    of the generator's weights, in images.
    """

    id: str
    history: str
    world: str
    seed: int
    sizes: tuple[int, ...]
    critic_sizes: tuple[int, ...]
    critic_places: tuple[int, ...]
    scenes: int
    balance: Mapping[str, float]
    stages: tuple[Stage, ...]
    learning_rate: float
    decay_share: float
    r1_weight: float
    r1_every: int
    average_images: float

    @property
    def total_images(self) -> int:
        """Images shown over all stages."""
        return sum(stage.fade_images + stage.images for stage in self.stages)

    @property
    def resolution(self) -> int:
        """Side of the finished pictures in pixels."""
        return self.stages[-1].resolution

    def as_dict(self) -> dict[str, Any]:
        """Plain data for model cards and checkpoints."""
        return asdict(self)


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


def _read(path: Path, kind: type) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnitbrushError(
            f"no training configuration {path}", field="config", value=path, allowed="an existing TOML file"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UnitbrushError(f"{path}: {error}", field="config", value=path, allowed="valid TOML") from error
    names = {field.name for field in fields(kind)}
    if raw.keys() != names:
        wrong = ", ".join(sorted(raw.keys() ^ names))
        raise UnitbrushError(
            f"{path}: missing or unknown settings: {wrong}",
            field="config",
            value=wrong,
            allowed="exactly " + ", ".join(sorted(names)),
        )
    return raw


def read_generator_config(path: Path) -> GeneratorConfig:
    """Read and check a generator's configuration; the error names the setting."""
    raw = _read(path, GeneratorConfig)
    config = GeneratorConfig(
        **{
            **raw,
            "sizes": tuple(raw["sizes"]),
            "critic_sizes": tuple(raw["critic_sizes"]),
            "critic_places": tuple(raw["critic_places"]),
            "stages": tuple(Stage(**stage) for stage in raw["stages"]),
        }
    )
    expected = [2 ** (k + 2) for k in range(len(config.sizes) - 1)]
    if [stage.resolution for stage in config.stages] != expected:
        raise UnitbrushError(
            f"{path}: the stages do not match the sizes",
            field="stages",
            value=[stage.resolution for stage in config.stages],
            allowed=f"one per resolution {expected}",
        )
    if len(config.critic_sizes) != len(expected):
        raise UnitbrushError(
            f"{path}: one critic size per resolution",
            field="critic_sizes",
            value=list(config.critic_sizes),
            allowed=f"{len(expected)} numbers",
        )
    if not set(config.critic_places) <= set(expected[:-1]):
        raise UnitbrushError(
            f"{path}: no such grids in the critic",
            field="critic_places",
            value=list(config.critic_places),
            allowed=f"some of {expected[:-1]}, or none",
        )
    wrong = {name: share for name, share in config.balance.items() if name not in OBJECTS[1:] or share <= 0}
    if wrong:
        raise UnitbrushError(
            f"{path}: no such balance of the scenes",
            field="balance",
            value=wrong,
            allowed="objects of the worlds, each with a multiple above 0",
        )
    return config


def read_segmenter_config(path: Path) -> SegmenterConfig:
    """Read and check the segmenter's configuration; the error names the setting."""
    raw = _read(path, SegmenterConfig)
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
    raw = _read(path, ClassifierConfig)
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
