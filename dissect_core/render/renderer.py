"""The renderer: pictures from latents and edits, exact, and only what changed since the last time is computed.

`models.progan.Generator` is the reference that it is checked against: in float32 every value is within 1e-4 of it; a
lower precision is taken only where a network's pictures stay within one of 256 levels (see `precision`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dissect_core.errors import BadShape, UnknownLayer
from dissect_core.models.progan import Generator
from dissect_core.painting.edits import LayerEdit, check_edit
from dissect_core.render.cache import State, States
from dissect_core.render.folded import Folded
from dissect_core.render.frames import Frames
from dissect_core.render.passes import Job, run
from dissect_core.render.precision import choose_precision
from dissect_core.render.window import changed_cells, plan, whole

CACHE_BYTES = 384 * 2**20
"""Memory for activations and pictures: 47 unedited ones of the published 256x256 networks, 300 of the 128x128 ones."""
KEPT_SHARE = 4
"""Activations are kept of grids up to this share of the picture's side.

The two finest grids hold three quarters of all numbers.  Without them a window needs a few cells more on each side, of
a hundred, and twice as many pictures are remembered as without the finest alone.
"""


@dataclass(frozen=True, eq=False)
class Request:
    """A picture that somebody wants.

    latent: (Z,).  edits: by layer.  picture: names the latent, so that what is computed can be remembered (None: it is
    not).  session: whose painting of that picture this is; the session's next one starts from it.
    """

    latent: Tensor
    edits: Mapping[str, LayerEdit] = field(default_factory=dict)
    picture: Hashable = None
    session: Hashable = None


class Renderer:
    """Renders the pictures of one generator; for one thread at a time."""

    def __init__(
        self, generator: Generator, *, dtype: torch.dtype | None = None, cache_bytes: int = CACHE_BYTES
    ) -> None:
        """Folds the weights; the generator is not needed afterwards.

        dtype: the precision to compute in, or None to measure once which one is exact and fastest here.
        """
        self.layers = dict(generator.layers)
        self.latent_size = generator.latent_size
        self.resolution = generator.resolution
        folded = choose_precision(generator) if dtype is None else Folded(generator, dtype)
        self.dtype, self.device = folded.dtype, folded.device
        self._folded = folded
        largest = max(folded.shapes[0].grid, self.resolution // KEPT_SHARE)
        self._kept = sum(shape.grid <= largest for shape in folded.shapes)
        self._frames = Frames(folded, self._kept) if self.device.type == "cuda" else None
        self._states = States(cache_bytes)

    @torch.inference_mode()
    def render(self, requests: Sequence[Request]) -> Tensor:
        """(N, 3, R, R) on the renderer's device, about [-1, 1]: float32, or float64 if it computes in that.

        A picture does not depend on the others of its batch, up to rounding.  An unedited picture that has a name is
        rendered alone, so that it has the same bits whenever that happens.
        Raises UnknownLayer, BadShape or BadStroke for requests that do not fit the generator.
        """
        painted = [self._painted(request) for request in requests]
        pictures: dict[int, Tensor] = {}
        for number, request in enumerate(requests):
            if request.picture is not None and not painted[number]:
                pictures[number] = self._original(request).picture
        edited = [number for number in range(len(requests)) if number not in pictures]
        states = self._run([self._job(requests[number], painted[number]) for number in edited])
        for number, state in zip(edited, states, strict=True):
            request = requests[number]
            pictures[number] = state.picture
            if request.picture is not None:
                self._states.put((request.picture, (request.session,)), state)
        if not requests:
            return torch.empty(0, 3, self.resolution, self.resolution, device=self.device)
        return torch.cat([pictures[number] for number in range(len(requests))])

    def _painted(self, request: Request) -> dict[str, LayerEdit]:
        """The edits that touch a cell; all of them are checked."""
        if request.latent.shape != (self.latent_size,):
            shape = tuple(request.latent.shape)
            allowed = f"({self.latent_size},)"
            raise BadShape(f"a latent of shape {shape} does not fit", field="z", value=shape, allowed=allowed)
        for name, edit in request.edits.items():
            if name not in self.layers:
                raise UnknownLayer.among(name, self.layers)
            layer = self.layers[name]
            check_edit(edit, layer.units, (layer.grid, layer.grid))
        return {name: edit for name, edit in request.edits.items() if bool((edit.alpha > 0).any())}

    def _original(self, request: Request) -> State:
        key = (request.picture, None)
        state = self._states.get(key)
        if state is None:
            (state,) = self._run([self._whole(request, {})])
            self._states.put(key, state)
        return state

    def _whole(self, request: Request, edits: Mapping[str, LayerEdit]) -> Job:
        """A job that computes everything."""
        windows = [whole(shape.grid) for shape in self._folded.shapes]
        return Job(request.latent[None], edits, None, [*windows, windows[-1]])

    def _job(self, request: Request, edits: Mapping[str, LayerEdit]) -> Job:
        """The job that has least to compute: from the unedited picture, the session's last one, or nothing."""
        best, least = self._whole(request, edits), self.resolution**2 + 1
        for owner in (None, (request.session,)) if request.picture is not None else ():
            state = self._states.get((request.picture, owner))
            if state is None:
                continue
            changed = [changed_cells(state.edits.get(name), edits.get(name)) for name in self._folded.names]
            windows = plan(self._folded.shapes, changed, self._kept)
            cells = windows[-1].cells if windows[-1] else 0
            if cells < least:
                best, least = Job(request.latent[None], edits, state, windows), cells
        return best

    def _run(self, jobs: Sequence[Job]) -> list[State]:
        if self._frames is not None:
            return self._frames.run(jobs)
        return run(self._folded, jobs, self._kept)
