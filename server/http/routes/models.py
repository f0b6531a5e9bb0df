"""Networks, their brushes and pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dissect_core.errors import UnitbrushError
from dissect_core.images.pixels import Format
from dissect_core.models.card import ModelCard
from server.catalog import Catalog
from server.errors import ApiError, NotFound
from server.http.deps import ClientDep, ModelDep, Seed, SettingsDep, StudioDep, Whole
from server.http.routes.pictures import not_modified, picture_response, unless_client_leaves
from server.schemas import (
    BrushesOut,
    BrushOut,
    LayerOut,
    ModelDetailOut,
    ModelOut,
    ModelsOut,
)

router = APIRouter(prefix="/api/models", tags=["models"])


def model_out(card: ModelCard, catalog: Catalog) -> ModelOut:
    """A network as the API and the page show it."""
    found = catalog.dissected.get(card.id)
    layers = found.layers.values() if found else ()
    return ModelOut(
        id=card.id,
        kind=card.kind,
        domain=card.domain,
        title=card.title,
        resolution=card.resolution,
        layers=[LayerOut(name=layer.name, units=layer.units, grid=layer.grid) for layer in layers],
        paint_layers=list(card.paint_layers),
        licence=card.licence,
        origin=card.origin,
        sha256=card.weights.sha256,
    )


@router.get("", summary="All networks")
async def list_models(studio: StudioDep) -> ModelsOut:
    """Generators, classifiers and segmenters, with where they come from."""
    return ModelsOut(models=[model_out(card, studio.catalog) for card in studio.catalog.cards.values()])


@router.get("/{model}", summary="One network with its card")
async def show_model(studio: StudioDep, model: str) -> ModelDetailOut:
    """Architecture, training and measured quality too."""
    card = studio.catalog.cards.get(model)
    if card is None:
        raise ApiError(
            404,
            "unknown_model",
            f"no model {model!r}",
            field="model",
            value=model,
            allowed=f"one of {', '.join(studio.catalog.cards)}",
        )
    return ModelDetailOut(
        **model_out(card, studio.catalog).model_dump(),
        architecture=dict(card.architecture),
        training=dict(card.training),
        quality=dict(card.quality),
    )


@router.get("/{model}/brushes", summary="The brushes of a generator")
async def list_brushes(model: ModelDep) -> BrushesOut:
    """Concepts that work as brushes, each with layer, units, values and how well it was measured to work."""
    brushes = [
        BrushOut(
            id=brush.id,
            concept=brush.concept,
            category=brush.category,
            layer=brush.layer,
            ranking=brush.ranking,
            units=list(brush.units),
            values=list(brush.values),
            default_count=brush.default_count,
            example_seed=brush.example_seed,
            example_box=list(brush.example_box),
            measured=dict(brush.measured),
        )
        for brush in model.brushes.values()
    ]
    return BrushesOut(model=model.card.id, brushes=brushes)


@router.get(
    "/{model}/brushes/{brush}/example.{format}",
    summary="What a brush does",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/webp": {}}}},
)
async def show_example(
    request: Request, studio: StudioDep, settings: SettingsDep, model: ModelDep, brush: str, format: Format
) -> Response:
    """A small picture of a scene in which the brush was used."""
    try:
        found = model.brush(brush)
    except UnitbrushError as error:
        raise NotFound(error) from None
    etag = f'"{studio.picture_version(model)}-{found.digest}-{format}"'
    if (answer := not_modified(request, etag, settings)) is not None:
        return answer
    return picture_response(await studio.example(model, found.id, format), etag, settings)


@router.get(
    "/{model}/images/{seed}",
    summary="An image, unedited",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/webp": {}}}},
)
async def show_image(
    request: Request,
    studio: StudioDep,
    settings: SettingsDep,
    client: ClientDep,
    model: ModelDep,
    seed: Seed,
    size: Annotated[Whole | None, Query(description="Side of a thumbnail in pixels; the full picture without.")] = None,
    format: Annotated[Format, Query(description="png and webp-lossless are exact, webp smaller.")] = "png",
) -> Response:
    """Image `seed` of the generator; the same number is the same picture everywhere."""
    least, most = min(settings.min_thumbnail_px, model.card.resolution), model.card.resolution
    if size is not None and not least <= size <= most:
        raise ApiError(
            422, "bad_size", "no picture of that size", field="size", value=size, allowed=f"{least} to {most} pixels"
        )
    side = None if size == most else size
    etag = f'"{studio.picture_version(model)}-{seed}-{side or most}-{format}"'
    if (answer := not_modified(request, etag, settings)) is not None:
        return answer
    picture = await unless_client_leaves(request, studio.image(model, seed, format, side, client))
    return picture_response(picture, etag, settings)
