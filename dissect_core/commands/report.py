"""`unitbrush report`: a dissection as pages that open from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.gallery import draw_again
from dissect_core.commands.network import NetworkOptions, dissected, with_network
from dissect_core.commands.options import usable_folder
from dissect_core.dissection.files import read_dissection
from dissect_core.dissection.result import Dissection
from dissect_core.report.pages import write_report
from dissect_core.units.gallery import Gallery, read_gallery


@with_network
def report(
    network: NetworkOptions,
    out: Annotated[Path, typer.Option(help="Folder to write to; open its index.html.")],
    found: Annotated[Path | None, typer.Option(help="Folder that `dissect` wrote to; PRECOMPUTED without.")] = None,
) -> None:
    """Write what was found in a network as pages that open from disk: a chart and the units of every layer.

    The network must be dissected; for one of your own, --found is the folder that you gave to `dissect --out`.  Its
    best images are drawn if they are not there; only then is the network needed, as it was dissected.
    """
    usable_folder(out, "out")
    root = found or network.precomputed
    dissection = read_dissection(root / "dissection", dissected(network.model, root))
    galleries = galleries_of(dissection, root)
    if len(galleries) < len(dissection.layers):
        draw_again(network, dissection, root)
        galleries = galleries_of(dissection, root)
    index = write_report(dissection, galleries, out)
    units = sum(len(stats.thresholds) for stats in dissection.layers.values())
    typer.echo(f"{units} units in {len(dissection.layers)} layers: {index}")


def galleries_of(dissection: Dissection, root: Path) -> dict[str, Gallery]:
    """The strips of the layers that have theirs, drawn from this very dissection."""
    found = {layer: read_gallery(root / "gallery", dissection, layer) for layer in dissection.layers}
    return {layer: gallery for layer, gallery in found.items() if gallery is not None}
