"""`unitbrush judge` and `additions`: a generator and its brushes before judges that nothing was tuned to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.brushes.brush import brush_file, read_brushes
from dissect_core.brushes.effects import Bench
from dissect_core.commands.options import SEGMENTER, Device, GeneratorName, Precomputed, Threads, model_of, prepared
from dissect_core.errors import UnitbrushError
from dissect_core.evaluation.additions import AdditionSpec, measure_additions
from dissect_core.evaluation.realism import RealismSpec, measure_realism
from dissect_core.evaluation.spaces import NAMES, space, unseen
from dissect_core.evaluation.stroke_sheet import stroke_sheet
from dissect_core.images.pixels import encode
from dissect_core.models.card import write_card
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer
from dissect_core.system.artifacts import write_bytes
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress

WORLDS = ("church", "kitchen")


def judge(
    name: GeneratorName,
    precomputed: Precomputed = PRECOMPUTED,
    images: Annotated[int, typer.Option(min=8, help="Images, and twice as many painted scenes.")] = 10_000,
    judges: Annotated[str, typer.Option(help=f"Some of {', '.join(NAMES)}, with commas between them.")] = "",
    networks: Annotated[
        Path | None, typer.Option(help="Folder of our own judges' networks; PRECOMPUTED without.")
    ] = None,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Compare a generator's pictures with painted ones in features from elsewhere; written into its card."""
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    card = registry.card(model, "generator")
    if card.domain not in WORLDS:
        raise UnitbrushError(f"{model} has no world", field="model", value=model, allowed="a storybook generator")
    saw = card.training.get("critics_saw", {})
    names = judges.split(",") if judges else [one for one in NAMES if one not in saw]
    unseen(names, card.training)
    spaces = {one: space(one, networks or precomputed, chosen) for one in names}
    with Progress(model, "image") as bar:
        found = measure_realism(
            registry.generator(model, chosen), spaces, RealismSpec(card.domain, images), progress=bar.to
        )
    found["model_sha256"] = card.weights.sha256
    quality = {**card.quality, "realism": found}
    write_card(replace(card, quality=quality), precomputed / "models" / f"{model}.json")
    typer.echo(f"{'judge':22}{'':10}{'Fréchet':>10}{'precision':>11}{'recall':>8}{'probe':>8}")
    for one, row in found["spaces"].items():
        for title, figures in ((one, row), ("  painted scenes", row["ceiling"])):
            shares = f"{figures['precision']:11.3f}{figures['recall']:8.3f}{figures['probe']:8.1%}"
            typer.echo(f"{title:32}{figures['frechet']:10.4g}{shares}")


def additions(
    name: GeneratorName,
    precomputed: Precomputed = PRECOMPUTED,
    first: Annotated[int, typer.Option(min=0, help="The first of the consecutive images.")] = 30_000,
    images: Annotated[int, typer.Option(min=1, help="How many images are looked at.")] = 200,
    features: Annotated[str, typer.Option(help=f"Who judges patches: one of {', '.join(NAMES)}.")] = NAMES[1],
    sheet: Annotated[Path | None, typer.Option(help="Only draw before and after of every brush, a PNG file.")] = None,
    columns: Annotated[int, typer.Option(min=1, help="Pairs of pictures in a row of the sheet.")] = 4,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Measure brushes by new things in free places of consecutive images, or draw these strokes for the eye."""
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    card, generator = registry.card(model, "generator"), registry.generator(model, chosen)
    unseen([features], card.training)
    bench = Bench(generator, Renderer(generator, dtype=torch.float32), registry.segmenter(SEGMENTER, chosen))
    brushes = read_brushes(brush_file(precomputed / "brushes", model)).brushes
    spec = AdditionSpec(card.domain, images, first)
    if sheet is not None:
        write_bytes(sheet, encode(stroke_sheet(bench, brushes, spec, columns), "png"))
        typer.echo(f"wrote {sheet}")
        return
    with Progress(model, "brush") as bar:
        found = measure_additions(bench, brushes, spec, space(features, precomputed, chosen), progress=bar.to)
    typer.echo(f"{'brush':16}{'places':>7}{'clear':>8}{'gain':>8}{'patches':>9}{'before':>8}{'painted':>9}")
    for brush, row in found.items():
        shares = row["patches"] or {}
        judged = "".join(
            f"{shares[key]:{width}.1%}" if key in shares else " " * width
            for key, width in (("edited", 9), ("unedited", 8), ("painted_scenes", 9))
        )
        typer.echo(f"{brush:16}{row['places']:7}{row['clear_rise']:8.1%}{row['mean_gain']:8.1%}{judged}")
