"""Commands that are imported when they are used."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from bis.cli.lazy_commands import CommandPlace, LazyGroup
from bis.cli.main import _PLACES, cli


def group() -> LazyGroup:
    """A group with one command that has a place, and one whose module does not exist."""
    places = {"show": CommandPlace("bis.cli.show", "Shows."), "absent": CommandPlace("no.such.module", "Is absent.")}
    # The settings of the real group: click keeps the help option that a command's first context has.
    return LazyGroup("g", places=places, context_settings=cli.context_settings)


def test_the_help_imports_nothing() -> None:
    """It has the lines of the table, in alphabetical order."""
    shown = CliRunner().invoke(group(), ["--help"])
    assert shown.exit_code == 0
    assert shown.output.endswith("Commands:\n  absent  Is absent.\n  show    Shows.\n")


def test_a_command_is_imported_when_it_is_used() -> None:
    """Each by itself."""
    made = group()
    assert CliRunner().invoke(made, ["show", "--help"]).exit_code == 0
    with pytest.raises(ModuleNotFoundError):
        made.commands["absent"]


def test_commands_can_be_added_and_listed() -> None:
    """As those of any group; a name that is unknown is unknown."""
    made = LazyGroup("g", places={"show": CommandPlace("bis.cli.show", "Shows.")})
    made.add_command(click.Command("new"))
    assert {name: command.name for name, command in made.commands.items()} == {"show": "show", "new": "new"}
    assert {command.name for command in made.commands.values()} == {"show", "new"}
    assert made.commands.get("none") is None
    del made.commands["new"]
    assert len(made.commands) == 1


@pytest.mark.parametrize("name", sorted(_PLACES))
def test_the_table_has_the_first_sentence_of_each_command(name: str) -> None:
    """So that the help of the group says what that of the command says."""
    assert _PLACES[name].help == cli.commands[name].get_short_help_str(1000)
