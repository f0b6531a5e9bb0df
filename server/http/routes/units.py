"""The units of a network: layers in short, units of a layer, one unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from dissect_core.version import __version__
from server.catalog import DissectedModel
from server.http.deps import DissectedDep, LayerDep, SettingsDep, UnitDep
from server.http.routes.pictures import cache_headers, not_modified
from server.settings import Settings
from server.units.describe import UnitQuery, layers_out, unit_out, units_out
from server.units.unit_schemas import LayersOut, Sort, UnitDetailOut, UnitsOut

router = APIRouter(prefix="/api/models/{model}/layers", tags=["units"])


@router.get("", summary="The dissected layers of a network", response_model=LayersOut)
async def list_layers(request: Request, settings: SettingsDep, model: DissectedDep) -> Response:
    """How many units of each layer have a label that counts, and with which concepts."""
    return _unless_known(request, settings, model, lambda: layers_out(model))


@router.get("/{layer}/units", summary="The units of a layer", response_model=UnitsOut)
async def list_units(
    request: Request,
    settings: SettingsDep,
    layer: LayerDep,
    concept: Annotated[str | None, Query(max_length=100, description="Only units with this label.")] = None,
    category: Annotated[str | None, Query(max_length=100, description="Only units with labels of this kind.")] = None,
    min_iou: Annotated[float | None, Query(ge=0, le=1, description="Only units with an IoU above this.")] = None,
    q: Annotated[str, Query(max_length=100, description="Only units with this text in their label.")] = "",
    sort: Annotated[Sort, Query(description="By number, by IoU (best first), or by label.")] = "unit",
    offset: Annotated[int, Query(ge=0, description="How many to leave out at the start.")] = 0,
    limit: Annotated[int | None, Query(ge=1, description="How many at most; all without.")] = None,
) -> Response:
    """The units that fit, each with the concepts that it matches best."""
    query = UnitQuery(concept, category, min_iou, q, sort, offset, limit)
    return _unless_known(request, settings, layer.model, lambda: units_out(layer.model, layer.name, query))


@router.get("/{layer}/units/{unit}", summary="One unit", response_model=UnitDetailOut)
async def show_unit(request: Request, settings: SettingsDep, unit: UnitDep) -> Response:
    """Its label with all the evidence: concepts, distribution, best images, and the units that share its label."""
    return _unless_known(request, settings, unit.model, lambda: unit_out(unit.model, unit.name, unit.number))


def _unless_known(
    request: Request, settings: Settings, model: DissectedModel, tell: Callable[[], BaseModel]
) -> Response:
    """What is told as JSON, cacheable: nothing but the dissection and the program decides it; 304 if it is known."""
    etag = f'"{model.findings[:16]}-{__version__}"'
    if (answer := not_modified(request, etag, settings)) is not None:
        return answer
    return Response(tell().model_dump_json(), media_type="application/json", headers=cache_headers(etag, settings))
