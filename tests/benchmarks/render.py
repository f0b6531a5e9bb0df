"""How fast pictures are rendered, against the plain eager module in the same run.

For every network: one whole picture, batches, one painted cell of an 8x8 and of a 16x16 layer, a drag; and how far the
whole picture is from the time that its multiplications alone would take at the rate of a large convolution, measured in
the same turns ("roofline"), layer by layer too.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from itertools import count

import torch
from torch import Tensor

from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.painting.edits import LayerEdit, UnitStroke, compose
from dissect_core.render import Renderer, Request
from dissect_core.render.folded import Folded
from tests.benchmarks.networks import PUBLISHED, random_generator, shipped
from tests.benchmarks.turns import Row, Times, compared, figure, in_turns, spread_of

BATCHES = (2, 4, 8, 16, 32)
DRAG = 20
"""Cells of one drag on an 8x8 layer, each a preview."""

GOALS = {
    "whole picture": "at least 6 times",
    "one cell of layer4, 8x8": "at least 10 times",
    "one cell of layer5, 16x16": "at least 15 times",
}
"""Of the published shape."""
ROOFLINE_GOAL = "at most 1.7 times the roofline"

Case = tuple[int, Callable[[], object]]


def rows(repeats: int, device: torch.device | str = "cpu") -> list[Row]:
    """The table's rows for the shipped networks and the published shape, on a device."""
    found = []
    for name, generator in {**shipped(device), PUBLISHED: random_generator().to(device)}.items():
        found += measured(name, generator, repeats)
    return found


def painted(generator: Generator, layer: str, cells: list[tuple[int, int]]) -> dict[str, LayerEdit]:
    """Twenty units painted on some cells of a layer."""
    grid = generator.layers[layer].grid
    alpha = torch.zeros(grid, grid)
    for row, column in cells:
        alpha[row, column] = 1
    return compose([UnitStroke(layer, tuple(range(20)), (5.0,) * 20, alpha)])


def cases_of(generator: Generator, renderer: Renderer) -> dict[str, Case]:
    """Name -> number of pictures, and what renders them."""
    z = latents(range(max(BATCHES)), generator.latent_size)
    sessions = count()  # a new session starts from the unedited picture

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
        edits = [painted(generator, "layer4" if n % 2 else "layer5", [(n % 4 + 2, n % 3 + 2)]) for n in range(8)]
        renderer.render([Request(z[n], edits[n], n, session) for n in range(8)])

    def whole(batch: int) -> Callable[[], object]:
        return lambda: renderer.render([Request(row) for row in z[:batch]])

    renderer.render([Request(z[n], {}, n) for n in range(8)])
    return {
        "whole picture": (1, whole(1)),
        **{f"batch of {batch}, each": (batch, whole(batch)) for batch in BATCHES},
        "one cell of layer4, 8x8": (1, stroke("layer4")),
        "one cell of layer5, 16x16": (1, stroke("layer5")),
        "one cell of layer6, 16x16": (1, stroke("layer6")),
        f"drag of {DRAG} cells of layer4, each": (DRAG, drag),
        "8 strokes on different pictures, each": (8, strokes),
    }


def products(generator: Generator) -> float:
    """Thousand millions of multiplications and additions of one picture, computed directly, nearest x2 fused."""
    total = 2.0 * generator.latent_size * 16 * generator.sizes[1]
    inputs = generator.sizes[1]
    for number, info in enumerate(list(generator.layers.values())[1:]):
        taps = 9 if number % 2 == 0 else 4
        total += 2.0 * taps * info.grid**2 * inputs * info.units
        inputs = info.units
    return (total + 2.0 * generator.resolution**2 * inputs * 3) / 1e9


