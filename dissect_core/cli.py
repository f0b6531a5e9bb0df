"""The `unitbrush` commands that need no server: paint worlds, train, dissect, choose and measure brushes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer
from tqdm import tqdm

from dissect_core.artifacts import write_bytes
from dissect_core.pixels import encode
from dissect_core.sheets import contact_sheet
from dissect_core.training.config import read_generator_config
from dissect_core.training.generator import Step, remaining_cost
from dissect_core.training.memory import keep_freed_memory
from dissect_core.training.run import train_generator
from dissect_core.world.concepts import CATEGORIES
from dissect_core.world.palette import label_colours
from dissect_core.world.scenes import paint

app = typer.Typer(no_args_is_help=True, add_completion=False)
train_app = typer.Typer(no_args_is_help=True, help="Train the storybook networks.")
app.add_typer(train_app, name="train")

Precomputed = Annotated[Path, typer.Option(help="Folder of the networks and what was measured on them.")]
PRECOMPUTED = Path("precomputed")


def pick_device(name: str) -> torch.device:
    """"auto" is the GPU where there is one, else the CPU."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


@app.command()
def world(
    name: Annotated[str, typer.Argument(help="church or kitchen")],
    count: Annotated[int, typer.Option(help="How many scenes.")] = 24,
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("sheet.png"),
    size: Annotated[int, typer.Option(help="Side of a scene in pixels, 16 to 256.")] = 128,
    first: Annotated[int, typer.Option(help="Seed of the first scene.")] = 0,
    labels: Annotated[bool, typer.Option("--labels", help="Show object, part and material maps beside.")] = False,
) -> None:
    """Paint a contact sheet of a storybook world."""
    scenes = paint(name, range(first, first + count), size)
    pictures = scenes.images.permute(0, 2, 3, 1)
    if labels:
        maps = [label_colours(category)[getattr(scenes, category).long()] for category in CATEGORIES]
        pictures = torch.stack([pictures, *maps], dim=1).flatten(0, 1)
    columns = 8 if labels else max(1, min(8, count))
    write_bytes(out, encode(contact_sheet(pictures, columns), "png"))
    typer.echo(f"{count} scenes of {name}, {size} x {size} pixels: {out}")


@train_app.command("generator")
def train_generator_command(
    domain: Annotated[str, typer.Argument(help="church or kitchen")],
    precomputed: Precomputed = PRECOMPUTED,
    runs: Annotated[Path, typer.Option(help="Folder of checkpoints and painted scenes.")] = Path("runs"),
    device: Annotated[str, typer.Option(help="auto, cpu or cuda")] = "auto",
    threads: Annotated[int, typer.Option(help="Processor threads, 0 for all.")] = 0,
    until: Annotated[int | None, typer.Option(help="Stop after so many images in all.")] = None,
) -> None:
    """Train a generator by its configuration in PRECOMPUTED/training; run again to resume."""
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    config = read_generator_config(precomputed / "training" / f"storybook-{domain}.toml")
    painting = tqdm(desc=f"painting {domain}", unit="scene")

    def on_paint(done: int, total: int) -> None:
        painting.total = total
        painting.update(done - painting.n)

    bar = tqdm(total=round(remaining_cost(config, 0)), unit="", bar_format="{l_bar}{bar}| left {remaining} {postfix}")

    def on_step(step: Step) -> None:
        bar.update(round(bar.total - remaining_cost(config, step.shown)) - bar.n)
        size = 4 * 2**step.moment.level
        bar.set_postfix_str(
            f"{step.shown} images, {size}x{size}, critic {step.critic_loss:.2f}, generator {step.generator_loss:.2f}",
            refresh=False,
        )

    train_generator(config, runs / config.id, runs / "scenes", pick_device(device), on_paint, on_step, until)
    painting.close()
    bar.close()
