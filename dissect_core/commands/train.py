"""`unitbrush train`: the storybook generators, their segmenter and the scene classifier, resumable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.options import (
    CLASSIFIER,
    RUNS,
    SEGMENTER,
    Device,
    Domain,
    Precomputed,
    Runs,
    Threads,
    model_of,
    prepared,
)
from dissect_core.sources.scenes import HELD_OUT_SEED
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress, Speed
from dissect_core.training.classifier import held_out_accuracy, train_classifier
from dissect_core.training.config import read_classifier_config, read_generator_config, read_segmenter_config
from dissect_core.training.dataset import PaintedScenes, painted_scenes
from dissect_core.training.generator import Step, remaining_cost
from dissect_core.training.handover import handover_file
from dissect_core.training.publish import publish_classifier, publish_generator, publish_segmenter, rounded
from dissect_core.training.run import train_generator
from dissect_core.training.segmenter import held_out_quality, train_segmenter
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
    chosen = prepared(device, threads)
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
    """Train the segmenter on all worlds, measure it on held-out scenes and publish it; run again to resume."""
    chosen = prepared(device, threads)
    config = read_segmenter_config(precomputed / "training" / f"{SEGMENTER}.toml")
    worlds, held_out = _painted(config.painted, config.size, config.held_out, runs)
    with Progress("training", "step") as bar:
        trained = train_segmenter(
            config,
            worlds,
            runs / config.id,
            chosen,
            lambda step, loss: bar.to(step + 1, config.steps, f"loss {loss:.3f}"),
        )
    shipped = rounded(trained)
    card = publish_segmenter(shipped, config, held_out_quality(shipped, held_out), precomputed)
    for category in CATEGORIES:
        found = card.quality[category]
        typer.echo(f"{category}: mean IoU {found['mean_iou']:.3f}, pixel accuracy {found['pixel_accuracy']:.3f}")


def classifier(
    precomputed: Precomputed = PRECOMPUTED, runs: Runs = RUNS, device: Device = "auto", threads: Threads = 0
) -> None:
    """Train the scene classifier, measure it on held-out scenes and publish it; run again to resume."""
    chosen = prepared(device, threads)
    config = read_classifier_config(precomputed / "training" / f"{CLASSIFIER}.toml")
    worlds, held_out = _painted(dict.fromkeys(config.classes, config.scenes), config.size, config.held_out, runs)
    with Progress("training", "step") as bar:
        trained = train_classifier(
            config,
            worlds,
            runs / config.id,
            chosen,
            lambda step, loss: bar.to(step + 1, config.steps, f"loss {loss:.3f}"),
        )
    shipped = rounded(trained)
    card = publish_classifier(shipped, config, held_out_accuracy(shipped, held_out), precomputed)
    for name, accuracy in sorted(card.quality["classes"].items(), key=lambda pair: pair[1]):
        typer.echo(f"{name:16}{accuracy:7.1%}")
    typer.echo(f"top-1 {card.quality['top1']:.1%} on {card.quality['images']} held-out scenes")


def _painted(
    worlds: Mapping[str, int], size: int, held_out: int, runs: Path
) -> tuple[dict[str, PaintedScenes], dict[str, PaintedScenes]]:
    """The scenes to learn from, so many of every world, and those to measure on."""
    with Progress("painting", "scene") as bar:
        train = {
            name: painted_scenes(name, count, size, runs / "scenes", progress=bar.to) for name, count in worlds.items()
        }
        other = {name: painted_scenes(name, held_out, size, runs / "scenes", HELD_OUT_SEED, bar.to) for name in worlds}
    return train, other
