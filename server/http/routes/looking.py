"""Pictures of what units do, and questions about a picture: where is a unit active, which are strongest, what is it?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from dissect_core.images.pixels import Format, media_type
from dissect_core.version import __version__
from server.errors import unknown_image
from server.http.bodies import UPLOAD, json_body, json_schema_of, picture_body
from server.http.deps import (
    ClientDep,
    DissectedDep,
    Index,
    LayerDep,
    LookingDep,
    Seed,
    SettingsDep,
    StudioDep,
    Unit,
    UnitDep,
)
from server.http.routes.pictures import cache_headers, not_modified
from server.units.describe import picture_version, strongest_out, top_images
from server.units.inspector import GreyMap
from server.units.questions import place_of, seen_of
from server.units.unit_schemas import ClassesOut, ClassOut, Question, StrongestOut

router = APIRouter(prefix="/api/models/{model}", tags=["looking"])

Version = Annotated[str, Query(max_length=100, description="As in the addresses that the API gives.")]
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/webp": {}, "image/png": {}}}}


@router.get(
    "/layers/{layer}/units/{unit}/strip",
    summary="The five best images of a unit",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}}},
)
async def show_strip(
    request: Request, looking: LookingDep, settings: SettingsDep, client: ClientDep, unit: UnitDep, v: Version = ""
) -> Response:
    """Side by side, 64 pixels each, with the region lit in which the unit is above its threshold t_u."""
    version = picture_version(unit.model, unit.name)
    etag, for_ever = f'"{version}-{unit.number}-strip"', v == version
    if (answer := not_modified(request, etag, settings, for_ever)) is not None:
        return answer
    data = await looking.strip(unit.model, unit.name, unit.number, client)
    return Response(data, media_type="image/webp", headers=cache_headers(etag, settings, for_ever))


@router.get(
    "/layers/{layer}/units/{unit}/images/{rank}",
    summary="One of the best images of a unit",
    response_class=Response,
    responses=PICTURE,
)
async def show_top_image(
    request: Request,
    looking: LookingDep,
    settings: SettingsDep,
    client: ClientDep,
    unit: UnitDep,
    rank: Index,
    mask: Annotated[bool, Query(description="Whether the region above t_u is lit and outlined.")] = False,
    format: Annotated[Format, Query(description="png and webp-lossless are exact, webp smaller.")] = "png",
    v: Version = "",
) -> Response:
    """The image, as it is or with everything dimmed but the region where the unit is above its threshold t_u."""
    version = picture_version(unit.model, unit.name)
    images = top_images(unit.model, unit.name, unit.number)
    if not 0 <= rank < len(images):
        raise unknown_image(rank, len(images))
    etag, for_ever = f'"{version}-{unit.number}-{rank}-{mask:d}-{format}"', v == version
    if (answer := not_modified(request, etag, settings, for_ever)) is not None:
        return answer
    if mask:
        data = await looking.top_image(unit.model, unit.name, unit.number, images[rank], format, client)
    else:
        data = await looking.image(unit.model, images[rank], format, client)
    return Response(data, media_type=media_type(format), headers=cache_headers(etag, settings, for_ever))


@router.get(
    "/layers/{layer}/units/{unit}/activation",
    summary="Where a unit is active in a generated image",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
async def show_activation(
    request: Request, looking: LookingDep, settings: SettingsDep, client: ClientDep, unit: UnitDep, seed: Seed
) -> Response:
    """A grey picture: how rare the activation is for this unit, from 0 (everywhere) to 255 (a thousandth or less)."""
    etag = f'"{unit.model.evidence[unit.name][:12]}-{unit.number}-{seed}-grey-{__version__}"'
    if (answer := not_modified(request, etag, settings)) is not None:
        return answer
    await looking.known_seed(unit.model, seed)
    found = await looking.activation(
        unit.model, unit.name, unit.number, lambda: looking.of_seed(unit.model, seed), client
    )
    return _grey(unit, found, cache_headers(etag, settings))


@router.post(
    "/layers/{layer}/units/{unit}/activation",
    summary="Where a unit is active in your picture",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
    openapi_extra=UPLOAD,
)
async def find_activation(request: Request, looking: LookingDep, client: ClientDep, unit: UnitDep) -> Response:
    """The same for a picture file, of which a classifier sees the middle square."""
    data = await picture_body(request)
    found = await looking.activation(
        unit.model, unit.name, unit.number, lambda: looking.of_file(unit.model, data), client
    )
    return _grey(unit, found, {"Cache-Control": "no-store"})


@router.post("/classify", summary="What a classifier says of your picture", openapi_extra=UPLOAD)
async def classify(request: Request, looking: LookingDep, client: ClientDep, model: DissectedDep) -> ClassesOut:
    """All classes with their probabilities, best first; it sees the middle square of the picture."""
    found = await looking.classes(model, await picture_body(request), client)
    return ClassesOut(model=model.card.id, classes=[ClassOut(name=name, probability=p) for name, p in found])


@router.post(
    "/layers/{layer}/strongest", summary="Which units are strongest here?", openapi_extra=json_schema_of(Question)
)
async def find_strongest(
    request: Request, studio: StudioDep, looking: LookingDep, client: ClientDep, layer: LayerDep
) -> StrongestOut:
    """Units by their mean activation over a place of a picture, in each unit's own quantiles; of equals the first."""
    model, settings = layer.model, studio.settings
    question = await json_body(request, studio, Question)
    if question.seed is not None:
        await looking.known_seed(model, question.seed)
    found = await looking.strongest(
        model,
        layer.name,
        lambda: (seen_of(looking, model, question), place_of(settings, model, question)),
        question.count,
        client,
    )
    return strongest_out(model, layer.name, found)


def _grey(unit: Unit, found: GreyMap, headers: dict[str, str]) -> Response:
    scale = {
        "X-Unitbrush-Model-Sha256": unit.model.card.weights.sha256,
        "X-Unitbrush-Scale": "quantile = 1 - 10 ** (-3 * grey / 255)",
        "X-Unitbrush-Threshold": f"{found.threshold:.9g}",
        "X-Unitbrush-Threshold-Grey": f"{found.threshold_grey}",
        "X-Unitbrush-Maximum": f"{found.highest:.9g}",
    }
    return Response(found.data, media_type="image/png", headers=scale | headers)
