"""`unitbrush judge`: a generator before judges that nothing was tuned to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.options import Device, GeneratorName, Precomputed, Threads, model_of, prepared
from dissect_core.errors import UnitbrushError
from dissect_core.evaluation.realism import RealismSpec, measure_realism
from dissect_core.evaluation.spaces import NAMES, space, unseen
from dissect_core.models.card import write_card
from dissect_core.models.registry import Registry
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
