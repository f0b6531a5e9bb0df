"""`unitbrush gallery`: draw the strips of a dissection that is there already; `dissect` draws its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.network import NetworkOptions, dissected, open_network, with_network
from dissect_core.dissection.files import MANIFEST, read_dissection
from dissect_core.dissection.result import Dissection
from dissect_core.sources.networks import Source
from dissect_core.system.artifacts import require
from dissect_core.system.progress import Progress
from dissect_core.units.gallery import draw_strips, write_gallery


@with_network
def gallery(
    network: NetworkOptions,
    found: Annotated[Path | None, typer.Option(help="Folder that `dissect` wrote to; PRECOMPUTED without.")] = None,
) -> None:
    """Draw the best images of every dissected unit, for the pages.  For your own network, as it was dissected."""
    root = found or network.precomputed
    draw_again(network, read_dissection(root / "dissection", dissected(network.model, root)), root)


def draw_again(network: NetworkOptions, dissection: Dissection, root: Path) -> None:
    """Draw and write the strips of a dissection that is in `root`.  Raises ArtifactMismatch for another network."""
    source = open_network(network, int(dissection.manifest["images"])).source
    check_source(source, dissection)
    draw_gallery(source, dissection, root)


def check_source(source: Source, dissection: Dissection) -> None:
    """Raise ArtifactMismatch naming what differs unless it is this network and these pictures that were dissected."""
    for name, value in json.loads(json.dumps(dict(source.inputs))).items():
        had = dissection.manifest.get(name)
        require(had == value, MANIFEST, field=name, value=value, allowed=f"{had}, or dissect it again")


def draw_gallery(source: Source, dissection: Dissection, root: Path) -> None:
    """Draw and write the strips of a dissection of `source`, and say how large they are."""
    model = str(dissection.manifest["model"])
    with Progress(f"gallery of {model}", "image") as bar:
        strips = draw_strips(source, dissection, bar.to)
    folder = write_gallery(root / "gallery", dissection, strips)
    units, size = sum(map(len, strips.values())), sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    typer.echo(f"{units} strips, {size / 2**20:.1f} MiB: {folder}")
