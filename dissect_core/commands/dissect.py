"""`unitbrush dissect`: what every unit of every layer looks for, in a network of the repository or in one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.cost import chosen, cost
from dissect_core.commands.gallery import draw_gallery
from dissect_core.commands.network import NetworkOptions, Opened, open_network, with_network
from dissect_core.commands.options import RUNS, SEGMENTER, Runs, usable_folder
from dissect_core.concepts.segments import ColoursOnly, Segments
from dissect_core.dissection.enough import conclusions, expectations
from dissect_core.dissection.files import MANIFEST, write_dissection
from dissect_core.dissection.result import MINIMUM_IOU, Dissection, DissectionSpec
from dissect_core.dissection.run import dissect
from dissect_core.dissection.work import forget
from dissect_core.errors import UnitbrushError
from dissect_core.models.card import ModelCard, write_card
from dissect_core.sources.custom import load_segmenter
from dissect_core.system.artifacts import read_json
from dissect_core.system.progress import Progress


@with_network
def dissect_command(
    network: NetworkOptions,
    layers: Annotated[str, typer.Option(help="Names with commas between them; see docs/own-network.md.")] = "",
    images: Annotated[
        int | None, typer.Option(min=1, help="Pictures to look at; 10,000, or all of a folder, without.")
    ] = None,
    segmenter: Annotated[
        str, typer.Option(help="Your own as package.module:factory, or none to look for colours only.")
    ] = "",
    original_halves: Annotated[
        bool,
        typer.Option("--original-halves", help="Leave out each picture's last object when halving, as Bau et al. did."),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; PRECOMPUTED without.")] = None,
    runs: Runs = RUNS,
) -> None:
    """Dissect a network: what every unit of every layer looks for.  Run again to go on after an interruption.

    A network of your own is made by a function, package.module:factory, called without arguments.  Its pictures come
    from a folder (--pictures) or out of itself (--latent-size); any layer can be named, as in named_modules().
    """
    root = usable_folder(out or network.precomputed, "out")
    opened = open_network(network, images)
    names = tuple(name.strip() for name in layers.split(",") if name.strip()) or opened.layers or chosen(opened.source)
    _check_place(opened, names, network.precomputed, out)
    segments, spec = _segments(segmenter, opened, original_halves), DissectionSpec(names)
    work = runs / "dissection"
    if opened.own:
        typer.echo(cost(opened.source, segments, spec))
    for line in expectations(opened.source, spec):
        typer.echo(line)
    with Progress(str(opened.source.inputs["model"]), "image") as bar:
        bar.to(0, opened.source.images)
        result = dissect(
            opened.source,
            segments,
            spec,
            progress=bar.to,
            work=work,
        )
    write_dissection(result, root / "dissection", exact=opened.needed)
    draw_gallery(opened.source, result, root)
    if out is None:
        _tell_card(opened.registry.cards[str(result.manifest["model"])], result, root / "models")
    forget(work, result.manifest)
    echo_summary(result)


def _segments(spelling: str, opened: Opened, leave_last: bool) -> Segments:
    device = opened.source.device
    if spelling == "none":
        return Segments(ColoursOnly(), "none", leave_last=leave_last)
    if spelling:
        return Segments(*load_segmenter(spelling, device), leave_last=leave_last)
    card = opened.registry.card(SEGMENTER, "segmenter")
    network = opened.registry.segmenter(SEGMENTER, device)
    return Segments(network, card.weights.sha256, leave_last=leave_last)


def _check_place(opened: Opened, names: tuple[str, ...], precomputed: Path, out: Path | None) -> None:
    """What is written into PRECOMPUTED is what the server and the brushes read; no layer there is lost."""
    if out is not None:
        return
    if opened.own:
        raise UnitbrushError(
            "name a folder for it with --out",
            field="out",
            value="none",
            allowed="a folder outside the repository's own",
        )
    if missing := [layer for layer in opened.needed if layer not in names]:
        raise UnitbrushError(
            f"brushes need {', '.join(missing)} too; name another folder with --out",
            field="layers",
            value=",".join(names),
            allowed=f"{', '.join(opened.needed)} among them",
        )
    inputs = opened.source.inputs
    manifest = precomputed / "dissection" / str(inputs["model"]) / MANIFEST
    if not manifest.is_file():
        return
    there = read_json(manifest)
    same = there.get("model_sha256") == inputs["model_sha256"]
    if same and (lost := [str(layer) for layer in there.get("layers", ()) if layer not in names]):
        raise UnitbrushError(
            f"what is known of {', '.join(lost)} would be lost; name another folder with --out",
            field="layers",
            value=",".join(names),
            allowed=f"{', '.join(lost)} among them",
        )


def _tell_card(card: ModelCard, result: Dissection, folder: Path) -> None:
    """Write into a network's card how many units of each layer count, and with how many concepts."""
    summaries = [result.summary(layer) for layer in result.layers]
    figures = {
        "images": result.manifest["images"],
        "segmenter_sha256": result.manifest["segmenter_sha256"],
        "minimum_iou": MINIMUM_IOU,
        "layers": {
            s.layer: {
                "units": s.units,
                "labelled": s.labelled,
                "by_chance": s.by_chance,
                "concepts": dict(s.concepts),
            }
            for s in summaries
        },
    }
    write_card(replace(card, quality={**card.quality, "dissection": figures}), folder / f"{card.id}.json")


def echo_summary(result: Dissection) -> None:
    """Print how many units of each layer are labelled and how many are by chance, with how many concepts of each
    category, and the best; then what to make of it.
    """
    kinds = result.columns.kinds
    width = max(16, *(len(layer) + 1 for layer in result.layers))
    wide = [max(9, len(kind) + 1) for kind in kinds]
    heads = "".join(f"{kind:>{size}}" for kind, size in zip(kinds, wide, strict=True))
    typer.echo(f"{'layer':{width}}{'units':>6}{'labelled':>9}{'by chance':>10}{heads}  best")
    for layer in result.layers:
        found = result.summary(layer)
        best = ", ".join(f"{concept.name} {iou:.2f}" for _, concept, iou in result.labels(layer)[:3])
        counts = "".join(f"{found.concepts[kind]:{size}}" for kind, size in zip(kinds, wide, strict=True))
        by_chance = "-" if found.by_chance is None else f"{found.by_chance:.1f}"
        typer.echo(f"{layer:{width}}{found.units:6}{found.labelled:9}{by_chance:>10}{counts}  {best}")
    for line in conclusions(result):
        typer.echo(line)
