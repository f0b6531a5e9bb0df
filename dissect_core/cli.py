"""The `unitbrush` commands that need no server."""

from __future__ import annotations

import typer

from dissect_core.commands import dissect, fetch, gallery, measure, report, sample, train, units, world


def add_commands(app: typer.Typer) -> None:
    """Add every command of the core to a Typer application."""
    app.command("world")(world.world)
    app.command("sample")(sample.sample)
    training = typer.Typer(no_args_is_help=True, help="Train the storybook networks.")
    training.command("generator")(train.generator)
    training.command("segmenter")(train.segmenter)
    training.command("classifier")(train.classifier)
    app.add_typer(training, name="train")
    app.command("dissect")(dissect.dissect_command)
    app.command("gallery")(gallery.gallery)
    app.command("units")(units.units)
    app.command("report")(report.report)
    app.command("brushes")(measure.brushes)
    app.command("quality")(measure.quality)
    app.command("fetch")(fetch.fetch_command)
