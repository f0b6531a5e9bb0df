"""`unitbrush gallery`: draw the strips of a dissection that is there already; `dissect` draws its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.options import PRECOMPUTED, Device, Precomputed, Threads, model_of, pick_device
from dissect_core.dissection import Dissection
from dissect_core.dissection_files import read_dissection
from dissect_core.gallery import draw_strips, write_gallery
from dissect_core.models.registry import Registry
from dissect_core.progress import Progress
from dissect_core.shipped import shipped_source
from dissect_core.sources import Source


def gallery(
    model: Annotated[str, typer.Argument(help="church, kitchen, classifier, or the id of a network.")],
    precomputed: Precomputed = PRECOMPUTED,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Draw the best images of every dissected unit, for the pages."""
    chosen, registry = pick_device(device, threads), Registry(precomputed)
    name = model if model in registry.cards else model_of(model)
    dissection = read_dissection(precomputed / "dissection", name)
    source = shipped_source(registry, registry.cards[name], int(dissection.manifest["images"]), chosen)
    draw_gallery(source, dissection, precomputed)


def draw_gallery(source: Source, dissection: Dissection, precomputed: Path) -> None:
    """Draw and write the strips of a dissection of `source`, and say how large they are."""
    model = str(dissection.manifest["model"])
    with Progress(f"gallery of {model}", "image") as bar:
        strips = draw_strips(source, dissection, bar.to)
    folder = write_gallery(precomputed / "gallery", dissection, strips)
    units, size = sum(map(len, strips.values())), sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    typer.echo(f"{units} strips, {size / 2**20:.1f} MiB: {folder}")
