"""A group whose commands are imported when they are used: `bis --help` loads none of them."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command is, and the line that the help of its group has for it.

    Its function has the name of the command, but where `function` gives another one: some are Python's own words.
    """

    module: str
    help: str
    function: str = ""


class LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name; those that only have a place are imported on first use."""

    def __init__(self, places: Mapping[str, CommandPlace]) -> None:
        self.places = dict(places)
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name in self.places:
            place = self.places[name]
            self[name] = getattr(import_module(place.module), place.function or name)
        return self._imported[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._imported[name] = command
        self.places.pop(name, None)

    def __delitem__(self, name: str) -> None:
        del (self.places if name in self.places else self._imported)[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self.places, *self._imported])

    def __len__(self) -> int:
        return len(self.places) + len(self._imported)


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
