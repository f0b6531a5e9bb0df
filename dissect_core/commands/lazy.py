"""Commands that are imported when they are run: listing them, and the version, load no network library."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Home(NamedTuple):
    """Where a command is, as `package.module:function`, and the first sentence of its help."""

    function: str
    sentence: str


class LazyCommand(TyperCommand):
    """A command known by its name and sentence; its module is imported when its options are needed."""

    def __init__(self, name: str, home: Home) -> None:
        super().__init__(name, help=home.sentence)
        self.home = home

    def loaded(self) -> TyperCommand:
        """The command itself."""
        module, _, function = self.home.function.partition(":")
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(self.name)(getattr(import_module(module), function))
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context in which the command itself reads its words and runs."""
        return self.loaded().make_context(info_name, args, parent=parent, **extra)


class LazyGroup(TyperGroup):
    """A group of commands: those of its table, and what is added to it."""

    table: ClassVar[Mapping[str, Home]] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {**{name: LazyCommand(name, home) for name, home in self.table.items()}, **self.commands}