def profile(name: str, folded: Folded, rate: float, repeats: int) -> list[Row]:
    """Where the time of a whole picture goes: every layer alone, against its multiplications at the rate `rate`."""
    z = latents([0], folded.latent_size)
    with torch.inference_mode():
        before = [output for _, output in folded.outputs(z)]
    cases: dict[str, Callable[[], object]] = {
        layer: partial(torch.inference_mode()(folded.after), number, before[number - 1])
        for number, layer in enumerate(folded.names[1:], 1)
    }
    cases["colours"] = partial(torch.inference_mode()(folded.rgb), before[-1])
    times = in_turns(cases, repeats)
    rows = []
    for number, (case, measured) in enumerate(times.items(), 1):
        last = number == len(folded.names)
        grid, units = (folded.resolution, 3) if last else (folded.shapes[number].grid, folded.units[number])
        taps = 1 if last else 4 if folded.shapes[number].doubles else 9
        floor_ms = 2e-6 * taps * grid**2 * folded.units[number - 1] * units / rate
        ours = [wall for wall, _ in measured]
        median = statistics.median(ours)
        what = f"{name}: {case}, {grid}x{grid}, against direct multiplication"
        rows.append(Row(what, "ms", round(floor_ms, 3), round(median, 3), spread_of(ours), round(floor_ms / median, 2)))
    return rows


def convolution(dtype: torch.dtype, device: torch.device) -> tuple[float, Callable[[], object]]:
    """A convolution that keeps a processor busy: its thousand millions of operations, and what runs it."""
    units, pictures = (128, 1) if device.type == "cpu" else (512, 32)
    stage = Folded(random_generator((16, units, units, units)).to(device), dtype).stages[-1]
    x = torch.randn(pictures, units, 66, 66).to(device, dtype).contiguous(memory_format=torch.channels_last)
    return 2.0 * 9 * 64 * 64 * units * units * pictures / 1e9, torch.inference_mode()(lambda: stage(x))


def matrix_product(dtype: torch.dtype, device: torch.device) -> tuple[float, Callable[[], object]]:
    """As `convolution`."""
    side = 1024 if device.type == "cpu" else 8192
    a, b = (torch.randn(side, side).to(device, dtype) for _ in range(2))
    return 2.0 * side**3 / 1e9, lambda: a @ b


def measured(name: str, generator: Generator, repeats: int) -> list[Row]:
    """The rows of one network."""
    generator = generator.to(memory_format=torch.contiguous_format)
    renderer = Renderer(generator)
    precision = str(renderer.dtype).removeprefix("torch.")
    device = renderer.device
    z = latents([0], generator.latent_size).to(device)

    @torch.inference_mode()
    def plain() -> Tensor:
        return generator(z)

    cases = cases_of(generator, renderer)
    (work, convolve), (matrix_work, multiply) = (make(renderer.dtype, device) for make in (convolution, matrix_product))
    extra = {"plain": plain, "convolution": convolve, "matrix product": multiply}
    times = in_turns({case: run for case, (_, run) in cases.items()} | extra, repeats)
    goals = GOALS if name == PUBLISHED else {}
    found = [
        compared(f"{name}: {case}", times[case], times["plain"], each=pictures, goal=goals.get(case, ""))
        for case, (pictures, _) in cases.items()
    ]
    rate = statistics.median(rates_of(work, times["convolution"]))
    floor_ms = 1000 * products(generator) / rate
    ours = [wall / floor_ms for wall, _ in times["whole picture"]]
    reference = statistics.median(wall for wall, _ in times["plain"]) / floor_ms
    whole = statistics.median(ours)
    goal = ROOFLINE_GOAL if name == PUBLISHED else ""
    what = f"{name}: whole picture in {precision} to roofline of {floor_ms:.1f} ms"
    return [
        *found,
        Row(
            what, "times", round(reference, 2), round(whole, 2), spread_of(ours), round(reference / whole, 2), goal=goal
        ),
        figure(f"{name}: convolution in {precision}", "GFLOP/s", rates_of(work, times["convolution"])),
        figure(f"{name}: matrix product in {precision}", "GFLOP/s", rates_of(matrix_work, times["matrix product"])),
        *profile(name, Folded(generator, renderer.dtype), rate, repeats),
    ]


def rates_of(work: float, times: Times) -> list[float]:
    """Thousand millions of operations a second, of every run."""
    return [1000 * work / wall for wall, _ in times]
