"""The console command `unitbrush`: its commands by name, each imported when it is run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, ClassVar

import typer

from dissect_core.cli import COMMANDS, EXPERIMENTS, TRAINING
from dissect_core.commands.lazy import Home, LazyGroup
from dissect_core.errors import UnitbrushError
from dissect_core.version import __version__


class Commands(LazyGroup):
    """All commands: those of the server and those of the core."""

    table: ClassVar[Mapping[str, Home]] = {
        "serve": Home("server.serve:serve", "Start the server and print the address of the painting page."),
        "bench": Home(
            "server.bench:bench",
            "Measure how fast Unitbrush is on this machine, against a plain reference: one table.",
        ),
        **COMMANDS,
    }


class Training(LazyGroup):
    """`unitbrush train`."""

    table: ClassVar[Mapping[str, Home]] = TRAINING


class Experiments(LazyGroup):
    """`unitbrush experiment`."""

    table: ClassVar[Mapping[str, Home]] = EXPERIMENTS


def command_line() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)
    app.callback(invoke_without_command=True)(unitbrush)
    training = typer.Typer(cls=Training, no_args_is_help=True, help="Train the storybook networks.")
    app.add_typer(training, name="train")
    experiments = typer.Typer(cls=Experiments, no_args_is_help=True, help="Repeat the experiments of the paper.")
    app.add_typer(experiments, name="experiment")
    return app


def unitbrush(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Paint with the units of a generative network."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run the command line; an error that the user can mend is told in one sentence."""
    try:
        command_line()()
    except UnitbrushError as error:
        typer.echo(f"{error.message} ({error.field}: {error.value}; allowed: {error.allowed})", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
