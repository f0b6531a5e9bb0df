"""The `unitbrush` commands that need no server: paint worlds, train, dissect, choose and measure brushes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from dissect_core.artifacts import write_bytes
from dissect_core.pixels import encode
from dissect_core.progress import Progress, Speed
from dissect_core.sheets import contact_sheet
from dissect_core.training.config import read_generator_config, read_segmenter_config
from dissect_core.training.dataset import painted_scenes
from dissect_core.training.generator import Step, remaining_cost
from dissect_core.training.memory import keep_freed_memory
from dissect_core.training.publish import publish_generator, publish_segmenter
from dissect_core.training.run import train_generator
from dissect_core.training.segmenter import HELD_OUT_SEED, held_out_quality, train_segmenter
from dissect_core.world.concepts import CATEGORIES
from dissect_core.world.palette import label_colours
from dissect_core.world.scenes import paint

app = typer.Typer(no_args_is_help=True, add_completion=False)
train_app = typer.Typer(no_args_is_help=True, help="Train the storybook networks.")
app.add_typer(train_app, name="train")

Precomputed = Annotated[Path, typer.Option(help="Folder of the networks and what was measured on them.")]
PRECOMPUTED = Path("precomputed")
Runs = Annotated[Path, typer.Option(help="Folder of checkpoints and painted scenes.")]
RUNS = Path("runs")
Device = Annotated[str, typer.Option(help="auto, cpu or cuda")]
Threads = Annotated[int, typer.Option(help="Processor threads, 0 for all.")]


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
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
    until: Annotated[int | None, typer.Option(help="Stop after so many images in all.")] = None,
) -> None:
    """Train a generator by its configuration in PRECOMPUTED/training; run again to resume."""
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    config = read_generator_config(precomputed / "training" / f"storybook-{domain}.toml")
    whole = remaining_cost(config, 0)
    with Progress(f"painting {domain}", "scene") as painting, Progress(f"training {domain}", "") as bar:
        speed = Speed()

        def on_step(step: Step) -> None:
            size = 4 * 2**step.moment.level
            losses = f"critic {step.critic_loss:.2f}, generator {step.generator_loss:.2f}"
            text = f"{step.shown} images, {size}x{size}, {speed.of(step.shown):.0f} images/s, {losses}"
            bar.to(round((whole - remaining_cost(config, step.shown)) / whole * 10_000), 10_000, text)

        training = train_generator(
            config, runs / config.id, runs / "scenes", pick_device(device), painting.to, on_step, until
        )
    card = publish_generator(training, precomputed)
    typer.echo(f"{card.title}: {training.shown} images shown; wrote {card.weights.file} and its card")


@train_app.command("segmenter")
def train_segmenter_command(
    precomputed: Precomputed = PRECOMPUTED,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Train the segmenter on both worlds, measure it on held-out scenes; run again to resume."""
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    config = read_segmenter_config(precomputed / "training" / "storybook-segmenter.toml")
    with Progress("painting", "scene") as painting:
        worlds = {
            name: painted_scenes(name, config.scenes, config.size, runs / "scenes", progress=painting.to)
            for name in config.worlds
        }
        held_out = {
            name: painted_scenes(name, config.held_out, config.size, runs / "scenes", HELD_OUT_SEED, painting.to)
            for name in config.worlds
        }
    with Progress("training", "step") as bar:
        segmenter = train_segmenter(
            config,
            worlds,
            runs / config.id,
            pick_device(device),
            lambda step, loss: bar.to(step + 1, config.steps, f"loss {loss:.3f}"),
        )
    card = publish_segmenter(segmenter, config, held_out_quality(segmenter, held_out), precomputed)
    for category in CATEGORIES:
        found = card.quality[category]
        typer.echo(f"{category}: mean IoU {found['mean_iou']:.3f}, pixel accuracy {found['pixel_accuracy']:.3f}")
