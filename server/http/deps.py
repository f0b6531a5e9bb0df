"""What handlers ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Path
from pydantic import BeforeValidator, Field
from starlette.requests import HTTPConnection

from dissect_core.errors import UnitbrushError
from dissect_core.models.latents import MAX_ID
from server.catalog import DissectedModel, PaintModel
from server.errors import ApiError, NotFound, unknown_unit
from server.painting.studio import Studio
from server.settings import Settings
from server.units.inspector import Looking


def get_studio(connection: HTTPConnection) -> Studio:
    """The open studio, or 503 while there is none."""
    return _service(connection, "studio", Studio)


def get_looking(connection: HTTPConnection) -> Looking:
    """What looks at units, or 503 while it is not open."""
    return _service(connection, "looking", Looking)


T = TypeVar("T")


def _service(connection: HTTPConnection, name: str, kind: type[T]) -> T:
    service = getattr(connection.app.state, name, None)
    if not isinstance(service, kind):
        raise ApiError(
            503,
            "not_ready",
            "the server is not ready yet",
            field="server",
            value=None,
            allowed="try again in a moment",
            retry_after_s=1,
        )
    return service


def get_settings(connection: HTTPConnection) -> Settings:
    """The settings of the application."""
    settings: Settings = connection.app.state.settings
    return settings


def get_client(connection: HTTPConnection) -> str:
    """Who asks: one name per connection, so that clients can take turns."""
    return f"{connection.client.host}:{connection.client.port}" if connection.client else ""


StudioDep = Annotated[Studio, Depends(get_studio)]
LookingDep = Annotated[Looking, Depends(get_looking)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
ClientDep = Annotated[str, Depends(get_client)]


def get_model(studio: StudioDep, model: Annotated[str, Path(max_length=100)]) -> PaintModel:
    """The generator that the path names, or 404."""
    try:
        return studio.catalog.model(model)
    except UnitbrushError as error:
        raise NotFound(error) from None


ModelDep = Annotated[PaintModel, Depends(get_model)]


@dataclass(frozen=True, eq=False)
class Layer:
    """A dissected layer that a path names."""

    model: DissectedModel
    name: str


@dataclass(frozen=True, eq=False)
class Unit(Layer):
    """A unit of a dissected layer that a path names."""

    number: int


def get_dissected(studio: StudioDep, model: Annotated[str, Path(max_length=100)]) -> DissectedModel:
    """The generator or classifier that the path names, or 404."""
    try:
        return studio.catalog.with_units(model)
    except UnitbrushError as error:
        raise NotFound(error) from None


DissectedDep = Annotated[DissectedModel, Depends(get_dissected)]


def get_layer(model: DissectedDep, layer: Annotated[str, Path(max_length=200)]) -> Layer:
    """The dissected layer that the path names, or 404."""
    try:
        model.layer(layer)
    except UnitbrushError as error:
        raise NotFound(error) from None
    return Layer(model, layer)


LayerDep = Annotated[Layer, Depends(get_layer)]


def _plain(text: object) -> object:
    """One way to write each number: int() also takes "+0", "1_0", "٣" and "0.0"."""
    if isinstance(text, str) and not re.fullmatch("-?(0|[1-9][0-9]*)", text):
        raise ValueError("a whole number, in plain digits")
    return text


Whole = Annotated[int, BeforeValidator(_plain)]
"""A whole number in an address."""
Seed = Annotated[Whole, Field(json_schema_extra={"minimum": 0, "maximum": MAX_ID})]
"""The number of an image; one that is out of range gets the error of the core."""
Index = Annotated[Whole, Field(json_schema_extra={"minimum": 0})]


def get_unit(layer: LayerDep, unit: Index) -> Unit:
    """The unit that the path names, or 404."""
    units = layer.model.layer(layer.name).units
    if not 0 <= unit < units:
        raise unknown_unit(layer.name, unit, units)
    return Unit(layer.model, layer.name, unit)


UnitDep = Annotated[Unit, Depends(get_unit)]
