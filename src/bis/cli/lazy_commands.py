"""A group whose commands are imported when they are used: `bis --help` loads none of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import ItemsView, Mapping, ValuesView


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command is, and the line that the help of its group has for it."""

    module: str
    help: str


class LazyCommands(dict[str, click.Command]):
    """Commands by name; those that only have a place are imported when somebody asks for them."""

    def __init__(self, places: Mapping[str, CommandPlace]) -> None:
        super().__init__(dict.fromkeys(places, click.Command(None)))
        self.places = dict(places)

    def __getitem__(self, name: str) -> click.Command:
        if name in self.places:
            place = self.places.pop(name)
            super().__setitem__(name, getattr(import_module(place.module), name))
        return super().__getitem__(name)

    def __setitem__(self, name: str, command: click.Command) -> None:
        self.places.pop(name, None)
        super().__setitem__(name, command)

    def get(  # type: ignore[override]  # dict's is overloaded
        self, name: str, default: click.Command | None = None
    ) -> click.Command | None:
        """The command, if there is one."""
        return self[name] if name in self else default  # noqa: SIM401 - this is `get`

    def items(self) -> ItemsView[str, click.Command]:
        """All commands with their names, imported."""
        return {name: self[name] for name in self}.items()

    def values(self) -> ValuesView[click.Command]:
        """All commands, imported."""
        return {name: self[name] for name in self}.values()


class LazyGroup(click.Group):
    """A group that is made with places of commands.

    Parameters
    ----------
    places : mapping of str to CommandPlace
        By name, in any order: the help sorts them.
    """

    def __init__(self, *arguments: object, places: Mapping[str, CommandPlace], **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]  # click's own, passed on
        self.commands = LazyCommands(places)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without importing those that only have a place."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names), default=0)
        places = self.commands.places if isinstance(self.commands, LazyCommands) else {}
        shown = [click.Command(n, help=places[n].help) if n in places else self.commands[n] for n in names]
        rows = [(name, command.get_short_help_str(limit)) for name, command in zip(names, shown, strict=True)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
