"""Dissections on disk: `<root>/<model>/manifest.json`, and one safetensors file per layer, whose hash it names.

The IoU of all units with all concepts is most of it.  It is kept for the concepts that were seen at all, in half
precision (2^-11 relative) but for the layers named `exact`; labels and their IoU are always exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.dissection.result import Dissection, LayerStats, TopList
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import IqrScores
from dissect_core.system.artifacts import (
    check_hash,
    hashes,
    read_json,
    read_tensors,
    require,
    write_json,
    write_tensors,
)
from dissect_core.system.folders import put_in_place, temporary_folder

PER_UNIT = ("thresholds", "mean", "peak", "label_iou", "iqr", "iqr_iou", "iqr_threshold")
"""(U,) float32 each."""
MANIFEST = "manifest.json"
FILES = "files"
"""The field of a manifest that names its files and their SHA-256."""
SCHEMAS = (2, 3)
"""What can be read.  Schema 2 has no shuffled countings, and its thresholds were rounded to half precision."""
LARGEST_INT32 = 2**31 - 1


def write_dissection(dissection: Dissection, root: Path, exact: Collection[str] = ()) -> Path:
    """Write a dissection beside an older one, then put it in its place.

    exact: layers whose IoU is kept in full precision.  Returns the model's folder.
    """
    folder = root / str(dissection.manifest["model"])
    with temporary_folder(folder) as own:
        fresh = own / "fresh"
        for layer, stats in dissection.layers.items():
            write_tensors(fresh / f"{layer}.safetensors", _packed(stats, layer in exact))
        given = {name: value for name, value in dissection.manifest.items() if name != FILES}
        write_json(fresh / MANIFEST, {**given, FILES: hashes(fresh.glob("*.safetensors"))})
        put_in_place(fresh, folder)
    return folder


def read_dissection(root: Path, model: str) -> Dissection:
    """Read what `write_dissection` wrote.  Raises ArtifactMismatch naming the file and the field."""
    path = root / model / MANIFEST
    manifest = read_json(path)
    schema, known = manifest.get("schema"), " or ".join(map(str, SCHEMAS))
    require(schema in SCHEMAS, path.name, field="schema", value=schema, allowed=known)
    require(manifest.get("model") == model, path.name, field="model", value=manifest.get("model"), allowed=model)
    columns = Columns(_maps(manifest, path.name))
    named = manifest.get(FILES)
    require(isinstance(named, dict), path.name, field=FILES, value=named, allowed="the SHA-256 of every file")
    layers = {}
    for layer in _layers(manifest, path.name):
        file = root / model / f"{layer}.safetensors"
        check_hash(file, named or {})
        layers[layer] = _unpacked(read_tensors(file), columns, file.name)
    return Dissection(manifest, columns, layers)


def _packed(stats: LayerStats, exact: bool) -> dict[str, Tensor]:
    (seen,) = stats.iou.any(dim=0).nonzero(as_tuple=True)
    counts = stats.histogram.counts
    tables = {
        "levels": stats.levels.to(torch.float16),  # that is what they are rounded to
        "chance": stats.chance,
        "columns": seen.to(torch.int16),
        "iou": stats.iou[:, seen].to(torch.float32 if exact else torch.float16),
        "label": stats.label.to(torch.int16),
        "iqr_concept": stats.iqr.concept.to(torch.int16),
        "top_images": stats.top.images.to(torch.int32),
        "top_scores": stats.top.scores,
        "top_places": stats.top.places.to(torch.int16),
        "histogram": counts.to(torch.int32) if not counts.numel() or int(counts.max()) <= LARGEST_INT32 else counts,
        "histogram_low": stats.histogram.low,
        "histogram_high": stats.histogram.high,
    }
    numbers = (
        stats.thresholds,
        stats.mean,
        stats.peak,
        stats.label_iou,
        stats.iqr.iqr,
        stats.iqr.iou,
        stats.iqr.threshold,
    )
    return dict(zip(PER_UNIT, numbers, strict=True)) | tables


def _unpacked(tensors: Mapping[str, Tensor], columns: Columns, file: str) -> LayerStats:
    units = len(tensors["thresholds"]) if "thresholds" in tensors else 0
    tensors = {"chance": torch.zeros(units, 0), **tensors}
    width = len(tensors["columns"]) if "columns" in tensors else 0
    shapes: dict[str, tuple[int | None, ...]] = {
        **dict.fromkeys(PER_UNIT, (units,)),
        "levels": (units, None),
        "chance": (units, None),
        "columns": (width,),
        "iou": (units, width),
        "label": (units,),
        "iqr_concept": (units,),
        **dict.fromkeys(("top_images", "top_scores", "top_places"), (units, None)),
        "histogram": (units, None),
        "histogram_low": (units,),
        "histogram_high": (units,),
    }
    for name, shape in shapes.items():
        require(name in tensors, file, field=name, value="missing", allowed=f"a tensor of shape {shape}")
        found = tuple(tensors[name].shape)
        fits = len(found) == len(shape) and all(want in (None, have) for want, have in zip(shape, found, strict=True))
        require(fits, file, field=name, value=found, allowed=f"shape {shape}")
    names = len(columns.concepts)
    for name in ("columns", "label", "iqr_concept"):
        inside = bool(((tensors[name] >= -1) & (tensors[name] < names)).all())
        require(inside, file, field=name, value="a column outside", allowed=f"the {names} concepts of the manifest")
    iou = torch.zeros(units, names)
    iou[:, tensors["columns"].long()] = tensors["iou"].float()
    return LayerStats(
        thresholds=tensors["thresholds"],
        mean=tensors["mean"],
        peak=tensors["peak"],
        levels=tensors["levels"].float(),
        iou=iou,
        label=tensors["label"].long(),
        label_iou=tensors["label_iou"],
        chance=tensors["chance"],
        top=TopList(tensors["top_images"].long(), tensors["top_scores"], tensors["top_places"].long()),
        histogram=Histogram(tensors["histogram"].long(), tensors["histogram_low"], tensors["histogram_high"]),
        iqr=IqrScores(tensors["iqr"], tensors["iqr_iou"], tensors["iqr_threshold"], tensors["iqr_concept"].long()),
    )


def _maps(manifest: Mapping[str, Any], file: str) -> dict[str, tuple[str, ...]]:
    maps = manifest.get("maps")
    good = isinstance(maps, dict) and all(isinstance(names, list) and names for names in maps.values())
    require(good, file, field="maps", value=maps, allowed="lists of concept names")
    return {str(name): tuple(map(str, names)) for name, names in (maps or {}).items()}


def _layers(manifest: Mapping[str, Any], file: str) -> list[str]:
    layers = manifest.get("layers")
    require(isinstance(layers, list), file, field="layers", value=layers, allowed="a list of layer names")
    return [str(layer) for layer in layers or []]
