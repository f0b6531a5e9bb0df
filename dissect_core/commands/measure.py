"""`unitbrush brushes` and `quality`: what is measured on a generator and stored beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
import typer

from dissect_core.brushes.brush import BrushSet, brush_file, read_brushes, write_brushes
from dissect_core.brushes.choose import badly_seen, choose_brushes
from dissect_core.brushes.effects import Bench
from dissect_core.brushes.search import ChoiceSpec, Verdict
from dissect_core.brushes.trial import TrialSpec, check_goals, measure_brushes, working
from dissect_core.commands.options import (
    RUNS,
    SEGMENTER,
    Device,
    Domain,
    GeneratorName,
    Precomputed,
    Runs,
    Threads,
    model_of,
    prepared,
)
from dissect_core.dissection.files import MANIFEST, read_dissection
from dissect_core.evaluation.quality import QualitySpec, measure_quality
from dissect_core.models.card import write_card
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer
from dissect_core.system.artifacts import require
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress


def brushes(
    name: GeneratorName,
    precomputed: Precomputed = PRECOMPUTED,
    measure: Annotated[bool, typer.Option("--measure", help="Only measure the brushes that are there.")] = False,
    images: Annotated[int, typer.Option(min=1, help="Unseen images for the measurement.")] = 2_000,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Choose the brushes of a generator by measurement, measure them on unseen images, print the table.

    Brushes that do not work there are dropped.  Exits with 1 if something that must hold does not.
    Run again to go on after an interruption; what is chosen already is measured alone with --measure.
    """
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    generator = registry.generator(model, chosen)
    bench = Bench(generator, Renderer(generator, dtype=torch.float32), registry.segmenter(SEGMENTER, chosen))
    path = brush_file(precomputed / "brushes", model)
    if measure:
        found = read_brushes(path)
        _check_made_from(registry, model, path.name, found.model_sha256, found.segmenter_sha256)
    else:
        card = registry.card(model, "generator")
        spec = ChoiceSpec(card.paint_layers)
        passed_over = badly_seen(registry.card(SEGMENTER, "segmenter").quality, card.domain, spec.categories)
        dissection = read_dissection(precomputed / "dissection", model)
        made_from = (dissection.manifest[key] for key in ("model_sha256", "segmenter_sha256"))
        _check_made_from(registry, model, f"dissection/{model}/{MANIFEST}", *made_from)
        with Progress(f"choosing for {model}", "concept") as bar:
            found, verdicts = choose_brushes(
                bench,
                dissection,
                replace(spec, passed_over=passed_over),
                progress=bar.to,
                work=runs / "brushes",
            )
        write_brushes(found, path)
        _echo_verdicts(verdicts)
        for concept in passed_over:
            typer.echo(f"no brush for {concept}: the segmenter does not see it well enough to judge one")
    with Progress(f"measuring {model}", "image") as bar:
        found = measure_brushes(bench, found, TrialSpec(images=images), progress=bar.to)
    _echo_brushes(found)
    offered = working(found)
    write_brushes(offered, path)
    for name in (brush.id for brush in found.brushes if brush not in offered.brushes):
        typer.echo(f"not offered: {name}")
    goals = check_goals(offered)
    for goal in goals:
        typer.echo(f"{'holds' if goal.met else 'FAILS'}: {goal.name}: {goal.value:.3f} (required {goal.required})")
    if not all(goal.met for goal in goals):
        raise typer.Exit(1)


def _check_made_from(registry: Registry, model: str, file: str, model_sha256: str, segmenter_sha256: str) -> None:
    """Raise ArtifactMismatch unless a file was made with the generator and the segmenter that are here now."""
    for field, had, card in (
        ("model_sha256", model_sha256, registry.card(model, "generator")),
        ("segmenter_sha256", segmenter_sha256, registry.card(SEGMENTER, "segmenter")),
    ):
        now = card.weights.sha256
        require(had == now, file, field=field, value=had, allowed=f"{now}, that of {card.id}; make it again")


def _echo_verdicts(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.brush is None:
            best = max((trial["score"] for trial in verdict.trials), default=None)
            reason = "no plausible places" if best is None else f"best score {best:.2f}"
            typer.echo(f"no brush for {verdict.concept}: {reason}")


def _echo_brushes(found: BrushSet) -> None:
    typer.echo(f"{'brush':16}{'layer':8}{'ranking':9}{'any rise':>9}{'clear':>7}{'gain':>7}{'erased':>8}{'others':>8}")
    for brush in found.brushes:
        draw, erase = brush.measured["draw"], brush.measured["erase"]
        typer.echo(
            f"{brush.id:16}{brush.layer:8}{brush.ranking:9}{draw['any_rise']:9.1%}{draw['clear_rise']:7.1%}"
            f"{draw['mean_gain']:7.1%}{erase['removed']:8.1%}{erase['collateral']:8.1%}"
        )
        for name, context in brush.measured.get("contexts", {}).items():
            typer.echo(f"{'':16}on {name}: {context['clear_rise']:.1%} clear of {context['images']} images")


def quality(
    domain: Domain,
    precomputed: Precomputed = PRECOMPUTED,
    images: Annotated[int, typer.Option(min=8, help="Images and scenes to compare.")] = 10_000,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Measure a generator against its world and write the figures into its card."""
    chosen, registry, model = prepared(device, threads), Registry(precomputed), model_of(domain)
    card = registry.card(model, "generator")
    spec = QualitySpec(
        model=model,
        model_sha256=card.weights.sha256,
        segmenter_sha256=registry.card(SEGMENTER, "segmenter").weights.sha256,
        world=domain,
        images=images,
    )
    with Progress(model, "image") as bar:
        found = measure_quality(
            registry.generator(model, chosen),
            registry.segmenter(SEGMENTER, chosen),
            spec,
            progress=bar.to,
        )
    write_card(replace(card, quality={**card.quality, **found}), precomputed / "models" / f"{model}.json")
    typer.echo(f"{'object':14}{'generated':>10}{'world':>8}{'ratio':>7}")
    for row in found["objects"]:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        verdict = {True: "", False: "  out of a quarter", None: "  (rare)"}[row["within"]]
        typer.echo(f"{row['name']:14}{row['generated']:10.2%}{row['world']:8.2%}{ratio:>7}{verdict}")
    typer.echo(
        f"Fréchet distance {found['frechet']:.3f}, precision {found['precision']:.3f}, recall {found['recall']:.3f} "
        f"({found['features']}; code {found['code_version']})"
    )
