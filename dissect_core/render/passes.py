"""One pass over the layers for a batch of pictures, each with its own edits, known activations and windows.

Windows of one size are computed together, whoever they belong to; a whole picture is the window of every cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dissect_core.painting.edits import LayerEdit, apply_edit
from dissect_core.render.cache import Activations, State, own
from dissect_core.render.folded import Folded, normalise
from dissect_core.render.window import Window, seen, whole


@dataclass(eq=False)
class Job:
    """A picture to render.

    latent: (1, Z).  base: a state of the same latent to start from, or None to compute everything.  windows: what to
    compute, as `window.plan` says it.
    """

    latent: Tensor
    edits: Mapping[str, LayerEdit]
    base: State | None
    windows: Sequence[Window | None]
    computed: dict[int, Tensor] = field(default_factory=dict)
    picture: Tensor | None = None


def run(folded: Folded, jobs: Sequence[Job], kept: int) -> list[State]:
    """Render the jobs: their states, with the activations of the first `kept` layers."""
    _first(folded, [job for job in jobs if job.windows[0] is not None])
    for number in range(1, len(folded.shapes)):
        _layer(folded, number, [job for job in jobs if job.windows[number] is not None])
        if number > kept:
            for job in jobs:
                job.computed.pop(number - 1, None)
    for job in jobs:
        _picture(folded, job)
    return [_state(job, kept) for job in jobs]


def _first(folded: Folded, jobs: Sequence[Job]) -> None:
    if jobs:
        outputs = folded.first(torch.cat([job.latent for job in jobs]))
        for job, output in zip(jobs, outputs.split(1), strict=True):
            job.computed[0] = output


def _layer(folded: Folded, number: int, jobs: Sequence[Job]) -> None:
    """Compute the windows of a layer after the first."""
    shape, stage = folded.shapes[number], folded.stages[number - 1]
    sizes: dict[tuple[int, int], list[tuple[Job, Window]]] = {}
    for job in jobs:
        window = job.windows[number]
        assert window is not None
        sizes.setdefault((window.height, window.width), []).append((job, seen(window, shape)))
    for group in sizes.values():
        around = group[0][1]
        inputs = torch.empty(
            (len(group), folded.units[number - 1], around.height, around.width),
            dtype=folded.dtype,
            device=folded.device,
            memory_format=torch.channels_last,
        )
        for (job, around), row in zip(group, inputs.split(1), strict=True):
            _fill(folded, job, number - 1, around, row)
        for (job, _), output in zip(group, stage(inputs).split(1), strict=True):
            job.computed[number] = output


def _fill(folded: Folded, job: Job, number: int, around: Window, out: Tensor) -> None:
    """Write the normalised output of a layer, edited, into `out`: the cells `around`, zeros beyond the grid."""
    grid = whole(folded.shapes[number].grid)
    inside = around.cut(grid)
    assert inside is not None
    if inside != around:
        for beyond, edge in (
            (around.top < 0, out[:, :, :1]),
            (around.bottom > grid.bottom, out[:, :, -1:]),
            (around.left < 0, out[..., :1]),
            (around.right > grid.right, out[..., -1:]),
        ):
            if beyond:
                edge.zero_()
    normalise(_output(folded, job, number, inside), out=inside.within(around).of(out))


def _output(folded: Folded, job: Job, number: int, inside: Window) -> Tensor:
    """The output of a layer after its edit in a window, (1, U, h, w); not to be changed."""
    window, output = job.windows[number], job.computed.get(number)
    if window is not None and output is not None and window.cut(inside) == inside:
        x = inside.within(window).of(output)
    else:
        assert job.base is not None
        x = job.base.activations[number].part(inside)
        if window is not None and output is not None and (both := window.cut(inside)) is not None:
            x = x.clone()
            both.within(inside).of(x).copy_(both.within(window).of(output))
    edit = job.edits.get(folded.names[number])
    if edit is None:
        return x
    return apply_edit(x, LayerEdit(edit.units, inside.of(edit.alpha), inside.of(edit.value)))


def _picture(folded: Folded, job: Job) -> None:
    """Compute the picture's window and put it into the base's picture."""
    window = job.windows[-1]
    if window is None:
        assert job.base is not None
        job.picture = job.base.picture
        return
    part = folded.rgb(_output(folded, job, len(folded.shapes) - 1, window))
    if job.base is None:
        job.picture = part
    else:
        job.picture = job.base.picture.clone()
        window.of(job.picture).copy_(part)


def _state(job: Job, kept: int) -> State:
    assert job.picture is not None
    return State(job.edits, tuple(_activations(job, number) for number in range(kept)), job.picture)


def _activations(job: Job, number: int) -> Activations:
    """The output of a whole layer before its edit: the base's, with what was computed over it."""
    window, output = job.windows[number], job.computed.get(number)
    if job.base is None:
        assert output is not None
        return Activations(own(output))
    known = job.base.activations[number]
    return known if window is None or output is None else known.changed(window, output)
