"""The server to compare with: the plain eager module behind one lock, as the original demo had it.

`python -m tests.benchmarks.reference_server PRECOMPUTED MODEL PORT` answers POST /api/render as Unitbrush does.
"""

from __future__ import annotations

import base64
import sys
import threading
from functools import partial
from pathlib import Path

import torch
import uvicorn
from fastapi import FastAPI, Response

from dissect_core.images.pixels import encode, to_bytes
from dissect_core.models.hooks import edited
from dissect_core.models.latents import latents
from dissect_core.models.registry import Registry
from dissect_core.painting.edits import UnitStroke, apply_edit, compose
from dissect_core.painting.masks import decode_mask, to_grid
from dissect_core.system.memory import keep_freed_memory
from server.schemas import Painting
from tests.benchmarks.networks import VALUE

MAX_MASK_SIDE = 512


def reference_app(precomputed: Path, model: str) -> FastAPI:
    """The application."""
    generator = Registry(precomputed).generator(model).to(memory_format=torch.contiguous_format)
    lock = threading.Lock()
    app = FastAPI()

    @app.get("/readyz")
    def readyz() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/api/render")
    def render(painting: Painting) -> Response:
        strokes = []
        for stroke in painting.strokes:
            units, layer = tuple(stroke.units or ()), stroke.layer or ""
            mask = decode_mask(base64.b64decode(stroke.mask or ""), MAX_MASK_SIDE)
            alpha = to_grid(mask, generator.layers[layer].grid)
            strokes.append(UnitStroke(layer, units, (VALUE,) * len(units), alpha))
        edits = {layer: partial(apply_edit, edit=edit) for layer, edit in compose(strokes).items()}
        with lock, torch.inference_mode(), edited(generator, edits):
            picture = to_bytes(generator(latents([painting.seed], generator.latent_size)))[0]
            return Response(encode(picture, painting.format), media_type=f"image/{painting.format}")

    return app


if __name__ == "__main__":
    keep_freed_memory()
    uvicorn.run(reference_app(Path(sys.argv[1]), sys.argv[2]), port=int(sys.argv[3]), log_level="warning")
