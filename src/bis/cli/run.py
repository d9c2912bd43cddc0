"""``bis run``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click

from bis import api
from bis.cli.messages import tell
from bis.cli.options import as_json, assignments, print_json, tracking_uri
from bis.cli.progress import CellLines
from bis.cli.signal_status import SignalStatus
from bis.model.progress import SILENT
from bis.report.json.envelope import to_document
from bis.report.text.runs_text import runs_named

if TYPE_CHECKING:
    from bis.record.recording import Recorded

_INTERRUPTED = 128 + signal.SIGINT
_UNSHOWN = 1  # the program has ended well before it could know that its output went nowhere


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-m", "--module", is_flag=True, help="TARGET is a module: as `python -m TARGET`.")
@click.option(
    "--wait/--no-wait", default=None, help="Wait until the evidence is in MLflow. [default: in CI and containers]"
)
@click.option(
    "--set",
    "parameters",
    multiple=True,
    callback=assignments,
    metavar="NAME=VALUE",
    help="Notebook only: a value for the cell tagged `parameters`. Repeatable.",
)
@click.option(
    "--env",
    multiple=True,
    metavar="NAME",
    help="Record the value of this environment variable where the program reads it. Repeatable.",
)
@tracking_uri
@as_json
@click.argument("target")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(
    *,
    module: bool,
    wait: bool | None,
    parameters: dict[str, str],
    env: tuple[str, ...],
    tracking_uri: str | None,
    as_json: bool,
    target: str,
    arguments: tuple[str, ...],
) -> int:
    """Run a script, notebook or module once, recorded.

    Options of bis come before TARGET; everything after it goes to the program. The exit status is the program's.

    \b
    bis run train.py --lr 0.1
    bis run -m package.train --lr 0.1
    bis run --set epochs=3 notebook.ipynb

    With --json, the program's output is kept with the run and not shown.
    """
    recorded = api.run(
        target,
        *arguments,
        module=module,
        parameters=parameters,
        env=env,
        tracking_uri=tracking_uri,
        wait=True if as_json else wait,
        echo=not as_json,
        observer=SILENT if as_json or not sys.stderr.isatty() else CellLines(),
    )
    if as_json:
        print_json(to_document("bis.run", recorded))
    else:
        _print_ids(recorded)
    status = _exit_status(recorded)
    if status == _INTERRUPTED and target.endswith(".ipynb") and not module:  # as a script that is interrupted ends
        return SignalStatus(status)
    return status


def _print_ids(recorded: Recorded) -> None:
    if recorded.problem:
        tell(f"bis: {recorded.problem}")
    elif recorded.stored:
        tell(f"bis: recorded as {runs_named(recorded.run_ids)}; look at it with: bis show last")
    else:
        tell("bis: recorded, being stored in the background; look at it with: bis show last")


def _exit_status(recorded: Recorded) -> int:
    """The program's; where a signal ended it, bis will end by the same one."""
    ended = recorded.exit
    if ended.exit_code is None:
        return SignalStatus(128 + (ended.signal or 1))
    if ended.unshown:
        tell(f"bis: what the program printed could not be written: {ended.unshown}")
        return ended.exit_code or _UNSHOWN
    return ended.exit_code
