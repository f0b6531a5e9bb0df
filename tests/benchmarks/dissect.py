"""What a dissection costs: counting against dense products, and the whole against bare passes, in the same run.

Goals: counting at least 10 times as fast as the dense product; a layer at most 1.3 times two passes of the network and
one of the segmenter; memory that does not depend on the number of images.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace
from statistics import median

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.concepts.positions import upsample
from dissect_core.concepts.segments import Segments
from dissect_core.dissection.passes import count_active
from dissect_core.dissection.result import DissectionSpec
from dissect_core.dissection.run import dissect
from dissect_core.models.latents import latents
from dissect_core.sources.networks import GeneratorSource
from dissect_core.stats.iou import IouCounts
from dissect_core.system.memory import keep_freed_memory
from tests.benchmarks.networks import STORYBOOK_SIZES, random_generator, segmenter, shipped
from tests.benchmarks.turns import Row, Times, compared, in_turns, spread_of

BATCH = 32
GROWTH = 4
USUAL_IMAGES = 10_000
LAYER = "layer5"


def rows(repeats: int, images: int = BATCH) -> list[Row]:
    """The table's rows, for the shipped church or a random network of its size."""
    source, segments = inputs(images)
    sizes = GROWTH * images, GROWTH**2 * images  # enough for every kind of memory to be taken once
    peaks = [peak_mebibytes(size) for size in sizes]
    growth = peaks[1] / peaks[0]
    memory = f"dissection of {LAYER}: peak memory of {sizes[1]} images to that of {sizes[0]}"
    return [
        *(counting(source, segments, layer, repeats) for layer in (LAYER, list(source.generator.layers)[-1])),
        whole(source, segments, (LAYER,), repeats, "at most 1.3 times two passes and the segmenter"),
        whole(source, segments, tuple(source.generator.layers), repeats, ""),
        Row(memory, "MiB", peaks[0], peaks[1], (peaks[1],) * 2, round(1 / growth, 2), goal="the same"),
    ]


def inputs(images: int) -> tuple[GeneratorSource, Segments]:
    """What is dissected and what names the concepts."""
    generators = shipped()
    name = next(iter(generators), "random weights")
    generator = generators.get(name) or random_generator(STORYBOOK_SIZES).to(memory_format=torch.channels_last)
    return GeneratorSource(generator, name, "0" * 64, images), Segments(segmenter(), "0" * 64)


@torch.no_grad()
def counting(source: GeneratorSource, segments: Segments, layer: str, repeats: int) -> Row:
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
        count_active([(counts, codes)], maps, thresholds, range(units))
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
    times = in_turns({"sparse": sparse, "dense": dense}, repeats)
    what = f"counting {layer}, {units} units and {len(segments.columns.concepts)} concepts, an image"
    return compared(what, times["sparse"], times["dense"], each=BATCH, of_each=BATCH, goal="at least 10 times")


def whole(source: GeneratorSource, segments: Segments, layers: tuple[str, ...], repeats: int, goal: str) -> Row:
    """A whole dissection against two bare passes of the network and one of the segmenter.

    Dissections of so many images and of GROWTH times as many tell apart what an image costs and what is done once, at
    the end of a pass; the figures are those of a dissection of USUAL_IMAGES.  As there, a tenth of the images is used
    for the second scoring.
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
    times = in_turns(cases, repeats, warm_up=1)
    costs = [usual_cost(times, source.images, clock) for clock in (0, 1)]
    bare_ms = [median(run[clock] for run in times["bare"]) / source.images for clock in (0, 1)]
    runs = [many[0] / (GROWTH * source.images) for many in times["many"]]
    what = f"dissection of {layers[0] if len(layers) == 1 else f'all {len(layers)} layers'}, an image"
    ratios = [round(bare / cost, 3) for bare, cost in zip(bare_ms, costs, strict=True)]
    return Row(what, "ms", round(bare_ms[0], 2), round(costs[0], 2), spread_of(runs), ratios[0], ratios[1], goal)


def usual_cost(times: dict[str, Times], images: int, clock: int) -> float:
    """Milliseconds an image of a dissection of USUAL_IMAGES."""
    few, many = (median(run[clock] for run in times[case]) for case in ("few", "many"))
    each = (many - few) / ((GROWTH - 1) * images)
    return each + max(0.0, few - each * images) / USUAL_IMAGES


def peak_mebibytes(images: int) -> float:
    """The peak memory of a process that dissects a layer over so many images."""
    command = [sys.executable, "-m", "tests.benchmarks.dissect", str(images)]
    return round(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout), 1)


def main() -> None:
    """Dissect a layer over so many images and print this process's peak memory in MiB."""
    keep_freed_memory()
    source, segments = inputs(int(sys.argv[1]))
    dissect(source, segments, DissectionSpec((LAYER,), iqr_images=BATCH, batch=BATCH))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
