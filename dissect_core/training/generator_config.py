"""The configuration of a generator's training: its stages, its critics and what each of them follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from dissect_core.errors import UnitbrushError
from dissect_core.training.config import read_settings
from dissect_core.training.losses import LOSSES
from dissect_core.world.concepts import OBJECTS

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """One resolution of progressive growing: images shown while it fades in, then images at full strength."""

    resolution: int
    fade_images: int
    images: int
    batch: int


@dataclass(frozen=True)
class PixelCritic:
    """The critic that looks at pixels, a mirror image of the generator.

    sizes: channels at 4x4, 8x8, ….  places: sides of the grids on which it also judges places, maybe none.
    loss: one of `losses.LOSSES`.  r1_weight, r2_weight: gamma of the gradient penalties on painted and on generated
    pictures (Mescheder et al. 2018), both applied every `penalty_every` steps.  weight: of what it says in what the
    generator follows; 0 for no such critic.
    """

    sizes: tuple[int, ...]
    places: tuple[int, ...] = ()
    loss: str = "logistic"
    r1_weight: float = 0.3
    r2_weight: float = 0.0
    penalty_every: int = 16
    weight: float = 1.0


@dataclass(frozen=True)
class Projection:
    """A critic that looks through a frozen network (Sauer et al. 2021); see `projected.ProjectedCritic`.

    features: the network, one of `backbones.NAMES`.  size: side to which pictures are brought for it.  weight: as
    of the critic of pixels.  rate: its learning rate as a multiple of the configuration's.
    """

    features: str
    size: int
    loss: str = "hinge"
    weight: float = 1.0
    rate: float = 1.0


@dataclass(frozen=True)
class GeneratorConfig:
    """Everything that determines a generator's training (with the code version).

    sizes: [z, units at 4x4, 8x8, …].  history: what the settings do not tell, in words.
    scenes: painted scenes to learn from (and their mirror images).  balance: objects of which the scenes shown have a
    multiple of the world's share (`balance.scene_weights`).  pixels, projected: the critics, at least one.
    critics_first: images that critics which start afresh are shown before the generator moves.
    learning_rate: Adam's, falling to zero along a half cosine over the last `decay_share` of the last stage, or of the
    time if a run is given one.  generator_rate: the generator's, as a multiple.  average_images: half-life of the
    running average of the generator's weights, in images.
    """

    id: str
    history: str
    world: str
    seed: int
    sizes: tuple[int, ...]
    scenes: int
    balance: Mapping[str, float]
    stages: tuple[Stage, ...]
    learning_rate: float
    decay_share: float
    average_images: float
    pixels: PixelCritic
    projected: tuple[Projection, ...] = ()
    generator_rate: float = 1.0
    critics_first: int = 0

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


def read_generator_config(path: Path) -> GeneratorConfig:
    """Read and check a generator's configuration; the error names the setting."""
    raw = read_settings(path, GeneratorConfig)
    projected = tuple(_made(path, "projected", Projection, table) for table in raw.get("projected", ()))
    config = GeneratorConfig(
        **{
            **raw,
            "sizes": tuple(raw["sizes"]),
            "pixels": _made(path, "pixels", PixelCritic, raw["pixels"]),
            "projected": projected,
            "stages": tuple(_made(path, "stages", Stage, stage) for stage in raw["stages"]),
        }
    )
    _check(path, config)
    return config


def _made(path: Path, field: str, kind: type[T], table: Mapping[str, Any]) -> T:
    """The table as an object of `kind`, lists as tuples."""
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})
    except TypeError as error:
        names = ", ".join(one.name for one in fields(kind))  # type: ignore[arg-type]
        raise UnitbrushError(f"{path}: bad {field}: {error}", field=field, value=dict(table), allowed=names) from error


def _check(path: Path, config: GeneratorConfig) -> None:
    """Raise UnitbrushError about the first setting that does not fit the others."""

    def require(holds: bool, message: str, field: str, value: object, allowed: str) -> None:
        if not holds:
            raise UnitbrushError(f"{path}: {message}", field=field, value=value, allowed=allowed)

    grids = [2 ** (k + 2) for k in range(len(config.sizes) - 1)]
    resolutions, sizes, places = [s.resolution for s in config.stages], config.pixels.sizes, config.pixels.places
    one_each = f"one per resolution {grids}"
    require(resolutions == grids, "the stages do not match the sizes", "stages", resolutions, one_each)
    require(len(sizes) == len(grids), "one critic size per resolution", "pixels.sizes", sizes, f"{len(grids)} numbers")
    allowed = f"some of {grids[:-1]}, or none"
    require(set(places) <= set(grids[:-1]), "no such grids in the critic", "pixels.places", places, allowed)
    critics: list[PixelCritic | Projection] = [config.pixels, *config.projected]
    for critic in critics:
        require(critic.loss in LOSSES, "no such loss", "loss", critic.loss, f"one of {', '.join(LOSSES)}")
        require(critic.weight >= 0, "a negative weight", "weight", critic.weight, "0 or more")
    weights = [critic.weight for critic in critics]
    require(
        sum(weights) > 0, "nothing for the generator to follow", "weight", weights, "a critic with a weight above 0"
    )
    names = [projection.features for projection in config.projected]
    require(len(set(names)) == len(names), "a network twice", "projected.features", names, "each network once")
    wrong = {name: share for name, share in config.balance.items() if name not in OBJECTS[1:] or share <= 0}
    balanced = "objects of the worlds, each with a multiple above 0"
    require(not wrong, "no such balance of the scenes", "balance", wrong, balanced)
