"""Owns the networks: one worker thread each, which renders whatever waits for it in one pass.

Nobody waits for a batch to fill: an idle worker starts at once, and what arrives meanwhile is the next batch.  Clients
take turns (see `line`).  Whoever would wait too long at the present pace is refused at once, before everybody waits.  A
render that is cancelled before it began leaves the line.  On one device only one network runs at a time: the cores are
shared, so two at once would only slow each other down.

Knows nothing of HTTP.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from dissect_core.images.pixels import to_bytes
from dissect_core.models.latents import latents
from dissect_core.painting.edits import LayerEdit
from dissect_core.render import Renderer, Request
from server.work.fair_queue import Line, LineFull
from server.work.gate import Gate

log = logging.getLogger("unitbrush.engine")

Edits = Mapping[str, LayerEdit]

PACE_SHARE = 0.2
"""How much the latest pass counts in the present pace."""


class Overloaded(Exception):
    """Too much waits for a network, or one more would wait too long.

    expected_s: for about so long.  allowed: what is, in words.
    """

    def __init__(self, waiting: int, expected_s: float, allowed: str) -> None:
        super().__init__(f"{waiting} wait, for about {expected_s:.1f} s; {allowed}")
        self.waiting, self.expected_s, self.allowed = waiting, expected_s, allowed


class Stopped(Exception):
    """The engine was stopped, or its thread died, before the render was finished."""


@dataclass(frozen=True, eq=False)
class Rendered:
    """A picture (R, R, 3) uint8, how long it waited and took, how many shared its pass, and whether it was the first.

    A picture from a cache has no pass: batch 0.
    """

    picture: Tensor
    queue_ms: float
    render_ms: float
    batch: int
    first: bool


@dataclass(frozen=True, eq=False)
class _Job:
    seed: int
    edits: Edits
    client: str
    future: Future[Rendered] = field(default_factory=Future)
    arrived: float = field(default_factory=time.perf_counter)


@dataclass
class Tally:
    """What a worker has done since it started."""

    passes: int = 0
    pictures: int = 0
    cancelled: int = 0
    failed: int = 0
    largest_batch: int = 0
    ms_per_picture: float = 0.0
    """Of late, waiting for others on the device included."""


class Engine:
    """Renders pictures of several networks; use as a context manager or call `start` and `stop`.

    max_batch: most pictures in one pass.  max_waiting: most renders waiting for one network.  max_wait_s: longest wait
    that may be expected when a render is asked for, in seconds; max_draft_wait_s: when a draft is.
    threads: threads of a pass on a CPU; 0 takes what torch takes (one per core), but no more than we may use.
    """

    def __init__(
        self,
        renderers: Mapping[str, Renderer],
        *,
        max_batch: int = 8,
        max_waiting: int = 128,
        max_wait_s: float = math.inf,
        max_draft_wait_s: float = math.inf,
        threads: int = 0,
    ) -> None:
        self._gates: dict[torch.device, Gate] = {}
        self.threads = threads or min(torch.get_num_threads(), available_cores())
        self._max_wait_s, self._max_draft_wait_s = max_wait_s, max_draft_wait_s
        self._workers: dict[str, _Worker] = {}
        for model, renderer in renderers.items():
            gate = self.gate(renderer.device)
            self._workers[model] = _Worker(model, renderer, gate, max_batch, max_waiting, self.threads)

    def start(self) -> None:
        """Start the workers."""
        torch.set_num_threads(self.threads)
        for worker in self._workers.values():
            worker.thread.start()

    def stop(self) -> None:
        """Finish what is being rendered, fail what waits with Stopped, and end the workers."""
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            if worker.thread.ident is not None:
                worker.thread.join()

    def __enter__(self) -> Engine:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether every worker runs."""
        return all(worker.thread.is_alive() for worker in self._workers.values())

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the networks."""
        return tuple(self._workers)

    def gate(self, device: torch.device) -> Gate:
        """What is held while a network runs on a device."""
        return self._gates.setdefault(device, Gate())

    def waiting(self, model: str) -> int:
        """How many renders wait for a network."""
        return len(self._workers[model].line)

    def latent_size(self, model: str) -> int:
        """Numbers in z of a network."""
        return self._workers[model].renderer.latent_size

    def precision(self, model: str) -> str:
        """What a network's pictures are computed in and on, "bfloat16-cpu": others differ in their last bits."""
        renderer = self._workers[model].renderer
        return f"{renderer.dtype}-{renderer.device.type}".removeprefix("torch.")

    def tally(self, model: str) -> Tally:
        """What the worker of `model` has done so far."""
        return self._workers[model].tally

    def submit(self, model: str, seed: int, edits: Edits, *, client: str = "", draft: bool = False) -> Future[Rendered]:
        """Ask for image `seed` of `model` with `edits`; cancel the future to drop it.

        client: who asks; clients take turns, and a client's next painting of an image starts from its last one.
        draft: it will be asked for again soon, so it may be refused before others are.
        Raises Overloaded at once when too many wait, or so many that this one would wait too long, and Stopped when the
        network is served no more.
        """
        worker = self._workers[model]
        waiting = len(worker.line)
        expected_s = waiting * worker.tally.ms_per_picture / 1000
        most_s = min(self._max_wait_s, self._max_draft_wait_s) if draft else self._max_wait_s
        allowed = f"at most {worker.line.limit} waiting, {most_s:g} s"
        if expected_s > most_s:
            raise Overloaded(waiting, expected_s, allowed)
        if worker.line.closed:
            raise Stopped
        job = _Job(seed, edits, client)
        try:
            worker.line.put(client, job)
        except LineFull:
            raise Overloaded(waiting, expected_s, allowed) from None
        job.future.add_done_callback(partial(worker.done, client))
        return job.future


