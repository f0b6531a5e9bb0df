"""`unitbrush sample`: look at what a generator makes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.commands.options import Device, GeneratorName, Precomputed, Threads, model_of, prepared, usable_file
from dissect_core.images.pixels import encode, to_bytes
from dissect_core.images.sheets import contact_sheet
from dissect_core.models.latents import latents
from dissect_core.models.registry import Registry
from dissect_core.render import Renderer, Request
from dissect_core.system.artifacts import write_bytes
from dissect_core.system.places import PRECOMPUTED

BATCH = 16


def sample(
    name: GeneratorName,
    precomputed: Precomputed = PRECOMPUTED,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many images.")] = 24,
    first: Annotated[int, typer.Option(help="Id of the first image.")] = 0,
    columns: Annotated[int, typer.Option(min=1, help="Images in a row.")] = 8,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("sheet.png"),
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Write a contact sheet of generated images."""
    usable_file(out, "out")
    chosen, registry = prepared(device, threads), Registry(precomputed)
    model = model_of(name, registry)
    renderer = Renderer(registry.generator(model, chosen))
    ids = range(first, first + count)
    requests = [Request(latent) for latent in latents(ids, renderer.latent_size)]
    parts = [requests[start : start + BATCH] for start in range(0, count, BATCH)]
    pictures = torch.cat([to_bytes(renderer.render(part)) for part in parts])
    write_bytes(out, encode(contact_sheet(pictures, min(columns, count)), "png"))
    typer.echo(f"images {first} to {first + count - 1} of {model}: {out}")
