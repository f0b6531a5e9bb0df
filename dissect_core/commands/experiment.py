"""`unitbrush experiment`: the experiments of the paper on the networks that are here, kept beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from dissect_core.brushes.effects import Bench
from dissect_core.commands.options import (
    CLASSIFIER,
    RUNS,
    SEGMENTER,
    Device,
    GeneratorName,
    Precomputed,
    Runs,
    Threads,
    model_of,
    prepared,
)
from dissect_core.concepts.columns import Concept
from dissect_core.concepts.segments import Segments
from dissect_core.dissection.files import read_dissection
from dissect_core.errors import UnknownConcept, UnknownModel
from dissect_core.experiments.classifier import class_units
from dissect_core.experiments.files import result_file, write_result
from dissect_core.experiments.generator import Subject, best_layer, insert_at_cells, remove_units
from dissect_core.experiments.peaks import painted, segmented
from dissect_core.experiments.units import unit_classifiers
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer
from dissect_core.sources.bundled import SceneSource, shipped_source
from dissect_core.sources.networks import GeneratorSource
from dissect_core.sources.scenes import ScenePictures
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress

Layer = Annotated[str, typer.Option(help="Of this layer; without, the one whose units overlap most with the concept.")]
ConceptName = Annotated[str, typer.Option(help="The concept, object or part: tree, door.")]
EXPERIMENTS = "experiments"


def units(
    name: Annotated[str, typer.Argument(help="church, kitchen, classifier, or another network's id.")],
    layer: Annotated[str, typer.Option(help="The layer; without, the one with most labelled objects.")] = "",
    images: Annotated[int, typer.Option(min=20, help="Pictures to look at.")] = 2_000,
    precomputed: Precomputed = PRECOMPUTED,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Fig. 1F, 3F: how well single units tell pictures with their concept from others, by their peak alone."""
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    if model not in registry.cards or registry.cards[model].kind == "segmenter":
        ids = ", ".join(other for other, card in registry.cards.items() if card.kind != "segmenter")
        raise UnknownModel(f"no generator or classifier {model!r}", field="model", value=model, allowed=f"one of {ids}")
    dissection = read_dissection(precomputed / "dissection", model)
    layer = layer or max(dissection.layers, key=lambda one: dissection.summary(one).concepts["object"])
    dissection.layer(layer)
    source = shipped_source(registry, registry.cards[model], images, chosen)
    if isinstance(source, SceneSource):
        assert isinstance(source.pictures, ScenePictures)
        columns, labels = painted(source.pictures)
    else:
        assert isinstance(source, GeneratorSource)
        segmenter = registry.segmenter(SEGMENTER, chosen)
        columns, labels = segmented(Segments(segmenter, registry.card(SEGMENTER, "segmenter").weights.sha256))
    with Progress(model, "picture") as bar:
        inputs, found = unit_classifiers(source, dissection, layer, labels, columns, bar.to)
    typer.echo(f"{model}, {layer}: each unit's peak against the threshold of equal errors, {found['images']} pictures")
    typer.echo(
        f"{'unit':>5}  {'concept':24}{'with':>6}{'without':>8}{'threshold':>11}{'TPR':>8}{'TNR':>8}{'balanced':>10}"
    )
    for row in found["rows"]:
        there, absent = row["pictures"]
        figures = f"{'too few pictures of one kind':>37}"
        if "balanced" in row:
            figures = f"{row['threshold']:11.3f}{row['tpr']:8.1%}{row['tnr']:8.1%}{row['balanced']:10.1%}"
        typer.echo(f"{row['unit']:5}  {row['concept']['name']:24}{there:6}{absent:8}{figures}")
    _keep(precomputed, model, f"units-{layer}", inputs, found)


