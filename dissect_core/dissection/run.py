"""Dissecting: two passes over the pictures, all layers at once, to be interrupted at any time.

    result = dissect(source, segments, spec)                 everything here, in one process

The first pass runs the network and the segmenter, and keeps the labels in a file (a byte per map and position: 25 KB an
image); the second runs only the network.  Memory does not grow with the number of pictures.  To spread the work, every
process makes a `Share` of the pictures, and the passes of all shares are merged, the first before the second begins:

    first = share.first_pass()  ...  first.merge(another)    survey = first.survey()
    second = share.second_pass(survey)  ...                  result = found(source, segments, spec, survey, second)
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from dissect_core.concepts.positions import UPSAMPLING
from dissect_core.concepts.segments import Segments
from dissect_core.dissection.passes import FirstPass, SecondPass, Survey
from dissect_core.dissection.result import SCHEMA, Dissection, DissectionSpec, LayerStats, Progress, TopList, silent
from dissect_core.dissection.work import Checkpoint, LabelFile, digest_of, place_to_work, share_folder
from dissect_core.sources.networks import Source, units_of
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import IqrScores, level_quantiles
from dissect_core.stats.quantile import RELATIVE_ERROR
from dissect_core.system.code_version import code_version

CHECKPOINT_S = 300.0
"""Seconds between two states on disk."""


def dissect(
    source: Source,
    segments: Segments,
    spec: DissectionSpec,
    *,
    progress: Progress = silent,
    work: Path | None = None,
    checkpoint_s: float = CHECKPOINT_S,
) -> Dissection:
    """Dissect layers of a network, on the source's device; the segmenter must be on the same.

    work: where to keep what is needed to go on after an interruption; without it nothing is kept.
    Raises UnknownLayer, LayerNeverRan or BadShape for layers that cannot be dissected, before anything else is done.
    """
    every = math.inf if work is None else checkpoint_s
    with (
        place_to_work(work) as place,
        Share(source, segments, spec, range(source.images), place, progress=progress, checkpoint_s=every) as share,
    ):
        survey = share.first_pass().survey()
        result = found(source, segments, spec, survey, share.second_pass(survey))
        share.remove()
    return result


class Share:
    """The pictures `rows` of a dissection.  Use as a context manager.

    work: for its labels and states, in a folder named after everything that decides them; both passes go on from the
    states there.  checkpoint_s: see CHECKPOINT_S; infinite leaves no states.
    Raises UnknownLayer, LayerNeverRan or BadShape for layers that cannot be dissected.
    """

    def __init__(
        self,
        source: Source,
        segments: Segments,
        spec: DissectionSpec,
        rows: range,
        work: Path,
        *,
        progress: Progress = silent,
        checkpoint_s: float = CHECKPOINT_S,
    ) -> None:
        self.source, self.segments, self.spec, self.rows = source, segments, spec, rows
        self.progress, self.checkpoint_s = progress, checkpoint_s
        with torch.no_grad():
            self.units = units_of(source, spec.layers)
        self.folder = share_folder(work, inputs_of(source, segments, spec), rows)
        sizes = [len(names) for names in segments.columns.categories.values()]
        self.labels = LabelFile(self.folder / "labels.bin", len(sizes), spec.grid, max(sizes) - 1)

    def __enter__(self) -> Share:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.labels.close()

    def remove(self) -> None:
        """Delete the folder, when both passes have been merged."""
        self.labels.close()
        shutil.rmtree(self.folder)

    @torch.no_grad()
    def first_pass(self) -> FirstPass:
        """Thresholds, peaks and top images of these pictures; fills the label file."""
        first = FirstPass(self.units, self.spec, self.source.device)

        def step(rows: range) -> None:
            pictures, activations = self.source.see(self._filled(rows), self.spec.layers)
            labels = self.segments.label(pictures, self.spec.grid)
            self.labels.write(rows.start - self.rows.start, labels[: len(rows)])
            first.add([self.source.first_id + row for row in rows], _cut(activations, len(rows)))

        self._run("thresholds", "thresholds", first, step)
        return first

    @torch.no_grad()
    def second_pass(self, survey: Survey) -> SecondPass:
        """Counts of these pictures, whose first pass must be done."""
        second = SecondPass(self.units, self.spec, self.segments.columns, survey, self.source.device)

        def step(rows: range) -> None:
            activations = self.source.activate(self._filled(rows), self.spec.layers)
            labels = self.labels.read(rows.start - self.rows.start, len(rows))
            second.add(rows, _cut(activations, len(rows)), labels)

        against = digest_of(survey.thresholds.numpy().tobytes() + survey.levels.numpy().tobytes())
        self._run("counts", f"counts-{against}", second, step)
        return second

    def _run(self, phase: str, name: str, state: FirstPass | SecondPass, step: Callable[[range], None]) -> None:
        """Do a pass, from where its state of that name on disk got to."""
        checkpoint, total = Checkpoint(self.folder / f"{name}.safetensors"), len(self.rows)
        done, saved = checkpoint.load()
        if done:
            state.load_state_dict(saved)
        last = time.monotonic()
        for start in range(done, total, self.spec.batch):
            stop = min(start + self.spec.batch, total)
            step(self.rows[start:stop])
            now = time.monotonic()
            if math.isfinite(self.checkpoint_s) and (now - last >= self.checkpoint_s or stop == total):
                self.labels.sync()
                checkpoint.save(stop, state.state_dict())
                last = now
            self.progress(phase, stop, total)

    def _filled(self, rows: range) -> list[int]:
        """The rows, the last one repeated until the batch is full: a network may round differently in other shapes."""
        return [*rows, *[rows[-1]] * (self.spec.batch - len(rows))]


def inputs_of(source: Source, segments: Segments, spec: DissectionSpec) -> dict[str, Any]:
    """The manifest: everything that decides the result, and the names of what was found."""
    decisions = {name: value for name, value in asdict(spec).items() if name != "layers"}
    return {
        "schema": SCHEMA,
        **source.inputs,
        **segments.inputs,
        **decisions,
        "levels": level_quantiles(),
        "upsampling": UPSAMPLING,
        "quantile_relative_error": RELATIVE_ERROR,
        "code_version": code_version(__name__),
        "layers": list(spec.layers),
        "maps": {name: list(names) for name, names in segments.columns.categories.items()},
    }


def found(source: Source, segments: Segments, spec: DissectionSpec, survey: Survey, second: SecondPass) -> Dissection:
    """The result, from the merged passes over all pictures."""
    iou, iqr = second.counts.iou().cpu(), second.levels.best()
    label_iou, label = iou.max(dim=1)
    layers = {}
    for layer, units in second.ranges.items():
        rows = slice(units.start, units.stop)
        top, bars = survey.top, survey.histogram
        layers[layer] = LayerStats(
            thresholds=survey.thresholds[rows],
            mean=survey.mean[rows],
            peak=survey.peak[rows],
            levels=survey.levels[rows],
            iou=iou[rows],
            label=label[rows],
            label_iou=label_iou[rows],
            top=TopList(top.images[rows].cpu(), top.scores[rows].cpu(), top.places[rows].cpu()),
            histogram=Histogram(bars.counts[rows], bars.low[rows], bars.high[rows]),
            iqr=IqrScores(iqr.iqr[rows], iqr.iou[rows], iqr.threshold[rows], iqr.concept[rows]),
        )
    return Dissection(inputs_of(source, segments, spec), segments.columns, layers)


def _cut(activations: Mapping[str, Tensor], count: int) -> dict[str, Tensor]:
    return {layer: maps[:count] for layer, maps in activations.items()}
