"""`unitbrush report`: a dissection as pages that open from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.options import PRECOMPUTED, Precomputed, model_of
from dissect_core.dissection_files import read_dissection
from dissect_core.errors import UnknownModel
from dissect_core.gallery import Gallery, read_gallery
from dissect_core.report.pages import write_report


def report(
    model: Annotated[str, typer.Argument(help="church, kitchen, the id of a network, or package.module:factory.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; open its index.html.")],
    precomputed: Precomputed = PRECOMPUTED,
) -> None:
    """Write what was found in a network as pages that open from disk: a chart and the units of every layer.

    The network must be dissected; for one of your own, --precomputed is the folder that `dissect --out` wrote to.
    """
    name = dissected(model, precomputed)
    dissection = read_dissection(precomputed / "dissection", name)
    galleries: dict[str, Gallery] = {}
    for layer in dissection.layers:
        gallery = read_gallery(precomputed / "gallery", dissection, layer)
        if gallery is None:
            raise UnknownModel(
                f"there are no pictures of {layer}, or of another dissection: `unitbrush gallery {model}` draws them",
                field="gallery",
                value=str(precomputed / "gallery" / name),
                allowed="the pictures of this dissection",
            )
        galleries[layer] = gallery
    index = write_report(dissection, galleries, out)
    units = sum(len(stats.thresholds) for stats in dissection.layers.values())
    typer.echo(f"{units} units in {len(dissection.layers)} layers: {index}")


def dissected(model: str, precomputed: Path) -> str:
    """The id under which a network was dissected, from what it is called.  Raises UnknownModel naming those there."""
    there = sorted(path.parent.name for path in (precomputed / "dissection").glob("*/manifest.json"))
    for name in (model.replace(":", "."), model_of(model)):
        if name in there:
            return name
    allowed = f"one of {', '.join(there) or 'none'}; `unitbrush dissect` makes one"
    raise UnknownModel(f"no dissection of {model}", field="model", value=model, allowed=allowed)
