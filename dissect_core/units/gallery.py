"""Strips: for every unit its best images, side by side, each with the region where the unit is active.

They are drawn once, after the dissection, and kept in `<root>/<model>/<layer>.safetensors`: all WebP files of a layer
behind each other, and where each begins.  The file names the evidence that it was drawn from; with another dissection
it is not used.  `manifest.json` names the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.dissection.files import FILES, MANIFEST
from dissect_core.dissection.result import Dissection
from dissect_core.images.pixels import encode, to_bytes
from dissect_core.sources.networks import Source
from dissect_core.system.artifacts import (
    check_hash,
    hashes,
    read_json,
    read_metadata,
    read_tensors,
    require,
    write_json,
    write_tensors,
)
from dissect_core.system.progress import Report, silent
from dissect_core.units.highlight import regions, strip, thumbnail

IMAGES, TILE_PX, QUALITY = 5, 64, 80
"""Images in a strip, the side of each, and the quality of the WebP file: about 4 KB."""
BATCH = 32


@dataclass(frozen=True, eq=False)
class Gallery:
    """The strips of the U units of a layer: files (B,) uint8, that of unit u from offsets[u] up to offsets[u + 1]."""

    files: Tensor
    offsets: Tensor

    def strip(self, unit: int) -> bytes:
        """The WebP file of a unit."""
        first, last = self.offsets[unit : unit + 2].tolist()
        return self.files[first:last].numpy().tobytes()


def evidence(dissection: Dissection, layer: str) -> str:
    """SHA-256 of everything that the pictures of a layer's units depend on: inputs, thresholds and top images."""
    stats = dissection.layer(layer)
    inputs = {name: value for name, value in dissection.manifest.items() if name != FILES}
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode())
    for tensor in (stats.thresholds, stats.top.images):
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def draw_strip(source: Source, dissection: Dissection, layer: str, unit: int) -> bytes:
    """The strip of one unit, a WebP file."""
    ((_, _, picture),) = strip_pictures(source, dissection, {layer: [unit]})
    return _encoded(picture)


def draw_strips(source: Source, dissection: Dissection, progress: Report = silent) -> dict[str, list[bytes]]:
    """The strips of all units of all dissected layers, WebP files; the network sees each image once, whoever shows it.

    source: the network and the pictures that were dissected.  Memory: 12 KB for each of these images.
    """
    everything = {layer: range(len(stats.thresholds)) for layer, stats in dissection.layers.items()}
    drawn: dict[str, list[bytes]] = {layer: [] for layer in everything}
    for layer, _, picture in strip_pictures(source, dissection, everything, progress=progress):
        drawn[layer].append(_encoded(picture))
    return drawn


@torch.no_grad()
def strip_pictures(
    source: Source,
    dissection: Dissection,
    units: Mapping[str, Sequence[int]],
    *,
    tile_px: int = TILE_PX,
    progress: Report = silent,
) -> Iterator[tuple[str, int, Tensor]]:
    """(layer, unit, picture) for some units of every layer, in their order; bytes (tile_px, IMAGES * tile_px, 3)."""
    wanted: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))  # image -> layer -> units
    shown: dict[tuple[str, int], list[int]] = {}
    for layer, numbers in units.items():
        images = dissection.layer(layer).top.images[:, :IMAGES]
        for unit in numbers:
            shown[layer, unit] = [image for image in images[unit].tolist() if image >= 0]
            for image in shown[layer, unit]:
                wanted[image][layer].append(unit)
    tiles: dict[int, Tensor] = {}
    where: dict[tuple[str, int, int], Tensor] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        pictures, activations = source.see([image - source.first_id for image in batch], list(units))
        for number, (image, picture) in enumerate(zip(batch, to_bytes(pictures), strict=True)):
            tiles[image] = thumbnail(picture, tile_px)
            for layer, some in wanted[image].items():
                maps = activations[layer][number, some].float().cpu()
                inside = regions(maps, dissection.layer(layer).thresholds[some], tile_px)
                where.update({(layer, unit, image): region for unit, region in zip(some, inside, strict=True)})
        progress(start + len(batch), len(ordered))
    for (layer, unit), best in shown.items():
        lit = [where[layer, unit, image] for image in best]
        yield layer, unit, strip([tiles[image] for image in best], lit, IMAGES, tile_px)


def _encoded(picture: Tensor) -> bytes:
    return encode(picture, "webp", quality=QUALITY)


def write_gallery(root: Path, dissection: Dissection, strips: Mapping[str, Sequence[bytes]]) -> Path:
    """Write the strips of every layer, each file atomically, in place of older ones; returns the model's folder."""
    model, sha256 = (str(dissection.manifest[field]) for field in ("model", "model_sha256"))
    folder = root / model
    for layer, files in strips.items():
        sizes = torch.tensor([0, *(len(file) for file in files)])
        content = torch.frombuffer(bytearray(b"".join(files)), dtype=torch.uint8)
        metadata = {"model": model, "model_sha256": sha256, "evidence": evidence(dissection, layer)}
        write_tensors(folder / f"{layer}.safetensors", {"files": content, "offsets": sizes.cumsum(0)}, metadata)
    for path in folder.glob("*.safetensors"):
        if path.stem not in strips:
            path.unlink()
    write_json(folder / MANIFEST, {"model": model, FILES: hashes(folder.glob("*.safetensors"))})
    return folder


def read_gallery(root: Path, dissection: Dissection, layer: str) -> Gallery | None:
    """The strips of a layer, or None if there are none, or only those of another dissection.

    Raises ArtifactMismatch naming the file if it is damaged.
    """
    path = root / str(dissection.manifest["model"]) / f"{layer}.safetensors"
    manifest = path.with_name(MANIFEST)
    if not path.is_file() or not manifest.is_file():
        return None
    named = read_json(manifest).get(FILES)
    require(isinstance(named, dict), MANIFEST, field=FILES, value=named, allowed="the SHA-256 of every file")
    check_hash(path, named or {})
    if read_metadata(path).get("evidence") != evidence(dissection, layer):
        return None
    tensors, units = read_tensors(path), len(dissection.layer(layer).thresholds)
    for name, dtype in (("files", torch.uint8), ("offsets", torch.int64)):
        fits = name in tensors and tensors[name].dtype == dtype and tensors[name].dim() == 1
        require(fits, path.name, field=name, value="missing or of another type", allowed=f"a list of {dtype}")
    files, offsets = tensors["files"], tensors["offsets"]
    fits = len(offsets) == units + 1 and bool((offsets.diff() > 0).all())
    fits = fits and int(offsets[0]) == 0 and int(offsets[-1]) == len(files)
    allowed = f"{units + 1} rising numbers, 0 to {len(files)}"
    require(fits, path.name, field="offsets", value=f"{len(offsets)} numbers", allowed=allowed)
    return Gallery(files, offsets)
