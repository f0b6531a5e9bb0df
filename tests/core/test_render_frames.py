"""Whole pictures in one batch, as a GPU renders them.

`MockGraph` stands in for CUDA's graphs: with it the tests show when graphs are captured, kept and forgotten and that
outputs are copied, not that CUDA captures them.  The last test shows that, where there is a GPU.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from dissect_core.models.latents import latents
from dissect_core.painting.edits import LayerEdit
from dissect_core.render import Renderer, Request, frames
from dissect_core.render.cache import State
from dissect_core.render.folded import Folded
from dissect_core.render.frames import Frames
from dissect_core.render.passes import Job, run
from dissect_core.render.window import changed_cells, plan, whole
from tests.reference import reference
from tests.toy import TINY_SIZES, tiny_progan

KEPT = 4
Z = latents(range(6), TINY_SIZES[0])


def paint(folded: Folded, layer: str, draw: random.Random) -> dict[str, LayerEdit]:
    grid = folded.shapes[folded.names.index(layer)].grid
    alpha = torch.zeros(2, grid, grid)
    alpha[:, draw.randrange(grid), draw.randrange(grid)] = 1
    return {layer: LayerEdit((0, 3), alpha, alpha * draw.uniform(-9, 9))}


def jobs_of(folded: Folded) -> list[Job]:
    """Whole pictures, edited and not, and paintings that start from a state at several layers."""
    draw = random.Random(5)
    everything = [*(whole(shape.grid) for shape in folded.shapes), whole(32)]
    (base,) = run(folded, [Job(Z[:1], {}, None, everything)], KEPT)
    edits = [{}, paint(folded, "layer2", draw), {**paint(folded, "layer8", draw), **paint(folded, "layer3", draw)}]
    fresh = [Job(Z[n : n + 1], edits[n], None, everything) for n in range(3)]
    again = []
    for layer in ("layer4", "layer8", "layer4"):
        painted = paint(folded, layer, draw)
        changed = [changed_cells(None, painted.get(name)) for name in folded.names]
        again.append(Job(Z[:1], painted, base, plan(folded.shapes, changed, KEPT)))
    unchanged = Job(Z[:1], {}, base, plan(folded.shapes, [None] * 8, KEPT))
    return [*fresh, *again, unchanged]


def assert_same(found: list[State], wanted: list[State]) -> None:
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one.picture, other.picture, rtol=0, atol=1e-9)
        for mine, theirs in zip(one.activations, other.activations, strict=True):
            grid = whole(mine.base.shape[2])
            torch.testing.assert_close(mine.part(grid), theirs.part(grid), rtol=0, atol=1e-9)


def test_whole_pictures_are_the_windows_pictures():
    folded = Folded(tiny_progan().double(), torch.float64)
    assert_same(Frames(folded, KEPT).run(jobs_of(folded)), run(folded, jobs_of(folded), KEPT))


class MockGraph:
    """A mock of torch.cuda.CUDAGraph: replaying runs the function again and overwrites the former outputs."""

    running: Any = None

    def __init__(self) -> None:
        self.replays = 0

    def replay(self) -> None:
        self.replays += 1
        for old, new in zip(self.outputs, self.function(self.input), strict=True):
            old.copy_(new)


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Make `Graph` capture mocks on the CPU; the shapes of what was captured."""
    shapes: list[tuple[int, ...]] = []

    class OnCpu(frames.Graph):
        def __init__(self, function: Callable[[Tensor], tuple[Tensor, ...]], example: Tensor) -> None:
            shapes.append(tuple(example.shape))
            super().__init__(function, example)
            self._graph.function, self._graph.input, self._graph.outputs = function, example, self._outputs

    class Stream:
        def wait_stream(self, other: object) -> None:
            pass

    @contextmanager
    def nothing(_: object) -> Iterator[None]:
        yield

    monkeypatch.setattr(frames, "Graph", OnCpu)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", MockGraph)
    for name, stand_in in {"Stream": Stream, "current_stream": Stream, "stream": nothing, "graph": nothing}.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    return shapes


def test_a_graph_is_captured_once_for_every_size_of_batch_and_its_outputs_are_copied(
    mocked: list[tuple[int, ...]],
):
    folded = Folded(tiny_progan().double(), torch.float64)
    graphed = Frames(folded, KEPT)
    graphed.captures = True
    everything = [*(whole(shape.grid) for shape in folded.shapes), whole(32)]
    found = []
    for rows in (slice(0, 3), slice(3, 6), slice(0, 1)):
        found += graphed.run([Job(z, {}, None, everything) for z in Z[rows].split(1)])
    assert mocked == [(4, 6, 4, 4), (1, 6, 4, 4)]
    order = [0, 1, 2, 3, 4, 5, 0]
    assert_same(found, run(folded, [Job(Z[n : n + 1], {}, None, everything) for n in order], KEPT))


def test_old_graphs_are_forgotten(mocked: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(frames, "MOST_GRAPHS", 1)
    folded = Folded(tiny_progan().double(), torch.float64)
    graphed = Frames(folded, KEPT)
    graphed.captures = True
    everything = [*(whole(shape.grid) for shape in folded.shapes), whole(32)]
    for count in (1, 2, 2, 1):
        graphed.run([Job(z, {}, None, everything) for z in Z[:count].split(1)])
    assert [shape[0] for shape in mocked] == [1, 2, 1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_on_a_gpu_captured_graphs_render_a_session_as_the_plain_module_does():
    net = tiny_progan().double()
    wanted_of = partial(reference, tiny_progan().double(), Z[:2])
    renderer, draw = Renderer(net.to("cuda"), dtype=torch.float64), random.Random(2)
    first: dict[str, LayerEdit] = {}
    for _ in range(6):
        second = paint(renderer._folded, draw.choice(["layer2", "layer4", "layer8"]), draw)
        requests = [Request(Z[0], first, 0, "me"), Request(Z[1], second, 1, "me")]
        found = renderer.render(requests).cpu()
        torch.testing.assert_close(found, wanted_of([first, second]), rtol=0, atol=1e-9)
        first = {**first, **second}
    assert renderer._frames is not None
    assert len(renderer._frames._graphs) > 0
