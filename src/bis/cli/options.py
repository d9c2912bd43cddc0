"""Options that several commands share."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from typing import Any

import click

from bis.cli.messages import answering
from bis.config import Tolerance
from bis.report.text.terminal import STEERING

Command = Callable[..., Any]
_FIELDS = ("atol", "rtol", "margin", "quantum")

tracking_uri = click.option(
    "--tracking-uri",
    metavar="URI",
    help="Where MLflow keeps the runs. [default: MLFLOW_TRACKING_URI, else MLflow's own: sqlite:///mlflow.db]",
)
store_of_run = click.option(
    "--tracking-uri",
    metavar="URI",
    help="Look for the run in this store only. [default: where bis knows it to be, else as for `bis runs`]",
)
jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1024),
    help="Replays at a time. [default: 1; with --cluster as many as it has threads]",
)
cluster = click.option(
    "--cluster",
    metavar="SCHEDULER",
    help="Replay on this Dask cluster: the address of its scheduler (tcp://host:8786), or its scheduler file.",
)
full = click.option("--full", is_flag=True, help="Print everything, including what is usually shortened.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")


def print_json(document: Any) -> None:
    """Print a document on stdout as strict JSON."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    # Names of files need not be text: what is not a character is written as JSON's own escape.
    with answering():
        sys.stdout.write(_escaped(text).encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _escaped(text: str) -> str:
    """JSON with escapes of its own for characters that would steer a terminal: it reads as the same document."""
    return STEERING.sub(lambda found: json.dumps(found[0])[1:-1], text)


def assignments(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Parse ``name=value`` options."""
    found = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"expected NAME=VALUE, found {text!r}", param=parameter)
        found[name] = value
    return found


def tolerances(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Tolerance]:
    """Parse ``METRIC=ATOL[,RTOL]`` and ``METRIC=rtol:1e-6,atol:0,margin:0.01,quantum:0.001`` options."""
    found = {}
    for text in given:
        name, separator, value = text.rpartition("=")
        if not separator:
            raise click.BadParameter(f"expected METRIC=ATOL or METRIC=rtol:1e-6, found {text!r}", param=parameter)
        found[name] = _tolerance(value, text, parameter)
    return found


def margins(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """Parse ``METRIC=NUMBER`` options with numbers above 0."""
    found = {}
    for text in given:
        name, _separator, number = text.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = math.nan
        if not name or not 0 < found[name] < math.inf:
            raise click.BadParameter(f"expected METRIC=NUMBER with a number above 0, found {text!r}", param=parameter)
    return found


def _tolerance(value: str, text: str, parameter: click.Parameter) -> Tolerance:
    fields: dict[str, float] = {}
    parts = value.split(",")
    if len(parts) > len(_FIELDS):
        raise click.BadParameter(f"expected at most {', '.join(_FIELDS)}, found {text!r}", param=parameter)
    for part, default in zip(parts, _FIELDS, strict=False):
        key, _separator, number = part.rpartition(":")
        key = key or default
        try:
            fields[key] = float(number)
        except ValueError:
            raise click.BadParameter(f"{number!r} in {text!r} is not a number", param=parameter) from None
        if key not in _FIELDS or not 0 <= fields[key] < math.inf:
            raise click.BadParameter(
                f"expected atol, rtol, margin or quantum of at least 0, found {part!r}", param=parameter
            )
    return Tolerance(**fields)
