"""What requests and answers look like in JSON.

Bounds that are settings are checked in `strokes`, where the error can name the setting's value; bounds that never
change are here.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from dissect_core.images.pixels import Format
from dissect_core.models.latents import MAX_ID
from server.errors import ApiError, from_validation
from server.settings import Settings

Name = Annotated[StrictStr, Field(max_length=100)]
MaskNumber = Annotated[StrictInt, Field(ge=0, lt=2**32)]
M = TypeVar("M", bound=BaseModel)

MOST_UNITS = 4096
"""Units in one list: more than any layer has."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Stroke(_Request):
    """One stroke: units of one layer, painted or erased in one shape.

    Either `concept` (a brush, or with `layer` any dissected concept) or `units` (with `layer`).  A `mask`, which on the
    live preview may be kept under a number, `mask_id`: then later strokes give the number only.
    """

    concept: Name | None = Field(None, description="A brush of the model, for example tree.", examples=["tree"])
    units: tuple[StrictInt, ...] | None = Field(
        None, max_length=MOST_UNITS, fail_fast=True, description="Unit numbers of `layer`, best first."
    )
    layer: Name | None = Field(
        None, description="The layer to edit; a concept has one of its own, units need one.", examples=["layer4"]
    )
    mode: Literal["draw", "erase"] = Field(
        description="draw sets each unit to level x the brush's level x its 0.99 quantile, erase to 0."
    )
    strength: float = Field(1.0, ge=0, le=1, strict=True, description="How much of the old activation is replaced.")
    count: StrictInt | None = Field(
        None, ge=1, description="How many units, best first; a brush has its own number, usually 20."
    )
    level: float = Field(
        1.0, ge=0, strict=True, description="Multiple of the value that the brush draws with; 1 for erasing."
    )
    pooling: Literal["max", "mean"] = Field(
        "max", description="How pixels become cells: max switches on every touched cell, mean gives soft edges."
    )
    mask: StrictStr | None = Field(
        None, description="A PNG of the whole picture as base64, at any resolution; alpha > 0 is painted."
    )
    mask_id: MaskNumber | None = Field(
        None, description="Live preview only: a number for this mask. With `mask` it is kept, without it is looked up."
    )


class Painting(_Request):
    """A picture to render: a model, an image of it, and strokes from first to last."""

    model: Name = Field(description="Id of a generator.", examples=["storybook-church"])
    seed: StrictInt = Field(
        description=f"The image, 0 to {MAX_ID}.", examples=[7], json_schema_extra={"minimum": 0, "maximum": MAX_ID}
    )
    strokes: list[Stroke] = Field(
        default_factory=list, fail_fast=True, description="Earliest first; later ones paint over earlier."
    )
    format: Format = Field("png", description="png and webp-lossless are exact, webp smaller.")
    scale: StrictInt = Field(1, ge=1, description="Every pixel of the network as a square of so many pixels.")
    draft: bool = Field(
        False, strict=True, description="The newest stroke is still being drawn: under load, drafts are refused first."
    )

    @field_validator("strokes", mode="before")
    @classmethod
    def _not_too_many(cls, strokes: object, info: ValidationInfo) -> object:
        """Count before reading: ten thousand strokes are refused, not parsed."""
        most = (info.context or {}).get("max_strokes")
        if most is not None and isinstance(strokes, list) and len(strokes) > most:
            raise ApiError(
                422,
                "too_many_strokes",
                "too many strokes in one painting",
                field="strokes",
                value=len(strokes),
                allowed=f"at most {most}",
            )
        return strokes


class PaintFrame(Painting):
    """A message of the live preview: a painting with a number that its answer repeats."""

    id: StrictInt = Field(ge=0, lt=2**32, description="Any number; the answer names it.")


class LayerOut(BaseModel):
    """A layer of a generator."""

    name: str
    units: int
    grid: int = Field(description="Cells along a side.")


class ModelOut(BaseModel):
    """A network."""

    id: str
    kind: str
    domain: str
    title: str
    resolution: int = Field(description="Pixels along a side.")
    layers: list[LayerOut]
    paint_layers: list[str]
    licence: str
    origin: str
    sha256: str = Field(description="SHA-256 of the weights file.")


class ModelDetailOut(ModelOut):
    """A network with all that its card says."""

    architecture: dict[str, object]
    training: dict[str, object]
    quality: dict[str, object]


class ModelsOut(BaseModel):
    """The networks at hand."""

    models: list[ModelOut]


class BrushOut(BaseModel):
    """A concept that can be painted, with the units that paint it."""

    id: str
    concept: str
    category: str
    layer: str
    ranking: str = Field(
        description="What ordered the units: iou, or by measurement effect, erasure, selective or drawing."
    )
    units: list[int] = Field(description="Best first.")
    values: list[float] = Field(description="The units' 0.99 quantiles, what drawing sets them to.")
    default_count: int
    example_seed: int
    example_box: list[float] = Field(description="Where the example is painted: x0, y0, x1, y1 in 0..1.")
    measured: dict[str, object] = Field(description="How well it works on unseen images.")


class BrushesOut(BaseModel):
    """The brushes of a generator."""

    model: str
    brushes: list[BrushOut]


class ErrorDetail(BaseModel):
    """What was wrong."""

    code: str = Field(examples=["unknown_concept"])
    field: str = Field(examples=["strokes[0].concept"])
    value: str | float | int | bool | None = Field(examples=["tre"])
    allowed: str = Field(examples=["one of tree, door"])
    message: str = Field(examples=["no brush 'tre'"])
    retry_after_s: int = Field(default=1, ge=1, description="Only with 503: in how many seconds to come back.")


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail


def parse(kind: type[M], data: bytes | str, settings: Settings) -> M:
    """JSON text -> a `Painting`, a `PaintFrame` or a `Question`.  Raises ApiError 422 naming the first bad field.

    What has far more parts than the largest painting is refused by counting, before any of it is parsed: parsing holds
    up everybody else.
    """
    check_parts(data, settings)
    try:
        return kind.model_validate_json(data, context={"max_strokes": settings.max_strokes})
    except ValidationError as error:
        raise from_validation(error.errors(include_url=False)) from None


def check_parts(data: bytes | str, settings: Settings) -> None:
    """Raises ApiError 422 for a text with more commas, colons and brackets than the largest painting can have."""
    text, fields = data if isinstance(data, bytes) else data.encode(), len(Stroke.model_fields)
    allowed = {
        "fields": (b":", 2 * settings.max_strokes * fields),
        "objects and lists": (b"{[", 8 * settings.max_strokes + 100),
        "values": (b",", settings.max_strokes * (2 * fields + settings.max_units_per_stroke)),
    }
    for name, (marks, most) in allowed.items():
        found = sum(map(text.count, marks))
        if found > most:
            raise ApiError(
                422,
                "too_many_parts",
                f"the JSON has too many {name}",
                field="body",
                value=f"{found} {name}",
                allowed=f"at most {most}",
            )
