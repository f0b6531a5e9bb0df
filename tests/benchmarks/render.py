"""How fast pictures are rendered, as ratios to the plain eager module in the same run.

`make bench`, or this file with --model and --repeats, prints one JSON document.  Without networks in precomputed/ it
measures a random one of the same size.  Machines differ and so do their neighbours: compare ratios, not milliseconds,
and on a busy machine the ratios of processor time.  The cases take turns, so that a slow moment of the machine falls on
all of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from dissect_core.edits import LayerEdit, UnitStroke, compose
from dissect_core.latents import latents
from dissect_core.masks import to_grid
from dissect_core.models.progan import Generator
from dissect_core.models.registry import Registry
from dissect_core.rendering import render
from dissect_core.version import __version__

ROOT = Path(__file__).resolve().parents[2]
RANDOM_SIZES = (256, 256, 256, 256, 128, 64, 32)
BATCH = 8
WARM_UP = 3


def random_generator() -> Generator:
    """A 128x128 network of random weights."""
    torch.manual_seed(1)
    return Generator(RANDOM_SIZES).eval().requires_grad_(False).to(memory_format=torch.channels_last)


def one_stroke(generator: Generator, layer: str) -> dict[str, LayerEdit]:
    """Twenty units painted on a quarter of the picture, from the mask to the edit."""
    mask = torch.zeros(generator.resolution, generator.resolution)
    mask[: generator.resolution // 2, : generator.resolution // 2] = 1
    alpha = to_grid(mask, generator.layers[layer].grid)
    return compose([UnitStroke(layer, tuple(range(20)), (1.0,) * 20, alpha)])


Times = list[tuple[float, float]]
"""Of every run: milliseconds by the clock, and milliseconds of processor time, all threads together."""


def in_turns(cases: dict[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """The times of `repeats` runs of every case, the cases taking turns."""
    times: dict[str, Times] = {name: [] for name in cases}
    for turn in range(WARM_UP + repeats):
        for name, run in cases.items():
            began, cpu_began = time.perf_counter(), time.process_time()
            run()
            took, cpu_took = time.perf_counter() - began, time.process_time() - cpu_began
            if turn >= WARM_UP:
                times[name].append((1000 * took, 1000 * cpu_took))
    return times


def summary(times: Times, plain: Times, images: int) -> dict[str, float | int]:
    """Median and spread of one case, and its time per picture as a ratio to the plain module's."""
    wall_ms, cpu_ms = zip(*times, strict=True)
    plain_wall_ms, plain_cpu_ms = zip(*plain, strict=True)
    deciles = statistics.quantiles(wall_ms, n=10)
    median, cpu_median = statistics.median(wall_ms), statistics.median(cpu_ms)
    return {
        "images": images,
        "median_ms": round(median, 2),
        "p10_ms": round(deciles[0], 2),
        "p90_ms": round(deciles[-1], 2),
        "median_cpu_ms": round(cpu_median, 2),
        "ratio_per_image": round(median / images / statistics.median(plain_wall_ms), 3),
        "cpu_ratio_per_image": round(cpu_median / images / statistics.median(plain_cpu_ms), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", default="storybook-church")
    parser.add_argument("--layer", default="layer5")
    parser.add_argument("--repeats", type=int, default=40)
    arguments = parser.parse_args()

    registry = Registry(ROOT / "precomputed")
    shipped = arguments.model in registry.cards
    generator = registry.generator(arguments.model) if shipped else random_generator()
    plain = Generator.from_state_dict(generator.state_dict()).eval().requires_grad_(False)  # contiguous, no edits
    one, many = latents([0], generator.latent_size), latents(range(BATCH), generator.latent_size)
    edit = one_stroke(generator, arguments.layer)

    def plain_module() -> None:
        with torch.inference_mode():
            plain(one)

    cases: dict[str, tuple[int, Callable[[], object]]] = {
        "plain eager module": (1, plain_module),
        "one picture": (1, lambda: render(generator, one, [{}])),
        "one picture, one stroke": (
            1,
            lambda: render(generator, one, [one_stroke(generator, arguments.layer)]),
        ),
        f"{BATCH} pictures, one stroke each": (BATCH, lambda: render(generator, many, [edit] * BATCH)),
    }
    times = in_turns({name: run for name, (_, run) in cases.items()}, arguments.repeats)
    reference = times["plain eager module"]
    document = {
        "benchmark": "render",
        "model": arguments.model if shipped else "random weights",
        "resolution": generator.resolution,
        "version": __version__,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "repeats": arguments.repeats,
        "cases": {name: summary(times[name], reference, images) for name, (images, _) in cases.items()},
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
