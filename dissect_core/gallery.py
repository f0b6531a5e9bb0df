"""Strips of the units of a layer: the best images of each, made once and kept beside the dissection."""

from __future__ import annotations

import hashlib
import json

from dissect_core.dissection import Dissection


def evidence(dissection: Dissection, layer: str) -> str:
    """SHA-256 of everything that the pictures of a layer's units depend on: inputs, thresholds and top images."""
    stats = dissection.layer(layer)
    digest = hashlib.sha256(json.dumps(dissection.manifest, sort_keys=True).encode())
    for tensor in (stats.thresholds, stats.top.images):
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
