"""Options that trying one project and trying many have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from bis.model.sandbox import AUTO, SANDBOX_CHOICES

Command = Callable[..., Any]

times = click.option(
    "-n", "--times", type=click.IntRange(0, 1000), default=3, show_default=True, help="How many replays."
)
as_of = click.option(
    "--as-of",
    default="commit",
    show_default=True,
    metavar="DAY",
    help="The day whose packages are used: commit, today, a date such as 2024-01-31, or a month.",
)


def limits(command: Command) -> Command:
    """Add the limits of a program."""
    options = (
        click.option("--timeout", "timeout_s", type=click.FloatRange(min=1), default=600.0, show_default=True,
                     metavar="SECONDS", help="Limit for each run of the program."),
        click.option("--memory", "memory_mib", type=click.IntRange(64), metavar="MIB",
                     help="Limit of what it and all that it starts hold in memory. [default: none]"),
        click.option("--disk", "disk_mib", type=click.IntRange(1), default=10240, show_default=True, metavar="MIB",
                     help="Limit of what is downloaded for its environment, and of what it writes."),
        click.option("--processes", type=click.IntRange(1), default=1024, show_default=True, metavar="N",
                     help="How many processes it may run at a time."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def sandboxes(command: Command) -> Command:
    """Add what stands between a program and the machine."""
    options = (
        click.option("--sandbox", type=click.Choice(SANDBOX_CHOICES), default=AUTO, show_default=True,
                     help="What keeps the program from the rest of this machine; auto: the strongest that works here."),
        click.option("--network", is_flag=True, help="Let the program reach the network."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command
