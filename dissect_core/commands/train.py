"""`unitbrush train`: the storybook generators, their segmenter and the scene classifier, resumable."""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dissect_core.commands.options import (
    CLASSIFIER,
    RUNS,
    SEGMENTER,
    Device,
    Precomputed,
    Runs,
    Threads,
    model_of,
    prepared,
)
from dissect_core.sources.scenes import HELD_OUT_SEED
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress, Speed
from dissect_core.training.backbones import backbones
from dissect_core.training.classifier import held_out_accuracy, train_classifier
from dissect_core.training.config import read_classifier_config, read_segmenter_config
from dissect_core.training.dataset import PaintedScenes, painted_scenes
from dissect_core.training.generator import Step
from dissect_core.training.generator_config import read_generator_config
from dissect_core.training.handover import handover_file
from dissect_core.training.publish import publish_classifier, publish_generator, publish_segmenter, rounded
from dissect_core.training.run import Sitting, train_generator
from dissect_core.training.segmenter import held_out_quality, train_segmenter
from dissect_core.world.concepts import CATEGORIES


class Clock(StrEnum):
    """How the minutes of a training are counted."""

    wall = "wall"
    processor = "processor"


def generator(
    name: Annotated[str, typer.Argument(help="church, kitchen, or the TOML file of a configuration.")],
    precomputed: Precomputed = PRECOMPUTED,
    runs: Runs = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
    until: Annotated[int | None, typer.Option(help="Stop and publish after so many images in all.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop and publish after so many minutes in all, saving included.")
    ] = None,
    clock: Annotated[
        Clock, typer.Option(help="Which minutes: wall, or processor where others use the machine, too.")
    ] = Clock.wall,
    out: Annotated[Path | None, typer.Option(help="Folder to publish in; PRECOMPUTED without.")] = None,
    start: Annotated[
        Path | None, typer.Option(help="A handover from which a new run starts; its own, if there is one, without.")
    ] = None,
) -> None:
    """Train a generator by its configuration and publish it; run again to resume."""
    counting = {Clock.wall: time.monotonic, Clock.processor: time.process_time}[clock]
    chosen = prepared(device, threads)
    own = name.endswith(".toml")
    config = read_generator_config(Path(name) if own else precomputed / "training" / f"{model_of(name)}.toml")
    sitting = Sitting(
        runs=runs,
        device=chosen,
        until=until,
        seconds=None if minutes is None else minutes * 60,
        clock=counting,
        start=start or handover_file(out or precomputed, config),
    )
    speed = Speed()
    with Progress(f"painting {config.world}", "scene") as painting, Progress(f"training {config.id}", "") as bar:

        def on_step(step: Step) -> None:
            size = 4 * 2**step.moment.level
            losses = f"critic {step.critic_loss:.2f}, generator {step.generator_loss:.2f}"
            text = f"{step.shown} images, {size}x{size}, {speed.of(step.shown):.0f} images/s, {losses}"
            bar.to(round(step.done * 10_000), 10_000, text)

        features = backbones(config, precomputed, chosen)
        training = train_generator(config, sitting, features, painting.to, on_step)
    card = publish_generator(training, out or precomputed)
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
