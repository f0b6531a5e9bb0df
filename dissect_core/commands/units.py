"""`unitbrush units`: which units of a dissected network stand for what, as a list and as a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from dissect_core.commands.gallery import check_source
from dissect_core.commands.network import NetworkOptions, dissected, open_network, with_network
from dissect_core.commands.options import usable_file
from dissect_core.dissection.files import read_dissection
from dissect_core.dissection.result import Dissection, LabelledUnit
from dissect_core.errors import UnitbrushError, UnknownConcept
from dissect_core.images.pixels import encode
from dissect_core.images.sheets import captioned, contact_sheet
from dissect_core.sources.networks import Source
from dissect_core.system.artifacts import write_bytes
from dissect_core.units.gallery import strip_pictures


@with_network
def units(
    network: NetworkOptions,
    layer: Annotated[str, typer.Option(help="Of this layer only.")] = "",
    category: Annotated[str, typer.Option(help="Of this category only, or these: object,part")] = "",
    concept: Annotated[str, typer.Option(help="Every unit of this concept, not only the best of each.")] = "",
    count: Annotated[int, typer.Option(min=1, help="At most so many.")] = 10,
    out: Annotated[Path | None, typer.Option(help="PNG file for their five best images.")] = None,
    tile: Annotated[int, typer.Option(min=16, max=512, help="Side of each of these in pixels.")] = 128,
    found: Annotated[Path | None, typer.Option(help="Folder that `dissect` wrote to; PRECOMPUTED without.")] = None,
) -> None:
    """List the units that stand most clearly for something: the best one of every concept, highest IoU first.

    The network must be dissected; for one of your own, --found is the folder that you gave to `dissect --out`.
    """
    if out:
        usable_file(out, "out")
    root = found or network.precomputed
    dissection = read_dissection(root / "dissection", dissected(network.model, root))
    chosen = _chosen(dissection, layer, category, concept)[:count]
    for one in chosen:
        stats = dissection.layer(one.layer)
        chance = f"  by chance {float(stats.chance_level[one.unit]):.3f}" if stats.chance.shape[1] else ""
        typer.echo(f"{one.layer:12} unit {one.unit:4}  {one.concept!s:32} IoU {one.iou:.3f}{chance}")
    if not chosen:
        typer.echo("no unit of this kind is labelled")
    elif out:
        source = open_network(network, int(dissection.manifest["images"])).source
        check_source(source, dissection)
        write_bytes(out, encode(unit_sheet(source, dissection, chosen, tile), "png"))
        typer.echo(f"their best images: {out}")


def _chosen(dissection: Dissection, layer: str, category: str, concept: str) -> list[LabelledUnit]:
    """The units that were asked for.  Raises UnknownLayer, UnitbrushError or UnknownConcept for what is not there."""
    kinds = dissection.columns.kinds
    wanted = [name.strip() for name in category.split(",")] if category else list(kinds)
    for name in wanted:
        if name not in kinds:
            raise UnitbrushError(
                f"no category {name!r}", field="category", value=name, allowed=f"one of {', '.join(kinds)}"
            )
    names = sorted({one.name for one in dissection.concepts if one.category in wanted})
    if concept and concept not in names:
        raise UnknownConcept(
            f"no concept {concept!r}", field="concept", value=concept, allowed=f"one of {', '.join(names)}"
        )
    layers = [layer] if layer else list(dissection.layers)
    if concept:
        every = [LabelledUnit(name, *label) for name in layers for label in dissection.labels(name)]
        of_it = [one for one in every if one.concept.name == concept and one.concept.category in wanted]
        return sorted(of_it, key=lambda one: -one.iou)
    return [one for one in dissection.best_units(layers) if one.concept.category in wanted]


def unit_sheet(source: Source, dissection: Dissection, units: Sequence[LabelledUnit], tile_px: int) -> Tensor:
    """The strips of some units below each other, each under its name; (H, W, 3) uint8."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for one in units:
        wanted[one.layer].append(one.unit)
    pictures = {
        (layer, unit): picture for layer, unit, picture in strip_pictures(source, dissection, wanted, tile_px=tile_px)
    }
    model = dissection.manifest["model"]
    rows = [
        captioned(
            pictures[one.layer, one.unit],
            f"{one.concept.name}:  unit {one.unit} of {one.layer}, {model}   IoU {one.iou:.2f}",
        )
        for one in units
    ]
    return contact_sheet(torch.stack(rows), 1)
