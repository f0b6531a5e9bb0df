"""`unitbrush world`: look at the storybook worlds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.commands.options import usable_file
from dissect_core.images.pixels import encode
from dissect_core.images.sheets import contact_sheet
from dissect_core.system.artifacts import write_bytes
from dissect_core.world.concepts import CATEGORIES
from dissect_core.world.palette import label_colours
from dissect_core.world.scenes import PAINTERS, paint

COLUMNS = 8


def world(
    name: Annotated[str, typer.Argument(help="One of " + ", ".join(PAINTERS))],
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many scenes.")] = 24,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("sheet.png"),
    size: Annotated[int, typer.Option(help="Side of a scene in pixels, 16 to 256.")] = 128,
    first: Annotated[int, typer.Option(help="Seed of the first scene.")] = 0,
    labels: Annotated[bool, typer.Option("--labels", help="Show object, part and material maps beside.")] = False,
) -> None:
    """Paint a contact sheet of a storybook world."""
    usable_file(out, "out")
    scenes = paint(name, range(first, first + count), size)
    pictures = scenes.images.permute(0, 2, 3, 1)
    if labels:
        maps = [label_colours(category)[getattr(scenes, category).long()] for category in CATEGORIES]
        pictures = torch.stack([pictures, *maps], dim=1).flatten(0, 1)
    write_bytes(out, encode(contact_sheet(pictures, min(COLUMNS, len(pictures))), "png"))
    typer.echo(f"{count} scenes of the {name} world, {size} x {size} pixels: {out}")
