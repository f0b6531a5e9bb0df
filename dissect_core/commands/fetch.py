"""`unitbrush fetch`: download a published Progressive GAN."""

from __future__ import annotations

from typing import Annotated

import typer

from dissect_core.commands.options import Precomputed
from dissect_core.models.fetch import PUBLISHED, fetch, published
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress


def fetch_command(
    model: Annotated[str | None, typer.Argument(help="Which one; without it, the list.")] = None,
    precomputed: Precomputed = PRECOMPUTED,
) -> None:
    """Download a published generator, verify it and put it beside the storybook networks."""
    if model is None:
        for item in PUBLISHED:
            typer.echo(f"{item.id:24}{item.title}")
        typer.echo(f"Licence of all: {PUBLISHED[0].licence}")
        return
    item = published(model)
    typer.echo(f"{item.title}. Licence: {item.licence}")
    with Progress(item.id, "byte") as bar:
        card = fetch(item, precomputed, bar.to)
    typer.echo(f"{card.title}: wrote {card.weights.file} and its card")
