"""The units of a network: layers in short, units of a layer, one unit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from server.deps import DissectedDep, LayerDep, UnitDep
from server.unit_schemas import LayersOut, Sort, UnitDetailOut, UnitsOut
from server.units import UnitQuery, layers_out, unit_out, units_out

router = APIRouter(prefix="/api/models/{model}/layers", tags=["units"])


@router.get("", summary="The dissected layers of a network")
async def list_layers(model: DissectedDep) -> LayersOut:
    """How many units of each layer have a label that counts, and with which concepts."""
    return layers_out(model)


@router.get("/{layer}/units", summary="The units of a layer")
async def list_units(
    layer: LayerDep,
    concept: Annotated[str | None, Query(max_length=100, description="Only units with this label.")] = None,
    category: Annotated[str | None, Query(max_length=100, description="Only units with labels of this kind.")] = None,
    min_iou: Annotated[float | None, Query(ge=0, le=1, description="Only units with an IoU above this.")] = None,
    q: Annotated[str, Query(max_length=100, description="Only units with this text in their label.")] = "",
    sort: Annotated[Sort, Query(description="By number, by IoU (best first), or by label.")] = "unit",
    offset: Annotated[int, Query(ge=0, description="How many to leave out at the start.")] = 0,
    limit: Annotated[int | None, Query(ge=1, description="How many at most; all without.")] = None,
) -> UnitsOut:
    """The units that fit, each with the concepts that it matches best."""
    return units_out(layer.model, layer.name, UnitQuery(concept, category, min_iou, q, sort, offset, limit))


@router.get("/{layer}/units/{unit}", summary="One unit")
async def show_unit(unit: UnitDep) -> UnitDetailOut:
    """Its label with all the evidence: concepts, distribution, best images, and the units that share its label."""
    return unit_out(unit.model, unit.name, unit.number)
