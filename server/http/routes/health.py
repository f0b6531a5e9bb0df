"""Is the server there, can it paint, and what has it done?"""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from dissect_core.version import __version__
from server.errors import ApiError
from server.http.deps import LookingDep, StudioDep

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    """200 as long as the process answers at all."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", summary="Everything is loaded and verified")
async def readyz(studio: StudioDep, looking: LookingDep) -> dict[str, object]:
    """200 when every network is loaded, verified and being served; 503 otherwise."""
    if not (studio.engine.alive and looking.observer.alive):
        raise ApiError(
            503, "not_ready", "a network has stopped", field="server", value=None, allowed="restart the server"
        )
    return {"status": "ready", "models": list(studio.catalog.models)}


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(studio: StudioDep) -> Response:
    """Pictures, queues, batches and times since the start, in Prometheus' text format."""
    return Response(studio.metrics.text(), media_type=CONTENT_TYPE_LATEST)
