"""Dissecting: a few passes over the pictures, to be interrupted at any time.

    result = dissect(source, segments, spec)                 everything here, in one process

The first pass runs the network and the segmenter, and keeps the labels in a file (a byte per map and position: 25 KB an
image).  The second, and rarely a third, looks closer at the thresholds (see `stats.exact`); the last one counts.  They
run only the network.  Memory does not grow with the number of pictures, and not with that of units beyond
UNITS_AT_ONCE: layers are dissected in groups.

To spread the work, every process makes a `Share` of the pictures over one folder, and the passes of all shares are
merged, each before the next one begins:

    first = share.first_pass(layers)  ...  first.merge(another)            survey = first.survey()
    closer = share.threshold_pass(survey, layers)  ...  while survey.open  survey = closer.survey()
    second = share.second_pass(survey, layers)  ...                        layer_stats(survey, second, images)
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from dissect_core.concepts.positions import UPSAMPLING
from dissect_core.concepts.segments import Segments
from dissect_core.dissection import chance
from dissect_core.dissection.assembly import layer_stats, unusable_units
from dissect_core.dissection.passes import FirstPass, SecondPass, Survey, ThresholdPass
from dissect_core.dissection.result import SCHEMA, Dissection, DissectionSpec, LayerStats
from dissect_core.dissection.work import Checkpoint, LabelFile, digest_of, inputs_folder, place_to_work
from dissect_core.sources.networks import Source, shapes_of
from dissect_core.stats.iqr import level_quantiles
from dissect_core.stats.quantile import RELATIVE_ERROR
from dissect_core.system.code_version import code_version
from dissect_core.system.progress import Report, silent

CHECKPOINT_S = 300.0
"""Seconds between two states on disk."""
UNITS_AT_ONCE = 4096
"""Units that are dissected together, with half a megabyte each; a larger layer is taken alone, as a whole."""


def dissect(
    source: Source,
    segments: Segments,
    spec: DissectionSpec,
    *,
    progress: Report = silent,
    work: Path | None = None,
    checkpoint_s: float = CHECKPOINT_S,
) -> Dissection:
    """Dissect layers of a network, on the source's device; the segmenter must be on the same.

    work: where to keep what is needed to go on after an interruption; without it nothing is kept.  It stays there until
    `forget(work, result.manifest)`, to be called when the result is written.
    Raises UnknownLayer, LayerNeverRan or BadShape for layers that cannot be dissected, before anything else is done.
    """
    every = math.inf if work is None else checkpoint_s
    layers: dict[str, LayerStats] = {}
    unusable: dict[str, list[int]] = {}
    with (
        place_to_work(work) as place,
        Share(source, segments, spec, range(source.images), place, progress=progress, checkpoint_s=every) as share,
    ):
        for group in share.groups:
            first = share.first_pass(group)
            survey = first.survey()
            while survey.open:
                survey = share.threshold_pass(survey, group).survey()
            layers |= layer_stats(survey, share.second_pass(survey, group), source.images)
            unusable |= unusable_units(survey, first.ranges)
    manifest = {**share.inputs, **({"unusable": unusable} if unusable else {})}
    return Dissection(manifest, segments.columns, {layer: layers[layer] for layer in spec.layers})


class Share:
    """The pictures `rows` of a dissection.  Use as a context manager.

    work: for labels and states, in a folder named after everything that decides the result; all shares must see the
    same one, and every pass goes on from the states there.  checkpoint_s: see CHECKPOINT_S; infinite leaves no states.
    inputs: the manifest, before anything is found.  groups: layers that are dissected together.
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
        progress: Report = silent,
        checkpoint_s: float = CHECKPOINT_S,
    ) -> None:
        self.source, self.segments, self.spec, self.rows = source, segments, spec, rows
        self.progress, self.checkpoint_s = progress, checkpoint_s
        with torch.no_grad():
            self.units = {layer: shape[0] for layer, shape in shapes_of(source, spec.layers).items()}
        self.groups = groups_of(self.units, UNITS_AT_ONCE)
        self.inputs = inputs_of(source, segments, spec)
        self.folder = inputs_folder(work, str(self.inputs["model"]), self.inputs)
        self.partners = chance.partners(source.images, spec.shuffles)
        sizes = [len(names) for names in segments.columns.categories.values()]
        self.labels = LabelFile(self.folder / "labels.bin", len(sizes), spec.grid, max(sizes) - 1)

    def __enter__(self) -> Share:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.labels.close()

    def remove(self) -> None:
        """Delete the folder that all shares have, when everything is done."""
        self.labels.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @torch.no_grad()
    def first_pass(self, layers: Sequence[str]) -> FirstPass:
        """How the activations of these pictures are distributed, and top images; the first group labels them."""
        first, to_label = FirstPass(self._units(layers), self.spec, self.source.device), layers[0] == self.groups[0][0]

        def step(rows: range) -> None:
            if to_label:
                pictures, activations = self.source.see(self._filled(rows), layers)
                self.labels.write(rows.start, self.segments.label(pictures, self.spec.grid)[: len(rows)])
            else:
                activations = self.source.activate(self._filled(rows), layers)
            first.add([self.source.first_id + row for row in rows], _cut(activations, len(rows)))

        self._run("activations", f"activations-{digest_of(','.join(layers).encode())}", first, step)
        return first

    @torch.no_grad()
    def threshold_pass(self, survey: Survey, layers: Sequence[str]) -> ThresholdPass:
        """A closer look at the thresholds, after the passes before it have been merged."""
        closer = ThresholdPass(self._units(layers), self.spec, survey, self.source.device)

        def step(rows: range) -> None:
            closer.add(_cut(self.source.activate(self._filled(rows), layers), len(rows)))

        against = digest_of(survey.found.low.numpy().tobytes() + survey.found.high.numpy().tobytes())
        self._run("thresholds", f"thresholds-{against}", closer, step)
        return closer

    @torch.no_grad()
    def second_pass(self, survey: Survey, layers: Sequence[str]) -> SecondPass:
        """Counts of these pictures, once all thresholds are known and all pictures labelled."""
        second = SecondPass(self._units(layers), self.spec, self.segments.columns, survey, self.source.device)

        def step(rows: range) -> None:
            activations = self.source.activate(self._filled(rows), layers)
            others = [self.labels.pick(row[rows.start : rows.stop].tolist()) for row in self.partners]
            second.add(rows, _cut(activations, len(rows)), self.labels.read(rows.start, len(rows)), others)

        against = digest_of(survey.thresholds.numpy().tobytes() + survey.levels.numpy().tobytes())
        self._run("counts", f"counts-{against}", second, step)
        return second

    def _units(self, layers: Sequence[str]) -> dict[str, int]:
        return {layer: self.units[layer] for layer in layers}

    def _run(
        self, phase: str, name: str, state: FirstPass | ThresholdPass | SecondPass, step: Callable[[range], None]
    ) -> None:
        """Do a pass, from where its state of that name on disk got to."""
        file = f"{name}-{self.rows.start}-{self.rows.stop}.safetensors"
        checkpoint, total = Checkpoint(self.folder / file), len(self.rows)
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
            self.progress(stop, total, phase)

    def _filled(self, rows: range) -> list[int]:
        """The rows, the last one repeated until the batch is full: a network may round differently in other shapes."""
        return [*rows, *[rows[-1]] * (self.spec.batch - len(rows))]


def groups_of(units: Mapping[str, int], at_once: int) -> list[tuple[str, ...]]:
    """The layers in their order, in groups of at most so many units; a larger layer is a group of its own."""
    groups: list[list[str]] = []
    size = 0
    for layer, count in units.items():
        if not groups or size + count > at_once:
            groups.append([])
            size = 0
        groups[-1].append(layer)
        size += count
    return [tuple(group) for group in groups]


def inputs_of(source: Source, segments: Segments, spec: DissectionSpec) -> dict[str, Any]:
    """The manifest before anything is found: everything that decides the result, and the names of concepts."""
    decisions = {name: value for name, value in asdict(spec).items() if name != "layers"}
    return {
        "schema": SCHEMA,
        **source.inputs,
        **segments.inputs,
        **decisions,
        "shuffle": chance.RULE,
        "levels": level_quantiles(),
        "levels_relative_error": RELATIVE_ERROR,
        "upsampling": UPSAMPLING,
        "code_version": code_version(__name__),
        "layers": list(spec.layers),
        "maps": {name: list(names) for name, names in segments.columns.categories.items()},
    }


def _cut(activations: Mapping[str, Tensor], count: int) -> dict[str, Tensor]:
    return {layer: maps[:count] for layer, maps in activations.items()}
