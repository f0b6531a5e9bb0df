"""`unitbrush train`: the storybook generators and their segmenter, resumable."""

from __future__ import annotations

from typing import Annotated

import typer

from dissect_core.commands.options import (
    PRECOMPUTED,
    RUNS,
    SEGMENTER,
    Device,
    Domain,
    Precomputed,
    Runs,
    Threads,
    model_of,
    pick_device,
)
from dissect_core.progress import Progress, Speed
from dissect_core.training.config import read_generator_config, read_segmenter_config
from dissect_core.training.dataset import painted_scenes
from dissect_core.training.generator import Step, remaining_cost
from dissect_core.training.handover import handover_file
from dissect_core.training.publish import publish_generator, publish_segmenter
from dissect_core.training.run import train_generator
from dissect_core.training.segmenter import HELD_OUT_SEED, held_out_quality, train_segmenter
from dissect_core.world.concepts import CATEGORIES


def generator(
    domain: Domain,
    precomputed: Precomputed = PRECOMPUTED,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
    until: Annotated[int | None, typer.Option(help="Stop and publish after so many images in all.")] = None,
) -> None:
    """Train a generator by its configuration in PRECOMPUTED/training and publish it; run again to resume."""
    chosen = pick_device(device, threads)
    config = read_generator_config(precomputed / "training" / f"{model_of(domain)}.toml")
    whole = remaining_cost(config, 0)
    speed = Speed()
    with Progress(f"painting {domain}", "scene") as painting, Progress(f"training {domain}", "") as bar:

        def on_step(step: Step) -> None:
            size = 4 * 2**step.moment.level
            losses = f"critic {step.critic_loss:.2f}, generator {step.generator_loss:.2f}"
            text = f"{step.shown} images, {size}x{size}, {speed.of(step.shown):.0f} images/s, {losses}"
            bar.to(round((whole - remaining_cost(config, step.shown)) / whole * 10_000), 10_000, text)

        training = train_generator(
            config,
            runs / config.id,
            runs / "scenes",
            chosen,
            painting.to,
            on_step,
            until,
            handover_file(precomputed, config),
        )
    card = publish_generator(training, precomputed)
    typer.echo(f"{card.title}: {training.shown} images shown; wrote {card.weights.file} and its card")


def segmenter(
    precomputed: Precomputed = PRECOMPUTED, runs: Runs = RUNS, device: Device = "auto", threads: Threads = 0
) -> None:
    """Train the segmenter on both worlds, measure it on held-out scenes and publish it; run again to resume."""
    chosen = pick_device(device, threads)
    config = read_segmenter_config(precomputed / "training" / f"{SEGMENTER}.toml")
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
        trained = train_segmenter(
            config,
            worlds,
            runs / config.id,
            chosen,
            lambda step, loss: bar.to(step + 1, config.steps, f"loss {loss:.3f}"),
        )
    card = publish_segmenter(trained, config, held_out_quality(trained, held_out), precomputed)
    for category in CATEGORIES:
        found = card.quality[category]
        typer.echo(f"{category}: mean IoU {found['mean_iou']:.3f}, pixel accuracy {found['pixel_accuracy']:.3f}")
