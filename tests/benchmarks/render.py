"""How fast pictures are rendered, as ratios to the plain eager module in the same run.

`make bench`, or `python -m tests.benchmarks.render`, prints one JSON document: for every network how many times faster
than the plain module one whole picture is, one painted cell of an 8x8 and of a 16x16 layer, a drag and a batch; and
how far the whole picture is from the time that its multiplications alone would take ("roofline").
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable
from itertools import count
from pathlib import Path

import torch

from dissect_core.edits import LayerEdit, UnitStroke, compose
from dissect_core.latents import latents
from dissect_core.memory import keep_freed_memory
from dissect_core.models.progan import Generator
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer, Request
from dissect_core.render.folded import Folded
from tests.benchmarks.turns import Times, in_turns, machine, summary

ROOT = Path(__file__).resolve().parents[2]
RANDOM_SIZES = {
    "random weights, 128 pixels": (256, 256, 256, 256, 96, 48, 32),
    "random weights, the published 256 pixels": (512, 512, 512, 512, 256, 128, 64, 32),
}
BATCH = 8
DRAG = 20
"""Cells of one drag on an 8x8 layer, each a preview."""

Case = tuple[int, Callable[[], object]]


def random_generator(sizes: tuple[int, ...]) -> Generator:
    """A network whose weights are spread as trained ones are: its pictures have contrast, so rounding shows."""
    torch.manual_seed(1)
    generator = Generator(sizes).eval().requires_grad_(False)
    for parameter in generator.parameters():
        parameter.data = torch.randn(parameter.shape) * (1 if parameter.dim() == 4 else 0.1)
    return generator


def painted(generator: Generator, layer: str, cells: list[tuple[int, int]]) -> dict[str, LayerEdit]:
    """Twenty units painted on some cells of a layer."""
    grid = generator.layers[layer].grid
    alpha = torch.zeros(grid, grid)
    for row, column in cells:
        alpha[row, column] = 1
    return compose([UnitStroke(layer, tuple(range(20)), (5.0,) * 20, alpha)])


def cases_of(generator: Generator, renderer: Renderer) -> dict[str, Case]:
    """Name -> number of pictures, and what renders them."""
    z = latents(range(BATCH), generator.latent_size)
    sessions = count()  # a new session starts from the unedited picture

    def plain() -> None:
        with torch.inference_mode():
            generator(z[:1])

    def stroke(layer: str) -> Callable[[], object]:
        middle = generator.layers[layer].grid // 2
        edits = painted(generator, layer, [(middle, middle)])
        return lambda: renderer.render([Request(z[0], edits, 0, next(sessions))])

    path = [(step // 5 + 2, step % 5 + 1) for step in range(DRAG)]
    previews = [painted(generator, "layer4", path[: step + 1]) for step in range(DRAG)]

    def drag() -> None:
        session = next(sessions)
        for edits in previews:
            renderer.render([Request(z[0], edits, 0, session)])

    def strokes() -> None:
        session = next(sessions)
        edits = [painted(generator, "layer4" if n % 2 else "layer5", [(n % 4 + 2, n % 3 + 2)]) for n in range(BATCH)]
        renderer.render([Request(z[n], edits[n], n, session) for n in range(BATCH)])

    renderer.render([Request(z[n], {}, n) for n in range(BATCH)])
    return {
        "plain eager module": (1, plain),
        "whole picture": (1, lambda: renderer.render([Request(z[0])])),
        f"{BATCH} whole pictures": (BATCH, lambda: renderer.render([Request(row) for row in z])),
        "one cell of layer4, 8x8": (1, stroke("layer4")),
        "one cell of layer5, 16x16": (1, stroke("layer5")),
        "one cell of layer6, 16x16": (1, stroke("layer6")),
        f"drag of {DRAG} cells of layer4": (DRAG, drag),
        f"{BATCH} strokes on different pictures": (BATCH, strokes),
    }


def products(generator: Generator) -> float:
    """Thousand millions of multiplications and additions of one picture, nearest x2 fused with its convolution."""
    total = 2.0 * generator.latent_size * 16 * generator.sizes[1]
    inputs = generator.sizes[1]
    for number, info in enumerate(list(generator.layers.values())[1:]):
        taps = 9 if number % 2 == 0 else 4
        total += 2.0 * taps * info.grid**2 * inputs * info.units
        inputs = info.units
    return (total + 2.0 * generator.resolution**2 * inputs * 3) / 1e9


def convolution(dtype: torch.dtype) -> tuple[float, Callable[[], object]]:
    """A convolution that keeps a processor busy: its thousand millions of operations, and what runs it."""
    generator = random_generator((16, 128, 128, 128))
    stage, x = Folded(generator, dtype).stages[-1], torch.randn(1, 128, 66, 66)
    x = x.to(dtype).contiguous(memory_format=torch.channels_last)
    return 2.0 * 9 * 64 * 64 * 128 * 128 / 1e9, torch.inference_mode()(lambda: stage(x))


def measured(generator: Generator, repeats: int) -> dict[str, object]:
    """The cases of one network."""
    generator = generator.to(memory_format=torch.contiguous_format)
    renderer = Renderer(generator)
    cases = cases_of(generator, renderer)
    work, run = convolution(renderer.dtype)
    times = in_turns({name: run for name, (_, run) in cases.items()} | {"convolution": run}, repeats)
    reference = times["plain eager module"]
    floor_ms = products(generator) / work * _median_ms(times["convolution"])
    return {
        "resolution": generator.resolution,
        "precision": str(renderer.dtype).removeprefix("torch."),
        "gigaflop": round(products(generator), 2),
        "gigaflop_per_second": round(1000 * work / _median_ms(times["convolution"]), 1),
        "whole_picture_to_roofline": round(_median_ms(times["whole picture"]) / floor_ms, 2),
        "cases": {name: summary(times[name], reference, pictures) for name, (pictures, _) in cases.items()},
    }


def _median_ms(times: Times) -> float:
    return statistics.median(wall_ms for wall_ms, _ in times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", default="storybook-church", help="a shipped network to measure too")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    keep_freed_memory()
    registry = Registry(ROOT / "precomputed")
    networks = {name: random_generator(sizes) for name, sizes in RANDOM_SIZES.items()}
    if arguments.model in registry.cards:
        networks = {arguments.model: registry.generator(arguments.model), **networks}
    results = {name: measured(generator, arguments.repeats) for name, generator in networks.items()}
    document = {"benchmark": "render", **machine(), "repeats": arguments.repeats, "networks": results}
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
