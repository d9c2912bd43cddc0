"""``bis compare``."""

from __future__ import annotations

import sys
from typing import Any

import click

from bis import api
from bis.cli.messages import answering
from bis.cli.options import as_json, cluster, full, jobs, margins, print_json
from bis.cli.progress import NoteLines, TerminalProgress
from bis.report.json.comparison_json import comparison_document, group_document
from bis.report.text.comparison_text import print_comparison
from bis.report.text.group_comparison_text import print_groups

_OF_RUNS = {
    "times": "-n",
    "seeds": "--seeds",
    "add": "--add",
    "jobs": "-j",
    "cluster": "--cluster",
    "environment": "--env",
    "data_folders": "--data",
    "timeout_s": "--timeout",
    "margin": "--margin",
}
_OF_GROUPS = {"group": "--group", "over": "--over", "experiment": "--experiment", "search": "--filter"}


@click.command()
@click.option("-n", "--times", type=click.IntRange(0, 1000), help="New replays of each run. [default: 8]")
@click.option("--metric", "metrics", multiple=True, metavar="METRIC",
              help="The metric that counts; with --group those that are looked at. Repeatable there.")  # fmt: skip
@click.option("--higher", multiple=True, metavar="METRIC", help="Higher values of this metric are better. Repeatable.")
@click.option("--lower", multiple=True, metavar="METRIC", help="Lower values of this metric are better. Repeatable.")
@click.option("--margin", multiple=True, callback=margins, metavar="METRIC=NUMBER",
              help="The largest difference that does not matter: is equivalence shown? Repeatable.")  # fmt: skip
@click.option("--seeds", type=click.Choice(["auto", "keep", "draw"]), default="auto", show_default=True,
              help="Seeds that the programs set: by default drawn where replays would else be all alike.")  # fmt: skip
@click.option("--add", is_flag=True, help="Use fresh replays that were made before, too.")
@jobs
@cluster
@click.option("--env", "environment", type=click.Choice(["auto", "current", "rebuild"]), default="auto",
              show_default=True, help="Packages, as for `bis replay`.")  # fmt: skip
@click.option("--data", "data_folders", multiple=True, type=click.Path(exists=True, file_okay=False),
              help="A folder in which to look for input files that are not at their place. Repeatable.")  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Limit for each replay."
)
@click.option("--yes", is_flag=True, help="Run code that was recorded elsewhere without asking.")
@click.option("--group", multiple=True, metavar="KEY",
              help="Compare groups of existing runs by params.KEY or tags.KEY, no replay. Repeatable.")  # fmt: skip
@click.option(
    "--over", metavar="KEY", help="What runs of a group differ in, such as params.seed: equal ones are paired."
)
@click.option("--experiment", metavar="NAME", help="Only runs of this experiment.")
@click.option("--filter", "search", metavar="TEXT", help="Only runs that MLflow's search finds by this.")
@click.option("--tracking-uri", metavar="URI", help="Where MLflow keeps the runs.")
@full
@as_json
@click.argument("runs", nargs=-1, metavar="[RUN_A RUN_B]")
def compare(
    *, runs: tuple[str, ...], group: tuple[str, ...], as_json: bool, full: bool, yes: bool, **options: Any
) -> int:
    """Is B better than A beyond run-to-run noise? Or: which group of runs is?

    Two runs are replayed with new randomness, in pairs where both draw the same for some role (the same split, the
    same initialisation). With --group, runs that exist already are compared, on any MLflow server, and nothing is run.

    \b
    bis compare RUN_A RUN_B -n 8 --metric acc --higher acc
    bis compare RUN_A RUN_B --margin acc=0.01
    bis compare --group params.model --over params.seed --metric acc

    Exit code 0 where a difference or equivalence was shown, 5 where it is open.
    """
    if group:
        return _groups(runs, group, as_json=as_json, full=full, options=options)
    _refuse(options, _OF_GROUPS, "--group")
    if len(runs) != 2:
        raise click.UsageError(f"expected two runs, or --group KEY; found {len(runs)} run(s)")
    metrics = options.pop("metrics")
    if len(metrics) > 1:
        raise click.UsageError("one metric counts: give --metric once, or leave it out")
    for name in ("over", "experiment", "search"):
        options.pop(name)
    given = {"metric": metrics[0] if metrics else None, "consent": None if yes else _ask, **options}
    if as_json:
        found = api.compare(*runs, observer=NoteLines(), **given)
        print_json(comparison_document(found))
        return found.exit_code
    with TerminalProgress() as progress:
        found = api.compare(*runs, observer=progress, **given)
    with answering():
        print_comparison(found, full=full)
    return found.exit_code


def _groups(
    runs: tuple[str, ...], group: tuple[str, ...], *, as_json: bool, full: bool, options: dict[str, Any]
) -> int:
    if runs:
        raise click.UsageError("--group compares all runs of a store: name no runs")
    _refuse(options, _OF_RUNS, "two runs")
    found = api.compare_groups(
        *group,
        over=options["over"],
        metrics=options["metrics"],
        higher=options["higher"],
        lower=options["lower"],
        experiment=options["experiment"],
        search=options["search"],
        tracking_uri=options["tracking_uri"],
    )
    if as_json:
        print_json(group_document(found))
    else:
        with answering():
            print_groups(found, full=full)
    return found.exit_code


def _refuse(options: dict[str, Any], names: dict[str, str], needed: str) -> None:
    """Options of the other form of the command were given."""
    context = click.get_current_context()
    given = [
        flag for name, flag in names.items()
        if name in options and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]  # fmt: skip
    if given:
        raise click.UsageError(f"{', '.join(given)}: only with {needed}")


def _ask(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return click.confirm(f"bis: {question}", err=True)