def classes(
    name: Annotated[str, typer.Argument(help="classifier, or another classifier's id.")] = "classifier",
    layer: Annotated[str, typer.Option(help="The layer whose units are removed.")] = "conv5_3",
    images: Annotated[int, typer.Option(min=1, help="Scenes of every class, in training and held out.")] = 100,
    precomputed: Precomputed = PRECOMPUTED,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Fig. 2: which units matter to which class, and what is left of the classes without them."""
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = CLASSIFIER if name == "classifier" else model_of(name, registry)
    classifier = registry.classifier(model, chosen)
    dissection = read_dissection(precomputed / "dissection", model)
    with Progress(model, "scene") as bar:
        inputs, found = class_units(classifier, dissection, layer, images, bar.to)
    sizes = found["removed"]
    few, all_but = sizes.index(20), sizes.index(sizes[-1] - 20)
    typer.echo(f"{'class':16}{'balanced':>9}{'without its 20':>16}{'only its 20':>13}  first units")
    for row, before in zip(found["per_class"], found["baseline"], strict=True):
        first = ", ".join(map(str, row["units"][:4]))
        typer.echo(f"{row['class']:16}{before:9.1%}{row['most'][few]:16.1%}{row['least'][all_but]:13.1%}  {first}")
    typer.echo(
        f"{'mean':16}{sum(found['baseline']) / len(found['classes']):9.1%}{found['mean_most'][few]:16.1%}"
        f"{found['mean_least'][all_but]:13.1%}"
    )
    for group in found["groups"]:
        typer.echo(
            f"important to {group['classes']} classes: {group['units']} units, best IoU {group['iou']:.3f} ± "
            f"{group['error']:.3f} (standard error)"
        )
    _keep(precomputed, model, f"classes-{layer}", inputs, found)


def remove(
    name: GeneratorName,
    concept: ConceptName = "tree",
    layer: Layer = "",
    images: Annotated[int, typer.Option(min=2, help="Images to compare, each with itself.")] = 2_000,
    precomputed: Precomputed = PRECOMPUTED,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Fig. 4A and 4B: remove the units of a concept, count what disappears and what appears instead."""
    subject, model, layers = _subject(name, precomputed, runs, device, threads)
    thing = _concept(subject, concept)
    layer = layer or best_layer(subject.dissection, thing, layers)
    with Progress(model, "image") as bar:
        inputs, found = remove_units(subject, thing, layer, images, bar.to)
    typer.echo(f"{model}, {layer}: {thing} covers {found['share']:.2%} of {found['images']} images")
    typer.echo(f"{'units':>6}{'removed':>10}{'99 % interval':>16}  what appears instead")
    for row in found["rows"]:
        instead = ", ".join(f"{other} {share:.0%}" for other, share in _largest(row["appeared"]))
        typer.echo(f"{row['units']:6}{row['removed']:10.1%}{'±':>9}{row['half_width']:7.1%}  {instead}")
    _keep(precomputed, model, f"remove-{layer}-{concept}", inputs, found)


def insert(
    name: GeneratorName,
    concept: ConceptName = "door",
    layer: Layer = "",
    images: Annotated[int, typer.Option(min=2, help="Images, every cell of each.")] = 200,
    precomputed: Precomputed = PRECOMPUTED,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Fig. 4C and 4D: set the units of a concept at single cells, count where it takes."""
    subject, model, layers = _subject(name, precomputed, runs, device, threads)
    thing = _concept(subject, concept)
    layer = layer or best_layer(subject.dissection, thing, layers)
    values = subject.dissection.layer(layer).thresholds
    quantile = float(subject.dissection.manifest["quantile"])
    with Progress(model, "image") as bar:
        inputs, found = insert_at_cells(subject, thing, layer, images, values, quantile, bar.to)
    typer.echo(f"{model}, {layer}: {thing}, {found['pixels']:.0f} pixels an image; gained by setting one cell")
    typer.echo(f"{'at':20}{'cells':>8}{'gain':>9}{'99 % interval':>16}{'deviation':>11}")
    for row in found["rows"]:
        typer.echo(
            f"{row['context']:20}{row['cells']:8}{row['gain']:9.1%}{'±':>9}{row['half_width']:7.1%}{row['deviation']:11.1%}"
        )
    _keep(precomputed, model, f"insert-{layer}-{concept}", inputs, found)


def _subject(
    name: str, precomputed: Path, runs: Path, device: str, threads: int
) -> tuple[Subject, str, tuple[str, ...]]:
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    generator = registry.generator(model, chosen)
    bench = Bench(generator, Renderer(generator, dtype=torch.float32), registry.segmenter(SEGMENTER, chosen))
    dissection = read_dissection(precomputed / "dissection", model)
    return Subject(bench, dissection, runs / EXPERIMENTS), model, registry.card(model, "generator").paint_layers


def _concept(subject: Subject, name: str) -> Concept:
    """The object of this name, else the part.  Raises UnknownConcept naming what the segmenter sees."""
    known = subject.bench.columns.concepts
    for category in ("object", "part", "material"):
        if Concept(category, name) in known:
            return Concept(category, name)
    names = ", ".join(one.name for one in known if one.category in ("object", "part"))
    raise UnknownConcept(f"no concept {name!r}", field="concept", value=name, allowed=f"one of {names}")


def _largest(shares: Mapping[str, float], count: int = 4) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda item: -item[1])[:count]


def _keep(precomputed: Path, model: str, name: str, inputs: dict[str, Any], found: dict[str, Any]) -> None:
    path = result_file(precomputed / EXPERIMENTS, model, name)
    write_result(path, inputs, found)
    typer.echo(f"kept in {path}")
