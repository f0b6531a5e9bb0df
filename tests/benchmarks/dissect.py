"""What a dissection costs, as ratios within one run: counting against dense products, the whole against bare passes.

`make bench`, or this file with --model, --layer, --images and --turns, prints one JSON document.  Without networks in
precomputed/ random ones of the same size are measured.  Processor time counts, all threads together; the cases take
turns.  Goals: counting at least 10 times as fast as the dense product; a layer at most 1.3 times two passes of the
network and one of the segmenter; memory that does not depend on the number of images.

As in a dissection of 10,000 images, a tenth of the images is used for the second scoring.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.dissection import DissectionSpec
from dissect_core.dissection_passes import count_active
from dissect_core.dissection_run import dissect
from dissect_core.latents import latents
from dissect_core.memory import keep_freed_memory
from dissect_core.models.progan import Generator
from dissect_core.models.registry import Registry
from dissect_core.models.segmenter import Segmenter
from dissect_core.positions import upsample
from dissect_core.segments import Segments
from dissect_core.sources import GeneratorSource
from dissect_core.stats.iou import IouCounts
from dissect_core.version import __version__
from dissect_core.world.concepts import CATEGORIES

ROOT = Path(__file__).resolve().parents[2]
RANDOM_SIZES = (256, 256, 256, 256, 128, 64, 32)
BATCH = 32
GROWTH = 4
USUAL_IMAGES = 10_000


def networks(model: str) -> tuple[Generator, Segmenter, str]:
    """The generator and the segmenter in precomputed/, or random ones, and which they are."""
    registry = Registry(ROOT / "precomputed")
    if model in registry.cards and "storybook-segmenter" in registry.cards:
        return registry.generator(model), registry.segmenter("storybook-segmenter"), model
    torch.manual_seed(1)
    pair = Generator(RANDOM_SIZES), Segmenter(CATEGORIES)
    for network in pair:
        network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    return *pair, "random weights"


def in_turns(cases: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """The median processor seconds of every case; a first turn warms up."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(turns + 1):
        for name, run in cases.items():
            began = time.process_time()
            run()
            if turn:
                times[name].append(time.process_time() - began)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


@torch.no_grad()
def counting(source: GeneratorSource, segments: Segments, layer: str, turns: int) -> dict[str, object]:
    """Counting one batch of one layer: only active positions, against one-hot labels times dense masks."""
    spec = DissectionSpec((layer,), batch=BATCH)
    pictures, activations = source.see(range(BATCH), (layer,))
    labels, maps = segments.label(pictures, spec.grid), activations[layer].contiguous()
    units = maps.shape[1]
    flat = upsample(maps, spec.grid).transpose(0, 1).flatten(1)
    thresholds = flat.kthvalue(round(spec.quantile * flat.shape[1]), dim=1).values

    def sparse() -> Tensor:
        counts = IouCounts(units, segments.columns)
        codes = counts.codes.of(labels)
        counts.add_labels(codes)
        count_active(counts, maps, thresholds, codes, range(units))
        return counts.iou()

    def dense() -> Tensor:
        return dense_iou(F.interpolate(maps, size=(spec.grid, spec.grid), mode="bilinear", align_corners=False))

    def dense_iou(upsampled: Tensor) -> Tensor:
        active = (upsampled > thresholds[:, None, None]).transpose(0, 1).flatten(1).float()  # (U, N G G)
        names = segments.columns.categories.values()
        one_hot = [F.one_hot(labels[:, m].flatten().long(), len(n))[:, 1:] for m, n in enumerate(names)]
        seen = torch.cat(one_hot, 1).float()  # (N G G, K)
        both = active @ seen
        union = active.sum(1, keepdim=True) + seen.sum(0) - both
        return (both.double() / union.clamp(min=1).double()).float()

    if not torch.equal(sparse(), dense_iou(upsample(maps, spec.grid))):
        sys.exit("the two computations differ")
    seconds = in_turns({"sparse": sparse, "dense": dense}, turns)
    return {
        "layer": layer,
        "units": units,
        "concepts": len(segments.columns.concepts),
        "sparse_ms_per_image": round(1000 * seconds["sparse"] / BATCH, 3),
        "dense_ms_per_image": round(1000 * seconds["dense"] / BATCH, 3),
        "times_as_fast": round(seconds["dense"] / seconds["sparse"], 1),
    }


def whole(source: GeneratorSource, segments: Segments, layers: tuple[str, ...], turns: int) -> dict[str, object]:
    """A whole dissection against two bare passes of the network and one of the segmenter.

    Dissections of so many images and of GROWTH times as many tell apart what an image costs and what is done once, at
    the end of a pass; the ratio is that of a dissection of USUAL_IMAGES.
    """

    def dissection(images: int) -> None:
        dissect(replace(source, images=images), segments, DissectionSpec(layers, iqr_images=images // 10, batch=BATCH))

    @torch.inference_mode()
    def bare() -> None:
        for start in range(0, source.images, BATCH):
            z = latents(range(start, min(start + BATCH, source.images)), source.generator.latent_size)
            source.generator(z)
            segments.segmenter.label(source.generator(z).clamp(-1, 1))

    cases = {"bare": bare, "few": lambda: dissection(source.images), "many": lambda: dissection(GROWTH * source.images)}
    seconds = in_turns(cases, turns)
    bare_ms = 1000 * seconds["bare"] / source.images
    image_ms = 1000 * (seconds["many"] - seconds["few"]) / ((GROWTH - 1) * source.images)
    once_s = max(0.0, seconds["few"] - image_ms * source.images / 1000)
    return {
        "layers": list(layers),
        "images": [source.images, GROWTH * source.images],
        "bare_ms_per_image": round(bare_ms, 2),
        "dissection_ms_per_image": round(image_ms, 2),
        "dissection_once_s": round(once_s, 2),
        "ratio": round((image_ms + 1000 * once_s / USUAL_IMAGES) / bare_ms, 3),
    }


def peak_memory(model: str, layer: str, images: int) -> float:
    """The peak memory of a process that dissects a layer over so many images, MiB."""
    command = [sys.executable, __file__, "--model", model, "--layer", layer, "--images", str(images), "--only-dissect"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", default="storybook-church")
    parser.add_argument("--layer", default="layer5")
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only-dissect", action="store_true", help="dissect once and print the peak memory in MiB")
    arguments = parser.parse_args()

    keep_freed_memory()
    generator, segmenter, name = networks(arguments.model)
    source = GeneratorSource(generator, name, "0" * 64, arguments.images)
    segments = Segments(segmenter, "0" * 64)
    if arguments.only_dissect:
        dissect(source, segments, DissectionSpec((arguments.layer,), iqr_images=BATCH, batch=BATCH))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    sizes = arguments.images, GROWTH * arguments.images
    document = {
        "benchmark": "dissect",
        "model": name,
        "resolution": generator.resolution,
        "version": __version__,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "counting": [counting(source, segments, layer, arguments.turns) for layer in generator.layers],
        "one_layer": whole(source, segments, (arguments.layer,), arguments.turns),
        "all_layers": whole(source, segments, tuple(generator.layers), arguments.turns),
        "peak_memory_mib": {size: round(peak_memory(arguments.model, arguments.layer, size)) for size in sizes},
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
