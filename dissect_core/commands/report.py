"""`unitbrush report`: a dissection as pages that open from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.network import dissected
from dissect_core.commands.options import PRECOMPUTED
from dissect_core.dissection_files import read_dissection
from dissect_core.errors import ArtifactMismatch
from dissect_core.gallery import Gallery, read_gallery
from dissect_core.report.pages import write_report


def report(
    model: Annotated[str, typer.Argument(help="church, kitchen, the id of a network, or package.module:factory.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; open its index.html.")],
    found: Annotated[Path, typer.Option(help="Folder that `dissect` wrote to.")] = PRECOMPUTED,
) -> None:
    """Write what was found in a network as pages that open from disk: a chart and the units of every layer.

    The network must be dissected; for one of your own, --found is the folder that you gave to `dissect --out`.
    """
    name = dissected(model, found)
    dissection = read_dissection(found / "dissection", name)
    galleries: dict[str, Gallery] = {}
    for layer in dissection.layers:
        gallery = read_gallery(found / "gallery", dissection, layer)
        if gallery is None:
            raise ArtifactMismatch(
                f"there are no pictures of {layer}, or of another dissection: `unitbrush gallery {model}` draws them",
                field="gallery",
                value=str(found / "gallery" / name),
                allowed="the pictures of this dissection",
            )
        galleries[layer] = gallery
    index = write_report(dissection, galleries, out)
    units = sum(len(stats.thresholds) for stats in dissection.layers.values())
    typer.echo(f"{units} units in {len(dissection.layers)} layers: {index}")
