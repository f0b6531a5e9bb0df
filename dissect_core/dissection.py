"""Network dissection: what each unit of a layer looks for, by comparing where it is active with what is seen there.

Bau et al. 2020 ("Understanding the role of individual units in a deep neural network"), Materials and Methods:

    t_u       = the value that unit u's upsampled activation exceeds at 1 % of all positions of all images
    IoU(u, c) = |a_u > t_u and c| / |a_u > t_u or c|            strictly above, over all positions of all images
    the label of a unit is its best concept; it counts if IoU > 0.04

Coordinates.  The picture is the unit square.  Positions are the centres of a G x G grid (G = 64), position (i, j) at
((j + 0.5) / G, (i + 0.5) / G); cell centres of a layer's h x w map lie at ((j + 0.5) / w, (i + 0.5) / h).  Activations
are interpolated bilinearly between cell centres and continued as constants beyond the outermost ones: bilinear,
align_corners=False, border.  (The original fades to zero beyond the outermost centres.)  The label of a position is the
label of the pixel that contains it; when it falls on a corner of four pixels (128 pixels, G = 64), of the lower right.

Two passes: thresholds and labels first, counts second.  All layers share them, and the second pass neither renders past
the last layer nor segments: the labels of the first are kept as bytes in a file (G * G per category and image; 123 MB
for 10,000 images), so the memory needed does not grow with the number of images.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.artifacts import code_version, read_json, read_tensors, require, write_json, write_tensors
from dissect_core.concepts import Columns, Concept
from dissect_core.errors import UnknownLayer
from dissect_core.hooks import recorded
from dissect_core.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.stats.iou import IouCounts
from dissect_core.stats.quantile import RELATIVE_ERROR, QuantileSketch

SCHEMA = 1
LATENTS_RULE = "row i of numpy.random.RandomState(1).standard_normal((n, z)) as float32"
MINIMUM_IOU = 0.04

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many images are done and how many there are."""


def silent(phase: str, done: int, total: int) -> None:
    """The progress callback that says nothing."""


class LabelsImages(Protocol):
    """What dissection needs of a segmenter."""

    categories: dict[str, tuple[str, ...]]

    def label(self, images: Tensor) -> dict[str, Tensor]:
        """(N, 3, R, R) in [-1, 1] -> per category uint8 (N, R, R)."""


@dataclass(frozen=True)
class DissectionSpec:
    """Everything that decides the numbers of a dissection, but for the code.

    images first_id ... first_id + images - 1 of the model; batch: how many at once (no influence on the statistics).
    """

    model: str
    model_sha256: str
    segmenter_sha256: str
    layers: tuple[str, ...]
    images: int = 10_000
    first_id: int = 0
    quantile: float = 0.99
    grid: int = 64
    batch: int = 32


@dataclass(frozen=True, eq=False)
class LayerStats:
    """Statistics of one layer.  thresholds, mean, peak: (U,) float32; iou: (U, K) float32."""

    thresholds: Tensor
    iou: Tensor
    mean: Tensor
    peak: Tensor


@dataclass(frozen=True, eq=False)
class Dissection:
    """The result: the manifest that names every input, the K concepts, and the statistics of each layer."""

    manifest: Mapping[str, Any]
    concepts: tuple[Concept, ...]
    layers: Mapping[str, LayerStats]

    def labels(self, layer: str, minimum: float = MINIMUM_IOU) -> list[tuple[int, Concept, float]]:
        """(unit, best concept, IoU) of the units of a layer whose best IoU is above `minimum`, best first."""
        if layer not in self.layers:
            names = ", ".join(self.layers)
            raise UnknownLayer(f"{layer!r} was not dissected", field="layer", value=layer, allowed=f"one of {names}")
        best, column = self.layers[layer].iou.max(dim=1)
        order = best.argsort(descending=True, stable=True).tolist()
        return [(u, self.concepts[int(column[u])], float(best[u])) for u in order if float(best[u]) > minimum]


