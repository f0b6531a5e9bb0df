"""Whole pictures in one batch, for a GPU: there the launching of kernels costs more than the cells that a window saves.

The layers between two edits run as one captured graph for each batch size, so a picture is a few launches.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dissect_core.painting.edits import LayerEdit, apply_edit
from dissect_core.render.cache import Activations, State, own
from dissect_core.render.folded import Folded
from dissect_core.render.passes import Job
from dissect_core.render.window import whole

MOST_GRAPHS = 48
"""Captured graphs kept; each holds its batch's activations."""
WARM_UP = 3
"""Runs before a capture, in which libraries choose their kernels and take their memory."""

Outputs = tuple[Tensor, ...]


class Graph:
    """A function of one tensor, captured for inputs of one shape."""

    def __init__(self, function: Callable[[Tensor], Outputs], example: Tensor) -> None:
        """Runs the function on `example`, which it keeps, a few times and captures it.  CUDA only."""
        self._input = example
        current, aside = torch.cuda.current_stream(), torch.cuda.Stream()
        aside.wait_stream(current)
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                function(self._input)
        current.wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._outputs = function(self._input)

    def __call__(self, x: Tensor) -> Outputs:
        """The outputs for at most as many rows as the example has: copies, as the next call overwrites them."""
        self._input[: len(x)].copy_(x)
        self._graph.replay()
        return tuple(output[: len(x)].clone() for output in self._outputs)


class Frames:
    """Renders jobs in whole pictures, each from the last layer that its base still knows."""

    def __init__(self, folded: Folded, kept: int) -> None:
        """kept: of so many layers, the first ones, the activations go into the states."""
        self.folded = folded
        self.kept = kept
        self.captures = folded.device.type == "cuda"
        self._graphs: OrderedDict[tuple[int, int, int], Graph] = OrderedDict()

    def run(self, jobs: Sequence[Job]) -> list[State]:
        """Render the jobs: their states."""
        states: dict[int, State] = {}
        starts: dict[int, list[int]] = {}
        for index, job in enumerate(jobs):
            if job.base is not None and job.windows[-1] is None:
                states[index] = State(job.edits, job.base.activations, job.base.picture)
            else:
                first = next(n for n, window in enumerate(job.windows) if window is not None)
                starts.setdefault(max(0, first - 1), []).append(index)
        for start, indices in starts.items():
            states.update(zip(indices, self._from(start, [jobs[index] for index in indices]), strict=True))
        return [states[index] for index in range(len(jobs))]

    def _from(self, start: int, jobs: Sequence[Job]) -> list[State]:
        """All from the output of layer `start`."""
        names, grid = self.folded.names, whole(self.folded.shapes[start].grid)
        known = [job.base.activations[start].part(grid) if job.base else self.folded.first(job.latent) for job in jobs]
        x, number = torch.cat(known), start
        outputs: list[Tensor] = []
        stops = [n for n in range(start, len(names)) if any(names[n] in job.edits for job in jobs)]
        for stop in stops:
            if stop > number:
                found = self._segment(x, number, stop)
                outputs += found[: max(0, self.kept - number - 1)]
                x, number = found[-1], stop
            x = _edited(x, [job.edits.get(names[stop]) for job in jobs])
        *last, pictures = self._segment(x, number, len(names))
        outputs += last
        states = []
        for row, job in enumerate(jobs):
            before = job.base.activations[: start + 1] if job.base else (Activations(known[row]),)
            after = (Activations(own(output[row : row + 1])) for output in outputs)
            states.append(State(job.edits, (*before, *after), own(pictures[row : row + 1])))
        return states

    def _segment(self, x: Tensor, start: int, stop: int) -> Outputs:
        """The outputs, as far as they are kept, of the layers after `start` up to `stop`, and that of `stop` itself.

        The number after the last layer is the picture's.
        """
        if not self.captures:
            return self._layers(x, start, stop)
        batch = 1 << (len(x) - 1).bit_length()  # few sizes: a graph is captured for each
        key = (start, stop, batch)
        if key not in self._graphs:
            example = x.new_zeros(batch, *x.shape[1:]).contiguous(memory_format=torch.channels_last)
            self._graphs[key] = Graph(lambda inputs: self._layers(inputs, start, stop), example)
            if len(self._graphs) > MOST_GRAPHS:
                self._graphs.popitem(last=False)
        self._graphs.move_to_end(key)
        return self._graphs[key](x)

    def _layers(self, x: Tensor, start: int, stop: int) -> Outputs:
        outputs = []
        for number in range(start + 1, stop + 1):
            x = self.folded.rgb(x) if number == len(self.folded.names) else self.folded.after(number, x)
            if number < self.kept or number == stop:
                outputs.append(x)
        return tuple(outputs)


def _edited(x: Tensor, edits: Sequence[LayerEdit | None]) -> Tensor:
    """(N, U, g, g) with edits[n] applied to row n (None: not); new storage."""
    rows = zip(x.split(1), edits, strict=True)
    return torch.cat([row if edit is None else apply_edit(row, edit) for row, edit in rows])
