"""Write docs/cli.md from the commands' own help. `--check` only says whether the page is current."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bis.cli import main as command_line

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 110
INTRODUCTION = """\
<!-- Written by docs/generate_cli.py from the commands' help: change the help, then run `make cli-docs`. -->
# Commands

Every command takes `--json` and then prints one JSON document on stdout and nothing else there; talk goes to stderr.
What the exit status means is on the page [exit codes](exit_codes.md). `RUN_ID` is an MLflow run id, a unique prefix
of one, or `last`.
"""


def root_group() -> click.Group:
    """The group behind the `bis` command."""
    return command_line.cli


def context_of(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """The context in which a command prints its help, at a fixed width."""
    width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, parent, name, **{**command.context_settings, **width})


def section(context: click.Context, name: str) -> str:
    """The help of one command, as it is printed."""
    return f"## `{name}`\n\n```text\n{context.command.get_help(context)}\n```\n"


def sections(context: click.Context, name: str) -> list[str]:
    """The help of a command, and after that of a group the help of its commands: `bis corpus fetch`."""
    found = [section(context, name)]
    command = context.command
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            one = command.get_command(context, inner)
            if one is not None and not one.hidden:
                found += sections(context_of(one, inner, context), f"{name} {inner}")
    return found


def page() -> str:
    """The whole page."""
    root = context_of(root_group(), "bis")
    return "\n".join([INTRODUCTION, *sections(root, "bis")])


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("docs/cli.md is current" if current else "docs/cli.md is not current: make cli-docs")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