@torch.inference_mode()
def dissect(
    generator: Generator,
    segmenter: LabelsImages,
    spec: DissectionSpec,
    *,
    progress: Progress = silent,
    scratch: Path | None = None,
) -> Dissection:
    """Dissect the layers of a generator.  Runs on the generator's device; the segmenter must be on the same.

    scratch: folder for the label file while this runs (default: the system's temporary folder).
    The statistics of given activations do not depend on the batch; a network's own rounding may, in the last bit.
    """
    columns = Columns(segmenter.categories)
    _check_layers(generator, spec)
    device = next(generator.parameters()).device
    units = {layer: generator.layers[layer].units for layer in spec.layers}
    sketches = {layer: QuantileSketch(units[layer], device) for layer in spec.layers}
    counts = {layer: IouCounts(units[layer], columns, device) for layer in spec.layers}
    with tempfile.TemporaryDirectory(dir=scratch, prefix="dissect-") as folder:
        shape = (spec.images, len(columns.categories), spec.grid, spec.grid)
        kept = np.memmap(Path(folder) / "labels", np.uint8, mode="w+", shape=shape)
        for rows, ids in _batches(spec, progress, "thresholds"):
            with recorded(generator, spec.layers) as activations:
                images = generator(latents(ids, generator.latent_size).to(device))
            maps = segmenter.label(images.clamp(-1, 1))
            kept[rows] = torch.stack([at_positions(maps[name], spec.grid) for name in columns.categories], 1).cpu()
            for layer, sketch in sketches.items():
                _add_upsampled(sketch, activations[layer], spec.grid)
        thresholds = {layer: sketch.quantile(spec.quantile).to(device) for layer, sketch in sketches.items()}
        head = _head(generator, spec.layers)
        for rows, ids in _batches(spec, progress, "counts"):
            with recorded(head, spec.layers) as activations:
                head(latents(ids, generator.latent_size).to(device).view(len(ids), -1, 1, 1))
            stacked = torch.from_numpy(np.array(kept[rows])).to(device)
            labels = dict(zip(columns.categories, stacked.unbind(1), strict=True))
            for layer, count in counts.items():
                count_active(count, activations[layer], thresholds[layer], labels)
        del kept
    stats = {
        layer: LayerStats(
            thresholds[layer].cpu(), counts[layer].iou().cpu(), sketches[layer].mean(), sketches[layer].peak.cpu()
        )
        for layer in spec.layers
    }
    return Dissection(_manifest(spec, columns), columns.concepts, stats)


