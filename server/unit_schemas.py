"""What the answers about units look like in JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

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
    labelled: int = Field(description="Units whose IoU is above the minimum.")
    concepts: dict[str, list[ConceptUnitsOut]] = Field(
        description="By category, every one of them: the concepts of the labelled units, those with most units first."
    )


class LayersOut(BaseModel):
    """The dissected layers of a network, from its first to its last."""

    model: str
    minimum_iou: float = Field(description="A label counts if its IoU is above this.")
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
    labelled: bool = Field(description="Whether the label counts: its IoU is above the minimum.")
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
