"""What the answers about units look like in JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from dissect_core.models.latents import MAX_ID

Sort = Literal["unit", "iou", "label"]


class ConceptUnitsOut(BaseModel):
    """A concept and how many labelled units of the layer stand for it."""

    concept: str
    units: int


class LayerSummaryOut(BaseModel):
    """A dissected layer in short."""

    layer: str
    units: int
    grid: int = Field(description="Cells along a side.")
    labelled: int = Field(description="Units whose label counts.")
    by_chance: float | None = Field(
        description="Units whose IoU is above the minimum when pictures are shuffled against labels; null if unknown."
    )
    concepts: dict[str, list[ConceptUnitsOut]] = Field(
        description="By category, every one of them: the concepts of the labelled units, those with most units first."
    )


class LayersOut(BaseModel):
    """The dissected layers of a network, from its first to its last."""

    model: str
    minimum_iou: float = Field(description="A label counts if its IoU is above this and above chance.")
    layers: list[LayerSummaryOut]


class LabelOut(BaseModel):
    """How well a unit matches a concept."""

    concept: str
    category: str
    iou: float


class BriefUnitOut(BaseModel):
    """A unit in short: its number and its label, always with the IoU."""

    unit: int
    label: str | None = Field(description="The concept with the highest IoU; null if the unit overlaps none.")
    category: str | None = Field(description="Of the label.")
    iou: float
    labelled: bool = Field(description="Whether the label counts: its IoU is above the minimum and above `chance`.")
    chance: float | None = Field(
        description="The highest IoU that the unit reaches with the labels of other pictures; null if unknown."
    )
    strip: str = Field(description="Address of its five best images, side by side, as one WebP.")


class UnitOut(BriefUnitOut):
    """A unit of a layer."""

    threshold: float = Field(description="t_u, its 0.99 quantile, in activation units.")
    mean: float
    peak: float
    labels: list[LabelOut] = Field(description="Its three best concepts, best first.")


class UnitsOut(BaseModel):
    """Units of a layer."""

    model: str
    layer: str
    grid: int = Field(description="Cells along a side.")
    total: int = Field(description="How many units fit the question, on all pages.")
    offset: int = Field(description="How many of them come before the first one here.")
    units: list[UnitOut]


class LevelsOut(BaseModel):
    """How the activation is distributed: values[n] is exceeded at a share 1 - quantiles[n] of all positions."""

    quantiles: list[float]
    values: list[float]


class HistogramOut(BaseModel):
    """How often the activation is between edges[n] and edges[n + 1], in positions."""

    edges: list[float]
    counts: list[int]


class IclrOut(BaseModel):
    """The second scoring (Bau et al. 2019): the threshold and concept that tell most about each other."""

    concept: str
    category: str
    iqr: float = Field(description="Information quality ratio, 0..1.")
    iou: float
    threshold: float


class TopImageOut(BaseModel):
    """One of the images in which the unit is most active."""

    rank: int = Field(description="0 is the best.")
    image: int = Field(description="Number of the image; of a generator the seed.")
    score: float = Field(description="The highest activation in the image.")
    place: list[float] = Field(description="Where it is: [x, y] in 0..1.")
    url: str
    masked_url: str = Field(description="The same with the region above t_u lit and outlined.")


class NeighboursOut(BaseModel):
    """Where to go from a unit."""

    same: list[BriefUnitOut] = Field(description="Other labelled units of the layer with its label, best first.")
    previous: int | None
    next: int | None


class UnitDetailOut(BriefUnitOut):
    """Everything that is known of a unit."""

    model: str
    layer: str
    grid: int = Field(description="Cells along a side of the layer.")
    units: int = Field(description="How many units the layer has.")
    minimum_iou: float
    threshold: float = Field(description="t_u, its 0.99 quantile, in activation units.")
    mean: float
    peak: float
    levels: LevelsOut
    histogram: HistogramOut
    concepts: list[LabelOut] = Field(description="Every concept that was seen at all, highest IoU first.")
    iclr: IclrOut | None = Field(description="null if no concept tells anything of the unit.")
    images: int = Field(description="How many images it was dissected on.")
    top: list[TopImageOut] = Field(description="Best first.")
    neighbours: NeighboursOut


class ClassOut(BaseModel):
    """A class and how likely the picture is one."""

    name: str
    probability: float = Field(description="0..1; those of all classes together are 1.")


class ClassesOut(BaseModel):
    """What a classifier says of a picture."""

    model: str
    classes: list[ClassOut] = Field(description="All of them, best first.")


class Question(BaseModel):
    """Which units are strongest here?  Of a seed (generators) or a picture (classifiers), at a point or in a mask."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    seed: StrictInt | None = Field(
        None,
        description="An image of the generator.",
        examples=[7],
        json_schema_extra={"minimum": 0, "maximum": MAX_ID},
    )
    picture: StrictStr | None = Field(
        None, description="A picture file as base64; the classifier sees its middle square."
    )
    point: tuple[float, float] | None = Field(None, description="[x, y] in 0..1 of what the network sees.")
    mask: StrictStr | None = Field(None, description="A PNG of the whole picture as base64; alpha > 0 is painted.")
    count: StrictInt = Field(10, ge=1, description="How many units at most.")


class StrongUnitOut(BriefUnitOut):
    """A unit that is strong at the place."""

    activation: float = Field(description="Mean over the place.")
    quantile: float = Field(description="Share of all positions where the unit is less active than that, 0..1.")
    threshold: float = Field(description="t_u, its 0.99 quantile.")


class StrongestOut(BaseModel):
    """The units of a layer that are strongest at a place."""

    model: str
    layer: str
    units: list[StrongUnitOut] = Field(description="Highest quantile first; of equals the first unit first.")