def at_positions(labels: Tensor, grid: int) -> Tensor:
    """Label maps (N, H, W) at the centres of a grid: the pixel that contains the centre, (N, grid, grid)."""
    height, width = labels.shape[1:]
    centres = 2 * torch.arange(grid, device=labels.device) + 1  # in half cells
    return labels[:, centres * height // (2 * grid)][:, :, centres * width // (2 * grid)]


def upsample(activations: Tensor, grid: int) -> Tensor:
    """(N, U, h, w) -> (N, U, grid, grid), bilinear between cell centres, constant beyond them.

    Two small matrix products with torch's own weights: ten times as fast on a CPU as `F.interpolate` on planes.
    """
    rows, columns = (_weights(side, grid).to(activations) for side in activations.shape[2:])
    return rows @ (activations @ columns.T)


def count_active(counts: IouCounts, activations: Tensor, thresholds: Tensor, labels: Mapping[str, Tensor]) -> None:
    """Count the positions where upsampled activations (N, U, h, w) exceed thresholds (U,).

    labels: category -> (N, G, G).  A map whose largest cell is below the threshold is not even upsampled: interpolation
    never exceeds the cells that it mixes (a margin covers rounding).
    """
    counts.add_labels(labels)
    grid = next(iter(labels.values())).shape[-1]
    reachable = activations.amax(dim=(2, 3)) > thresholds - 1e-5 * thresholds.abs()  # (N, U)
    image, unit = reachable.nonzero(as_tuple=True)
    for images, units in zip(image.split(1024), unit.split(1024), strict=True):
        maps = upsample(activations[images, units].unsqueeze(1), grid)[:, 0]  # (M, G, G)
        which, row, column = (maps > thresholds[units][:, None, None]).nonzero(as_tuple=True)
        places = (images[which], row, column)
        counts.add_active(units[which], {category: label[places] for category, label in labels.items()})


def write_dissection(dissection: Dissection, root: Path) -> Path:
    """Write `<root>/<model>/<layer>.safetensors` and then the manifest, atomically; returns the model's folder."""
    folder = root / str(dissection.manifest["model"])
    for layer, stats in dissection.layers.items():
        write_tensors(folder / f"{layer}.safetensors", {name: getattr(stats, name) for name in STAT_NAMES})
    write_json(folder / "manifest.json", dissection.manifest)
    return folder


def read_dissection(root: Path, model: str) -> Dissection:
    """Read what `write_dissection` wrote.  Raises ArtifactMismatch naming the file and the field."""
    file = root / model / "manifest.json"
    manifest = read_json(file)
    require(manifest.get("schema") == SCHEMA, file.name, field="schema", value=manifest.get("schema"), allowed="1")
    require(manifest.get("model") == model, file.name, field="model", value=manifest.get("model"), allowed=model)
    concepts = tuple(Concept(entry["category"], entry["name"]) for entry in manifest["concepts"])
    layers = {}
    for layer in manifest["layers"]:
        tensors = read_tensors(root / model / f"{layer}.safetensors")
        missing = [name for name in STAT_NAMES if name not in tensors]
        require(not missing, f"{layer}.safetensors", field="tensors", value=missing, allowed=", ".join(STAT_NAMES))
        stats = LayerStats(**{name: tensors[name] for name in STAT_NAMES})
        shape = (stats.thresholds.shape[0], len(concepts))
        fits = tuple(stats.iou.shape) == shape
        require(fits, f"{layer}.safetensors", field="iou", value=tuple(stats.iou.shape), allowed=f"{shape}")
        layers[layer] = stats
    return Dissection(manifest, concepts, layers)


@lru_cache
def _weights(cells: int, grid: int) -> Tensor:
    """(grid, cells): how much each cell centre counts at each position."""
    return F.interpolate(torch.eye(cells)[None], size=grid, mode="linear", align_corners=False)[0].T.contiguous()


STAT_NAMES = ("thresholds", "iou", "mean", "peak")


def _manifest(spec: DissectionSpec, columns: Columns) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **{name: value for name, value in asdict(spec).items() if name not in ("batch", "layers")},
        "latents": LATENTS_RULE,
        "quantile_relative_error": RELATIVE_ERROR,
        "upsampling": "bilinear, align_corners=False, border",
        "code_version": code_version(),
        "concepts": [asdict(concept) for concept in columns.concepts],
        "layers": list(spec.layers),
    }


def _batches(spec: DissectionSpec, progress: Progress, phase: str) -> Iterator[tuple[slice, Sequence[int]]]:
    """(rows 0 ... images, image ids) of each batch, reporting progress after each."""
    for start in range(0, spec.images, spec.batch):
        stop = min(start + spec.batch, spec.images)
        yield slice(start, stop), range(spec.first_id + start, spec.first_id + stop)
        progress(phase, stop, spec.images)


def _add_upsampled(sketch: QuantileSketch, activations: Tensor, grid: int) -> None:
    """Add the upsampled activations, unit by unit on a CPU so that each block stays in its cache."""
    width = 1 if activations.device.type == "cpu" else 64
    for first in range(0, activations.shape[1], width):
        sketch.add(upsample(activations[:, first : first + width], grid), first)


def _head(generator: Generator, layers: Sequence[str]) -> nn.Sequential:
    """The generator up to the last of the layers, for (N, Z, 1, 1): the rest need not run."""
    children = list(generator.named_children())
    last = max(n for n, (name, _) in enumerate(children) if name in layers)
    return nn.Sequential(OrderedDict(children[: last + 1]))


def _check_layers(generator: Generator, spec: DissectionSpec) -> None:
    for layer in spec.layers:
        if layer not in generator.layers:
            names = ", ".join(generator.layers)
            raise UnknownLayer(f"no layer {layer!r}", field="layer", value=layer, allowed=f"one of {names}")