class _Worker:
    """The thread of one network."""

    def __init__(
        self, model: str, renderer: Renderer, gate: Gate, max_batch: int, max_waiting: int, threads: int
    ) -> None:
        self.renderer = renderer
        self.gate = gate
        self.max_batch = max_batch
        self.threads = threads
        self.line: Line[_Job] = Line(max_waiting)
        self.tally = Tally()
        self.thread = threading.Thread(target=self._run, name=f"render-{model}", daemon=True)

    def done(self, client: str, future: Future[Rendered]) -> None:
        """A client's render was finished or cancelled: a cancelled one leaves the line at once."""
        if future.cancelled():
            self.line.drop(client, lambda job: job.future is future)
            self.tally.cancelled += 1

    def stop(self) -> None:
        """Take nothing more, and tell whoever waits."""
        for job in self.line.close():
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(Stopped())

    def _run(self) -> None:
        torch.set_num_threads(self.threads)  # counted for each thread that calls into torch
        try:
            while self._turn():
                pass
        finally:
            self.stop()  # a thread that dies leaves nobody waiting

    def _turn(self) -> bool:
        """Render what waits, once there is something; False when there will be no more."""
        self.line.wait()
        began = time.perf_counter()
        with self.gate:
            jobs = self.line.take(self.max_batch)  # only now: what arrived while others rendered joins in
            if not jobs and self.line.closed:
                return False
            jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            try:
                self._render(jobs, began)
            except BaseException:
                for job in jobs:
                    if not job.future.done():
                        job.future.set_exception(Stopped())
                raise
        return True

    def _render(self, jobs: list[_Job], began: float) -> None:
        """One pass for all; if it fails, one each, so that only the culprit fails.

        began: when the first in the line could have been rendered, were it not for others on the device.
        """
        if not jobs:
            return
        started = time.perf_counter()
        try:
            z = latents([job.seed for job in jobs], self.renderer.latent_size)
            requests = [Request(z[n], job.edits, job.seed, job.client) for n, job in enumerate(jobs)]
            pictures = to_bytes(self.renderer.render(requests))
        except Exception as error:
            if len(jobs) > 1:
                for job in jobs:
                    self._render([job], time.perf_counter())
                return
            log.exception("rendering image %s failed", jobs[0].seed)
            self.tally.failed += 1
            jobs[0].future.set_exception(error)
            return
        ended = time.perf_counter()
        took_ms, pace_ms = (ended - started) * 1000, (ended - began) * 1000 / len(jobs)
        self.tally.passes += 1
        self.tally.pictures += len(jobs)
        self.tally.ms_per_picture += PACE_SHARE * (pace_ms - self.tally.ms_per_picture)
        self.tally.largest_batch = max(self.tally.largest_batch, len(jobs))
        for number, (job, picture) in enumerate(zip(jobs, pictures, strict=True)):
            waited_ms = (started - job.arrived) * 1000
            # a copy, so that keeping one picture does not keep the whole batch
            job.future.set_result(Rendered(picture.clone(), waited_ms, took_ms, len(jobs), number == 0))


def available_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
